//! Forgetting old rows, a slice at a time.

use super::{DbError, Store, in_tx};
use chrono::{DateTime, Utc};

/// Carries out `sql`, which deletes a slice of the rows from before `$1`, until it finds no more. Returns how many rows
/// are gone. Each slice is a transaction of its own, so whoever wants to write meanwhile waits for one at the most.
///
/// The length of a slice is written out in `sql`: a server that doesn't know it plans for a tenth of the table.
pub(crate) async fn prune(store: &Store, sql: &'static str, before: DateTime<Utc>) -> Result<u64, DbError> {
    let mut gone = 0;
    loop {
        let mut tx = store.begin().await?;
        let slice = in_tx!(tx, db => sqlx::query(sql)
            .bind(before).execute(db).await.map(|done| done.rows_affected()))?;
        if slice == 0 {
            return Ok(gone);
        }
        tx.commit().await?;
        gone += slice;
    }
}
