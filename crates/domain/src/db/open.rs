//! Opening either database, and bringing its schema up to date.

use super::error::no_room;
use super::{Db, DbError, bounded};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgPool, SqlitePool};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::str::FromStr;
use std::time::Duration;

pub(super) static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");
pub(super) static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long a service waits for a connection before it tells the caller to try again.
const ACQUIRE_LIMIT: Duration = Duration::from_millis(4500);
/// A connection that rested longer than this is asked whether it still lives before it is used.
const RESTED: Duration = Duration::from_secs(1);

type Migrating<'a> = Pin<Box<dyn Future<Output = Result<(), MigrateError>> + Send + 'a>>;

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither `postgres://…` nor `sqlite:PATH`.
    #[error("a database is given as postgres://… or sqlite:PATH")]
    Url,
    /// The server, or the file, cannot be reached.
    #[error("cannot open the database: {0}")]
    Connect(#[source] sqlx::Error),
    /// The file cannot be made.
    #[error("cannot make the database {}: {error}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: std::io::Error,
    },
    /// The schema is not one this program can bring up to date.
    #[error("cannot bring the database up to date: {0}")]
    Migrate(#[from] MigrateError),
    /// A later program has changed the schema.
    #[error("it was written by a newer Dialtone: start that one, or restore a backup from before")]
    Newer,
    /// Postgres lets this role in, but it may not create what is missing.
    #[error(
        "its role may not create tables there: make it the owner (ALTER DATABASE … OWNER TO …), or let a role that \
         may start the board"
    )]
    MayNotCreate,
    /// The disk is full.
    #[error("there is no room on the disk")]
    Full,
}

impl OpenError {
    /// The same, with what a sysop can mend told apart: a full disk, and a database of a newer program.
    pub(super) fn told_apart(self) -> Self {
        let full = match &self {
            Self::Migrate(MigrateError::VersionMissing(version)) if is_newer(*version) => return Self::Newer,
            Self::Connect(error) => no_room(error),
            Self::Migrate(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
                no_room(error)
            }
            Self::Create { error, .. } => error.kind() == std::io::ErrorKind::StorageFull,
            Self::Url | Self::Migrate(_) | Self::Newer | Self::MayNotCreate | Self::Full => false,
        };
        if full { Self::Full } else { self }
    }
}

/// Whether a migration comes after all that this program has; both databases have the same.
fn is_newer(version: i64) -> bool {
    SQLITE.iter().all(|ours| ours.version < version)
}

/// Opens `postgres://…` (also `postgresql://…`) or `sqlite:PATH`, which is made when missing. Tells where that is, in
/// words for the log.
pub(crate) async fn open(url: &str) -> Result<(Db, String), OpenError> {
    let opened = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        open_postgres(url).await
    } else if let Some(path) = url.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
        open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path))).await
    } else {
        Err(OpenError::Url)
    };
    opened.map_err(OpenError::told_apart)
}

async fn open_postgres(url: &str) -> Result<(Db, String), OpenError> {
    let plain = PgConnectOptions::from_str(url).map_err(|_| OpenError::Url)?.disable_statement_logging();
    let place = match plain.get_socket() {
        Some(socket) => format!("the database at {}", socket.display()),
        None => format!("the database at {}:{}", plain.get_host(), plain.get_port()),
    };
    // A migration may take longer than any statement of a caller, so it has a connection without limits.
    let migrating = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_LIMIT);
    let migrating = migrating.connect_with(plain.clone()).await.map_err(OpenError::Connect)?;
    postgres_schema(&migrating).await?;
    migrating.close().await;

    let options = plain.application_name("dialtone").options([
        // Both are over before STATEMENT_LIMIT is: a slow server says itself what became of the statement.
        ("statement_timeout", "4500ms"),
        ("lock_timeout", "4s"),
        ("idle_in_transaction_session_timeout", "30s"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(17) // one of them listens for the doorbell
        .acquire_timeout(ACQUIRE_LIMIT)
        .idle_timeout(Duration::from_secs(300))
        .test_before_acquire(false)
        .before_acquire(|link, rest| {
            Box::pin(async move {
                if rest.idle_for > RESTED {
                    link.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options);
    Ok((Db::Postgres(pool), place))
}

async fn open_sqlite(path: &Path) -> Result<(Db, String), OpenError> {
    create_private(path)?;
    let common = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(ACQUIRE_LIMIT)
        .statement_cache_capacity(64)
        .pragma("cache_size", "-512") // KiB for each connection; the system's page cache has the rest
        .disable_statement_logging();
    // FULL: what was acknowledged survives a loss of power, not only the end of the process.
    let writing = common
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_LIMIT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // When the disk is full, SQLite ends a transaction by itself. The driver's ROLLBACK then fails, and it would
        // count a transaction for ever and refuse every other: such a connection is replaced.
        .before_acquire(|link, _| Box::pin(async move { Ok(!link.is_in_transaction()) }))
        .connect_with(writing)
        .await
        .map_err(OpenError::Connect)?;
    // Laying out a schema is many small commits, of which none is acknowledged to anybody: they are not synced one
    // by one, but all with the first commit after them.
    synchronous(&write, "PRAGMA synchronous = NORMAL").await?;
    sqlite_schema(&write).await?;
    synchronous(&write, "PRAGMA synchronous = FULL").await?;
    let read = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(ACQUIRE_LIMIT)
        .idle_timeout(Duration::from_secs(60))
        .test_before_acquire(false)
        .connect_lazy_with(common.read_only(true));
    let place = std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    Ok((Db::Sqlite { write, read }, place))
}

async fn synchronous(only: &SqlitePool, pragma: &'static str) -> Result<(), OpenError> {
    sqlx::raw_sql(pragma).execute(only).await.map(drop).map_err(OpenError::Connect)
}

/// Boxed, here and below, because the compiler cannot see that the migrator's own future may move between threads.
fn postgres_schema(pool: &PgPool) -> Migrating<'_> {
    Box::pin(POSTGRES.run(pool))
}

fn sqlite_schema(pool: &SqlitePool) -> Migrating<'_> {
    Box::pin(SQLITE.run(pool))
}

/// Makes the file readable by its owner alone: it holds password hashes. SQLite gives its side files the same mode.
fn create_private(path: &Path) -> Result<(), OpenError> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| OpenError::Create { path: path.to_owned(), error })
}

impl Db {
    /// Asks the database whether it is there.
    pub(crate) async fn ping(&self) -> Result<(), DbError> {
        match self {
            Db::Postgres(pool) => bounded(async { pool.acquire().await?.ping().await }).await,
            Db::Sqlite { read, .. } => bounded(async { read.acquire().await?.ping().await }).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Db, POSTGRES, SQLITE, open};

    #[test]
    fn both_databases_have_the_same_migrations() {
        let names = |migrator: &sqlx::migrate::Migrator| -> Vec<(i64, String)> {
            migrator.iter().map(|m| (m.version, m.description.to_string())).collect()
        };
        assert_eq!(names(&POSTGRES), names(&SQLITE));
        assert!(names(&SQLITE).iter().zip(1..).all(|((version, _), expected)| *version == expected));
    }

    #[tokio::test]
    async fn sqlite_keeps_what_it_acknowledged_and_its_readers_cannot_write() {
        let folder = tempfile::TempDir::new().unwrap();
        let (db, _) = open(&format!("sqlite:{}", folder.path().join("board.db").display())).await.unwrap();
        let Db::Sqlite { write, read } = db else { panic!("asked for SQLite") };
        let pragma = |name: &'static str| sqlx::query_scalar::<_, i64>(name).fetch_one(&write);
        assert_eq!(pragma("PRAGMA synchronous").await.unwrap(), 2, "FULL");
        assert_eq!(pragma("PRAGMA foreign_keys").await.unwrap(), 1);
        let journal = sqlx::query_scalar::<_, String>("PRAGMA journal_mode").fetch_one(&write);
        assert_eq!(journal.await.unwrap(), "wal");
        assert!(sqlx::query("DELETE FROM counters").execute(&read).await.is_err());
    }
}
