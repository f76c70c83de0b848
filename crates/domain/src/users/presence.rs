//! Who is online: the calls of the instances whose lease holds.

use super::{Users, UsersError};
use crate::db::{DbError, Tx, in_tx, now, on_db};
use crate::events::EventBody;
use crate::{CallId, Handle, InstanceId, UserId};
use chrono::{DateTime, Utc};

/// From the instances to their open calls: SQLite keeps to the order of a CROSS JOIN, and would otherwise go through every
/// call there ever was, because they lie in the order that is asked for.
pub(super) const ONLINE: &str = "SELECT c.id AS call, c.instance, n.name AS instance_name, c.node, \
         c.user_id AS \"user\", c.handle, c.transport, c.peer, c.place, c.answered_at AS since \
     FROM instances n CROSS JOIN calls c \
     WHERE c.instance = n.id AND c.ended_at IS NULL AND n.present AND n.expires_at > $1 ORDER BY c.id";

/// A call that is open now.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OnlineCall {
    /// The call.
    pub call: CallId,
    /// The instance that answered it.
    pub instance: InstanceId,
    /// That instance's name.
    pub instance_name: String,
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
}

impl Users {
    /// Every open call, logged in or not, in the order they were answered.
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
    let opened: Vec<Open> = in_tx!(tx, db => sqlx::query_as(
            "UPDATE calls SET ended_at = NULL, lost = FALSE WHERE instance = $1 AND lost \
             RETURNING id, user_id, handle")
        .bind(instance).fetch_all(db).await)?;
    for (call, user, handle) in opened {
        if let (Some(user), Some(handle)) = (user, handle) {
            tx.event(EventBody::UserOnline { user, handle, call });
        }
    }
    Ok(())
}
