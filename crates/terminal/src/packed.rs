//! A screen kept small while nothing happens on it: runs of cells that look alike, a byte to most characters.

use crate::cell::{Cell, Style};
use crate::charset::cp437;
use crate::grid::Grid;

/// A [`Grid`] in some two kilobytes instead of thirty. Packing and unpacking take a few microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedGrid {
    columns: u16,
    rows: u16,
    cursor: Option<(u16, u16)>,
    /// Each style once.
    styles: Vec<Style>,
    /// The rows, one behind the other, as runs: a style, how many cells, and their characters.
    runs: Vec<u8>,
}

/// Set in a run's length: one character stands for all its cells.
const SAME: u8 = 0x80;
/// The most cells of a run.
const LONGEST: usize = 0x7f;
/// Stands before a character that CP437 has not, written in UTF-8.
const UTF8: u8 = 0;
/// Stands before a style's number that a byte cannot say.
const WIDE: u8 = 0xff;

impl PackedGrid {
    /// Packs a screen.
    pub fn new(grid: &Grid) -> Self {
        let mut packed = Self {
            columns: grid.columns(),
            rows: grid.rows(),
            cursor: grid.cursor(),
            styles: Vec::new(),
            runs: Vec::with_capacity(2048),
        };
        for y in 0..grid.rows() {
            packed.push_row(grid.row(y));
        }
        packed.runs.shrink_to_fit();
        packed
    }

    /// The screen as it was packed.
    pub fn unpack(&self) -> Grid {
        let mut grid = Grid::new(self.columns, self.rows);
        let mut bytes = self.runs.as_slice();
        for y in 0..self.rows {
            let mut x = 0;
            while x < self.columns {
                // What `new` wrote always has the cells of whole rows.
                let Some(run) = self.next_run(&mut bytes) else { return grid };
                x += run.write(&mut grid, x, y);
            }
        }
        grid.set_cursor(self.cursor);
        grid
    }

    /// Width and height in cells.
    pub fn size(&self) -> (u16, u16) {
        (self.columns, self.rows)
    }

    /// Where the cursor rests.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        self.cursor
    }

    /// The last row, as a grid of its own.
    pub fn last_row(&self) -> Grid {
        let mut grid = Grid::new(self.columns, 1);
        let mut bytes = self.runs.get(self.last_row_at()..).unwrap_or_default();
        let mut x = 0;
        while let Some(run) = self.next_run(&mut bytes) {
            x += run.write(&mut grid, x, 0);
        }
        grid
    }

    /// Puts another last row in place: the first of `row`, which is as wide.
    pub fn set_last_row(&mut self, row: &Grid) {
        self.runs.truncate(self.last_row_at());
        self.push_row(row.row(0));
        self.runs.shrink_to_fit();
    }

    fn last_row_at(&self) -> usize {
        let mut bytes = self.runs.as_slice();
        let mut left = usize::from(self.columns) * usize::from(self.rows.saturating_sub(1));
        while left > 0 {
            let Some(run) = self.next_run(&mut bytes) else { break };
            left = left.saturating_sub(run.cells);
        }
        self.runs.len() - bytes.len()
    }

    fn push_row(&mut self, mut row: &[Cell]) {
        while let Some(first) = row.first() {
            let styled = row.iter().take(LONGEST).take_while(|cell| cell.style == first.style).count();
            let run = row.get(..styled).unwrap_or_default();
            let alike = run.iter().take_while(|cell| *cell == first).count();
            // Two of a kind are no dearer among others than in a run of their own.
            let same = alike > 2;
            let cells = if same {
                alike
            } else {
                let alike = |cells: &[Cell]| cells.iter().all(|cell| Some(cell) == cells.first());
                run.windows(3).position(alike).unwrap_or(styled)
            };
            let (run, rest) = row.split_at_checked(cells).unwrap_or((row, &[]));
            self.push_style(first.style);
            self.runs.push(u8::try_from(cells).unwrap_or(u8::MAX) | if same { SAME } else { 0 });
            for cell in run.iter().take(if same { 1 } else { cells }) {
                push_char(cell.ch, &mut self.runs);
            }
            row = rest;
        }
    }

    fn push_style(&mut self, style: Style) {
        let number = self.styles.iter().position(|known| *known == style).unwrap_or_else(|| {
            self.styles.push(style);
            self.styles.len() - 1
        });
        match u8::try_from(number) {
            Ok(number) if number < WIDE => self.runs.push(number),
            _ => {
                self.runs.push(WIDE);
                self.runs.extend_from_slice(&u32::try_from(number).unwrap_or(0).to_le_bytes());
            }
        }
    }

    fn next_run<'a>(&self, bytes: &mut &'a [u8]) -> Option<Run<'a>> {
        let number = match take(bytes)? {
            WIDE => {
                let (number, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                usize::try_from(u32::from_le_bytes(*number)).ok()?
            }
            number => usize::from(number),
        };
        let length = take(bytes)?;
        let cells = usize::from(length & !SAME);
        let said = if length & SAME == 0 { cells } else { 1 };
        let chars = *bytes;
        for _ in 0..said {
            take_char(bytes)?;
        }
        Some(Run { style: *self.styles.get(number)?, cells, said, chars })
    }
}

/// Cells of one style.
struct Run<'a> {
    style: Style,
    cells: usize,
    /// How many characters are said; the last stands for the rest.
    said: usize,
    chars: &'a [u8],
}

impl Run<'_> {
    /// Writes the run from `x` on; returns how many cells it has.
    fn write(&self, grid: &mut Grid, x: u16, y: u16) -> u16 {
        let cells = u16::try_from(self.cells).unwrap_or(u16::MAX);
        let mut chars = self.chars;
        if self.said == 1 {
            let ch = take_char(&mut chars).unwrap_or(' ');
            grid.fill(x, y, cells, 1, ch, self.style);
        } else {
            for x in x..x.saturating_add(cells) {
                grid.put(x, y, take_char(&mut chars).unwrap_or(' '), self.style);
            }
        }
        cells
    }
}

fn push_char(ch: char, out: &mut Vec<u8>) {
    let byte = if ch.is_ascii() { u8::try_from(ch).ok() } else { cp437::high_byte(ch) };
    match byte {
        Some(byte) if byte != UTF8 => out.push(byte),
        _ => {
            out.push(UTF8);
            out.extend_from_slice(ch.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

fn take(bytes: &mut &[u8]) -> Option<u8> {
    let (byte, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*byte)
}

fn take_char(bytes: &mut &[u8]) -> Option<char> {
    match take(bytes)? {
        UTF8 => {
            let long = match bytes.first()? {
                0x00..=0x7f => 1,
                0x80..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xff => 4,
            };
            let (ch, rest) = bytes.split_at_checked(long)?;
            *bytes = rest;
            std::str::from_utf8(ch).ok()?.chars().next()
        }
        byte @ ..0x80 => Some(char::from(byte)),
        byte => Some(cp437::glyph(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Color;
    use proptest::prelude::*;

    fn style() -> impl Strategy<Value = Style> {
        let color = || {
            prop_oneof![
                Just(Color::Default),
                (0..16u8).prop_map(Color::Indexed),
                any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
            ]
        };
        let style = |(fg, bg, reverse)| Style { fg, bg, reverse, ..Style::DEFAULT };
        (color(), color(), any::<bool>()).prop_map(style)
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(
            columns in 0..200u16,
            rows in 0..20u16,
            texts in prop::collection::vec(
                (0..200u16, 0..20u16, "[ a-c░█é漢ЖẞẀ\u{1b}]{0,20}", style(), 0..200u16),
                0..40,
            ),
            cursor in prop::option::of((0..300u16, 0..30u16)),
        ) {
            let mut grid = Grid::new(columns, rows);
            for (x, y, text, style, wide) in texts {
                grid.fill(x, y, wide, 1, '▒', style);
                grid.text(x, y, &text, style);
            }
            grid.set_cursor(cursor);
            let mut packed = PackedGrid::new(&grid);
            prop_assert_eq!(packed.unpack(), grid.clone());
            let last = packed.last_row();
            prop_assert_eq!(last.row(0), grid.row(grid.rows() - 1));
            let mut other = Grid::new(grid.columns(), 1);
            other.text(0, 0, "another status line", Style::fg(3));
            packed.set_last_row(&other);
            grid.blit(0, grid.rows() - 1, &other);
            prop_assert_eq!(packed.unpack(), grid);
        }
    }

    #[test]
    fn more_styles_than_a_byte_can_number_come_back() {
        let mut grid = Grid::new(200, 4);
        for n in 0..800u16 {
            let [high, low] = n.to_be_bytes();
            let style = Style { fg: Color::Rgb(high, low, 0), ..Style::DEFAULT };
            grid.put(n % 200, n / 200, 'x', style);
        }
        assert_eq!(PackedGrid::new(&grid).unpack(), grid);
    }

    #[test]
    fn a_screen_of_art_is_small() {
        let mut grid = Grid::new(80, 24);
        for y in 0..6 {
            for x in 30..80u16 {
                let shade = ['░', '▒', '▓', '█'][usize::from((x * 7 + y * 3) % 4)];
                grid.put(x, y, shade, Style::fg(u8::try_from(x % 3).unwrap()));
            }
        }
        for y in 7..20 {
            grid.text(2, y, "  1  The Lobby          where everybody begins              17", Style::fg(7));
        }
        let packed = PackedGrid::new(&grid);
        assert!(packed.runs.len() < 2048, "{}", packed.runs.len());
    }
}
