//! A screen as cells, independent of any terminal.

use crate::cell::{Cell, Style};
use crate::charset::cell_char;

/// Columns x rows cells and where the cursor rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    columns: u16,
    rows: u16,
    cells: Vec<Cell>,
    cursor: Option<(u16, u16)>,
}

impl Grid {
    /// A blank grid without a cursor. No side is less than one cell.
    pub fn new(columns: u16, rows: u16) -> Self {
        let (columns, rows) = (columns.max(1), rows.max(1));
        let cells = vec![Cell::BLANK; usize::from(columns) * usize::from(rows)];
        Self { columns, rows, cells, cursor: None }
    }

    /// Width in cells.
    pub fn columns(&self) -> u16 {
        self.columns
    }

    /// Height in cells.
    pub fn rows(&self) -> u16 {
        self.rows
    }

    /// Puts one character, from the left top 0, 0. Out of range: ignored. A control character becomes a visible
    /// stand-in, a wide one a narrow one or `?`; one without width changes nothing.
    pub fn put(&mut self, x: u16, y: u16, ch: char, style: Style) {
        let Some(ch) = cell_char(ch) else { return };
        if let Some(cell) = self.cell_mut(x, y) {
            *cell = Cell { ch, style };
        }
    }

    /// Puts a line of text, cut at the right edge, and returns the column after it. Control characters (line
    /// ends too) become visible stand-ins; what has no width is left out.
    pub fn text(&mut self, x: u16, y: u16, s: &str, style: Style) -> u16 {
        let mut at = x;
        for ch in s.chars().filter_map(cell_char) {
            let Some(cell) = self.cell_mut(at, y) else { break };
            *cell = Cell { ch, style };
            at += 1;
        }
        at
    }

    /// Fills a rectangle, cut at the edges.
    pub fn fill(&mut self, x: u16, y: u16, w: u16, h: u16, ch: char, style: Style) {
        let Some(ch) = cell_char(ch) else { return };
        let right = x.saturating_add(w).min(self.columns);
        for row in y..y.saturating_add(h).min(self.rows) {
            let cells = self.row_mut(row).get_mut(usize::from(x)..usize::from(right)).unwrap_or_default();
            cells.fill(Cell { ch, style });
        }
    }

    /// The cell at `x`, `y`, if there is one.
    pub fn cell(&self, x: u16, y: u16) -> Option<Cell> {
        self.row(y).get(usize::from(x)).copied()
    }

    /// The cells of row `y`, left to right; none out of range.
    pub fn row(&self, y: u16) -> &[Cell] {
        let start = usize::from(y) * usize::from(self.columns);
        self.cells.get(start..start + usize::from(self.columns)).unwrap_or_default()
    }

    /// Row `y` as text, without the blanks at its end.
    pub fn line(&self, y: u16) -> String {
        let mut line: String = self.row(y).iter().map(|cell| cell.ch).collect();
        line.truncate(line.trim_end_matches(' ').len());
        line
    }

    /// Where the cursor rests after drawing; None hides it. Moved inside if it is outside.
    pub fn set_cursor(&mut self, at: Option<(u16, u16)>) {
        self.cursor = at.map(|(x, y)| (x.min(self.columns - 1), y.min(self.rows - 1)));
    }

    /// Where the cursor rests.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        self.cursor
    }

    /// Copies the cells of `from` to `x`, `y`, cut at the edges. The cursor stays.
    pub fn blit(&mut self, x: u16, y: u16, from: &Grid) {
        for row in 0..from.rows {
            let Some(to) = y.checked_add(row) else { break };
            let target = self.row_mut(to).get_mut(usize::from(x)..).unwrap_or_default();
            for (cell, new) in target.iter_mut().zip(from.row(row)) {
                *cell = *new;
            }
        }
    }

    /// Changes the style of every cell.
    pub fn restyle(&mut self, style: impl Fn(Style) -> Style) {
        for cell in &mut self.cells {
            cell.style = style(cell.style);
        }
    }

    fn row_mut(&mut self, y: u16) -> &mut [Cell] {
        let start = usize::from(y) * usize::from(self.columns);
        self.cells.get_mut(start..start + usize::from(self.columns)).unwrap_or_default()
    }

    fn cell_mut(&mut self, x: u16, y: u16) -> Option<&mut Cell> {
        self.row_mut(y).get_mut(usize::from(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_and_made_visible() {
        let mut grid = Grid::new(10, 2);
        assert_eq!(grid.text(2, 0, "a\x1bé漢e\u{301}f", Style::DEFAULT), 8);
        assert_eq!(grid.line(0), "  a←é?ef");
        assert_eq!(grid.text(8, 1, "long", Style::DEFAULT), 10);
        assert_eq!(grid.line(1), "        lo");
        assert_eq!(grid.text(0, 9, "out", Style::DEFAULT), 0);
    }

    #[test]
    fn nothing_happens_out_of_range() {
        let mut grid = Grid::new(4, 3);
        grid.put(4, 0, 'x', Style::DEFAULT);
        grid.put(0, 3, 'x', Style::DEFAULT);
        grid.fill(u16::MAX, u16::MAX, u16::MAX, u16::MAX, 'x', Style::DEFAULT);
        assert_eq!(grid, Grid::new(4, 3));
        grid.fill(3, 2, 90, 90, 'x', Style::DEFAULT);
        assert_eq!(grid.line(2), "   x");
        assert_eq!(grid.cell(4, 2), None);
        grid.set_cursor(Some((99, 99)));
        assert_eq!(grid.cursor(), Some((3, 2)));
    }

    #[test]
    fn blit_copies_what_fits() {
        let mut small = Grid::new(3, 2);
        small.fill(0, 0, 3, 2, '#', Style::fg(4));
        let mut grid = Grid::new(4, 3);
        grid.blit(2, 2, &small);
        assert_eq!(grid.line(2), "  ##");
        assert_eq!(grid.line(1), "");
        assert_eq!(grid.cell(3, 2).unwrap().style, Style::fg(4));
    }
}
