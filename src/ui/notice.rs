//! Words that wait for a key.

use dialtone_terminal::Key;
use dialtone_terminal::text::wrap;

use super::keys::{Act, Keys, Meaning};
use super::{Call, Canvas, EndReason, LineInput, View, styles};

struct Notice<'a> {
    title: &'a str,
    words: &'a str,
    first: usize,
    /// Lines below those on the screen, when it was last drawn.
    columns: u16,
    room: usize,
    /// How it is left.
    prompt: &'a str,
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

    fn fit(&mut self, call: &Call) {
        self.columns = call.terminal.columns;
        self.room = usize::from(call.body().rows.saturating_sub(2)).max(1);
        self.first = self.first.min(self.last());
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
        frame.prompt(if below { "Down reads on, any other key goes on " } else { self.prompt });
    }

    fn keys(&self) -> Keys {
        Keys::of(&[Act::Up, Act::Down, Act::PageUp, Act::PageDown, Act::Forward])
    }
}

/// Shows words that a caller who was typing did not expect, until Enter is pressed: what they go on typing is not taken
/// for commands.
pub async fn interrupt(call: &mut Call, title: &str, words: &str) -> Result<(), EndReason> {
    if call.plain() {
        call.say(words).await?;
        return call.ask("Press Enter to go on: ", LineInput::new(80)).await.map(drop);
    }
    let mut view =
        Notice { title, words, first: 0, columns: call.terminal.columns, room: 1, prompt: "Enter goes on " };
    loop {
        view.fit(call);
        if call.key(&view).await? == Key::Enter {
            return Ok(());
        }
    }
}

/// Shows words until a key is pressed.
pub async fn notice(call: &mut Call, title: &str, words: &str) -> Result<(), EndReason> {
    if call.plain() {
        return Box::pin(call.say_long(words)).await;
    }
    let mut view = Notice {
        title,
        words,
        first: 0,
        columns: call.terminal.columns,
        room: 1,
        prompt: "any key goes on ",
    };
    loop {
        view.fit(call);
        let key = call.key(&view).await?;
        view.fit(call);
        let (last, room) = (view.last(), view.room);
        match view.keys().meaning(key) {
            Meaning::Act(Act::Down) => view.first = (view.first + 1).min(last),
            Meaning::Act(Act::Up) => view.first = view.first.saturating_sub(1),
            Meaning::Act(Act::PageUp) => view.first = view.first.saturating_sub(room),
            Meaning::Act(Act::PageDown | Act::Forward) if view.first < last => {
                view.first = (view.first + room).min(last);
            }
            _ => return Ok(()),
        }
    }
}
