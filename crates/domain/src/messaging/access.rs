//! What a caller may do on a board, as values: whoever holds one has been let in.

use super::board::reading_level;
use super::{Board, Messaging, MessagingError};
use crate::db::Tx;
use crate::users::authority;
use crate::{BoardId, Caller};

/// May read one board, and moves its own read pointers there. Made by [`Messaging::reader`] alone.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(super) who: Caller,
    pub(super) board: Board,
}

/// May post on one board. Made by [`Messaging::poster`] alone.
#[derive(Debug, Clone)]
pub struct Poster {
    pub(super) who: Caller,
    pub(super) board: Board,
}

impl Reader {
    /// The board that may be read.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// The same for the caller as they are now, inside the transaction that moves their pointers.
    pub(super) async fn renewed(&self, tx: &mut Tx) -> Result<Self, MessagingError> {
        let who = authority::current(tx, self.who.id).await?;
        may_read(&who, &self.board)?;
        Ok(Self { who, board: self.board.clone() })
    }

    /// Whether they may post there too; or in words why not.
    pub fn may_post(&self) -> Result<(), MessagingError> {
        may_post(&self.who, &self.board)
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
        may_read(who, &board)?;
        Ok(Reader { who: who.clone(), board })
    }

    /// Lets `who` post on `board`, or says in words why not.
    pub async fn poster(&self, who: &Caller, board: BoardId) -> Result<Poster, MessagingError> {
        let board = self.board(board).await?;
        may_read(who, &board)?;
        may_post(who, &board)?;
        Ok(Poster { who: who.clone(), board })
    }
}

fn may_read(who: &Caller, board: &Board) -> Result<(), MessagingError> {
    if board.read_level <= reading_level(who) {
        return Ok(());
    }
    Err(MessagingError::Forbidden(if who.guest {
        "This board is for callers with an account: call again as NEW to join.".into()
    } else {
        "This board is not open to you.".into()
    }))
}

fn may_post(who: &Caller, board: &Board) -> Result<(), MessagingError> {
    let refused = |words: &str| Err(MessagingError::Forbidden(words.into()));
    if who.guest {
        refused("Guests may look, not post: call again as NEW to join.")
    } else if who.sysop {
        Ok(())
    } else if board.read_only {
        refused("This board is read only.")
    } else if board.post_level > who.level {
        refused("You may read this board, but not post on it yet.")
    } else {
        Ok(())
    }
}
