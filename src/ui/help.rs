//! The page behind `?`: every key that does something where the caller is, from the same data that the keys obey.

use std::pin::Pin;

use dialtone_terminal::text::width;

use super::keys::{Act, Keys, Meaning};
use super::{Call, Frame, Leave, View, theme};

struct Help {
    lines: Vec<(String, String)>,
    first: usize,
    room: usize,
}

/// Columns of a key's name, a blank behind it included.
const LABELS: u16 = 11;
/// Columns below which the keys stand in one column.
const TWO_COLUMNS: u16 = 76;

impl View for Help {
    fn draw(&self, frame: &mut Frame<'_>) {
        let (columns, rows) = (frame.columns(), frame.rows());
        frame.rule(0, "keys");
        let mut page = frame.part(2, 1, columns.saturating_sub(4), rows.saturating_sub(1));
        let beside = if columns >= TWO_COLUMNS { 2 } else { 1 };
        let wide = page.columns() / beside;
        let room = usize::from(page.rows().max(1));
        let shown = self.lines.iter().skip(self.first).take(room * usize::from(beside));
        for (n, (label, about)) in (0u16..).zip(shown) {
            let (column, y) = (n / page.rows().max(1), n % page.rows().max(1));
            let mut cell = page.part(column * wide, y, wide.saturating_sub(1), 1);
            let at = u16::try_from(width(label)).unwrap_or(0).max(LABELS - 1) + 1;
            cell.text(0, 0, label, theme::KEY);
            cell.text(at, 0, about, theme::WORDS);
        }
    }

    fn keys(&self) -> Keys {
        let mut keys = Keys::of(&[Act::Back]);
        if self.lines.len() > self.room {
            keys.acts.extend([Act::PageUp, Act::PageDown, Act::Up, Act::Down].map(|act| (act, "")));
            keys.aside = format!("{} to {}", self.first + 1, (self.first + self.room).min(self.lines.len()));
        }
        keys
    }
}

/// Shows what the keys mean until the caller goes on. Boxed: it is opened from where every view waits.
pub fn show(call: &mut Call, keys: Keys) -> Pin<Box<dyn Future<Output = Result<(), Leave>> + Send + '_>> {
    let mut help = Help { lines: keys.explained(), first: 0, room: 0 };
    Box::pin(async move {
        loop {
            let beside = if call.terminal.columns >= TWO_COLUMNS { 2 } else { 1 };
            help.room = usize::from(call.body().rows.saturating_sub(1).max(1)) * beside;
            let last = help.lines.len().saturating_sub(help.room);
            help.first = help.first.min(last);
            match help.keys().meaning(call.key(&help).await?) {
                Meaning::Act(Act::Up) => help.first = help.first.saturating_sub(1),
                Meaning::Act(Act::Down) => help.first = (help.first + 1).min(last),
                Meaning::Act(Act::PageUp) => help.first = help.first.saturating_sub(help.room),
                Meaning::Act(Act::PageDown) => help.first = (help.first + help.room).min(last),
                _ => return Ok(()),
            }
        }
    })
}

/// The keys in lines, for terminals of plain words.
pub fn in_words(choices: &str, own: &[(&'static str, &'static str)]) -> String {
    let mut words = format!("{choices}\n");
    for (key, does) in own {
        words.push_str(&format!("{key}: {does}\n"));
    }
    words.push_str("/: reads what the pager brought\n?: these lines\nQ: goes back");
    words
}
