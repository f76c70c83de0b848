//! Looking at a database without changing it: whether it could be opened, and its schema brought up to date.

use super::OpenError;
use super::open::{POSTGRES, SQLITE};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use tokio::time::timeout;

/// How long a server has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was done to a schema: version, checksum, and whether it was done to the end.
type Applied = (i64, Vec<u8>, bool);

const APPLIED: &str = "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version";

/// Errors: why [`super::open()`] would fail, as far as that can be seen. A SQLite file that is not there yet is no error.
pub(crate) async fn inspect(url: &str) -> Result<(), OpenError> {
    let seen = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        postgres(url).await
    } else if let Some(path) = url.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
        sqlite(Path::new(path.strip_prefix("//").unwrap_or(path))).await
    } else {
        Err(OpenError::Url)
    };
    seen.map_err(OpenError::told_apart)
}

async fn postgres(url: &str) -> Result<(), OpenError> {
    let options = PgConnectOptions::from_str(url).map_err(|_| OpenError::Url)?.disable_statement_logging();
    let asked = timeout(PATIENCE, async {
        let mut link = options.connect().await?;
        let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
            .fetch_one(&mut link)
            .await?;
        let applied: Vec<Applied> = match there {
            true => sqlx::query_as(APPLIED).fetch_all(&mut link).await?,
            false => Vec::new(),
        };
        let may_create: bool =
            sqlx::query_scalar("SELECT COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE)")
                .fetch_one(&mut link)
                .await?;
        link.close().await?;
        Ok((applied, may_create))
    });
    let (applied, may_create) =
        asked.await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(OpenError::Connect)?;
    compare(&POSTGRES, &applied)?;
    let pending = applied.len() < POSTGRES.iter().count();
    if pending && !may_create { Err(OpenError::MayNotCreate) } else { Ok(()) }
}

async fn sqlite(path: &Path) -> Result<(), OpenError> {
    if !path.exists() {
        return Ok(());
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
    let asked = async {
        let mut link = options.connect().await?;
        let there: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')")
                .fetch_one(&mut link)
                .await?;
        let applied = match there {
            true => sqlx::query_as(APPLIED).fetch_all(&mut link).await?,
            false => Vec::new(),
        };
        link.close().await?;
        Ok(applied)
    };
    compare(&SQLITE, &asked.await.map_err(OpenError::Connect)?)
}

/// As the migrator itself would see it.
fn compare(ours: &Migrator, applied: &[Applied]) -> Result<(), OpenError> {
    for (version, checksum, whole) in applied {
        let wrong = match ours.iter().find(|migration| migration.version == *version) {
            _ if !whole => MigrateError::Dirty(*version),
            None => MigrateError::VersionMissing(*version),
            Some(migration) if *migration.checksum != **checksum => MigrateError::VersionMismatch(*version),
            Some(_) => continue,
        };
        return Err(OpenError::Migrate(wrong));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_of_another_program_version_is_seen_and_left_alone() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("board.db");
        let url = format!("sqlite:{}", path.display());
        inspect(&url).await.unwrap();
        assert!(!path.exists(), "looking makes nothing");
        drop(super::super::open(&url).await.unwrap());
        inspect(&url).await.unwrap();
        let mut link = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
        let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                     VALUES (9999, 'later', TRUE, x'00', 0)";
        sqlx::query(later).execute(&mut link).await.unwrap();
        let error = inspect(&url).await.unwrap_err();
        assert!(matches!(error, OpenError::Newer), "{error}");
        let error = super::super::open(&url).await.unwrap_err();
        assert!(matches!(error, OpenError::Newer), "{error}");
    }
}
