//! The log as a service: its doorbell, its readers, and entries that stand for a command alone.

use super::{EventBody, EventReader};
use crate::Unavailable;
use crate::db::{DbError, Store, in_tx, on_db};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Entries that pruning leaves, however old: a new reader looks back over as many.
const KEPT: i64 = 1_000;

/// The event log. Each clone hears the doorbell for itself.
#[derive(Debug)]
pub struct EventLog {
    store: Store,
    /// The rings this handle has answered.
    heard: Arc<AtomicU64>,
}

impl Clone for EventLog {
    fn clone(&self) -> Self {
        let heard = self.heard.load(Ordering::Acquire);
        Self { store: self.store.clone(), heard: Arc::new(AtomicU64::new(heard)) }
    }
}

impl EventLog {
    pub(crate) fn new(store: Store) -> Self {
        let heard = *store.bell().borrow();
        Self { store, heard: Arc::new(AtomicU64::new(heard)) }
    }

    /// Resolves after a commit in this process that appended to the log. A commit between two calls is not
    /// missed: the next call then resolves at once. Many commits may be one ring.
    pub fn rung(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut bell = self.store.bell().subscribe();
        let heard = Arc::clone(&self.heard);
        // The store is held so that the bell cannot be dropped while it is waited for.
        let store = self.store.clone();
        async move {
            let before = heard.load(Ordering::Acquire);
            if let Ok(rings) = bell.wait_for(|rings| *rings != before).await {
                heard.store(*rings, Ordering::Release);
            }
            drop(store);
        }
    }

    /// A reader that begins at the end of the log.
    pub async fn reader(&self) -> Result<EventReader, Unavailable> {
        Ok(EventReader::at_end(self.store.clone()).await?)
    }

    /// Appends an event that changes no table: a command to other processes.
    pub async fn append(&self, body: EventBody) -> Result<(), Unavailable> {
        let mut tx = self.store.begin().await?;
        tx.event(body);
        Ok(tx.commit().await?)
    }

    /// Forgets entries from before `older_than`, all but the newest thousand. Returns how many. Each slice of the log is
    /// a transaction of its own, so whoever wants to write meanwhile waits for one slice at the most.
    pub async fn prune(&self, older_than: DateTime<Utc>) -> Result<u64, Unavailable> {
        Ok(self.forget(older_than).await?)
    }

    async fn forget(&self, older_than: DateTime<Utc>) -> Result<u64, DbError> {
        let newest: i64 = on_db!(self.store, db => sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM events")
            .fetch_one(db).await)?;
        let mut cursor = 0_i64;
        let mut forgotten = 0;
        loop {
            let slice: Vec<(i64, DateTime<Utc>)> = on_db!(self.store, db => sqlx::query_as(
                    "SELECT seq, at FROM events WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT 500")
                .bind(cursor).bind(newest - KEPT).fetch_all(db).await)?;
            // Entries lie by age, so a slice without an old one ends it.
            let Some((last, _)) = slice.iter().rfind(|(_, at)| *at < older_than) else {
                return Ok(forgotten);
            };
            let mut tx = self.store.begin().await?;
            forgotten += in_tx!(tx, db => sqlx::query("DELETE FROM events WHERE seq > $1 AND seq <= $2 AND at < $3")
                .bind(cursor).bind(last).bind(older_than).execute(db).await.map(|done| done.rows_affected()))?;
            tx.commit().await?;
            cursor = *last;
        }
    }
}
