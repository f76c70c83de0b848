//! The floor: the least a server can do for the same bytes, in a process of its own.
//!
//! The telnet floor accepts, writes one probe, waits for its answer and writes what the board writes; from then on it
//! shows what is typed. `!` hashes a password as a login does and shows `!`. The SSH floor is russh with the board's
//! own settings and a handler that does nothing but write those bytes.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use dialtone::transport::ssh;
use russh::keys::{Algorithm, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Handler, Msg, Session};
use russh::{Channel, ChannelId};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::process::Process;
use crate::{Outcome, fail};

/// Which floor a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Bare TCP.
    Telnet,
    /// Bare russh.
    Ssh,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Telnet => "telnet",
            Self::Ssh => "ssh",
        }
    }
}

/// A running floor; killed when dropped.
pub struct Floor {
    _child: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// From the start of the process to its word that it is ready.
    pub ready_after: Duration,
    /// The process.
    pub process: Process,
}

impl Floor {
    /// Starts this program again as a floor that writes the bytes of the file `welcome`.
    pub async fn start(kind: Kind, welcome: &Path) -> Outcome<Self> {
        let begin = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--floor", kind.name()])
            .arg(welcome)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let process = Process(child.id().ok_or_else(|| fail("the floor has ended"))?);
        let stdout = child.stdout.take().ok_or_else(|| fail("no output"))?;
        let line = BufReader::new(stdout).lines().next_line().await?.unwrap_or_default();
        let ready_after = begin.elapsed();
        let port = line.parse().map_err(|_| fail(format!("the floor said {line:?}")))?;
        Ok(Self { _child: child, port, ready_after, process })
    }
}

/// What the process of a floor does, until it is killed.
pub async fn run(kind: Kind, welcome: &Path) -> Outcome<()> {
    let welcome: Arc<[u8]> = std::fs::read(welcome)?.into();
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    println!("{}", listener.local_addr()?.port());
    match kind {
        Kind::Telnet => {
            let cores = Arc::new(Semaphore::new(std::thread::available_parallelism()?.get()));
            loop {
                let (stream, _) = listener.accept().await?;
                tokio::spawn(telnet(stream, Arc::clone(&welcome), Arc::clone(&cores)));
            }
        }
        Kind::Ssh => {
            let key = PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519)?;
            let config = ssh::config(vec![key]);
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                let (config, bare) = (Arc::clone(&config), Bare(Arc::clone(&welcome)));
                tokio::spawn(async move {
                    if let Ok(running) = russh::server::run_stream(config, stream, bare).await {
                        // A caller who hangs up is all that can happen.
                        running.await.ok();
                    }
                });
            }
        }
    }
}

async fn telnet(mut stream: TcpStream, welcome: Arc<[u8]>, cores: Arc<Semaphore>) -> Outcome<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"\x1b[6n").await?;
    while !hear(&mut stream).await?.contains(&b'R') {}
    stream.write_all(&welcome).await?;
    loop {
        let heard = hear(&mut stream).await?;
        for _ in heard.iter().filter(|byte| **byte == b'!') {
            let core = Arc::clone(&cores).acquire_owned().await?;
            tokio::task::spawn_blocking(move || {
                crate::hash::hash();
                drop(core);
            })
            .await?;
        }
        stream.write_all(&heard).await?;
    }
}

/// Waits without a buffer of its own: that is what an idle connection costs.
async fn hear(stream: &mut TcpStream) -> Outcome<Vec<u8>> {
    stream.readable().await?;
    let mut buffer = Vec::with_capacity(512);
    if stream.read_buf(&mut buffer).await? == 0 {
        return Err(fail("hung up"));
    }
    Ok(buffer)
}

struct Bare(Arc<[u8]>);

impl Handler for Bare {
    type Error = russh::Error;

    async fn auth_none(&mut self, _user: &str) -> Result<Auth, Self::Error> {
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        session.data(channel, self.0.to_vec())?;
        Ok(())
    }
}
