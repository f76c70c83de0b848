//! Writing: a new thread, or a reply with the message quoted.

use std::sync::Arc;

use dialtone_domain::messaging::{Draft, Message, Poster, SavedDraft};
use dialtone_domain::{BoardId, Messaging, MessagingError, ThreadId, Unavailable};
use dialtone_terminal::text::wrap;
use uuid::Uuid;

use crate::call::{Call, EndReason};
use crate::ui::{Editing, Field, Form, choice, confirm, edit, notice};

use super::draft_saver::{DraftSaver, UnpostedText};
use super::{format, show_error};

/// Columns of a quoted line, without its mark.
const QUOTED: usize = 68;
/// Lines quoted at the most: the rest is a keypress away.
const QUOTE_LINES: usize = 24;

/// Writes the first message of a thread.
pub async fn post(call: &mut Call, board: BoardId) -> Result<(), EndReason> {
    let answer = call.domain.messaging.poster(&call.caller, board).await;
    let Some(poster) = show_error(call, answer).await? else { return Ok(()) };
    call.enter("editor", "a new message", &format!("in {}", poster.board().name));
    match Box::pin(resume(call, board, None)).await? {
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
pub async fn reply(call: &mut Call, to: &Message) -> Result<bool, EndReason> {
    let answer = call.domain.messaging.poster(&call.caller, to.board).await;
    let Some(poster) = show_error(call, answer).await? else { return Ok(false) };
    call.enter("editor", &to.subject, &format!("your answer to {}", to.author));
    match Box::pin(resume(call, to.board, Some(to.thread))).await? {
        Resumed::New => {}
        Resumed::GoOn(saved) => return go_on(call, &poster, saved).await,
        Resumed::Back => return Ok(false),
    }
    let columns = usize::from(call.screen.terminal.columns).saturating_sub(10).clamp(20, QUOTED);
    let heading = format!("Re: {}", to.subject);
    let draft = Draft { subject: heading.clone(), reply_to: Some(to.id), ..Draft::default() };
    let editing = Editing { heading, quote: quote(to, columns), ..Editing::default() };
    write(call, editing, &poster, draft).await
}

/// What to do where a text for the same place was not finished.
enum Resumed {
    /// Write something new.
    New,
    /// Go on with this.
    GoOn(SavedDraft),
    /// Nothing: the caller went back.
    Back,
}

/// Asks whether to go on with what the caller did not finish there: a new thread of the board, or in a thread.
async fn resume(call: &mut Call, board: BoardId, thread: Option<ThreadId>) -> Result<Resumed, EndReason> {
    let answer = call.domain.messaging.drafts(&call.caller).await;
    let Some(drafts) = show_error(call, answer).await? else { return Ok(Resumed::Back) };
    let there = |saved: &SavedDraft| saved.board == board && saved.thread == thread;
    let Some(saved) = drafts.into_iter().find(there) else { return Ok(Resumed::New) };
    let question = format!(
        "You did not finish {}, {}. Go on with it?",
        format::unfinished(&saved),
        format::when(call.language(), saved.saved_at)
    );
    match choice(call, &question, &[("G", "go on"), ("N", "write a new one")]).await? {
        Some('G') => Ok(Resumed::GoOn(saved)),
        Some(_) => Ok(Resumed::New),
        None => Ok(Resumed::Back),
    }
}

/// Goes on with what was not finished; true if it was posted.
pub async fn go_on(call: &mut Call, poster: &Poster, saved: SavedDraft) -> Result<bool, EndReason> {
    let draft = saved.draft;
    call.enter("editor", &draft.subject, &format!("in {}", poster.board().name));
    let editing = Editing { heading: draft.subject.clone(), text: draft.body.clone(), ..Editing::default() };
    write(call, editing, poster, draft).await
}

/// The editor, until the text is posted or the caller means to give it up. What was refused, or met records that
/// are away, is still there to be posted again, and is never there twice: the key is the same.
async fn write(
    call: &mut Call,
    mut editing: Editing,
    poster: &Poster,
    draft: Draft,
) -> Result<bool, EndReason> {
    let saver = Arc::new(DraftSaver::new(call, poster, draft));
    // The key of a post that may have arrived: its answer was lost.
    let mut unsure = None;
    editing.autosave = Some(Arc::clone(&saver) as _);
    loop {
        let save = edit(call, &mut editing).await?;
        let text = UnpostedText::new(&saver, &editing.text);
        if save {
            let sent = send(&call.domain.messaging, poster, &saver, &mut unsure, &editing.text);
            match Box::pin(sent).await {
                Ok(Sent::Stats) => {
                    text.arrived();
                    return Ok(true);
                }
                Ok(Sent::Before(message)) => {
                    Box::pin(sent_before(call, text, &message, &editing.text)).await?;
                    return Ok(true);
                }
                Err(refused) => {
                    drop(text);
                    show_error::<(), _>(call, Err(refused)).await?;
                }
            }
        } else if editing.text.trim().is_empty() || confirm(call, "Abandon what you wrote?").await? {
            text.arrived();
            saver.forget();
            return Ok(false);
        }
    }
}

/// How a text got to the board.
enum Sent {
    /// Just now.
    Stats,
    /// An earlier try had arrived, with the text as it was then.
    Before(Message),
}

/// Posts the text. Where nobody knows how an earlier try ended, the board is asked first: nothing is there twice.
async fn send(
    messaging: &Messaging,
    poster: &Poster,
    saver: &DraftSaver,
    unsure: &mut Option<Uuid>,
    body: &str,
) -> Result<Sent, MessagingError> {
    let mut tries = 0;
    loop {
        if let Some(key) = *unsure
            && let Some(message) = messaging.posted(poster, key).await?
        {
            saver.leave(key);
            return Ok(Sent::Before(message));
        }
        let draft = saver.draft(body);
        let key = draft.key;
        tries += 1;
        match messaging.post(poster, draft).await {
            Ok(_) => return Ok(Sent::Stats),
            // The earlier try arrived after it was asked for; or another call of this caller went on with the same
            // draft and posted it: then this is a text of its own.
            Err(MessagingError::Conflict(_)) if tries == 1 => {
                if let Some(key) = key.filter(|_| unsure.is_none()) {
                    saver.leave(key);
                }
            }
            Err(MessagingError::Unavailable(Unavailable::Unknown)) => {
                *unsure = key;
                if let Some(key) = key
                    && let Ok(Some(_)) = messaging.posted(poster, key).await
                {
                    return Ok(Sent::Stats);
                }
                return Err(Unavailable::Unknown.into());
            }
            Err(error) => return Err(error),
        }
    }
}

/// Says that an earlier try arrived; what was written since is kept as a draft.
async fn sent_before(
    call: &mut Call,
    text: UnpostedText,
    message: &Message,
    written: &str,
) -> Result<(), EndReason> {
    let further = written.strip_prefix(message.body.as_str()).unwrap_or(written).trim();
    let words = if further.is_empty() {
        text.arrived();
        "Your message is posted: it got there the first time."
    } else {
        text.arrived_but_for(further.to_owned());
        "Your message is posted: it got there the first time, as it was then. \
         What you wrote since is kept as an unfinished message."
    };
    notice(call, "", words).await
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
