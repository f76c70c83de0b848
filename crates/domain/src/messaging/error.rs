//! How a wish put to messaging can fail, in words a caller may read.

use crate::Unavailable;
use crate::db::DbError;

/// What messaging answers when it does not do as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessagingError {
    /// No such board, thread, message or person.
    #[error("There is no such {0} here.")]
    NotFound(&'static str),
    /// The caller may not do this; says why.
    #[error("{0}")]
    Forbidden(String),
    /// What is there already stands in the way.
    #[error("{0}")]
    Conflict(String),
    /// The caller has done this too often just now; says when to try again.
    #[error("{0}")]
    TooMany(String),
    /// What was written cannot be kept as it is; says why.
    #[error("{0}")]
    Invalid(String),
    /// The database does not answer; nothing was changed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<DbError> for MessagingError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken => Self::Conflict("Somebody was there first: please try once more.".into()),
            DbError::Missing => Self::NotFound("board"),
            gone => Self::Unavailable(gone.into()),
        }
    }
}
