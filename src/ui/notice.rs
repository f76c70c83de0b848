//! Words that wait for a key, and a question with yes or no.

use dialtone_terminal::Key;
use dialtone_terminal::text::wrap;

use super::{Call, Frame, Leave, LineInput, View, theme};

struct Notice<'a> {
    title: &'a str,
    lines: Vec<String>,
    first: usize,
    prompt: &'a str,
}

impl View for Notice<'_> {
    fn draw(&self, frame: &mut Frame<'_>) {
        frame.text(2, 1, self.title, theme::HEADING);
        let room = usize::from(frame.rows().saturating_sub(3));
        for (y, line) in (3..).zip(self.lines.iter().skip(self.first).take(room)) {
            frame.text(2, y, line, theme::WORDS);
        }
        frame.prompt(self.prompt);
    }
}

/// Shows words until a key is pressed.
pub async fn notice(call: &mut Call, title: &str, words: &str) -> Result<(), Leave> {
    if call.plain() {
        return call.say(words).await;
    }
    let columns = usize::from(call.terminal.columns.saturating_sub(4)).max(10);
    let lines: Vec<String> = words.split('\n').flat_map(|line| wrap(line, columns)).collect();
    let mut view = Notice { title, lines, first: 0, prompt: "any key goes on " };
    loop {
        let last = view.lines.len().saturating_sub(1);
        match call.key(&view).await? {
            Key::Down if view.first < last => view.first += 1,
            Key::Up => view.first = view.first.saturating_sub(1),
            Key::Down => {}
            _ => return Ok(()),
        }
    }
}

/// Asks a question that yes or no answers; anything but Y is no.
pub async fn confirm(call: &mut Call, question: &str) -> Result<bool, Leave> {
    if call.plain() {
        let answer = call.ask(&format!("{question} (y/n) "), LineInput::new(5)).await?;
        return Ok(answer.is_some_and(|answer| answer.trim().to_ascii_lowercase().starts_with('y')));
    }
    let prompt = format!("{question} (y/n) ");
    let view = Notice { title: "", lines: Vec::new(), first: 0, prompt: &prompt };
    loop {
        match call.key(&view).await? {
            Key::Char('y' | 'Y') => return Ok(true),
            Key::Char('n' | 'N') | Key::Escape | Key::Enter => return Ok(false),
            _ => {}
        }
    }
}
