//! Who is on this node, and the way to each of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dialtone_domain::events::Event;
use tokio::sync::mpsc;

use super::audience::{Interest, concerns};
use super::glance::Glance;
use super::tape::Tape;

/// Events that wait for a busy call. What does not fit is counted: the board still has it, and the caller is told.
const QUEUE: usize = 128;

struct Line {
    interest: Interest,
    events: mpsc::Sender<Arc<Event>>,
    missed: Arc<AtomicU32>,
}

/// The calls of this node.
#[derive(Default)]
pub struct Switchboard {
    lines: Mutex<HashMap<u64, Line>>,
    next: AtomicU64,
    glance: Glance,
    tape: Tape,
}

impl Switchboard {
    fn lines(&self) -> MutexGuard<'_, HashMap<u64, Line>> {
        // A map of senders is whole between any two statements that could panic.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The board at a glance.
    pub fn glance(&self) -> &Glance {
        &self.glance
    }

    /// The last prices.
    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    /// Plugs a call in; dropping the registration pulls it out.
    pub fn register(self: &Arc<Self>, interest: Interest) -> Registration {
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, events) = mpsc::channel(QUEUE);
        let missed = Arc::new(AtomicU32::new(0));
        self.lines().insert(key, Line { interest, events: sender, missed: Arc::clone(&missed) });
        Registration { plug: Plug { switchboard: Arc::clone(self), key }, events, missed }
    }

    /// Hands an event to each call it concerns; never waits for any of them.
    pub fn deliver(&self, event: &Arc<Event>) {
        for line in self.lines().values() {
            if concerns(&event.body, &line.interest) && line.events.try_send(Arc::clone(event)).is_err() {
                line.missed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// A call's place at the switchboard, to be changed from wherever something is learnt about the call.
#[derive(Clone)]
pub struct Plug {
    switchboard: Arc<Switchboard>,
    key: u64,
}

impl Plug {
    /// Changes what the call wants to hear of, from the next event on. Nothing happens once the call is over.
    pub fn update(&self, change: impl FnOnce(&mut Interest)) {
        if let Some(line) = self.switchboard.lines().get_mut(&self.key) {
            change(&mut line.interest);
        }
    }
}

/// A call at the switchboard: its place there and what comes through.
pub struct Registration {
    plug: Plug,
    events: mpsc::Receiver<Arc<Event>>,
    missed: Arc<AtomicU32>,
}

impl Registration {
    /// The next event for this call. Cancel safe.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        self.events.recv().await
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
    pub fn plug(&self) -> &Plug {
        &self.plug
    }

    /// The board at a glance.
    pub fn glance(&self) -> &Glance {
        &self.plug.switchboard.glance
    }

    /// The last prices.
    pub fn tape(&self) -> &Tape {
        &self.plug.switchboard.tape
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.plug.switchboard.lines().remove(&self.plug.key);
    }
}
