//! How many calls at once, in all and from one address, and how many of one address in a minute.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dialtone_domain::{RateLimit, Turn};
use thiserror::Error;

use crate::login_throttle::{Wait, source};

/// Why a call is not taken, in words for whoever calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Every line is taken.
    #[error("The board is busy: every line is taken. Call again in a while.")]
    Full,
    /// This address has its share.
    #[error("The board is busy for you: too many calls from your address at once.")]
    Address,
    /// This address has called again and again.
    #[error("Too many calls from your address within a minute. Call again in a minute.")]
    Often,
    /// This address guessed too often.
    #[error(transparent)]
    Guessed(#[from] Wait),
}

impl Refusal {
    /// Why, in a word or two for the log.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Full => "every line taken",
            Self::Address => "too many calls from address",
            Self::Often => "too many calls from address in a minute",
            Self::Guessed(wait) => wait.reason(),
        }
    }

    /// After how many seconds it is worth trying again, where that is known.
    pub fn wait_seconds(self) -> Option<u64> {
        match self {
            Self::Full | Self::Address | Self::Often => None,
            Self::Guessed(wait) => Some(wait.seconds()),
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_source: HashMap<IpAddr, usize>,
}

const MINUTE: Duration = Duration::from_secs(60);
/// How often in a minute the log tells that one address was refused.
const TOLD: u32 = 10;

/// Counts the calls under way.
#[derive(Debug)]
pub struct Limiter {
    calls: usize,
    calls_per_address: usize,
    begun: RateLimit<IpAddr>,
    told: RateLimit<IpAddr>,
    counts: Mutex<Counts>,
}

/// A call's place, or that of a connection with its first call; dropping it frees it.
#[derive(Debug)]
pub struct ConnectionPermit {
    limiter: Arc<Limiter>,
    source: IpAddr,
}

impl Limiter {
    /// Lets `calls` in, and of them `calls_per_address` from one source, which may begin `calls_per_minute`; for the
    /// latter 0 is no limit.
    pub fn new(calls: usize, calls_per_address: usize, calls_per_minute: u32) -> Self {
        Self {
            calls,
            calls_per_address,
            begun: RateLimit::new(calls_per_minute, MINUTE),
            told: RateLimit::new(TOLD, MINUTE),
            counts: Mutex::default(),
        }
    }

    /// A place for one more call. Errors: [`Refusal::Full`], [`Refusal::Address`], [`Refusal::Often`].
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Result<ConnectionPermit, Refusal> {
        let source = source(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.all >= self.calls {
            return Err(Refusal::Full);
        }
        if counts.by_source.get(&source).is_some_and(|here| *here >= self.calls_per_address) {
            return Err(Refusal::Address);
        }
        let Some(turn) = self.begun.take(source) else { return Err(Refusal::Often) };
        turn.used();
        *counts.by_source.entry(source).or_default() += 1;
        counts.all += 1;
        Ok(ConnectionPermit { limiter: Arc::clone(self), source })
    }

    /// Whether the log is to tell that `address` was refused; whoever calls without end would fill it.
    pub fn worth_telling(&self, address: IpAddr) -> bool {
        let turn = self.told.take(source(address));
        turn.map(Turn::used).is_some()
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut counts = self.limiter.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all = counts.all.saturating_sub(1);
        if let Some(here) = counts.by_source.get_mut(&self.source) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                counts.by_source.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_board_says_so_and_a_permit_is_freed() {
        let limiter = Arc::new(Limiter::new(2, 2, 0));
        let a = limiter.admit([10, 0, 0, 1].into()).unwrap();
        let _b = limiter.admit([10, 0, 0, 2].into()).unwrap();
        assert_eq!(limiter.admit([10, 0, 0, 3].into()).unwrap_err(), Refusal::Full);
        drop(a);
        assert!(limiter.admit([10, 0, 0, 3].into()).is_ok());
    }

    #[test]
    fn one_address_has_its_share_and_a_64_is_one_address() {
        let limiter = Arc::new(Limiter::new(10, 1, 0));
        let at = |text: &str| text.parse::<IpAddr>().unwrap();
        let _a = limiter.admit(at("2001:db8:1:1::1")).unwrap();
        assert_eq!(limiter.admit(at("2001:db8:1:1::2")).unwrap_err(), Refusal::Address);
        assert!(limiter.admit(at("2001:db8:1:2::1")).is_ok());
        let _c = limiter.admit(at("::ffff:10.0.0.1")).unwrap();
        assert_eq!(limiter.admit(at("10.0.0.1")).unwrap_err(), Refusal::Address);
    }

    #[test]
    fn one_address_calls_so_often_and_no_more() {
        let limiter = Arc::new(Limiter::new(10, 10, 2));
        for _ in 0..2 {
            drop(limiter.admit([10, 0, 0, 1].into()).unwrap());
        }
        assert_eq!(limiter.admit([10, 0, 0, 1].into()).unwrap_err(), Refusal::Often);
        assert!(limiter.counts.lock().unwrap().by_source.is_empty(), "nothing is kept of who has no call");
        assert!(limiter.admit([10, 0, 0, 2].into()).is_ok());
    }

    #[test]
    fn the_log_is_not_filled_by_one_address() {
        let limiter = Limiter::new(1, 1, 0);
        let told = |last| (0..100).filter(|_| limiter.worth_telling([10, 0, 0, last].into())).count();
        assert_eq!((told(1), told(1), told(2)), (10, 0, 10));
    }
}
