//! The art below a menu's header, behind its commands. It is drawn when the menu is, and not kept meanwhile.

use std::sync::Arc;

use dialtone_terminal::art::Art;
use dialtone_terminal::{Cell, Charset, Grid, Style};

use super::frame::HEADER;
use super::{Call, Frame, Gallery};

/// What lies behind a menu.
pub struct Backdrop {
    gallery: Arc<Gallery>,
    art: String,
    columns: u16,
    values: Vec<(String, String)>,
}

impl Backdrop {
    /// The art of this name, if there is more to it than a header and marks.
    pub fn new(call: &Call, name: &str) -> Option<Self> {
        let gallery = call.gallery();
        let columns = call.terminal.columns;
        let art = gallery.fit(name, Charset::Cp437, columns)?;
        let empty = body(art, u16::MAX, &|_| String::new());
        let bare = |cell: &Cell| cell.ch == ' ' && cell.style.bg == Style::default().bg;
        if (0..empty.rows()).all(|y| empty.row(y).iter().all(bare)) {
            return None;
        }
        let marks = art.marks().iter().filter(|mark| mark.y >= HEADER);
        let values =
            marks.filter_map(|mark| Some((mark.name.clone(), call.values.get(&mark.name)?))).collect();
        Some(Self { art: name.to_owned(), columns, values, gallery })
    }

    fn picture(&self) -> Option<&Art> {
        self.gallery.fit(&self.art, Charset::Cp437, self.columns)
    }

    /// Its rows.
    pub fn rows(&self) -> u16 {
        self.picture().map_or(0, |art| art.grid().rows().saturating_sub(HEADER))
    }

    /// Draws it, values filled in. Where a command may stand, nothing does: the menu puts it there for those who may
    /// use it.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        let Some(art) = self.picture() else { return };
        let value = |mark: &str| {
            let known = self.values.iter().find(|(name, _)| name == mark);
            known.map_or_else(String::new, |(_, value)| value.clone())
        };
        frame.blit(0, 0, &body(art, frame.rows(), &value));
    }
}

/// The art below its header, at most so many rows of it.
fn body(art: &Art, rows: u16, value: &dyn Fn(&str) -> String) -> Grid {
    let filled = art.fill(&|mark| Some(value(mark)));
    let rows = filled.rows().saturating_sub(HEADER).min(rows);
    let mut body = Grid::new(filled.columns(), rows);
    for y in 0..rows {
        for (x, cell) in (0..).zip(filled.row(y + HEADER)) {
            body.put(x, y, cell.ch, cell.style);
        }
    }
    body
}
