//! What is posted, on its way from what somebody wrote to where it stands.

use super::{MessagingError, text};
use crate::{MessageId, ThreadId};
use uuid::Uuid;

/// What somebody wrote, as they wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The subject of a new thread; a reply keeps its thread's subject, whatever stands here.
    pub subject: String,
    /// The text.
    pub body: String,
    /// The message it answers, on the same board; `None` begins a thread.
    pub reply_to: Option<MessageId>,
    /// Posting again with the same key gives the message that is there already.
    pub key: Option<Uuid>,
}

/// A draft that may be kept as it is.
pub(super) struct Clean {
    pub(super) start: Start,
    pub(super) body: String,
    pub(super) key: Option<Uuid>,
}

pub(super) enum Start {
    /// A new thread of that subject.
    Thread(String),
    /// An answer to that message.
    Reply(MessageId),
}

/// Where a message went. The transaction must not commit when a part is missing.
#[derive(sqlx::FromRow)]
pub(super) struct Placed {
    pub(super) board_name: String,
    /// The board's rules: they may have changed since the caller was let in.
    pub(super) read_rule: String,
    pub(super) post_rule: String,
    pub(super) board_number: i64,
    /// `None`, like number and subject, when the message to answer is not there.
    pub(super) thread: Option<ThreadId>,
    pub(super) number: Option<i64>,
    pub(super) subject: Option<String>,
    /// `None` when the author has used the key before.
    pub(super) message: Option<MessageId>,
}

impl Clean {
    pub(super) fn new(draft: &Draft) -> Result<Self, MessagingError> {
        let start = match draft.reply_to {
            Some(message) => Start::Reply(message),
            None => Start::Thread(text::subject(&draft.subject)?),
        };
        Ok(Self { start, body: text::body(&draft.body)?, key: draft.key })
    }
}
