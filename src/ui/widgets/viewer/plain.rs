//! A text in plain words, with one question behind it.

use dialtone_terminal::pipe;

use super::{Text, ViewerOutcome};
use crate::ui::widgets::help;
use crate::ui::{Conversation, LineInput};

/// Says a text and asks what next.
pub async fn read<C: Conversation>(call: &mut C, text: &Text) -> Result<ViewerOutcome, C::End> {
    let mut words = format!("\n{}\n", text.heading.in_words());
    words.push_str(&pipe::strip(&text.body));
    words.push('\n');
    if !text.note.is_empty() {
        words.push_str(&format!("{}\n", text.note));
    }
    call.say_long(&words).await?;
    let mut choices: Vec<String> = Vec::new();
    if !text.next.is_empty() {
        choices.push(format!("Enter {}", text.next));
    }
    choices.extend(text.keys.iter().map(|(key, does)| format!("{key} {does}")));
    choices.push("Q back".to_owned());
    let prompt = format!("{}: ", choices.join(", "));
    loop {
        let Some(answer) = call.ask(&prompt, LineInput::new(40)).await? else {
            return Ok(ViewerOutcome::Back);
        };
        match answer.trim().to_uppercase().chars().next() {
            None => return Ok(ViewerOutcome::Next),
            Some('Q') => return Ok(ViewerOutcome::Back),
            Some('/') => return Ok(ViewerOutcome::Pages),
            Some('?') => {
                let onward = if text.next.is_empty() { "Enter goes back." } else { "Enter goes on." };
                call.say_long(&help::in_words(onward, &text.keys)).await?;
            }
            Some(key) if text.keys.iter().any(|(name, _)| name.starts_with(key)) => {
                return Ok(ViewerOutcome::Key(key));
            }
            Some(_) => call.say("That is not one of the choices. ? says them.").await?,
        }
    }
}
