//! Hashing gives its memory back: a board on which many have logged in is no larger than before.

#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use dialtone_domain::{Domain, UsersError};

/// Resident memory of this process in KiB.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn many_logins_leave_no_hash_buffer_behind() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("board.db").display());
        let domain = Domain::open(&url).await.unwrap();
        let log_in =
            |domain: Domain| async move { domain.users.log_in("nobody", &"some password".into()).await };
        assert_eq!(log_in(domain.clone()).await, Err(UsersError::Unauthenticated));
        let before = resident();
        let tries: Vec<_> = (0..24).map(|_| tokio::spawn(log_in(domain.clone()))).collect();
        for tried in tries {
            assert_eq!(tried.await.unwrap(), Err(UsersError::Unauthenticated));
        }
        // One buffer is 19 MiB; threads and pages of code are far from that.
        let grown = resident() - before;
        assert!(grown < 8 * 1024, "{grown} KiB");
        domain.close().await;
    });
}
