//! The sysop's desk: who is on line and what happens, on every instance, and what a sysop does about it.

mod account;
pub mod acts;
mod asks;
mod audit;
mod desk;
mod instances;
mod log;
mod watch;

use dialtone_domain::UsersError;
use dialtone_domain::users::{Actor, Sysop};

use self::desk::{Desk, DeskOutcome, Place};
use self::watch::Watch;
use super::{format, pager, show_error};
use crate::call::{Call, EndReason};
use crate::ui::{Conversation, Hint, notice};

/// Where a sysop goes from the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Away from it.
    Away,
    /// Onto the board, as a caller sees it.
    Walking,
}

/// What the desk does by key, and on the console one thing more.
const KEYS: [Hint; 7] = [
    ("K", "kick"),
    ("P", "page"),
    ("B", "broadcast"),
    ("X", "ban"),
    ("A", "audit"),
    ("F", "find"),
    ("I", "instances"),
];
const WALK: Hint = ("W", "walk the board");

/// In whose name this call acts: the sysop's, or on the console of whoever holds the database, theirs.
fn actor(call: &Call) -> Result<Actor, UsersError> {
    match call.operator {
        Some(operator) => Ok(operator.into()),
        None => Sysop::of(&call.caller).map(Actor::from),
    }
}

/// The desk of a sysop who calls.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    sit(call, false).await.map(drop)
}

/// The desk, until the sysop leaves it. One who sits at the console `walks` the board from it.
pub async fn sit(call: &mut Call, walks: bool) -> Result<Left, EndReason> {
    // Whatever a menu says of who may come here.
    let may = actor(call);
    if show_error(call, may).await?.is_none() {
        return Ok(Left::Away);
    }
    let watch = Watch::open(call).await;
    let mut place = Place::default();
    let mut keys = KEYS.to_vec();
    if walks {
        keys.insert(4, WALK);
    }
    loop {
        let seen = watch.seen();
        let calls = i64::try_from(seen.calls.len()).unwrap_or(i64::MAX);
        let instances = i64::try_from(seen.instances.len()).unwrap_or(i64::MAX);
        let subtitle = format!(
            "{}, {}",
            format::count(calls, "call", "calls"),
            format::count(instances, "instance", "instances")
        );
        call.enter("sysop", "sysop's desk", &subtitle);
        let mut desk = Desk::new(seen, watch.said(), place, keys.clone(), call.language());
        let outcome = call.run(&mut desk).await?;
        let chosen = desk.chosen().cloned();
        place = desk.place();
        if !matches!(outcome, DeskOutcome::Fresh) {
            watch.heard();
        }
        match (outcome, chosen) {
            (DeskOutcome::Fresh, _) => {}
            (DeskOutcome::Look, Some(online)) => Box::pin(account::show(call, &watch, online)).await?,
            (DeskOutcome::Key('B'), _) => Box::pin(asks::broadcast(call, &watch)).await?,
            (DeskOutcome::Key('F'), _) => Box::pin(account::find(call, &watch)).await?,
            (DeskOutcome::Key('A'), _) => Box::pin(audit::show(call)).await?,
            (DeskOutcome::Key('I'), _) => Box::pin(instances::show(call, &watch)).await?,
            (DeskOutcome::Key('W'), _) => return Ok(Left::Walking),
            (DeskOutcome::Key('K'), Some(online)) => Box::pin(asks::kick(call, &watch, &online)).await?,
            (DeskOutcome::Key('P'), Some(online)) => Box::pin(asks::page(call, &watch, online.user)).await?,
            (DeskOutcome::Key('X'), Some(online)) => Box::pin(asks::ban(call, &watch, online.user)).await?,
            (DeskOutcome::Key(_), _) => notice(call, "", "Nobody is on.").await?,
            (DeskOutcome::Pages, _) => pager(call).await?,
            (DeskOutcome::Back, _) => return Ok(Left::Away),
            (DeskOutcome::Look, None) => {}
        }
    }
}
