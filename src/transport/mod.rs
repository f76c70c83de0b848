//! Each transport turns its wire into one [`Connection`]; they only translate and know nothing of each other.

pub mod input;
mod late_answers;
pub mod local;
mod moot;
pub mod ssh;
pub mod telnet;
mod throttle;

use std::future::poll_fn;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use dialtone_domain::UserId;
use dialtone_domain::users::Login;
use dialtone_terminal::{Capabilities, Charset, Key};
use futures_channel::mpsc;
use tokio_util::sync::CancellationToken;

use self::moot::Moot;

// The queues of a call hold nothing most of the time, and a call may idle for hours: they are of the kind that takes
// memory by the item, where tokio's takes that of 32 at once. Each sender has room for one item of its own.

/// How many inputs wait for a busy session before the transport stops reading.
pub const INPUT_QUEUE: usize = 64;
/// How many writes wait for a slow caller before the session waits too.
pub const OUTPUT_QUEUE: usize = 4;
/// How long what is queued may take to reach a caller whose call is over. Nothing that the caller sends renews it.
pub const LAST_WORDS: Duration = Duration::from_secs(2);
/// What a caller does, as a session sees it. The end of the queue is the hangup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// The terminal has a new size, in cells.
    Resize {
        /// Width.
        columns: u16,
        /// Height.
        rows: u16,
    },
    /// The terminal's answers came late: it is like this.
    Terminal {
        /// What it can do.
        terminal: Box<Capabilities>,
        /// As [`Connection::echo`].
        echo: bool,
    },
}

/// Where the call comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The caller's address.
    pub address: IpAddr,
    /// `telnet`, `ssh` or `console`.
    pub transport: &'static str,
    /// Whether nobody on the way can read along.
    pub secure: bool,
}

/// What whoever wants to register is told where the sysop has closed registration.
pub const CLOSED_TO_NEW: &str = "We're not taking new callers right now.";
/// What guests are told where the sysop lets none in.
pub const CLOSED_TO_GUESTS: &str = "We're not taking guests right now.";

/// How far a caller has come before the first screen.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Has to say who they are.
    Unknown,
    /// Wants to register.
    New,
    /// Wants to look round.
    Guest,
    /// Has shown a password or a key.
    Known(Box<Login>),
}

/// One call, whatever wire it came over.
#[derive(Debug)]
pub struct Connection {
    /// Keys and resizes in order; closed at hangup.
    pub input: mpsc::Receiver<Input>,
    /// Bytes to the caller.
    pub output: Output,
    /// Where the call comes from.
    pub peer: Peer,
    /// What the terminal can do.
    pub terminal: Capabilities,
    /// The locale of the caller's environment, such as `de_AT.UTF-8`.
    pub locale: Option<Box<str>>,
    /// How far the caller has come.
    pub entry: Entry,
    /// Whether we show what the caller types; false where the caller's own terminal does.
    pub echo: bool,
    /// One command instead of a call (`ssh host who`).
    pub command: Option<String>,
    /// What the caller's program exits with.
    pub exit: ExitStatus,
    /// Set once the caller is known, or a guest.
    pub logged_in: LoggedIn,
    /// Cancelled by the session when not only this call but the whole connection must end, with every other call on it.
    /// What is queued is still sent, for [`LAST_WORDS`] at most.
    pub hangup: CancellationToken,
}

/// Finds the locale in the variables of a caller's environment.
#[derive(Debug, Clone, Default)]
pub struct Locale {
    /// How much the variable counts that it came from.
    rank: usize,
    name: Option<Box<str>>,
}

/// The longest name of a locale that is kept.
const LOCALE: usize = 40;

impl Locale {
    /// A variable; false if it says nothing about the language. As everywhere, one that is empty isn't set.
    pub fn variable(&mut self, name: &str, value: &str) -> bool {
        let Some(rank) = ["LANG", "LC_MESSAGES", "LC_ALL"].iter().position(|known| *known == name) else {
            return false;
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.@".contains(&byte);
        if (1..=LOCALE).contains(&value.len()) && value.bytes().all(plain) && rank >= self.rank {
            *self = Self { rank, name: Some(value.into()) };
        }
        true
    }

    /// What was found.
    pub fn into_name(self) -> Option<Box<str>> {
        self.name
    }
}

/// Tells the transport that the caller has logged in: until then it counts every byte that comes.
#[derive(Debug, Clone, Default)]
pub struct LoggedIn(Arc<AtomicBool>);

impl LoggedIn {
    /// The caller is known, or a guest.
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether that was said.
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The exit status of a command over SSH; other wires have none.
#[derive(Debug, Clone, Default)]
pub struct ExitStatus(Arc<AtomicU32>);

impl ExitStatus {
    /// Sets it.
    pub fn set(&self, status: u32) {
        self.0.store(status, Ordering::Release);
    }

    /// What was set last; 0 if nothing was.
    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }
}

/// Ends the connections of callers who are banned.
pub trait Bans: Send + Sync {
    /// Cancels `hangup` when `user` is banned, until what it returns is dropped.
    fn watch(&self, user: UserId, hangup: CancellationToken) -> Box<dyn Watch>;
}

/// A connection that ends when its caller is banned; dropping it forgets the connection.
pub trait Watch: Send + Sync {}

/// What the transport itself has to know of a caller's terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireSettings {
    /// What its keys are sent in.
    pub charset: Charset,
    /// Bits a second at which to write; none is as fast as the line.
    pub speed: Option<u32>,
}

/// What a session tells its transport, in order.
#[derive(Debug)]
pub enum Outgoing {
    /// Bytes for the caller.
    Bytes(Vec<u8>),
    /// A change of the screen, stamped as [`Output::drops`] says: a key may make it moot before it is sent.
    Screen(Vec<u8>, u32),
    /// From here on the terminal is like this.
    Tune(WireSettings),
}

/// The bounded way to the caller; dropping it hangs up once all is sent.
#[derive(Debug)]
pub struct Output {
    queue: mpsc::Sender<Outgoing>,
    moot: Arc<Moot>,
}

/// The transport's end of an [`Output`].
#[derive(Debug)]
pub struct Writes {
    queue: mpsc::Receiver<Outgoing>,
    /// What is known of the screens on their way.
    pub moot: Arc<Moot>,
}

impl Writes {
    /// What is to be sent next; screens that a key has made moot are passed over. Cancel safe.
    pub async fn recv(&mut self) -> Option<Outgoing> {
        loop {
            let next = self.queue.recv().await.ok();
            match &next {
                Some(Outgoing::Screen(bytes, stamp)) if !self.moot.take(bytes.len(), *stamp) => {}
                _ => return next,
            }
        }
    }

    /// Lets nothing more be queued. What is queued already can still be taken.
    pub fn close(&mut self) {
        self.queue.close();
    }

    /// What is queued already, as [`Self::recv`] gives it; none when that is all.
    pub fn try_recv(&mut self) -> Option<Outgoing> {
        loop {
            let next = self.queue.try_recv().ok()?;
            match &next {
                Outgoing::Screen(bytes, stamp) if !self.moot.take(bytes.len(), *stamp) => {}
                _ => return Some(next),
            }
        }
    }
}

/// The caller is gone, or does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the caller hung up")]
pub struct Hangup;

impl Output {
    /// The sending end and the transport's end.
    pub fn channel() -> (Self, Writes) {
        let (sender, receiver) = mpsc::channel(OUTPUT_QUEUE - 1);
        let moot = Arc::new(Moot::default());
        (Self { queue: sender, moot: Arc::clone(&moot) }, Writes { queue: receiver, moot })
    }

    /// Queues bytes; waits while the caller is behind. Errors: [`Hangup`].
    pub async fn write(&mut self, bytes: Vec<u8>) -> Result<(), Hangup> {
        self.send(Outgoing::Bytes(bytes)).await
    }

    /// How often screens on their way were dropped, because a key came first. When this has changed, nobody knows
    /// what is on the screen: the next one is drawn whole.
    pub fn drops(&self) -> u32 {
        self.moot.drops()
    }

    /// Queues a change of the screen, drawn when [`Self::drops`] was `drops`; waits while the caller is behind. Where
    /// the caller is `typing`, letters do not make it moot. Errors: [`Hangup`].
    pub async fn draw(&mut self, bytes: Vec<u8>, drops: u32, typing: bool) -> Result<(), Hangup> {
        self.moot.queue(bytes.len(), typing);
        self.send(Outgoing::Screen(bytes, drops)).await
    }

    /// Tells the transport what the terminal is like. Errors: [`Hangup`].
    pub async fn tune(&mut self, settings: WireSettings) -> Result<(), Hangup> {
        self.send(Outgoing::Tune(settings)).await
    }

    async fn send(&mut self, outgoing: Outgoing) -> Result<(), Hangup> {
        poll_fn(|cx| self.queue.poll_ready(cx)).await.map_err(|_| Hangup)?;
        self.queue.start_send(outgoing).map_err(|_| Hangup)
    }
}
