//! Styles into SGR sequences (ECMA-48), only what changes, in the colours that a terminal has.

mod palette;
pub(crate) mod petscii_pen;

use crate::cell::{Color, Style};
use crate::charset::Charset;
pub(crate) use petscii_pen::PetsciiPen;

/// The colours that a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colors {
    /// None: bold, reverse and underline only.
    Mono,
    /// The 16 of ANSI.SYS by plain SGR, bold for the bright half.
    Sixteen,
    /// xterm's 256.
    TwoFiftySix,
    /// 24 bits.
    True,
}

/// How to write for a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// What it shows.
    pub charset: Charset,
    /// The colours it has.
    pub colors: Colors,
    /// It shows blink as a bright background ("iCE colours"). It is a BBS terminal then: the bright half of the 16 is
    /// written as ANSI-BBS has it, by bold and blink, however many more colours there are.
    pub ice: bool,
    /// It knows `CSI ?25 l` and `h`.
    pub hide_cursor: bool,
    /// It makes links of text (OSC 8).
    pub links: bool,
    /// It erases with the background in force ("back colour erase").
    pub erases_in_color: bool,
}

impl Wire {
    /// As ANSI.SYS has it: code page 437, 16 colours, nothing more.
    pub const ANSI_SYS: Self = Self {
        charset: Charset::Cp437,
        colors: Colors::Sixteen,
        ice: false,
        hide_cursor: false,
        links: false,
        erases_in_color: false,
    };
}

/// A colour as it goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum SgrColor {
    #[default]
    Default,
    /// 0 to 7 by 30 or 40.
    Basic(u8),
    /// 0 to 7 by 90 or 100.
    Bright(u8),
    Indexed(u8),
    Rgb(u8, u8, u8),
}

/// A style as it goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shown {
    fg: SgrColor,
    bg: SgrColor,
    bold: bool,
    blink: bool,
    reverse: bool,
    underline: bool,
}

/// Writes text in changing styles. Starts where `CSI 0 m` leaves a terminal.
#[derive(Clone, Debug)]
pub struct Pen {
    wire: Wire,
    style: Style,
    shown: Shown,
    /// What a reset leaves.
    own: Shown,
    ink: PetsciiPen,
}

impl Pen {
    /// A pen in the terminal's own colours.
    pub fn new(wire: Wire) -> Self {
        let own = resolve(Style::DEFAULT, &wire);
        Self { wire, style: Style::DEFAULT, shown: own, own, ink: PetsciiPen::REST }
    }

    /// The style in force.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Changes to `style` with as little as possible.
    pub fn set(&mut self, style: Style, out: &mut Vec<u8>) {
        if style != self.style {
            self.style = style;
            match self.wire.charset {
                Charset::Petscii => return self.ink.change(petscii_pen::of(style), out),
                Charset::Atascii => return,
                Charset::Ascii | Charset::Cp437 | Charset::Utf8 => {}
            }
            let shown = resolve(style, &self.wire);
            change(self.own, self.shown, shown, out);
            self.shown = shown;
        }
    }

    /// Writes `s` in `style`; control characters become visible.
    pub fn text(&mut self, s: &str, style: Style, out: &mut Vec<u8>) {
        self.set(style, out);
        for c in s.chars() {
            self.wire.charset.encode_glyph(c, out);
        }
    }

    /// Back to the terminal's own colours.
    pub fn reset(&mut self, out: &mut Vec<u8>) {
        self.set(Style::DEFAULT, out);
    }
}

fn resolve(style: Style, wire: &Wire) -> Shown {
    let mut shown = Shown {
        reverse: style.reverse,
        underline: style.underline,
        blink: style.blink && !wire.ice,
        ..Shown::default()
    };
    match wire.colors {
        Colors::Mono => {
            shown.bold = matches!(style.fg, Color::Indexed(8..=15));
            // A bar in another colour would be lost without it.
            shown.reverse |= !matches!(style.bg, Color::Default | Color::Indexed(0));
        }
        Colors::Sixteen => {
            let (mut fg, bg) = (palette::sixteen(style.fg), palette::sixteen(style.bg));
            if let Some(bright @ 8..) = bg {
                shown.blink |= wire.ice;
                // Without bright backgrounds, text of the same dark colour would vanish.
                if !wire.ice && fg == Some(bright - 8) {
                    fg = Some(bright);
                }
            }
            shown.bold = fg.is_some_and(|fg| fg >= 8);
            shown.fg = fg.map_or(SgrColor::Default, |fg| SgrColor::Basic(fg & 7));
            shown.bg = bg.map_or(SgrColor::Default, |bg| SgrColor::Basic(bg & 7));
        }
        Colors::TwoFiftySix | Colors::True => {
            let (bold, fg) = bright(sgr_color(style.fg, wire.colors), wire.ice);
            let (blink, bg) = bright(sgr_color(style.bg, wire.colors), wire.ice);
            (shown.fg, shown.bg, shown.bold) = (fg, bg, bold);
            shown.blink |= blink;
        }
    }
    if wire.charset == Charset::Cp437 && wire.colors != Colors::Mono {
        // A BBS terminal's own colours are these.
        let or = |palette, own| if palette == SgrColor::Default { own } else { palette };
        (shown.fg, shown.bg) = (or(shown.fg, OWN.fg), or(shown.bg, OWN.bg));
    }
    shown
}

/// What `CSI 0 m` leaves on a BBS terminal.
const OWN: Shown = Shown {
    fg: SgrColor::Basic(7),
    bg: SgrColor::Basic(0),
    bold: false,
    blink: false,
    reverse: false,
    underline: false,
};

/// A bright colour as an attribute and its dark form, where `split`.
fn bright(color: SgrColor, split: bool) -> (bool, SgrColor) {
    match color {
        SgrColor::Bright(n) if split => (true, SgrColor::Basic(n)),
        color => (false, color),
    }
}

fn sgr_color(color: Color, colors: Colors) -> SgrColor {
    match color {
        Color::Default => SgrColor::Default,
        Color::Indexed(n @ 0..=7) => SgrColor::Basic(n),
        Color::Indexed(n @ 8..=15) => SgrColor::Bright(n - 8),
        Color::Indexed(n) => SgrColor::Indexed(n),
        Color::Rgb(r, g, b) if colors == Colors::True => SgrColor::Rgb(r, g, b),
        Color::Rgb(r, g, b) => SgrColor::Indexed(palette::nearest_256(r, g, b)),
    }
}

/// The shorter of two ways: only what differs, or everything after a reset, which leaves `own`. Old terminals can turn
/// nothing off singly.
fn change(own: Shown, from: Shown, to: Shown, out: &mut Vec<u8>) {
    if from == to {
        return;
    }
    let turns_off = from.bold && !to.bold
        || from.blink && !to.blink
        || from.reverse && !to.reverse
        || from.underline && !to.underline
        || from.fg != SgrColor::Default && to.fg == SgrColor::Default
        || from.bg != SgrColor::Default && to.bg == SgrColor::Default;
    out.push(0x1b);
    let bracket = out.len();
    if turns_off || RESET + length(own, to) < length(from, to) {
        out.extend_from_slice(b";0");
        difference(own, to, out);
    } else {
        difference(from, to, out);
    }
    // Each parameter brought a semicolon; the first one's place belongs to the bracket.
    if let Some(first) = out.get_mut(bracket) {
        *first = b'[';
    }
    out.push(b'm');
}

/// The bytes of a reset's parameter.
const RESET: usize = 2;

/// The bytes of [`difference`], or nearly: of colours with many digits one is as long as another.
fn length(from: Shown, to: Shown) -> usize {
    let attributes = [
        to.bold && !from.bold,
        to.underline && !from.underline,
        to.blink && !from.blink,
        to.reverse && !from.reverse,
    ];
    let color = |had, wanted| match wanted {
        wanted if wanted == had => 0,
        SgrColor::Default | SgrColor::Basic(_) | SgrColor::Bright(_) => 3,
        SgrColor::Indexed(_) => 9,
        SgrColor::Rgb(..) => 17,
    };
    let attributes = attributes.into_iter().filter(|changes| *changes).count() * 2;
    attributes + color(from.fg, to.fg) + color(from.bg, to.bg)
}

/// Appends `;` and a parameter for each thing that is to be and is not.
fn difference(from: Shown, to: Shown, out: &mut Vec<u8>) {
    for (wanted, had, code) in [
        (to.bold, from.bold, b'1'),
        (to.underline, from.underline, b'4'),
        (to.blink, from.blink, b'5'),
        (to.reverse, from.reverse, b'7'),
    ] {
        if wanted && !had {
            out.extend_from_slice(&[b';', code]);
        }
    }
    for (wanted, had, base) in [(to.fg, from.fg, b'3'), (to.bg, from.bg, b'4')] {
        if wanted != had {
            color(wanted, base, out);
        }
    }
}

/// Appends `;` and the parameters for a colour; `base` is the tens digit, 3 or 4.
fn color(palette: SgrColor, base: u8, out: &mut Vec<u8>) {
    out.push(b';');
    match palette {
        SgrColor::Default => out.extend_from_slice(&[base, b'9']),
        SgrColor::Basic(n) => out.extend_from_slice(&[base, b'0' + n]),
        SgrColor::Bright(n) if base == b'3' => out.extend_from_slice(&[b'9', b'0' + n]),
        SgrColor::Bright(n) => out.extend_from_slice(&[b'1', b'0', b'0' + n]),
        SgrColor::Indexed(n) => {
            out.extend_from_slice(&[base, b'8', b';', b'5', b';']);
            number(u16::from(n), out);
        }
        SgrColor::Rgb(r, g, b) => {
            out.extend_from_slice(&[base, b'8', b';', b'2']);
            for part in [r, g, b] {
                out.push(b';');
                number(u16::from(part), out);
            }
        }
    }
}

/// Appends `n` in decimal digits.
pub(crate) fn number(n: u16, out: &mut Vec<u8>) {
    let mut divisor = 10_000;
    while divisor > 1 && n < divisor {
        divisor /= 10;
    }
    while divisor > 0 {
        out.push(b'0' + u8::try_from(n / divisor % 10).unwrap_or(0));
        divisor /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(colors: Colors) -> Wire {
        Wire { colors, ..Wire::ANSI_SYS }
    }

    fn written(wire: Wire, styles: &[Style]) -> String {
        let (mut pen, mut out) = (Pen::new(wire), Vec::new());
        for style in styles {
            pen.set(*style, &mut out);
        }
        String::from_utf8(out).unwrap().replace('\x1b', "^")
    }

    #[test]
    fn only_what_changes_is_written() {
        let sixteen = wire(Colors::Sixteen);
        assert_eq!(written(sixteen, &[Style::fg(12), Style::fg(9), Style::fg(9)]), "^[1;34m^[31m");
        assert_eq!(written(sixteen, &[Style::fg(12), Style::fg(4)]), "^[1;34m^[0;34m");
        assert_eq!(written(sixteen, &[Style::new(15, 4), Style::DEFAULT]), "^[1;44m^[0m");
        assert_eq!(written(sixteen, &[Style::fg(2), Style::fg(2).on(1)]), "^[32m^[41m");
        assert_eq!(written(sixteen, &[Style::DEFAULT.reversed().underlined().blinking()]), "^[4;5;7m");
    }

    #[test]
    fn bright_backgrounds_need_ice() {
        let sixteen = wire(Colors::Sixteen);
        let ice = Wire { ice: true, ..sixteen };
        assert_eq!(written(sixteen, &[Style::new(15, 9)]), "^[1;41m");
        assert_eq!(written(ice, &[Style::new(15, 9)]), "^[1;5;41m");
        assert_eq!(written(ice, &[Style::fg(1).blinking()]), "^[31m");
        assert_eq!(written(sixteen, &[Style::new(7, 15)]), "^[1;47m");
    }

    #[test]
    fn more_colours_where_there_are_more() {
        let orange = Style { fg: Color::Rgb(255, 135, 0), ..Style::DEFAULT };
        assert_eq!(written(wire(Colors::True), &[orange]), "^[38;2;255;135;0m");
        assert_eq!(written(wire(Colors::TwoFiftySix), &[orange]), "^[38;5;208m");
        assert_eq!(written(wire(Colors::Sixteen), &[orange]), "^[33m");
        assert_eq!(written(wire(Colors::TwoFiftySix), &[Style::new(15, 8)]), "^[97;100m");
        assert_eq!(
            written(wire(Colors::TwoFiftySix), &[Style { bg: Color::Indexed(200), ..Style::fg(3) }]),
            "^[33;48;5;200m"
        );
    }

    #[test]
    fn bbs_terminals_with_more_colours_keep_to_bold_and_blink() {
        let cterm = Wire { ice: true, ..wire(Colors::True) };
        let orange = Style { fg: Color::Rgb(255, 135, 0), ..Style::new(0, 12) };
        assert_eq!(written(cterm, &[Style::new(15, 9), orange]), "^[1;5;41m^[0;5;38;2;255;135;0;44m");
    }

    #[test]
    fn without_colours_bars_are_reversed() {
        assert_eq!(
            written(wire(Colors::Mono), &[Style::fg(15), Style::new(0, 6), Style::new(3, 0)]),
            "^[1m^[0;7m^[0m"
        );
    }

    #[test]
    fn numbers() {
        let mut out = Vec::new();
        for n in [0, 7, 10, 255, 1000, 65535] {
            number(n, &mut out);
            out.push(b' ');
        }
        assert_eq!(out, b"0 7 10 255 1000 65535 ");
    }
}
