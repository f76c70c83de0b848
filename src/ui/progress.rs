//! How far a work has come that takes longer than a moment.

use super::keys::Keys;
use super::{Call, Frame, Leave, View, chart, theme};

/// A work of many steps, shown as it goes on: one drawing for each hundredth, and none for a caller of plain words
/// but at the start.
#[derive(Debug, Clone)]
pub struct Progress {
    label: String,
    all: usize,
    done: usize,
    /// The hundredths that are on the screen.
    shown: Option<usize>,
}

impl View for Progress {
    fn draw(&self, frame: &mut Frame<'_>) {
        let wide = frame.columns().min(60);
        let (x, y) = ((frame.columns() - wide) / 2, frame.rows().saturating_sub(4) / 3);
        let mut page = frame.boxed(x, y, wide, 4, &self.label);
        let room = page.columns().saturating_sub(6);
        let share = u16::try_from(self.hundredths() * 10).unwrap_or(1000);
        chart::bar(&mut page, 0, 0, room, share, theme::HEADING);
        page.text(room + 1, 0, &format!("{:>3} %", self.hundredths()), theme::FIGURE);
        page.text(0, 1, &format!("{} of {}", self.done, self.all), theme::ASIDE);
        frame.prompt("one moment ");
    }

    fn keys(&self) -> Keys {
        Keys { typing: true, ..Keys::default() }
    }
}

impl Progress {
    /// A work of `all` steps.
    pub fn new(label: &str, all: usize) -> Self {
        Self { label: label.to_owned(), all, done: 0, shown: None }
    }

    fn hundredths(&self) -> usize {
        (self.done * 100).checked_div(self.all).unwrap_or(100).min(100)
    }

    /// One step more is done.
    pub async fn step(&mut self, call: &mut Call) -> Result<(), Leave> {
        self.done += 1;
        let first = self.shown.is_none();
        if self.shown.replace(self.hundredths()) == Some(self.hundredths()) {
            return Ok(());
        }
        match call.plain() {
            true if first => call.say(&format!("{}, one moment.", self.label)).await,
            true => Ok(()),
            false => call.glimpse(self).await,
        }
    }
}
