//! The database: one SQL text for Postgres and SQLite, and the few places where the two differ.
//!
//! A statement outside a transaction, and one inside, look like this; the body is compiled once for each
//! database, so it must end in a type of our own:
//!
//! ```ignore
//! let names: Vec<String> =
//!     on_db!(self.store, db => sqlx::query_scalar("SELECT name FROM boards").fetch_all(db).await)?;
//!
//! let mut tx = self.store.begin().await?;
//! let changed: u64 = in_tx!(tx, db => sqlx::query("UPDATE boards SET name = $1 WHERE id = $2")
//!     .bind(name).bind(board).execute(db).await.map(|done| done.rows_affected()))?;
//! tx.event(EventBody::BoardChanged { board });
//! tx.commit().await?;
//! ```
//!
//! Postgres gives up a transaction at its first failed statement, SQLite does not: after an error, leave.
//! Rows that may be there already are written with `ON CONFLICT`. `on_db!` reads; on SQLite its connection
//! cannot write.

mod clock;
mod error;
mod ids;
mod inspect;
mod open;
mod outage;
mod prune;
mod tx;

pub(crate) use clock::now;
pub(crate) use error::DbError;
pub use error::Unavailable;
pub(crate) use ids::Ids;
pub(crate) use inspect::inspect;
pub use open::OpenError;
pub(crate) use open::open;
pub(crate) use prune::prune;
pub(crate) use tx::{Link, Tx};

use crate::InstanceId;
use sqlx::{PgPool, SqlitePool};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// The longest that any one statement is waited for, when the server has fallen silent without hanging up.
const STATEMENT_LIMIT: Duration = Duration::from_secs(5);

/// The two databases. SQLite has one connection that writes and a few that can only read.
#[derive(Debug)]
pub(crate) enum Db {
    Postgres(PgPool),
    Sqlite { write: SqlitePool, read: SqlitePool },
}

/// What each service works with: the database, the doorbell of the event log, and the instance it acts for.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    shared: Arc<Shared>,
    instance: Option<InstanceId>,
}

#[derive(Debug)]
struct Shared {
    db: Db,
    health: outage::Health,
    /// Counts the commits of this process that appended to the event log.
    bell: watch::Sender<u64>,
    /// Tells this process's own rings from those of others.
    name: Uuid,
}

impl Store {
    /// Over `db`, which is at `place`.
    pub(crate) fn new((db, place): (Db, String)) -> Self {
        let health = outage::Health::new(place);
        let shared = Shared { db, health, bell: watch::Sender::new(0), name: Uuid::new_v4() };
        Self { shared: Arc::new(shared), instance: None }
    }

    /// The same store, whose events carry `instance`.
    pub(crate) fn as_instance(&self, instance: InstanceId) -> Self {
        Self { shared: Arc::clone(&self.shared), instance: Some(instance) }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.shared.db
    }

    /// Takes note of how a statement ended: whether the database answers, and has room.
    pub(crate) fn saw<T>(&self, answer: &Result<T, DbError>) {
        self.shared.health.saw(answer, false);
    }

    /// [`Self::saw`] for a commit.
    fn saw_commit(&self, answer: &Result<(), DbError>) {
        self.shared.health.saw(answer, true);
    }

    pub(crate) fn bell(&self) -> &watch::Sender<u64> {
        &self.shared.bell
    }

    /// What the doorbell between processes knows this one by.
    pub(crate) fn name(&self) -> Uuid {
        self.shared.name
    }

    pub(crate) fn instance(&self) -> Option<InstanceId> {
        self.instance
    }

    pub(crate) async fn close(&self) {
        match self.db() {
            Db::Postgres(pool) => pool.close().await,
            Db::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

/// Runs one statement within [`STATEMENT_LIMIT`] and puts its error into our words. The statement is boxed: both
/// drivers' futures side by side, some KiB, would otherwise lie in every caller's, also while it waits for keys.
pub(crate) fn bounded<T>(
    statement: impl Future<Output = Result<T, sqlx::Error>>,
) -> impl Future<Output = Result<T, DbError>> {
    within_limit(statement, DbError::from, DbError::Unavailable)
}

/// [`bounded`] for a commit.
fn bounded_commit(
    commit: impl Future<Output = Result<(), sqlx::Error>>,
) -> impl Future<Output = Result<(), DbError>> {
    within_limit(commit, DbError::of_commit, DbError::Unknown)
}

fn within_limit<T>(
    statement: impl Future<Output = Result<T, sqlx::Error>>,
    failed: fn(sqlx::Error) -> DbError,
    silent: DbError,
) -> impl Future<Output = Result<T, DbError>> {
    let statement = Box::pin(statement);
    async move {
        match tokio::time::timeout(STATEMENT_LIMIT, statement).await {
            Ok(done) => done.map_err(failed),
            Err(_) => {
                tracing::debug!(db.limit_s = STATEMENT_LIMIT.as_secs(), "the database fell silent");
                Err(silent)
            }
        }
    }
}

/// Reads outside a transaction: `on_db!(store, db => sqlx::query….fetch_all(db).await)`.
macro_rules! on_db {
    ($store:expr, $db:ident => $body:expr) => {{
        let answer = $crate::db::bounded(async {
            match $store.db() {
                $crate::db::Db::Postgres($db) => $body,
                $crate::db::Db::Sqlite { read: $db, .. } => $body,
            }
        })
        .await;
        $store.saw(&answer);
        answer
    }};
}

/// One statement inside a transaction: `in_tx!(tx, db => sqlx::query….execute(db).await…)`.
macro_rules! in_tx {
    ($tx:expr, $db:ident => $body:expr) => {{
        let answer = $crate::db::bounded(async {
            match $tx.link() {
                $crate::db::Link::Postgres(link) => {
                    let $db = &mut **link;
                    $body
                }
                $crate::db::Link::Sqlite(link) => {
                    let $db = &mut **link;
                    $body
                }
            }
        })
        .await;
        $tx.store().saw(&answer);
        answer
    }};
}

/// A `SELECT` whose rows nobody else changes until the transaction ends: `in_tx!(tx, db => …query(holding!(tx, "…")))`.
/// SQLite has one writer at a time anyway.
///
/// The rows of `users` come first in every transaction, and several of them in the order of their ids: so nobody waits
/// in a circle.
macro_rules! holding {
    ($tx:expr, $sql:literal) => {
        match $tx.link() {
            $crate::db::Link::Postgres(_) => concat!($sql, " FOR NO KEY UPDATE"),
            $crate::db::Link::Sqlite(_) => $sql,
        }
    };
}

pub(crate) use {holding, in_tx, on_db};
