//! Callers: over telnet, and over SSH with russh's client.

use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, Handle, Handler, Msg};
use russh::keys::PublicKeyOrCertificate;
use russh::{Channel, ChannelMsg};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::syncterm::{OPENING, Telnet, Terminal};
use crate::{Outcome, fail};

/// How long words may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long nothing comes once a screen is drawn.
const QUIET: Duration = Duration::from_millis(150);

/// A call over telnet.
pub struct TelnetCaller {
    stream: TcpStream,
    telnet: Telnet,
    terminal: Terminal,
}

impl TelnetCaller {
    /// Calls 127.0.0.1.
    pub async fn dial(port: u16) -> Outcome<Self> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        stream.write_all(&OPENING).await?;
        Ok(Self { stream, telnet: Telnet::default(), terminal: Terminal::default() })
    }

    /// Answers what is asked until `words` have come; gives everything up to their end.
    pub async fn until(&mut self, words: &str) -> Outcome<Vec<u8>> {
        let reading = async {
            let mut buffer = vec![0; 8192];
            loop {
                if let Some(heard) = self.terminal.take(words) {
                    return Ok(heard);
                }
                let read = self.stream.read(&mut buffer).await?;
                if read == 0 {
                    return Err(fail("hung up"));
                }
                let (mut data, mut replies) = (Vec::new(), Vec::new());
                self.telnet.receive(buffer.get(..read).unwrap_or_default(), &mut data, &mut replies);
                self.terminal.feed(&data, &mut replies);
                if !replies.is_empty() {
                    self.stream.write_all(&replies).await?;
                }
            }
        };
        match timeout(PATIENCE, reading).await {
            Ok(done) => done,
            Err(_) => Err(missing(words, &self.terminal)),
        }
    }

    /// Bytes that come until nothing has come for a while.
    pub async fn settled(&mut self) -> Outcome<usize> {
        let mut all = 0;
        while let Ok(came) = timeout(QUIET, self.some()).await {
            all += came?;
        }
        Ok(all)
    }

    /// Bytes that come next. Errors if the call ends.
    pub async fn some(&mut self) -> Outcome<usize> {
        let mut buffer = vec![0; 8192];
        match self.stream.read(&mut buffer).await? {
            0 => Err(fail("hung up")),
            read => Ok(read),
        }
    }

    /// Types.
    pub async fn send(&mut self, keys: &str) -> Outcome<()> {
        Ok(self.stream.write_all(keys.as_bytes()).await?)
    }
}

struct AnyHost;

impl Handler for AnyHost {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

/// A call over SSH.
pub struct SshCaller {
    channel: Channel<Msg>,
    terminal: Terminal,
    // The connection ends with its handle.
    _connection: Handle<AnyHost>,
}

impl SshCaller {
    /// Calls 127.0.0.1, logs in (without a password if there is none) and asks for a shell on a terminal of SyncTERM's.
    pub async fn dial(port: u16, user: &str, password: Option<&str>) -> Outcome<Self> {
        let config = Arc::new(client::Config { nodelay: true, ..client::Config::default() });
        let mut connection = client::connect(config, ("127.0.0.1", port), AnyHost).await?;
        let answer = match password {
            Some(password) => connection.authenticate_password(user, password).await?,
            None => connection.authenticate_none(user).await?,
        };
        if !answer.success() {
            return Err(fail(format!("{user} is not let in")));
        }
        let channel = connection.channel_open_session().await?;
        channel.request_pty(false, "syncterm", 80, 24, 640, 384, &[]).await?;
        channel.request_shell(false).await?;
        Ok(Self { channel, terminal: Terminal::default(), _connection: connection })
    }

    /// Answers what is asked until `words` have come; gives everything up to their end.
    pub async fn until(&mut self, words: &str) -> Outcome<Vec<u8>> {
        let reading = async {
            loop {
                if let Some(heard) = self.terminal.take(words) {
                    return Ok(heard);
                }
                match self.channel.wait().await {
                    Some(ChannelMsg::Data { data }) => {
                        let mut replies = Vec::new();
                        self.terminal.feed(&data, &mut replies);
                        if !replies.is_empty() {
                            self.channel.data_bytes(replies).await?;
                        }
                    }
                    Some(ChannelMsg::Close) | None => return Err(fail("hung up")),
                    Some(_) => {}
                }
            }
        };
        match timeout(PATIENCE, reading).await {
            Ok(done) => done,
            Err(_) => Err(missing(words, &self.terminal)),
        }
    }

    /// Types.
    pub async fn send(&mut self, keys: &str) -> Outcome<()> {
        Ok(self.channel.data_bytes(keys.as_bytes().to_vec()).await?)
    }
}

fn missing(words: &str, terminal: &Terminal) -> crate::Failure {
    fail(format!("{words:?} did not come, but {:?}", String::from_utf8_lossy(terminal.heard())))
}
