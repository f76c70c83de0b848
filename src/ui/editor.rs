//! The message editor: the whole text on screen, wrapped as it is typed; in plain mode a line after the other.

use dialtone_terminal::{Key, text};

use super::{Call, Frame, Leave, LineInput, View, theme};

/// Columns of a message's line: what every terminal shows, with room to be quoted twice.
const WIDTH: usize = 74;
/// The most lines of a message.
const LINES: usize = 500;

/// What is written.
#[derive(Debug, Clone, Default)]
pub struct Editing {
    /// What it is about, above the text.
    pub heading: String,
    /// Lines to quote.
    pub quote: Vec<String>,
    /// The text: what there is when the editor opens, and what is there when it closes.
    pub text: String,
}

struct Editor<'a> {
    heading: &'a str,
    quote: &'a [String],
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    note: &'static str,
    asking: bool,
    height: usize,
}

/// What the caller decided.
enum Decided {
    Save,
    Abandon,
    GoOn,
}

impl View for Editor<'_> {
    fn draw(&self, frame: &mut Frame<'_>) {
        frame.text(2, 0, self.heading, theme::NAME);
        frame.rule(1);
        let room = usize::from(frame.rows().saturating_sub(2)).max(1);
        let first = self.row / room * room;
        for (y, line) in (2..).zip(self.lines.iter().skip(first).take(room)) {
            let text: String = line.iter().collect();
            let style = if text.find('>').is_some_and(|at| at <= 4) { theme::HEADING } else { theme::WORDS };
            frame.text(2, y, &text, style);
        }
        frame.life(self.note, theme::FIGURE);
        if self.asking {
            frame.hints(&[("S", "save"), ("A", "abandon"), ("Q", "quote"), ("Esc", "go on writing")]);
        } else {
            frame.hints(&[
                ("Esc", "save or leave"),
                ("/s", "saves"),
                ("/a", "abandons"),
                ("Ctrl-Y", "cuts a line"),
            ]);
            let column = u16::try_from(self.column).unwrap_or(0);
            frame.cursor(2 + column, 2 + u16::try_from(self.row - first).unwrap_or(0));
        }
    }
}

impl Editor<'_> {
    fn line(&self) -> &[char] {
        self.lines.get(self.row).map_or(&[], Vec::as_slice)
    }

    fn text(&self) -> String {
        self.lines.iter().map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
    }

    fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.iter().all(|c| c.is_whitespace()))
    }

    fn insert(&mut self, c: char) {
        let column = self.column;
        if let Some(line) = self.lines.get_mut(self.row) {
            line.insert(column.min(line.len()), c);
            self.column += 1;
            if line.len() > WIDTH {
                self.wrap();
            }
        }
    }

    /// Moves what does not fit below, whole words where there are any, until every line fits.
    fn wrap(&mut self) {
        let mut row = self.row;
        while let Some(line) = self.lines.get_mut(row)
            && line.len() > WIDTH
        {
            let at = line.iter().take(WIDTH + 1).rposition(|c| *c == ' ').map_or(WIDTH, |at| at + 1);
            let tail = line.split_off(at);
            line.truncate(WIDTH);
            if self.lines.len() >= LINES {
                self.note = "that is all a message holds";
                break;
            }
            self.lines.insert(row + 1, tail);
            if self.row == row
                && let Some(column) = self.column.checked_sub(at)
            {
                self.row += 1;
                self.column = column;
            }
            row += 1;
        }
        self.column = self.column.min(self.line().len());
    }

    fn break_line(&mut self) {
        if self.lines.len() >= LINES {
            self.note = "that is all a message holds";
            return;
        }
        let column = self.column;
        let Some(line) = self.lines.get_mut(self.row) else { return };
        let tail = line.split_off(column.min(line.len()));
        self.lines.insert(self.row + 1, tail);
        self.row += 1;
        self.column = 0;
    }

    fn join_above(&mut self) {
        if self.row == 0 || self.row >= self.lines.len() {
            return;
        }
        let line = self.lines.remove(self.row);
        self.row -= 1;
        if let Some(above) = self.lines.get_mut(self.row) {
            self.column = above.len();
            above.extend(line);
            if above.len() > WIDTH {
                self.wrap();
            }
        }
    }

    fn delete(&mut self) {
        let column = self.column;
        let Some(line) = self.lines.get_mut(self.row) else { return };
        if column < line.len() {
            line.remove(column);
        } else if self.row + 1 < self.lines.len() {
            self.row += 1;
            self.join_above();
        }
    }

    fn quote(&mut self) {
        let lines: Vec<Vec<char>> =
            self.quote.iter().map(|line| line.chars().take(WIDTH).collect()).collect();
        let room = LINES.saturating_sub(self.lines.len() + 1);
        let lines: Vec<Vec<char>> = lines.into_iter().take(room).collect();
        let count = lines.len();
        self.lines.splice(self.row..self.row, lines);
        self.row += count;
        self.column = 0;
        self.lines.insert(self.row, Vec::new());
    }

    /// A line that holds one command only: `/s`, `/a`, `/q`.
    fn command(&mut self) -> Option<Decided> {
        let line: String = self.line().iter().collect();
        let decided = match line.trim().to_ascii_lowercase().as_str() {
            "/s" => Decided::Save,
            "/a" => Decided::Abandon,
            "/q" => Decided::GoOn,
            _ => return None,
        };
        if let Some(line) = self.lines.get_mut(self.row) {
            line.clear();
        }
        self.column = 0;
        if matches!(decided, Decided::GoOn) {
            self.quote();
        }
        Some(decided)
    }

    fn press(&mut self, key: Key) -> Option<Decided> {
        self.note = "";
        match key {
            Key::Escape => self.asking = true,
            Key::Ctrl('z' | 's') => return Some(Decided::Save),
            Key::Enter => match self.command() {
                Some(decided) => return Some(decided),
                None => self.break_line(),
            },
            Key::Char(c) if !c.is_control() => self.insert(c),
            Key::Tab => {
                for _ in 0..4 - self.column % 4 {
                    self.insert(' ');
                }
            }
            Key::Backspace if self.column == 0 => self.join_above(),
            Key::Backspace => {
                self.column -= 1;
                self.delete();
            }
            Key::Delete => self.delete(),
            Key::Left if self.column > 0 => self.column -= 1,
            Key::Left if self.row > 0 => {
                self.row -= 1;
                self.column = self.line().len();
            }
            Key::Right if self.column < self.line().len() => self.column += 1,
            Key::Right if self.row + 1 < self.lines.len() => (self.row, self.column) = (self.row + 1, 0),
            Key::Up => self.move_to(self.row.saturating_sub(1)),
            Key::Down => self.move_to(self.row + 1),
            Key::PageUp => self.move_to(self.row.saturating_sub(self.height)),
            Key::PageDown => self.move_to(self.row + self.height),
            Key::Home | Key::Ctrl('a') => self.column = 0,
            Key::End | Key::Ctrl('e') => self.column = self.line().len(),
            Key::Ctrl('y') => {
                self.lines.remove(self.row);
                if self.lines.is_empty() {
                    self.lines.push(Vec::new());
                }
                self.move_to(self.row);
            }
            _ => {}
        }
        None
    }

    fn move_to(&mut self, row: usize) {
        self.row = row.min(self.lines.len().saturating_sub(1));
        self.column = self.column.min(self.line().len());
    }

    fn answer(&mut self, key: Key) -> Option<Decided> {
        self.asking = false;
        match key {
            Key::Char('s' | 'S') => Some(Decided::Save),
            Key::Char('a' | 'A') => Some(Decided::Abandon),
            Key::Char('q' | 'Q') => {
                self.quote();
                None
            }
            Key::Escape | Key::Enter => None,
            _ => {
                self.asking = true;
                None
            }
        }
    }
}

/// Lets the caller write; true if the text is to be kept.
pub async fn edit(call: &mut Call, editing: &mut Editing) -> Result<bool, Leave> {
    if call.plain() {
        return Box::pin(edit_in_words(call, editing)).await;
    }
    let mut editor = Editor {
        heading: &editing.heading,
        quote: &editing.quote,
        lines: editing.text.split('\n').map(|line| line.chars().collect()).collect(),
        row: 0,
        column: 0,
        note: "",
        asking: false,
        height: usize::from(call.terminal.rows.saturating_sub(12)).max(1),
    };
    if !editor.is_empty() {
        editor.move_to(usize::MAX);
        editor.press(Key::End);
    } else if !editing.quote.is_empty() {
        editor.quote();
    }
    loop {
        let key = call.key(&editor).await?;
        let decided = if editor.asking { editor.answer(key) } else { editor.press(key) };
        let kept = match decided {
            Some(Decided::Save) if editor.is_empty() => {
                editor.note = "there is nothing to save yet";
                continue;
            }
            Some(Decided::Save) => true,
            Some(Decided::Abandon) => false,
            Some(Decided::GoOn) | None => continue,
        };
        editing.text = editor.text();
        return Ok(kept);
    }
}

async fn edit_in_words(call: &mut Call, editing: &mut Editing) -> Result<bool, Leave> {
    let quoting = if editing.quote.is_empty() { "" } else { ", /q quotes" };
    call.say(&format!("\n{}\nWrite. /s on a line of its own saves, /a abandons{quoting}.", editing.heading))
        .await?;
    if !editing.text.is_empty() {
        call.say(&format!("What you wrote is kept:\n{}", editing.text)).await?;
    }
    let mut lines: Vec<String> = editing.text.lines().map(str::to_owned).collect();
    loop {
        let line = call.ask("", LineInput::new(1000)).await?;
        let command = line.as_deref().map(|line| line.trim().to_ascii_lowercase());
        match (command.as_deref(), line) {
            (Some("/s"), _) if lines.iter().all(|line| line.trim().is_empty()) => {
                call.say("There is nothing to save yet.").await?;
            }
            (Some("/q"), _) => {
                lines.extend(editing.quote.iter().cloned());
                call.say(&format!("{} lines quoted.", editing.quote.len())).await?;
            }
            (Some("/s" | "/a"), _) | (_, None) => {
                editing.text = lines.join("\n");
                return Ok(command.as_deref() == Some("/s"));
            }
            _ if lines.len() >= LINES => call.say("That is all a message holds. /s saves it.").await?,
            (_, Some(line)) => lines.extend(text::wrap(&line, WIDTH)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn editor() -> Editor<'static> {
        Editor {
            heading: "",
            quote: &[],
            lines: vec![Vec::new()],
            row: 0,
            column: 0,
            note: "",
            asking: false,
            height: 10,
        }
    }

    fn type_in(editor: &mut Editor<'_>, text: &str) {
        for c in text.chars() {
            editor.press(if c == '\n' { Key::Enter } else { Key::Char(c) });
        }
    }

    #[test]
    fn long_lines_wrap_at_words_as_they_are_typed() {
        let mut editor = editor();
        type_in(&mut editor, &"word ".repeat(20));
        type_in(&mut editor, "end");
        let text = editor.text();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.split_whitespace().count(), 21);
    }

    #[test]
    fn a_command_stands_on_a_line_of_its_own() {
        let mut editor = editor();
        type_in(&mut editor, "hello\n/s");
        assert!(matches!(editor.press(Key::Enter), Some(Decided::Save)));
        assert_eq!(editor.text().trim_end(), "hello");
        type_in(&mut editor, "a /s");
        assert!(editor.press(Key::Enter).is_none());
    }

    #[test]
    fn lines_are_joined_cut_and_split() {
        let mut editor = editor();
        type_in(&mut editor, "one\ntwo");
        editor.press(Key::Home);
        editor.press(Key::Backspace);
        assert_eq!(editor.text(), "onetwo");
        editor.press(Key::Enter);
        assert_eq!(editor.text(), "one\ntwo");
        editor.press(Key::Ctrl('y'));
        assert_eq!(editor.text(), "one");
    }

    proptest! {
        #[test]
        fn no_keys_break_it(keys in proptest::collection::vec(0..16u8, 0..600)) {
            let mut editor = editor();
            for key in keys {
                editor.press(match key {
                    0 => Key::Enter, 1 => Key::Backspace, 2 => Key::Delete, 3 => Key::Up, 4 => Key::Down,
                    5 => Key::Left, 6 => Key::Right, 7 => Key::Home, 8 => Key::End, 9 => Key::Ctrl('y'),
                    10 => Key::Tab, 11 => Key::Char(' '), 12 => Key::PageDown, _ => Key::Char('x'),
                });
                prop_assert!(editor.row < editor.lines.len());
                prop_assert!(editor.column <= editor.line().len());
                prop_assert!(editor.lines.iter().all(|line| line.len() <= WIDTH));
            }
        }
    }
}
