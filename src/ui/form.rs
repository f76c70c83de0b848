//! Questions one below the other, each answered on its own line and checked before the next.

use dialtone_terminal::Key;
use dialtone_terminal::text::wrap;

use super::line::Typed;
use super::{Call, Frame, Leave, LineInput, View, theme};

/// One question.
#[derive(Debug, Clone)]
pub struct Field {
    /// What is asked.
    pub label: &'static str,
    /// A word of help.
    pub help: &'static str,
    /// The most characters.
    pub limit: usize,
    /// Whether only dots show.
    pub masked: bool,
    /// What it starts with.
    pub initial: String,
}

impl Field {
    /// A question answered in the open.
    pub fn open(label: &'static str, help: &'static str, limit: usize) -> Self {
        Self { label, help, limit, masked: false, initial: String::new() }
    }

    /// A question whose answer nobody may read over the shoulder.
    pub fn masked(label: &'static str, help: &'static str, limit: usize) -> Self {
        Self { masked: true, ..Self::open(label, help, limit) }
    }

    /// Starts with an answer to change.
    pub fn with(self, initial: &str) -> Self {
        Self { initial: initial.to_owned(), ..self }
    }
}

/// A form being filled in.
#[derive(Debug, Clone, Default)]
pub struct Form {
    intro: String,
    done: Vec<(&'static str, String)>,
    note: String,
}

struct FormView<'a> {
    form: &'a Form,
    intro: Vec<String>,
    field: &'a Field,
    line: &'a LineInput,
}

/// Columns of the labels.
const LABELS: u16 = 16;

impl View for FormView<'_> {
    fn draw(&self, frame: &mut Frame<'_>) {
        let mut y = 1;
        for line in &self.intro {
            frame.text(2, y, line, theme::WORDS);
            y += 1;
        }
        y += u16::from(!self.intro.is_empty());
        for (label, value) in &self.form.done {
            frame.text(2, y, label, theme::HEADING);
            frame.text(2 + LABELS, y, value, theme::NAME);
            y += 1;
        }
        frame.text(2, y, self.field.label, theme::KEY);
        let room = frame.columns().saturating_sub(LABELS + 5).min(60);
        frame.band(2 + LABELS, y, room, theme::CHOSEN);
        let (shown, cursor) = self.line.shown(usize::from(room.saturating_sub(1)));
        frame.text(2 + LABELS, y, &shown, theme::CHOSEN);
        frame.text(2 + LABELS, y + 1, self.field.help, theme::ASIDE);
        let words = usize::from(frame.columns()).saturating_sub(6);
        for (row, line) in (y + 3..).zip(wrap(&self.form.note, words.max(10))) {
            frame.text(2, row, &line, theme::FIGURE);
        }
        frame.hints(&[("Enter", "goes on"), ("Esc", "leaves")]);
        frame.cursor(2 + LABELS + u16::try_from(cursor).unwrap_or(0), y);
    }
}

impl Form {
    /// A form with words above it.
    pub fn new(intro: &str) -> Self {
        Self { intro: intro.to_owned(), ..Self::default() }
    }

    /// Says what was wrong with the last answer.
    pub fn refuse(&mut self, why: &str) {
        why.clone_into(&mut self.note);
    }

    /// Keeps an answer above the next question.
    pub fn keep(&mut self, label: &'static str, value: &str) {
        self.note.clear();
        self.done.push((label, value.to_owned()));
    }

    /// Asks a question; none if the caller wants out.
    pub async fn ask(&mut self, call: &mut Call, field: &Field) -> Result<Option<String>, Leave> {
        let line = if field.masked { LineInput::masked(field.limit) } else { LineInput::new(field.limit) };
        let mut line = line.with(&field.initial);
        if call.plain() {
            if !self.intro.is_empty() {
                call.say(&format!("\n{}", std::mem::take(&mut self.intro))).await?;
            }
            if !self.note.is_empty() {
                call.say(&std::mem::take(&mut self.note)).await?;
            }
            let help = if field.help.is_empty() { String::new() } else { format!(" ({})", field.help) };
            return call.ask(&format!("{}{help}: ", field.label), line).await;
        }
        let columns = usize::from(call.terminal.columns.saturating_sub(4)).max(10);
        let intro: Vec<String> = if self.intro.is_empty() {
            Vec::new()
        } else {
            self.intro.split('\n').flat_map(|line| wrap(line, columns)).collect()
        };
        loop {
            let key = {
                let view = FormView { form: self, intro: intro.clone(), field, line: &line };
                call.key(&view).await?
            };
            match line.press(if key == Key::Down || key == Key::Tab { Key::Enter } else { key }) {
                Typed::Enter => return Ok(Some(line.text())),
                Typed::Escape => return Ok(None),
                Typed::Changed | Typed::Nothing => {}
            }
        }
    }
}
