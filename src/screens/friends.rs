//! Friends: those whose calls the pager tells of.

use dialtone_domain::users::Friend;

use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::ui::{Bar, CellText, Column, Field, Form, List, ListOutcome, Live, Panel, confirm, pick, styles};

use super::{pager, profile, show_error, users};

const COLUMNS: [Column; 3] = [
    Column::new("handle", 24, styles::NAME),
    Column::new("now", 0, styles::WORDS),
    Column::new("last call", 10, styles::ASIDE).right(),
];

/// Friends fetched at a time.
const PAGE: i64 = 50;

fn row(friend: &Friend, language: &Language) -> Vec<CellText> {
    let now = match &friend.place {
        Some(place) => (format!("on line: {place}"), Some(styles::GAIN)),
        None => ("away".to_owned(), Some(styles::ASIDE)),
    };
    vec![(friend.profile.handle.to_string(), None), now, (users::last_call(&friend.profile, language), None)]
}

/// Fetches the friends below those there are: whether there may be more; none if the records didn't answer.
async fn fetch(call: &mut Call, friends: &mut Vec<Friend>) -> Result<Option<bool>, EndReason> {
    let after = friends.last().map(|last| &last.profile.handle);
    let answer = call.domain.users.friends(call.caller.id(), after, PAGE).await;
    let Some(next) = show_error(call, answer).await? else { return Ok(None) };
    let more = i64::try_from(next.len()).unwrap_or(0) == PAGE;
    friends.extend(next);
    Ok(Some(more))
}

/// Shows the caller's friends until they leave.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    let (mut bar, mut on) = (Bar::default(), None);
    let mut friends: Vec<Friend> = Vec::new();
    let (mut more, mut fresh) = (true, true);
    loop {
        if std::mem::take(&mut fresh) {
            // Begun anew, up to where the bar is.
            friends.clear();
            more = true;
            // One more: what the bar is on may have gone down by one.
            while more && friends.len() <= bar.chosen + usize::from(on.is_some()) {
                let Some(below) = fetch(call, &mut friends).await? else { return Ok(()) };
                more = below;
            }
            bar.follow(on, friends.iter().map(|friend| friend.profile.id));
        }
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
            more,
            live: Live::Callers,
            about: Some(Box::new(about)),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = std::mem::take(&mut list.bar);
        drop(list);
        on = friends.get(bar.chosen).map(|friend| friend.profile.id);
        // What is asked below changes the list, or takes a while.
        fresh = !matches!(picked, ListOutcome::More | ListOutcome::Pages);
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
            ListOutcome::More => {
                let Some(below) = fetch(call, &mut friends).await? else { return Ok(()) };
                more = below;
            }
            _ => {}
        }
    }
}
