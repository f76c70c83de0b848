//! How a wish put to the market can fail, in words a caller may read.

use crate::Unavailable;
use crate::db::DbError;

/// What the market answers when it does not do as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarketError {
    /// Nothing of that name is traded.
    #[error("There is no {0} on this market.")]
    NotFound(String),
    /// The caller may not do this; says why.
    #[error("{0}")]
    Forbidden(String),
    /// What the caller has does not allow it; says why.
    #[error("{0}")]
    Conflict(String),
    /// The request makes no sense as it is; says why.
    #[error("{0}")]
    Invalid(String),
    /// The database does not answer; nothing was changed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<DbError> for MarketError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken | DbError::Missing => {
                Self::Conflict("Somebody was there first: please try once more.".into())
            }
            gone => Self::Unavailable(gone.into()),
        }
    }
}
