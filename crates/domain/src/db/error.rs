//! The driver's errors in words of our own: the only place that reads them, and where they are logged.

/// The database does not do as asked, and not because of what was asked: it may be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// It does not answer; nothing was changed.
    #[error("The board cannot reach its records just now. Please try again in a moment.")]
    Away,
    /// It has no room left on its disk; nothing was changed, and reading goes on.
    #[error("The board's disk is full, so nothing was saved. Please try again in a while.")]
    Full,
    /// It fell silent during the commit: the change was made, or it was not.
    #[error(
        "The board lost touch with its records just then. Check whether it's there before you try again."
    )]
    Unknown,
}

/// How a statement can fail, as far as a service can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DbError {
    /// A unique column holds this value already.
    Taken,
    /// A row that this one refers to is not there.
    Missing,
    /// There is no room on the disk.
    Full,
    /// The commit may have been carried out.
    Unknown,
    /// It does not answer.
    Unavailable,
    /// Anything else: the log has the driver's words.
    Failed,
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) if refusal.is_unique_violation() => return Self::Taken,
            sqlx::Error::Database(refusal) if refusal.is_foreign_key_violation() => return Self::Missing,
            _ => {}
        }
        let known = if no_room(&error) {
            Self::Full
        } else if away(&error) {
            Self::Unavailable
        } else {
            Self::Failed
        };
        // An outage is told once, where it begins: see `outage`. So is the end of the board, which closes the pool.
        if known == Self::Failed && !matches!(error, sqlx::Error::PoolClosed) {
            tracing::error!(db.error = %error, "a statement failed");
        } else {
            tracing::debug!(db.error = %error, "a statement failed");
        }
        known
    }
}

impl DbError {
    /// The same, of a commit: without an answer from the server nobody knows whether it was carried out.
    pub(super) fn of_commit(error: sqlx::Error) -> Self {
        let refused = matches!(error, sqlx::Error::Database(_));
        match Self::from(error) {
            Self::Unavailable | Self::Failed if !refused => Self::Unknown,
            known => known,
        }
    }
}

/// Nobody answers, or somebody who says that the server is not there for us just now.
fn away(error: &sqlx::Error) -> bool {
    /// Postgres' connection exceptions, `too_many_connections`, and how it says that it goes down or comes up.
    const AWAY: [&str; 5] = ["08", "53300", "57P01", "57P02", "57P03"];
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(refusal)
            if refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_none() =>
        {
            refusal.code().is_some_and(|code| AWAY.iter().any(|away| code.starts_with(away)))
        }
        _ => false,
    }
}

/// The disk under the database is full.
pub(super) fn no_room(error: &sqlx::Error) -> bool {
    /// SQLite's `FULL`, whose further bits say where it was met.
    const FULL: u32 = 13;
    /// SQLite's `IOERR_SHMSIZE`: no room for the index of the write-ahead log, which is made at the opening.
    const NO_INDEX: u32 = 4874;
    /// Postgres' `disk_full`.
    const DISK_FULL: &str = "53100";
    let sqlx::Error::Database(refusal) = error else { return false };
    let Some(code) = refusal.code() else { return false };
    if refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_none() {
        return code == DISK_FULL;
    }
    code.parse::<u32>().is_ok_and(|code| code & 0xff == FULL || code == NO_INDEX)
}

impl From<DbError> for Unavailable {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Full => Self::Full,
            DbError::Unknown => Self::Unknown,
            DbError::Taken | DbError::Missing | DbError::Unavailable | DbError::Failed => Self::Away,
        }
    }
}
