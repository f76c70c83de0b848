//! A panel: what there is to know about one thing, as pairs, words and a picture, in whatever room there is.

use dialtone_terminal::text::wrap;

use super::body::cut;
use super::{Canvas, chart, styles};

/// One bar of a panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What it stands for.
    pub label: String,
    /// 0 to 1,000.
    pub share: u16,
    /// The figure behind the bar.
    pub figure: String,
}

/// Figures as a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// Columns over time; below the base in the colour of loss.
    Columns {
        /// The values, oldest first.
        values: Vec<i64>,
        /// What they are compared with.
        base: i64,
    },
    /// Parts of a whole.
    Bars(Vec<Share>),
}

/// What there is to know about one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Panel {
    /// What it is.
    pub title: String,
    /// Label and value.
    pub pairs: Vec<(&'static str, String)>,
    /// Words below them.
    pub words: String,
    /// A picture beside or below.
    pub picture: Option<Picture>,
}

/// Columns from which two things stand side by side.
const WIDE: u16 = 56;
/// Rows of a chart that has all the room it wants.
const CHART_ROWS: u16 = 12;
/// Columns of a label, two blanks behind it included.
const LABELS: u16 = 10;

impl Panel {
    /// Draws what is in the panel; the title is its box's.
    pub fn draw(&self, frame: &mut Canvas<'_>) {
        let (columns, rows) = (frame.columns(), frame.rows());
        let Some(picture) = &self.picture else {
            let beside = if columns >= WIDE { 2 } else { 1 };
            let y = self.draw_pairs(frame, beside);
            return self.draw_words(frame, y);
        };
        if columns >= WIDE {
            let half = columns / 2;
            let mut text = frame.part(0, 0, half.saturating_sub(2), rows);
            let y = self.draw_pairs(&mut text, 1);
            self.draw_words(&mut text, y);
            picture.draw(&mut frame.part(half, 0, columns - half, rows));
        } else {
            let y = self.draw_pairs(frame, 1);
            picture.draw(&mut frame.part(0, y, columns, rows.saturating_sub(y)));
        }
    }

    /// Rows of the pairs in a panel of this many columns.
    pub fn pair_rows(&self, columns: u16) -> u16 {
        let beside = if columns >= WIDE && self.picture.is_none() { 2 } else { 1 };
        u16::try_from(self.pairs.len().div_ceil(beside)).unwrap_or(u16::MAX)
    }

    /// Rows of all there is in a panel of this many columns.
    pub fn rows(&self, columns: u16) -> u16 {
        let words =
            if self.words.is_empty() { 0 } else { wrap(&self.words, usize::from(columns).max(1)).len() };
        let picture = match &self.picture {
            None => 0,
            Some(Picture::Columns { .. }) => CHART_ROWS,
            Some(Picture::Bars(shares)) => u16::try_from(shares.len()).unwrap_or(u16::MAX),
        };
        self.pair_rows(columns)
            .saturating_add(u16::try_from(words).unwrap_or(u16::MAX))
            .saturating_add(picture)
    }

    fn draw_pairs(&self, frame: &mut Canvas<'_>, beside: u16) -> u16 {
        let wide = frame.columns() / beside;
        for (n, (label, value)) in (0u16..).zip(&self.pairs) {
            let (column, y) = (n % beside, n / beside);
            frame.text(column * wide, y, label, styles::HEADING);
            let room = usize::from(wide.saturating_sub(LABELS + 1));
            frame.text(column * wide + LABELS, y, &cut(value, room), styles::NAME);
        }
        u16::try_from(self.pairs.len()).unwrap_or(u16::MAX).div_ceil(beside)
    }

    fn draw_words(&self, frame: &mut Canvas<'_>, from: u16) {
        if !self.words.is_empty() {
            let room = usize::from(frame.rows().saturating_sub(from));
            let lines = wrap(&self.words, usize::from(frame.columns()).max(1));
            for (y, line) in (from..).zip(lines.iter().take(room)) {
                frame.text(0, y, line, styles::WORDS);
            }
        }
    }

    /// The panel in lines.
    pub fn in_words(&self) -> String {
        let mut lines: Vec<String> = vec![self.title.clone()];
        lines.extend(self.pairs.iter().map(|(label, value)| format!("{label}: {value}")));
        lines.push(self.words.clone());
        if let Some(Picture::Bars(shares)) = &self.picture {
            lines.extend(shares.iter().map(|share| format!("{}: {}", share.label, share.figure)));
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }
}

impl Picture {
    fn draw(&self, frame: &mut Canvas<'_>) {
        match self {
            Self::Columns { values, base } => chart::columns(frame, values, *base),
            Self::Bars(shares) => {
                let figures = 8;
                let room = frame.columns().saturating_sub(LABELS + figures);
                for (y, share) in (0..frame.rows()).zip(shares) {
                    frame.text(0, y, &cut(&share.label, usize::from(LABELS) - 2), styles::KEY);
                    chart::bar(frame, LABELS, y, room, share.share, styles::LINE);
                    frame.text(LABELS + room + 1, y, &share.figure, styles::WORDS);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::body::Body;
    use dialtone_terminal::Grid;

    fn drawn(panel: &Panel, columns: u16, rows: u16) -> Vec<String> {
        let mut grid = Grid::new(columns, rows);
        let body = Body { top: 0, rows, tagline_row: None, prompt_row: rows };
        panel.draw(&mut Canvas::new(&mut grid, &body, crate::lang::english()));
        (0..rows).map(|row| grid.line(row)).collect()
    }

    fn panel() -> Panel {
        let pairs = vec![("from", "Sysop".to_owned()), ("written", "today".to_owned())];
        Panel { pairs, words: "some words".into(), ..Panel::default() }
    }

    #[test]
    fn pairs_stand_side_by_side_where_there_is_room() {
        let rows = drawn(&panel(), 60, 3);
        assert_eq!(rows, ["from      Sysop               written   today", "some words", ""]);
        let rows = drawn(&panel(), 30, 3);
        assert_eq!(rows, ["from      Sysop", "written   today", "some words"]);
        assert_eq!((panel().pair_rows(60), panel().pair_rows(30)), (1, 2));
    }

    #[test]
    fn a_picture_stands_beside_or_below() {
        let share = Share { label: "cash".into(), share: 500, figure: "50 %".into() };
        let panel = Panel { picture: Some(Picture::Bars(vec![share])), words: String::new(), ..panel() };
        assert_eq!(drawn(&panel, 60, 3)[0], "from      Sysop               cash      ██████······ 50 %");
        assert!(drawn(&panel, 30, 3)[2].starts_with("cash      ██████······ 50 %"));
        assert!(panel.in_words().ends_with("cash: 50 %"));
    }
}
