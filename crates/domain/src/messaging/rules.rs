//! Who may do what on a board: rules in the access language, and the list of all boards that is kept in memory, by which
//! it is decided what callers are shown. An act decides on the board's row, in its own transaction.

use super::board::BoardRow;
use super::reads::POSTS;
use super::{Board, Messaging, MessagingError};
use crate::access::{CallerRule, Facts};
use crate::db::{Ids, Tx, in_tx, on_db};
use crate::users::calls;
use crate::{BoardId, Caller, Event};
use moka::future::Cache;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Who may do what on a board. Sysops may do everything, whatever it says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BoardRules {
    /// Who may read it.
    pub read: CallerRule,
    /// Who may post there, of those who may read it. Guests never may.
    pub post: CallerRule,
}

impl BoardRules {
    /// The rules in a board's row. One that cannot be read lets in sysops alone.
    pub(super) fn stored(read: &str, post: &str) -> Self {
        let rule = |text: &str| {
            CallerRule::stored(text).unwrap_or_else(|error| {
                tracing::error!(%error, "a board's rule cannot be read: it lets in sysops alone");
                CallerRule::NONE
            })
        };
        Self { read: rule(read), post: rule(post) }
    }

    /// Whether a caller of whom this is true may read the board.
    pub fn may_read(&self, who: &Facts) -> bool {
        who.sysop || self.read.allows(who)
    }

    /// Whether a caller of whom this is true may post on the board.
    pub fn may_post(&self, who: &Facts) -> bool {
        who.sysop || (!who.guest && self.read.allows(who) && self.post.allows(who))
    }

    pub(super) fn asks_records(&self) -> bool {
        self.read.asks_records() || self.post.asks_records()
    }
}

/// Every board with its rules.
#[derive(Debug, Default)]
pub struct BoardList {
    boards: BTreeMap<BoardId, Board>,
    asks_records: bool,
}

impl BoardList {
    /// Whether a caller of whom this is true may read a board. Nobody may read one that is not there.
    pub fn may_read(&self, board: BoardId, who: &Facts) -> bool {
        self.boards.get(&board).is_some_and(|board| board.rules.may_read(who))
    }

    /// Whether a rule asks for what must be looked up in the records.
    pub fn asks_records(&self) -> bool {
        self.asks_records
    }

    pub(super) fn get(&self, board: BoardId) -> Option<&Board> {
        self.boards.get(&board)
    }

    /// The boards that a caller of whom this is true may read.
    pub(super) fn readable(&self, who: &Facts) -> Ids {
        self.boards.values().filter(|board| board.rules.may_read(who)).map(|board| board.id.0).collect()
    }
}

impl FromIterator<Board> for BoardList {
    fn from_iter<T: IntoIterator<Item = Board>>(boards: T) -> Self {
        let boards: BTreeMap<BoardId, Board> = boards.into_iter().map(|board| (board.id, board)).collect();
        let asks_records = boards.values().any(|board| board.rules.asks_records());
        Self { boards, asks_records }
    }
}

/// The list of all boards, kept for a while and never longer than it is true.
#[derive(Debug)]
pub(super) struct KeptList {
    /// By how many changes were known when the reading began: what was read before a change is not found after it.
    cache: Cache<u64, Arc<BoardList>>,
    changes: AtomicU64,
}

impl KeptList {
    pub(super) fn new() -> Self {
        let cache = Cache::builder().time_to_live(Duration::from_secs(300)).build();
        Self { cache, changes: AtomicU64::new(0) }
    }

    pub(super) fn forget(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate_all();
    }
}

impl Messaging {
    /// Every board with its rules: at least as new as the last event that [`Messaging::invalidate`] was told of. Of many
    /// who ask at once, one asks the records.
    pub async fn board_list(&self) -> Result<Arc<BoardList>, MessagingError> {
        let changes = self.boards.changes.load(Ordering::SeqCst);
        let list = self.boards.cache.try_get_with(changes, self.read_board_list()).await;
        list.map_err(|error| MessagingError::clone(&error))
    }

    async fn read_board_list(&self) -> Result<Arc<BoardList>, MessagingError> {
        let rows: Vec<BoardRow> = on_db!(self.store, db => sqlx::query_as(
            "SELECT id, slug, name, description, read_rule, post_rule FROM boards").fetch_all(db).await)?;
        Ok(Arc::new(rows.into_iter().map(Board::from).collect()))
    }

    /// Drops from memory what `event` made untrue. Every instance's reader of the log calls this.
    pub fn invalidate(&self, event: &Event) {
        if event.body.meaning().boards {
            self.boards.forget();
        }
    }

    /// What rules are asked about `who`; with `records`, also what must be looked up.
    pub async fn facts(&self, who: &Caller, records: bool) -> Result<Facts, MessagingError> {
        let mut facts = Facts::from(who);
        if records && !who.guest {
            facts.calls = self.users.profile(who.id).await?.calls;
            facts.posts = self.posts_by(who.id).await?;
        }
        Ok(facts)
    }
}

/// [`Messaging::facts`] as they are in this transaction.
pub(super) async fn facts_now(tx: &mut Tx, who: &Caller, records: bool) -> Result<Facts, MessagingError> {
    let mut facts = Facts::from(who);
    if records && !who.guest {
        facts.calls = calls::made_by(tx, who.id).await?;
        let posts: Option<i64> =
            in_tx!(tx, db => sqlx::query_scalar(POSTS).bind(who.id).fetch_optional(db).await)?;
        facts.posts = posts.unwrap_or(0);
    }
    Ok(facts)
}
