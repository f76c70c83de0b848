//! Reading: the threads of a board, newest activity first, and the messages of a thread.

use super::{Messaging, MessagingError, Reader};
use crate::db::on_db;
use crate::{BoardId, Handle, MessageId, ThreadId, UserId};
use chrono::{DateTime, Utc};

/// The most threads or messages given at once: more than any screen has rows.
const AT_ONCE: i64 = 200;

/// The threads of a board, with how far the reader has read each.
pub(super) const LIST: &str = "SELECT t.id, t.subject, t.author_handle, t.message_count, t.last_at, \
     COALESCE(r.read_number, 0) AS read_number \
     FROM threads t LEFT JOIN thread_reads r ON r.thread_id = t.id AND r.user_id = $1 \
     WHERE t.board_id = $2 AND (t.last_at, t.id) < ($3, $4) \
     ORDER BY t.last_at DESC, t.id DESC LIMIT $5";
/// The threads of a board with something unread in them, oldest activity first.
pub(super) const UNREAD: &str = "SELECT t.id, t.subject, t.author_handle, t.message_count, t.last_at, \
     COALESCE(r.read_number, 0) AS read_number \
     FROM threads t LEFT JOIN thread_reads r ON r.thread_id = t.id AND r.user_id = $1 \
     WHERE t.board_id = $2 AND (t.last_at, t.id) > ($3, $4) AND t.message_count > COALESCE(r.read_number, 0) \
     ORDER BY t.last_at, t.id LIMIT $5";
/// Messages of one thread.
pub(super) const THREAD: &str = "SELECT m.id, m.thread_id AS thread, m.board_id AS board, m.number, m.author_id, \
     m.author_handle AS author, t.subject, m.body, m.posted_at, m.reply_to \
     FROM messages m JOIN threads t ON t.id = m.thread_id \
     WHERE m.thread_id = $1 AND t.board_id = $2 AND m.number > $3 ORDER BY m.number LIMIT $4";

/// A place in the list of threads: after the thread it came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadMark {
    pub(super) last_at: DateTime<Utc>,
    pub(super) thread: ThreadId,
}

impl ThreadMark {
    /// Before every thread there can be. A year of four digits sorts rightly as text, too.
    pub(super) const TOP: ThreadMark = ThreadMark {
        last_at: match DateTime::from_timestamp(253_402_300_799, 0) {
            Some(end_of_9999) => end_of_9999,
            None => DateTime::<Utc>::MAX_UTC,
        },
        thread: ThreadId(i64::MAX),
    };
}

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
    read_number: i64,
}

impl Row {
    fn summary(self, reader: &Reader) -> ThreadSummary {
        ThreadSummary {
            thread: self.id,
            subject: self.subject,
            author: self.author_handle,
            replies: self.message_count - 1,
            unread: if reader.who.guest { 0 } else { (self.message_count - self.read_number).max(0) },
            last_at: self.last_at,
            mark: ThreadMark { last_at: self.last_at, thread: self.id },
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
        let mark = before.unwrap_or(ThreadMark::TOP);
        let rows: Vec<Row> = on_db!(self.store, db => sqlx::query_as(LIST)
            .bind(reader.who.id).bind(reader.board.id).bind(mark.last_at).bind(mark.thread)
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
        let mark = match after {
            Some(mark) => mark,
            // What was read long ago is not gone through again and again.
            None => self.before_oldest_unread(reader).await?,
        };
        let rows: Vec<Row> = on_db!(self.store, db => sqlx::query_as(UNREAD)
            .bind(reader.who.id).bind(reader.board.id).bind(mark.last_at).bind(mark.thread)
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
}
