//! Catching up: a whole board is marked as read at once, slice by slice, and can be taken back.
//!
//! A board may have any number of threads, and one transaction over all of them would keep every writer waiting. So the
//! threads are gone through newest first, a slice at a time, until the board's sum says that nothing is left: what it
//! costs follows what is unread. Each slice moves its pointers and the sum together, so both agree whenever it ends.

use super::reads::add_to_board;
use super::threads::ThreadMark;
use super::{Messaging, MessagingError, Reader};
use crate::db::{DbError, Tx, in_tx, on_db};
use crate::{BoardId, ThreadId, UserId};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::{HashMap, HashSet};

/// A slice of the threads of a board, newest activity first, and how much of each is unread. The limit is a number: see
/// [`crate::db::prune`].
pub(super) const SLICE: &str = "SELECT t.id AS thread, t.last_at, \
     t.message_count - COALESCE(r.read_number, 0) AS unread \
     FROM threads t LEFT JOIN thread_reads r ON r.thread_id = t.id AND r.user_id = $1 \
     WHERE t.board_id = $2 AND (t.last_at, t.id) < ($3, $4) \
     ORDER BY t.last_at DESC, t.id DESC LIMIT 1000";
/// What one reader has not read of one board.
pub(super) const UNREAD_ON_BOARD: &str = "SELECT b.message_count - COALESCE(r.messages_read, 0) \
     FROM boards b LEFT JOIN board_reads r ON r.board_id = b.id AND r.user_id = $1 WHERE b.id = $2";
/// Moves the pointers of one reader in one slice to the end of their threads; tells what moved.
const CATCH_UP: &str = "INSERT INTO thread_reads (user_id, thread_id, read_number, was_read) \
     SELECT $1, t.id, t.message_count, 0 FROM threads t \
     LEFT JOIN thread_reads r ON r.thread_id = t.id AND r.user_id = $1 \
     WHERE t.board_id = $2 AND (t.last_at, t.id) < ($3, $4) AND (t.last_at, t.id) >= ($5, $6) \
         AND t.message_count > COALESCE(r.read_number, 0) ORDER BY t.id \
     ON CONFLICT (user_id, thread_id) DO UPDATE \
     SET was_read = thread_reads.read_number, read_number = excluded.read_number \
     WHERE thread_reads.read_number < excluded.read_number RETURNING thread_id, was_read, read_number";
/// How often a board is gone through, for what others post meanwhile.
const ROUNDS: usize = 5;
/// Pointers put back by one statement.
const PUT_BACK: usize = 1000;
/// Pointers remembered for taking back: some 120 KB for as long as the caller looks at the board.
const REMEMBERED: usize = 5000;

/// A thread of a slice.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    thread: ThreadId,
    last_at: DateTime<Utc>,
    unread: i64,
}

impl Row {
    fn mark(&self) -> ThreadMark {
        ThreadMark { last_at: self.last_at, thread: self.thread }
    }
}

/// A pointer that was moved: from where to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
struct Moved {
    thread_id: ThreadId,
    was_read: i64,
    read_number: i64,
}

impl Moved {
    fn messages(&self) -> i64 {
        self.read_number - self.was_read
    }
}

/// What catching up on a board did, so that it can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtUp {
    messages: i64,
    /// None if there were too many to remember.
    moved: Option<Vec<Moved>>,
}

impl CaughtUp {
    /// Messages that were marked as read.
    pub fn messages(&self) -> i64 {
        self.messages
    }

    /// Whether it can be taken back: not when it went over more threads than are remembered.
    pub fn can_be_taken_back(&self) -> bool {
        self.moved.is_some()
    }
}

/// Puts each thread down once. What the reader read on between two rounds stays read.
fn remember(moved: &mut HashMap<ThreadId, Moved>, done: Vec<Moved>) {
    for mut later in done {
        if let Some(earlier) = moved.get(&later.thread_id)
            && earlier.read_number == later.was_read
        {
            later.was_read = earlier.was_read;
        }
        moved.insert(later.thread_id, later);
    }
}

impl Messaging {
    /// The reader has read all of the board. Guests have no pointers. When it fails midway, or is dropped, what was done
    /// until then stays done. Forbidden when the board was closed to the reader meanwhile.
    pub async fn catch_up(&self, reader: &Reader) -> Result<CaughtUp, MessagingError> {
        let (mut messages, mut moved) = (0, Some(HashMap::new()));
        if !reader.who.guest {
            // Whoever posts meanwhile moves a thread up, to what was gone through already: hence more than one round.
            for _ in 0..ROUNDS {
                match self.catch_up_round(reader, &mut moved).await? {
                    0 => break,
                    more => messages += more,
                }
            }
        }
        Ok(CaughtUp { messages, moved: moved.map(|moved| moved.into_values().collect()) })
    }

    /// Goes through the board once, or as far as anything is unread; tells how many messages were marked as read.
    async fn catch_up_round(
        &self,
        reader: &Reader,
        moved: &mut Option<HashMap<ThreadId, Moved>>,
    ) -> Result<i64, MessagingError> {
        let (mut from, mut messages) = (ThreadMark::TOP, 0);
        while self.unread_on(reader).await? > 0 {
            let slice = self.slice(reader, from).await?;
            let Some(to) = slice.last().map(Row::mark) else { break };
            // Slices that are all read keep nobody from writing.
            if slice.iter().any(|row| row.unread > 0) {
                let done = self.catch_up_slice(reader, from, to).await?;
                messages += done.iter().map(Moved::messages).sum::<i64>();
                if moved.as_ref().is_some_and(|moved| moved.len() + done.len() > REMEMBERED) {
                    *moved = None;
                }
                if let Some(moved) = moved {
                    remember(moved, done);
                }
            }
            from = to;
        }
        Ok(messages)
    }

    async fn catch_up_slice(
        &self,
        reader: &Reader,
        from: ThreadMark,
        to: ThreadMark,
    ) -> Result<Vec<Moved>, MessagingError> {
        let mut tx = self.store.begin().await?;
        let reader = &reader.renewed(&mut tx).await?;
        let moved: Vec<Moved> = in_tx!(tx, db => sqlx::query_as(CATCH_UP)
            .bind(reader.who.id).bind(reader.board.id).bind(from.last_at).bind(from.thread)
            .bind(to.last_at).bind(to.thread).fetch_all(db).await)?;
        if !moved.is_empty() {
            let messages = moved.iter().map(Moved::messages).sum();
            add_to_board(&mut tx, reader.who.id, reader.board.id, messages).await?;
            tx.commit().await?;
        }
        Ok(moved)
    }

    /// Right before the thread with the oldest activity that the reader has not read to its end.
    pub(super) async fn before_oldest_unread(&self, reader: &Reader) -> Result<ThreadMark, MessagingError> {
        let (mut from, mut oldest) = (ThreadMark::TOP, ThreadMark::TOP);
        let mut left = self.unread_on(reader).await?;
        while left > 0 {
            let slice = self.slice(reader, from).await?;
            let Some(last) = slice.last() else { break };
            from = last.mark();
            for row in slice.iter().filter(|row| row.unread > 0) {
                left -= row.unread;
                oldest = ThreadMark { last_at: row.last_at, thread: ThreadId(row.thread.0 - 1) };
            }
        }
        Ok(oldest)
    }

    async fn slice(&self, reader: &Reader, from: ThreadMark) -> Result<Vec<Row>, MessagingError> {
        Ok(on_db!(self.store, db => sqlx::query_as(SLICE)
            .bind(reader.who.id).bind(reader.board.id).bind(from.last_at).bind(from.thread)
            .fetch_all(db).await)?)
    }

    async fn unread_on(&self, reader: &Reader) -> Result<i64, MessagingError> {
        let unread: Option<i64> = on_db!(self.store, db => sqlx::query_scalar(UNREAD_ON_BOARD)
            .bind(reader.who.id).bind(reader.board.id).fetch_optional(db).await)?;
        Ok(unread.unwrap_or(0))
    }

    /// Puts the pointers back to where they were before [`Messaging::catch_up`] on the same board. What was read on
    /// since then stays read. Tells how many messages are new again: none if there were too many pointers to remember.
    pub async fn take_back(&self, reader: &Reader, caught_up: &CaughtUp) -> Result<i64, MessagingError> {
        let mut tx = self.store.begin().await?;
        let mut messages = 0;
        for moved in caught_up.moved.iter().flat_map(|moved| moved.chunks(PUT_BACK)) {
            messages += put_back(&mut tx, reader.who.id, moved).await?;
        }
        if messages > 0 {
            take_from_board(&mut tx, reader.who.id, reader.board.id, messages).await?;
            tx.commit().await?;
        }
        Ok(messages)
    }
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
    for (moved, act) in [
        (
            begun,
            "UPDATE thread_reads SET was_read = 0, \
               read_number = (SELECT was FROM moved WHERE thread = thread_reads.thread_id)",
        ),
        (new, "DELETE FROM thread_reads"),
    ] {
        if moved.is_empty() {
            continue;
        }
        let sql = format!(
            "WITH moved (thread, was, is_now) AS (VALUES {}) {act} \
             WHERE user_id = $1 AND (thread_id, read_number) IN (SELECT thread, is_now FROM moved) \
             RETURNING thread_id",
            rows(&moved)
        );
        let done: Vec<ThreadId> = in_tx!(tx, db => sqlx::query_scalar(AssertSqlSafe(sql.clone()))
            .persistent(false).bind(user).fetch_all(db).await)?;
        back.extend(done);
    }
    let back: HashSet<ThreadId> = back.into_iter().collect();
    let kept = moved.iter().filter(|moved| back.contains(&moved.thread_id));
    Ok(kept.map(Moved::messages).sum())
}
