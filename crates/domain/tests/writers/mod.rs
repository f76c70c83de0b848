//! Transactions over a connection of their own, which append to the log and end when the test says so.

use dialtone_domain::EventBody;
use sqlx::types::Json;
use sqlx::{Connection, PgConnection, SqliteConnection};

pub enum Writer {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

const COLUMNS: &str = "INSERT INTO events (at, kind, body) VALUES ($1, $2, $3)";

macro_rules! run {
    ($writer:expr, $link:ident => $query:expr) => {
        match $writer {
            Writer::Postgres($link) => drop($query.execute($link).await.unwrap()),
            Writer::Sqlite($link) => drop($query.execute($link).await.unwrap()),
        }
    };
}

impl Writer {
    pub async fn begin(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            let mut link = SqliteConnection::connect(url).await.unwrap();
            sqlx::query("BEGIN IMMEDIATE").execute(&mut link).await.unwrap();
            Self::Sqlite(link)
        } else {
            let mut link = PgConnection::connect(url).await.unwrap();
            sqlx::query("BEGIN").execute(&mut link).await.unwrap();
            Self::Postgres(link)
        }
    }

    /// Draws the transaction's id, as every writer of the log does before it draws a number.
    pub async fn own_id(&mut self) {
        if let Self::Postgres(link) = self {
            sqlx::query("SELECT pg_current_xact_id()").execute(link).await.unwrap();
        }
    }

    pub async fn append(&mut self, body: &EventBody) {
        self.own_id().await;
        run!(self, link => sqlx::query(COLUMNS).bind(chrono::Utc::now()).bind(body.subject()).bind(Json(body)));
    }

    pub async fn commit(mut self) {
        run!(&mut self, link => sqlx::query("COMMIT"));
    }

    pub async fn rollback(mut self) {
        run!(&mut self, link => sqlx::query("ROLLBACK"));
    }
}
