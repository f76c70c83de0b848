//! Appending to the log inside a transaction.

use super::EventBody;
use crate::db::{DbError, Link, Tx, bounded, now};
use sqlx::types::Json;

/// A reader tells a number that is still to come from one that never will by the transactions that were
/// running when it saw the hole. So the transaction must have its id before it draws a number: the id is
/// the row that the insert selects from, and the number is drawn for each row.
const POSTGRES: &str = "INSERT INTO events (at, instance, correlation, kind, body) \
     SELECT $1, $2, $3, $4, $5 FROM pg_current_xact_id() AS own (id) WHERE own.id IS NOT NULL";
const SQLITE: &str = "INSERT INTO events (at, instance, correlation, kind, body) VALUES ($1, $2, $3, $4, $5)";

/// Appends `body`, with the store's instance and the correlation id in force.
pub(crate) async fn append(tx: &mut Tx, body: &EventBody) -> Result<(), DbError> {
    let instance = tx.store().instance();
    let correlation = crate::correlation::current();
    macro_rules! insert {
        ($sql:expr, $link:expr) => {
            bounded(
                sqlx::query($sql)
                    .bind(now())
                    .bind(instance)
                    .bind(correlation)
                    .bind(body.subject())
                    .bind(Json(body))
                    .execute(&mut **$link),
            )
            .await
            .map(drop)
        };
    }
    match tx.link() {
        Link::Postgres(link) => insert!(POSTGRES, link),
        Link::Sqlite(link) => insert!(SQLITE, link),
    }
}
