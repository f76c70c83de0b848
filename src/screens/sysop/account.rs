//! A look at a caller: the account, and the call they are on.

use dialtone_domain::users::{OnlineCall, Profile};
use dialtone_domain::{Caller, UserId};
use dialtone_terminal::pipe;

use super::watch::Watch;
use super::{acts, asks};
use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::screens::{format, pager, show_error};
use crate::ui::{Field, Form, Panel, Text, ViewerOutcome, read};

fn of_call(online: &OnlineCall, language: &Language) -> Vec<(&'static str, String)> {
    vec![
        ("is at", online.place.clone()),
        ("on for", format::ago(language, online.since)),
        ("node", format!("{}:{}", online.instance_name, online.node)),
        ("call", online.call.to_string()),
        ("by", online.transport.clone()),
        ("address", online.peer.clone()),
    ]
}

fn of_account(profile: &Profile, caller: &Caller) -> Vec<(&'static str, String)> {
    let flags: Vec<&str> = caller.flags().iter().map(String::as_str).collect();
    let standing = match (profile.banned, profile.sysop) {
        (true, _) => "banned",
        (false, true) => "a sysop",
        (false, false) => "",
    };
    vec![
        ("level", profile.level.to_string()),
        ("flags", flags.join(" ")),
        ("is", standing.to_owned()),
        ("from", profile.location.clone()),
        ("calls", profile.calls.to_string()),
        ("last call", profile.last_call_at.map_or_else(|| "never".to_owned(), format::moment)),
    ]
}

fn more_of_account(profile: &Profile) -> Vec<(&'static str, String)> {
    vec![
        ("name", profile.display_name.clone()),
        ("account", format!("{}, since {}", profile.id, format::day(profile.created_at))),
        ("likes", profile.interests.clone()),
    ]
}

/// Facts as lines of a text; those that say nothing are left out.
fn lines(facts: &[(&str, String)]) -> String {
    let told = facts.iter().filter(|(_, value)| !value.is_empty());
    told.map(|(label, value)| format!("|06{label:<10}|07{}\n", pipe::escape(value))).collect()
}

/// Asks for a handle and shows the account.
pub async fn find(call: &mut Call, watch: &Watch) -> Result<(), EndReason> {
    call.enter("sysop", "find", "an account, on line or not");
    let field = Field::open("handle", "whose account you want to see", 24);
    let Some(handle) = Form::new("").ask(call, &field).await? else { return Ok(()) };
    if handle.trim().is_empty() {
        return Ok(());
    }
    let answer = call.domain.users.by_handle(&handle).await;
    let Some(found) = show_error(call, answer).await? else { return Ok(()) };
    let answer = call.domain.users.online().await;
    let Some(online) = show_error(call, answer).await? else { return Ok(()) };
    let online = online.into_iter().find(|online| online.user == Some(found.id()));
    look(call, watch, Some(found.id()), online).await
}

/// Shows who is on a call.
pub async fn show(call: &mut Call, watch: &Watch, online: OnlineCall) -> Result<(), EndReason> {
    look(call, watch, online.user, Some(online)).await
}

async fn look(
    call: &mut Call,
    watch: &Watch,
    user: Option<UserId>,
    online: Option<OnlineCall>,
) -> Result<(), EndReason> {
    let user = user.filter(|user| *user != UserId::GUEST);
    let title = online.as_ref().map(|online| acts::name(online, call.language())).unwrap_or_default();
    let mut text = Text::default();
    let mut heading = Panel { title, ..Panel::default() };
    let mut banned = false;
    if online.is_some() {
        text.keys.push(("K", "kick"));
    }
    if let Some(user) = user {
        let answer = call.domain.users.profile(user).await;
        let Some(profile) = show_error(call, answer).await? else { return Ok(()) };
        let answer = call.domain.users.caller(user).await;
        let Some(caller) = show_error(call, answer).await? else { return Ok(()) };
        banned = profile.banned;
        heading.title = profile.handle.to_string();
        heading.pairs = of_account(&profile, &caller);
        let on_line = online.as_ref().map(|online| of_call(online, call.language())).unwrap_or_default();
        text.body = format!("{}{}\n{}", lines(&on_line), lines(&more_of_account(&profile)), profile.bio);
        text.keys.push(("P", "page"));
        text.keys.push(if banned { ("U", "lift the ban") } else { ("X", "ban") });
    } else if let Some(online) = &online {
        heading.pairs = of_call(online, call.language());
        text.body = "|08There is no account behind this call.".to_owned();
    }
    heading.pairs.retain(|(_, value)| !value.is_empty());
    let subtitle = if online.is_some() { "on line now" } else { "not on line" };
    text.heading = heading;
    loop {
        call.enter("profile", &text.heading.title, subtitle);
        match (read(call, &text).await?, &online, user) {
            (ViewerOutcome::Key('K'), Some(online), _) => return asks::kick(call, watch, online).await,
            (ViewerOutcome::Key('P'), _, user) => return asks::page(call, watch, user).await,
            (ViewerOutcome::Key('X'), _, user) => return asks::ban(call, watch, user).await,
            (ViewerOutcome::Key('U'), _, Some(user)) if banned => {
                return asks::unban(call, watch, user).await;
            }
            (ViewerOutcome::Pages, ..) => pager(call).await?,
            _ => return Ok(()),
        }
    }
}
