//! Keys: what the terminal reports becomes the few presses the console knows, and a line that is being typed.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What was pressed, as far as the console cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// One up.
    Up,
    /// One down.
    Down,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// To the first.
    Home,
    /// To the last.
    End,
    /// To the next pane.
    Tab,
    /// To the pane before.
    BackTab,
    /// Send.
    Enter,
    /// Never mind.
    Escape,
    /// The last character away.
    Backspace,
    /// The whole line away.
    Clear,
    /// Leave the console, whatever is going on.
    Interrupt,
    /// A character.
    Char(char),
}

/// What a key of the terminal means; `None` for those that mean nothing here.
pub fn press(key: KeyEvent) -> Option<Press> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    Some(match key.code {
        KeyCode::Char('c' | 'd') if control => Press::Interrupt,
        KeyCode::Char('u') if control => Press::Clear,
        KeyCode::Char('h') if control => Press::Backspace,
        KeyCode::Char(c) if !control && !alt && !c.is_control() => Press::Char(c),
        KeyCode::Up => Press::Up,
        KeyCode::Down => Press::Down,
        KeyCode::PageUp => Press::PageUp,
        KeyCode::PageDown => Press::PageDown,
        KeyCode::Home => Press::Home,
        KeyCode::End => Press::End,
        KeyCode::Tab => Press::Tab,
        KeyCode::BackTab => Press::BackTab,
        KeyCode::Enter => Press::Enter,
        KeyCode::Esc => Press::Escape,
        KeyCode::Backspace => Press::Backspace,
        _ => return None,
    })
}

/// One line that is being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(String);

impl Line {
    /// What was typed so far.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Types on. Characters beyond `limit` are not taken.
    pub fn press(&mut self, press: Press, limit: usize) {
        match press {
            Press::Char(c) if self.0.chars().count() < limit => self.0.push(c),
            Press::Backspace => {
                self.0.pop();
            }
            Press::Clear => self.0.clear(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Option<Press> {
        press(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn letters_keep_their_case_and_control_is_not_a_letter() {
        assert_eq!(key(KeyCode::Char('K'), KeyModifiers::SHIFT), Some(Press::Char('K')));
        assert_eq!(key(KeyCode::Char('k'), KeyModifiers::NONE), Some(Press::Char('k')));
        assert_eq!(key(KeyCode::Char('k'), KeyModifiers::CONTROL), None);
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Press::Interrupt));
        assert_eq!(key(KeyCode::Char('\u{9b}'), KeyModifiers::NONE), None);
        let release = KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(press(release), None);
    }

    #[test]
    fn a_line_has_an_end_and_can_be_taken_back() {
        let mut line = Line::default();
        for c in "héllo".chars() {
            line.press(Press::Char(c), 4);
        }
        assert_eq!(line.text(), "héll");
        line.press(Press::Backspace, 4);
        assert_eq!(line.text(), "hél");
        line.press(Press::Clear, 4);
        line.press(Press::Backspace, 4);
        assert_eq!(line.text(), "");
    }
}
