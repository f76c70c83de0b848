//! The frame round every view: header, rule, body, rule, a tagline, the prompt, the status line.

use dialtone_terminal::art::Art;
use dialtone_terminal::text::width;
use dialtone_terminal::{Capabilities, Charset, Grid};

use super::body::{Body, Canvas, cut, rule_columns};
use super::keys::Keys;
use super::styles;
use super::{Location, MciValues, Theme};
use crate::lang::Language;

/// Rows of a header, on screens of 60 columns and more.
const HEADER: u16 = 6;
/// Rows of a header on narrower and on lower screens.
const LOW_HEADER: u16 = 4;
/// The columns of the narrow art.
const NARROW: u16 = 40;
/// A screen with fewer rows has a low header.
const ROOMY: u16 = 20;
/// A screen with fewer rows has one line for a header.
const HIGH: u16 = 16;

/// A view draws itself from its state, and nothing else.
pub trait View: Sync {
    /// Draws the body. The hints of its keys stand in the prompt's row already; it may lay a prompt over them.
    fn draw(&self, frame: &mut Canvas<'_>);

    /// What keys mean here.
    fn keys(&self) -> Keys;

    /// Whether letters are text here, as its keys say; said apart, because it is asked for each letter.
    fn typing(&self) -> bool {
        self.keys().typing
    }

    /// Whether it shows who is on line, so that comings and goings are news to it.
    fn shows_callers(&self) -> bool {
        false
    }

    /// Whether only the prompt is drawn, without a header.
    fn bare(&self) -> bool {
        false
    }
}

/// What stands round a view.
pub struct Chrome<'a> {
    /// The art.
    pub theme: &'a Theme,
    /// Where the caller is.
    pub place: &'a Location,
    /// What marks stand for.
    pub values: &'a MciValues,
    /// The pager's line, if something waits.
    pub page: Option<&'a str>,
    /// How many more wait behind it.
    pub more: usize,
    /// The clock, as last shown.
    pub clock: &'a str,
    /// How many are on line, as last shown.
    pub online: Option<usize>,
    /// Whether the caller is one of them: at the door they are not.
    pub known: bool,
    /// The tagline, for views that have nothing better to say.
    pub tagline: &'a str,
    /// The language that the caller reads.
    pub language: &'a Language,
}

/// Draws a view with everything round it.
pub fn draw(view: &dyn View, round: &Chrome<'_>, terminal: &Capabilities) -> (Grid, Body) {
    let (columns, rows) = (terminal.columns, terminal.rows);
    let mut grid = Grid::new(columns, rows);
    let top = if view.bare() { 0 } else { header(&mut grid, round, terminal.charset) };
    // A terminal's own status line leaves the last row to the board.
    let status_row = if terminal.status_line { rows } else { rows.saturating_sub(1) };
    let prompt_row = status_row.saturating_sub(1);
    // A low screen gives up the tagline first, then the lower rule.
    let (tagline_row, rule_row) = match status_row.saturating_sub(top) {
        0..=6 => (None, None),
        7..=10 => (None, Some(prompt_row.saturating_sub(1))),
        _ => (Some(prompt_row.saturating_sub(1)), Some(prompt_row.saturating_sub(2))),
    };
    if let Some(row) = rule_row {
        rule(&mut grid, row);
    }
    let bottom = rule_row.unwrap_or(prompt_row);
    let body = Body { top, rows: bottom.saturating_sub(top), tagline_row, prompt_row };
    let mut frame = Canvas::new(&mut grid, &body, round.language);
    frame.default_tagline(round.tagline);
    frame.hints(&view.keys());
    view.draw(&mut frame);
    if !terminal.status_line {
        grid.blit(0, status_row, &status(round, columns));
    }
    (grid, body)
}

/// The header: the place's art, as wide as the screen. Returns its rows.
fn header(grid: &mut Grid, round: &Chrome<'_>, charset: Charset) -> u16 {
    let (columns, rows) = (grid.columns(), grid.rows());
    // A low screen has no room for a high header.
    let widest = if rows >= ROOMY { columns } else { columns.min(NARROW) };
    let theme = round.theme;
    let art = [round.place.art(), "inner"].iter().find_map(|name| theme.fit(name, charset, widest));
    let Some(art) = art.filter(|_| rows >= HIGH) else {
        let x = grid.text(
            1,
            0,
            &cut(round.place.title(), usize::from(columns).saturating_sub(2)),
            styles::HEADING,
        );
        let room = usize::from(columns.saturating_sub(x + 3));
        grid.text(x + 2, 0, &cut(round.place.subtitle(), room), styles::ASIDE);
        return 1;
    };
    let height = art.grid().rows().min(header_rows(art));
    let marks = || art.marks().iter().filter(|mark| mark.y < height);
    // Words stand on the left and the light on the right: between them every row can be drawn out.
    let words = marks().map(|mark| mark.x + mark.width).max().unwrap_or(0);
    let spare = columns - art.grid().columns();
    for y in 0..height {
        let row = art.grid().row(y);
        let seam = row.get(usize::from(words.saturating_sub(1))).copied().unwrap_or_default();
        grid.fill(0, y, columns, 1, seam.ch, seam.style);
        for (x, cell) in (0..).zip(row) {
            grid.put(if x < words { x } else { x + spare }, y, cell.ch, cell.style);
        }
    }
    for mark in marks() {
        let mut mark = mark.clone();
        mark.width += spare;
        let value = round.place.value(&mark.name);
        let value = value.as_deref().or_else(|| round.values.get(&mark.name)).unwrap_or_default();
        grid.text(mark.x, mark.y, &mark.field(value), mark.style);
    }
    height
}

/// The rows of art that are its header, if it is that high.
pub fn header_rows(art: &Art) -> u16 {
    if art.grid().columns() > NARROW { HEADER } else { LOW_HEADER }
}

/// The rule above the prompt: the light of the header falls on it from the left, and it goes out behind the middle.
fn rule(grid: &mut Grid, row: u16) {
    let columns = grid.columns();
    grid.fill(0, row, rule_columns(columns), 1, '─', styles::LINE);
    grid.fill(0, row, columns / 4, 1, '─', styles::HEADING);
    grid.fill(0, row, columns / 10, 1, '─', styles::KEY);
}

/// The status line: the pager and what goes on, how many wait and the clock. Its last cell is blank.
pub fn status(round: &Chrome<'_>, columns: u16) -> Grid {
    let mut grid = Grid::new(columns, 1);
    grid.fill(0, 0, columns, 1, ' ', styles::STATUS);
    let right = match (round.page, round.more) {
        (Some(_), 0) => format!("/ to read  {}", round.clock),
        (Some(_), more) => format!("+{more}  / to read  {}", round.clock),
        (None, _) => round.clock.to_owned(),
    };
    let right_at = columns.saturating_sub(u16::try_from(width(&right)).unwrap_or(0) + 1);
    let room = usize::from(right_at.saturating_sub(2));
    match round.page {
        Some(page) => grid.text(0, 0, &cut(&format!("» {page}"), room), styles::STATUS),
        None => {
            let words = match round.online {
                Some(1) if round.known => format!("{} · you are the only one here", round.values.board()),
                Some(online) => format!("{} · {online} on line", round.values.board()),
                None => round.values.board().to_owned(),
            };
            grid.text(1, 0, &cut(&words, room), styles::STATUS_ASIDE)
        }
    };
    grid.text(right_at, 0, &right, styles::STATUS_ASIDE);
    grid
}
