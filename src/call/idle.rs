//! The idle clock of one call: no timer ticks while a caller thinks, only the next thing that is due.

use std::time::Duration;

use tokio::time::Instant;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Tell the caller that the call ends soon.
    Warning,
    /// The caller has been quiet for too long.
    Idle,
    /// The caller has not logged in in time.
    Login,
}

/// When a quiet caller is warned and let go.
#[derive(Debug, Clone)]
pub struct IdleClock {
    idle: Option<Duration>,
    warning: Duration,
    login_by: Option<Instant>,
    heard: Instant,
    warned: bool,
}

impl IdleClock {
    /// A call that has `login` to log in, and may then be quiet for `idle` (none: for ever), warned `warning` before.
    pub fn new(login: Duration, idle: Option<Duration>, warning: Duration) -> Self {
        let now = Instant::now();
        Self { idle, warning, login_by: Some(now + login), heard: now, warned: false }
    }

    /// The caller did something.
    pub fn heard(&mut self) {
        self.heard = Instant::now();
        self.warned = false;
    }

    /// The caller is who they say.
    pub fn logged_in(&mut self) {
        self.login_by = None;
        self.heard();
    }

    /// Whether that was said.
    pub fn is_logged_in(&self) -> bool {
        self.login_by.is_none()
    }

    /// The next thing that will be due, and when; none if nothing ever will.
    pub fn next(&self) -> Option<(Instant, Due)> {
        let idle = self.idle.map(|idle| {
            if self.warned {
                (self.heard + idle, Due::Idle)
            } else {
                (self.heard + idle.saturating_sub(self.warning), Due::Warning)
            }
        });
        let login = self.login_by.map(|by| (by, Due::Login));
        idle.into_iter().chain(login).min_by_key(|(at, _)| *at)
    }

    /// The caller has been warned.
    pub fn warned(&mut self) {
        self.warned = true;
    }

    /// Seconds between the warning and the end.
    pub fn warning_seconds(&self) -> u64 {
        self.warning.as_secs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_quiet_caller_is_warned_then_let_go_and_a_key_starts_over() {
        let second = Duration::from_secs(1);
        let mut clock = IdleClock::new(60 * second, Some(100 * second), 10 * second);
        assert_eq!(clock.next().unwrap().1, Due::Login);
        clock.logged_in();
        let (at, due) = clock.next().unwrap();
        assert_eq!((at - Instant::now(), due), (90 * second, Due::Warning));
        clock.warned();
        let (at, due) = clock.next().unwrap();
        assert_eq!((at - Instant::now(), due), (100 * second, Due::Idle));
        clock.heard();
        assert_eq!(clock.next().unwrap().1, Due::Warning);
    }
}
