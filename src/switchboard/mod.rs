//! The switchboard reads the event log when a doorbell rings and hands each event to the calls it concerns.

mod audience;
mod board_stats;
mod connections;
mod doorbell;
mod event_tail;
mod in_process;
mod nats;
mod poll;
mod postgres;
mod price_history;
mod registry;

use std::sync::Arc;
use std::time::Duration;

use dialtone_domain::events::Listener;
use dialtone_domain::{Domain, Event, EventReader, InstanceId};
use tokio_util::sync::CancellationToken;

pub use self::audience::{Ended, EventFilter};
pub use self::board_stats::{BoardStats, callers};
pub use self::connections::Connections;
pub use self::doorbell::Ringer;
pub use self::event_tail::{EventTail, Heard};
pub use self::nats::{Nats, NatsError, understood as nats_address_understood};
pub use self::price_history::PriceHistory;
pub use self::registry::{Delivery, Orders, Subscription, SubscriptionHandle, Switchboard};

/// Everything the reading task needs.
pub struct Dispatcher {
    /// Whose log is read.
    pub domain: Domain,
    /// Whose calls are told.
    pub switchboard: Arc<Switchboard>,
    /// This instance, whose own events go out on NATS from here; none for a process that is no instance.
    pub instance: Option<InstanceId>,
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
        let mut away = false;
        loop {
            match reader.next_batch().await {
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

    /// Waits for nothing: a kick is not kept from anybody by slow records.
    fn hand_out(&self, events: Vec<Event>) {
        let mut traffic = false;
        for event in events {
            self.domain.users.invalidate(&event);
            let meaning = event.body.meaning();
            traffic |= meaning.presence;
            self.switchboard.prices().feed(meaning.quotes);
            if let (Some(nats), Some(instance)) = (&self.nats, self.instance) {
                nats.publish(&event, instance);
            }
            let event = Arc::new(event);
            self.switchboard.event_tail().feed(&event);
            self.switchboard.deliver(&event);
        }
        if traffic {
            self.switchboard.board_stats().out_of_date();
        }
    }
}
