//! What every caller sees at a glance without asking the records: how many are here and who called last. One tick for
//! all calls of this process says when that, or the minute, is another.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::{DateTime, Local, Timelike, Utc};
use dialtone_domain::users::OnlineCall;
use dialtone_domain::{Domain, UserId};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// How long after one coming or going is told the next one may be: a rush of callers is one tick, and somebody who calls
/// again and again wakes the idle calls no more often than this.
const RUSH: Duration = Duration::from_secs(5);
/// How many times as long as the records took to answer they are left alone before they are asked again.
const PAUSE: u32 = 9;

/// The board at a stats, as of the last coming or going.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    /// Callers who have logged in, on all instances.
    pub online: usize,
    /// Every open call, logged in or not: shared by all who show them.
    pub calls: Arc<Vec<OnlineCall>>,
    /// When that was asked; none before the records have answered once.
    pub asked: Option<Instant>,
    /// Those of them who have more than one call.
    pub twice: Vec<UserId>,
    /// Who called last, and when.
    pub last_call: Option<(String, DateTime<Utc>)>,
}

/// How many callers these calls are: each guest counts, and nobody twice.
pub fn callers(online: &[OnlineCall]) -> usize {
    let known = || online.iter().filter(|call| call.handle.is_some()).filter_map(|call| call.user);
    let guests = known().filter(|user| *user == UserId::GUEST).count();
    let users: HashSet<UserId> = known().filter(|user| *user != UserId::GUEST).collect();
    guests + users.len()
}

/// A shared [`Stats`].
#[derive(Debug, Default)]
pub struct BoardStats {
    now: ArcSwap<Stats>,
    stale: Notify,
    /// Counts the times that somebody came or went.
    traffic: watch::Sender<u64>,
    ticks: watch::Sender<u64>,
}

impl BoardStats {
    /// As of the last coming or going.
    pub fn now(&self) -> Arc<Stats> {
        self.now.load_full()
    }

    /// Changes when the minute does, or soon after somebody came or went: the value says how often they did.
    pub fn ticks(&self) -> watch::Receiver<u64> {
        self.ticks.subscribe()
    }

    /// Somebody came or went: what the records said is out of date. Waits for nothing.
    pub fn out_of_date(&self) {
        self.stale.notify_one();
    }

    /// Asks the records now, and again whenever they are [out of date](Self::out_of_date), until the board closes.
    pub async fn keep_fresh(&self, domain: &Domain, closing: &CancellationToken) {
        self.read_again(closing, || ask(domain)).await;
    }

    /// However many come and go while `read` is under way, it is done once more after it. What it does not find out
    /// stays as it was.
    async fn read_again<F>(&self, closing: &CancellationToken, mut read: impl FnMut() -> F)
    where
        F: Future<Output = Option<Stats>>,
    {
        loop {
            let begun = Instant::now();
            let Some(found) = closing.run_until_cancelled(read()).await else { return };
            let pause = if let Some(now) = found {
                self.now.store(Arc::new(now));
                self.traffic.send_modify(|times| *times += 1);
                // The more callers there are, the longer it takes, and the less often it is done.
                begun.elapsed().saturating_mul(PAUSE).min(RUSH)
            } else {
                self.out_of_date();
                RUSH
            };
            let next = async {
                sleep(pause).await;
                self.stale.notified().await;
            };
            if closing.run_until_cancelled(next).await.is_none() {
                return;
            }
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

async fn ask(domain: &Domain) -> Option<Stats> {
    let asked = Instant::now();
    let (online, last) = tokio::join!(domain.users.online(), domain.users.last_callers(1));
    let (online, last) = (online.ok()?, last.ok()?);
    let last_call = last.into_iter().next().map(|last| (last.handle.to_string(), last.at));
    let (mut seen, mut twice) = (HashSet::new(), HashSet::new());
    for user in online.iter().filter_map(|call| call.user) {
        if user != UserId::GUEST && !seen.insert(user) {
            twice.insert(user);
        }
    }
    let twice = twice.into_iter().collect();
    Some(Stats { online: callers(&online), calls: Arc::new(online), asked: Some(asked), twice, last_call })
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
    use dialtone_domain::{CallId, Handle, InstanceId};
    use tokio::sync::{mpsc, oneshot};

    fn call(id: i64, user: Option<UserId>) -> OnlineCall {
        OnlineCall {
            call: CallId(id),
            instance: InstanceId(1),
            instance_name: "1".into(),
            node: id,
            user,
            handle: user.map(|_| Handle::guest()),
            transport: "ssh".into(),
            peer: String::new(),
            place: String::new(),
            since: Utc::now(),
        }
    }

    #[test]
    fn a_caller_with_two_calls_counts_once_and_each_guest_counts() {
        let calls = [Some(UserId(7)), Some(UserId::GUEST), None, Some(UserId(7)), Some(UserId::GUEST)];
        let calls: Vec<OnlineCall> = (1..).zip(calls).map(|(id, user)| call(id, user)).collect();
        assert_eq!(callers(&calls), 3);
        assert_eq!(callers(&[]), 0);
    }

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

    #[tokio::test(start_paused = true)]
    async fn many_who_come_while_the_records_are_asked_are_one_more_question() {
        let (stats, closing) = (Arc::new(BoardStats::default()), CancellationToken::new());
        let (asked, mut questions) = mpsc::unbounded_channel();
        let keeper = tokio::spawn({
            let (stats, closing) = (Arc::clone(&stats), closing.clone());
            async move {
                let read = || {
                    let (answer, answered) = oneshot::channel();
                    asked.send(answer).unwrap();
                    async move { answered.await.unwrap() }
                };
                stats.read_again(&closing, read).await;
            }
        });
        let slow = questions.recv().await.unwrap();
        // As the reader of the log does it, which hands out kicks and bans as well: it waits for no answer.
        for _ in 0..100 {
            stats.out_of_date();
        }
        slow.send(Some(Stats { online: 1, ..Stats::default() })).unwrap();
        let failing = questions.recv().await.unwrap();
        assert_eq!(stats.now().online, 1);
        failing.send(None).unwrap();
        let again = questions.recv().await.unwrap();
        assert_eq!(stats.now().online, 1, "what was not found out stays as it was");
        again.send(Some(Stats { online: 2, ..Stats::default() })).unwrap();
        sleep(Duration::from_secs(3600)).await;
        assert!(questions.try_recv().is_err(), "nobody came: nothing is asked");
        assert_eq!(stats.now().online, 2);
        closing.cancel();
        keeper.await.unwrap();
    }
}
