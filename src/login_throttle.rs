//! Holds up whoever guesses passwords: by address and by account, counted before the answer, fading with time.
//! Knows no wire.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dialtone_domain::users::Login;
use dialtone_domain::{Handle, Secret, Users, UsersError};
use thiserror::Error;
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;
use tokio::time::Instant;

/// Failures that cost nothing, and how soon one is forgotten.
struct Rule {
    free: u32,
    fade: Duration,
}

/// From one address: fingers slip.
const ADDRESS: Rule = Rule { free: 5, fade: Duration::from_secs(10 * 60) };
/// At one account, wherever they come from. More lenient: its owner is held up too, from an address not known.
const ACCOUNT: Rule = Rule { free: 20, fade: Duration::from_secs(60) };
/// The first wait; each further failure doubles it.
const FIRST: Duration = Duration::from_secs(4);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// How long an address that logged in to an account is known there.
const KNOWN: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Addresses, accounts and known addresses remembered; beyond that the oldest are forgotten.
const REMEMBERED: usize = 10_000;

/// What counts as one source: an address, or for IPv6 the /64 a subscriber is given.
pub fn source(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let prefix = u128::from(v6) >> 64 << 64;
            IpAddr::V6(prefix.into())
        }
    }
}

/// Too many passwords were wrong: how long to wait before the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Wait {
    /// They came from this address.
    #[error("Too many wrong passwords from your address. Call back in {}.", Words(*.0))]
    Address(Duration),
    /// They were tried on this account.
    #[error("Too many wrong passwords for that handle. Try again in {}.", Words(*.0))]
    Account(Duration),
}

impl Wait {
    /// What the wait is for, in a word for the log.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Address(_) => "guesses from address",
            Self::Account(_) => "guesses at account",
        }
    }

    /// The wait in seconds, rounded up.
    pub fn seconds(self) -> u64 {
        let (Self::Address(wait) | Self::Account(wait)) = self;
        seconds(wait)
    }
}

fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// A wait as one would say it.
struct Words(Duration);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match seconds(self.0) {
            0 | 1 => write!(f, "1 second"),
            seconds @ 2..120 => write!(f, "{seconds} seconds"),
            seconds => write!(f, "{} minutes", seconds.div_ceil(60)),
        }
    }
}

/// Why a login did not go through, in words for the caller.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoginRefused {
    /// The password was not looked at.
    #[error(transparent)]
    Wait(#[from] Wait),
    /// What the users service said.
    #[error(transparent)]
    Users(#[from] UsersError),
}

impl LoginRefused {
    /// Why, in a word or two for the log.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Wait(wait) => wait.reason(),
            Self::Users(UsersError::Unauthenticated) => "handle and password do not match",
            Self::Users(UsersError::Busy) => "too many logins at once",
            Self::Users(_) => "records out of reach",
        }
    }

    /// After how many seconds it is worth trying again, where that is known.
    pub fn wait_seconds(&self) -> Option<u64> {
        match self {
            Self::Wait(wait) => Some(wait.seconds()),
            Self::Users(_) => None,
        }
    }
}

/// The failures of one address, or at one account.
#[derive(Debug)]
struct Count {
    /// When the last failure counted will have faded.
    faded: Instant,
    /// The last failure.
    last: Instant,
    /// Attempts not answered yet.
    pending: u32,
    /// Rings when one of those is answered.
    answered: Arc<Notify>,
}

impl Count {
    fn new(now: Instant) -> Self {
        Self { faded: now, last: now, pending: 0, answered: Arc::default() }
    }

    fn failures(&self, rule: &Rule, now: Instant) -> u32 {
        let left = self.faded.saturating_duration_since(now).as_millis();
        left.div_ceil(rule.fade.as_millis()).try_into().unwrap_or(u32::MAX)
    }

    fn wait(&self, rule: &Rule, now: Instant) -> Option<Duration> {
        let over = self.failures(rule, now).checked_sub(rule.free)?.checked_sub(1)?;
        let wait = FIRST.saturating_mul(1 << over.min(16)).min(LONGEST);
        (self.last + wait).checked_duration_since(now).filter(|wait| !wait.is_zero())
    }

    /// Whether one more attempt has to see first how those under way end: were all of them wrong, it would be one
    /// too many.
    fn must_see(&self, rule: &Rule, now: Instant) -> bool {
        self.pending > 0 && self.failures(rule, now).saturating_add(self.pending) > rule.free
    }

    fn failed(&mut self, rule: &Rule, now: Instant) {
        self.faded = self.faded.max(now) + rule.fade;
        self.last = now;
    }

    fn is_idle(&self, now: Instant) -> bool {
        self.pending == 0 && self.faded <= now
    }
}

/// Makes room in a map that is full: what is over goes, or else what is oldest.
fn make_room<K: Hash + Eq + Clone, V>(
    map: &mut HashMap<K, V>,
    over: impl Fn(&V) -> bool,
    age: impl Fn(&V) -> Option<Instant>,
) {
    if map.len() < REMEMBERED {
        return;
    }
    map.retain(|_, value| !over(value));
    if map.len() < REMEMBERED {
        return;
    }
    let oldest = map.iter().filter_map(|(key, value)| Some((age(value)?, key))).min_by_key(|(age, _)| *age);
    if let Some(oldest) = oldest.map(|(_, key)| key.clone()) {
        map.remove(&oldest);
    }
}

fn count<K: Hash + Eq + Clone>(counts: &mut HashMap<K, Count>, key: K, now: Instant) -> &mut Count {
    if !counts.contains_key(&key) {
        make_room(counts, |count| count.is_idle(now), |count| (count.pending == 0).then_some(count.last));
    }
    counts.entry(key).or_insert_with(|| Count::new(now))
}

#[derive(Debug, Default)]
struct Counts {
    addresses: HashMap<IpAddr, Count>,
    accounts: HashMap<String, Count>,
    /// Which addresses logged in to which accounts, and when last.
    known: HashMap<(IpAddr, String), Instant>,
}

impl Counts {
    fn knows(&self, address: IpAddr, account: &str, now: Instant) -> bool {
        let at = self.known.get(&(address, account.to_owned()));
        at.is_some_and(|at| now.saturating_duration_since(*at) < KNOWN)
    }

    fn know(&mut self, address: IpAddr, account: String, now: Instant) {
        let key = (address, account);
        if !self.known.contains_key(&key) {
            let over = |at: &Instant| now.saturating_duration_since(*at) >= KNOWN;
            make_room(&mut self.known, over, |at| Some(*at));
        }
        self.known.insert(key, now);
    }
}

/// Counts logins that fail.
#[derive(Debug)]
pub struct LoginThrottle {
    at_once: u32,
    counts: Mutex<Counts>,
}

/// A login that may be tried. It counts as failed unless it is said to have passed, however it ends.
#[derive(Debug)]
#[must_use = "an attempt that is dropped has failed"]
pub struct Attempt {
    throttle: Arc<LoginThrottle>,
    address: IpAddr,
    account: Option<String>,
    failed: bool,
}

impl LoginThrottle {
    /// Lets `at_once` logins of one address be under way; more wait for one of them.
    pub fn new(at_once: u32) -> Self {
        Self { at_once: at_once.max(1), counts: Mutex::default() }
    }

    /// Lets one more login be tried, as soon as so many of those under way are answered that it is not one too many:
    /// however many come at once, as many guesses are answered as one after the other. Errors: [`Wait`].
    pub async fn admit(self: &Arc<Self>, address: IpAddr, handle: &str) -> Result<Attempt, Wait> {
        let address = source(address);
        // What is no handle has no account.
        let account = Handle::parse(handle).ok().map(|handle| handle.folded());
        loop {
            match self.try_admit(address, account.as_deref())? {
                None => {
                    let throttle = Arc::clone(self);
                    return Ok(Attempt { throttle, address, account, failed: true });
                }
                Some(answered) => answered.await,
            }
        }
    }

    /// Books an attempt, or says what to wait for.
    fn try_admit(&self, address: IpAddr, account: Option<&str>) -> Result<Option<OwnedNotified>, Wait> {
        let now = Instant::now();
        let mut counts = self.lock();
        let account = account.map(|account| (account, counts.knows(address, account, now)));
        let here = count(&mut counts.addresses, address, now);
        if let Some(wait) = here.wait(&ADDRESS, now) {
            return Err(Wait::Address(wait));
        }
        if here.pending >= self.at_once || here.must_see(&ADDRESS, now) {
            return Ok(Some(Arc::clone(&here.answered).notified_owned()));
        }
        if let Some((account, known)) = account {
            let there = count(&mut counts.accounts, account.to_owned(), now);
            // Whoever logged in from here lately is not held up by what others guess.
            if !known {
                if let Some(wait) = there.wait(&ACCOUNT, now) {
                    return Err(Wait::Account(wait));
                }
                if there.must_see(&ACCOUNT, now) {
                    return Ok(Some(Arc::clone(&there.answered).notified_owned()));
                }
            }
            there.pending += 1;
        }
        count(&mut counts.addresses, address, now).pending += 1;
        Ok(None)
    }

    /// How long this address has to wait before it may call; none if it need not.
    pub fn wait(&self, address: IpAddr) -> Option<Wait> {
        self.lock().addresses.get(&source(address))?.wait(&ADDRESS, Instant::now()).map(Wait::Address)
    }

    /// This address has shown that it belongs to an account, by a password or a key.
    pub fn know(&self, address: IpAddr, handle: &Handle) {
        self.lock().know(source(address), handle.folded(), Instant::now());
    }

    /// Logs in by password as often as may be. Errors: [`LoginRefused`].
    pub async fn log_in(
        self: &Arc<Self>,
        users: &Users,
        address: IpAddr,
        handle: &str,
        password: &Secret<String>,
    ) -> Result<Login, LoginRefused> {
        let attempt = self.admit(address, handle).await?;
        match users.log_in(handle, password).await {
            Ok(login) => {
                attempt.passed();
                Ok(login)
            }
            Err(error) => {
                if error != UsersError::Unauthenticated {
                    attempt.unanswered();
                }
                Err(error.into())
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// The password was right. What failed before still counts.
    pub fn passed(mut self) {
        self.failed = false;
        if let Some(account) = self.account.clone() {
            self.throttle.lock().know(self.address, account, Instant::now());
        }
    }

    /// Nobody could say whether it was right.
    pub fn unanswered(mut self) {
        self.failed = false;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut counts = self.throttle.lock();
        let Counts { addresses, accounts, .. } = &mut *counts;
        let here = addresses.get_mut(&self.address).map(|count| (count, &ADDRESS));
        let there = self.account.as_ref().and_then(|account| accounts.get_mut(account));
        for (count, rule) in here.into_iter().chain(there.map(|count| (count, &ACCOUNT))) {
            count.pending = count.pending.saturating_sub(1);
            if self.failed {
                count.failed(rule, now);
            }
            count.answered.notify_waiters();
        }
    }
}

/// A handle as it may stand in the log: people type passwords where a handle is asked for.
pub fn loggable(handle: &str) -> String {
    Handle::parse(handle).map_or_else(|_| "(not a handle)".to_owned(), |handle| handle.to_string())
}

#[cfg(test)]
mod tests;
