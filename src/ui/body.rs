//! Where a view draws: the body between header and prompt, or a part of it, and the prompt's row.

use dialtone_terminal::text::{fit, prefix, width};
use dialtone_terminal::{Grid, Style, pipe};

use super::keys::Keys;
use super::styles;
use crate::lang::Language;

/// Where the parts of a screen lie, in its rows from the top.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Body {
    /// The body's first row.
    pub top: u16,
    /// The body's rows.
    pub rows: u16,
    /// The row of the aside above the prompt, where the screen is high enough.
    pub tagline_row: Option<u16>,
    /// The prompt's row.
    pub prompt_row: u16,
}

/// Where a view draws. Body coordinates begin at 0, 0; what does not fit is cut.
pub struct Canvas<'a> {
    grid: &'a mut Grid,
    left: u16,
    top: u16,
    columns: u16,
    rows: u16,
    tagline_row: Option<u16>,
    prompt_row: u16,
    language: &'a Language,
}

impl<'a> Canvas<'a> {
    /// The body of a screen whose caller reads this language.
    pub(super) fn new(grid: &'a mut Grid, body: &Body, language: &'a Language) -> Self {
        let columns = grid.columns();
        let Body { top, rows, tagline_row, prompt_row } = *body;
        Self { grid, left: 0, top, columns, rows, tagline_row, prompt_row, language }
    }

    /// The language that the caller reads.
    pub fn language(&self) -> &'a Language {
        self.language
    }
}

impl Canvas<'_> {
    /// Columns of the body.
    pub fn columns(&self) -> u16 {
        self.columns
    }

    /// Rows of the body.
    pub fn rows(&self) -> u16 {
        self.rows
    }

    /// A part of the body, drawn in as if it were the whole.
    pub fn part(&mut self, x: u16, y: u16, columns: u16, rows: u16) -> Canvas<'_> {
        Canvas {
            left: self.left + x.min(self.columns),
            top: self.top + y.min(self.rows),
            columns: columns.min(self.columns.saturating_sub(x)),
            rows: rows.min(self.rows.saturating_sub(y)),
            tagline_row: None,
            prompt_row: self.prompt_row,
            language: self.language,
            grid: self.grid,
        }
    }

    /// A box with a title in its upper edge; the part inside it, with a column to spare on each side.
    pub fn boxed(&mut self, x: u16, y: u16, columns: u16, rows: u16, title: &str) -> Canvas<'_> {
        let (right, bottom) = (x + columns.saturating_sub(1), y + rows.saturating_sub(1));
        self.line(x, y, columns, title);
        self.fill(x, bottom, columns, '─', styles::LINE);
        for row in y + 1..bottom {
            self.put(x, row, '│', styles::LINE);
            self.put(right, row, '│', styles::LINE);
        }
        for (x, y, corner) in [(x, y, '┌'), (right, y, '┐'), (x, bottom, '└'), (right, bottom, '┘')] {
            self.put(x, y, corner, styles::LINE);
        }
        self.part(x + 2, y + 1, columns.saturating_sub(4), rows.saturating_sub(2))
    }

    /// A rule across with a title in it.
    pub fn rule(&mut self, y: u16, title: &str) {
        let titled = u16::try_from(width(title)).unwrap_or(u16::MAX).saturating_add(6);
        self.line(0, y, rule_columns(self.columns).max(titled).min(self.columns), title);
    }

    /// A line of `columns` with a title in it.
    pub fn line(&mut self, x: u16, y: u16, columns: u16, title: &str) {
        self.fill(x, y, columns, '─', styles::LINE);
        if !title.is_empty() {
            let room = usize::from(columns).saturating_sub(6);
            self.text(x + 2, y, &format!(" {} ", cut(title, room)), styles::HEADING);
        }
    }

    /// One character.
    pub fn put(&mut self, x: u16, y: u16, c: char, style: Style) {
        if x < self.columns && y < self.rows {
            self.grid.put(self.left + x, self.top + y, c, style);
        }
    }

    fn fill(&mut self, x: u16, y: u16, columns: u16, c: char, style: Style) {
        if x < self.columns && y < self.rows {
            let columns = columns.min(self.columns - x);
            self.grid.fill(self.left + x, self.top + y, columns, 1, c, style);
        }
    }

    /// Text in the body, cut at the right edge. Returns the next column.
    pub fn text(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        if y >= self.rows || x >= self.columns {
            return x;
        }
        let text = prefix(text, usize::from(self.columns - x));
        self.grid.text(self.left + x, self.top + y, text, style).saturating_sub(self.left)
    }

    /// Text with pipe codes for colour. Returns the style in force at its end.
    pub fn piped(&mut self, x: u16, y: u16, text: &str, base: Style) -> Style {
        let (mut x, mut style) = (x, base);
        for (run_style, run) in pipe::parse(text, base) {
            x = self.text(x, y, &run, run_style);
            style = run_style;
        }
        Style { bg: base.bg, ..style }
    }

    /// A row of the body in one style.
    pub fn band(&mut self, x: u16, y: u16, columns: u16, style: Style) {
        self.fill(x, y, columns, ' ', style);
    }

    /// Lays cells of art over the body.
    pub fn blit(&mut self, x: u16, y: u16, from: &Grid) {
        self.grid.blit(self.left + x, self.top + y, from);
    }

    /// An aside above the prompt, in place of the tagline, if the screen is high enough. Empty changes nothing.
    pub fn tagline(&mut self, text: &str, style: Style) {
        if let Some(row) = self.tagline_row.filter(|_| !text.is_empty()) {
            self.clear_row(row);
            self.grid.text(2, row, &cut(text, self.prompt_room()), style);
        }
    }

    /// The tagline itself, with pipe codes for colour.
    pub(super) fn default_tagline(&mut self, text: &str) {
        if let Some(row) = self.tagline_row {
            let mut x = 2;
            let end = self.grid.columns().saturating_sub(2);
            for (style, run) in pipe::parse(text, styles::ASIDE) {
                x = self.grid.text(x, row, prefix(&run, usize::from(end.saturating_sub(x))), style);
            }
        }
    }

    fn prompt_room(&self) -> usize {
        usize::from(self.grid.columns()).saturating_sub(4)
    }

    fn clear_row(&mut self, row: u16) {
        let columns = self.grid.columns();
        self.grid.fill(0, row, columns, 1, ' ', Style::DEFAULT);
    }

    /// The prompt, with the cursor behind it, in place of the hints.
    pub fn prompt(&mut self, text: &str) {
        self.clear_row(self.prompt_row);
        let x = self.grid.text(2, self.prompt_row, text, styles::WORDS);
        self.grid.set_cursor(Some((x, self.prompt_row)));
    }

    /// A prompt with a line being typed, and an aside behind it.
    pub fn prompt_input(&mut self, label: &str, line: &super::LineInput, aside: &str) {
        self.clear_row(self.prompt_row);
        let x = self.grid.text(2, self.prompt_row, label, styles::WORDS);
        let aside_width = u16::try_from(width(aside)).unwrap_or(0);
        let room = self.grid.columns().saturating_sub(x + aside_width + 3);
        let (shown, cursor) = line.shown(usize::from(room).max(1));
        self.grid.text(x, self.prompt_row, &shown, styles::NAME);
        self.aside(aside);
        self.grid.set_cursor(Some((x + u16::try_from(cursor).unwrap_or(0), self.prompt_row)));
    }

    fn aside(&mut self, text: &str) {
        let x = self.grid.columns().saturating_sub(u16::try_from(width(text)).unwrap_or(u16::MAX) + 1);
        if x > 2 {
            self.grid.text(x, self.prompt_row, text, styles::ASIDE);
        }
    }

    /// Keys and what they do in the prompt's row, and where the caller is at its right end.
    pub(super) fn hints(&mut self, keys: &Keys) {
        let mut x = 2;
        for hint in keys.placed(self.grid.columns(), self.language) {
            let at = self.grid.text(hint.x, self.prompt_row, hint.label, styles::KEY);
            x = self.grid.text(at + 1, self.prompt_row, &hint.does, styles::WORDS) + 1;
        }
        self.aside(keys.aside_in(self.grid.columns()));
        self.grid.set_cursor(Some((x.min(self.grid.columns().saturating_sub(2)), self.prompt_row)));
    }

    /// Rests the cursor in the body.
    pub fn cursor(&mut self, x: u16, y: u16) {
        if y < self.rows {
            let x = (self.left + x).min(self.grid.columns().saturating_sub(1));
            self.grid.set_cursor(Some((x, self.top + y)));
        }
    }
}

/// How much of a row of `columns` a rule takes: the light on it goes out behind the middle.
pub fn rule_columns(columns: u16) -> u16 {
    columns * 11 / 20
}

/// The text, cut with an ellipsis where it is too long; never padded.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns { text.to_owned() } else { fit(text, columns) }
}
