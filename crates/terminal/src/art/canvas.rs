//! Cells that grow downwards as art is drawn on them.

use super::Mark;
use super::machine::Event;
use crate::cell::Cell;
use crate::charset::cell_char;
use crate::grid::Grid;

/// As many rows as have been drawn on.
pub struct Canvas {
    columns: u16,
    rows: Vec<Vec<Cell>>,
}

impl Canvas {
    /// An empty canvas.
    pub fn new(columns: u16) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Draws what happens; `mark` gives the characters to show for a mark, when given those in the file.
    pub fn draw(&mut self, event: Event, mark: &mut dyn FnMut(&Mark, String) -> String) {
        match event {
            Event::Put { x, y, cell } => self.put(x, y, cell),
            Event::Mark(place, text) => {
                let text = mark(&place, text);
                for (x, ch) in (place.x..).zip(text.chars().filter_map(cell_char)) {
                    self.put(x, place.y, place.cell(ch));
                }
            }
            Event::Erase { x, y, width, cell } => (x..x + width).for_each(|x| self.put(x, y, cell)),
            Event::Clear => self.rows.clear(),
        }
    }

    /// Draws a cell. A blank makes no new row.
    fn put(&mut self, x: u16, y: u16, cell: Cell) {
        let y = usize::from(y);
        if y >= self.rows.len() {
            if cell.looks_like(Cell::BLANK) {
                return;
            }
            self.rows.resize(y + 1, vec![Cell::BLANK; usize::from(self.columns)]);
        }
        if let Some(old) = self.rows.get_mut(y).and_then(|row| row.get_mut(usize::from(x))) {
            *old = cell;
        }
    }

    /// What has been drawn, at least `rows` high.
    pub fn into_grid(self, rows: u16) -> Grid {
        let height = u16::try_from(self.rows.len()).unwrap_or(u16::MAX).max(rows);
        let mut grid = Grid::new(self.columns, height);
        for (y, row) in (0..height).zip(&self.rows) {
            for (x, cell) in (0..self.columns).zip(row) {
                grid.put(x, y, cell.ch, cell.style);
            }
        }
        grid
    }
}
