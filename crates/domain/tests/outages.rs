//! The database goes away and comes back: callers are told to try again, and then it works.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use dialtone_domain::{Domain, OpenError, Unavailable};
use sqlx::{Connection, PgConnection};
use support::for_each_database;

#[test]
fn after_the_server_hung_up_on_everyone_the_board_goes_on_by_itself() {
    for_each_database(|domain, url| async move {
        let work: Vec<_> = (0..12)
            .map(|_| {
                let domain = domain.clone();
                tokio::spawn(async move { domain.users.list(None, 1).await.unwrap() })
            })
            .collect();
        for done in work {
            done.await.unwrap();
        }
        if url.starts_with("postgres") {
            let mut link = PgConnection::connect(&url).await.unwrap();
            let hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
            sqlx::query(hang_up).execute(&mut link).await.unwrap();
        }
        let mut refused = 0;
        while let Err(error) = domain.events.prune(chrono::Utc::now()).await {
            assert_eq!(error, Unavailable::Away);
            refused += 1;
            assert!(refused <= 16, "each dead connection fails once at most");
        }
        domain.ping().await.unwrap();
    });
}

#[test]
fn a_database_that_cannot_be_opened_is_named() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let refused = |url: &'static str| async move { Domain::open(url).await.unwrap_err() };
        assert!(matches!(refused("mysql://x").await, OpenError::Url));
        assert!(matches!(refused("sqlite:").await, OpenError::Url));
        assert!(matches!(refused("sqlite:/nonexistent/board.db").await, OpenError::Create { .. }));
        assert!(matches!(refused("postgres://127.0.0.1:1/x").await, OpenError::Connect(_)));
    });
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("board 100%?.db");
    runtime.block_on(async {
        let domain = Domain::open(&format!("sqlite:{}", path.display())).await.unwrap();
        domain.users.ensure_sysop().await.unwrap();
        for entry in folder.path().read_dir().unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        }
        domain.close().await;
    });
    assert!(path.exists());
}
