//! Writing: a new thread, or a reply with the message quoted.

use dialtone_domain::BoardId;
use dialtone_domain::messaging::{Draft, Message};
use dialtone_terminal::text::wrap;
use uuid::Uuid;

use crate::ui::{Call, Editing, Field, Form, Leave, confirm, edit};

use super::said;

/// Columns of a quoted line, without its mark.
const QUOTED: usize = 68;
/// Lines quoted at the most: the rest is a keypress away.
const QUOTE_LINES: usize = 24;

/// Writes the first message of a thread.
pub async fn post(call: &mut Call, board: BoardId) -> Result<(), Leave> {
    let answer = call.domain.messaging.poster(&call.caller, board).await;
    let Some(poster) = said(call, answer).await? else { return Ok(()) };
    call.enter("boards", "a new message", &format!("in {}", poster.board().name));
    let mut form = Form::new("");
    let Some(subject) = form.ask(call, &Field::open("subject", "what it is about", 72)).await? else {
        return Ok(());
    };
    if subject.trim().is_empty() {
        return Ok(());
    }
    let editing = Editing { heading: subject.clone(), quote: Vec::new() };
    let Some(body) = write(call, &editing).await? else { return Ok(()) };
    let draft = Draft { subject, body, reply_to: None, key: Some(Uuid::new_v4()) };
    let answer = call.domain.messaging.post(&poster, draft).await;
    said(call, answer).await?;
    Ok(())
}

/// Answers a message; true if something was posted.
pub async fn reply(call: &mut Call, to: &Message) -> Result<bool, Leave> {
    let answer = call.domain.messaging.poster(&call.caller, to.board).await;
    let Some(poster) = said(call, answer).await? else { return Ok(false) };
    call.enter("reader", &to.subject, &format!("your answer to {}", to.author));
    let editing = Editing { heading: format!("Re: {}", to.subject), quote: quote(to) };
    let Some(body) = write(call, &editing).await? else { return Ok(false) };
    let draft = Draft { subject: String::new(), body, reply_to: Some(to.id), key: Some(Uuid::new_v4()) };
    let answer = call.domain.messaging.post(&poster, draft).await;
    Ok(said(call, answer).await?.is_some())
}

/// The editor, until there is a text or the caller means to give it up.
async fn write(call: &mut Call, editing: &Editing) -> Result<Option<String>, Leave> {
    match edit(call, editing).await? {
        Some(body) => Ok(Some(body)),
        None => {
            if confirm(call, "Abandon what you wrote?").await? {
                Ok(None)
            } else {
                // Abandoning clears the editor, so there is only starting over.
                edit(call, editing).await
            }
        }
    }
}

/// The message's lines with the author's initials before them, as boards do it: `ac> text`.
fn quote(message: &Message) -> Vec<String> {
    let initials: String = message
        .author
        .as_str()
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .take(3)
        .collect();
    let mut lines: Vec<String> = vec![format!("{} wrote:", message.author)];
    lines.extend(
        message
            .body
            .split('\n')
            .filter(|line| !line.trim().is_empty())
            .flat_map(|line| wrap(line, QUOTED))
            .take(QUOTE_LINES)
            .map(|line| format!("{initials}> {line}")),
    );
    lines
}
