//! Boards, their threads and messages, read pointers, and the pager. Knows users by id and by the handle
//! they had when they wrote; reads nobody else's tables.
//!
//! Locks are taken in one order: board, thread, message, the author's or reader's pointers. The board comes first
//! because it gives each message its number. It is held until the event has taken its own, so the messages and events of
//! one board are numbered in the order of their commits.

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
mod rules;
mod seed;
mod text;
mod threads;

pub use access::{Poster, Reader};
pub use board::{Board, BoardChange, BoardSummary, NewBoard};
pub use catch_up::CaughtUp;
pub use draft::Draft;
pub use drafts::SavedDraft;
pub use error::MessagingError;
pub use pages::Page;
pub use reads::Unread;
pub use rules::{BoardList, BoardRules};
pub use text::{BODY_BYTES, PAGE_CHARS, SUBJECT_CHARS};
pub use threads::{Message, ThreadMark, ThreadSummary};

use crate::db::Store;
use crate::flood::RateLimit;
use crate::{FloodLimits, UserId, Users};
use rules::KeptList;
use std::sync::Arc;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// The statements that are put together from parts. For the test that looks at the plans of all statements: it finds
/// the others by reading the source.
#[doc(hidden)]
pub const COMPOSED: &[&str] = &[
    board::BOARDS,
    one_statement::BEGIN,
    one_statement::REPLY,
    reads::BEGIN,
    reads::BOARD_READ_TO,
    reads::READ_ON,
    reads::STEP,
    reads::THREAD_READ_TO,
    reads::UNREAD_MESSAGES,
    reads::UNREAD_ON_BOARD,
    threads::LIST,
    threads::UNREAD,
];
/// The lists that are shown page by page, so that no plan may sort what lies before a page.
#[doc(hidden)]
pub const IN_ORDER: &[&str] = &[threads::LIST, threads::UNREAD, threads::THREAD, pages::PAGES];

/// The messaging service. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Messaging {
    store: Store,
    users: Users,
    posts: RateLimit<UserId>,
    pages: RateLimit<UserId>,
    boards: Arc<KeptList>,
}

impl Messaging {
    pub(crate) fn new(store: Store, users: Users) -> Self {
        let (posts, pages) = (RateLimit::new(0, MINUTE), RateLimit::new(0, MINUTE));
        Self { store, users, posts, pages, boards: Arc::new(KeptList::new()) }
    }

    /// The same service over another store.
    pub(crate) fn with(&self, store: Store, users: Users) -> Self {
        Self { store, users, ..self.clone() }
    }

    /// The same service, which allows no more than `limits`.
    pub(crate) fn limited(&self, users: Users, limits: &FloodLimits) -> Self {
        let posts = RateLimit::new(limits.posts_per_minute, MINUTE);
        let pages = RateLimit::new(limits.pages_per_minute, MINUTE);
        Self { users, posts, pages, ..self.clone() }
    }
}
