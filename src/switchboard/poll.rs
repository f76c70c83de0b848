//! The slow poll underneath every doorbell: it carries what a process without one wrote.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

/// One tick an instance, however many callers.
pub struct Poll(Option<Interval>);

impl Poll {
    /// Starts now. With no time between two ticks there are none.
    pub fn new(every: Duration) -> Self {
        Self((!every.is_zero()).then(|| {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        }))
    }

    /// Waits for the next tick. Cancel safe.
    pub async fn due(&mut self) {
        match &mut self.0 {
            Some(ticks) => drop(ticks.tick().await),
            None => std::future::pending().await,
        }
    }
}
