//! Who may act: values that only the domain makes, and what they stand for read again inside the act's own transaction,
//! because what was known of a caller when they logged in may be long gone.

use super::UsersError;
use super::accounts::Account;
use crate::db::{DbError, Tx, holding, in_tx};
use crate::{Caller, Handle, UserId};

/// Whoever holds the database itself: the `dialtone` command. They need no right, and the audit log names nobody.
/// [`Domain::open_as_operator`](crate::Domain::open_as_operator) makes one.
#[derive(Debug, Clone, Copy)]
pub struct Operator(());

impl Operator {
    pub(crate) fn new() -> Self {
        Self(())
    }
}

/// A caller who was a sysop when this was made. Each act asks again, in its own transaction.
#[derive(Debug, Clone, Copy)]
pub struct Sysop(UserId);

impl Sysop {
    /// Forbidden when the caller is no sysop.
    pub fn of(caller: &Caller) -> Result<Self, UsersError> {
        if caller.sysop { Ok(Self(caller.id)) } else { Err(no_sysop()) }
    }
}

/// Who does what only those who run the board may: a [`Sysop`], whom the audit log then names, or the [`Operator`].
#[derive(Debug, Clone, Copy)]
pub struct Actor(Option<UserId>);

impl Actor {
    /// Whom the audit log names.
    pub(crate) fn id(self) -> Option<UserId> {
        self.0
    }
}

impl From<Sysop> for Actor {
    fn from(sysop: Sysop) -> Self {
        Self(Some(sysop.0))
    }
}

impl From<Operator> for Actor {
    fn from(Operator(()): Operator) -> Self {
        Self(None)
    }
}

/// Who changes an account: the caller whose own it is, or whoever may change everybody's.
#[derive(Debug, Clone, Copy)]
pub struct AccountActor(Option<UserId>);

impl AccountActor {
    /// Whom the audit log names.
    pub(super) fn id(self) -> Option<UserId> {
        self.0
    }
}

impl From<&Caller> for AccountActor {
    fn from(caller: &Caller) -> Self {
        Self(Some(caller.id))
    }
}

impl<T: Into<Actor>> From<T> for AccountActor {
    fn from(actor: T) -> Self {
        Self(actor.into().0)
    }
}

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

/// Whether the account is banned. Read without holding its row: two who page each other would wait in a circle.
pub(crate) async fn is_closed(tx: &mut Tx, who: UserId) -> Result<bool, DbError> {
    let sql = "SELECT banned FROM users WHERE id = $1";
    let closed: Option<bool> = in_tx!(tx, db => sqlx::query_scalar(sql).bind(who).fetch_optional(db).await)?;
    Ok(closed == Some(true))
}

/// The caller as they are now, who must be a sysop.
pub(super) async fn current_sysop(tx: &mut Tx, who: UserId) -> Result<Caller, UsersError> {
    let caller = current(tx, who).await?;
    if caller.sysop { Ok(caller) } else { Err(no_sysop()) }
}

fn no_sysop() -> UsersError {
    UsersError::Forbidden("Only the sysop may do that.".to_owned())
}

/// Lets `actor` act, and gives the sysop as they are now; none for the operator. First in the transaction.
pub(crate) async fn allow(tx: &mut Tx, actor: Actor) -> Result<Option<Caller>, UsersError> {
    match actor.id() {
        Some(sysop) => current_sysop(tx, sysop).await.map(Some),
        None => Ok(None),
    }
}

/// The handle of the board's first sysop, for what the operator says to callers.
pub(crate) async fn first_sysop(tx: &mut Tx) -> Result<Handle, DbError> {
    let sql = "SELECT handle FROM users WHERE sysop AND NOT banned ORDER BY id LIMIT 1";
    let first: Option<Handle> = in_tx!(tx, db => sqlx::query_scalar(sql).fetch_optional(db).await)?;
    Ok(first.unwrap_or_else(Handle::sysop))
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

/// Lets `by` change something of `whose` account: the caller's own, or anybody's for those who run the board.
pub(super) async fn may_change(tx: &mut Tx, whose: UserId, by: AccountActor) -> Result<(), UsersError> {
    match by.id() {
        None => Ok(()),
        Some(by) if by == whose => current(tx, by).await.map(drop),
        Some(by) => current_sysop(tx, by).await.map(drop),
    }
}
