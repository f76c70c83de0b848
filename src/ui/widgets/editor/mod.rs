//! The message editor: paragraphs wrapped to the screen as they are typed; in plain words a line after the other.

mod autosave;
mod plain;
mod text;
mod view;

use std::sync::Arc;

use dialtone_terminal::Key;
use tokio::time::Instant;

pub use self::autosave::Autosave;
use self::autosave::UnsavedChanges;
use self::text::{CursorPosition, Row, TextBuffer};
use crate::ui::keys::{self, Act, Binding, COMMON};
use crate::ui::widgets::search::{IncrementalSearch, SearchOutcome, find, seek};
use crate::ui::{CallEvent, Conversation, Widget};

/// What is written.
#[derive(Debug, Clone, Default)]
pub struct Editing {
    /// What it is about, above the text.
    pub heading: String,
    /// Lines to quote.
    pub quote: Vec<String>,
    /// The text: what there is when the editor opens, and what is there when it closes.
    pub text: String,
    /// Keeps what is written, while it is written.
    pub autosave: Option<Arc<dyn Autosave>>,
}

/// What the rows on the screen were made for: the text, the cursor, the size.
type Fitted = (u64, CursorPosition, (usize, usize));

struct Editor<'a> {
    editing: &'a mut Editing,
    writing: TextBuffer,
    unsaved: UnsavedChanges,
    /// The rows on the screen.
    shown: Vec<Row>,
    /// The cursor's row in the text, and the cells before it.
    at: (usize, usize),
    fitted: Option<Fitted>,
    /// The first row on the screen.
    top: usize,
    /// Cells from the left that up and down keep to.
    column: Option<usize>,
    note: &'static str,
    asking: bool,
    search: Option<IncrementalSearch>,
    /// Columns and rows of the text on the screen.
    size: (usize, usize),
}

/// What the caller decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decided {
    Save,
    Abandon,
    GoOn,
}

/// What the editor's own keys do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Menu,
    Save,
    Undo,
    Cut,
    Quote,
    Overwrite,
    Find,
    Tab,
    Split,
    Erase,
    Delete,
}

const fn key(
    act: Command,
    keys: &'static [Key],
    label: &'static str,
    does: &'static str,
    about: &'static str,
) -> Binding<Command> {
    Binding { act, keys, label, does, about }
}

/// The editor's own keys. Those that move the cursor are the common ones.
const KEYS: &[Binding<Command>] = &[
    key(Command::Menu, &[Key::Escape], "Esc", "save or leave", "asks whether to save or to leave"),
    key(
        Command::Save,
        &[Key::Ctrl('z'), Key::Ctrl('s')],
        "Ctrl-Z",
        "save",
        "saves; /s on a line of its own too",
    ),
    key(Command::Undo, &[Key::Ctrl('u')], "Ctrl-U", "undo", "takes back what was changed last"),
    key(Command::Cut, &[Key::Ctrl('y'), Key::Ctrl('k')], "Ctrl-Y", "cut a line", "cuts the line out"),
    key(Command::Quote, &[Key::Ctrl('o')], "Ctrl-O", "", "quotes what you answer; /q too"),
    key(Command::Find, &[Key::Ctrl('f')], "Ctrl-F", "find", "finds as you type"),
    key(
        Command::Overwrite,
        &[Key::Insert, Key::Ctrl('v')],
        "Ins",
        "",
        "types over what is there, or not; Ctrl-V too",
    ),
    key(Command::Tab, &[Key::Tab], "Tab", "", "blanks up to the next stop"),
    key(Command::Split, &[Key::Enter], "Enter", "", "begins a new paragraph"),
    key(Command::Erase, &[Key::Backspace], "Bksp", "", "erases to the left"),
    key(Command::Delete, &[Key::Delete], "Del", "", "erases under the cursor"),
];

/// The most characters of a paragraph that may be a command.
const COMMAND: usize = 80;
/// Said when a text holds no more.
const FULL: &str = "that is all a message holds";

/// Lines that a caller quotes begin so.
fn is_quote(line: &str) -> bool {
    line.find('>').is_some_and(|at| at <= 4)
}

impl Editor<'_> {
    fn new(editing: &mut Editing) -> Editor<'_> {
        let mut editor = Editor {
            writing: TextBuffer::new(&editing.text),
            unsaved: UnsavedChanges::new(editing.autosave.clone()),
            editing,
            shown: Vec::new(),
            at: (0, 0),
            fitted: None,
            top: 0,
            column: None,
            note: "",
            asking: false,
            search: None,
            size: (76, 10),
        };
        if !editor.writing.is_blank() {
            editor.writing.move_to_end();
        } else if !editor.editing.quote.is_empty() {
            editor.writing.put(&editor.editing.quote);
        }
        editor
    }

    /// Lays out what of the text is on the screen in a body of this size, with the cursor's row on it.
    fn lay_out(&mut self, columns: u16, rows: u16) {
        self.size = (
            usize::from(columns.saturating_sub(4)).clamp(8, 100),
            usize::from(rows.saturating_sub(1)).max(1),
        );
        let wanted = (self.writing.changes(), self.writing.cursor(), self.size);
        if self.fitted.replace(wanted) == Some(wanted) {
            return;
        }
        self.writing.wrap_at(self.size.0);
        self.at = self.writing.place();
        let (row, room) = (self.at.0, self.size.1);
        if row < self.top {
            self.top = row.saturating_sub(room / 3);
        } else if row >= self.top + room {
            self.top = row + 1 + room / 3 - room.min(row + 1 + room / 3);
        }
        self.shown = self.writing.rows(self.top, room);
    }

    /// Up and down, through the rows as they are shown.
    fn go(&mut self, by: isize) {
        let (row, column) = self.writing.place();
        let wanted = *self.column.get_or_insert(column);
        if let Some(row) = self.writing.row(row.saturating_add_signed(by)) {
            self.writing.move_to(self.writing.place_at(&row, wanted));
        }
    }

    fn here(&mut self) -> Option<Row> {
        let (row, _) = self.writing.place();
        self.writing.row(row)
    }

    /// A paragraph that holds one command only: `/s`, `/a`, `/q`.
    fn command(&mut self) -> Option<Decided> {
        let paragraph = self.writing.cursor().paragraph;
        let line = self.writing.short_paragraph(paragraph, COMMAND)?;
        let decided = match line.trim().to_ascii_lowercase().as_str() {
            "/s" => Decided::Save,
            "/a" => Decided::Abandon,
            "/q" => Decided::GoOn,
            _ => return None,
        };
        self.writing.clear(paragraph);
        if decided == Decided::GoOn {
            self.put_quote();
        }
        Some(decided)
    }

    fn put_quote(&mut self) {
        if self.editing.quote.is_empty() {
            self.note = "there is nothing to quote";
        } else {
            self.writing.put(&self.editing.quote);
        }
    }

    fn press(&mut self, key: Key) -> Option<Decided> {
        self.note = "";
        let column = self.column.take();
        if let Key::Char(c) = key {
            if !c.is_control() && !self.writing.insert(c) {
                self.note = FULL;
            }
            return None;
        }
        if let Some(command) = keys::act(KEYS, key) {
            return self.obey(command);
        }
        let page = isize::try_from(self.size.1.max(2) - 1).unwrap_or(1);
        let vertical = |editor: &mut Self, by| {
            editor.column = column;
            editor.go(by);
        };
        match keys::act(COMMON, key) {
            Some(Act::Up) => vertical(self, -1),
            Some(Act::Down) => vertical(self, 1),
            Some(Act::PageUp) => vertical(self, -page),
            Some(Act::PageDown) => vertical(self, page),
            Some(Act::Left) => self.writing.back(),
            Some(Act::Right) => self.writing.on(),
            Some(Act::First) => {
                let start =
                    self.here().map(|row| CursorPosition { paragraph: row.paragraph, at: row.range.start });
                self.writing.move_to(start.unwrap_or_default());
            }
            Some(Act::Last) => {
                let end = self.here().map(|row| self.writing.place_at(&row, usize::MAX));
                self.writing.move_to(end.unwrap_or_default());
            }
            _ => {}
        }
        None
    }

    fn obey(&mut self, command: Command) -> Option<Decided> {
        let fits = match command {
            Command::Save => return Some(Decided::Save),
            Command::Split => match self.command() {
                Some(decided) => return Some(decided),
                None => self.writing.split(),
            },
            Command::Tab => self.writing.tab(),
            Command::Menu => {
                self.asking = true;
                true
            }
            Command::Undo => {
                if !self.writing.undo() {
                    self.note = "nothing is left to take back";
                }
                true
            }
            Command::Cut => {
                if let Some(row) = self.here() {
                    self.writing.cut(&row);
                }
                true
            }
            Command::Quote => {
                self.put_quote();
                true
            }
            Command::Overwrite => {
                self.writing.overwrite = !self.writing.overwrite;
                true
            }
            Command::Find => {
                self.search = Some(IncrementalSearch::new(""));
                true
            }
            Command::Erase => {
                self.writing.erase();
                true
            }
            Command::Delete => {
                self.writing.delete();
                true
            }
        };
        if !fits {
            self.note = FULL;
        }
        None
    }

    /// A key of a search: the cursor goes to what is found, row by row.
    fn search(&mut self, key: Key) {
        let Some(search) = &mut self.search else { return };
        let sought = search.press(key);
        let needle = search.needle();
        let (row, _) = self.writing.place();
        let rows = self.writing.rows(0, usize::MAX);
        let (from, backwards) = match sought {
            SearchOutcome::Changed => (row, false),
            SearchOutcome::Next => (row + 1, false),
            SearchOutcome::Previous => (row + rows.len().saturating_sub(1), true),
            SearchOutcome::Nothing => return,
            SearchOutcome::Done | SearchOutcome::Left => {
                self.search = None;
                return;
            }
        };
        let at = |n: usize| rows.get(n).and_then(|row| find(&self.writing.characters(row), &needle));
        let found = seek(rows.len(), from, backwards, |n| at(n).is_some());
        self.note = if found.is_none() && !needle.is_empty() { "not in this text" } else { "" };
        if let Some((row, (at, _))) = found.and_then(|n| rows.get(n).zip(at(n))) {
            self.writing.move_to(CursorPosition { paragraph: row.paragraph, at: row.range.start + at });
        }
    }

    /// A key, whatever it is for just now.
    fn press_any(&mut self, key: Key) -> Option<Decided> {
        let changes = self.writing.changes();
        let decided = if self.search.is_some() {
            self.search(key);
            None
        } else if self.asking {
            self.answer(key)
        } else {
            self.press(key)
        };
        if self.writing.changes() != changes {
            self.unsaved.changed();
            if self.unsaved.is_due() {
                self.save();
            }
        }
        decided
    }

    /// The text is the caller's from here on, whether it is to be kept or not.
    fn hand_over(&mut self, kept: bool) -> bool {
        self.unsaved.handed_over();
        self.editing.text = self.writing.text();
        kept
    }

    fn save(&mut self) {
        let writing = &self.writing;
        self.unsaved.save(|| writing.text());
    }

    fn answer(&mut self, key: Key) -> Option<Decided> {
        self.asking = false;
        match key {
            Key::Char('s' | 'S') => return Some(Decided::Save),
            Key::Char('a' | 'A') => return Some(Decided::Abandon),
            Key::Char('q' | 'Q') => self.put_quote(),
            Key::Escape | Key::Enter => {}
            _ => self.asking = true,
        }
        None
    }
}

/// However the call ends, what was written is kept.
impl Drop for Editor<'_> {
    fn drop(&mut self) {
        self.save();
    }
}

impl Widget for Editor<'_> {
    /// Whether the text is to be kept.
    type Outcome = bool;

    fn fit(&mut self, columns: u16, rows: u16) {
        self.lay_out(columns, rows);
    }

    fn quiet_at(&self) -> Option<Instant> {
        self.unsaved.due()
    }

    fn take(&mut self, event: CallEvent) -> Option<bool> {
        match event {
            CallEvent::Key(key) => match self.press_any(key) {
                Some(Decided::Save) if self.writing.is_blank() => {
                    self.note = "there is nothing to save yet";
                    None
                }
                Some(Decided::Save) => Some(self.hand_over(true)),
                Some(Decided::Abandon) => Some(self.hand_over(false)),
                Some(Decided::GoOn) | None => None,
            },
            CallEvent::Quiet => {
                self.save();
                None
            }
            _ => None,
        }
    }

    fn cut_off(&mut self, keys: Vec<Key>) {
        // What was typed before the line dropped is part of the text.
        for key in keys {
            self.press_any(key);
        }
    }

    async fn in_plain_text<C: Conversation>(&mut self, call: &mut C) -> Result<bool, C::End> {
        plain::edit(call, self.editing).await
    }
}

/// Lets the caller write; true if the text is to be kept.
pub async fn edit<C: Conversation>(call: &mut C, editing: &mut Editing) -> Result<bool, C::End> {
    call.run(&mut Editor::new(editing)).await
}

#[cfg(test)]
mod tests;
