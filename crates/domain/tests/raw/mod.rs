//! Statements sent past the domain, to see what it left in the tables and to fill them quickly.

#![allow(dead_code, reason = "each test file is a program of its own and uses its part of this")]

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::time::{Duration, Instant};

/// When a test that waits for something has failed.
const DEADLINE: Duration = Duration::from_secs(30);

/// A connection of the test's own.
pub enum Raw {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Raw {
    pub async fn open(url: &str) -> Raw {
        if url.starts_with("sqlite:") {
            Raw::Sqlite(SqliteConnection::connect(url).await.unwrap())
        } else {
            Raw::Postgres(PgConnection::connect(url).await.unwrap())
        }
    }

    /// Runs one statement; tells how many rows it changed.
    pub async fn execute(&mut self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Raw::Postgres(db) => sqlx::query(sql).execute(db).await.map(|done| done.rows_affected()),
            Raw::Sqlite(db) => sqlx::query(sql).execute(db).await.map(|done| done.rows_affected()),
        }
    }

    /// Begins a transaction on Postgres and runs one statement in it, whose rows others then wait for.
    pub async fn begin_on_postgres(&mut self, sql: &str) {
        if let Raw::Postgres(_) = self {
            self.execute("BEGIN").await.unwrap();
            assert_ne!(self.execute(sql).await.unwrap(), 0, "{sql}");
        }
    }

    /// Ends that transaction.
    pub async fn commit_on_postgres(&mut self) {
        if let Raw::Postgres(_) = self {
            self.execute("COMMIT").await.unwrap();
        }
    }

    /// How many wait for another's rows; none on SQLite.
    pub async fn waiting(&mut self) -> i64 {
        match self {
            Raw::Postgres(_) => {
                let sql = "SELECT COUNT(*) FROM pg_stat_activity \
                     WHERE datname = current_database() AND wait_event_type = 'Lock'";
                // What it says is the same all through a transaction, unless it is asked to look again.
                self.execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
                self.number(sql).await
            }
            Raw::Sqlite(_) => 0,
        }
    }

    /// Waits until `many` wait for another's rows; not at all on SQLite.
    pub async fn wait_for_waiting(&mut self, many: i64) {
        if let Raw::Postgres(_) = self {
            let deadline = Instant::now() + DEADLINE;
            while self.waiting().await < many {
                assert!(Instant::now() < deadline, "{many} never wait");
            }
        }
    }

    /// The one number that `sql` selects.
    pub async fn number(&mut self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Raw::Postgres(db) => sqlx::query_scalar(sql).fetch_one(db).await.unwrap(),
            Raw::Sqlite(db) => sqlx::query_scalar(sql).fetch_one(db).await.unwrap(),
        }
    }

    /// The words that `sql` selects, one a row.
    pub async fn words(&mut self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Raw::Postgres(db) => sqlx::query_scalar(sql).fetch_all(db).await.unwrap(),
            Raw::Sqlite(db) => sqlx::query_scalar(sql).fetch_all(db).await.unwrap(),
        }
    }
}
