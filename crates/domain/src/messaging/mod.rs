//! Boards, their threads and messages, read pointers, and the pager. Knows users by id and by the handle
//! they had when they wrote; reads nobody else's tables.
//!
//! Locks are taken in one order: thread, message, the author's or reader's pointers, board. The board comes
//! last because everybody who posts there waits for it. It is held while the event takes its number, so the
//! events of one board are numbered in the order of their commits.

mod access;
mod board;
mod catch_up;
mod draft;
mod drafts;
mod error;
mod one_statement;
mod pages;
mod posting;
mod reads;
mod seed;
mod text;
mod threads;

pub use access::{Poster, Reader};
pub use board::{Board, BoardSummary, NewBoard};
pub use catch_up::CaughtUp;
pub use draft::Draft;
pub use drafts::SavedDraft;
pub use error::MessagingError;
pub use pages::Page;
pub use reads::Unread;
pub use text::{BODY_BYTES, PAGE_CHARS, SUBJECT_CHARS};
pub use threads::{Message, ThreadMark, ThreadSummary};

use crate::db::Store;
use crate::flood::RateLimit;
use crate::{FloodLimits, UserId, Users};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// The statements callers wait for, by name: no plan for them may look at every row of a table that grows.
pub const READING: &[(&str, &str)] = &[
    ("boards", board::BOARDS),
    ("threads", threads::LIST),
    ("unread threads", threads::UNREAD),
    ("thread", threads::THREAD),
    ("drafts", drafts::DRAFTS),
    ("slice of a board", catch_up::SLICE),
    ("unread on a board", catch_up::UNREAD_ON_BOARD),
    ("unread messages", reads::UNREAD_MESSAGES),
    ("unread pages", reads::UNREAD_PAGES),
    ("pages", pages::PAGES),
    ("posts", reads::POSTS),
];

/// As [`READING`], for what forgets old rows; `$1` is a time.
#[doc(hidden)]
pub const PRUNING: &[(&str, &str)] = &[("seen pages", pages::PRUNE)];

/// The messaging service. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Messaging {
    store: Store,
    users: Users,
    posts: RateLimit<UserId>,
    pages: RateLimit<UserId>,
}

impl Messaging {
    pub(crate) fn new(store: Store, users: Users) -> Self {
        Self { store, users, posts: RateLimit::new(0, MINUTE), pages: RateLimit::new(0, MINUTE) }
    }

    /// The same service over another store.
    pub(crate) fn with(&self, store: Store, users: Users) -> Self {
        Self { store, users, ..self.clone() }
    }

    /// The same service, which allows no more than `limits`.
    pub(crate) fn limited(&self, users: Users, limits: &FloodLimits) -> Self {
        let posts = RateLimit::new(limits.posts_per_minute, MINUTE);
        let pages = RateLimit::new(limits.pages_per_minute, MINUTE);
        Self { store: self.store.clone(), users, posts, pages }
    }
}
