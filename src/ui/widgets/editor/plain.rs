//! Writing in plain words: a line after the other, with commands on lines of their own.

use super::Editing;
use super::autosave::UnsavedChanges;
use super::text::BYTES;
use crate::ui::line::LineOutcome;
use crate::ui::{Conversation, LineInput};

/// The most characters of a line.
const LINE: usize = 1000;

/// What is written, and the line that is being typed.
struct Lines {
    lines: Vec<String>,
    /// Bytes of the lines with their ends.
    bytes: usize,
    line: LineInput,
    unsaved: UnsavedChanges,
}

impl Lines {
    fn new(editing: &Editing) -> Self {
        let mut lines = Self {
            lines: Vec::new(),
            bytes: 0,
            line: LineInput::new(LINE),
            unsaved: UnsavedChanges::new(editing.autosave.clone()),
        };
        for line in editing.text.lines() {
            lines.add(line.to_owned());
        }
        lines
    }

    /// Adds a line; false if the text holds no more.
    fn add(&mut self, line: String) -> bool {
        let bytes = self.bytes + line.len() + 1;
        if bytes > BYTES + 1 {
            return false;
        }
        self.bytes = bytes;
        self.lines.push(line);
        true
    }

    fn pop(&mut self) -> Option<String> {
        let line = self.lines.pop()?;
        self.bytes -= line.len() + 1;
        self.unsaved.changed();
        Some(line)
    }

    fn text(&self) -> String {
        self.lines.join("\n")
    }

    fn save(&mut self) {
        let (lines, line) = (&self.lines, &self.line);
        self.unsaved.save(|| {
            let mut text = lines.join("\n");
            let line = line.text();
            // A command that was begun is no part of the text.
            if !line.is_empty() && !line.starts_with('/') {
                if !lines.is_empty() {
                    text.push('\n');
                }
                text.push_str(&line);
            }
            text
        });
    }

    /// Waits for the line to be typed; none if the caller wants out. What is typed is kept meanwhile.
    async fn next<C: Conversation>(&mut self, call: &mut C) -> Result<Option<String>, C::End> {
        self.line = LineInput::new(LINE);
        call.prompt("", &self.line).await?;
        loop {
            match call.type_on("", &mut self.line, self.unsaved.due()).await {
                Ok(Some(LineOutcome::Enter)) => {
                    self.unsaved.changed();
                    return Ok(Some(std::mem::take(&mut self.line).text()));
                }
                Ok(Some(LineOutcome::Escape)) => return Ok(None),
                Ok(Some(LineOutcome::Changed)) => self.unsaved.changed(),
                Ok(Some(LineOutcome::Nothing)) => {}
                Ok(None) => self.save(),
                Err(leave) => {
                    self.last_keys(call);
                    return Err(leave);
                }
            }
            if self.unsaved.is_due() {
                self.save();
            }
        }
    }
}

impl Lines {
    /// What was typed before the line dropped is part of the text.
    fn last_keys(&mut self, call: &mut impl Conversation) {
        for key in call.last_keys() {
            match self.line.press(key) {
                LineOutcome::Enter => {
                    let line = std::mem::replace(&mut self.line, LineInput::new(LINE)).text();
                    self.add(line);
                    self.unsaved.changed();
                }
                LineOutcome::Changed => self.unsaved.changed(),
                LineOutcome::Escape | LineOutcome::Nothing => {}
            }
        }
    }
}

/// However the call ends, what was written is kept.
impl Drop for Lines {
    fn drop(&mut self) {
        self.save();
    }
}

/// Lets the caller write; true if the text is to be kept.
pub async fn edit<C: Conversation>(call: &mut C, editing: &mut Editing) -> Result<bool, C::End> {
    let quoting = if editing.quote.is_empty() { "" } else { ", /q quotes" };
    call.say(&format!(
        "\n{}\nWrite. /s on a line of its own saves, /l says the lines, /d deletes the last{quoting}, /a abandons.",
        editing.heading
    ))
    .await?;
    if !editing.text.is_empty() {
        call.say_long(&format!("What you wrote is kept:\n{}", editing.text)).await?;
    }
    let mut lines = Lines::new(editing);
    let mut full = false;
    loop {
        let line = lines.next(call).await?;
        let command = line.as_deref().map(|line| line.trim().to_ascii_lowercase());
        match (command.as_deref(), line) {
            (Some("/s"), _) if lines.lines.iter().all(|line| line.trim().is_empty()) => {
                call.say("There is nothing to save yet.").await?;
            }
            (Some("/q"), _) => {
                let quoted = editing.quote.iter().take_while(|line| lines.add((*line).clone())).count();
                call.say(&format!("{quoted} lines quoted.")).await?;
            }
            (Some("/l"), _) => {
                full = false;
                call.say_long(&lines.text()).await?;
            }
            (Some("/d"), _) => {
                full = false;
                match lines.pop() {
                    Some(line) => call.say(&format!("Deleted: {line}")).await?,
                    None => call.say("There is no line yet.").await?,
                }
            }
            (Some("/s" | "/a"), _) | (_, None) => {
                lines.unsaved.handed_over();
                editing.text = lines.text();
                return Ok(command.as_deref() == Some("/s"));
            }
            (_, Some(line)) => {
                // Said once: the rest of a paste is thousands of lines.
                if !lines.add(line) && !std::mem::replace(&mut full, true) {
                    call.say("That is all a message holds. /s saves it.").await?;
                }
            }
        }
    }
}
