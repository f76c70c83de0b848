//! The server's colours: deep blue for lines and selection, cyan for headings and keys, white for names, grey for
//! words, dark grey for asides, yellow only for numbers that want attention, red only for loss and danger.

use dialtone_terminal::{Color, Style};

const fn on_black(color: u8) -> Style {
    Style { fg: Color::Indexed(color), bg: Color::Default, blink: false, reverse: false, underline: false }
}

const fn on_blue(color: u8) -> Style {
    Style { fg: Color::Indexed(color), bg: Color::Indexed(4), blink: false, reverse: false, underline: false }
}

/// Rules and frames.
pub const LINE: Style = on_black(4);
/// Headings.
pub const HEADING: Style = on_black(6);
/// Keys to press.
pub const KEY: Style = on_black(14);
/// Names of people, boards and commands.
pub const NAME: Style = on_black(15);
/// Words.
pub const WORDS: Style = on_black(7);
/// Asides.
pub const ASIDE: Style = on_black(8);
/// Numbers that want attention.
pub const FIGURE: Style = on_black(11);
/// Loss and danger.
pub const DANGER: Style = on_black(9);
/// Gain.
pub const GAIN: Style = on_black(10);
/// The selected line: names.
pub const CHOSEN: Style = on_blue(15);
/// The selected line: words.
pub const CHOSEN_WORDS: Style = on_blue(7);
/// The selected line: keys.
pub const CHOSEN_KEY: Style = on_blue(14);
/// The selected line: numbers.
pub const CHOSEN_FIGURE: Style = on_blue(11);
/// The status line.
pub const STATUS: Style = on_blue(15);
/// The status line's asides.
pub const STATUS_ASIDE: Style = on_blue(7);

/// The style of a thing on the selected line.
pub fn chosen(style: Style) -> Style {
    match style {
        NAME => CHOSEN,
        KEY | HEADING => CHOSEN_KEY,
        FIGURE => CHOSEN_FIGURE,
        _ => Style { bg: CHOSEN.bg, ..if style == ASIDE { CHOSEN_WORDS } else { style } },
    }
}
