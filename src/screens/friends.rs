//! Friends: those whose calls the pager tells of.

use dialtone_domain::UsersError;
use dialtone_domain::users::{OnlineCall, Profile};

use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::ui::{Bar, CellText, Column, Field, Form, List, ListOutcome, Live, Panel, confirm, pick, styles};

use super::who::Online;
use super::{pager, profile, show_error, users};

const COLUMNS: [Column; 3] = [
    Column::new("handle", 24, styles::NAME),
    Column::new("now", 0, styles::WORDS),
    Column::new("last call", 10, styles::ASIDE).right(),
];

/// Somebody, and where they are if they are on line.
struct Friend {
    profile: Profile,
    place: Option<String>,
}

fn row(friend: &Friend, language: &Language) -> Vec<CellText> {
    let now = match &friend.place {
        Some(place) => (format!("on line: {place}"), Some(styles::GAIN)),
        None => ("away".to_owned(), Some(styles::ASIDE)),
    };
    vec![(friend.profile.handle.to_string(), None), now, (users::last_call(&friend.profile, language), None)]
}

async fn friends(call: &mut Call) -> Result<Option<Vec<Friend>>, EndReason> {
    let answer = call.domain.users.friends(call.caller.id()).await;
    let Some(known) = show_error(call, answer).await? else { return Ok(None) };
    let mut friends = Vec::new();
    for (user, _) in known {
        let answer = call.domain.users.profile(user).await;
        let gone = matches!(answer, Err(UsersError::Unavailable(_)));
        let profile = match show_error(call, answer).await? {
            Some(profile) => profile,
            None if gone => return Ok(None),
            None => continue,
        };
        friends.push(Friend { profile, place: None });
    }
    Ok(Some(friends))
}

/// Where each of them is now.
fn find(online: &[OnlineCall], friends: &mut [Friend]) {
    for friend in friends {
        let here = |call: &&OnlineCall| call.user == Some(friend.profile.id);
        friend.place = online.iter().find(here).map(|call| call.place.clone());
    }
}

/// Shows the caller's friends until they leave.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    let mut bar = Bar::default();
    let mut friends = Vec::new();
    let mut shown: Option<Online> = None;
    loop {
        let online = match shown.take() {
            // Who comes and goes changes nothing but where they are.
            Some(online) => online,
            None => {
                let Some(all) = self::friends(call).await? else { return Ok(()) };
                friends = all;
                let Some(online) = Online::ask(call).await? else { return Ok(()) };
                online
            }
        };
        find(&online.calls, &mut friends);
        call.enter("friends", "friends", "the pager tells you when they call");
        let about = |n: usize| match friends.get(n) {
            Some(friend) => users::about(&friend.profile),
            None => Panel::default(),
        };
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: friends.iter().map(|friend| row(friend, call.language())).collect(),
            empty: "No friends yet. A adds one.".into(),
            keys: vec![("A", "add"), ("D", "delete")],
            bar: std::mem::take(&mut bar),
            live: Live::Callers,
            about: Some(Box::new(about)),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        match picked {
            ListOutcome::Row(n) => {
                if let Some(friend) = friends.get(n) {
                    profile::view(call, friend.profile.id).await?;
                }
            }
            ListOutcome::Key('A') => {
                let mut form = Form::new("");
                let field = Field::open("handle", "whose calls you want to hear of", 24);
                let Some(handle) = form.ask(call, &field).await? else { continue };
                let answer = call.domain.users.by_handle(&handle).await;
                if let Some(friend) = show_error(call, answer).await? {
                    let answer = call.domain.users.befriend(&call.caller, friend.id()).await;
                    show_error(call, answer).await?;
                }
            }
            ListOutcome::Key('D') => {
                if let Some(friend) = friends.get(bar.chosen)
                    && confirm(call, &format!("Hear no more of {}?", friend.profile.handle)).await?
                {
                    let answer = call.domain.users.unfriend(&call.caller, friend.profile.id).await;
                    show_error(call, answer).await?;
                }
            }
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            ListOutcome::News => shown = Some(online.next(call)),
            _ => {}
        }
    }
}
