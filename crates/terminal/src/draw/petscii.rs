//! The bytes that turn one screen into another on a Commodore 64: no sequences, only control codes of one byte.

use crate::cell::Cell;
use crate::charset::Charset;
use crate::grid::Grid;
use crate::sgr::{PetsciiPen, petscii_pen};

const DOWN: u8 = 0x11;
const HOME: u8 = 0x13;
const RIGHT: u8 = 0x1d;
const UP: u8 = 0x91;
const LEFT: u8 = 0x9d;

/// As [`super::draw`]. The last column is never written: there a C64 would open a new line below.
pub fn draw(old: Option<&Grid>, new: &Grid, out: &mut Vec<u8>) {
    let last = new.columns().saturating_sub(2);
    let mut drawing = Drawing { pen: PetsciiPen::REST, at: (0, 0), out };
    match old {
        Some(old) => match old.cursor() {
            Some((x, y)) => drawing.at = (x.min(last), y),
            None => drawing.out.push(HOME),
        },
        None => Charset::Petscii.clear(drawing.out),
    }
    let blank = vec![Cell::BLANK; usize::from(new.columns())];
    for y in 0..new.rows() {
        let row = new.row(y);
        let before = old.map_or(blank.as_slice(), |old| old.row(y));
        let changed = (0u16..).zip(before.iter().zip(row)).take(row.len().saturating_sub(1));
        for (x, (_, cell)) in changed.filter(|(_, (old, new))| !old.looks_like(**new)) {
            drawing.go(x, y);
            drawing.cell(*cell);
        }
    }
    drawing.pen.change(PetsciiPen::REST, drawing.out);
    if let Some((x, y)) = new.cursor() {
        drawing.go(x.min(last), y);
    } else {
        // Where the next difference begins.
        drawing.go(0, 0);
    }
}

struct Drawing<'a> {
    pen: PetsciiPen,
    at: (u16, u16),
    out: &'a mut Vec<u8>,
}

impl Drawing<'_> {
    fn cell(&mut self, cell: Cell) {
        let (wanted, byte) = petscii_pen::of_cell(cell);
        // A blank that is not reversed has no colour.
        let wanted =
            if byte == b' ' && !wanted.reverse { PetsciiPen { reverse: false, ..self.pen } } else { wanted };
        self.pen.change(wanted, self.out);
        self.out.push(byte);
        self.at.0 += 1;
    }

    /// Moves from where the cursor is or from the left top, whichever is shorter.
    fn go(&mut self, x: u16, y: u16) {
        let (from_x, from_y) = self.at;
        if x + y + 1 < from_x.abs_diff(x) + from_y.abs_diff(y) {
            self.out.push(HOME);
            self.at = (0, 0);
        }
        let (from_x, from_y) = self.at;
        self.step(from_y, y, UP, DOWN);
        self.step(from_x, x, LEFT, RIGHT);
        self.at = (x, y);
    }

    fn step(&mut self, from: u16, to: u16, back: u8, on: u8) {
        let byte = if to < from { back } else { on };
        self.out.extend(std::iter::repeat_n(byte, usize::from(from.abs_diff(to))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Style;
    use proptest::prelude::*;

    /// A C64's screen: bytes, reversed or not, and the cursor.
    struct C64 {
        cells: Vec<Vec<(u8, bool)>>,
        at: (usize, usize),
        reverse: bool,
    }

    impl C64 {
        fn new(columns: u16, rows: u16) -> Self {
            Self {
                cells: vec![vec![(b'x', false); usize::from(columns)]; usize::from(rows)],
                at: (3, 2),
                reverse: false,
            }
        }

        fn feed(&mut self, bytes: &[u8]) {
            for byte in bytes {
                match *byte {
                    DOWN => self.at.1 += 1,
                    UP => self.at.1 -= 1,
                    RIGHT => self.at.0 += 1,
                    LEFT => self.at.0 -= 1,
                    HOME => self.at = (0, 0),
                    0x12 => self.reverse = true,
                    0x92 => self.reverse = false,
                    0x93 => {
                        self.at = (0, 0);
                        self.cells.iter_mut().for_each(|row| row.fill((b' ', false)));
                    }
                    byte if petscii_prints(byte) => {
                        assert!(self.at.0 + 1 < self.cells[0].len(), "the last column was written");
                        self.cells[self.at.1][self.at.0] = (byte, self.reverse);
                        self.at.0 += 1;
                    }
                    _ => {}
                }
            }
        }
    }

    fn petscii_prints(byte: u8) -> bool {
        matches!(byte, 0x20..=0x7f | 0xa0..=0xff)
    }

    #[test]
    fn a_bar_is_reversed_and_a_move_is_short() {
        let mut old = Grid::new(40, 25);
        old.set_cursor(Some((5, 22)));
        let mut new = old.clone();
        new.text(6, 22, "ab", Style::fg(1));
        new.text(8, 22, "c", Style::new(15, 4));
        let mut out = Vec::new();
        draw(Some(&old), &new, &mut out);
        assert_eq!(out, b"\x1d\x1cAB\x9a\x12C\x9b\x92\x9d\x9d\x9d\x9d");
    }

    fn grid() -> impl Strategy<Value = Grid> {
        let cell = (0u16..12, 0u16..6, "[a-zA-Z █▀─é ]", 0u8..16, 0u8..16);
        (proptest::collection::vec(cell, 0..40), proptest::option::of((0u16..12, 0u16..6))).prop_map(
            |(cells, cursor)| {
                let mut grid = Grid::new(12, 6);
                for (x, y, text, fg, bg) in cells {
                    grid.text(x, y, &text, Style::new(fg, bg));
                }
                grid.set_cursor(cursor);
                grid
            },
        )
    }

    proptest! {
        #[test]
        fn a_difference_gives_the_same_screen_as_the_whole(old in grid(), new in grid()) {
            let (mut whole, mut step) = (C64::new(12, 6), C64::new(12, 6));
            let mut out = Vec::new();
            draw(None, &new, &mut out);
            whole.feed(&out);
            for (from, to) in [(None, &old), (Some(&old), &new)] {
                out.clear();
                draw(from, to, &mut out);
                step.feed(&out);
            }
            let seen = |screen: &C64| screen.cells.iter().map(|row| row[..11].to_vec()).collect::<Vec<_>>();
            prop_assert_eq!(seen(&whole), seen(&step));
            if let Some((x, y)) = new.cursor() {
                prop_assert_eq!(step.at, (usize::from(x.min(10)), usize::from(y)));
            }
        }
    }
}
