//! Blocks in other clothes: a full block is a blank on its colour, an upper half on blue a blue lower half. Of the ways
//! to write what looks the same, the one is taken that the pen is nearest to.

use crate::cell::{Cell, Color, Style};
use crate::charset::Charset;
use crate::sgr::{Colors, Wire};

/// The other cells that look like this one on a terminal of this kind, those nearest to the style in force.
pub fn others(cell: Cell, pen: Style, wire: &Wire) -> [Option<Cell>; 2] {
    let style = cell.style;
    let other = |ch, fg, bg| Cell { ch, style: Style { fg, bg, ..style } };
    let is_blank = cell.is_blank() && !pen.reverse && !pen.underline;
    let blank = is_blank.then_some(Cell { style: Style { bg: style.bg, ..pen }, ..cell });
    if !has_blocks(wire) || style.blink || style.reverse || style.underline || !is_even(style.bg, wire) {
        return [blank, None];
    }
    // Beside a ground that is not shown as it is, a colour may change.
    let ground = if is_even(pen.bg, wire) { pen.bg } else { style.bg };
    let solid = |color| other('█', color, ground);
    let open = |color| other(' ', pen.fg, color);
    match cell.ch {
        ' ' => [blank, (style.bg != Color::Default).then(|| solid(style.bg))],
        '█' => [Some(solid(style.fg)), can_lie_behind(style.fg, wire).then(|| open(style.fg))],
        '▀' | '▄' if can_lie_behind(style.fg, wire) && style.bg != Color::Default => {
            let half = if cell.ch == '▀' { '▄' } else { '▀' };
            [Some(other(half, style.bg, style.fg)), None]
        }
        _ => [None, None],
    }
}

/// Whether a block in a colour is the same as that colour behind a blank: in the fonts of BBS terminals. Others may
/// leave a hair between blocks, or change ink for contrast.
fn has_blocks(wire: &Wire) -> bool {
    wire.colors != Colors::Mono && wire.charset == Charset::Cp437
}

/// Whether a colour behind a character is shown as it is, and without blink, which not all take for a bright ground.
fn is_even(color: Color, wire: &Wire) -> bool {
    match color {
        Color::Default | Color::Indexed(0..=7) => true,
        Color::Indexed(8..=15) => wire.colors != Colors::Sixteen && !wire.ice,
        Color::Indexed(_) | Color::Rgb(..) => wire.colors != Colors::Sixteen,
    }
}

/// Whether a colour can stand behind a character and still be the same; the terminal's own ink is not its ground.
fn can_lie_behind(color: Color, wire: &Wire) -> bool {
    color != Color::Default && is_even(color, wire)
}
