//! Aligned columns for people.

use chrono::{DateTime, Utc};
use dialtone_terminal::text::clean_line;
use unicode_width::UnicodeWidthStr;

/// What stands between two columns.
const GAP: &str = "  ";

/// Which edge of its column a value keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Words.
    Left,
    /// Figures.
    Right,
}

/// Rows under headings.
#[derive(Debug)]
pub struct Table {
    edges: Vec<Edge>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new<const N: usize>(columns: [(&str, Edge); N]) -> Self {
        let edges = columns.iter().map(|(_, edge)| *edge).collect();
        let heading = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        Self { edges, rows: vec![heading] }
    }

    /// A table without headings.
    pub fn bare<const N: usize>(edges: [Edge; N]) -> Self {
        Self { edges: edges.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; what a terminal would obey is left out of it.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.iter().map(|cell| clean_line(cell)).collect());
    }

    /// The table, or `nothing` if it has no row.
    pub fn or(&self, nothing: &str) -> String {
        if self.rows.len() < 2 { nothing.to_owned() } else { self.lines() }
    }

    /// Every row on a line of its own.
    pub fn lines(&self) -> String {
        let widest = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.edges.len()).map(widest).collect();
        let line = |row: &Vec<String>| {
            let cells: Vec<String> = row
                .iter()
                .zip(self.edges.iter().zip(&widths))
                .map(|(cell, (edge, columns))| {
                    let blanks = " ".repeat(columns.saturating_sub(cell.width()));
                    match edge {
                        Edge::Left => format!("{cell}{blanks}"),
                        Edge::Right => format!("{blanks}{cell}"),
                    }
                })
                .collect();
            cells.join(GAP).trim_end().to_owned()
        };
        self.rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A moment to the minute, in UTC.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_left_and_figures_right() {
        let mut table = Table::new([("handle", Edge::Left), ("calls", Edge::Right), ("from", Edge::Left)]);
        table.row(["たかし".into(), "7".into(), "Ōsaka".into()]);
        table.row(["A very long one".into(), "1000000".into(), String::new()]);
        let lines =
            ["handle             calls  from", "たかし                 7  Ōsaka", "A very long one  1000000"];
        assert_eq!(table.or("nobody"), lines.join("\n"));
    }

    #[test]
    fn an_empty_table_says_so() {
        assert_eq!(Table::new([("handle", Edge::Left)]).or("Nobody is on."), "Nobody is on.");
    }

    #[test]
    fn a_cell_stays_on_its_line_and_moves_no_cursor() {
        let mut table = Table::new([("subject", Edge::Left)]);
        table.row(["a\nb\u{1b}[2Jc".into()]);
        let text = table.or("");
        assert_eq!(text.lines().count(), 2);
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }
}
