//! Appending to the log inside a transaction.

use super::EventBody;
use crate::db::{DbError, Link, Tx, bounded, now};
use serde::Serialize;
use sqlx::types::Json;

/// A reader tells a number that is still to come from one that never will by the transactions that were
/// running when it saw the hole. So the transaction must have its id before it draws a number: the id is
/// in the rows that the insert selects from, and the numbers are drawn row by row, in their order.
const POSTGRES: &str = "INSERT INTO events (at, instance, correlation, kind, body) \
     SELECT $1, $2, $3, e.value ->> 'kind', e.value -> 'body' \
     FROM pg_current_xact_id() AS own (id), jsonb_array_elements($4) WITH ORDINALITY AS e (value, place) \
     WHERE own.id IS NOT NULL ORDER BY e.place";
const SQLITE: &str = "INSERT INTO events (at, instance, correlation, kind, body) \
     SELECT $1, $2, $3, e.value ->> 'kind', e.value -> 'body' FROM json_each($4) e ORDER BY e.key";

/// One of those that are appended.
#[derive(Serialize)]
struct Entry<'a> {
    kind: &'static str,
    body: &'a EventBody,
}

/// Appends `bodies` in one statement, with the store's instance and the correlation id in force.
pub(crate) async fn append(tx: &mut Tx, bodies: &[EventBody]) -> Result<(), DbError> {
    let instance = tx.store().instance();
    let correlation = crate::correlation::current();
    let entries: Vec<Entry<'_>> = bodies.iter().map(|body| Entry { kind: body.subject(), body }).collect();
    macro_rules! insert {
        ($sql:expr, $link:expr) => {
            bounded(
                sqlx::query($sql)
                    .bind(now())
                    .bind(instance)
                    .bind(correlation)
                    .bind(Json(&entries))
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
