//! Marks (MCI codes): places in art that are filled when it is shown.

use crate::cell::{Cell, Style};
use crate::text;

/// `|UN`, two capital letters after a pipe, and any number of `~` that widen it; `~>` at its end aligns right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The two letters.
    pub name: String,
    /// Column of its first cell, from 0.
    pub x: u16,
    /// Row, from 0.
    pub y: u16,
    /// Cells, from the pipe to the end of the mark or of the row.
    pub width: u16,
    /// The value is aligned right.
    pub right: bool,
    /// The style in force where it stands.
    pub style: Style,
}

impl Mark {
    /// `value` in exactly the mark's width, made harmless.
    pub fn field(&self, value: &str) -> String {
        let width = usize::from(self.width);
        let value = text::clean_line(value);
        let value = text::prefix(&value, width);
        let blanks = " ".repeat(width - text::width(value));
        if self.right { blanks + value } else { value.to_owned() + &blanks }
    }

    /// What to show: the value's field, or `text` as it is written where there is no value.
    pub(super) fn shown(&self, value: &dyn Fn(&str) -> Option<String>, text: String) -> String {
        value(&self.name).map_or(text, |value| self.field(&value))
    }

    /// A cell of the mark.
    pub(super) fn cell(&self, ch: char) -> Cell {
        Cell { ch, style: self.style }
    }
}

/// What a pipe begins.
pub enum Scanned {
    /// Two pipes: one pipe.
    Pipe,
    /// A mark as it is written, the pipe included.
    Mark(String),
    /// Nothing: the pipe is itself.
    Plain,
}

/// Looks at what follows a pipe.
pub fn scan(mut after: impl Iterator<Item = char>) -> Scanned {
    let mut text = String::from('|');
    for place in 0..2 {
        match after.next() {
            Some('|') if place == 0 => return Scanned::Pipe,
            Some(c @ 'A'..='Z') => text.push(c),
            _ => return Scanned::Plain,
        }
    }
    for c in after {
        match c {
            // No row is wider, and a mark ends with its row.
            '~' if text.len() < usize::from(super::MAX_COLUMNS) => text.push(c),
            '>' if text.ends_with('~') => {
                text.push(c);
                break;
            }
            _ => break,
        }
    }
    Scanned::Mark(text)
}
