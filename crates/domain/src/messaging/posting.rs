//! Posting: one transaction that numbers the message, moves the counts and tells of it.

use super::draft::{Clean, Draft, Placed, Start};
use super::rules::{BoardRules, facts_now};
use super::{Message, Messaging, MessagingError, Poster, drafts, one_statement, reads};
use crate::db::{DbError, Link, Tx, in_tx, now, on_db};
use crate::flood::{Turn, counted};
use crate::users::{Actor, audit, authority};
use crate::{Caller, EventBody, MessageId, ThreadId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Gives a message its number on the board. All who post there wait here, so no number is given twice.
pub(super) const COUNT_ON_BOARD: &str = "UPDATE boards \
     SET message_count = message_count + 1, last_number = last_number + 1, last_post_at = $2 WHERE id = $1 \
     RETURNING name, read_rule, post_rule, last_number";
pub(super) const BEGIN_THREAD: &str = "INSERT INTO threads \
       (board_id, subject, author_id, author_handle, message_count, last_number, last_board_number, last_at) \
     VALUES ($1, $2, $3, $4, 1, 1, $5, $6) RETURNING id";
pub(super) const EXTEND_THREAD: &str = "UPDATE threads \
     SET message_count = message_count + 1, last_number = last_number + 1, last_board_number = $4, \
         last_at = CASE WHEN last_at < $1 THEN $1 ELSE last_at END \
     WHERE id = (SELECT thread_id FROM messages WHERE id = $2 AND board_id = $3 AND NOT deleted) \
     RETURNING id, last_number, subject";
pub(super) const INSERT: &str = "INSERT INTO messages \
       (thread_id, board_id, number, board_number, author_id, author_handle, body, posted_at, reply_to, post_key) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
     ON CONFLICT (author_id, post_key) WHERE post_key IS NOT NULL DO NOTHING RETURNING id";
pub(super) const COUNT_OF_AUTHOR: &str = "INSERT INTO authors (user_id, posts) VALUES ($1, 1) \
     ON CONFLICT (user_id) DO UPDATE SET posts = authors.posts + 1";

#[derive(sqlx::FromRow)]
struct BoardRow {
    name: String,
    read_rule: String,
    post_rule: String,
    last_number: i64,
}

#[derive(sqlx::FromRow)]
struct ThreadRow {
    id: ThreadId,
    last_number: i64,
    subject: String,
}

impl Messaging {
    /// Posts. The author has read what they wrote if they had read the thread up to it.
    ///
    /// Invalid when subject or body is empty or too long, NotFound when the message to answer is not on this
    /// board, Forbidden when the board was closed to the author meanwhile, Conflict when the draft's key was used for
    /// another one, TooMany when the author has posted as often as one may in a minute.
    pub async fn post(&self, poster: &Poster, draft: Draft) -> Result<Message, MessagingError> {
        self.post_by(None, poster, draft).await
    }

    /// The same, said by those who run the board in the name of `poster`, with its line in the audit log. A sysop speaks
    /// in their own name alone.
    pub async fn post_as(
        &self,
        by: impl Into<Actor>,
        poster: &Poster,
        draft: Draft,
    ) -> Result<Message, MessagingError> {
        let by = by.into();
        if by.id().is_some_and(|sysop| sysop != poster.who.id) {
            return Err(MessagingError::Forbidden("You post in your own name.".into()));
        }
        self.post_by(Some(by), poster, draft).await
    }

    async fn post_by(
        &self,
        by: Option<Actor>,
        poster: &Poster,
        draft: Draft,
    ) -> Result<Message, MessagingError> {
        let clean = Clean::new(&draft)?;
        let turn = self.turn_to_post(&poster.who)?;
        let mut tx = self.store.begin().await?;
        if let Some(by) = by {
            authority::allow(&mut tx, by).await?;
        }
        let poster = &poster.renewed(&mut tx).await?;
        match write(&mut tx, poster, clean).await? {
            Some(message) => {
                if let Some(by) = by {
                    let Poster { who, board } = poster;
                    let detail = format!("message {} on {} as {}", message.id, board.slug, who.handle);
                    audit::write(&mut tx, by.id(), "board.post", &detail).await?;
                }
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
        Link::Postgres(_) => one_statement::place(tx, poster, &clean, at).await?,
        Link::Sqlite(_) => place(tx, poster, &clean, at).await?,
    };
    // The board was there when the caller was let in.
    let Some(placed) = placed else { return Err(MessagingError::NotFound("board")) };
    let Placed { board_name, read_rule, post_rule, .. } = placed;
    let (Some(thread), Some(number), Some(subject)) = (placed.thread, placed.number, placed.subject) else {
        return Err(MessagingError::NotFound("message to answer"));
    };
    let Some(id) = placed.message else { return Ok(None) };
    let rules = BoardRules::stored(&read_rule, &post_rule);
    let mut facts = facts_now(tx, who, rules.asks_records()).await?;
    // This message is among them already.
    facts.posts -= i64::from(rules.asks_records());
    if !rules.may_post(&facts) {
        return Err(MessagingError::Forbidden("This board no longer takes messages from you.".into()));
    }
    tx.event(EventBody::MessageCreated {
        board: board.id,
        board_name,
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

/// Step by step what [`one_statement`] does at once. `None` when there is no such board.
async fn place(
    tx: &mut Tx,
    poster: &Poster,
    clean: &Clean,
    at: DateTime<Utc>,
) -> Result<Option<Placed>, DbError> {
    let Poster { who, board } = poster;
    let placed: Option<BoardRow> = in_tx!(tx, db => sqlx::query_as(COUNT_ON_BOARD)
        .bind(board.id).bind(at).fetch_optional(db).await)?;
    let Some(BoardRow { name, read_rule, post_rule, last_number: board_number }) = placed else {
        return Ok(None);
    };
    let mut placed = Placed {
        board_name: name,
        read_rule,
        post_rule,
        board_number,
        thread: None,
        number: None,
        subject: None,
        message: None,
    };
    let (place, reply_to) = match &clean.start {
        Start::Thread(subject) => (Some(begin_thread(tx, poster, subject, at, board_number).await?), None),
        Start::Reply(to) => (extend_thread(tx, poster, *to, at, board_number).await?, Some(*to)),
    };
    let Some(ThreadRow { id: thread, last_number: number, subject }) = place else { return Ok(Some(placed)) };
    placed.message = in_tx!(tx, db => sqlx::query_scalar(INSERT)
        .bind(thread).bind(board.id).bind(number).bind(board_number).bind(who.id).bind(&who.handle)
        .bind(&clean.body).bind(at).bind(reply_to).bind(clean.key).fetch_optional(db).await)?;
    (placed.thread, placed.number, placed.subject) = (Some(thread), Some(number), Some(subject));
    if placed.message.is_some() {
        reads::own_post(tx, poster, thread, number, board_number).await?;
        in_tx!(tx, db => sqlx::query(COUNT_OF_AUTHOR).bind(who.id).execute(db).await.map(drop))?;
        if let Some(key) = clean.key {
            drafts::forget(tx, who.id, key).await?;
        }
    }
    Ok(Some(placed))
}

async fn begin_thread(
    tx: &mut Tx,
    poster: &Poster,
    subject: &str,
    at: DateTime<Utc>,
    board_number: i64,
) -> Result<ThreadRow, DbError> {
    let id: ThreadId = in_tx!(tx, db => sqlx::query_scalar(BEGIN_THREAD)
        .bind(poster.board.id).bind(subject).bind(poster.who.id).bind(&poster.who.handle).bind(board_number)
        .bind(at).fetch_one(db).await)?;
    Ok(ThreadRow { id, last_number: 1, subject: subject.to_owned() })
}

async fn extend_thread(
    tx: &mut Tx,
    poster: &Poster,
    to: MessageId,
    at: DateTime<Utc>,
    board_number: i64,
) -> Result<Option<ThreadRow>, DbError> {
    in_tx!(tx, db => sqlx::query_as(EXTEND_THREAD)
        .bind(at).bind(to).bind(poster.board.id).bind(board_number).fetch_optional(db).await)
}
