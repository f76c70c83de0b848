//! What each caller has read: on each board everything up to a number, and beyond it some threads up to a number.
//!
//! So a board's unread messages are a difference: its last number, less the one read up to, less how many were read
//! beyond it, less what was deleted since. As soon as nothing is left, the board's number moves to the end and
//! what was said of its threads no longer matters. Nobody's cost grows with what they have read.

use super::{Messaging, MessagingError, Poster, Reader};
use crate::db::{DbError, Store, Tx, holding, in_tx, on_db};
use crate::{BoardId, Caller, ThreadId, UserId};

/// Up to which number of board `b` an account made at `$3` has read without having called there yet.
macro_rules! from_the_start {
    () => {
        "COALESCE((SELECT m.board_number FROM messages m WHERE m.board_id = b.id AND m.posted_at <= $3 \
           ORDER BY m.posted_at DESC, m.board_number DESC LIMIT 1), 0)"
    };
}

/// The boards `b`, with what reader `$1`, an account made at `$3`, has read of each, as `s`.
macro_rules! boards_read {
    ($which:literal) => {
        concat!(
            "(SELECT b.*, COALESCE(r.read_to, ",
            $crate::messaging::reads::from_the_start!(),
            ") AS read_to, COALESCE(r.read_beyond, 0) AS read_beyond \
             FROM boards b LEFT JOIN board_reads r ON r.board_id = b.id AND r.user_id = $1 WHERE ",
            $which,
            ") s"
        )
    };
}

/// The messages that reader `$1` has not read of such a board `s`. Deleted ones count as far as nothing that was read
/// takes them in.
macro_rules! unread_of {
    () => {
        "(s.last_number - s.read_to - s.read_beyond - \
          (SELECT COUNT(*) FROM messages d WHERE d.deleted AND d.board_id = s.id AND d.board_number > s.read_to \
             AND NOT EXISTS (SELECT 1 FROM thread_reads x WHERE x.user_id = $1 AND x.thread_id = d.thread_id \
                               AND x.read_to >= d.board_number)))"
    };
}

/// Up to which number of the board thread `$2` is read, if `$3` is what that is for the board.
macro_rules! thread_read_to {
    () => {
        "COALESCE((SELECT x.read_to FROM thread_reads x \
                   WHERE x.user_id = $1 AND x.thread_id = $2 AND x.read_to > $3), $3)"
    };
}

pub(super) use {boards_read, from_the_start, unread_of};

/// Messages on the boards `$2` that are not read.
pub(super) const UNREAD_MESSAGES: &str = concat!(
    "SELECT CAST(COALESCE(SUM",
    unread_of!(),
    ", 0) AS BIGINT) FROM ",
    boards_read!("b.id IN (SELECT CAST(i.key AS BIGINT) FROM json_each($2) AS i)")
);
/// Up to which number a reader has read one board.
pub(super) const BOARD_READ_TO: &str = concat!("SELECT s.read_to FROM ", boards_read!("b.id = $2"));
/// What a reader has not read of one board, and the board's last number.
pub(super) const UNREAD_ON_BOARD: &str =
    concat!("SELECT ", unread_of!(), ", s.last_number FROM ", boards_read!("b.id = $2"));
/// The number in the thread of the last message that was read.
pub(super) const THREAD_READ_TO: &str = concat!(
    "SELECT m.number FROM messages m WHERE m.thread_id = $2 AND m.board_number <= ",
    thread_read_to!(),
    " ORDER BY m.board_number DESC LIMIT 1"
);
/// The board's number of the last message up to `$4` in the thread, and how many messages that is further than was read.
pub(super) const STEP: &str = concat!(
    "SELECT m.board_number, m.number - COALESCE((SELECT p.number FROM messages p \
       WHERE p.thread_id = $2 AND p.board_number <= ",
    thread_read_to!(),
    " ORDER BY p.board_number DESC LIMIT 1), 0) \
     FROM messages m WHERE m.thread_id = $2 AND m.number <= $4 AND m.board_id = $5 ORDER BY m.number DESC LIMIT 1"
);
/// Pages not seen.
pub(super) const UNREAD_PAGES: &str = "SELECT COUNT(*) FROM pages WHERE to_id = $1 AND seen_at IS NULL";
/// How many messages of one author there are.
pub(super) const POSTS: &str = "SELECT posts FROM authors WHERE user_id = $1";

/// Begins to remember what a reader has read of a board.
pub(super) const BEGIN: &str = concat!(
    "INSERT INTO board_reads (user_id, board_id, read_to, read_beyond) SELECT $1, b.id, ",
    from_the_start!(),
    ", 0 FROM boards b WHERE b.id = $2 ON CONFLICT (user_id, board_id) DO NOTHING"
);
/// Remembers that a thread is read up to `$4`.
pub(super) const READ_THREAD: &str = "INSERT INTO thread_reads (user_id, thread_id, board_id, read_to) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, thread_id) DO UPDATE SET read_to = excluded.read_to";
/// Counts `$3` messages more that were read; if these were the last ones, the whole board is.
pub(super) const READ_ON: &str = concat!(
    "UPDATE board_reads \
     SET read_to = CASE WHEN n.unread > 0 THEN board_reads.read_to ELSE n.last_number END, \
         read_beyond = CASE WHEN n.unread > 0 THEN n.read_beyond ELSE 0 END \
     FROM (SELECT s.last_number, s.read_beyond, ",
    unread_of!(),
    " AS unread FROM (SELECT b.id, b.last_number, r.read_to, r.read_beyond + $3 AS read_beyond \
        FROM boards b JOIN board_reads r ON r.board_id = b.id WHERE r.user_id = $1 AND b.id = $2) s) n \
     WHERE board_reads.user_id = $1 AND board_reads.board_id = $2"
);
/// The author `$1` has read their own message, number `$4` of the board in thread `$3`, if they had read the one before
/// it, number `$5`.
pub(super) const OWN_POST: &str = "UPDATE board_reads \
     SET read_to = CASE WHEN read_to + read_beyond = $4 - 1 THEN $4 ELSE read_to END, \
         read_beyond = CASE WHEN read_to + read_beyond = $4 - 1 THEN 0 ELSE read_beyond + 1 END \
     WHERE user_id = $1 AND board_id = $2 AND (read_to >= $5 OR EXISTS \
       (SELECT 1 FROM thread_reads x WHERE x.user_id = $1 AND x.thread_id = $3 AND x.read_to >= $5)) \
     RETURNING read_to";
/// The board's number of a message in a thread.
pub(super) const BOARD_NUMBER: &str =
    "SELECT board_number FROM messages WHERE thread_id = $1 AND number = $2";

/// What waits for a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unread {
    /// Messages not read on the boards they may read.
    pub messages: i64,
    /// Pages not seen.
    pub pages: i64,
}

impl Messaging {
    /// How many messages of `who` are on the boards.
    pub async fn posts_by(&self, who: UserId) -> Result<i64, MessagingError> {
        let posts: Option<i64> =
            on_db!(self.store, db => sqlx::query_scalar(POSTS).bind(who).fetch_optional(db).await)?;
        Ok(posts.unwrap_or(0))
    }

    /// The reader has read `thread` up to message `number`. A pointer only goes forward and never past the last
    /// message; guests have none.
    pub async fn mark_read(
        &self,
        reader: &Reader,
        thread: ThreadId,
        number: i64,
    ) -> Result<(), MessagingError> {
        if reader.who.guest {
            return Ok(());
        }
        let (user, board) = (reader.who.id, reader.board.id);
        let mut tx = self.store.begin().await?;
        let read_to = held(&mut tx, &reader.who, board).await?;
        let step: Option<(i64, i64)> = in_tx!(tx, db => sqlx::query_as(STEP)
            .bind(user).bind(thread).bind(read_to).bind(number).bind(board).fetch_optional(db).await)?;
        let Some((to, step)) = step.filter(|(_, step)| *step > 0) else { return Ok(()) };
        in_tx!(tx, db => sqlx::query(READ_THREAD)
            .bind(user).bind(thread).bind(board).bind(to).execute(db).await.map(drop))?;
        in_tx!(tx, db => sqlx::query(READ_ON).bind(user).bind(board).bind(step).execute(db).await.map(drop))?;
        Ok(tx.commit().await?)
    }

    /// The number of the last message the reader has read in `thread`: 0 if none, and always for guests.
    pub async fn read_up_to(&self, reader: &Reader, thread: ThreadId) -> Result<i64, MessagingError> {
        if reader.who.guest {
            return Ok(0);
        }
        let read_to = board_read_to(&self.store, reader).await?;
        let number: Option<i64> = on_db!(self.store, db => sqlx::query_scalar(THREAD_READ_TO)
            .bind(reader.who.id).bind(thread).bind(read_to).fetch_optional(db).await)?;
        Ok(number.unwrap_or(0))
    }

    /// What waits for `who`; nothing ever waits for a guest.
    pub async fn unread(&self, who: &Caller) -> Result<Unread, MessagingError> {
        if who.guest {
            return Ok(Unread::default());
        }
        let list = self.board_list().await?;
        let facts = self.facts(who, list.asks_records()).await?;
        let messages: i64 = on_db!(self.store, db => sqlx::query_scalar(UNREAD_MESSAGES)
            .bind(who.id).bind(list.readable(&facts)).bind(who.created).fetch_one(db).await)?;
        let pages: i64 = on_db!(self.store, db => sqlx::query_scalar(UNREAD_PAGES)
            .bind(who.id).fetch_one(db).await)?;
        Ok(Unread { messages: messages.max(0), pages })
    }
}

/// Up to which number `reader` has read their board; 0 for a guest.
pub(super) async fn board_read_to(store: &Store, reader: &Reader) -> Result<i64, DbError> {
    if reader.who.guest {
        return Ok(0);
    }
    let read_to: Option<i64> = on_db!(store, db => sqlx::query_scalar(BOARD_READ_TO)
        .bind(reader.who.id).bind(reader.board.id).bind(reader.who.created).fetch_optional(db).await)?;
    Ok(read_to.unwrap_or(0))
}

/// Up to which number `who` has read `board`. Other calls of theirs wait until the transaction ends, so each step is
/// counted once.
pub(super) async fn held(tx: &mut Tx, who: &Caller, board: BoardId) -> Result<i64, DbError> {
    let sql = holding!(tx, "SELECT read_to FROM board_reads WHERE user_id = $1 AND board_id = $2");
    for _ in 0..2 {
        let read_to: Option<i64> =
            in_tx!(tx, db => sqlx::query_scalar(sql).bind(who.id).bind(board).fetch_optional(db).await)?;
        if let Some(read_to) = read_to {
            return Ok(read_to);
        }
        in_tx!(tx, db => sqlx::query(BEGIN)
            .bind(who.id).bind(board).bind(who.created).execute(db).await.map(drop))?;
    }
    // The board is gone.
    Ok(0)
}

/// The author has read message `number` of `thread`, which they have just written, if they had read the one before.
pub(super) async fn own_post(
    tx: &mut Tx,
    poster: &Poster,
    thread: ThreadId,
    number: i64,
    board_number: i64,
) -> Result<(), DbError> {
    let (user, board) = (poster.who.id, poster.board.id);
    held(tx, &poster.who, board).await?;
    let before: Option<i64> = in_tx!(tx, db => sqlx::query_scalar(BOARD_NUMBER)
        .bind(thread).bind(number - 1).fetch_optional(db).await)?;
    let read_to: Option<i64> = in_tx!(tx, db => sqlx::query_scalar(OWN_POST)
        .bind(user).bind(board).bind(thread).bind(board_number).bind(before.unwrap_or(0))
        .fetch_optional(db).await)?;
    if read_to.is_some_and(|read_to| read_to < board_number) {
        in_tx!(tx, db => sqlx::query(READ_THREAD)
            .bind(user).bind(thread).bind(board).bind(board_number).execute(db).await.map(drop))?;
    }
    Ok(())
}
