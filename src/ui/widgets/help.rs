//! The page behind `?`: every key that does something where the caller is, from the same data that the keys obey.

use std::collections::VecDeque;

use dialtone_terminal::text::{width, wrap};
use futures_util::future::BoxFuture;

use crate::lang::Language;
use crate::ui::keys::{Act, Keys, Meaning};
use crate::ui::{CallEvent, Canvas, Conversation, View, Widget, styles};

/// Each key's name, and what it does.
type Lines = Vec<(String, String)>;

struct Help {
    keys: Lines,
    first: usize,
    /// Columns and rows of the body.
    size: (u16, u16),
    /// What happened that the view behind it must hear of, the latest last.
    meanwhile: VecDeque<CallEvent>,
}

/// The most that is kept of what happened: a list that has missed more is no worse off than one that was not open.
const MEANWHILE: usize = 32;

/// Columns of a key's name, a blank behind it included.
const LABELS: u16 = 11;
/// Columns below which the keys stand in one column.
const TWO_COLUMNS: u16 = 76;

/// What stands behind a key's name: the next name's column, or the one after a long name.
fn behind(label: &str) -> u16 {
    u16::try_from(width(label)).unwrap_or(0).max(LABELS - 1) + 1
}

/// The keys in lines of `columns`: what is longer goes on below.
fn wrapped(keys: &Lines, columns: u16) -> Lines {
    let mut lines = Lines::new();
    for (label, about) in keys {
        let room = usize::from(columns.saturating_sub(behind(label))).max(8);
        let parts = wrap(about, room);
        let labels = std::iter::once(label.clone()).chain(std::iter::repeat(" ".repeat(width(label))));
        lines.extend(labels.zip(parts));
    }
    lines
}

impl Help {
    fn of(keys: &Keys, language: &Language) -> Self {
        Self { keys: keys.explained(language), first: 0, size: (0, 0), meanwhile: VecDeque::new() }
    }

    /// How many columns of keys there are in a body of this size, their width, and the keys in lines of that width.
    fn laid_out(&self, columns: u16, rows: u16) -> (u16, u16, Lines) {
        let page = columns.saturating_sub(4);
        let whole = wrapped(&self.keys, page.saturating_sub(1));
        if columns < TWO_COLUMNS || whole.len() <= usize::from(rows.saturating_sub(1)) {
            return (1, page, whole);
        }
        (2, page / 2, wrapped(&self.keys, (page / 2).saturating_sub(1)))
    }

    /// How many lines there are, and how many of them are on the screen.
    fn lengths(&self) -> (usize, usize) {
        let (columns, rows) = self.size;
        let (beside, _, lines) = self.laid_out(columns, rows);
        (lines.len(), usize::from(rows.saturating_sub(1).max(1)) * usize::from(beside))
    }
}

impl View for Help {
    fn draw(&self, frame: &mut Canvas<'_>) {
        let (columns, rows) = (frame.columns(), frame.rows());
        frame.rule(0, "keys");
        let mut page = frame.part(2, 1, columns.saturating_sub(4), rows.saturating_sub(1));
        let (beside, wide, lines) = self.laid_out(columns, rows);
        let room = usize::from(page.rows().max(1));
        let shown = lines.iter().skip(self.first).take(room * usize::from(beside));
        for (n, (label, about)) in (0u16..).zip(shown) {
            let (column, y) = (n / page.rows().max(1), n % page.rows().max(1));
            let mut cell = page.part(column * wide, y, wide.saturating_sub(1), 1);
            cell.text(0, 0, label, styles::KEY);
            cell.text(behind(label), 0, about, styles::WORDS);
        }
    }

    fn keys(&self) -> Keys {
        let mut keys = Keys::of(&[Act::Back]);
        let (lines, room) = self.lengths();
        if lines > room {
            keys.acts.extend([Act::PageUp, Act::PageDown, Act::Up, Act::Down].map(|act| (act, "")));
            keys.aside = format!("{} to {}", self.first + 1, (self.first + room).min(lines));
        }
        keys
    }
}

impl Widget for Help {
    type Outcome = VecDeque<CallEvent>;

    fn fit(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
        let (lines, room) = self.lengths();
        self.first = self.first.min(lines.saturating_sub(room));
    }

    fn take(&mut self, event: CallEvent) -> Option<VecDeque<CallEvent>> {
        let CallEvent::Key(key) = event else {
            self.meanwhile.truncate(MEANWHILE - 1);
            self.meanwhile.push_back(event);
            return None;
        };
        let (lines, room) = self.lengths();
        let last = lines.saturating_sub(room);
        self.first = match self.keys().meaning(key) {
            Meaning::Act(Act::Up) => self.first.saturating_sub(1),
            Meaning::Act(Act::Down) => (self.first + 1).min(last),
            Meaning::Act(Act::PageUp) => self.first.saturating_sub(room),
            Meaning::Act(Act::PageDown) => (self.first + room).min(last),
            _ => return Some(std::mem::take(&mut self.meanwhile)),
        };
        None
    }

    async fn in_plain_text<C: Conversation>(&mut self, call: &mut C) -> Result<Self::Outcome, C::End> {
        let lines: Vec<String> = self.keys.iter().map(|(label, about)| format!("{label}: {about}")).collect();
        call.say_long(&lines.join("\n")).await?;
        Ok(VecDeque::new())
    }
}

/// Shows what the keys mean until the caller goes on, and gives what happened meanwhile. Boxed: it is opened from where
/// every view waits.
pub fn show<C: Conversation>(call: &mut C, keys: Keys) -> BoxFuture<'_, Result<VecDeque<CallEvent>, C::End>> {
    Box::pin(async move {
        let mut help = Help::of(&keys, call.language());
        call.run(&mut help).await
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::english;
    use crate::ui::keys::COMMON;

    #[test]
    fn no_key_is_explained_in_half_a_sentence() {
        let every: Vec<Act> = COMMON.iter().map(|binding| binding.act).collect();
        let mut keys = Keys::of(&every);
        keys.topics = vec![("1 to 9".into(), "go to the row of that number".into())];
        for (columns, rows) in [(80, 17), (80, 40), (40, 17), (132, 17)] {
            let help = Help { size: (columns, rows), ..Help::of(&keys, english()) };
            let (_, wide, lines) = help.laid_out(columns, rows);
            for (label, about) in &lines {
                assert!(usize::from(behind(label)) + width(about) < usize::from(wide), "{columns}: {about}");
            }
            let said = |lines: &Lines| {
                lines.iter().flat_map(|(_, about)| about.split(' ').map(str::to_owned)).collect::<Vec<_>>()
            };
            assert_eq!(said(&lines), said(&help.keys), "{columns}");
        }
    }
}
