//! Catching up: a whole board is marked as read at once, and can be taken back.
//!
//! However many messages it is, one row moves: the number up to which the board is read. Taking back moves it to where
//! it was; what was read in between is first put down thread by thread, and so stays read.

use super::reads::{UNREAD_ON_BOARD, held};
use super::{Messaging, MessagingError, Reader};
use crate::db::{DbError, Tx, in_tx};

/// Everything on the board is read, up to `$3`.
const CATCH_UP: &str =
    "UPDATE board_reads SET read_to = $3, read_beyond = 0 WHERE user_id = $1 AND board_id = $2";
/// Forgets exceptions that no taking back needs.
pub(super) const FORGET: &str =
    "DELETE FROM thread_reads WHERE user_id = $1 AND board_id = $2 AND read_to <= $3";
/// Puts down thread by thread what lies after `$3` and not after `$4`.
pub(super) const PUT_DOWN: &str = "INSERT INTO thread_reads (user_id, thread_id, board_id, read_to) \
     SELECT $1, t.id, t.board_id, (SELECT m.board_number FROM messages m \
        WHERE m.thread_id = t.id AND m.board_number <= $4 ORDER BY m.board_number DESC LIMIT 1) \
     FROM threads t WHERE t.board_id = $2 AND t.last_board_number > $3 AND \
       (SELECT m.board_number FROM messages m WHERE m.thread_id = t.id AND m.board_number > $3 \
        ORDER BY m.board_number LIMIT 1) <= $4 \
     ON CONFLICT (user_id, thread_id) DO UPDATE SET read_to = excluded.read_to \
     WHERE thread_reads.read_to < excluded.read_to";
/// The board is read up to `$3` and, beyond that, as far as its threads say.
pub(super) const TAKE_BACK: &str = "UPDATE board_reads SET read_to = $3, read_beyond = \
       (SELECT CAST(COALESCE(SUM( \
            (SELECT m.number FROM messages m WHERE m.thread_id = x.thread_id AND m.board_number <= x.read_to \
             ORDER BY m.board_number DESC LIMIT 1) - \
            COALESCE((SELECT m.number FROM messages m WHERE m.thread_id = x.thread_id AND m.board_number <= $3 \
                      ORDER BY m.board_number DESC LIMIT 1), 0)), 0) AS BIGINT) \
        FROM thread_reads x WHERE x.user_id = $1 AND x.board_id = $2 AND x.read_to > $3) \
     WHERE user_id = $1 AND board_id = $2";

/// What catching up on a board did, so that it can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtUp {
    messages: i64,
    /// Up to which number the board was read before, and after.
    from: i64,
    to: i64,
}

impl CaughtUp {
    /// Messages that were marked as read.
    pub fn messages(&self) -> i64 {
        self.messages
    }
}

impl Messaging {
    /// The reader has read all of the board. Guests have no pointers. Forbidden when the board was closed to the reader
    /// meanwhile.
    pub async fn catch_up(&self, reader: &Reader) -> Result<CaughtUp, MessagingError> {
        if reader.who.guest {
            return Ok(CaughtUp { messages: 0, from: 0, to: 0 });
        }
        let (user, board) = (reader.who.id, reader.board.id);
        let mut tx = self.store.begin().await?;
        let reader = &reader.renewed(&mut tx).await?;
        let from = held(&mut tx, &reader.who, board).await?;
        let (messages, to) = unread_on(&mut tx, reader).await?;
        if messages == 0 {
            return Ok(CaughtUp { messages, from, to: from });
        }
        in_tx!(tx, db => sqlx::query(CATCH_UP).bind(user).bind(board).bind(to).execute(db).await.map(drop))?;
        in_tx!(tx, db => sqlx::query(FORGET).bind(user).bind(board).bind(from).execute(db).await.map(drop))?;
        tx.commit().await?;
        Ok(CaughtUp { messages, from, to })
    }

    /// The board is read as far as before [`Messaging::catch_up`]. What was read since then stays read. Tells how many
    /// messages are new again.
    pub async fn take_back(&self, reader: &Reader, caught_up: &CaughtUp) -> Result<i64, MessagingError> {
        let (user, board) = (reader.who.id, reader.board.id);
        let CaughtUp { from, to, .. } = *caught_up;
        if reader.who.guest || from == to {
            return Ok(0);
        }
        let mut tx = self.store.begin().await?;
        let now = held(&mut tx, &reader.who, board).await?;
        if now < to {
            // It was taken back before.
            return Ok(0);
        }
        let (before, _) = unread_on(&mut tx, reader).await?;
        if now > to {
            in_tx!(tx, db => sqlx::query(PUT_DOWN)
                .bind(user).bind(board).bind(to).bind(now).execute(db).await.map(drop))?;
        }
        in_tx!(tx, db => sqlx::query(TAKE_BACK).bind(user).bind(board).bind(from).execute(db).await.map(drop))?;
        let (after, _) = unread_on(&mut tx, reader).await?;
        tx.commit().await?;
        Ok(after - before)
    }
}

/// What `reader` has not read of the board, and the board's last number.
async fn unread_on(tx: &mut Tx, reader: &Reader) -> Result<(i64, i64), DbError> {
    in_tx!(tx, db => sqlx::query_as(UNREAD_ON_BOARD)
        .bind(reader.who.id).bind(reader.board.id).bind(reader.who.created).fetch_one(db).await)
}
