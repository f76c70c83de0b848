//! Databases and NATS servers of a test's own, on the private servers that `tests/run` starts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::DEADLINE;
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
    /// The server it is dropped from, by what name; none where the server goes with it.
    drop_from: Option<(String, String)>,
}

impl Database {
    /// Creates one.
    pub fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let server = setting("DIALTONE_TEST_POSTGRES");
        psql(&server, &format!("CREATE DATABASE {name}"));
        let (base, _) = server.rsplit_once('/').expect("the address names a database");
        Self { url: format!("{base}/{name}"), drop_from: Some((server, name)) }
    }

    /// Runs one statement and returns its rows, columns parted by `|`.
    pub fn query(&self, sql: &str) -> String {
        psql(&self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = self.drop_from.take()
            && !std::thread::panicking()
        {
            psql(&server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// A PostgreSQL server of the test's own, which it may stop and start again.
pub struct Postgres {
    directory: TempDir,
    port: u16,
    log: Log,
    pid: u32,
}

impl Postgres {
    /// Makes a cluster and starts it on a free port.
    pub fn start() -> Self {
        let directory = TempDir::new().expect("a temporary directory can be made");
        let data = directory.path().join("data");
        std::fs::create_dir(&data).expect("the directory can be written");
        // PostgreSQL refuses to run as root, and its own user has to get there.
        let open = std::fs::Permissions::from_mode(0o711);
        std::fs::set_permissions(directory.path(), open).expect("the directory is ours");
        if let Some(owner) = unprivileged() {
            assert!(
                Command::new("chown").arg(owner).arg(&data).status().is_ok_and(|status| status.success())
            );
        }
        let options =
            ["--username=dialtone", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        let made =
            as_owner("initdb").arg("--pgdata").arg(&data).args(options).output().expect("initdb starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // It cannot choose a port by itself: somebody may take the one found here before it does.
        for _ in 0..10 {
            let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
            let port = free.expect("a port is free").port();
            let (log, pid) = Self::spawn(&data, port);
            if log.wait_any_text(&["ready to accept connections", "could not create any TCP/IP sockets"]) == 0
            {
                return Self { directory, port, log, pid };
            }
        }
        panic!("PostgreSQL found no port");
    }

    /// The database of a board.
    pub fn database(&self) -> Database {
        Database { url: format!("postgres://dialtone@127.0.0.1:{}/postgres", self.port), drop_from: None }
    }

    /// Stops it; whoever is connected is thrown out.
    pub fn stop(&self) {
        if !self.log.ended() {
            signal(self.pid, "INT");
        }
        self.log.wait_end();
    }

    /// Starts it again, on the same port and data.
    pub fn start_again(&mut self) {
        (self.log, self.pid) = Self::spawn(&self.directory.path().join("data"), self.port);
        self.log.wait_text("ready to accept connections");
    }

    /// Stops every process of it where it is: connections stay open, and nothing is answered.
    pub fn freeze(&self) {
        assert!(self.signal_all("STOP") > 1, "the server has processes that answer");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal_all("CONT");
    }

    /// To the first process, which makes the others, and then to those. Returns how many heard it.
    fn signal_all(&self, name: &str) -> usize {
        let first = signal(self.pid, name);
        let children = format!("/proc/{0}/task/{0}/children", self.pid);
        let children = std::fs::read_to_string(children).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        usize::from(first) + children.filter(|child| signal(*child, name)).count()
    }

    fn spawn(data: &Path, port: u16) -> (Log, u32) {
        let mut command = as_owner("postgres");
        command.arg("-D").arg(data).args(["-p", &port.to_string()]);
        for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"] {
            command.args(["-c", setting]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("postgres starts");
        let pid = child.id();
        (Log::follow(child), pid)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if !self.log.ended() {
            self.thaw();
            // The parent alone: without it the others end by themselves.
            signal(self.pid, "QUIT");
            if !std::thread::panicking() {
                self.log.wait_end();
            }
        }
    }
}

/// Whom PostgreSQL runs as where this user is root.
fn unprivileged() -> Option<&'static str> {
    let id = |words: &[&str]| Command::new("id").args(words).output().ok().filter(|run| run.status.success());
    let root = id(&["-u"]).is_some_and(|run| run.stdout == b"0\n");
    root.then(|| if id(&["postgres"]).is_some() { "postgres" } else { "nobody" })
}

/// One of PostgreSQL's programs, run as it wants to be.
fn as_owner(program: &str) -> Command {
    let program = PathBuf::from(setting("DIALTONE_TEST_POSTGRES_BIN")).join(program);
    let mut command = match unprivileged() {
        None => return Command::new(program),
        Some(owner) => {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={owner}"), "--regid=nogroup", "--clear-groups", "--reset-env"]);
            command
        }
    };
    command.arg(program).current_dir("/");
    command
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

    /// Listens to everything under the board's prefix from now on.
    pub fn listen(&self) -> Subscription {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("nats-server answers");
        stream.set_read_timeout(Some(DEADLINE)).expect("a TCP socket has this option");
        let said = b"CONNECT {\"verbose\":false}\r\nSUB backend.> 1\r\nPING\r\n";
        (&stream).write_all(said).expect("nats-server reads");
        let mut subscription = Subscription(BufReader::new(stream));
        subscription.wait("PONG");
        subscription
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

/// What comes by under the board's prefix, in NATS's own protocol: a line of subject and length, then the payload.
pub struct Subscription(BufReader<TcpStream>);

impl Subscription {
    /// Waits for a line with `text` in it and returns it with the one behind it.
    pub fn wait(&mut self, text: &str) -> String {
        let mut lines = self.0.by_ref().lines();
        loop {
            let line = lines.next().and_then(Result::ok);
            let line = line.unwrap_or_else(|| panic!("nothing with \"{text}\" came by"));
            if line.contains(text) {
                let payload = if line.starts_with("MSG") { lines.next().and_then(Result::ok) } else { None };
                return line + "\n" + &payload.unwrap_or_default();
            }
        }
    }
}
