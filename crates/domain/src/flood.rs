//! How often one caller, or one address, may do what leaves something behind. Each process counts for itself.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Callers or addresses counted at once; beyond that, whoever began first is forgotten.
const COUNTED: usize = 10_000;

/// What may be done within a while; 0 sets no limit. The sysop is not limited, nor is what is done by command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FloodLimits {
    /// Messages one caller may post in a minute.
    pub posts_per_minute: u32,
    /// Pages one caller may send in a minute.
    pub pages_per_minute: u32,
    /// Accounts that may be made from one address in an hour.
    pub accounts_per_hour: u32,
}

/// Counts what was done, by who did it. A while begins with the first time. Clones count together.
#[derive(Debug, Clone)]
pub struct RateLimit<K> {
    most: u32,
    span: Duration,
    done: Arc<Mutex<Done<K>>>,
}

#[derive(Debug)]
struct Done<K> {
    counts: HashMap<K, Arc<AtomicU32>>,
    /// Who is counted, and since when; all whiles are as long, so they end in this order.
    begun: VecDeque<(Instant, K)>,
}

/// Once out of as many times as are allowed; given back when it is dropped without having been used.
#[derive(Debug)]
#[must_use = "what is dropped unused is given back"]
pub struct Turn(Option<Arc<AtomicU32>>);

impl<K: Hash + Eq + Clone> RateLimit<K> {
    /// Allows `most` times in each `span`; 0 is without end.
    pub fn new(most: u32, span: Duration) -> Self {
        let done = Done { counts: HashMap::new(), begun: VecDeque::new() };
        Self { most, span, done: Arc::new(Mutex::new(done)) }
    }

    /// How often it is allowed.
    pub(crate) fn most(&self) -> u32 {
        self.most
    }

    /// One more time, if it is allowed. Counted at once, so that many together are no more than one by one.
    pub fn take(&self, who: K) -> Option<Turn> {
        if self.most == 0 {
            return Some(Turn(None));
        }
        let count = self.done.lock().unwrap_or_else(PoisonError::into_inner).count(who, self.span);
        let turn = Turn(Some(Arc::clone(&count)));
        (count.fetch_add(1, Ordering::SeqCst) < self.most).then_some(turn)
    }
}

impl<K: Hash + Eq + Clone> Done<K> {
    fn count(&mut self, who: K, span: Duration) -> Arc<AtomicU32> {
        while self.begun.front().is_some_and(|(since, _)| since.elapsed() >= span) {
            self.forget_first();
        }
        if let Some(count) = self.counts.get(&who) {
            return Arc::clone(count);
        }
        if self.begun.len() >= COUNTED {
            self.forget_first();
        }
        self.begun.push_back((Instant::now(), who.clone()));
        Arc::clone(self.counts.entry(who).or_default())
    }

    fn forget_first(&mut self) {
        if let Some((_, first)) = self.begun.pop_front() {
            self.counts.remove(&first);
        }
    }
}

impl Turn {
    /// For whoever is not limited.
    pub(crate) fn free() -> Self {
        Self(None)
    }

    /// It was done.
    pub fn used(mut self) {
        self.0 = None;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(count) = &self.0 {
            count.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// A number with its noun.
pub(crate) fn counted(n: u32, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_their_turns_and_those_not_used_are_given_back() {
        let limit = RateLimit::new(2, Duration::from_secs(3600));
        limit.take("joe").unwrap().used();
        let held = limit.take("joe").unwrap();
        assert!(limit.take("joe").is_none());
        limit.take("jane").unwrap().used();
        drop(held);
        limit.take("joe").unwrap().used();
        assert!(limit.take("joe").is_none());
        assert!(limit.take("joe").is_none(), "asking in vain costs nothing and gives nothing back");
    }

    #[test]
    fn no_more_are_counted_than_there_is_room_for() {
        let limit = RateLimit::new(1, Duration::from_secs(3600));
        for who in 0..COUNTED {
            limit.take(who).unwrap().used();
        }
        assert!(limit.take(0).is_none(), "who is known takes no room");
        limit.take(COUNTED).unwrap().used();
        assert!(limit.take(1).is_none());
        limit.take(0).unwrap().used();
        let done = limit.done.lock().unwrap();
        assert_eq!((done.counts.len(), done.begun.len()), (COUNTED, COUNTED));
    }

    #[test]
    fn a_while_passes() {
        let limit = RateLimit::new(1, Duration::from_millis(1));
        limit.take(1).unwrap().used();
        let end = Instant::now() + Duration::from_secs(20);
        while limit.take(1).is_none() {
            assert!(Instant::now() < end, "still counted");
            std::thread::yield_now();
        }
    }

    #[test]
    fn none_is_no_limit() {
        let limit = RateLimit::new(0, Duration::from_secs(3600));
        for _ in 0..1000 {
            limit.take(1).unwrap().used();
        }
    }
}
