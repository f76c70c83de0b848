//! What can be wrong with a request to the users service, in words for the caller.

use crate::Unavailable;
use crate::db::DbError;

/// Why the users service refused. `Display` is what the caller may read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsersError {
    /// There is no such account, key or call.
    #[error("{0}")]
    NotFound(String),
    /// This caller may not.
    #[error("{0}")]
    Forbidden(String),
    /// Handle or password is wrong, or the account may not log in: the same words for all of these.
    #[error("That handle and password do not match.")]
    Unauthenticated,
    /// The handle is taken, or looks like one that is.
    #[error("{0}")]
    Conflict(String),
    /// What was entered cannot be accepted.
    #[error("{0}")]
    Invalid(String),
    /// This was done too often from where the caller is; says when to try again.
    #[error("{0}")]
    TooMany(String),
    /// Too many are logging in at this moment.
    #[error("Many callers are logging in just now. Please try again in a moment.")]
    Busy,
    /// The database does not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<DbError> for UsersError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken => Self::Conflict("That is taken already.".to_owned()),
            DbError::Missing => Self::no_account(),
            gone => Self::Unavailable(gone.into()),
        }
    }
}

impl UsersError {
    pub(crate) fn no_account() -> Self {
        Self::NotFound("There is no such caller here.".to_owned())
    }
}
