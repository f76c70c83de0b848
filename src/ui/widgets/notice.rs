//! Words that wait for a key.

use dialtone_terminal::Key;
use dialtone_terminal::text::wrap;

use crate::ui::keys::{Act, Keys, Meaning};
use crate::ui::{CallEvent, Canvas, Conversation, LineInput, View, Widget, styles};

#[derive(Default)]
struct Notice<'a> {
    title: &'a str,
    words: &'a str,
    /// Only Enter leaves it.
    interrupts: bool,
    first: usize,
    columns: u16,
    /// Rows of the words on the screen.
    room: usize,
}

/// The most columns of the box.
const WIDE: u16 = 76;

impl Notice<'_> {
    fn lines(&self) -> Vec<String> {
        let columns = usize::from(self.columns.min(WIDE).saturating_sub(6)).max(10);
        self.words.split('\n').flat_map(|line| wrap(line, columns)).collect()
    }

    fn last(&self) -> usize {
        self.lines().len().saturating_sub(self.room)
    }
}

impl View for Notice<'_> {
    fn draw(&self, frame: &mut Canvas<'_>) {
        let lines = self.lines();
        let wide = frame.columns().min(WIDE + 2).saturating_sub(2);
        let high = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2).min(frame.rows());
        let x = (frame.columns() - wide) / 2;
        let y = (frame.rows() - high) / 3;
        let mut page = frame.boxed(x, y, wide, high, self.title);
        for (y, line) in (0..page.rows()).zip(lines.iter().skip(self.first)) {
            page.text(0, y, line, styles::WORDS);
        }
        let below = lines.len() > self.first + usize::from(page.rows());
        frame.prompt(match (self.interrupts, below) {
            (true, _) => "Enter goes on ",
            (false, true) => "Down reads on, any other key goes on ",
            (false, false) => "any key goes on ",
        });
    }

    fn keys(&self) -> Keys {
        Keys::of(&[Act::Up, Act::Down, Act::PageUp, Act::PageDown, Act::Forward])
    }
}

impl Widget for Notice<'_> {
    type Outcome = ();

    fn fit(&mut self, columns: u16, rows: u16) {
        self.columns = columns;
        self.room = usize::from(rows.saturating_sub(2)).max(1);
        self.first = self.first.min(self.last());
    }

    fn take(&mut self, event: CallEvent) -> Option<()> {
        let CallEvent::Key(key) = event else { return None };
        if self.interrupts {
            return (key == Key::Enter).then_some(());
        }
        let (last, room) = (self.last(), self.room);
        self.first = match self.keys().meaning(key) {
            Meaning::Act(Act::Down) => (self.first + 1).min(last),
            Meaning::Act(Act::Up) => self.first.saturating_sub(1),
            Meaning::Act(Act::PageUp) => self.first.saturating_sub(room),
            Meaning::Act(Act::PageDown | Act::Forward) if self.first < last => (self.first + room).min(last),
            _ => return Some(()),
        };
        None
    }

    async fn in_plain_text<C: Conversation>(&mut self, call: &mut C) -> Result<(), C::End> {
        if !self.interrupts {
            return call.say_long(self.words).await;
        }
        call.say(self.words).await?;
        call.ask("Press Enter to go on: ", LineInput::new(80)).await.map(drop)
    }
}

/// Shows words that a caller who was typing did not expect, until Enter is pressed: what they go on typing is not taken
/// for commands.
pub async fn interrupt<C: Conversation>(call: &mut C, title: &str, words: &str) -> Result<(), C::End> {
    call.run(&mut Notice { title, words, interrupts: true, ..Notice::default() }).await
}

/// Shows words until a key is pressed.
pub async fn notice<C: Conversation>(call: &mut C, title: &str, words: &str) -> Result<(), C::End> {
    call.run(&mut Notice { title, words, ..Notice::default() }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_longer_than_the_screen_are_read_to_their_end() {
        let words = (1..=30).map(|n| format!("line {n}\n")).collect::<String>();
        let mut notice = Notice { words: &words, ..Notice::default() };
        notice.fit(80, 12);
        let mut press = |key| notice.take(CallEvent::Key(key)).is_some();
        assert!(!press(Key::Up) && !press(Key::PageDown) && !press(Key::Char(' ')));
        assert!(!press(Key::Char(' ')), "the last lines have not been on the screen");
        assert!(press(Key::Char(' ')));
    }

    #[test]
    fn an_interruption_takes_no_key_for_its_own_but_enter() {
        let mut notice = Notice { words: "stop", interrupts: true, ..Notice::default() };
        notice.fit(80, 12);
        assert!(notice.take(CallEvent::Key(Key::Char('x'))).is_none());
        assert!(notice.take(CallEvent::Tick).is_none());
        assert!(notice.take(CallEvent::Key(Key::Enter)).is_some());
    }
}
