//! What a caller was writing when the last call ended, offered again.

use dialtone_domain::messaging::{MessagingError, SavedDraft};

use crate::call::{Call, EndReason};
use crate::ui::{Panel, Text, choice, confirm, notice, read};

use super::{compose, format, show_error};

/// Offers what the caller did not finish, one text after the other.
pub async fn offer(call: &mut Call, drafts: Vec<SavedDraft>) -> Result<(), EndReason> {
    for saved in drafts {
        call.enter("editor", "an unfinished message", &format::unfinished(&saved));
        let answer = call.domain.messaging.poster(&call.caller, saved.board).await;
        match answer {
            Ok(poster) => {
                let question = format!(
                    "You were writing {}, {}.",
                    format::unfinished(&saved),
                    format::when(call.language(), saved.saved_at)
                );
                let answers = [("G", "go on"), ("T", "throw it away"), ("L", "later")];
                match choice(call, &question, &answers).await? {
                    Some('G') => {
                        compose::go_on(call, &poster, saved).await?;
                    }
                    Some('T') => throw_away(call, &saved).await?,
                    _ => {}
                }
            }
            Err(error @ MessagingError::Unavailable(_)) => {
                show_error::<(), _>(call, Err(error)).await?;
                return Ok(());
            }
            Err(error) => closed(call, &saved, &error).await?,
        }
    }
    Ok(())
}

/// The text can't be posted any more: it may be read, and thrown away.
async fn closed(call: &mut Call, saved: &SavedDraft, error: &MessagingError) -> Result<(), EndReason> {
    loop {
        let question = format!("You were writing {}. {error} Your text is kept.", format::unfinished(saved));
        let answers = [("R", "read it"), ("T", "throw it away"), ("L", "later")];
        match choice(call, &question, &answers).await? {
            Some('R') => {
                let text = Text {
                    heading: Panel { title: saved.draft.subject.clone(), ..Panel::default() },
                    body: saved.draft.body.clone(),
                    ..Text::default()
                };
                read(call, &text).await?;
            }
            Some('T') => return throw_away(call, saved).await,
            _ => return Ok(()),
        }
    }
}

async fn throw_away(call: &mut Call, saved: &SavedDraft) -> Result<(), EndReason> {
    let Some(key) = saved.draft.key else { return Ok(()) };
    if confirm(call, "Throw away what you wrote?").await? {
        let answer = call.domain.messaging.forget_draft(&call.caller, key).await;
        if show_error(call, answer).await?.is_some() {
            notice(call, "", "It's gone.").await?;
        }
    }
    Ok(())
}
