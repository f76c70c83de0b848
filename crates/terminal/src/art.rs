//! ANSI art: files of code page 437 (or UTF-8) with ANSI.SYS sequences, SAUCE and marks that are filled in.

mod canvas;
mod field;
mod machine;
pub mod review;
mod stream;

use std::fmt;

use crate::charset::cp437;
use crate::grid::Grid;
use crate::sauce::{self, Sauce};
use crate::sgr::Wire;
use canvas::Canvas;
pub use field::Mark;
use machine::{Event, Machine};

/// Largest file, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// Widest art, in columns.
pub const MAX_COLUMNS: u16 = 132;
/// Longest art, in rows.
pub const MAX_ROWS: u16 = 200;

/// Width where SAUCE says none.
const DEFAULT_COLUMNS: u16 = 80;

/// Why a file is no art for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArtError {
    /// More than [`MAX_BYTES`].
    TooLarge(usize),
    /// SAUCE says more than [`MAX_COLUMNS`].
    TooWide(u16),
    /// It goes on below [`MAX_ROWS`].
    TooTall,
}

impl fmt::Display for ArtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(bytes) => write!(f, "the file has {bytes} bytes, more than {MAX_BYTES}"),
            Self::TooWide(columns) => write!(f, "the art is {columns} columns wide, more than {MAX_COLUMNS}"),
            Self::TooTall => write!(f, "the art has more than {MAX_ROWS} rows"),
        }
    }
}

impl std::error::Error for ArtError {}

/// A parsed art file. As ANSI.SYS does, it wraps at once after the last column of the width that SAUCE says, 80
/// otherwise; a line end after a full row therefore leaves a row empty. SGR 40 is the terminal's own background.
#[derive(Clone, Debug)]
pub struct Art {
    bytes: Vec<u8>,
    sauce: Option<Sauce>,
    columns: u16,
    utf8: bool,
    grid: Grid,
    marks: Vec<Mark>,
}

impl Art {
    /// Parses a file, which ends at the first 1A. It is UTF-8 if it starts with a byte-order mark, or if it has no
    /// SAUCE and makes sense as UTF-8; else code page 437.
    pub fn parse(bytes: &[u8]) -> Result<Self, ArtError> {
        if bytes.len() > MAX_BYTES {
            return Err(ArtError::TooLarge(bytes.len()));
        }
        let (bytes, sauce) = sauce::split(bytes);
        let bytes = bytes.split(|byte| *byte == 0x1a).next().unwrap_or_default();
        let columns = match sauce.as_ref().map_or(0, |sauce| sauce.columns) {
            0 => DEFAULT_COLUMNS,
            columns if columns > MAX_COLUMNS => return Err(ArtError::TooWide(columns)),
            columns => columns.max(2),
        };
        let utf8 = is_utf8(bytes, sauce.is_some());
        let mut art = Self {
            bytes: bytes.to_vec(),
            sauce,
            columns,
            utf8,
            grid: Grid::new(columns, 1),
            marks: Vec::new(),
        };
        let (mut canvas, mut marks) = (Canvas::new(columns), Vec::new());
        art.run(&mut |event| {
            canvas.draw(event, &mut |mark, text| {
                marks.push(mark.clone());
                text
            });
        })?;
        art.grid = canvas.into_grid(1);
        art.marks = marks;
        Ok(art)
    }

    /// The SAUCE record, if the file has one.
    pub fn sauce(&self) -> Option<&Sauce> {
        self.sauce.as_ref()
    }

    /// The art as cells, marks as they are written in the file.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The marks, in the order in which they are drawn.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The art's own bytes, without SAUCE and what follows the end of file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Appends the art for a terminal, in the order in which its file draws it, marks filled by `value`; a mark
    /// for which `value` has none stays as written.
    ///
    /// Expects the terminal's own colours in force and the cursor at the left edge of the row where the art
    /// shall begin, and leaves the colours so. It moves the cursor only relative to there (unless the art clears
    /// the screen), neither wrap behaviour and no greater width matters, and the line ends after the last row are
    /// not sent: art as high as the screen does not scroll it. Sequences that are no part of ANSI.SYS are left out.
    pub fn stream(&self, wire: &Wire, value: &dyn Fn(&str) -> Option<String>, out: &mut Vec<u8>) {
        stream::stream(self, wire, value, out);
    }

    /// The art as cells, marks filled as [`Art::stream`] does.
    pub fn fill(&self, value: &dyn Fn(&str) -> Option<String>) -> Grid {
        let mut canvas = Canvas::new(self.columns);
        let drawn = self.run(&mut |event| canvas.draw(event, &mut |mark, text| mark.shown(value, text)));
        // What parsed once is drawn again.
        debug_assert!(drawn.is_ok(), "{drawn:?}");
        canvas.into_grid(self.grid.rows())
    }

    /// Draws the file on whatever takes the events; gives the place where the cursor ends.
    fn run(&self, on: &mut dyn FnMut(Event)) -> Result<(u16, u16), ArtError> {
        let ice = self.sauce.as_ref().is_some_and(|sauce| sauce.ice);
        let machine = Machine::new(self.columns, ice, on);
        match std::str::from_utf8(&self.bytes) {
            Ok(text) if self.utf8 => machine.run(text.strip_prefix('\u{feff}').unwrap_or(text).chars()),
            _ => machine.run(self.bytes.iter().map(|byte| match byte {
                // Control bytes stay: the machine obeys some and shows the others.
                0..0x80 => char::from(*byte),
                0x80.. => cp437::glyph(*byte),
            })),
        }
    }
}

/// Pairs such as a full block and a shade are good UTF-8 too, for letters that no art has: characters of two bytes
/// must be such as code page 437 has.
fn is_utf8(bytes: &[u8], has_sauce: bool) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let likely = |c: char| c.len_utf8() != 2 || cp437::high_byte(c).is_some();
    text.starts_with('\u{feff}') || !has_sauce && !text.is_ascii() && text.chars().all(likely)
}

#[cfg(test)]
mod tests;
