//! The audit log: who did what to the board or to another caller.

use super::{Handle, Users, UsersError, text};
use crate::db::{DbError, Tx, in_tx, now, on_db};
use crate::{Caller, UserId};
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

/// Who does what only a sysop may: the sysop whose handle callers see, and whether it is written down as theirs.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// Whose handle is shown, and whose rights count.
    pub(crate) caller: &'a Caller,
    by_command: bool,
}

impl<'a> Actor<'a> {
    /// A command at the machine that names no sysop. It's shown as `shown`'s, but nobody is said to have done it.
    pub fn command(shown: &'a Caller) -> Self {
        Self { caller: shown, by_command: true }
    }

    /// Whose handle and rights it has.
    pub fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// Whom the audit log names: a sysop, or nobody where it's a command, or somebody at the machine acted as a caller.
    pub fn id(&self) -> Option<UserId> {
        self.sysop().filter(|_| self.caller.sysop)
    }

    /// The same, where the rights have been read in the act's own transaction.
    pub(crate) fn sysop(&self) -> Option<UserId> {
        (!self.by_command).then_some(self.caller.id)
    }
}

impl<'a> From<&'a Caller> for Actor<'a> {
    fn from(caller: &'a Caller) -> Self {
        Self { caller, by_command: false }
    }
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
