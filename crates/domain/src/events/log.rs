//! The log as a service: its doorbell and its readers. Only the acts of the domain append to it.

use super::{EventReader, Listener, notify};
use crate::Unavailable;
use crate::db::{Db, Store, prune};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Entries lie by age, so each slice looks no further than at the oldest. The newest thousand stay, however old: a new
/// reader looks back over as many.
const PRUNE: &str = "DELETE FROM events WHERE seq IN (SELECT seq FROM \
         (SELECT seq, at FROM events WHERE seq <= (SELECT MAX(seq) FROM events) - 1000 ORDER BY seq LIMIT 500) AS oldest \
     WHERE at < $1)";

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

    /// Rings for the other processes on this database, over the database itself: `NOTIFY`. SQLite has no such thing,
    /// and there nothing happens.
    pub async fn ring_others(&self) -> Result<(), Unavailable> {
        match self.store.db() {
            Db::Postgres(pool) => Ok(notify::ring(pool, &self.store).await?),
            Db::Sqlite { .. } => Ok(()),
        }
    }

    /// Listens for [`Self::ring_others`] of other processes; none on SQLite.
    pub fn listen(&self) -> Option<Listener> {
        Listener::start(&self.store)
    }

    /// A reader that begins at the end of the log.
    pub async fn reader(&self) -> Result<EventReader, Unavailable> {
        Ok(EventReader::at_end(self.store.clone()).await?)
    }

    /// Forgets entries from before `older_than`, all but the newest thousand. Returns how many.
    pub async fn prune(&self, older_than: DateTime<Utc>) -> Result<u64, Unavailable> {
        Ok(prune(&self.store, PRUNE, older_than).await?)
    }
}
