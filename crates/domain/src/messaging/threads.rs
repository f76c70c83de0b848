//! Reading: the threads of a board, newest activity first, and the messages of a thread.

use super::reads::board_read_to;
use super::{Messaging, MessagingError, Reader};
use crate::db::on_db;
use crate::{BoardId, Handle, MessageId, ThreadId, UserId};
use chrono::{DateTime, Utc};

/// The most threads or messages given at once: more than any screen has rows.
const AT_ONCE: i64 = 200;

/// Up to which number of the board reader `$1` has read thread `t`, if it is `$3` for the board. Looked up thread by
/// thread: Postgres would otherwise join, and sort what it joined.
macro_rules! read_to {
    () => {
        "COALESCE((SELECT x.read_to FROM thread_reads x \
                   WHERE x.user_id = $1 AND x.thread_id = t.id AND x.read_to > $3), $3)"
    };
}

/// A thread for such a reader.
macro_rules! summary {
    () => {
        concat!(
            "SELECT t.id, t.subject, t.author_handle, t.message_count, t.last_at, t.last_board_number, \
             CASE WHEN t.last_board_number <= ",
            read_to!(),
            " THEN 0 ELSE t.last_number - COALESCE((SELECT m.number FROM messages m \
                WHERE m.thread_id = t.id AND m.board_number <= ",
            read_to!(),
            " ORDER BY m.board_number DESC LIMIT 1), 0) - (SELECT COUNT(*) FROM messages d \
                WHERE d.deleted AND d.thread_id = t.id AND d.board_number > ",
            read_to!(),
            ") END AS unread FROM threads t"
        )
    };
}

/// The threads of a board that have not been deleted to the last message, newest activity first.
pub(super) const LIST: &str = concat!(
    summary!(),
    " WHERE t.board_id = $2 AND t.last_board_number < $4 AND t.message_count > 0 \
     ORDER BY t.last_board_number DESC LIMIT $5"
);
/// The threads of a board with something unread in them, oldest activity first. The `OFFSET` keeps Postgres from joining
/// all threads with all messages first.
pub(super) const UNREAD: &str = concat!(
    summary!(),
    " WHERE t.board_id = $2 AND t.last_board_number > $4 AND t.last_board_number > ",
    read_to!(),
    " AND EXISTS (SELECT 1 FROM messages u WHERE u.thread_id = t.id AND NOT u.deleted AND u.board_number > ",
    read_to!(),
    " LIMIT 1 OFFSET 0) ORDER BY t.last_board_number LIMIT $5"
);
/// Messages of one thread.
pub(super) const THREAD: &str = "SELECT m.id, m.thread_id AS thread, m.board_id AS board, m.number, m.author_id, \
     m.author_handle AS author, t.subject, m.body, m.posted_at, m.reply_to \
     FROM messages m JOIN threads t ON t.id = m.thread_id \
     WHERE m.thread_id = $1 AND t.board_id = $2 AND m.number > $3 AND NOT m.deleted \
     ORDER BY m.number LIMIT $4";

/// The newest messages of a board.
pub(super) const NEWEST: &str = "SELECT m.id, m.thread_id AS thread, m.board_id AS board, m.number, m.author_id, \
     m.author_handle AS author, t.subject, m.body, m.posted_at, m.reply_to \
     FROM messages m JOIN threads t ON t.id = m.thread_id \
     WHERE m.board_id = $1 AND NOT m.deleted ORDER BY m.posted_at DESC, m.board_number DESC LIMIT $2";

/// The number of the message before one in its thread.
pub(super) const BEFORE: &str = "SELECT m.number FROM messages m JOIN threads t ON t.id = m.thread_id \
     WHERE m.thread_id = $1 AND t.board_id = $2 AND m.number < $3 AND NOT m.deleted \
     ORDER BY m.number DESC LIMIT 1";

/// A place in the list of threads: after the thread it came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadMark(i64);

/// A thread in the list of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadSummary {
    /// The thread.
    pub thread: ThreadId,
    /// Its subject.
    pub subject: String,
    /// Who began it.
    pub author: Handle,
    /// Messages after the first.
    pub replies: i64,
    /// Messages the reader has not read; none for a guest.
    pub unread: i64,
    /// When somebody last posted in it.
    pub last_at: DateTime<Utc>,
    /// Where the list goes on after this thread.
    pub mark: ThreadMark,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its thread.
    pub thread: ThreadId,
    /// Its board.
    pub board: BoardId,
    /// Its place in the thread, from 1.
    pub number: i64,
    /// Who wrote it.
    pub author_id: UserId,
    /// The author's handle when it was written.
    pub author: Handle,
    /// The thread's subject.
    pub subject: String,
    /// What it says; lines end in LF.
    pub body: String,
    /// When.
    pub posted_at: DateTime<Utc>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ThreadId,
    subject: String,
    author_handle: Handle,
    message_count: i64,
    last_at: DateTime<Utc>,
    last_board_number: i64,
    unread: i64,
}

impl Row {
    fn summary(self, reader: &Reader) -> ThreadSummary {
        ThreadSummary {
            thread: self.id,
            subject: self.subject,
            author: self.author_handle,
            replies: self.message_count - 1,
            unread: if reader.who.guest { 0 } else { self.unread },
            last_at: self.last_at,
            mark: ThreadMark(self.last_board_number),
        }
    }
}

impl Messaging {
    /// Up to `limit` threads, newest activity first, from the top or after a mark.
    pub async fn threads(
        &self,
        reader: &Reader,
        before: Option<ThreadMark>,
        limit: i64,
    ) -> Result<Vec<ThreadSummary>, MessagingError> {
        let read_to = board_read_to(&self.store, reader).await?;
        let rows: Vec<Row> = on_db!(self.store, db => sqlx::query_as(LIST)
            .bind(reader.who.id).bind(reader.board.id).bind(read_to).bind(before.map_or(i64::MAX, |mark| mark.0))
            .bind(limit.clamp(1, AT_ONCE)).fetch_all(db).await)?;
        Ok(rows.into_iter().map(|row| row.summary(reader)).collect())
    }

    /// Up to `limit` threads in which the reader has not read everything, oldest activity first, from the start or
    /// after a mark. A guest has none.
    pub async fn unread_threads(
        &self,
        reader: &Reader,
        after: Option<ThreadMark>,
        limit: i64,
    ) -> Result<Vec<ThreadSummary>, MessagingError> {
        if reader.who.guest {
            return Ok(Vec::new());
        }
        // What was read long ago is not gone through again and again.
        let read_to = board_read_to(&self.store, reader).await?;
        let rows: Vec<Row> = on_db!(self.store, db => sqlx::query_as(UNREAD)
            .bind(reader.who.id).bind(reader.board.id).bind(read_to)
            .bind(after.map_or(read_to, |mark| mark.0.max(read_to)))
            .bind(limit.clamp(1, AT_ONCE)).fetch_all(db).await)?;
        Ok(rows.into_iter().map(|row| row.summary(reader)).collect())
    }

    /// Up to `limit` messages of a thread in order, those after `after_number`; 0 begins at the first.
    pub async fn thread(
        &self,
        reader: &Reader,
        thread: ThreadId,
        after_number: i64,
        limit: i64,
    ) -> Result<Vec<Message>, MessagingError> {
        let messages: Vec<Message> = on_db!(self.store, db => sqlx::query_as(THREAD)
            .bind(thread).bind(reader.board.id).bind(after_number).bind(limit.clamp(1, AT_ONCE))
            .fetch_all(db).await)?;
        if messages.is_empty() && after_number < 1 {
            return Err(MessagingError::NotFound("thread"));
        }
        Ok(messages)
    }

    /// The newest `limit` messages of a board, oldest of them first.
    pub async fn newest(&self, reader: &Reader, limit: i64) -> Result<Vec<Message>, MessagingError> {
        let mut messages: Vec<Message> = on_db!(self.store, db => sqlx::query_as(NEWEST)
            .bind(reader.board.id).bind(limit.clamp(1, AT_ONCE)).fetch_all(db).await)?;
        messages.reverse();
        Ok(messages)
    }

    /// The number of the message before `number` in a thread. What is deleted is passed over.
    pub async fn number_before(
        &self,
        reader: &Reader,
        thread: ThreadId,
        number: i64,
    ) -> Result<Option<i64>, MessagingError> {
        Ok(on_db!(self.store, db => sqlx::query_scalar(BEFORE)
            .bind(thread).bind(reader.board.id).bind(number).fetch_optional(db).await)?)
    }
}
