//! The board under test, on free ports with a data directory of its own: in the test's process, or as the built program
//! where a test is about that: its command line, its signals, its memory and files, or how it is killed.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::Arc;

use dialtone::config::Config;
use portable_pty::CommandBuilder;
use serde_json::Value;
use tempfile::TempDir;

use super::DEADLINE;
use super::here::Here;
use super::log::{Log, field};
use super::servers::{Database, Nats};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dialtone");

/// How a board is started: nothing set is a board on SQLite with no configuration.
#[derive(Clone)]
pub struct Setup {
    data: Arc<TempDir>,
    scratch: Arc<TempDir>,
    database: Option<Arc<Database>>,
    nats: Option<String>,
    environment: Vec<(String, String)>,
    arguments: Vec<String>,
    open_files: Option<usize>,
    process: bool,
}

impl Setup {
    /// The board is the built program, in a process of its own.
    pub fn process(mut self) -> Self {
        self.process = true;
        self
    }

    /// A database in PostgreSQL of its own, empty.
    pub fn postgres(self) -> Self {
        self.database(&Arc::new(Database::create()))
    }

    /// A database that other boards have too.
    pub fn database(mut self, database: &Arc<Database>) -> Self {
        self.database = Some(Arc::clone(database));
        self
    }

    /// A doorbell.
    pub fn nats(mut self, nats: &Nats) -> Self {
        self.nats = Some(nats.url.clone());
        self
    }

    /// A variable, such as `DIALTONE_LIMITS__CALLS`.
    pub fn env(mut self, name: &str, value: impl ToString) -> Self {
        self.environment.push((name.to_owned(), value.to_string()));
        self
    }

    /// A configuration file with this text.
    pub fn config(self, text: &str) -> Self {
        let file = self.scratch.path().join("dialtone.toml");
        std::fs::write(&file, text).expect("the scratch directory can be written");
        let file = file.to_string_lossy().into_owned();
        self.arguments(&["--config", &file])
    }

    /// More words for `serve`.
    pub fn arguments(mut self, words: &[&str]) -> Self {
        self.arguments.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    /// How many files the board's process may have open.
    pub fn open_files(mut self, files: usize) -> Self {
        self.open_files = Some(files);
        self
    }

    /// Where the board keeps its data, to put files there before it starts.
    pub fn data_dir(&self) -> &Path {
        self.data.path()
    }

    /// Starts it and waits until it answers.
    pub fn start(self) -> Board {
        let (log, running) = if self.process {
            let (log, pid) = self.spawn();
            (log, Running::Program(pid))
        } else {
            assert!(
                self.open_files.is_none(),
                "a limit is a process's: start this board with Setup::process"
            );
            let log = Log::default();
            let here = Here::start(self.configuration(), &log);
            (log, Running::Here(here))
        };
        let ready = log.wait_message("ready");
        let address = |name: &str| -> SocketAddr {
            field(&ready, name).parse().unwrap_or_else(|_| panic!("no address \"{name}\" in {ready}"))
        };
        let (telnet, ssh, http) = (address("telnet"), address("ssh"), address("http"));
        Board { telnet, ssh, http, log, running, setup: self }
    }

    /// Starts the program, which must refuse to run; returns how it ended and all it said.
    pub fn refuse(self) -> (ExitStatus, String) {
        let (log, _) = self.spawn();
        let status = log.wait_end();
        (status, log.lines().join("\n"))
    }

    fn spawn(&self) -> (Log, u32) {
        let mut command = match self.open_files {
            None => self.program(PROGRAM),
            Some(files) => {
                let mut shell = self.program("sh");
                shell.args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\""), PROGRAM]);
                shell
            }
        };
        command.arg("serve").arg("--data-dir").arg(self.data.path());
        for transport in ["--telnet", "--ssh", "--http"] {
            command.args([transport, "127.0.0.1:0"]);
        }
        if let Some(database) = &self.database {
            command.args(["--database", &database.url]);
        }
        if let Some(nats) = &self.nats {
            command.args(["--nats", nats]);
        }
        command.args(["--log-format", "json"]).args(&self.arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("the built program starts");
        let pid = child.id();
        (Log::follow(child), pid)
    }

    /// What `serve` makes of these settings.
    fn configuration(&self) -> Config {
        let mut file = None;
        let mut environment = self.environment.clone();
        let mut set = |name: &str, value: &str| environment.push((name.to_owned(), value.to_owned()));
        set("DIALTONE_STORAGE__DATA_DIR", &self.data.path().to_string_lossy());
        for name in ["TELNET", "SSH", "HTTP"] {
            set(&format!("DIALTONE_LISTEN__{name}"), "127.0.0.1:0");
        }
        if let Some(database) = &self.database {
            set("DIALTONE_STORAGE__DATABASE", &database.url);
        }
        if let Some(nats) = &self.nats {
            set("DIALTONE_STORAGE__NATS", nats);
        }
        set("DIALTONE_LOG__FORMAT", "json");
        for words in self.arguments.chunks(2) {
            match words {
                [option, value] if option == "--config" => file = Some(PathBuf::from(value)),
                [option, value] if option == "--database" => set("DIALTONE_STORAGE__DATABASE", value),
                [option, value] if option == "--role" => set("DIALTONE_INSTANCE__ROLE", value),
                words => panic!("{words:?} is for the program: start this board with Setup::process"),
            }
        }
        Config::load(file.as_deref(), environment.into_iter()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The program with no setting but this board's: what the shell has set must not matter.
    fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.scratch.path());
        for (name, _) in std::env::vars_os() {
            let known = ["DATABASE_URL", "NATS_URL", "RUST_LOG", "NOTIFY_SOCKET"].iter().any(|n| name == *n);
            if known || name.to_string_lossy().starts_with("DIALTONE_") {
                command.env_remove(name);
            }
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// What a board runs as.
enum Running {
    /// The program, by its process.
    Program(u32),
    /// A part of the test's process.
    Here(Here),
}

/// A running board. It is killed when dropped, and must not have panicked by then.
pub struct Board {
    /// Where it answers telnet.
    pub telnet: SocketAddr,
    /// Where it answers SSH.
    pub ssh: SocketAddr,
    /// Where it answers health checks.
    pub http: SocketAddr,
    /// What it said so far.
    pub log: Log,
    running: Running,
    setup: Setup,
}

impl Board {
    /// A board on SQLite with no configuration, in the test's process.
    pub fn start() -> Self {
        Self::setup().start()
    }

    /// A board to be configured and started.
    pub fn setup() -> Setup {
        let directory = || Arc::new(TempDir::new().expect("a temporary directory can be made"));
        let (data, scratch) = (directory(), directory());
        Setup {
            data,
            scratch,
            database: None,
            nats: None,
            environment: Vec::new(),
            arguments: Vec::new(),
            open_files: None,
            process: false,
        }
    }

    /// The sysop that a new board makes: handle and password.
    pub fn sysop(&self) -> (String, String) {
        let line = self.log.wait_message("sysop created");
        (field(&line, "handle"), field(&line, "password"))
    }

    /// A directory for the test's own files, apart from the board's data.
    pub fn scratch(&self) -> PathBuf {
        self.setup.scratch.path().to_owned()
    }

    /// Where the board keeps its data.
    pub fn data_dir(&self) -> &Path {
        self.setup.data_dir()
    }

    /// Runs one statement on the board's database.
    pub fn execute(&self, sql: &str) {
        if let Some(database) = &self.setup.database {
            database.query(sql);
            return;
        }
        let file = sqlx::sqlite::SqliteConnectOptions::new().filename(self.data_dir().join("dialtone.db"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let run = async {
            let mut link = sqlx::ConnectOptions::connect(&file).await?;
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut link).await?;
            sqlx::Connection::close(link).await
        };
        runtime.block_on(run).unwrap_or_else(|error: sqlx::Error| panic!("{sql}: {error}"));
    }

    /// Runs a subcommand beside the board, on its data.
    pub fn cli(&self, words: &[&str]) -> Output {
        self.cli_told(words, "")
    }

    /// The same for one that reads `input`.
    pub fn cli_told(&self, words: &[&str], input: &str) -> Output {
        let mut command = self.setup.program(PROGRAM);
        command.args(words).arg("--data-dir").arg(self.data_dir());
        if let Some(database) = &self.setup.database {
            command.args(["--database", &database.url]);
        }
        if let Some(nats) = &self.setup.nats {
            command.args(["--nats", nats]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the built program starts");
        if let Some(mut stdin) = child.stdin.take() {
            let _ = stdin.write_all(input.as_bytes()); // one that reads nothing may have ended already
        }
        child.wait_with_output().expect("the program ends")
    }

    /// The same for one that must succeed: what it printed as JSON.
    pub fn cli_json(&self, words: &[&str]) -> Value {
        let run = self.cli(words);
        let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success(), "{words:?}: {}\n{out}{err}", run.status);
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{words:?}: {error}\n{out}{err}"))
    }

    /// A subcommand that wants a terminal, beside the board and on its data.
    pub fn at_terminal(&self, words: &[&str]) -> CommandBuilder {
        let prepared = self.setup.program(PROGRAM);
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(words);
        command.arg("--data-dir");
        command.arg(self.data_dir());
        if let Some(database) = &self.setup.database {
            command.args(["--database", &database.url]);
        }
        if let Some(nats) = &self.setup.nats {
            command.args(["--nats", nats]);
        }
        command.cwd(self.scratch());
        for (name, value) in prepared.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            }
        }
        for name in ["COLORTERM", "NO_COLOR", "LANG", "LC_CTYPE"] {
            command.env_remove(name);
        }
        command
    }

    /// Asks over HTTP: the status code and the body.
    pub fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.http).expect("the board answers HTTP");
        stream.set_read_timeout(Some(DEADLINE)).expect("a TCP socket has this option");
        let request = format!("GET {path} HTTP/1.1\r\nHost: board\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("the board reads the request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the board answers and closes");
        let (head, body) = answer.split_once("\r\n\r\n").expect("the answer has a head");
        let status =
            head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("the head has a status");
        (status, body.to_owned())
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        match self.running {
            Running::Program(pid) => pid,
            Running::Here(_) => panic!("this board has no process: start it with Setup::process"),
        }
    }

    /// The board, if it is in this process and still runs.
    pub fn here(&self) -> Option<&Here> {
        match &self.running {
            Running::Here(here) if !self.log.ended() => Some(here),
            _ => None,
        }
    }

    /// Sends a signal by name, such as `HUP`.
    pub fn signal(&self, name: &str) {
        match &self.running {
            Running::Program(pid) => {
                assert!(signal(*pid, name), "cannot send {name}: the board is gone\n{}", self.log.tail());
            }
            Running::Here(here) => here.signal(name),
        }
    }

    /// Asks it to end and waits until it has.
    pub fn stop(&self) -> ExitStatus {
        self.signal("TERM");
        self.log.wait_end()
    }

    /// Ends it as a crash would.
    pub fn kill(&self) {
        self.signal("KILL");
        self.log.wait_end();
    }

    /// Starts a board that has ended again, on the same data; its ports are new.
    pub fn again(&self) -> Self {
        assert!(self.log.ended(), "the board still runs");
        self.setup.clone().start()
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        if let Running::Program(pid) = self.running
            && !self.log.ended()
        {
            signal(pid, "KILL");
            if !std::thread::panicking() {
                self.log.wait_end();
            }
        }
        if !std::thread::panicking() {
            let panicked = self.log.lines().iter().any(|line| line.contains("panicked at"));
            assert!(!panicked, "the board has panicked\n{}", self.log.tail());
        }
    }
}

/// Sends a signal to a process that this test started; false if there is none any more.
pub fn signal(pid: u32, name: &str) -> bool {
    // The shell's own `kill`: a small Debian has no program of that name.
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("kill -s {name} {pid}")]).stderr(Stdio::null());
    shell.status().is_ok_and(|status| status.success())
}
