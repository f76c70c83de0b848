//! Paging somebody: one line that shows at once, wherever they are.

use dialtone_domain::{MessagingError, UserId};

use crate::call::{Call, EndReason};
use crate::ui::{Field, Form, notice};

use super::show_error;

/// The most characters of a page.
const LINE: usize = 240;

/// Asks whom to page, then what to say.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    call.enter("page", "page", "one line, shown at once");
    let mut form = Form::new("");
    let Some(handle) = form.ask(call, &Field::open("to", "a handle", 24)).await? else { return Ok(()) };
    if handle.trim().is_empty() {
        return Ok(());
    }
    let answer = call.domain.users.by_handle(&handle).await;
    match show_error(call, answer).await? {
        Some(to) => write(call, to.id()).await,
        None => Ok(()),
    }
}

/// Asks what to say to this caller.
pub async fn write(call: &mut Call, to: UserId) -> Result<(), EndReason> {
    let answer = call.domain.users.profile(to).await;
    let Some(profile) = show_error(call, answer).await? else { return Ok(()) };
    call.enter("page", "page", &format!("to {}", profile.handle));
    let mut form = Form::new("");
    let mut text = String::new();
    let sent = loop {
        let field = Field::open("say", "one line", LINE).with(&text);
        let Some(line) = form.ask(call, &field).await? else { return Ok(()) };
        if line.trim().is_empty() {
            return Ok(());
        }
        text = line;
        let answer = call.domain.messaging.page(&call.caller, to, &text).await;
        // What only has to wait is still there to be sent again.
        let again = matches!(answer, Err(MessagingError::TooMany(_) | MessagingError::Unavailable(_)));
        let sent = show_error(call, answer).await?.is_some();
        if !again {
            break sent;
        }
    };
    if sent {
        let answer = call.domain.users.is_online(to).await;
        let Some(online) = show_error(call, answer).await? else { return Ok(()) };
        let words = if online {
            format!("{} has it on screen now.", profile.handle)
        } else {
            format!("{} is not on line and will see it at the next call.", profile.handle)
        };
        notice(call, "sent", &words).await?;
    }
    Ok(())
}
