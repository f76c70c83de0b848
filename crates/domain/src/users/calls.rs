//! Calls: each one the board has answered, from answer to hangup.

use super::{Handle, Users, UsersError, text};
use crate::db::{DbError, Tx, holding, in_tx, now, on_db, prune};
use crate::events::EventBody;
use crate::{CallId, Caller, InstanceId, Unavailable, UserId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The limit is a number, because a server that does not know it plans for a tenth of all calls. The conditions are
/// those of the index, so that the many calls of guests are not even passed over.
pub(super) const LAST_CALLERS: &str = "SELECT handle, logged_in_at AS at FROM calls \
     WHERE logged_in_at IS NOT NULL AND user_id <> 0 ORDER BY logged_in_at DESC LIMIT 20";

/// Ended calls of nobody with an account: of guests, and of those who never logged in.
pub(super) const PRUNE_PASSING: &str = "DELETE FROM calls WHERE id IN (SELECT id FROM calls \
     WHERE (user_id IS NULL OR user_id = 0) AND ended_at < $1 ORDER BY ended_at LIMIT 200)";
/// Ended calls of callers with an account, all but those that the list of the last callers shows.
pub(super) const PRUNE_KNOWN: &str = "DELETE FROM calls WHERE id IN (SELECT id FROM calls \
     WHERE user_id <> 0 AND ended_at < $1 AND id NOT IN (SELECT id FROM calls \
         WHERE logged_in_at IS NOT NULL AND user_id <> 0 ORDER BY logged_in_at DESC LIMIT 20) \
     ORDER BY ended_at LIMIT 200)";

/// A call that was just answered.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// Made by whoever answers: a call that is written down again under its key is written down once.
    pub key: Uuid,
    /// The instance that answered.
    pub instance: InstanceId,
    /// The line of that instance.
    pub node: i64,
    /// `telnet` or `ssh`.
    pub transport: String,
    /// The address they call from.
    pub peer: String,
    /// Width of their terminal.
    pub columns: i64,
    /// Height of their terminal.
    pub rows: i64,
}

/// What one learns at log-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedIn {
    /// How many calls the board has had, this one included.
    pub call_number: i64,
    /// When the caller last logged in, if ever.
    pub last_call: Option<DateTime<Utc>>,
}

/// Somebody who called.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LastCaller {
    /// Who.
    pub handle: Handle,
    /// When they logged in.
    pub at: DateTime<Utc>,
}

impl Users {
    /// Writes down a call that was answered. Nobody knows yet who it is. The same call again gives the same id, also
    /// while the first time is still being committed: Postgres waits for that.
    pub async fn call_answered(&self, call: &NewCall) -> Result<CallId, UsersError> {
        let mut tx = self.store.begin().await?;
        let id = in_tx!(tx, db => sqlx::query_scalar(
                "INSERT INTO calls (instance, node, transport, peer, columns, rows, place, answered_at, lost, call_key) \
                 VALUES ($1, $2, $3, $4, $5, $6, '', $7, FALSE, $8) \
                 ON CONFLICT (call_key) DO UPDATE SET call_key = excluded.call_key RETURNING id")
            .bind(call.instance).bind(call.node).bind(text::cut(&call.transport, 16)).bind(text::cut(&call.peer, 64))
            .bind(call.columns).bind(call.rows).bind(now()).bind(call.key).fetch_one(db).await)?;
        tx.commit().await?;
        Ok(id)
    }

    /// The call is `who`'s: it gets its number, and everyone may know.
    pub async fn call_logged_in(&self, call: CallId, who: &Caller) -> Result<LoggedIn, UsersError> {
        let at = now();
        let mut tx = self.store.begin().await?;
        let last_call = if who.guest {
            None
        } else {
            let last: Option<Option<DateTime<Utc>>> = in_tx!(tx, db => sqlx::query_scalar(
                    "SELECT last_call_at FROM users WHERE id = $1").bind(who.id).fetch_optional(db).await)?;
            let last = last.ok_or_else(UsersError::no_account)?;
            in_tx!(tx, db => sqlx::query("UPDATE users SET last_call_at = $2, calls = calls + 1 WHERE id = $1")
                .bind(who.id).bind(at).execute(db).await.map(drop))?;
            last
        };
        // Held, so that the instance can't be taken for gone, and its calls for lost, before this is done.
        let sql = holding!(
            tx,
            "SELECT n.present FROM instances n WHERE n.id = (SELECT c.instance FROM calls c WHERE c.id = $1)"
        );
        let present: Option<bool> =
            in_tx!(tx, db => sqlx::query_scalar(sql).bind(call).fetch_optional(db).await)?;
        // The counter comes last but one: every log-in of the board waits for its row.
        let call_number: i64 = in_tx!(tx, db => sqlx::query_scalar(
                "UPDATE counters SET value = value + 1 WHERE name = 'calls' RETURNING value").fetch_one(db).await)?;
        let lost: Option<bool> = in_tx!(tx, db => sqlx::query_scalar(
                "UPDATE calls SET user_id = $2, handle = $3, number = $4, logged_in_at = $5, \
                     lost = lost OR NOT $6, ended_at = CASE WHEN $6 THEN ended_at ELSE COALESCE(ended_at, $5) END \
                 WHERE id = $1 AND user_id IS NULL AND (ended_at IS NULL OR lost) RETURNING lost")
            .bind(call).bind(who.id).bind(&who.handle).bind(call_number).bind(at).bind(present.unwrap_or(false))
            .fetch_optional(db).await)?;
        match lost {
            Some(false) => {
                let (user, handle) = (who.id, who.handle.clone());
                tx.event(EventBody::UserOnline { user, handle, call, since: at });
            }
            // The instance is taken for gone. If it isn't, everyone hears of its callers when it is back.
            Some(true) => {}
            None => {
                return Err(UsersError::NotFound(
                    "This call is over, or somebody has logged in on it.".to_owned(),
                ));
            }
        }
        tx.commit().await?;
        self.forget(who.id);
        Ok(LoggedIn { call_number, last_call })
    }

    /// The caller is somewhere else on the board now.
    pub async fn call_moved(&self, call: CallId, place: &str) -> Result<(), UsersError> {
        let mut tx = self.store.begin().await?;
        in_tx!(tx, db => sqlx::query("UPDATE calls SET place = $2 WHERE id = $1")
            .bind(call).bind(text::cut(place, 40)).execute(db).await.map(drop))?;
        Ok(tx.commit().await?)
    }

    /// The caller has hung up. Ending a call twice ends it once.
    pub async fn call_ended(&self, call: CallId) -> Result<(), UsersError> {
        let mut tx = self.store.begin().await?;
        let mut who = end(&mut tx, call).await?;
        if who.is_none() {
            // It may count as lost, as when this instance's lease ran out: then it must not come back. Held, because it
            // may be coming back just now.
            let sql = holding!(tx, "SELECT lost FROM calls WHERE id = $1");
            let lost: Option<bool> =
                in_tx!(tx, db => sqlx::query_scalar(sql).bind(call).fetch_optional(db).await)?;
            if lost == Some(true) {
                in_tx!(tx, db => sqlx::query("UPDATE calls SET lost = FALSE WHERE id = $1")
                    .bind(call).execute(db).await.map(drop))?;
            } else {
                who = end(&mut tx, call).await?;
            }
        }
        if let Some((Some(user), Some(handle))) = who {
            tx.event(EventBody::UserOffline { user, handle, call });
        }
        Ok(tx.commit().await?)
    }

    /// Forgets the calls of guests, and of those who never logged in, that ended before `passing`; and all others that
    /// ended before `known`, but for the last callers. Returns how many. What is counted stays counted.
    pub async fn prune_calls(
        &self,
        passing: DateTime<Utc>,
        known: DateTime<Utc>,
    ) -> Result<u64, Unavailable> {
        let passing = prune(&self.store, PRUNE_PASSING, passing).await?;
        Ok(passing + prune(&self.store, PRUNE_KNOWN, known).await?)
    }

    /// The latest callers with an account, newest first, at most twenty.
    pub async fn last_callers(&self, limit: usize) -> Result<Vec<LastCaller>, Unavailable> {
        let last: Result<Vec<LastCaller>, DbError> =
            on_db!(self.store, db => sqlx::query_as(LAST_CALLERS).fetch_all(db).await);
        let mut last = last?;
        last.truncate(limit);
        Ok(last)
    }
}

/// Ends an open call, and tells whose it was.
async fn end(tx: &mut Tx, call: CallId) -> Result<Option<(Option<UserId>, Option<Handle>)>, DbError> {
    in_tx!(tx, db => sqlx::query_as(
            "UPDATE calls SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING user_id, handle")
        .bind(call).bind(now()).fetch_optional(db).await)
}

/// How often `who` has called, as it is in this transaction.
pub(crate) async fn made_by(tx: &mut Tx, who: UserId) -> Result<i64, DbError> {
    let calls: Option<i64> = in_tx!(tx, db => sqlx::query_scalar("SELECT calls FROM users WHERE id = $1")
        .bind(who).fetch_optional(db).await)?;
    Ok(calls.unwrap_or(0))
}
