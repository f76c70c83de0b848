//! Penalties for guessing passwords: they grow with each guess, outlive the connection, and fade.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::limits::source;
use crate::transport::{Doorman, LoginOutcome};

/// Wrong passwords that cost nothing: fingers slip.
const FREE: u32 = 5;
/// The first penalty; each further guess doubles it.
const FIRST: Duration = Duration::from_secs(4);
/// The longest penalty.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// A guess is forgotten after this much time without another.
const MEMORY: Duration = Duration::from_secs(30 * 60);
/// Sources remembered; when there are more, those that guessed longest ago are forgotten first.
const SOURCES: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Record {
    failures: u32,
    last: Instant,
}

impl Record {
    fn until(self) -> Option<Instant> {
        let over = self.failures.checked_sub(FREE)?.checked_sub(1)?;
        let penalty = FIRST.saturating_mul(1 << over.min(16)).min(LONGEST);
        Some(self.last + penalty)
    }
}

/// Failures by source.
#[derive(Debug, Default)]
pub struct Penalties(Mutex<HashMap<IpAddr, Record>>);

impl Penalties {
    /// How long this address has to wait before it may call; none if it need not.
    pub fn wait(&self, address: IpAddr) -> Option<Duration> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = records.get(&source(address))?.until()?;
        until.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }
}

impl Doorman for Penalties {
    fn told(&self, address: IpAddr, outcome: LoginOutcome) {
        let (source, now) = (source(address), Instant::now());
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            LoginOutcome::Passed => {
                records.remove(&source);
            }
            LoginOutcome::Failed => {
                if records.len() >= SOURCES && !records.contains_key(&source) {
                    records.retain(|_, record| now - record.last < MEMORY);
                    if records.len() >= SOURCES
                        && let Some(oldest) =
                            records.iter().min_by_key(|(_, record)| record.last).map(|(ip, _)| *ip)
                    {
                        records.remove(&oldest);
                    }
                }
                let record = records.entry(source).or_insert(Record { failures: 0, last: now });
                if now - record.last > MEMORY {
                    record.failures = 0;
                }
                record.failures = record.failures.saturating_add(1);
                record.last = now;
            }
        }
    }

    fn may_try(&self, address: IpAddr) -> bool {
        self.wait(address).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn guesses_cost_more_each_time_and_a_right_one_clears_them() {
        let penalties = Penalties::default();
        let guesser = IpAddr::from([10, 0, 0, 1]);
        for _ in 0..FREE {
            penalties.told(guesser, LoginOutcome::Failed);
            assert!(penalties.may_try(guesser));
        }
        penalties.told(guesser, LoginOutcome::Failed);
        let first = penalties.wait(guesser).unwrap();
        penalties.told(guesser, LoginOutcome::Failed);
        assert!(penalties.wait(guesser).unwrap() > first);
        assert!(penalties.may_try([10, 0, 0, 2].into()), "costs nobody else anything");
        tokio::time::advance(Duration::from_secs(10)).await;
        assert!(penalties.may_try(guesser));
        for _ in 0..40 {
            penalties.told(guesser, LoginOutcome::Failed);
        }
        assert!(penalties.wait(guesser).unwrap() <= LONGEST);
        penalties.told(guesser, LoginOutcome::Passed);
        assert!(penalties.may_try(guesser));
    }
}
