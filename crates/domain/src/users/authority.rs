//! Who may act, read inside the act's own transaction: what was known of a caller when they logged in may be long gone.

use super::UsersError;
use super::accounts::Account;
use crate::db::{DbError, Tx, holding, in_tx};
use crate::{Caller, UserId};

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    account: Account,
    banned: bool,
}

/// The caller as they are now and until the transaction ends: whoever changes their rights waits for it, so nothing is
/// done by rights that were said to be gone. Forbidden when the account is closed, NotFound when there is none.
///
/// First in the transaction: see [`holding`].
pub(crate) async fn current(tx: &mut Tx, who: UserId) -> Result<Caller, UsersError> {
    let sql = holding!(
        tx,
        "SELECT id, handle, level, flags, sysop, created_at, settings, banned FROM users WHERE id = $1"
    );
    let row: Option<Row> = in_tx!(tx, db => sqlx::query_as(sql).bind(who).fetch_optional(db).await)?;
    match row.ok_or_else(UsersError::no_account)? {
        Row { banned: true, .. } => Err(UsersError::Forbidden("This account is closed.".to_owned())),
        Row { account, .. } => Ok(account.into()),
    }
}

/// The caller as they are now, who must be a sysop.
pub(crate) async fn current_sysop(tx: &mut Tx, who: UserId) -> Result<Caller, UsersError> {
    let caller = current(tx, who).await?;
    if caller.sysop {
        Ok(caller)
    } else {
        Err(UsersError::Forbidden("Only the sysop may do that.".to_owned()))
    }
}

/// Holds the accounts of who changes rights and whose are changed, with `sysops` those of all sysops. Of two who unseat
/// each other at once, the second then finds that they are a sysop no more. Tells how many sysops there are among them.
pub(super) async fn hold(
    tx: &mut Tx,
    who: UserId,
    by: Option<UserId>,
    sysops: bool,
) -> Result<usize, DbError> {
    let sql = if sysops {
        holding!(
            tx,
            "SELECT sysop AND NOT banned FROM users WHERE id IN \
               (SELECT id FROM users WHERE sysop AND NOT banned UNION SELECT $1 UNION SELECT $2) ORDER BY id"
        )
    } else {
        holding!(tx, "SELECT sysop AND NOT banned FROM users WHERE id = $1 OR id = $2 ORDER BY id")
    };
    let held: Vec<bool> = in_tx!(tx, db => sqlx::query_scalar(sql).bind(who).bind(by).fetch_all(db).await)?;
    Ok(held.into_iter().filter(|sysop| *sysop).count())
}

/// Lets `by` change something of `whose` account: the caller's own, or anybody's for a sysop. Nobody (`None`) is a
/// command given at the machine itself, which holds the database anyway.
pub(super) async fn may_change(tx: &mut Tx, whose: UserId, by: Option<UserId>) -> Result<(), UsersError> {
    match by {
        None => Ok(()),
        Some(by) if by == whose => current(tx, by).await.map(drop),
        Some(by) => current_sysop(tx, by).await.map(drop),
    }
}
