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
    /// Leaves a line for an act that changes no table of ours.
    pub async fn audit(&self, actor: Option<UserId>, action: &str, detail: &str) -> Result<(), UsersError> {
        let mut tx = self.store.begin().await?;
        write(&mut tx, actor, action, detail).await?;
        Ok(tx.commit().await?)
    }

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
    let node = tx.store().node();
    in_tx!(tx, db => sqlx::query(
            "INSERT INTO audit (at, node, actor, action, detail) VALUES ($1, $2, $3, $4, $5)")
        .bind(now()).bind(node).bind(actor).bind(text::cut(action, 60)).bind(text::cut(detail, 400))
        .execute(db).await.map(drop))
}
