//! The slow poll underneath every doorbell: it carries what a process without one wrote.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

/// How late an event may be when no doorbell rings: with what it takes to read and draw it, within a second.
const INTERVAL: Duration = Duration::from_millis(500);

/// One tick an instance, however many callers.
pub struct Poll(Interval);

impl Poll {
    /// Starts now.
    pub fn new() -> Self {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self(ticks)
    }

    /// Waits for the next tick. Cancel safe.
    pub async fn due(&mut self) {
        self.0.tick().await;
    }
}
