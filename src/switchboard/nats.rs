//! The doorbell between machines, and the board's news for outside programs. Nobody ever waits for NATS: a pager is
//! at worst as late as the poll.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Subscriber, ToServerAddrs as _};
use dialtone_domain::InstanceId;
use dialtone_domain::events::Event;
use futures_util::{FutureExt, StreamExt};
use thiserror::Error;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

/// Events waiting to go out; what does not fit while NATS is away is in the log all the same.
const OUTBOX: usize = 1024;
/// How long one publication may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why there is no NATS.
#[derive(Debug, Error)]
pub enum NatsError {
    /// The address cannot be used, or the server refused us.
    #[error("cannot use NATS: {0}")]
    Connect(#[from] async_nats::ConnectError),
    /// The board could not listen for other instances.
    #[error("cannot listen on NATS: {0}")]
    Subscribe(#[from] async_nats::SubscribeError),
}

/// This instance's line to NATS.
pub struct Nats {
    client: Client,
    prefix: String,
    outbox: mpsc::Sender<(String, Vec<u8>)>,
    bell: Subscriber,
    /// Rings when the line is back: somebody may have rung meanwhile.
    back: Arc<Notify>,
}

/// The subject that rings and says nothing.
fn doorbell(prefix: &str) -> String {
    format!("{prefix}.doorbell")
}

/// Whether addresses of NATS servers, given as one text, can be understood. Errors: what is wrong with it.
pub fn understood(url: &str) -> Result<(), String> {
    url.to_server_addrs().map(drop).map_err(|error| error.to_string())
}

impl Nats {
    /// Connects, or goes on trying in the background. Errors: [`NatsError`] for what no retry mends.
    pub async fn connect(url: &str, prefix: &str) -> Result<Self, NatsError> {
        let away = AtomicBool::new(false);
        let back = Arc::new(Notify::new());
        let connected = Arc::clone(&back);
        let client = ConnectOptions::new()
            .name("dialtone")
            .no_echo() // what this process wrote itself, it knows
            .retry_on_initial_connect()
            .event_callback(move |event| {
                log(&event, &away, &connected);
                std::future::ready(())
            })
            .connect(url)
            .await?;
        let bell = client.subscribe(doorbell(prefix)).await?;
        let (outbox, post) = mpsc::channel(OUTBOX);
        tokio::spawn(send(client.clone(), post));
        Ok(Self { client, prefix: prefix.to_owned(), outbox, bell, back })
    }

    /// What rings for other processes over the same line.
    pub fn ringer(&self) -> NatsRinger {
        NatsRinger { url: String::new(), subject: doorbell(&self.prefix), client: Some(self.client.clone()) }
    }

    /// Publishes an event if this instance wrote it; `guests_read` says whether what it tells of is open to guests. Never
    /// waits.
    pub fn publish(&self, event: &Event, instance: InstanceId, guests_read: bool) {
        if event.instance != Some(instance) {
            return;
        }
        let Ok(payload) = event.published(guests_read) else { return };
        let subject = format!("{}.{}", self.prefix, event.body.subject());
        if self.outbox.try_send((subject, payload)).is_err() {
            tracing::debug!(event.seq = event.seq.0, "not published: nats does not keep up");
        }
    }
}

/// Says once that NATS is away, and once that it is back, however often it is tried.
fn log(event: &async_nats::Event, away: &AtomicBool, back: &Notify) {
    match event {
        async_nats::Event::Connected => {
            away.store(false, Ordering::Relaxed);
            back.notify_one();
            tracing::info!("nats connected");
        }
        async_nats::Event::Disconnected | async_nats::Event::ClientError(_) => {
            if !away.swap(true, Ordering::Relaxed) {
                tracing::warn!("nats is away: pages come by the poll, up to a second late");
            }
        }
        other => tracing::debug!(event = %other, "nats"),
    }
}

async fn send(client: Client, mut post: mpsc::Receiver<(String, Vec<u8>)>) {
    while let Some((subject, payload)) = post.recv().await {
        // The client buffers while it is disconnected, and then blocks: hence the limit.
        let sent = timeout(PATIENCE, client.publish(subject, payload.into())).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::debug!("an event was not published");
        }
    }
}

/// Waits until another process rings; many rings may be one. Without NATS it never does. Cancel safe.
pub async fn rung(nats: Option<&mut Nats>) {
    let Some(nats) = nats else { return std::future::pending().await };
    tokio::select! {
        ring = nats.bell.next() => if ring.is_none() {
            // The client is closing.
            std::future::pending().await
        },
        () = nats.back.notified() => {}
    }
    while let Some(Some(_)) = nats.bell.next().now_or_never() {}
}

/// Rings for other processes.
pub struct NatsRinger {
    url: String,
    subject: String,
    client: Option<Client>,
}

impl NatsRinger {
    /// One that connects when it first rings.
    pub fn occasional(url: &str, prefix: &str) -> Self {
        Self { url: url.to_owned(), subject: doorbell(prefix), client: None }
    }

    /// Rings, if that takes no longer than a moment: whoever does not hear it has the poll.
    pub async fn ring(&mut self) {
        if !matches!(timeout(PATIENCE, self.try_ring()).await, Ok(Ok(()))) {
            tracing::debug!("nobody heard the doorbell: nats is away");
        }
    }

    async fn try_ring(&mut self) -> Result<(), async_nats::Error> {
        let client = match &mut self.client {
            Some(client) => client,
            none => none.insert(ConnectOptions::new().name("dialtone command").connect(&self.url).await?),
        };
        client.publish(self.subject.clone(), Default::default()).await?;
        // Published is only queued, and a command is over right after.
        Ok(client.flush().await?)
    }
}
