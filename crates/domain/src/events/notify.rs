//! The doorbell that Postgres itself carries between processes: `LISTEN` and `NOTIFY`. It says nothing but "read the log".

use crate::db::{Db, DbError, Store, bounded};
use sqlx::postgres::PgListener;
use sqlx::{Executor, PgPool};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Where it rings, in the board's own database.
const CHANNEL: &str = "dialtone_events";
const LISTEN: &str = "LISTEN \"dialtone_events\"";
/// After this long without a ring, the connection is asked whether it still lives: a dead one says nothing either.
const SILENCE: Duration = Duration::from_secs(20);
/// How long to wait before listening anew, when that failed.
const AGAIN: Duration = Duration::from_millis(500);

/// Rings for the other processes. Not inside the transaction that wrote: one with a `NOTIFY` in it holds a lock of the
/// whole server until its commit is on the disk, which cost sixteen writers five sixths of their throughput. By itself it
/// waits for no disk, and one ring does for many commits.
pub(super) async fn ring(pool: &PgPool, store: &Store) -> Result<(), DbError> {
    let notify = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(store.name().to_string());
    let answer = bounded(notify.execute(pool)).await.map(drop);
    store.saw(&answer);
    answer
}

/// Hears the rings of other processes. A connection that is lost is made again, and that counts as a ring: somebody may
/// have rung meanwhile.
#[derive(Debug)]
pub struct Listener {
    rings: watch::Receiver<u64>,
    task: AbortHandle,
}

impl Listener {
    /// None where the database carries no doorbell.
    pub(super) fn start(store: &Store) -> Option<Self> {
        let Db::Postgres(pool) = store.db() else { return None };
        let (bell, rings) = watch::channel(0);
        let task = tokio::spawn(listen(pool.clone(), store.name().to_string(), bell)).abort_handle();
        Some(Self { rings, task })
    }

    /// Waits for a ring since the last call; many may be one. Cancel safe.
    pub async fn rung(&mut self) {
        if self.rings.changed().await.is_err() {
            // The board is closing.
            std::future::pending().await
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(pool: PgPool, own: String, bell: watch::Sender<u64>) {
    loop {
        let Err(error) = hear(&pool, &own, &bell).await;
        if pool.is_closed() {
            return;
        }
        tracing::debug!(db.error = %error, "nobody listens at the database's doorbell; trying again");
        tokio::time::sleep(AGAIN).await;
    }
}

async fn hear(pool: &PgPool, own: &str, bell: &watch::Sender<u64>) -> Result<Infallible, sqlx::Error> {
    let ring = || bell.send_modify(|rings| *rings = rings.wrapping_add(1));
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    tracing::debug!("listening at the database's doorbell");
    ring();
    loop {
        match tokio::time::timeout(SILENCE, listener.try_recv()).await {
            // What this process wrote itself, it knows.
            Ok(heard) => {
                if heard?.is_none_or(|notification| notification.payload() != own) {
                    ring();
                }
            }
            Err(_) => {
                let asked = tokio::time::timeout(SILENCE, listener.execute(LISTEN)).await;
                asked.map_err(|_| sqlx::Error::PoolTimedOut)??;
            }
        }
    }
}
