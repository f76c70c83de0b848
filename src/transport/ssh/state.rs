//! What the parts of one SSH connection share: whether its caller is known, its channels and calls, what is held for
//! them, and the clocks that end it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Settings;
use crate::transport::LAST_WORDS;

/// Input held for a connection's busy sessions at which its client is asked to send no more, in bytes.
const ENOUGH: usize = 64 * 1024;
/// How long the end of the last call may take to reach a client that hangs up by itself.
const PARTING: Duration = Duration::from_millis(500);

/// Channels that one connection may open in its life. The protocol's library keeps a few KiB of each that the board
/// has closed until the connection ends. OpenSSH that shares a connection makes one of its own when it gets no more.
const CHANNELS_IN_ALL: usize = 100;
/// Commands that one connection may run in [`COMMAND_TIME`]: each asks the database.
const COMMANDS: usize = 30;
/// The time that [`COMMANDS`] are counted in.
const COMMAND_TIME: Duration = Duration::from_secs(60);

/// A call's place among the board's; dropping it frees it.
pub type CallPermit = Box<dyn Send + Sync>;
/// Asks for one more call from a connection's address; none if the board or the address has its share.
pub type MoreCalls = Arc<dyn Fn() -> Option<CallPermit> + Send + Sync>;

/// One connection.
pub struct ConnectionState {
    /// Cancelled when the connection must end, with every call on it.
    pub hangup: CancellationToken,
    /// Cancelled when the wire must go now: the stream fails from here on.
    pub cut: CancellationToken,
    progress: watch::Sender<Progress>,
    held: AtomicUsize,
    channels: Mutex<Channels>,
    commands: Mutex<Commands>,
    more_calls: MoreCalls,
}

#[derive(Clone, Copy, Default)]
struct Progress {
    /// The caller has logged in.
    known: bool,
    /// Calls and commands at work.
    calls: usize,
    /// Those begun so far: one may be over before anybody looks.
    begun: usize,
    /// A call has ended because its client does not read.
    unread: bool,
}

#[derive(Default)]
struct Channels {
    open: usize,
    /// Opened so far.
    in_all: usize,
    /// One for each channel but the first, which has the connection's own.
    permits: Vec<CallPermit>,
}

#[derive(Default)]
struct Commands {
    /// When the first of those counted was run.
    since: Option<Instant>,
    count: usize,
}

/// A channel that counts; dropping it frees its place.
pub struct OpenChannel(Arc<ConnectionState>);

/// A call or command at work.
pub struct RunningCall(Arc<ConnectionState>);

impl ConnectionState {
    /// A connection that has just been accepted.
    pub fn new(more_calls: MoreCalls) -> Self {
        Self {
            hangup: CancellationToken::new(),
            cut: CancellationToken::new(),
            progress: watch::Sender::default(),
            held: AtomicUsize::new(0),
            channels: Mutex::default(),
            commands: Mutex::default(),
            more_calls,
        }
    }

    /// The caller has logged in.
    pub fn set_known(&self) {
        self.progress.send_modify(|progress| progress.known = true);
    }

    /// Whether the caller has logged in.
    pub fn known(&self) -> bool {
        self.progress.borrow().known
    }

    /// One more channel, of at most so many at once; none if the connection has had its share, or the board has no place
    /// for its call.
    pub fn open_channel(self: &Arc<Self>, at_most: usize) -> Option<OpenChannel> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if channels.open >= at_most || channels.in_all >= CHANNELS_IN_ALL {
            return None;
        }
        if channels.open > channels.permits.len() {
            channels.permits.push((self.more_calls)()?);
        }
        channels.open += 1;
        channels.in_all += 1;
        Some(OpenChannel(Arc::clone(self)))
    }

    /// Whether one more command may be run now; counts it.
    pub fn may_run_command(&self) -> bool {
        let mut commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        if commands.since.is_none_or(|since| since.elapsed() >= COMMAND_TIME) {
            *commands = Commands { since: Some(Instant::now()), count: 0 };
        }
        let may = commands.count < COMMANDS;
        if may {
            commands.count += 1;
        }
        may
    }

    /// A call begins.
    pub fn begin_call(self: &Arc<Self>) -> RunningCall {
        self.progress.send_modify(|progress| {
            progress.calls += 1;
            progress.begun += 1;
        });
        RunningCall(Arc::clone(self))
    }

    /// So many bytes wait for a session.
    pub fn hold(&self, bytes: usize) {
        self.held.fetch_add(bytes, Ordering::AcqRel);
    }

    /// So many wait no more.
    pub fn release(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Ordering::AcqRel);
    }

    /// Whether the client should wait before it sends more.
    pub fn holds_enough(&self) -> bool {
        self.held.load(Ordering::Acquire) >= ENOUGH
    }

    /// Waits until the connection has to go, whatever its client does or does not do, and says why.
    pub async fn supervise(&self, settings: &Settings) -> &'static str {
        let mut progress = self.progress.subscribe();
        let clocks = async {
            let known = progress.wait_for(|progress| progress.known);
            if timeout(settings.login_time, known).await.is_err() {
                return "too long without logging in";
            }
            let (mut patience, mut seen) = (settings.login_time, 0);
            loop {
                let called = progress.wait_for(|progress| progress.begun != seen);
                match timeout(patience, called).await {
                    Ok(called) => seen = called.map_or(seen, |progress| progress.begun),
                    Err(_) => return "no call on it",
                }
                // The sender is this connection's own: it is there as long as this waits.
                if progress
                    .wait_for(|progress| progress.calls == 0)
                    .await
                    .is_ok_and(|progress| progress.unread)
                {
                    return "the caller does not read";
                }
                patience = settings.stall;
            }
        };
        let reason = tokio::select! {
            reason = clocks => return reason,
            () = self.hangup.cancelled() => "hung up",
            () = settings.shutdown.cancelled() => "the board goes down",
        };
        self.part().await;
        reason
    }

    /// Gives what calls have said the time to reach the client, also that of calls that are over by now.
    async fn part(&self) {
        let mut progress = self.progress.subscribe();
        if progress.borrow().begun > 0 {
            let over = progress.wait_for(|progress| progress.calls == 0);
            // Either way the wire goes now.
            timeout(LAST_WORDS, over).await.ok();
            sleep(PARTING).await;
        }
    }
}

impl Drop for OpenChannel {
    fn drop(&mut self) {
        let mut channels = self.0.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.open = channels.open.saturating_sub(1);
        let needed = channels.open.saturating_sub(1);
        channels.permits.truncate(needed);
    }
}

impl RunningCall {
    /// The client does not read: nothing it is told would arrive.
    pub fn unread(&self) {
        self.0.progress.send_modify(|progress| progress.unread = true);
    }
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        self.0.progress.send_modify(|progress| progress.calls = progress.calls.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_but_the_first_needs_a_permit_of_its_own() {
        let left = Arc::new(AtomicUsize::new(1));
        struct Permit(Arc<AtomicUsize>);
        impl Drop for Permit {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::AcqRel);
            }
        }
        let more = {
            let left = Arc::clone(&left);
            move || -> Option<CallPermit> {
                left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).ok()?;
                Some(Box::new(Permit(Arc::clone(&left))))
            }
        };
        let state = Arc::new(ConnectionState::new(Arc::new(more)));
        let first = state.open_channel(4).unwrap();
        let second = state.open_channel(4).unwrap();
        assert!(state.open_channel(4).is_none());
        drop(first);
        assert_eq!(left.load(Ordering::Acquire), 1, "the one that is left has the connection's own");
        let third = state.open_channel(4).unwrap();
        assert!(state.open_channel(2).is_none());
        drop((second, third));
        assert_eq!(left.load(Ordering::Acquire), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_call_said_that_is_over_has_time_to_arrive() {
        let state = Arc::new(ConnectionState::new(Arc::new(|| None)));
        let begun = Instant::now();
        state.part().await;
        assert_eq!(begun.elapsed(), Duration::ZERO, "nothing was said");
        drop(state.begin_call());
        state.part().await;
        assert_eq!(begun.elapsed(), PARTING);
        let _running = state.begin_call();
        state.part().await;
        assert_eq!(begun.elapsed(), PARTING * 2 + LAST_WORDS);
    }

    #[tokio::test(start_paused = true)]
    async fn commands_are_counted_by_the_minute() {
        let state = ConnectionState::new(Arc::new(|| None));
        let run = || (0..COMMANDS * 2).filter(|_| state.may_run_command()).count();
        assert_eq!(run(), COMMANDS);
        sleep(COMMAND_TIME).await;
        assert_eq!(run(), COMMANDS);
    }
}
