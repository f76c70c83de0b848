//! A text to read, with a block of facts above it, pages, a search, and keys of its screen.

mod plain;

use dialtone_terminal::text::wrap;
use dialtone_terminal::{Key, Style, pipe};

use crate::ui::keys::{Act, Hint, Keys, Meaning};
use crate::ui::panel::Panel;
use crate::ui::widgets::search::{IncrementalSearch, SearchOutcome, find, seek};
use crate::ui::{CallEvent, Canvas, Conversation, View, Widget, styles};

/// A text and what stands above it.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// What it is, in a box above it; empty for none.
    pub heading: Panel,
    /// The words, with pipe codes for colour.
    pub body: String,
    /// Keys of the screen, besides the viewer's own.
    pub keys: Vec<Hint>,
    /// A remark above the prompt.
    pub note: String,
    /// What lies beyond the end, in a word; nothing does when it is empty.
    pub next: &'static str,
}

/// What the caller did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewerOutcome {
    /// Read on past the end.
    Next,
    /// Back past the beginning.
    Previous,
    /// Pressed a key of the screen, upper case.
    Key(char),
    /// Wants to read the pager.
    Pages,
    /// Wants out.
    Back,
}

struct Viewer<'a> {
    text: &'a Text,
    lines: Vec<String>,
    first: usize,
    /// Rows of the text on the screen.
    room: usize,
    /// The screen it is laid out for.
    size: (u16, u16),
    search: Option<IncrementalSearch>,
    /// The line that was found last.
    found: Option<usize>,
}

/// Rows of the body below which the heading gives way to the text.
const LOW: u16 = 9;
/// The most columns of a line that is read with ease.
const LINE: usize = 100;

/// Lines that a caller quotes begin so.
fn is_quote(line: &str) -> bool {
    line.find('>').is_some_and(|at| at <= 4)
}

impl<'a> Viewer<'a> {
    fn new(text: &'a Text) -> Self {
        Self { text, lines: Vec::new(), first: 0, room: 1, size: (0, 0), search: None, found: None }
    }
}

impl Viewer<'_> {
    /// Rows of the heading's box on a screen of this size.
    fn heading(&self, columns: u16, rows: u16) -> u16 {
        let heading = &self.text.heading;
        if heading.pairs.is_empty() || rows < LOW {
            return 0;
        }
        (heading.pair_rows(columns.saturating_sub(6)) + 2).min(rows / 2)
    }

    /// Lays the text out anew for a screen of this size.
    fn lay_out(&mut self, columns: u16, rows: u16) {
        if std::mem::replace(&mut self.size, (columns, rows)) == (columns, rows) {
            return;
        }
        let wide = usize::from(columns.saturating_sub(4)).clamp(10, LINE);
        self.lines = Vec::new();
        if self.heading(columns, rows) == 0 {
            // On a low screen the facts are the text's first lines.
            let fact = |(label, value): &(&str, String)| format!("|06{label}|07 {}", pipe::escape(value));
            self.lines.extend(self.text.heading.pairs.iter().map(fact));
        }
        self.lines.extend(self.text.body.split('\n').flat_map(|line| wrap(line, wide)));
        self.room = usize::from(rows.saturating_sub(self.heading(columns, rows))).max(1);
        self.first = self.first.min(self.last());
    }

    /// The first line of the last page.
    fn last(&self) -> usize {
        self.lines.len().saturating_sub(self.room)
    }

    fn draw_line(&self, frame: &mut Canvas<'_>, y: u16, line: &str, base: Style) -> Style {
        let style = if is_quote(line) {
            frame.text(2, y, &pipe::strip(line), styles::HEADING);
            base
        } else {
            frame.piped(2, y, line, base)
        };
        let needle = self.search.as_ref().map(IncrementalSearch::needle).unwrap_or_default();
        let plain = pipe::strip(line);
        if let Some((at, long)) = find(&plain, &needle) {
            let found: String = plain.chars().skip(at).take(long).collect();
            frame.text(2 + u16::try_from(at).unwrap_or(0), y, &found, styles::chosen(styles::FIGURE));
        }
        style
    }

    /// A key of a search.
    fn search(&mut self, key: Key) {
        let Some(search) = &mut self.search else { return };
        let sought = search.press(key);
        let needle = search.needle();
        let from = self.found.unwrap_or(self.first);
        let (from, backwards) = match sought {
            SearchOutcome::Changed => (from, false),
            SearchOutcome::Next => (from + 1, false),
            SearchOutcome::Previous => (from + self.lines.len().saturating_sub(1), true),
            SearchOutcome::Nothing => return,
            SearchOutcome::Done | SearchOutcome::Left => {
                self.search = None;
                self.found = None;
                return;
            }
        };
        let matches =
            |n: usize| self.lines.get(n).is_some_and(|line| find(&pipe::strip(line), &needle).is_some());
        self.found = seek(self.lines.len(), from, backwards, matches);
        if let Some(found) = self.found
            && !(self.first..self.first + self.room).contains(&found)
        {
            self.first = found.saturating_sub(self.room / 2).min(self.last());
        }
    }

    fn press(&mut self, key: Key) -> Option<ViewerOutcome> {
        let last = self.last();
        let act = match self.keys().meaning(key) {
            Meaning::Own(key) => return Some(ViewerOutcome::Key(key)),
            Meaning::Act(act) => act,
            Meaning::Other(_) => return None,
        };
        self.first = match act {
            Act::Up => self.first.saturating_sub(1),
            Act::Down => (self.first + 1).min(last),
            Act::PageUp => self.first.saturating_sub(self.room),
            Act::PageDown => (self.first + self.room).min(last),
            Act::First => 0,
            Act::Last => last,
            Act::Choose | Act::Forward if self.first < last => (self.first + self.room).min(last),
            Act::Choose | Act::Forward | Act::Right => return Some(ViewerOutcome::Next),
            Act::Left => return Some(ViewerOutcome::Previous),
            Act::Back => return Some(ViewerOutcome::Back),
            Act::Pages => return Some(ViewerOutcome::Pages),
            Act::Find => {
                self.search = Some(IncrementalSearch::new(""));
                self.first
            }
            _ => self.first,
        };
        None
    }
}

impl View for Viewer<'_> {
    fn draw(&self, frame: &mut Canvas<'_>) {
        let (columns, rows) = (frame.columns(), frame.rows());
        let heading = self.heading(columns, rows);
        if heading > 0 {
            let panel = &self.text.heading;
            panel.draw(&mut frame.boxed(1, 0, columns.saturating_sub(2), heading, &panel.title));
        }
        let mut base = styles::WORDS;
        let room = usize::from(rows - heading);
        // A colour holds until the next code, also over the top of the page.
        for line in self.lines.iter().take(self.first) {
            if !is_quote(line) {
                base =
                    pipe::parse(line, base).last().map_or(base, |(style, _)| Style { bg: base.bg, ..*style });
            }
        }
        for (y, line) in (heading..).zip(self.lines.iter().skip(self.first).take(room)) {
            base = self.draw_line(frame, y, line, base);
        }
        let below = self.lines.len().saturating_sub(self.first + room);
        let note = match below {
            0 => self.text.note.clone(),
            1 => "1 more line below".to_owned(),
            below => format!("{below} more lines below"),
        };
        frame.tagline(&note, styles::ASIDE);
        if let Some(search) = &self.search {
            let found = if self.found.is_none() && !search.line.is_empty() { "not here" } else { "" };
            frame.prompt_input("find: ", &search.line, found);
        }
    }

    fn keys(&self) -> Keys {
        if self.search.is_some() {
            return Keys { typing: true, ..Keys::default() };
        }
        let onward = if self.first < self.last() { "more" } else { self.text.next };
        let mut keys = Keys { own: self.text.keys.clone(), ..Keys::of(&[Act::Back, Act::Pages]) };
        if !onward.is_empty() {
            keys.acts.push((Act::Choose, onward));
            keys.acts.extend([Act::Forward, Act::Left, Act::Right].map(|act| (act, "")));
        }
        if self.last() > 0 {
            let moves = [Act::Up, Act::Down, Act::PageUp, Act::PageDown, Act::First, Act::Last, Act::Find];
            keys.acts.extend(moves.map(|act| (act, "")));
            let all = self.lines.len();
            keys.aside = format!("{} of {all}", (self.first + self.room).min(all));
        }
        keys
    }
}

impl Widget for Viewer<'_> {
    type Outcome = ViewerOutcome;

    fn fit(&mut self, columns: u16, rows: u16) {
        self.lay_out(columns, rows);
    }

    fn take(&mut self, event: CallEvent) -> Option<ViewerOutcome> {
        let CallEvent::Key(key) = event else { return None };
        if self.search.is_none() {
            return self.press(key);
        }
        self.search(key);
        None
    }

    async fn in_plain_text<C: Conversation>(&mut self, call: &mut C) -> Result<ViewerOutcome, C::End> {
        plain::read(call, self.text).await
    }
}

/// Shows a text until the caller does something else than turning its pages.
pub async fn read<C: Conversation>(call: &mut C, text: &Text) -> Result<ViewerOutcome, C::End> {
    call.run(&mut Viewer::new(text)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn viewer(text: &Text) -> Viewer<'_> {
        let mut viewer = Viewer::new(text);
        viewer.fit(80, 10);
        viewer
    }

    fn long() -> Text {
        let body = (1..=30).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n");
        Text { body, next: "next", keys: vec![("R", "reply")], ..Text::default() }
    }

    #[test]
    fn a_text_is_read_page_by_page_then_left() {
        let text = long();
        let mut viewer = viewer(&text);
        assert_eq!(viewer.press(Key::Enter), None);
        assert_eq!(viewer.first, 10);
        viewer.press(Key::Char(' '));
        assert_eq!(viewer.press(Key::Char(' ')), Some(ViewerOutcome::Next));
        assert_eq!(viewer.press(Key::Char('r')), Some(ViewerOutcome::Key('R')));
        assert_eq!(viewer.press(Key::Left), Some(ViewerOutcome::Previous));
        assert_eq!(viewer.press(Key::Escape), Some(ViewerOutcome::Back));
    }

    #[test]
    fn words_are_found_where_they_stand() {
        let text = long();
        let mut viewer = viewer(&text);
        viewer.press(Key::Char('\''));
        "line 27".chars().for_each(|c| viewer.search(Key::Char(c)));
        assert_eq!(viewer.found, Some(26));
        assert!((viewer.first..viewer.first + viewer.room).contains(&26));
        viewer.search(Key::Escape);
        assert!(viewer.search.is_none());
    }

    proptest! {
        #[test]
        fn no_keys_leave_the_text(body in "[a-c\n|0-9]{0,200}", keys in prop::collection::vec(0..9u8, 0..60), rows in 1..20u16) {
            let text = Text { body, ..long() };
            let mut viewer = viewer(&text);
            for key in keys {
                let key = [Key::Up, Key::Down, Key::PageUp, Key::PageDown, Key::Home, Key::End, Key::Char('\''), Key::Char('b'), Key::Escape][usize::from(key)];
                if viewer.search.is_some() { viewer.search(key); } else { viewer.press(key); }
                viewer.lay_out(40, rows);
                prop_assert!(viewer.first <= viewer.last());
            }
        }
    }
}
