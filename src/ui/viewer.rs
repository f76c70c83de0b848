//! A text to read, with a heading, pages, and keys of its screen.

use dialtone_terminal::text::wrap;
use dialtone_terminal::{Key, Style, pipe};

use super::frame::cut;
use super::{Call, Frame, Hint, Leave, LineInput, View, theme};

/// A text and what stands above it.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// Label and value, one line each.
    pub heading: Vec<(&'static str, String)>,
    /// The words, with pipe codes for colour.
    pub body: String,
    /// Keys of the screen, besides the viewer's own.
    pub keys: Vec<Hint>,
    /// A remark above the prompt.
    pub note: String,
}

/// What the caller did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewed {
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
}

/// Lines that a caller quotes begin so.
fn is_quote(line: &str) -> bool {
    line.find('>').is_some_and(|at| at <= 4)
}

impl Viewer<'_> {
    fn room(&self, rows: u16) -> usize {
        usize::from(rows).saturating_sub(self.text.heading.len() + 1).max(1)
    }
}

impl View for Viewer<'_> {
    fn draw(&self, frame: &mut Frame<'_>) {
        let mut y = 0;
        for (label, value) in &self.text.heading {
            frame.text(2, y, label, theme::ASIDE);
            let room = usize::from(frame.columns()).saturating_sub(13);
            frame.text(10, y, &cut(value, room), theme::NAME);
            y += 1;
        }
        if !self.text.heading.is_empty() {
            frame.rule(y);
            y += 1;
        }
        let room = self.room(frame.rows());
        let mut base = theme::WORDS;
        for line in self.lines.iter().skip(self.first).take(room) {
            if is_quote(line) {
                frame.text(2, y, &pipe::strip(line), theme::HEADING);
            } else {
                let mut x = 2;
                for (style, run) in pipe::parse(line, base) {
                    x = frame.text(x, y, &run, style);
                    base = Style { bg: theme::WORDS.bg, ..style };
                }
            }
            y += 1;
        }
        let below = self.lines.len().saturating_sub(self.first + room);
        let note = match below {
            0 => self.text.note.clone(),
            1 => "1 more line below".to_owned(),
            below => format!("{below} more lines below"),
        };
        frame.life(&note, theme::ASIDE);
        let mut hints: Vec<Hint> = vec![("Enter", if below > 0 { "more" } else { "next" })];
        hints.extend(&self.text.keys);
        hints.push(("Esc", "back"));
        frame.hints(&hints);
    }
}

/// Shows a text until the caller does something else than turning its pages.
pub async fn read(call: &mut Call, text: &Text) -> Result<Viewed, Leave> {
    if call.plain() {
        return Box::pin(read_in_words(call, text)).await;
    }
    let columns = usize::from(call.terminal.columns.saturating_sub(4)).clamp(20, 100);
    let lines = text.body.split('\n').flat_map(|line| wrap(line, columns)).collect();
    let mut viewer = Viewer { text, lines, first: 0 };
    loop {
        let key = call.key(&viewer).await?;
        // The body's height, as the frame gives it: header 6, footer 4 on a full screen.
        let room = viewer.room(call.terminal.rows.saturating_sub(10));
        let last = viewer.lines.len().saturating_sub(room);
        match key {
            Key::Up => viewer.first = viewer.first.saturating_sub(1),
            Key::Down => viewer.first = (viewer.first + 1).min(last),
            Key::PageUp => viewer.first = viewer.first.saturating_sub(room),
            Key::PageDown => viewer.first = (viewer.first + room).min(last),
            Key::Home => viewer.first = 0,
            Key::End => viewer.first = last,
            Key::Enter | Key::Char(' ') if viewer.first < last => {
                viewer.first = (viewer.first + room).min(last)
            }
            Key::Enter | Key::Char(' ') | Key::Right => return Ok(Viewed::Next),
            Key::Left => return Ok(Viewed::Previous),
            Key::Escape => return Ok(Viewed::Back),
            Key::Char('/') => return Ok(Viewed::Pages),
            Key::Char(c) => {
                let key = c.to_ascii_uppercase();
                if text.keys.iter().any(|(name, _)| name.starts_with(key)) {
                    return Ok(Viewed::Key(key));
                }
                if key == 'Q' {
                    return Ok(Viewed::Back);
                }
            }
            _ => {}
        }
    }
}

async fn read_in_words(call: &mut Call, text: &Text) -> Result<Viewed, Leave> {
    let mut words = String::from("\n");
    for (label, value) in &text.heading {
        words.push_str(&format!("{label}: {value}\n"));
    }
    words.push_str(&pipe::strip(&text.body));
    words.push('\n');
    if !text.note.is_empty() {
        words.push_str(&format!("{}\n", text.note));
    }
    call.say(&words).await?;
    let keys: Vec<String> = text.keys.iter().map(|(key, does)| format!("{key} {does}")).collect();
    let prompt =
        format!("Enter next, {}{}Q back: ", keys.join(", "), if keys.is_empty() { "" } else { ", " });
    loop {
        let Some(answer) = call.ask(&prompt, LineInput::new(12)).await? else { return Ok(Viewed::Back) };
        match answer.trim().to_ascii_uppercase().chars().next() {
            None => return Ok(Viewed::Next),
            Some('Q') => return Ok(Viewed::Back),
            Some('/') => return Ok(Viewed::Pages),
            Some(key) if text.keys.iter().any(|(name, _)| name.starts_with(key)) => {
                return Ok(Viewed::Key(key));
            }
            Some(_) => call.say("That is not one of the choices.").await?,
        }
    }
}
