//! What every caller sees at a glance without asking the records: how many are here and who called last, kept as the log
//! tells of it. One tick for all calls of this process says when that, or the minute, is another.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{Local, Timelike};
use dialtone_domain::users::{LastCaller, OnlineCallers};
use dialtone_domain::{Event, UserId};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// How long after one coming or going is told the next one may be: a rush of callers is one tick, and somebody who calls
/// again and again wakes the idle calls no more often than this.
const RUSH: Duration = Duration::from_secs(5);

/// The board as of the last event that was read.
#[derive(Debug, Default)]
pub struct BoardStats {
    online: Mutex<OnlineCallers>,
    /// Counts the times that somebody came or went.
    traffic: watch::Sender<u64>,
    ticks: watch::Sender<u64>,
}

impl BoardStats {
    fn callers(&self) -> MutexGuard<'_, OnlineCallers> {
        self.online.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many callers have logged in, on all instances.
    pub fn online(&self) -> usize {
        self.callers().count()
    }

    /// How many calls `user` has.
    pub fn calls_of(&self, user: UserId) -> usize {
        self.callers().calls_of(user)
    }

    /// Who called last.
    pub fn last_caller(&self) -> Option<LastCaller> {
        self.callers().last().cloned()
    }

    /// Changes when the minute does, or soon after somebody came or went: the value says how often they did.
    pub fn ticks(&self) -> watch::Receiver<u64> {
        self.ticks.subscribe()
    }

    /// Begins with what the records say.
    pub(super) fn begin(&self, online: OnlineCallers) {
        *self.callers() = online;
        self.traffic.send_modify(|times| *times += 1);
    }

    /// Goes on with what the log says.
    pub(super) fn feed(&self, events: &[Arc<Event>]) {
        let mut callers = self.callers();
        let moved = events.iter().filter(|event| callers.take(event)).count();
        drop(callers);
        if moved > 0 {
            self.traffic.send_modify(|times| *times += 1);
        }
    }

    /// Ticks until the board closes.
    pub async fn keep_time(&self, closing: &CancellationToken) {
        self.tick(closing, to_next_minute).await;
    }

    async fn tick(&self, closing: &CancellationToken, to_next_minute: fn() -> Duration) {
        let mut traffic = self.traffic.subscribe();
        let mut minute = Instant::now() + to_next_minute();
        let mut rush_over = Instant::now();
        loop {
            let came_or_went = async {
                sleep_until(rush_over).await;
                // This sender is there as long as its receiver.
                let _ = traffic.changed().await;
            };
            tokio::select! {
                () = closing.cancelled() => return,
                () = sleep_until(minute) => minute = Instant::now() + to_next_minute(),
                () = came_or_went => rush_over = Instant::now() + RUSH,
            }
            self.ticks.send_replace(*traffic.borrow_and_update());
        }
    }
}

/// The time until the clock shows another minute, and a little more.
fn to_next_minute() -> Duration {
    let now = Local::now();
    let gone = Duration::new(now.second().into(), now.nanosecond().min(999_999_999));
    Duration::from_millis(60_010).saturating_sub(gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    #[tokio::test(start_paused = true)]
    async fn a_new_minute_is_one_tick_for_all_and_a_rush_of_callers_another() {
        let (stats, closing) = (Arc::new(BoardStats::default()), CancellationToken::new());
        let (mut one, mut other) = (stats.ticks(), stats.ticks());
        let clock = tokio::spawn({
            let (stats, closing) = (Arc::clone(&stats), closing.clone());
            // The wall's clock does not stand still with that of the test.
            async move { stats.tick(&closing, || Duration::from_secs(60)).await }
        });
        one.changed().await.unwrap();
        other.changed().await.unwrap();
        assert_eq!(*one.borrow_and_update(), 0, "nobody came");
        for _ in 0..3 {
            stats.traffic.send_modify(|times| *times += 1);
        }
        one.changed().await.unwrap();
        assert_eq!(*one.borrow_and_update(), 3);
        // Whoever comes and goes all the time is told of once in a while; the minute is told on time.
        let (mut ticks, begun) = (0, Instant::now());
        while begun.elapsed() < Duration::from_secs(60) {
            stats.traffic.send_modify(|times| *times += 1);
            sleep(Duration::from_millis(100)).await;
            ticks += u32::from(one.has_changed().unwrap());
            one.mark_unchanged();
        }
        assert!((11..=14).contains(&ticks), "{ticks} ticks in a minute");
        closing.cancel();
        clock.await.unwrap();
    }
}
