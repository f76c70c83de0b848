//! Styles on a Commodore 64: one of its colours, and reversed or not. The ground is the caller's own.

use super::palette;
use crate::cell::{Cell, Style};
use crate::charset::petscii::{self, Glyph};

const REVERSE_ON: u8 = 0x12;
const REVERSE_OFF: u8 = 0x92;
const LIGHT_GREY: u8 = 0x9b;

/// The codes of the colours nearest to the 16 of ANSI. Blue is the light one: the dark one cannot be read on black,
/// nor seen on the C64's own blue; dark grey is the middle one.
const COLOURS: [u8; 16] =
    [0x90, 0x1c, 0x1e, 0x95, 0x9a, 0x9c, 0x9f, LIGHT_GREY, 0x98, 0x96, 0x99, 0x9e, 0x9a, 0x9c, 0x9f, 0x05];
/// The same for a ground, which stands behind letters in the caller's own: the light ones.
const GROUNDS: [u8; 16] = [
    LIGHT_GREY, 0x96, 0x99, 0x9e, 0x9a, 0x9c, 0x9f, LIGHT_GREY, 0x98, 0x96, 0x99, 0x9e, 0x9a, 0x9c, 0x9f,
    0x05,
];

/// What is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PetsciiPen {
    /// The code of the colour.
    pub colour: u8,
    /// Reversed.
    pub reverse: bool,
}

impl PetsciiPen {
    /// Between two drawings.
    pub const REST: Self = Self { colour: LIGHT_GREY, reverse: false };

    /// Changes to `wanted` with as little as possible.
    pub fn change(&mut self, wanted: Self, out: &mut Vec<u8>) {
        if wanted.colour != self.colour {
            out.push(wanted.colour);
        }
        if wanted.reverse != self.reverse {
            out.push(if wanted.reverse { REVERSE_ON } else { REVERSE_OFF });
        }
        *self = wanted;
    }
}

/// The ink for text: on a ground of its own it is reversed in the ground's colour.
pub fn of(style: Style) -> PetsciiPen {
    let (fg, bg) = colours(style);
    match bg {
        0 => PetsciiPen { colour: colour(&COLOURS, fg), reverse: false },
        bg => PetsciiPen { colour: colour(&GROUNDS, bg), reverse: true },
    }
}

/// The ink and the byte for a cell. A block has no ground: it shows the lighter of its two colours.
pub fn of_cell(cell: Cell) -> (PetsciiPen, u8) {
    let Glyph { byte, reverse } = petscii::glyph(cell.ch);
    let (fg, bg) = colours(cell.style);
    let ink = if !petscii::is_block(cell.ch) {
        of(cell.style)
    } else if fg == 0 && bg != 0 {
        PetsciiPen { colour: colour(&COLOURS, bg), reverse: !reverse }
    } else {
        PetsciiPen { colour: colour(&COLOURS, fg), reverse }
    };
    (ink, byte)
}

/// Foreground and ground in ANSI order, 0 for the caller's own ground.
fn colours(style: Style) -> (u8, u8) {
    let (fg, bg) = (palette::sixteen(style.fg).unwrap_or(7), palette::sixteen(style.bg).unwrap_or(0));
    if style.reverse { (bg, fg) } else { (fg, bg) }
}

fn colour(table: &[u8; 16], n: u8) -> u8 {
    table.get(usize::from(n)).copied().unwrap_or(LIGHT_GREY)
}
