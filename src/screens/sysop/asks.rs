//! What a sysop is asked before something is done to callers.

use dialtone_domain::UserId;
use dialtone_domain::messaging::PAGE_CHARS;
use dialtone_domain::users::OnlineCall;

use super::watch::Watch;
use super::{actor, acts};
use crate::call::{Call, EndReason};
use crate::screens::show_error;
use crate::ui::{Field, Form, confirm, notice};

/// Ends a call.
pub async fn kick(call: &mut Call, watch: &Watch, online: &OnlineCall) -> Result<(), EndReason> {
    let by = actor(call);
    let Some(by) = show_error(call, by).await? else { return Ok(()) };
    let who = match &online.handle {
        Some(handle) => format!("the call of {handle}"),
        None => format!("call {}, on which nobody has logged in yet", online.call),
    };
    call.enter("sysop", "kick", &format!("node {}", online.node));
    let mut form = Form::new(&format!("Ends {who}."));
    let field = Field::open("reason", "what they are told; it may stay empty", PAGE_CHARS);
    let Some(reason) = form.ask(call, &field).await? else { return Ok(()) };
    let (domain, id) = (call.domain.clone(), online.call);
    let act = async move { acts::kick(&domain, by, id, &reason).await.map(|done| done.words) };
    watch.act(call, format!("Ending {who}..."), act).await
}

/// Bans somebody.
pub async fn ban(call: &mut Call, watch: &Watch, who: Option<UserId>) -> Result<(), EndReason> {
    let by = actor(call);
    let Some(by) = show_error(call, by).await? else { return Ok(()) };
    let user = match who {
        Some(UserId::GUEST) => {
            return notice(call, "", "A guest has no account to close. K ends the call.").await;
        }
        Some(user) => user,
        None => {
            let words = "They have not logged in yet, so nobody knows whom to ban. K ends the call.";
            return notice(call, "", words).await;
        }
    };
    let who = call.domain.users.caller(user).await;
    let Some(who) = show_error(call, who).await? else { return Ok(()) };
    let handle = who.handle().clone();
    call.enter("sysop", "ban", handle.as_str());
    let mut form = Form::new(&format!(
        "Closes the account of {handle}: their calls end, and nothing lets them in again until the ban is lifted."
    ));
    let field = Field::open("reason", "what they are told; it may stay empty", PAGE_CHARS);
    let Some(reason) = form.ask(call, &field).await? else { return Ok(()) };
    if !confirm(call, &format!("Ban {handle}?")).await? {
        return Ok(());
    }
    let domain = call.domain.clone();
    let act = async move { acts::ban(&domain, by, &who, &reason).await.map(|ban| ban.words) };
    watch.act(call, format!("Banning {handle}..."), act).await
}

/// Lets somebody in again who was banned.
pub async fn unban(call: &mut Call, watch: &Watch, user: UserId) -> Result<(), EndReason> {
    let by = actor(call);
    let Some(by) = show_error(call, by).await? else { return Ok(()) };
    let domain = call.domain.clone();
    let act = async move {
        let lifted = domain.users.set_banned(user, false, by).await?;
        let handle = domain.users.caller(user).await?.handle().clone();
        Ok(format!("{handle} {}", if lifted { "may log in again." } else { "is not banned." }))
    };
    watch.act(call, "Lifting the ban...".to_owned(), act).await
}

/// Pages one caller.
pub async fn page(call: &mut Call, watch: &Watch, to: Option<UserId>) -> Result<(), EndReason> {
    let by = actor(call);
    let Some(by) = show_error(call, by).await? else { return Ok(()) };
    let to = match to {
        Some(UserId::GUEST) => return notice(call, "", "A guest has no pager.").await,
        Some(to) => to,
        None => {
            let words = "They have not logged in yet, so there is nobody to page.";
            return notice(call, "", words).await;
        }
    };
    let profile = call.domain.users.profile(to).await;
    let Some(profile) = show_error(call, profile).await? else { return Ok(()) };
    call.enter("page", "page", &format!("to {}", profile.handle));
    let Some(text) = line(call, "").await? else { return Ok(()) };
    let (domain, from) = (call.domain.clone(), call.caller.clone());
    let act = async move { acts::page(&domain, by, &from, to, &text).await.map(|done| done.words) };
    watch.act(call, format!("Paging {}...", profile.handle), act).await
}

/// Tells everybody something.
pub async fn broadcast(call: &mut Call, watch: &Watch) -> Result<(), EndReason> {
    let by = actor(call);
    let Some(by) = show_error(call, by).await? else { return Ok(()) };
    call.enter("page", "broadcast", "to everybody on line");
    let Some(text) = line(call, "Every caller sees it at once, wherever they are on the board.").await?
    else {
        return Ok(());
    };
    let domain = call.domain.clone();
    let act = async move {
        domain.messaging.broadcast(by, &text).await?;
        Ok("Told everybody.".to_owned())
    };
    watch.act(call, "Telling everybody...".to_owned(), act).await
}

/// One line to say; none if the sysop would rather say nothing.
async fn line(call: &mut Call, intro: &str) -> Result<Option<String>, EndReason> {
    let answer = Form::new(intro).ask(call, &Field::open("say", "one line", PAGE_CHARS)).await?;
    Ok(answer.filter(|text| !text.trim().is_empty()))
}
