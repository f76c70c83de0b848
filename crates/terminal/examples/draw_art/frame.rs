//! What the screens share: inks, rules, marks, and the date on the files.

use dialtone_terminal::{Grid, Style};

/// The width of every screen in columns.
pub const COLUMNS: u16 = 80;

/// Deep blue, for rules.
pub const LINE: Style = Style::fg(4);
/// Cyan, for headings.
pub const HEADING: Style = Style::fg(6);
/// Light grey, for words.
pub const WORDS: Style = Style::fg(7);
/// Dark grey, for asides.
pub const ASIDE: Style = Style::fg(8);
/// Bright cyan, for titles.
pub const TITLE: Style = Style::fg(14);
/// White, for names.
pub const NAME: Style = Style::fg(15);

/// A mark of two capitals as wide as `columns`; the value goes to the left.
pub fn mark(name: &str, columns: usize) -> String {
    format!("|{name:~<0$}", columns.saturating_sub(1))
}

/// As [`mark`]; the value goes to the right.
pub fn mark_right(name: &str, columns: usize) -> String {
    format!("{}>", mark(name, columns.saturating_sub(1)))
}

/// A rule from column 1 to the last but one.
pub fn rule(grid: &mut Grid, y: u16, style: impl Fn(u16) -> Style) {
    for x in 1..COLUMNS - 1 {
        grid.put(x, y, '─', style(x));
    }
}
