//! One line being typed: what it holds, what shows of it, what keys do to it.

use dialtone_terminal::Key;

/// A line of input with a bound on its length.
#[derive(Debug, Clone, Default)]
pub struct LineInput {
    chars: Vec<char>,
    cursor: usize,
    limit: usize,
    /// Whether only dots show.
    pub masked: bool,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineOutcome {
    /// The line changed, or the cursor moved.
    Changed,
    /// The key means nothing here.
    Nothing,
    /// The line is done.
    Enter,
    /// The caller wants out.
    Escape,
}

impl LineInput {
    /// An empty line of at most `limit` characters.
    pub fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// A line that shows dots only.
    pub fn masked(limit: usize) -> Self {
        Self { limit, masked: true, ..Self::default() }
    }

    /// Starts with a text to change.
    pub fn with(mut self, text: &str) -> Self {
        self.chars = text.chars().take(self.limit).collect();
        self.cursor = self.chars.len();
        self
    }

    /// What was typed.
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// How many characters were typed.
    pub fn length(&self) -> usize {
        self.chars.len()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    /// What shows of it in `width` cells, and the cursor's cell: the part round the cursor.
    pub fn shown(&self, width: usize) -> (String, usize) {
        let first = (self.cursor + 1).saturating_sub(width.max(1));
        let visible = self.chars.iter().skip(first).take(width);
        let text = if self.masked { visible.map(|_| '•').collect() } else { visible.collect() };
        (text, self.cursor - first)
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> LineOutcome {
        match key {
            Key::Enter => return LineOutcome::Enter,
            Key::Escape => return LineOutcome::Escape,
            Key::Char(c) if !c.is_control() && self.chars.len() < self.limit => {
                self.chars.insert(self.cursor, c);
                self.cursor += 1;
            }
            Key::Backspace if self.cursor > 0 => {
                self.cursor -= 1;
                self.chars.remove(self.cursor);
            }
            Key::Delete if self.cursor < self.chars.len() => {
                self.chars.remove(self.cursor);
            }
            Key::Left if self.cursor > 0 => self.cursor -= 1,
            Key::Right if self.cursor < self.chars.len() => self.cursor += 1,
            Key::Home | Key::Ctrl('a') => self.cursor = 0,
            Key::End | Key::Ctrl('e') => self.cursor = self.chars.len(),
            Key::Ctrl('u' | 'x' | 'y') => {
                self.chars.clear();
                self.cursor = 0;
            }
            _ => return LineOutcome::Nothing,
        }
        LineOutcome::Changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_edited_in_place() {
        let mut line = LineInput::new(10).with("acd");
        for key in [Key::Home, Key::Right, Key::Char('b'), Key::End, Key::Backspace] {
            line.press(key);
        }
        assert_eq!(line.text(), "abc");
        assert_eq!(line.shown(2), ("c".into(), 1));
    }

    #[test]
    fn a_masked_line_shows_no_letter() {
        let mut line = LineInput::masked(10);
        line.press(Key::Char('x'));
        assert_eq!(line.shown(10), ("•".into(), 1));
    }

    proptest! {
        #[test]
        fn no_keys_break_a_line(keys in proptest::collection::vec(0..9u8, 0..300), width in 0..20usize) {
            let mut line = LineInput::new(8);
            for key in keys {
                line.press(match key {
                    0 => Key::Left, 1 => Key::Right, 2 => Key::Home, 3 => Key::End, 4 => Key::Backspace,
                    5 => Key::Delete, 6 => Key::Ctrl('u'), 7 => Key::Char('\u{7}'), _ => Key::Char('é'),
                });
                let (shown, cursor) = line.shown(width);
                prop_assert!(shown.chars().count() <= width && cursor <= width.max(1));
                prop_assert!(line.text().chars().count() <= 8);
            }
        }
    }
}
