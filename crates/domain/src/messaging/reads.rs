//! Read pointers: how far each caller has read each thread, and the sum of it for each board.
//!
//! A board's unread messages are its message count less that sum, so a list of boards costs one row a board.

use super::board::reading_level;
use super::{Messaging, MessagingError, Poster, Reader};
use crate::db::{DbError, Tx, in_tx, on_db};
use crate::{BoardId, Caller, ThreadId, UserId};

/// Messages on the boards one may read less those read.
pub(super) const UNREAD_MESSAGES: &str = "SELECT CAST(COALESCE(SUM(b.message_count - COALESCE(r.messages_read, 0)), 0) AS BIGINT) \
     FROM boards b LEFT JOIN board_reads r ON r.board_id = b.id AND r.user_id = $1 \
     WHERE b.read_level <= $2";
/// Pages not seen.
pub(super) const UNREAD_PAGES: &str = "SELECT COUNT(*) FROM pages WHERE to_id = $1 AND seen_at IS NULL";
/// Messages of one author. Callers post with keys, so the index that keeps those apart also counts them.
pub(super) const POSTS: &str = "SELECT COUNT(*) FROM messages WHERE author_id = $1 AND post_key IS NOT NULL";

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

/// Adds to the sum of what `user` has read on `board`.
pub(super) async fn add_to_board(
    tx: &mut Tx,
    user: UserId,
    board: BoardId,
    step: i64,
) -> Result<(), DbError> {
    in_tx!(tx, db => sqlx::query(
        "INSERT INTO board_reads (user_id, board_id, messages_read) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id, board_id) DO UPDATE \
         SET messages_read = board_reads.messages_read + excluded.messages_read")
        .bind(user).bind(board).bind(step).execute(db).await.map(drop))
}
