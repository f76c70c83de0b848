//! The audit log: who did what to the board or to another caller.

use super::{Handle, Users, UsersError, text};
use crate::UserId;
use crate::db::{DbError, Tx, in_tx, now, on_db};
use chrono::{DateTime, Utc};

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditLine {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none for a command given at the machine itself.
    pub actor: Option<UserId>,
    /// The handle of whoever it was.
    pub handle: Option<Handle>,
    /// What, as `user.level`.
    pub action: String,
    /// To whom and how.
    pub detail: String,
}

impl Users {
    /// The newest lines, newest first.
    pub async fn audit_log(&self, limit: i64) -> Result<Vec<AuditLine>, UsersError> {
        Ok(on_db!(self.store, db => sqlx::query_as(
                "SELECT a.at, a.actor, u.handle, a.action, a.detail \
                 FROM audit a LEFT JOIN users u ON u.id = a.actor ORDER BY a.id DESC LIMIT $1")
            .bind(limit).fetch_all(db).await)?)
    }
}

/// Leaves a line in the transaction of the act itself: there is one for each act that was done, and no other.
pub(crate) async fn write(
    tx: &mut Tx,
    actor: Option<UserId>,
    action: &str,
    detail: &str,
) -> Result<(), DbError> {
    let instance = tx.store().instance();
    in_tx!(tx, db => sqlx::query(
            "INSERT INTO audit (at, instance, actor, action, detail) VALUES ($1, $2, $3, $4, $5)")
        .bind(now()).bind(instance).bind(actor).bind(text::cut(action, 60)).bind(text::cut(detail, 400))
        .execute(db).await.map(drop))
}

/// An account as the audit log names it: `Ramon (account 3)`.
pub(crate) async fn named(tx: &mut Tx, who: UserId) -> Result<String, DbError> {
    let handle: Option<Handle> = in_tx!(tx, db => sqlx::query_scalar("SELECT handle FROM users WHERE id = $1")
        .bind(who).fetch_optional(db).await)?;
    Ok(handle.map_or_else(|| format!("account {who}"), |handle| account(&handle, who)))
}

/// The same, of an account whose handle is known.
pub(super) fn account(handle: &Handle, who: UserId) -> String {
    format!("{handle} (account {who})")
}
