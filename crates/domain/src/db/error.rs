//! The driver's errors in words of our own: the only place that reads them, and where they are logged.

/// The database does not answer. What was asked may be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The board cannot reach its records just now. Please try again in a moment.")]
pub struct Unavailable;

/// How a statement can fail, as far as a service can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DbError {
    /// A unique column holds this value already.
    Taken,
    /// A row that this one refers to is not there.
    Missing,
    /// Anything else: the log has the driver's words.
    Unavailable,
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) if refusal.is_unique_violation() => return Self::Taken,
            sqlx::Error::Database(refusal) if refusal.is_foreign_key_violation() => return Self::Missing,
            _ => {}
        }
        tracing::error!(db.error = %error, "a statement failed");
        Self::Unavailable
    }
}

impl From<DbError> for Unavailable {
    fn from(_: DbError) -> Self {
        Self
    }
}
