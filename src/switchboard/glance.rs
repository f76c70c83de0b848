//! What every caller sees at a glance without asking the records: how many are here and who called last. One tick for
//! all calls of this process says when that, or the minute, is another.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::{DateTime, Local, Timelike, Utc};
use dialtone_domain::users::OnlineCall;
use dialtone_domain::{Domain, UserId};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How long after one tick the next may come: a rush of callers is told in one.
const RUSH: Duration = Duration::from_secs(1);

/// The board at a glance, as of the last coming or going.
#[derive(Debug, Clone, Default)]
pub struct Now {
    /// Callers who have logged in, on all nodes.
    pub online: usize,
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

/// A shared [`Now`].
#[derive(Debug, Default)]
pub struct Glance {
    now: ArcSwap<Now>,
    /// Counts the times that somebody came or went.
    traffic: watch::Sender<u64>,
    ticks: watch::Sender<u64>,
}

impl Glance {
    /// As of the last coming or going.
    pub fn now(&self) -> Arc<Now> {
        self.now.load_full()
    }

    /// Changes when the minute does, or soon after somebody came or went: the value says how often they did.
    pub fn ticks(&self) -> watch::Receiver<u64> {
        self.ticks.subscribe()
    }

    /// Asks the records again; what they do not answer stays as it was.
    pub async fn refresh(&self, domain: &Domain) {
        let (online, last) = tokio::join!(domain.users.online(), domain.users.last_callers(1));
        if let (Ok(online), Ok(last)) = (online, last) {
            let last_call = last.into_iter().next().map(|last| (last.handle.to_string(), last.at));
            let (mut seen, mut twice) = (HashSet::new(), HashSet::new());
            for user in online.iter().filter_map(|call| call.user) {
                if user != UserId::GUEST && !seen.insert(user) {
                    twice.insert(user);
                }
            }
            let (online, twice) = (callers(&online), twice.into_iter().collect());
            self.now.store(Arc::new(Now { online, twice, last_call }));
        }
        self.traffic.send_modify(|times| *times += 1);
    }

    /// Ticks until the board closes.
    pub async fn keep_time(&self, closing: &CancellationToken) {
        let mut traffic = self.traffic.subscribe();
        loop {
            tokio::select! {
                () = closing.cancelled() => return,
                () = sleep(to_next_minute()) => {}
                // This sender is there as long as its receiver.
                _ = traffic.changed() => {}
            }
            self.ticks.send_replace(*traffic.borrow_and_update());
            tokio::select! {
                () = closing.cancelled() => return,
                () = sleep(RUSH) => {}
            }
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
    use dialtone_domain::{CallId, Handle, NodeId};

    fn call(id: i64, user: Option<UserId>) -> OnlineCall {
        OnlineCall {
            call: CallId(id),
            node: NodeId(1),
            node_name: "1".into(),
            line: id,
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
}
