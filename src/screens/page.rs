//! Paging somebody: one line that shows at once, wherever they are.

use dialtone_domain::UserId;

use crate::ui::{Call, Field, Form, Leave, notice};

use super::said;

/// The most characters of a page.
const LINE: usize = 240;

/// Asks whom to page, then what to say.
pub async fn show(call: &mut Call) -> Result<(), Leave> {
    call.enter("page", "page", "one line, shown at once");
    let mut form = Form::new("");
    let Some(handle) = form.ask(call, &Field::open("to", "a handle", 24)).await? else { return Ok(()) };
    if handle.trim().is_empty() {
        return Ok(());
    }
    let answer = call.domain.users.by_handle(&handle).await;
    match said(call, answer).await? {
        Some(to) => write(call, to.id).await,
        None => Ok(()),
    }
}

/// Asks what to say to this caller.
pub async fn write(call: &mut Call, to: UserId) -> Result<(), Leave> {
    let answer = call.domain.users.profile(to).await;
    let Some(profile) = said(call, answer).await? else { return Ok(()) };
    call.enter("page", "page", &format!("to {}", profile.handle));
    let mut form = Form::new("");
    let Some(text) = form.ask(call, &Field::open("say", "one line", LINE)).await? else { return Ok(()) };
    if text.trim().is_empty() {
        return Ok(());
    }
    let answer = call.domain.messaging.page(&call.caller, to, &text).await;
    if said(call, answer).await?.is_some() {
        let online = call.domain.users.online().await;
        let Some(online) = said(call, online).await? else { return Ok(()) };
        let words = if online.iter().any(|online| online.user == Some(to)) {
            format!("{} has it on screen now.", profile.handle)
        } else {
            format!("{} is not on line and will see it at the next call.", profile.handle)
        };
        notice(call, "sent", &words).await?;
    }
    Ok(())
}
