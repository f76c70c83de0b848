//! The board's database as its sysop knows it: where it is, and in plain words why it cannot be opened.

use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dialtone_domain::{Domain, OpenError};
use miette::Diagnostic;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The port of a `postgres://` address that names none.
const POSTGRES_PORT: &str = "5432";
/// How long a server has to answer the second time it is asked.
const PATIENCE: Duration = Duration::from_secs(2);
/// What is said of one that does not.
const SILENT: &str = "it does not answer";

/// Why the database cannot be opened.
#[derive(Debug, Error, Diagnostic)]
pub enum DatabaseError {
    /// Nobody answers at the address.
    #[error("cannot reach the database at {address}: {why}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the system said.
        why: String,
    },
    /// Somebody answers, but it will not do.
    #[error("cannot use the database {address}: {why}")]
    Unusable {
        /// Host and port, or file.
        address: String,
        /// What the database said.
        why: String,
    },
    /// Neither `postgres://…` nor `sqlite:PATH`.
    #[error("a database is given as postgres://USER:PASSWORD@HOST/NAME or sqlite:PATH")]
    Address,
    /// An address that cannot be taken apart for sure: nothing of it is shown, it could be the password.
    #[error(
        "the database's address has an @ behind its host: in a password, write @ as %40, / as %2F, ? as %3F, # as %23 \
         and : as %3A"
    )]
    Encoding,
    /// A database that is gone with the process.
    #[error("the board needs a database in a file: sqlite:PATH, not sqlite::memory:")]
    Memory,
}

/// Errors: an address that no board can be kept at.
pub fn keeps(url: &str) -> Result<(), DatabaseError> {
    if url.starts_with("sqlite:") && url.contains(":memory:") { Err(DatabaseError::Memory) } else { Ok(()) }
}

/// Opens the database at `url` and brings its schema up to date. On SQLite the file is made when missing.
pub async fn open(url: &str) -> Result<Domain, DatabaseError> {
    keeps(url)?;
    match Domain::open(url).await {
        Ok(domain) => Ok(domain),
        Err(_) if ambiguous(url) => Err(DatabaseError::Encoding),
        Err(OpenError::Url) => Err(DatabaseError::Address),
        Err(error) => Err(in_words(url, &error).await),
    }
}

/// Looks at the database at `url` without changing it. Errors: why [`open`] would fail, as far as that can be seen.
pub async fn inspect(url: &str) -> Result<(), DatabaseError> {
    keeps(url)?;
    match Domain::inspect(url).await {
        Ok(()) => Ok(()),
        Err(_) if ambiguous(url) => Err(DatabaseError::Encoding),
        Err(OpenError::Url) => Err(DatabaseError::Address),
        Err(error) => Err(in_words(url, &error).await),
    }
}

/// The file of a `sqlite:PATH` address.
pub fn file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    Some(Path::new(path.strip_prefix("//").unwrap_or(path)).to_owned())
}

async fn in_words(url: &str, error: &OpenError) -> DatabaseError {
    let address = address(url);
    let causes = || std::iter::successors(error.source(), |cause| (*cause).source());
    let system = causes().find_map(|cause| cause.downcast_ref::<io::Error>()).map(said);
    let connecting = matches!(error, OpenError::Connect(_)) && file(url).is_none();
    if let Some(why) = system {
        return if connecting {
            DatabaseError::Unreachable { address, why }
        } else {
            DatabaseError::Unusable { address, why }
        };
    }
    // The driver tries again for a while, and then says only that it did: asking once more finds out why.
    if connecting && let Some(why) = knock(&address).await {
        return DatabaseError::Unreachable { address, why };
    }
    let ran_out = "pool timed out";
    if connecting && causes().any(|cause| cause.to_string().starts_with(ran_out)) {
        return DatabaseError::Unreachable { address, why: SILENT.to_owned() };
    }
    // The innermost cause says it without the layers above.
    let why = causes().last().map_or_else(|| error.to_string(), ToString::to_string);
    DatabaseError::Unusable { address, why: without_line(&why).to_owned() }
}

/// What Postgres said, without the line of its own source that the driver adds.
fn without_line(words: &str) -> &str {
    match words.rsplit_once(" at line ") {
        Some((said, line)) if line.bytes().all(|digit| digit.is_ascii_digit()) => said,
        _ => words,
    }
}

/// Why nobody can be reached at `address`, if so.
async fn knock(address: &str) -> Option<String> {
    match timeout(PATIENCE, TcpStream::connect(address)).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(said(&error)),
        Err(_) => Some(SILENT.to_owned()),
    }
}

/// The system's words for an error, without its number.
pub fn said(error: &io::Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or(&words);
    let mut letters = words.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// Host and port of a `postgres://` address, never its password; the path of a `sqlite:` one.
pub fn address(url: &str) -> String {
    if let Some(file) = file(url) {
        return file.display().to_string();
    }
    if ambiguous(url) {
        return "the address given".to_owned();
    }
    let (authority, _) = taken_apart(url);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if host.is_empty() { "localhost" } else { host };
    let has_port =
        host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit()));
    if has_port { host.to_owned() } else { format!("{host}:{POSTGRES_PORT}") }
}

/// What stands before and after the host's end.
fn taken_apart(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

/// Whether what looks like the host may be the middle of a password.
fn ambiguous(url: &str) -> bool {
    !url.starts_with("sqlite:") && taken_apart(url).1.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_host_and_port_and_no_password() {
        for (url, shown) in [
            ("postgres://ada:s3cret@db.example:6543/board?x=y", "db.example:6543"),
            ("postgres://ada:s3cret@db.example/board", "db.example:5432"),
            ("postgres://db.example", "db.example:5432"),
            ("postgres://ada:s3@cret@[::1]/board", "[::1]:5432"),
            ("postgres://[2001:db8::1]:6543/board", "[2001:db8::1]:6543"),
            ("postgres:///board?host=/run/postgresql", "localhost:5432"),
            ("sqlite:data/dialtone.db", "data/dialtone.db"),
            ("sqlite:///var/lib/dialtone.db", "/var/lib/dialtone.db"),
        ] {
            assert_eq!(address(url), shown, "{url}");
        }
    }

    #[tokio::test]
    async fn nothing_of_a_password_is_shown_however_it_is_written() {
        for password in
            ["pa@s3cret", "pa/s3cret", "pa@s3cret/x", "pa?s3cret", "pa#s3cret", "1/s3cret", "s3cret/"]
        {
            let url = format!("postgres://ada:{password}@127.0.0.1:1/board");
            assert!(!address(&url).contains("s3cret") && !address(&url).contains("pa"), "{}", address(&url));
            let said = inspect(&url).await.unwrap_err().to_string();
            assert!(!said.contains("s3cret"), "{password}: {said}");
            let split = password.contains(['/', '?', '#']);
            assert_eq!(said.contains("%40"), split, "{password}: {said}");
        }
    }

    #[tokio::test]
    async fn a_server_that_takes_the_connection_and_says_nothing_does_not_answer() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://ada@{}/board", silent.local_addr().unwrap());
        let said = inspect(&url).await.unwrap_err().to_string();
        assert!(said.ends_with("it does not answer"), "{said}");
    }

    #[tokio::test]
    async fn a_database_in_memory_is_refused() {
        for url in ["sqlite::memory:", "sqlite://:memory:"] {
            assert!(matches!(open(url).await, Err(DatabaseError::Memory)), "{url}");
            assert!(matches!(inspect(url).await, Err(DatabaseError::Memory)), "{url}");
        }
    }

    #[test]
    fn a_line_of_the_servers_source_helps_nobody() {
        assert_eq!(without_line("role \"ada\" does not exist at line 768"), "role \"ada\" does not exist");
        assert_eq!(without_line("no entry at line x"), "no entry at line x");
    }

    #[tokio::test]
    async fn nobody_there_is_said_with_the_place() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let error = open(&format!("postgres://ada:s3cret@127.0.0.1:{port}/board")).await.unwrap_err();
        let words = format!("cannot reach the database at 127.0.0.1:{port}: connection refused");
        assert_eq!(error.to_string(), words);
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_is_said_with_the_path() {
        let error = open("sqlite:/nowhere/at/all.db").await.unwrap_err().to_string();
        assert_eq!(error, "cannot use the database /nowhere/at/all.db: no such file or directory");
        assert!(matches!(open("mysql://x").await, Err(DatabaseError::Address)));
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_said_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("dialtone.db");
        std::fs::write(&path, "not a database, but a letter of some length to its reader\n".repeat(20))
            .unwrap();
        let error = open(&format!("sqlite:{}", path.display())).await.unwrap_err().to_string();
        assert!(error.contains("file is not a database"), "{error}");
    }
}
