//! What a caller is writing, saved while they write: it outlives the call, and goes when it is posted or thrown away.

use super::{Draft, Messaging, MessagingError, Poster, text};
use crate::db::{DbError, Tx, in_tx, now, on_db};
use crate::{BoardId, Caller, MessageId, ThreadId, UserId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Drafts of one caller, the newest: more are not kept.
const KEPT: i64 = 10;

/// The drafts of one caller, newest first. One that has been posted, to its end, is none any more.
pub(super) const DRAFTS: &str = "SELECT d.board_id, d.subject, d.body, d.reply_to, d.post_key, d.saved_at, \
     COALESCE(b.name, '') AS board_name, m.thread_id \
     FROM drafts d LEFT JOIN boards b ON b.id = d.board_id LEFT JOIN messages m ON m.id = d.reply_to \
     WHERE d.user_id = $1 AND NOT EXISTS \
       (SELECT 1 FROM messages posted WHERE posted.author_id = $1 AND posted.post_key = d.post_key \
          AND substr(posted.body, 1, length(rtrim(d.body, ' \n'))) = rtrim(d.body, ' \n')) \
     ORDER BY d.saved_at DESC";

/// A text that was not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedDraft {
    /// The board it was meant for.
    pub board: BoardId,
    /// The board's name; empty if it is gone.
    pub board_name: String,
    /// The thread it answers in; `None` begins one.
    pub thread: Option<ThreadId>,
    /// The text, with the key to post it under.
    pub draft: Draft,
    /// When it was saved last.
    pub saved_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Row {
    board_id: BoardId,
    board_name: String,
    thread_id: Option<ThreadId>,
    subject: String,
    body: String,
    reply_to: Option<MessageId>,
    post_key: Uuid,
    saved_at: DateTime<Utc>,
}

impl Messaging {
    /// Saves what `poster` has written so far, over what was saved under the same key. Does nothing for a draft
    /// without a key, and for one that has been posted as it is or with more behind it.
    ///
    /// Conflict when anything else was posted under the key: then nothing was saved, and the draft needs a key of its
    /// own.
    pub async fn save_draft(&self, poster: &Poster, draft: &Draft) -> Result<(), MessagingError> {
        let Some(key) = draft.key else { return Ok(()) };
        let user = poster.who.id;
        let subject: String = text::one_line(&draft.subject).chars().take(2 * super::SUBJECT_CHARS).collect();
        let body = text::unfinished(&draft.body);
        let mut tx = self.store.begin().await?;
        in_tx!(tx, db => sqlx::query(
            "INSERT INTO drafts (user_id, post_key, board_id, reply_to, subject, body, saved_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (user_id, post_key) DO UPDATE \
             SET subject = excluded.subject, body = excluded.body, saved_at = excluded.saved_at")
            .bind(user).bind(key).bind(poster.board.id).bind(draft.reply_to)
            .bind(&subject).bind(&body).bind(now()).execute(db).await.map(drop))?;
        // Asked after the row was written: a post under way holds that row, and is over by now.
        let posted: Option<String> = in_tx!(tx, db => sqlx::query_scalar(
            "SELECT body FROM messages WHERE author_id = $1 AND post_key = $2")
            .bind(user).bind(key).fetch_optional(db).await)?;
        if let Some(posted) = posted {
            drop(tx);
            return match text::body(&draft.body) {
                Ok(body) if posted.starts_with(&body) => Ok(()),
                _ => Err(MessagingError::Conflict("You have posted that already.".into())),
            };
        }
        in_tx!(tx, db => sqlx::query(
            "DELETE FROM drafts WHERE user_id = $1 AND post_key NOT IN \
               (SELECT post_key FROM drafts WHERE user_id = $1 ORDER BY saved_at DESC LIMIT $2)")
            .bind(user).bind(KEPT).execute(db).await.map(drop))?;
        Ok(tx.commit().await?)
    }

    /// What `who` was writing and did not finish, newest first. A guest writes nothing.
    pub async fn drafts(&self, who: &Caller) -> Result<Vec<SavedDraft>, MessagingError> {
        if who.guest {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> =
            on_db!(self.store, db => sqlx::query_as(DRAFTS).bind(who.id).fetch_all(db).await)?;
        let saved = |row: Row| SavedDraft {
            board: row.board_id,
            board_name: row.board_name,
            thread: row.thread_id,
            draft: Draft {
                subject: row.subject,
                body: row.body,
                reply_to: row.reply_to,
                key: Some(row.post_key),
            },
            saved_at: row.saved_at,
        };
        Ok(rows.into_iter().map(saved).collect())
    }

    /// Throws away what `who` was writing under this key.
    pub async fn forget_draft(&self, who: &Caller, key: Uuid) -> Result<(), MessagingError> {
        let mut tx = self.store.begin().await?;
        forget(&mut tx, who.id, key).await?;
        Ok(tx.commit().await?)
    }
}

/// The draft is a message now, or nothing.
pub(super) async fn forget(tx: &mut Tx, user: UserId, key: Uuid) -> Result<(), DbError> {
    in_tx!(tx, db => sqlx::query("DELETE FROM drafts WHERE user_id = $1 AND post_key = $2")
        .bind(user).bind(key).execute(db).await.map(drop))
}
