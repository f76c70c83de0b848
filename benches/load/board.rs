//! The server under measurement: the program itself, on free ports, with a data directory of its own.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use dialtone_domain::users::NewAccount;
use dialtone_domain::{Domain, Secret};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::process::Process;
use crate::{Outcome, fail};

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Names another build of the board, to compare two.
const PROGRAM: &str = "DIALTONE_BENCH_BOARD";
/// The password of every account made here.
pub const PASSWORD: &str = "tidal marmot 7 lamp";

/// A running board; killed when dropped.
pub struct Board {
    child: Child,
    /// Telnet port on 127.0.0.1.
    pub telnet: u16,
    /// SSH port on 127.0.0.1.
    pub ssh: u16,
    /// From the start of the process to the log line that says it is ready.
    pub ready_after: Duration,
    /// The process.
    pub process: Process,
}

impl Board {
    /// Starts a board over `data`, which may be empty, and waits until it is ready.
    pub async fn start(data: &Path) -> Outcome<Self> {
        let begin = Instant::now();
        let program = std::env::var_os(PROGRAM).unwrap_or_else(|| env!("CARGO_BIN_EXE_dialtone").into());
        let mut child = Command::new(program)
            .arg("serve")
            .env_clear()
            .env("DIALTONE_STORAGE__DATA_DIR", data)
            .env("DIALTONE_LISTEN__TELNET", "127.0.0.1:0")
            .env("DIALTONE_LISTEN__SSH", "127.0.0.1:0")
            .env("DIALTONE_LISTEN__HTTP", "127.0.0.1:0")
            .env("DIALTONE_LIMITS__CALLS", "100000")
            .env("DIALTONE_LIMITS__CALLS_PER_ADDRESS", "100000")
            .env("DIALTONE_LIMITS__CALLS_PER_MINUTE", "0")
            .current_dir(data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let log = child.stderr.take().ok_or_else(|| fail("no log"))?;
        let (ready, log) = timeout(PATIENCE, line_with(log, "ready"))
            .await
            .map_err(|_| fail("the board does not start"))??;
        let ready_after = begin.elapsed();
        // Read to the end, or the board would wait for room in the pipe.
        tokio::spawn(async move {
            let mut lines = log.lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if line.contains("ERROR") || line.contains("WARN") {
                    eprintln!("  board: {line}");
                }
            }
        });
        let process = Process(child.id().ok_or_else(|| fail("the board has ended"))?);
        Ok(Self { child, telnet: port(&ready, "telnet=")?, ssh: port(&ready, "ssh=")?, ready_after, process })
    }

    /// Waits until the second host key is made, so that no later start has to make it.
    pub async fn has_rsa_key(&self, data: &Path) -> Outcome<()> {
        let begin = Instant::now();
        while !data.join("ssh_host_rsa_key").exists() {
            if begin.elapsed() > PATIENCE {
                return Err(fail("the board makes no RSA key"));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Ends it as a service manager does and waits until it is gone.
    pub async fn stop(mut self) -> Outcome<()> {
        Command::new("kill").arg(self.process.0.to_string()).status().await?;
        timeout(PATIENCE, self.child.wait()).await.map_err(|_| fail("the board does not stop"))??;
        Ok(())
    }
}

/// Makes `count` accounts in a board's database.
pub async fn accounts(data: &Path, count: usize) -> Outcome<()> {
    let domain = Domain::open(&format!("sqlite:{}", data.join("dialtone.db").display())).await?;
    for number in 0..count {
        let new = NewAccount {
            handle: handle(number).to_owned(),
            password: Secret::new(PASSWORD.to_owned()),
            ..NewAccount::default()
        };
        domain.users.register(new).await?;
    }
    domain.close().await;
    Ok(())
}

/// The handle of the nth account. Words, because the board lets no two handles look alike.
pub fn handle(number: usize) -> &'static str {
    const HANDLES: [&str; 20] = [
        "Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett", "Kilo",
        "Lima", "Mike", "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango",
    ];
    HANDLES.get(number % HANDLES.len()).copied().unwrap_or_default()
}

async fn line_with<R: AsyncRead + Unpin>(log: R, word: &str) -> Outcome<(String, BufReader<R>)> {
    let mut log = BufReader::new(log);
    let mut said = String::new();
    loop {
        let mut line = String::new();
        if log.read_line(&mut line).await? == 0 {
            return Err(fail(format!("the board ended:\n{said}")));
        }
        if line.contains(word) {
            return Ok((line, log));
        }
        said.push_str(&line);
    }
}

fn port(line: &str, key: &str) -> Outcome<u16> {
    let address = line.split_once(key).and_then(|(_, rest)| rest.split_whitespace().next());
    let port = address.and_then(|address| address.rsplit(':').next()).and_then(|port| port.parse().ok());
    port.ok_or_else(|| fail(format!("no {key} in: {line}")))
}
