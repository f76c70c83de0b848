//! Read pointers: how far each caller has read each thread, and the sum of it for each board.
//!
//! A board's unread messages are its message count less that sum, so a list of boards costs one row a board.

use super::board::reading_level;
use super::{Messaging, MessagingError, Poster, Reader};
use crate::db::{DbError, Tx, in_tx, on_db};
use crate::{BoardId, Caller, ThreadId, UserId};
use sqlx::AssertSqlSafe;
use std::collections::HashSet;

/// Messages on the boards one may read less those read.
pub(super) const UNREAD_MESSAGES: &str = "SELECT CAST(COALESCE(SUM(b.message_count - COALESCE(r.messages_read, 0)), 0) AS BIGINT) \
     FROM boards b LEFT JOIN board_reads r ON r.board_id = b.id AND r.user_id = $1 \
     WHERE b.read_level <= $2";
/// Pages not seen.
pub(super) const UNREAD_PAGES: &str = "SELECT COUNT(*) FROM pages WHERE to_id = $1 AND seen_at IS NULL";
/// Messages of one author. Callers post with keys, so the index that keeps those apart also counts them.
pub(super) const POSTS: &str = "SELECT COUNT(*) FROM messages WHERE author_id = $1 AND post_key IS NOT NULL";

/// Moves every pointer of one reader on one board to the end of its thread; tells what moved.
const CATCH_UP: &str = "INSERT INTO thread_reads (user_id, thread_id, read_number, was_read) \
     SELECT $1, t.id, t.message_count, 0 FROM threads t \
     LEFT JOIN thread_reads r ON r.thread_id = t.id AND r.user_id = $1 \
     WHERE t.board_id = $2 AND t.message_count > COALESCE(r.read_number, 0) ORDER BY t.id \
     ON CONFLICT (user_id, thread_id) DO UPDATE \
     SET was_read = thread_reads.read_number, read_number = excluded.read_number \
     WHERE thread_reads.read_number < excluded.read_number RETURNING thread_id, was_read, read_number";
/// Pointers put back by one statement.
const PUT_BACK: usize = 1000;

/// A pointer that was moved: from where to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
struct Moved {
    thread_id: ThreadId,
    was_read: i64,
    read_number: i64,
}

/// What catching up on a board did, so that it can be taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaughtUp {
    moved: Vec<Moved>,
}

impl CaughtUp {
    /// Messages that were marked as read.
    pub fn messages(&self) -> i64 {
        self.moved.iter().map(|moved| moved.read_number - moved.was_read).sum()
    }
}

/// What waits for a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unread {
    /// Messages not read on the boards they may read.
    pub messages: i64,
    /// Pages not seen.
    pub pages: i64,
}

impl Messaging {
    /// How many messages `who` has posted as a caller.
    pub async fn posts_by(&self, who: UserId) -> Result<i64, MessagingError> {
        Ok(on_db!(self.store, db => sqlx::query_scalar(POSTS).bind(who).fetch_one(db).await)?)
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
        let mut tx = self.store.begin().await?;
        // The pointer's row makes two calls of one caller wait for each other, so each step is counted once.
        let step: Option<i64> = in_tx!(tx, db => sqlx::query_scalar(
            "INSERT INTO thread_reads (user_id, thread_id, read_number, was_read) \
             SELECT $1, id, CASE WHEN message_count < $4 THEN message_count ELSE $4 END, 0 FROM threads \
             WHERE id = $2 AND board_id = $3 AND $4 > 0 \
             ON CONFLICT (user_id, thread_id) DO UPDATE \
             SET was_read = thread_reads.read_number, read_number = excluded.read_number \
             WHERE thread_reads.read_number < excluded.read_number RETURNING read_number - was_read")
            .bind(reader.who.id).bind(thread).bind(reader.board.id).bind(number).fetch_optional(db).await)?;
        if let Some(step) = step {
            add_to_board(&mut tx, reader.who.id, reader.board.id, step).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The number of the last message the reader has read in `thread`: 0 if none, and always for guests.
    pub async fn read_up_to(&self, reader: &Reader, thread: ThreadId) -> Result<i64, MessagingError> {
        if reader.who.guest {
            return Ok(0);
        }
        let number: Option<i64> = on_db!(self.store, db => sqlx::query_scalar(
            "SELECT read_number FROM thread_reads WHERE user_id = $1 AND thread_id = $2")
            .bind(reader.who.id).bind(thread).fetch_optional(db).await)?;
        Ok(number.unwrap_or(0))
    }

    /// The reader has read all of the board. Guests have no pointers. Forbidden when the board was closed to the reader
    /// meanwhile.
    pub async fn catch_up(&self, reader: &Reader) -> Result<CaughtUp, MessagingError> {
        if reader.who.guest {
            return Ok(CaughtUp::default());
        }
        let mut tx = self.store.begin().await?;
        let reader = &reader.renewed(&mut tx).await?;
        let moved: Vec<Moved> = in_tx!(tx, db => sqlx::query_as(CATCH_UP)
            .bind(reader.who.id).bind(reader.board.id).fetch_all(db).await)?;
        let caught_up = CaughtUp { moved };
        if !caught_up.moved.is_empty() {
            add_to_board(&mut tx, reader.who.id, reader.board.id, caught_up.messages()).await?;
            tx.commit().await?;
        }
        Ok(caught_up)
    }

    /// Puts the pointers back to where they were before [`Messaging::catch_up`] on the same board. What was read on
    /// since then stays read. Tells how many messages are new again.
    pub async fn take_back(&self, reader: &Reader, caught_up: &CaughtUp) -> Result<i64, MessagingError> {
        let mut tx = self.store.begin().await?;
        let mut messages = 0;
        for moved in caught_up.moved.chunks(PUT_BACK) {
            messages += put_back(&mut tx, reader.who.id, moved).await?;
        }
        if messages > 0 {
            take_from_board(&mut tx, reader.who.id, reader.board.id, messages).await?;
            tx.commit().await?;
        }
        Ok(messages)
    }

    /// What waits for `who`; nothing ever waits for a guest.
    pub async fn unread(&self, who: &Caller) -> Result<Unread, MessagingError> {
        if who.guest {
            return Ok(Unread::default());
        }
        let messages: i64 = on_db!(self.store, db => sqlx::query_scalar(UNREAD_MESSAGES)
            .bind(who.id).bind(reading_level(who)).fetch_one(db).await)?;
        let pages: i64 = on_db!(self.store, db => sqlx::query_scalar(UNREAD_PAGES)
            .bind(who.id).fetch_one(db).await)?;
        Ok(Unread { messages: messages.max(0), pages })
    }
}

/// Moves the author's pointer over their own message, if it stood right before it.
pub(super) async fn own_post(
    tx: &mut Tx,
    poster: &Poster,
    thread: ThreadId,
    number: i64,
) -> Result<(), DbError> {
    let user = poster.who.id;
    let moved = if number == 1 {
        in_tx!(tx, db => sqlx::query(
            "INSERT INTO thread_reads (user_id, thread_id, read_number, was_read) VALUES ($1, $2, 1, 0)")
            .bind(user).bind(thread).execute(db).await.map(|done| done.rows_affected()))?
    } else {
        in_tx!(tx, db => sqlx::query(
            "UPDATE thread_reads SET was_read = read_number, read_number = $3 \
             WHERE user_id = $1 AND thread_id = $2 AND read_number = $3 - 1")
            .bind(user).bind(thread).bind(number).execute(db).await.map(|done| done.rows_affected()))?
    };
    if moved == 0 {
        return Ok(());
    }
    add_to_board(tx, user, poster.board.id, 1).await
}

async fn add_to_board(tx: &mut Tx, user: UserId, board: BoardId, step: i64) -> Result<(), DbError> {
    in_tx!(tx, db => sqlx::query(
        "INSERT INTO board_reads (user_id, board_id, messages_read) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id, board_id) DO UPDATE \
         SET messages_read = board_reads.messages_read + excluded.messages_read")
        .bind(user).bind(board).bind(step).execute(db).await.map(drop))
}

async fn take_from_board(tx: &mut Tx, user: UserId, board: BoardId, step: i64) -> Result<(), DbError> {
    in_tx!(tx, db => sqlx::query(
        "UPDATE board_reads SET messages_read = messages_read - $3 WHERE user_id = $1 AND board_id = $2")
        .bind(user).bind(board).bind(step).execute(db).await.map(drop))
}

/// Puts pointers back that stand where they were moved to; tells over how many messages.
async fn put_back(tx: &mut Tx, user: UserId, moved: &[Moved]) -> Result<i64, DbError> {
    // Numbers of our own, written out: neither database takes a list of rows as one value in the same words.
    let rows = |moved: &[&Moved]| -> String {
        let row = |m: &&Moved| format!("({}, {}, {})", m.thread_id, m.was_read, m.read_number);
        moved.iter().map(row).collect::<Vec<_>>().join(", ")
    };
    let (begun, new): (Vec<&Moved>, Vec<&Moved>) = moved.iter().partition(|moved| moved.was_read > 0);
    let mut back: Vec<ThreadId> = Vec::new();
    if !begun.is_empty() {
        let sql = format!(
            "WITH moved (thread, was, is_now) AS (VALUES {}) \
             UPDATE thread_reads SET was_read = 0, \
               read_number = (SELECT was FROM moved WHERE thread = thread_reads.thread_id) \
             WHERE user_id = $1 AND (thread_id, read_number) IN (SELECT thread, is_now FROM moved) \
             RETURNING thread_id",
            rows(&begun)
        );
        let done: Vec<ThreadId> = in_tx!(tx, db => sqlx::query_scalar(AssertSqlSafe(sql.clone()))
            .persistent(false).bind(user).fetch_all(db).await)?;
        back.extend(done);
    }
    if !new.is_empty() {
        let sql = format!(
            "WITH moved (thread, was, is_now) AS (VALUES {}) DELETE FROM thread_reads \
             WHERE user_id = $1 AND (thread_id, read_number) IN (SELECT thread, is_now FROM moved) \
             RETURNING thread_id",
            rows(&new)
        );
        let done: Vec<ThreadId> = in_tx!(tx, db => sqlx::query_scalar(AssertSqlSafe(sql.clone()))
            .persistent(false).bind(user).fetch_all(db).await)?;
        back.extend(done);
    }
    let back: HashSet<ThreadId> = back.into_iter().collect();
    let kept = moved.iter().filter(|moved| back.contains(&moved.thread_id));
    Ok(kept.map(|moved| moved.read_number - moved.was_read).sum())
}
