//! The art below a menu's header, behind its commands. It is drawn when the menu is, and not kept meanwhile.

use std::sync::Arc;

use dialtone_terminal::art::Art;
use dialtone_terminal::{Cell, Charset, Grid, Style};

use super::chrome::header_rows;
use super::{Canvas, Screen, Theme};

/// What lies behind a menu.
pub struct Backdrop {
    theme: Arc<Theme>,
    art: String,
    /// Of the screen: the art as wide as it fits.
    columns: u16,
    values: Vec<(String, String)>,
}

impl Backdrop {
    /// The art of this name, if there is more to it than a header and marks.
    pub fn new(screen: &Screen, name: &str) -> Option<Self> {
        let theme = screen.theme();
        let columns = screen.terminal.columns;
        let art = theme.fit(name, Charset::Cp437, columns)?;
        let empty = body(art, u16::MAX, &|_| String::new());
        let bare = |cell: &Cell| cell.ch == ' ' && cell.style.bg == Style::default().bg;
        if (0..empty.rows()).all(|y| empty.row(y).iter().all(bare)) {
            return None;
        }
        let marks = art.marks().iter().filter(|mark| mark.y >= header_rows(art));
        let values = marks
            .filter_map(|mark| Some((mark.name.clone(), screen.values.get(&mark.name)?.to_owned())))
            .collect();
        Some(Self { art: name.to_owned(), columns, values, theme })
    }

    fn art(&self) -> Option<&Art> {
        self.theme.fit(&self.art, Charset::Cp437, self.columns)
    }

    /// Its rows.
    pub fn rows(&self) -> u16 {
        self.art().map_or(0, |art| art.grid().rows().saturating_sub(header_rows(art)))
    }

    /// Draws it, values filled in. Where a command may stand, nothing does: the menu puts it there for those who may
    /// use it.
    pub fn draw(&self, frame: &mut Canvas<'_>) {
        let Some(art) = self.art() else { return };
        let value = |mark: &str| {
            let known = self.values.iter().find(|(name, _)| name == mark);
            known.map_or_else(String::new, |(_, value)| value.clone())
        };
        frame.blit(0, 0, &body(art, frame.rows(), &value));
    }
}

/// The art below its header, at most so many rows of it.
fn body(art: &Art, rows: u16, value: &dyn Fn(&str) -> String) -> Grid {
    let header = header_rows(art);
    let filled = art.fill(&|mark| Some(value(mark)));
    let rows = filled.rows().saturating_sub(header).min(rows);
    let mut body = Grid::new(filled.columns(), rows);
    for y in 0..rows {
        for (x, cell) in (0..).zip(filled.row(y + header)) {
            body.put(x, y, cell.ch, cell.style);
        }
    }
    body
}
