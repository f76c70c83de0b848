//! Statements sent past the domain, to see what it left in the tables and to fill them quickly.

#![allow(dead_code, reason = "each test file is a program of its own and uses its part of this")]

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

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

    /// The one number that `sql` selects.
    pub async fn number(&mut self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Raw::Postgres(db) => sqlx::query_scalar(sql).fetch_one(db).await.unwrap(),
            Raw::Sqlite(db) => sqlx::query_scalar(sql).fetch_one(db).await.unwrap(),
        }
    }
}
