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
        if no_room(&error) { Self::Full } else { Self::Unavailable }
    }
}

impl DbError {
    /// The same, of a commit: without an answer from the server nobody knows whether it was carried out.
    pub(super) fn of_commit(error: sqlx::Error) -> Self {
        let refused = matches!(error, sqlx::Error::Database(_));
        match Self::from(error) {
            Self::Unavailable if !refused => Self::Unknown,
            known => known,
        }
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
            DbError::Taken | DbError::Missing | DbError::Unavailable => Self::Away,
        }
    }
}
