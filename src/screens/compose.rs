//! Writing: a new thread, or a reply with the message quoted.

use std::sync::Arc;

use dialtone_domain::messaging::{Draft, Message, Poster, SavedDraft};
use dialtone_domain::{BoardId, MessagingError};
use dialtone_terminal::text::wrap;
use uuid::Uuid;

use crate::ui::{Call, Editing, Field, Form, Leave, confirm, edit};

use super::drafts::{self, Keeper, Resumed, Underway};
use super::said;

/// Columns of a quoted line, without its mark.
const QUOTED: usize = 68;
/// Lines quoted at the most: the rest is a keypress away.
const QUOTE_LINES: usize = 24;

/// Writes the first message of a thread.
pub async fn post(call: &mut Call, board: BoardId) -> Result<(), Leave> {
    let answer = call.domain.messaging.poster(&call.caller, board).await;
    let Some(poster) = said(call, answer).await? else { return Ok(()) };
    call.enter("editor", "a new message", &format!("in {}", poster.board().name));
    match Box::pin(drafts::resume(call, board, None)).await? {
        Resumed::New => {}
        Resumed::GoOn(saved) => return go_on(call, &poster, saved).await.map(drop),
        Resumed::Back => return Ok(()),
    }
    let mut form = Form::new("");
    let Some(subject) = form.ask(call, &Field::open("subject", "what it is about", 72)).await? else {
        return Ok(());
    };
    if subject.trim().is_empty() {
        return Ok(());
    }
    let editing = Editing { heading: subject.clone(), ..Editing::default() };
    write(call, editing, &poster, Draft { subject, ..Draft::default() }).await?;
    Ok(())
}

/// Answers a message; true if something was posted.
pub async fn reply(call: &mut Call, to: &Message) -> Result<bool, Leave> {
    let answer = call.domain.messaging.poster(&call.caller, to.board).await;
    let Some(poster) = said(call, answer).await? else { return Ok(false) };
    call.enter("editor", &to.subject, &format!("your answer to {}", to.author));
    match Box::pin(drafts::resume(call, to.board, Some(to.thread))).await? {
        Resumed::New => {}
        Resumed::GoOn(saved) => return go_on(call, &poster, saved).await,
        Resumed::Back => return Ok(false),
    }
    let columns = usize::from(call.terminal.columns).saturating_sub(10).clamp(20, QUOTED);
    let heading = format!("Re: {}", to.subject);
    let draft = Draft { subject: heading.clone(), reply_to: Some(to.id), ..Draft::default() };
    let editing = Editing { heading, quote: quote(to, columns), ..Editing::default() };
    write(call, editing, &poster, draft).await
}

/// Goes on with what was not finished; true if it was posted.
pub async fn go_on(call: &mut Call, poster: &Poster, saved: SavedDraft) -> Result<bool, Leave> {
    let draft = saved.draft;
    call.enter("editor", &draft.subject, &format!("in {}", poster.board().name));
    let editing = Editing { heading: draft.subject.clone(), text: draft.body.clone(), ..Editing::default() };
    write(call, editing, poster, draft).await
}

/// The editor, until the text is posted or the caller means to give it up. What was refused, or met records that
/// are away, is still there to be posted again, and is never there twice: the key is the same.
async fn write(call: &mut Call, mut editing: Editing, poster: &Poster, draft: Draft) -> Result<bool, Leave> {
    let mut draft = Draft { key: draft.key.or_else(|| Some(Uuid::new_v4())), ..draft };
    let mut keeper = Arc::new(Keeper::new(call, poster, draft.clone()));
    loop {
        editing.keep = Some(Arc::clone(&keeper) as _);
        let save = edit(call, &mut editing).await?;
        let mut underway = Underway::new(&keeper, &editing.text);
        if save {
            let body = editing.text.clone();
            let mut answer = call.domain.messaging.post(poster, Draft { body, ..draft.clone() }).await;
            if matches!(answer, Err(MessagingError::Conflict(_))) {
                // Another call of this caller went on with the same draft and posted it: this is a text of its own.
                draft.key = Some(Uuid::new_v4());
                keeper = Arc::new(Keeper::new(call, poster, draft.clone()));
                std::mem::replace(&mut underway, Underway::new(&keeper, &editing.text)).arrived();
                let body = editing.text.clone();
                answer = call.domain.messaging.post(poster, Draft { body, ..draft.clone() }).await;
            }
            if answer.is_ok() {
                underway.arrived();
                return Ok(true);
            }
            drop(underway);
            said(call, answer).await?;
        } else if editing.text.trim().is_empty() || confirm(call, "Abandon what you wrote?").await? {
            underway.arrived();
            keeper.forget();
            return Ok(false);
        }
    }
}

/// The message's lines with the author's initials before them, as boards do it: `ac> text`.
fn quote(message: &Message, columns: usize) -> Vec<String> {
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
            .flat_map(|line| wrap(line, columns))
            .take(QUOTE_LINES)
            .map(|line| format!("{initials}> {line}")),
    );
    lines
}
