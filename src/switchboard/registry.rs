//! Who is on this instance, and the way to each of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::Local;
use dialtone_domain::events::{Audience, Event};
use dialtone_domain::messaging::BoardList;
use futures_channel::mpsc;
use futures_util::FutureExt;
use tokio::sync::Notify;

use super::audience::{Control, Ended, EventFilter, control, includes};
use super::board_stats::BoardStats;
use super::connections::Connections;
use super::event_tail::EventTail;
use super::price_history::PriceHistory;

/// Events that wait for a busy call. What does not fit is counted: the board still has it, and the caller is told.
const QUEUE: usize = 128;

struct Line {
    filter: EventFilter,
    events: mpsc::Sender<Arc<Event>>,
    missed: Arc<AtomicU32>,
    orders: Arc<Orders>,
}

/// What a call has been told to do: a lane of its own beside the queue of events. It holds the last word of each kind,
/// so it cannot be full, however busy the call or silent its caller.
#[derive(Debug, Default)]
pub struct Orders {
    /// The call is over, for this reason: the first one that was given.
    ended: OnceLock<Ended>,
    /// Account or friends are to be read again.
    stale: AtomicBool,
    /// What a screen has read beside the call is there.
    fresh: AtomicBool,
    /// Rings for the call itself.
    given: Notify,
    /// Rings for whoever watches over the call from beside it.
    over: Notify,
}

impl Orders {
    fn give(&self, control: &Control) {
        match control {
            Control::End(why) => {
                self.ended.get_or_init(|| why.clone());
                self.over.notify_one();
            }
            Control::Stale => self.stale.store(true, Ordering::Release),
        }
        self.given.notify_one();
    }

    /// Resolves when the call is over, and says why. One task at a time may wait.
    pub async fn ended(&self) -> Ended {
        loop {
            if let Some(why) = self.ended.get() {
                return why.clone();
            }
            self.over.notified().await;
        }
    }
}

/// What comes through to a call.
#[derive(Debug)]
pub enum Delivery {
    /// News.
    Event(Arc<Event>),
    /// Something to obey: see [`Subscription::ended`], [`Subscription::take_stale`] and [`Subscription::take_fresh`].
    Orders,
}

/// The calls of this instance.
#[derive(Default)]
pub struct Switchboard {
    lines: Mutex<HashMap<u64, Line>>,
    next: AtomicU64,
    connections: Connections,
    board_stats: BoardStats,
    event_tail: EventTail,
    prices: PriceHistory,
}

impl Switchboard {
    fn lines(&self) -> MutexGuard<'_, HashMap<u64, Line>> {
        // A map of senders is whole between any two statements that could panic.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The board at a board_stats.
    pub fn board_stats(&self) -> &BoardStats {
        &self.board_stats
    }

    /// The last events.
    pub fn event_tail(&self) -> &EventTail {
        &self.event_tail
    }

    /// The last prices.
    pub fn prices(&self) -> &PriceHistory {
        &self.prices
    }

    /// The connections of callers, with or without a call.
    pub fn connections(&self) -> &Connections {
        &self.connections
    }

    /// Plugs a call in; dropping the subscription pulls it out.
    pub fn subscribe(self: &Arc<Self>, filter: EventFilter) -> Subscription {
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, events) = mpsc::channel(QUEUE - 1);
        let missed = Arc::new(AtomicU32::new(0));
        let orders = Arc::new(Orders::default());
        let line = Line { filter, events: sender, missed: Arc::clone(&missed), orders: Arc::clone(&orders) };
        self.lines().insert(key, line);
        Subscription {
            handle: SubscriptionHandle { switchboard: Arc::clone(self), key },
            events,
            missed,
            orders,
        }
    }

    /// Hands an event to each call it concerns; never waits for any of them. Who may read a board is decided by
    /// `boards`; without them nobody may.
    pub fn deliver(&self, event: &Arc<Event>, boards: Option<&BoardList>) {
        let meaning = event.body.meaning();
        self.connections.deliver(&meaning);
        let control = control(&meaning);
        let now = Local::now();
        // Where rules ask how much somebody has posted, that is another answer now.
        let counted = match meaning.audience {
            Audience::Readers { but, .. } if boards.is_some_and(BoardList::asks_records) => Some(but),
            _ => None,
        };
        for line in self.lines().values_mut() {
            if let Some(facts) = &mut line.filter.facts {
                facts.now = now;
            }
            if counted.is_some() && line.filter.user == counted {
                line.orders.give(&Control::Stale);
            }
            if !includes(meaning.audience, &line.filter, boards) {
                continue;
            }
            if let Some(control) = &control {
                line.orders.give(control);
            } else if line.events.try_send(Arc::clone(event)).is_err() {
                line.missed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// A call's place at the switchboard, to be changed from wherever something is learnt about the call.
#[derive(Clone)]
pub struct SubscriptionHandle {
    switchboard: Arc<Switchboard>,
    key: u64,
}

impl SubscriptionHandle {
    /// Changes what the call wants to hear of, from the next event on. Nothing happens once the call is over.
    pub fn update(&self, change: impl FnOnce(&mut EventFilter)) {
        if let Some(line) = self.switchboard.lines().get_mut(&self.key) {
            change(&mut line.filter);
        }
    }

    /// Tells the call that something it reads beside itself is there. However often this is said, it is told once.
    pub fn wake(&self) {
        if let Some(line) = self.switchboard.lines().get(&self.key) {
            line.orders.fresh.store(true, Ordering::Release);
            line.orders.given.notify_one();
        }
    }
}

/// A call at the switchboard: its place there and what comes through.
pub struct Subscription {
    handle: SubscriptionHandle,
    events: mpsc::Receiver<Arc<Event>>,
    missed: Arc<AtomicU32>,
    orders: Arc<Orders>,
}

impl Subscription {
    /// What comes next for this call, orders before news. Cancel safe.
    pub async fn next(&mut self) -> Option<Delivery> {
        tokio::select! {
            biased;
            () = self.orders.given.notified() => Some(Delivery::Orders),
            event = self.events.recv() => event.ok().map(Delivery::Event),
        }
    }

    /// Whether there is something to obey that was not taken from [`Subscription::next`].
    pub fn ordered(&mut self) -> bool {
        self.orders.given.notified().now_or_never().is_some()
    }

    /// Why the call is over, if it is.
    pub fn ended(&self) -> Option<Ended> {
        self.orders.ended.get().cloned()
    }

    /// Whether account or friends are to be read again; they count as read then.
    pub fn take_stale(&self) -> bool {
        self.orders.stale.swap(false, Ordering::AcqRel)
    }

    /// Whether something that is read beside the call is there; it counts as seen then.
    pub fn take_fresh(&self) -> bool {
        self.orders.fresh.swap(false, Ordering::AcqRel)
    }

    /// The orders themselves, for whoever watches over the call from beside it.
    pub fn orders(&self) -> Arc<Orders> {
        Arc::clone(&self.orders)
    }

    /// The next event, if it is there already.
    pub fn waiting(&mut self) -> Option<Arc<Event>> {
        self.events.try_recv().ok()
    }

    /// How many events did not fit since this was last asked.
    pub fn take_missed(&self) -> u32 {
        self.missed.swap(0, Ordering::Relaxed)
    }

    /// The place, to be changed.
    pub fn handle(&self) -> &SubscriptionHandle {
        &self.handle
    }

    /// The board at a board_stats.
    pub fn board_stats(&self) -> &BoardStats {
        &self.handle.switchboard.board_stats
    }

    /// The last prices.
    pub fn prices(&self) -> &PriceHistory {
        &self.handle.switchboard.prices
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.handle.switchboard.lines().remove(&self.handle.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use dialtone_domain::{CallId, EventBody, EventSeq, Handle, UserId};

    fn event(body: EventBody) -> Arc<Event> {
        Arc::new(Event { seq: EventSeq(1), at: Utc::now(), instance: None, correlation: None, body })
    }

    fn news() -> Arc<Event> {
        event(EventBody::Broadcast { from_handle: Handle::guest(), text: "hello".into() })
    }

    #[tokio::test]
    async fn a_kick_reaches_a_call_whose_queue_is_full() {
        let switchboard = Arc::new(Switchboard::default());
        let filter = EventFilter { call: Some(CallId(7)), user: Some(UserId(1)), ..EventFilter::default() };
        let mut call = switchboard.subscribe(filter);
        for _ in 0..=QUEUE {
            switchboard.deliver(&news(), None);
        }
        assert_eq!(call.take_missed(), 1, "the queue is full");
        switchboard.deliver(&event(EventBody::UserChanged { user: UserId(1) }), None);
        let (by, reason) = ("Sysop".to_owned(), "good night".to_owned());
        switchboard.deliver(&event(EventBody::CallKicked { call: CallId(7), by, reason }), None);
        assert!(matches!(call.next().await, Some(Delivery::Orders)), "before all news");
        assert_eq!(call.ended(), Some(Ended::Kicked { by: "Sysop".into(), reason: "good night".into() }));
        assert!(call.take_stale() && !call.take_stale());
        assert!(matches!(call.next().await, Some(Delivery::Event(_))));
    }
}
