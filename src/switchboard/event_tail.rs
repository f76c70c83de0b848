//! The last events, as this instance heard them: what the sysop's log shows.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use dialtone_domain::events::{Audience, Event};
use tokio::sync::watch;

/// Events kept to look back on.
const KEPT: usize = 200;

/// An event, or several in a row of the kind that goes on all the time.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The event, or the last of them.
    pub event: Arc<Event>,
    /// How many there were in a row.
    pub times: u32,
}

/// The last events.
#[derive(Debug, Default)]
pub struct EventTail {
    last: Mutex<VecDeque<Heard>>,
    count: watch::Sender<u64>,
}

impl EventTail {
    /// Takes an event. Waits for nothing.
    pub(super) fn feed(&self, event: &Arc<Event>) {
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let quiet = |event: &Event| event.body.meaning().audience == Audience::QuoteWatchers;
            match last.back_mut().filter(|before| quiet(&before.event) && quiet(event)) {
                Some(before) => {
                    *before = Heard { event: Arc::clone(event), times: before.times.saturating_add(1) };
                }
                None => last.push_back(Heard { event: Arc::clone(event), times: 1 }),
            }
            if last.len() > KEPT {
                last.pop_front();
            }
        }
        self.count.send_modify(|count| *count += 1);
    }

    /// The last events, oldest first.
    pub fn all(&self) -> Vec<Heard> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Changes with each event.
    pub fn count(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use dialtone_domain::{EventBody, EventSeq, UserId};

    fn event(seq: i64, body: EventBody) -> Arc<Event> {
        Arc::new(Event { seq: EventSeq(seq), at: Utc::now(), instance: None, correlation: None, body })
    }

    #[test]
    fn the_last_events_are_kept_and_prices_in_a_row_are_one() {
        let tail = EventTail::default();
        let mut count = tail.count();
        for seq in 1..=300 {
            tail.feed(&event(seq, EventBody::UserChanged { user: UserId(seq) }));
        }
        for seq in 301..=303 {
            tail.feed(&event(seq, EventBody::QuotesUpdated { quotes: Vec::new() }));
        }
        let all = tail.all();
        assert_eq!((all.len(), all.first().unwrap().event.seq), (KEPT, EventSeq(102)));
        let prices = all.last().unwrap();
        assert_eq!((prices.event.seq, prices.times), (EventSeq(303), 3));
        assert!(count.has_changed().unwrap() && *count.borrow_and_update() == 303);
    }
}
