//! A transaction: one business act, whose events are written as its last statements.

use super::{Db, DbError, Store, bounded, bounded_commit};
use crate::events::{self, EventBody};
use sqlx::{Postgres, Sqlite, Transaction};
use tokio::sync::watch;

/// The open transaction on either database.
pub(crate) enum Link {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
}

/// A transaction that is rolled back unless [`Tx::commit`] is called.
pub(crate) struct Tx {
    link: Link,
    events: Vec<EventBody>,
    store: Store,
}

impl Store {
    /// Begins. On SQLite the right to write is taken at once, so no later statement finds it gone.
    pub(crate) async fn begin(&self) -> Result<Tx, DbError> {
        let link = match self.db() {
            Db::Postgres(pool) => bounded(pool.begin()).await.map(Link::Postgres),
            Db::Sqlite { write, .. } => bounded(write.begin_with("BEGIN IMMEDIATE")).await.map(Link::Sqlite),
        };
        self.saw(&link);
        Ok(Tx { link: link?, events: Vec::new(), store: self.clone() })
    }
}

impl Tx {
    pub(crate) fn link(&mut self) -> &mut Link {
        &mut self.link
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Will append `body` to the log, if this commits.
    pub(crate) fn event(&mut self, body: EventBody) {
        self.events.push(body);
    }

    /// Appends the events, commits, and rings the doorbell. They come last so that a sequence number is held
    /// open, and every reader of the log kept guessing, for as short a time as can be.
    pub(crate) async fn commit(mut self) -> Result<(), DbError> {
        let events = std::mem::take(&mut self.events);
        if !events.is_empty() {
            let appended = events::append(&mut self, &events).await;
            self.store.saw(&appended);
            appended?;
        }
        // A guard, because a caller who hangs up drops this future, perhaps when the commit is already done.
        let _ring = (!events.is_empty()).then(|| Ring(self.store.bell().clone()));
        let done = match self.link {
            Link::Postgres(link) => bounded_commit(link.commit()).await,
            Link::Sqlite(link) => bounded_commit(link.commit()).await,
        };
        self.store.saw_commit(&done);
        done
    }
}

struct Ring(watch::Sender<u64>);

impl Drop for Ring {
    fn drop(&mut self) {
        self.0.send_modify(|rings| *rings = rings.wrapping_add(1));
    }
}
