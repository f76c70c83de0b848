//! Time, to the microsecond, which is what both databases keep.

use super::{Db, DbError, Link, Store, Tx, bounded};
use chrono::{DateTime, SubsecRound, Utc};

/// This process's time. SQLite keeps it as RFC 3339 text in UTC, which sorts as time does.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

impl Store {
    /// The time by which leases are judged: the server's on Postgres, so that instances need not agree on theirs.
    pub(crate) async fn lease_time(&self) -> Result<DateTime<Utc>, DbError> {
        match self.db() {
            Db::Postgres(pool) => {
                bounded(sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(pool)).await
            }
            Db::Sqlite { .. } => Ok(now()),
        }
    }
}

impl Tx {
    /// [`Store::lease_time`], read inside a transaction.
    pub(crate) async fn lease_time(&mut self) -> Result<DateTime<Utc>, DbError> {
        match self.link() {
            Link::Postgres(link) => {
                bounded(sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&mut **link)).await
            }
            Link::Sqlite(_) => Ok(now()),
        }
    }
}
