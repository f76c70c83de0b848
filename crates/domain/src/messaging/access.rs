//! What a caller may do on a board, as values: whoever holds one has been let in.

use super::board::board_now;
use super::rules::facts_now;
use super::{Board, Messaging, MessagingError};
use crate::access::Facts;
use crate::db::Tx;
use crate::users::authority;
use crate::{BoardId, Caller};

/// May read one board, and moves its own read pointers there. Made by [`Messaging::reader`] alone.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(super) who: Caller,
    pub(super) board: Board,
    may_post: Result<(), MessagingError>,
}

/// May post on one board. Made by [`Messaging::poster`] alone.
#[derive(Debug, Clone)]
pub struct Poster {
    pub(super) who: Caller,
    pub(super) board: Board,
}

impl Reader {
    fn new(who: Caller, board: Board, facts: &Facts) -> Result<Self, MessagingError> {
        may_read(facts, &board)?;
        let may_post = may_post(facts, &board);
        Ok(Self { who, board, may_post })
    }

    /// The board that may be read.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// The same for the caller and the board as they are now, inside the transaction that moves the caller's pointers.
    pub(super) async fn renewed(&self, tx: &mut Tx) -> Result<Self, MessagingError> {
        let who = authority::current(tx, self.who.id).await?;
        let board = board_now(tx, self.board.id).await?;
        let facts = facts_now(tx, &who, board.rules.asks_records()).await?;
        Self::new(who, board, &facts)
    }

    /// Whether they might post there too, when they were let in; or in words why not.
    pub fn may_post(&self) -> Result<(), MessagingError> {
        self.may_post.clone()
    }
}

impl Poster {
    /// Who posts.
    pub fn who(&self) -> &Caller {
        &self.who
    }

    /// The board that may be posted on.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// The same for the caller as they are now, inside the transaction that posts. What the board asks of them is
    /// asked there too: its rules may have changed as well.
    pub(super) async fn renewed(&self, tx: &mut Tx) -> Result<Self, MessagingError> {
        Ok(Self { who: authority::current(tx, self.who.id).await?, board: self.board.clone() })
    }
}

impl Messaging {
    /// Lets `who` read `board`, or says in words why not.
    pub async fn reader(&self, who: &Caller, board: BoardId) -> Result<Reader, MessagingError> {
        let board = self.board(board).await?;
        let facts = self.facts(who, board.rules.asks_records()).await?;
        Reader::new(who.clone(), board, &facts)
    }

    /// Lets `who` post on `board`, or says in words why not.
    pub async fn poster(&self, who: &Caller, board: BoardId) -> Result<Poster, MessagingError> {
        let Reader { who, board, may_post } = self.reader(who, board).await?;
        may_post.map(|()| Poster { who, board })
    }
}

fn may_read(who: &Facts, board: &Board) -> Result<(), MessagingError> {
    if board.rules.may_read(who) {
        return Ok(());
    }
    Err(MessagingError::Forbidden(if who.guest {
        "This board is for callers with an account: call again as NEW to join.".into()
    } else {
        "This board is not open to you.".into()
    }))
}

fn may_post(who: &Facts, board: &Board) -> Result<(), MessagingError> {
    if board.rules.may_post(who) {
        return Ok(());
    }
    Err(MessagingError::Forbidden(if who.guest {
        "Guests may look, not post: call again as NEW to join.".into()
    } else if board.is_read_only() {
        "This board is read only.".into()
    } else {
        "You may read this board, but not post on it yet.".into()
    }))
}
