//! Posting: one transaction that numbers the message, moves the counts and tells of it.

use super::draft::{Clean, Draft, Placed, Start};
use super::{Message, Messaging, MessagingError, Poster, drafts, one_statement, reads};
use crate::db::{DbError, Link, Tx, in_tx, now, on_db};
use crate::flood::{Turn, counted};
use crate::{Caller, EventBody, MessageId, ThreadId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Placement {
    id: ThreadId,
    message_count: i64,
    subject: String,
}

impl Messaging {
    /// Posts. The author has read what they wrote if they had read the thread up to it.
    ///
    /// Invalid when subject or body is empty or too long, NotFound when the message to answer is not on this
    /// board, Forbidden when the board was closed to the author meanwhile, Conflict when the draft's key was used for
    /// another one, TooMany when the author has posted as often as one may in a minute.
    pub async fn post(&self, poster: &Poster, draft: Draft) -> Result<Message, MessagingError> {
        let clean = Clean::new(&draft)?;
        let turn = self.turn_to_post(&poster.who)?;
        let mut tx = self.store.begin().await?;
        let poster = &poster.renewed(&mut tx).await?;
        match write(&mut tx, poster, clean).await? {
            Some(message) => {
                tx.commit().await?;
                turn.used();
                Ok(message)
            }
            None => {
                drop(tx);
                self.posted_before(poster, &draft).await
            }
        }
    }

    fn turn_to_post(&self, who: &Caller) -> Result<Turn, MessagingError> {
        if who.sysop {
            return Ok(Turn::free());
        }
        self.posts.take(who.id).ok_or_else(|| {
            MessagingError::TooMany(format!(
                "You've posted {} in a minute. Try again in a moment; what you wrote is kept.",
                counted(self.posts.most(), "message", "messages")
            ))
        })
    }

    /// The message that `poster` has posted on their board under this key, if there is one: for those who do not know
    /// how a post ended.
    pub async fn posted(&self, poster: &Poster, key: Uuid) -> Result<Option<Message>, MessagingError> {
        Ok(on_db!(self.store, db => sqlx::query_as(
            "SELECT m.id, m.thread_id AS thread, m.board_id AS board, m.number, m.author_id, \
                    m.author_handle AS author, t.subject, m.body, m.posted_at, m.reply_to \
             FROM messages m JOIN threads t ON t.id = m.thread_id \
             WHERE m.author_id = $1 AND m.post_key = $2 AND m.board_id = $3")
            .bind(poster.who.id).bind(key).bind(poster.board.id).fetch_optional(db).await)?)
    }

    /// The message that `draft` became when it was posted under its key before. A key that was used for anything else
    /// says only that: what it was used for may be on a board that is closed to the author by now.
    async fn posted_before(&self, poster: &Poster, draft: &Draft) -> Result<Message, MessagingError> {
        let clean = Clean::new(draft)?;
        let message = match draft.key {
            Some(key) => self.posted(poster, key).await?,
            None => None,
        };
        let same = |message: &Message| {
            message.body == clean.body
                && match &clean.start {
                    Start::Thread(subject) => message.reply_to.is_none() && message.subject == *subject,
                    Start::Reply(to) => message.reply_to == Some(*to),
                }
        };
        message
            .filter(same)
            .ok_or_else(|| MessagingError::Conflict("You have posted something else under that key.".into()))
    }
}

/// Writes the message, or gives `None` when its key has been used: then the transaction must not commit.
pub(super) async fn write(
    tx: &mut Tx,
    poster: &Poster,
    clean: Clean,
) -> Result<Option<Message>, MessagingError> {
    let Poster { who, board } = poster;
    let at = now();
    let placed = match tx.link() {
        Link::Postgres(link) => one_statement::place(link, poster, &clean, at).await?,
        Link::Sqlite(_) => place(tx, poster, &clean, at).await?,
    };
    let Some(Placed { thread, number, subject, message, board_name, read_level }) = placed else {
        return Err(MessagingError::NotFound("message to answer"));
    };
    let Some(id) = message else { return Ok(None) };
    let (Some(board_name), Some(read_level)) = (board_name, read_level) else {
        return Err(MessagingError::Forbidden("This board no longer takes messages from you.".into()));
    };
    tx.event(EventBody::MessageCreated {
        board: board.id,
        board_name,
        read_level,
        thread,
        message: id,
        author: who.id,
        author_handle: who.handle.clone(),
        subject: subject.clone(),
    });
    let reply_to = match clean.start {
        Start::Thread(_) => None,
        Start::Reply(to) => Some(to),
    };
    Ok(Some(Message {
        id,
        thread,
        board: board.id,
        number,
        author_id: who.id,
        author: who.handle.clone(),
        subject,
        body: clean.body,
        posted_at: at,
        reply_to,
    }))
}

/// Step by step what [`one_statement`] does at once. `None` when there is no message to answer.
async fn place(
    tx: &mut Tx,
    poster: &Poster,
    clean: &Clean,
    at: DateTime<Utc>,
) -> Result<Option<Placed>, DbError> {
    let Poster { who, board } = poster;
    let (place, reply_to) = match &clean.start {
        Start::Thread(subject) => (Some(begin_thread(tx, poster, subject, at).await?), None),
        Start::Reply(to) => (extend_thread(tx, poster, *to, at).await?, Some(*to)),
    };
    let Some(Placement { id: thread, message_count: number, subject }) = place else { return Ok(None) };
    let message: Option<MessageId> = in_tx!(tx, db => sqlx::query_scalar(
        "INSERT INTO messages \
           (thread_id, board_id, number, author_id, author_handle, body, posted_at, reply_to, post_key) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (author_id, post_key) WHERE post_key IS NOT NULL DO NOTHING RETURNING id")
        .bind(thread).bind(board.id).bind(number).bind(who.id).bind(&who.handle)
        .bind(&clean.body).bind(at).bind(reply_to).bind(clean.key).fetch_optional(db).await)?;
    let mut placed = Placed { thread, number, subject, message, board_name: None, read_level: None };
    if message.is_some() {
        reads::own_post(tx, poster, thread, number).await?;
        if let Some(key) = clean.key {
            drafts::forget(tx, who.id, key).await?;
        }
        let board: Option<(String, i64)> = in_tx!(tx, db => sqlx::query_as(
            "UPDATE boards SET message_count = message_count + 1, last_post_at = $2 \
             WHERE id = $1 AND ($3 OR (read_level <= $4 AND post_level <= $4 AND NOT read_only)) RETURNING name, read_level")
            .bind(board.id).bind(at).bind(who.sysop).bind(who.level).fetch_optional(db).await)?;
        (placed.board_name, placed.read_level) = board.unzip();
    }
    Ok(Some(placed))
}

async fn begin_thread(
    tx: &mut Tx,
    poster: &Poster,
    subject: &str,
    at: DateTime<Utc>,
) -> Result<Placement, DbError> {
    let id: ThreadId = in_tx!(tx, db => sqlx::query_scalar(
        "INSERT INTO threads (board_id, subject, author_id, author_handle, message_count, last_at) \
         VALUES ($1, $2, $3, $4, 1, $5) RETURNING id")
        .bind(poster.board.id).bind(subject).bind(poster.who.id).bind(&poster.who.handle).bind(at)
        .fetch_one(db).await)?;
    Ok(Placement { id, message_count: 1, subject: subject.to_owned() })
}

/// Takes the next number of the thread. Others who answer in it wait here, so no number is given twice.
async fn extend_thread(
    tx: &mut Tx,
    poster: &Poster,
    to: MessageId,
    at: DateTime<Utc>,
) -> Result<Option<Placement>, DbError> {
    in_tx!(tx, db => sqlx::query_as(
        "UPDATE threads SET message_count = message_count + 1, \
                last_at = CASE WHEN last_at < $1 THEN $1 ELSE last_at END \
         WHERE id = (SELECT thread_id FROM messages WHERE id = $2 AND board_id = $3) \
         RETURNING id, message_count, subject")
        .bind(at).bind(to).bind(poster.board.id).fetch_optional(db).await)
}
