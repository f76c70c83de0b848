//! Writing in plain words: a line after the other, with commands on lines of their own.

use super::super::{Call, Leave, LineInput};
use super::Editing;
use super::text::BYTES;

/// The most characters of a line.
const LINE: usize = 1000;

/// Lets the caller write; true if the text is to be kept.
pub async fn edit(call: &mut Call, editing: &mut Editing) -> Result<bool, Leave> {
    let quoting = if editing.quote.is_empty() { "" } else { ", /q quotes" };
    call.say(&format!(
        "\n{}\nWrite. /s on a line of its own saves, /l says the lines, /d deletes the last{quoting}, /a abandons.",
        editing.heading
    ))
    .await?;
    if !editing.text.is_empty() {
        call.say_long(&format!("What you wrote is kept:\n{}", editing.text)).await?;
    }
    let mut lines: Vec<String> = editing.text.lines().map(str::to_owned).collect();
    loop {
        let line = call.ask("", LineInput::new(LINE)).await?;
        let command = line.as_deref().map(|line| line.trim().to_ascii_lowercase());
        match (command.as_deref(), line) {
            (Some("/s"), _) if lines.iter().all(|line| line.trim().is_empty()) => {
                call.say("There is nothing to save yet.").await?;
            }
            (Some("/q"), _) => {
                lines.extend(editing.quote.iter().cloned());
                call.say(&format!("{} lines quoted.", editing.quote.len())).await?;
            }
            (Some("/l"), _) => call.say_long(&lines.join("\n")).await?,
            (Some("/d"), _) => match lines.pop() {
                Some(line) => call.say(&format!("Deleted: {line}")).await?,
                None => call.say("There is no line yet.").await?,
            },
            (Some("/s" | "/a"), _) | (_, None) => {
                editing.text = lines.join("\n");
                return Ok(command.as_deref() == Some("/s"));
            }
            (_, Some(line)) if lines.iter().map(|l| l.len() + 1).sum::<usize>() + line.len() > BYTES => {
                call.say("That is all a message holds. /s saves it.").await?;
            }
            (_, Some(line)) => lines.push(line),
        }
    }
}
