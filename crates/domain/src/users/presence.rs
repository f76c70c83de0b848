//! Who is online: the calls of the instances whose lease holds.

use super::{LastCaller, Users, UsersError};
use crate::db::{DbError, Tx, in_tx, now, on_db};
use crate::events::{Event, EventBody, Presence};
use crate::{CallId, Handle, InstanceId, Unavailable, UserId};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// From the instances to their open calls: SQLite keeps to the order of a CROSS JOIN, and would otherwise go through every
/// call there ever was, because they lie in the order that is asked for.
pub(super) const ONLINE: &str = "SELECT c.id AS call, c.instance, n.name AS instance_name, c.node, \
         c.user_id AS \"user\", c.handle, c.transport, c.peer, c.place, c.answered_at AS since, c.number, \
         (SELECT COUNT(*) FROM instances o WHERE o.present AND o.expires_at > $1) > 1 AS several \
     FROM instances n CROSS JOIN calls c \
     WHERE c.instance = n.id AND c.ended_at IS NULL AND n.present AND n.expires_at > $1 ORDER BY c.id";

/// One page of those who have logged in, in that order: who has no number yet is at the door. The instances are looked up
/// for each, for a server that joins them sorts all who are on line.
pub(super) const PAGE: &str = "SELECT c.id AS call, c.instance, \
         (SELECT n.name FROM instances n WHERE n.id = c.instance) AS instance_name, c.node, \
         c.user_id AS \"user\", c.handle, c.transport, c.peer, c.place, c.answered_at AS since, c.number, \
         (SELECT COUNT(*) FROM instances o WHERE o.present AND o.expires_at > $1) > 1 AS several \
     FROM calls c WHERE c.ended_at IS NULL AND c.number > $2 \
         AND (SELECT n.present AND n.expires_at > $1 FROM instances n WHERE n.id = c.instance) \
     ORDER BY c.number LIMIT $3";

/// A call that is open now.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OnlineCall {
    /// The call.
    pub call: CallId,
    /// The instance that answered it.
    pub instance: InstanceId,
    /// That instance's name.
    pub instance_name: String,
    /// Whether others are up as well.
    pub several: bool,
    /// The line of the instance.
    pub node: i64,
    /// Who, once they have logged in; [`UserId::GUEST`] for a guest.
    pub user: Option<UserId>,
    /// Their handle, once they have logged in.
    pub handle: Option<Handle>,
    /// `telnet` or `ssh`.
    pub transport: String,
    /// The address they call from.
    pub peer: String,
    /// Where on the board they are.
    pub place: String,
    /// When the call was answered.
    pub since: DateTime<Utc>,
    /// The board's nth call, once they have logged in.
    pub number: Option<i64>,
}

/// Who is on line, kept as they come and go: it begins with what the records say and goes on with every event after
/// that. Calls of an instance count until another finds its lease over, and again when it is back.
#[derive(Debug, Clone, Default)]
pub struct OnlineCallers {
    calls: HashMap<CallId, UserId>,
    /// Callers with an account, each with how many calls they have.
    callers: HashMap<UserId, usize>,
    last: Option<LastCaller>,
}

impl OnlineCallers {
    fn add(&mut self, call: CallId, user: UserId) {
        if self.calls.insert(call, user).is_none() && user != UserId::GUEST {
            *self.callers.entry(user).or_default() += 1;
        }
    }

    fn remove(&mut self, call: CallId) {
        let Some(user) = self.calls.remove(&call) else { return };
        match self.callers.get_mut(&user) {
            Some(calls) if *calls > 1 => *calls -= 1,
            _ => {
                self.callers.remove(&user);
            }
        }
    }

    /// Takes the next event of the log; true if it says that somebody came or went.
    pub fn take(&mut self, event: &Event) -> bool {
        match event.body.meaning().presence {
            None => return false,
            Some(Presence::Offline { call }) => self.remove(call),
            Some(Presence::Online { user, handle, call, since }) => {
                self.add(call, user);
                if user != UserId::GUEST && self.last.as_ref().is_none_or(|last| last.at < since) {
                    self.last = Some(LastCaller { handle: handle.clone(), at: since });
                }
            }
        }
        true
    }

    /// How many callers have logged in: each guest counts, and nobody twice.
    pub fn count(&self) -> usize {
        let known: usize = self.callers.values().sum();
        self.calls.len() - known + self.callers.len()
    }

    /// How many calls `user` has.
    pub fn calls_of(&self, user: UserId) -> usize {
        self.callers.get(&user).copied().unwrap_or(0)
    }

    /// Who of those with an account logged in last.
    pub fn last(&self) -> Option<&LastCaller> {
        self.last.as_ref()
    }
}

impl Users {
    /// Who is on line as the records have it now. A reader of the log that began before this goes on from there.
    pub async fn online_callers(&self) -> Result<OnlineCallers, Unavailable> {
        // Also those whose lease is over, as long as nobody has taken their instance for gone: no event has said so.
        let calls: Result<Vec<(CallId, UserId)>, DbError> = on_db!(self.store, db => sqlx::query_as(
                "SELECT c.id, c.user_id FROM instances n CROSS JOIN calls c \
                 WHERE c.instance = n.id AND c.ended_at IS NULL AND c.user_id IS NOT NULL AND n.present")
            .fetch_all(db).await);
        let last = self.last_callers(1).await?.pop();
        let mut online = OnlineCallers { last, ..OnlineCallers::default() };
        for (call, user) in calls? {
            online.add(call, user);
        }
        Ok(online)
    }

    /// Up to `limit` calls of those who have logged in, in that order, those after the call of the number `after`.
    pub async fn online_page(&self, after: Option<i64>, limit: i64) -> Result<Vec<OnlineCall>, UsersError> {
        let now = self.store.lease_time().await?;
        Ok(on_db!(self.store, db => sqlx::query_as(PAGE)
            .bind(now).bind(after.unwrap_or(0)).bind(limit).fetch_all(db).await)?)
    }

    /// Whether `who` is on line.
    pub async fn is_online(&self, who: UserId) -> Result<bool, UsersError> {
        let now = self.store.lease_time().await?;
        let calls: i64 = on_db!(self.store, db => sqlx::query_scalar(
                "SELECT COUNT(*) FROM calls c CROSS JOIN instances n \
                 WHERE c.user_id = $2 AND c.ended_at IS NULL AND n.id = c.instance AND n.present AND n.expires_at > $1")
            .bind(now).bind(who).fetch_one(db).await)?;
        Ok(calls > 0)
    }

    /// Every open call, logged in or not, in the order they were answered: for those who run the board.
    pub async fn online(&self) -> Result<Vec<OnlineCall>, UsersError> {
        let now = self.store.lease_time().await?;
        Ok(on_db!(self.store, db => sqlx::query_as(ONLINE).bind(now).fetch_all(db).await)?)
    }
}

type Open = (CallId, Option<UserId>, Option<Handle>);

/// Closes every open call of `instance`, each logged-in one with an event. `lost` ones may be opened again.
pub(crate) async fn close_calls_of(tx: &mut Tx, instance: InstanceId, lost: bool) -> Result<(), DbError> {
    let closed: Vec<Open> = in_tx!(tx, db => sqlx::query_as(
            "UPDATE calls SET ended_at = $2, lost = $3 WHERE instance = $1 AND ended_at IS NULL \
             RETURNING id, user_id, handle")
        .bind(instance).bind(now()).bind(lost).fetch_all(db).await)?;
    for (call, user, handle) in closed {
        if let (Some(user), Some(handle)) = (user, handle) {
            tx.event(EventBody::UserOffline { user, handle, call });
        }
    }
    Ok(())
}

/// Opens again the calls that were closed because `instance` had fallen silent.
pub(crate) async fn reopen_lost(tx: &mut Tx, instance: InstanceId) -> Result<(), DbError> {
    type Opened = (CallId, Option<UserId>, Option<Handle>, Option<DateTime<Utc>>);
    let opened: Vec<Opened> = in_tx!(tx, db => sqlx::query_as(
            "UPDATE calls SET ended_at = NULL, lost = FALSE WHERE instance = $1 AND lost \
             RETURNING id, user_id, handle, logged_in_at")
        .bind(instance).fetch_all(db).await)?;
    for (call, user, handle, since) in opened {
        if let (Some(user), Some(handle), Some(since)) = (user, handle, since) {
            tx.event(EventBody::UserOnline { user, handle, call, since });
        }
    }
    Ok(())
}
