//! What an event means, whatever its kind: what the switchboard, the pager and the console go by.

use super::QuoteTick;
use crate::{BoardId, CallId, Handle, InstanceId, PageId, ThreadId, UserId};
use chrono::{DateTime, Utc};

/// Whom an event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// No caller: programs and the sysop's console hear of it.
    Nobody,
    /// Every call.
    Everybody,
    /// One caller, on each of their calls.
    Caller(UserId),
    /// One call.
    Call(CallId),
    /// Every call of one instance.
    Instance(InstanceId),
    /// Whoever may read a board: that is decided by its rules, where the event arrives.
    Readers {
        /// The board.
        board: BoardId,
        /// The one who wrote it, and so knows.
        but: UserId,
    },
    /// Whoever is on a board just now.
    Visitors(BoardId),
    /// Whoever has this caller as a friend.
    FriendsOf(UserId),
    /// Whoever has prices on screen.
    QuoteWatchers,
}

/// Where an event leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A thread of a board.
    Thread {
        /// The board.
        board: BoardId,
        /// The thread.
        thread: ThreadId,
    },
    /// A page to one caller.
    Page(PageId),
}

/// What those whom an event concerns must do. It is not told as news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control<'a> {
    /// The call ends.
    Kick {
        /// The sysop's handle.
        by: &'a str,
        /// What the caller is told.
        reason: &'a str,
    },
    /// The caller's calls and connections end.
    Ban {
        /// What they are told, or empty.
        reason: &'a str,
    },
    /// What the caller may do, and their list of friends, is read again.
    ReadAgain,
    /// The instance takes no more calls.
    Drain,
}

/// Somebody is on line, or is no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence<'a> {
    /// On line.
    Online {
        /// Who; [`UserId::GUEST`] for a guest.
        user: UserId,
        /// Their handle.
        handle: &'a Handle,
        /// On which call.
        call: CallId,
        /// When they logged in.
        since: DateTime<Utc>,
    },
    /// No longer.
    Offline {
        /// The call that has ended.
        call: CallId,
    },
}

/// What menus count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// New messages.
    Messages,
    /// New pages.
    Pages,
}

/// What one event means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning<'a> {
    /// The subject it is published on, without the prefix.
    pub subject: &'static str,
    /// Whom it concerns.
    pub audience: Audience,
    /// What they must do, if anything.
    pub control: Option<Control<'a>>,
    /// Where it leads, if anywhere.
    pub target: Option<Target>,
    /// What there is one more of.
    pub counter: Option<Counter>,
    /// The fields that whoever listens on NATS may read; none where all of them may.
    pub public_fields: Option<&'static [&'static str]>,
    /// The prices it brings.
    pub quotes: &'a [QuoteTick],
    /// Whose profile is out of date.
    pub profile: Option<UserId>,
    /// Whether the list of boards is out of date.
    pub boards: bool,
    /// Who has come or gone.
    pub presence: Option<Presence<'a>>,
}

impl Meaning<'_> {
    /// An event that only tells `audience` something which anybody may know.
    pub(super) fn new(subject: &'static str, audience: Audience) -> Self {
        Self {
            subject,
            audience,
            control: None,
            target: None,
            counter: None,
            public_fields: None,
            quotes: &[],
            profile: None,
            boards: false,
            presence: None,
        }
    }

    /// Whether callers are told of it in words. Orders are obeyed, and prices drawn.
    pub fn is_news(&self) -> bool {
        let heard = !matches!(self.audience, Audience::Nobody | Audience::QuoteWatchers);
        heard && self.control.is_none()
    }
}
