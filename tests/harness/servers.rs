//! Databases and NATS servers of a test's own, on the private servers that `tests/run` starts.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::board::signal;
use super::log::Log;

/// A setting that `tests/run` makes. Without it the test fails: it is never passed over.
fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests with tests/run"))
}

/// A new, empty PostgreSQL database, dropped at the end.
pub struct Database {
    /// Its `postgres://` address.
    pub url: String,
    name: String,
}

impl Database {
    /// Creates one.
    pub fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let server = setting("DIALTONE_TEST_POSTGRES");
        psql(&server, &format!("CREATE DATABASE {name}"));
        let (server, _) = server.rsplit_once('/').expect("the address names a database");
        Self { url: format!("{server}/{name}"), name }
    }

    /// Runs one statement and returns its rows, columns parted by `|`.
    pub fn query(&self, sql: &str) -> String {
        psql(&self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            psql(&setting("DIALTONE_TEST_POSTGRES"), &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

fn psql(url: &str, sql: &str) -> String {
    let program = std::env::var_os("DIALTONE_TEST_POSTGRES_BIN")
        .map_or("psql".into(), |bin| PathBuf::from(bin).join("psql"));
    let run = Command::new(program)
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, url])
        .stdin(Stdio::null())
        .output()
        .expect("psql starts");
    assert!(run.status.success(), "{sql}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8_lossy(&run.stdout).trim_end().to_owned()
}

/// A nats-server of the test's own, which it may stop and start again.
pub struct Nats {
    /// Its `nats://` address, which outlives a restart.
    pub url: String,
    port: u16,
    pid: u32,
    log: Log,
}

impl Nats {
    /// Starts one on a free port.
    pub fn start() -> Self {
        let (log, pid) = Self::spawn("-1");
        let line = log.wait_text("Listening for client connections on ");
        let port = line.rsplit_once(':').and_then(|(_, port)| port.trim().parse().ok());
        let port = port.unwrap_or_else(|| panic!("no port in {line}"));
        log.wait_text("Server is ready");
        Self { url: format!("nats://127.0.0.1:{port}"), port, pid, log }
    }

    /// Stops it at once, as a crash would.
    pub fn stop(&self) {
        if !self.log.ended() {
            signal(self.pid, "KILL");
        }
        self.log.wait_end();
    }

    /// Starts it again on the same port.
    pub fn start_again(&mut self) {
        (self.log, self.pid) = Self::spawn(&self.port.to_string());
        self.log.wait_text("Server is ready");
    }

    fn spawn(port: &str) -> (Log, u32) {
        let child = Command::new(setting("DIALTONE_TEST_NATS_BIN"))
            .args(["--addr", "127.0.0.1", "--port", port])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("nats-server starts");
        let pid = child.id();
        (Log::follow(child), pid)
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        if !self.log.ended() {
            signal(self.pid, "KILL");
        }
    }
}
