//! How often one caller, or one address, may do what leaves something behind. Each process counts for itself.

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Callers or addresses counted at once; beyond that, whoever did nothing for longest is forgotten.
const COUNTED: u64 = 10_000;

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

/// Counts what was done, by who did it. A while begins with the first time.
#[derive(Debug, Clone)]
pub(crate) struct RateLimit<K: Hash + Eq + Send + Sync + 'static> {
    most: u32,
    done: Option<Cache<K, Arc<AtomicU32>>>,
}

/// Once out of as many times as are allowed; given back when it is dropped without having been used.
#[derive(Debug)]
#[must_use = "what is dropped unused is given back"]
pub(crate) struct Turn(Option<Arc<AtomicU32>>);

impl<K: Hash + Eq + Send + Sync + 'static> RateLimit<K> {
    /// Allows `most` times in each `span`; 0 is without end.
    pub(crate) fn new(most: u32, span: Duration) -> Self {
        let cache = || {
            Cache::builder()
                .max_capacity(COUNTED)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_live(span)
                .build()
        };
        Self { most, done: (most > 0).then(cache) }
    }

    /// How often it is allowed.
    pub(crate) fn most(&self) -> u32 {
        self.most
    }

    /// One more time, if it is allowed. Counted at once, so that many together are no more than one by one.
    pub(crate) fn take(&self, who: K) -> Option<Turn> {
        let Some(done) = &self.done else { return Some(Turn(None)) };
        let count = done.get_with(who, Arc::default);
        let turn = Turn(Some(Arc::clone(&count)));
        (count.fetch_add(1, Ordering::SeqCst) < self.most).then_some(turn)
    }
}

impl Turn {
    /// For whoever is not limited.
    pub(crate) fn free() -> Self {
        Self(None)
    }

    /// It was done.
    pub(crate) fn used(mut self) {
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
    use std::time::Instant;

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
