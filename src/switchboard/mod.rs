//! The switchboard reads the event log when a doorbell rings and hands each event to the calls it concerns.

mod audience;
mod board_stats;
mod connections;
mod doorbell;
mod in_process;
mod nats;
mod poll;
mod postgres;
mod price_history;
mod registry;

use std::sync::Arc;
use std::time::Duration;

use dialtone_domain::events::Listener;
use dialtone_domain::{Domain, Event, EventReader, InstanceId, Unavailable};
use tokio_util::sync::CancellationToken;

pub use self::audience::{Ended, EventFilter};
pub use self::board_stats::BoardStats;
pub use self::connections::Connections;
pub use self::doorbell::Ringer;
pub use self::nats::{Nats, NatsError, understood as nats_address_understood};
pub use self::price_history::PriceHistory;
pub use self::registry::{Delivery, Orders, Subscription, SubscriptionHandle, Switchboard};

/// Everything the reading task needs.
pub struct Dispatcher {
    /// Whose log is read.
    pub domain: Domain,
    /// Whose calls are told.
    pub switchboard: Arc<Switchboard>,
    /// This instance: its own events go out on NATS from here.
    pub instance: InstanceId,
    /// The doorbell of other processes, if there is NATS.
    pub nats: Option<Nats>,
    /// The same over Postgres, if there is not.
    pub listener: Option<Listener>,
    /// How often the log is read though no doorbell rings; zero never.
    pub poll: Duration,
}

impl Dispatcher {
    /// Reads the log from `reader`'s place until `shutdown`.
    pub async fn run(mut self, mut reader: EventReader, shutdown: CancellationToken) {
        let mut poll = poll::Poll::new(self.poll);
        let bell = in_process::Bell::new(&self.domain);
        let (mut away, mut begun) = (false, false);
        loop {
            match self.next_batch(&mut reader, &mut begun).await {
                Ok(events) => {
                    if std::mem::take(&mut away) {
                        tracing::debug!("the event log can be read again");
                    }
                    let full = !events.is_empty();
                    self.hand_out(events);
                    if full {
                        continue;
                    }
                }
                // The log is there when the database is back; until then the poll tries.
                Err(error) if !std::mem::replace(&mut away, true) => {
                    tracing::debug!(%error, "the event log cannot be read; trying again and again");
                }
                Err(_) => {}
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = bell.rung() => {}
                () = nats::rung(self.nats.as_mut()) => {}
                () = postgres::rung(self.listener.as_mut()) => {}
                () = poll.due() => {}
            }
        }
    }

    /// Before the first batch, who is on line already: the reader has its place, and so knows all that changes after.
    async fn next_batch(
        &self,
        reader: &mut EventReader,
        begun: &mut bool,
    ) -> Result<Vec<Event>, Unavailable> {
        if !*begun {
            self.switchboard.board_stats().begin(self.domain.users.online_callers().await?);
            *begun = true;
        }
        reader.next_batch().await
    }

    /// Waits for nothing: a kick is not kept from anybody by slow records.
    fn hand_out(&self, events: Vec<Event>) {
        self.switchboard.board_stats().feed(&events);
        for event in events {
            self.domain.users.invalidate(&event);
            self.switchboard.prices().feed(event.body.meaning().quotes);
            if let Some(nats) = &self.nats {
                nats.publish(&event, self.instance);
            }
            self.switchboard.deliver(&Arc::new(event));
        }
    }
}
