//! Telnet: a TCP stream, the codec and the terminal's keys as one [`Connection`].

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use dialtone_telnet::{Received, Telnet, TelnetOption};
use dialtone_terminal::Report;
use dialtone_terminal::probe::{Hint, Probe};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::input::Keyboard;
use super::late::Late;
use super::moot::seam;
use super::pace::Pace;
use super::{Connection, Entry, ExitStatus, Input, Outgoing, Output, Peer, Writes};

/// What a terminal that answers nothing, or nothing more, costs its caller.
const GRACE: Duration = Duration::from_millis(300);
/// What one that answers bit by bit may take for all of it.
const SLOW: Duration = Duration::from_secs(2);
/// How much may be typed ahead while the terminal is being found out.
const TYPE_AHEAD: usize = 4096;
/// How long a closing line is kept open for the last screen to arrive.
const LINGER: Duration = Duration::from_millis(500);
/// One read from the wire, in bytes.
const READ: usize = 4096;

/// Answers one telnet call: finds out the terminal, runs `session` with the [`Connection`], pumps until both are done.
/// Errors: what the socket says.
pub async fn serve<F, Fut>(
    stream: TcpStream,
    address: IpAddr,
    stall: Duration,
    ssh_port: u16,
    session: F,
) -> io::Result<()>
where
    F: FnOnce(Connection) -> Fut,
    Fut: Future<Output = ()>,
{
    let mut line = Line::new(stream);
    let mut probe = Probe::new(Hint::default());
    match Box::pin(line.find_out(&mut probe)).await? {
        Found::Caller => {}
        Found::Stranger(words) => return line.send_off(words(ssh_port).as_bytes()).await,
        Found::Nobody => return Ok(()),
    }
    let (terminal, echo) = (probe.conclude(), line.telnet.us(TelnetOption::ECHO));
    line.keyboard.adopt(&terminal);
    line.late = Late::new(probe, echo, line.settled());
    let (output, writes) = Output::channel();
    let (inputs, input) = mpsc::channel(super::INPUT_QUEUE);
    let connection = Connection {
        input,
        output,
        peer: Peer { address, transport: "telnet", secure: false },
        echo,
        terminal,
        entry: Entry::Unknown,
        command: None,
        exit: ExitStatus::default(),
    };
    let ((), result) = tokio::join!(session(connection), line.pump(inputs, writes, stall));
    result
}

/// Who is at the other end.
enum Found {
    Caller,
    /// A program that speaks another protocol, with the words to send it off.
    Stranger(fn(u16) -> String),
    Nobody,
}

struct Line {
    stream: TcpStream,
    telnet: Telnet,
    keyboard: Keyboard,
    size: Option<(u16, u16)>,
    pace: Pace,
    late: Late,
}

impl Line {
    fn new(stream: TcpStream) -> Self {
        let (telnet, keyboard) = (Telnet::new(), Keyboard::new());
        Self { stream, telnet, keyboard, size: None, pace: Pace::full(), late: Late::default() }
    }

    /// Asks everything in one write and goes on as soon as all is answered.
    async fn find_out(&mut self, probe: &mut Probe) -> io::Result<Found> {
        let mut opening = Vec::with_capacity(128);
        self.telnet.open(&mut opening);
        self.telnet.encode(probe.questions(), &mut opening);
        self.stream.write_all(&opening).await?;
        let latest = Instant::now() + SLOW;
        let mut silent = Instant::now() + GRACE;
        let mut first = true;
        while !(probe.answered() && self.telnet.settled()) && self.keyboard.len() < TYPE_AHEAD {
            let ready = tokio::select! {
                ready = self.stream.readable() => ready,
                () = sleep_until(silent.min(latest)) => break,
            };
            ready?;
            let mut bytes = [0; READ];
            let bytes = match self.stream.try_read(&mut bytes) {
                Ok(0) => return Ok(Found::Nobody),
                Ok(n) => bytes.get(..n).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            };
            if std::mem::take(&mut first)
                && let Some(words) = stranger(bytes)
            {
                return Ok(Found::Stranger(words));
            }
            silent = Instant::now() + GRACE;
            let mut replies = Vec::new();
            self.receive(bytes, &mut replies, Some(&mut *probe));
            if !replies.is_empty() {
                self.stream.write_all(&replies).await?;
            }
        }
        Ok(Found::Caller)
    }

    /// Whether telnet has nothing more to say of the terminal.
    fn settled(&self) -> bool {
        self.telnet.settled() || !self.telnet.is_telnet()
    }

    /// Bytes from the wire to the keyboard; replies of the protocol to `replies`.
    fn receive(&mut self, bytes: &[u8], replies: &mut Vec<u8>, mut probe: Option<&mut Probe>) {
        let (keyboard, size) = (&mut self.keyboard, &mut self.size);
        let mut are_you_there = false;
        self.telnet.receive(bytes, replies, |received| match received {
            Received::Data(data) => keyboard.feed(data, |report: Report| {
                if let Some(probe) = probe.as_deref_mut() {
                    probe.answer(&report);
                }
            }),
            Received::WindowSize { columns, rows } => {
                // Before the session begins the size is the terminal's, after that it is news.
                if *size != Some((columns, rows)) {
                    *size = Some((columns, rows));
                    match probe.as_deref_mut() {
                        Some(probe) => probe.size(columns, rows),
                        None => keyboard.push(Input::Resize { columns, rows }),
                    }
                }
            }
            Received::TerminalType(name) => {
                if let Some(probe) = probe.as_deref_mut() {
                    probe.terminal_type(name);
                }
            }
            Received::Command(dialtone_telnet::Command::AreYouThere) => are_you_there = true,
            Received::Environment { name, value } => {
                if let Some(probe) = probe.as_deref_mut() {
                    probe.variable(name, value);
                }
            }
            Received::Command(_) => {}
        });
        if are_you_there {
            // RFC 854: some visible evidence. BEL is heard and leaves the screen as it is.
            replies.push(7);
        }
    }

    /// Carries bytes both ways until the session is done or the caller is gone.
    async fn pump(
        mut self,
        inputs: mpsc::Sender<Input>,
        mut writes: Writes,
        stall: Duration,
    ) -> io::Result<()> {
        let mut outgoing = Vec::new();
        let mut sent = 0;
        // What stands in `outgoing` up to here is a screen, of the drops so far.
        let (mut screen, mut drops) = (0_usize, 0);
        let mut stalled_at = Instant::now();
        let mut listened = true;
        loop {
            let paced = self.pace.wait();
            let flush_at = self.keyboard.flush_at();
            tokio::select! {
                ready = self.stream.writable(), if sent < outgoing.len() && paced.is_none() => {
                    ready?;
                    let end = sent + self.pace.slice(outgoing.len() - sent);
                    match self.stream.try_write(outgoing.get(sent..end).unwrap_or_default()) {
                        Ok(n) => {
                            sent += n;
                            self.pace.sent(n);
                            writes.moot.left(screen.saturating_sub(sent));
                            stalled_at = Instant::now() + stall;
                        }
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Err(error) => return Err(error),
                    }
                    if sent >= outgoing.len() {
                        (outgoing, sent, screen) = (Vec::new(), 0, 0);
                    }
                }
                () = sleep_until(paced.unwrap_or(stalled_at)), if sent < outgoing.len() => {
                    if paced.is_none() {
                        return Err(io::Error::new(io::ErrorKind::TimedOut, "the caller does not read"));
                    }
                }
                write = writes.recv(), if outgoing.is_empty() => match write {
                    Some(Outgoing::Bytes(bytes)) => {
                        self.telnet.encode(&bytes, &mut outgoing);
                        stalled_at = Instant::now() + stall;
                    }
                    Some(Outgoing::Screen(bytes, stamp)) => {
                        self.telnet.encode(&bytes, &mut outgoing);
                        (screen, drops) = (outgoing.len(), stamp);
                        stalled_at = Instant::now() + stall;
                    }
                    Some(Outgoing::Tune(tuning)) => {
                        self.keyboard.set_charset(tuning.charset);
                        self.pace.set(tuning.speed);
                        writes.moot.set_slow(self.pace.slow());
                    }
                    None => return Box::pin(self.close()).await,
                },
                more = self.keyboard.deliver(&inputs), if listened && !self.keyboard.is_empty() => listened = more,
                ready = self.stream.readable(), if listened && self.keyboard.is_empty() => {
                    ready?;
                    if !self.read(&mut outgoing)? {
                        return Ok(());
                    }
                    if !self.keyboard.is_empty() {
                        writes.moot.key(|| self.keyboard.letters());
                    }
                    stalled_at = stalled_at.max(Instant::now() + stall);
                }
                () = sleep_until(flush_at), if self.keyboard.waiting() => {
                    self.keyboard.flush();
                    writes.moot.key(|| self.keyboard.letters());
                }
            }
            if screen > sent && drops != writes.moot.drops() {
                let end = seam(outgoing.get(..screen).unwrap_or_default(), sent, true);
                outgoing.drain(end..screen);
                screen = 0;
                writes.moot.left(0);
            }
        }
    }

    /// One read; false at the end of the call.
    fn read(&mut self, replies: &mut Vec<u8>) -> io::Result<bool> {
        let mut bytes = [0; READ];
        match self.stream.try_read(&mut bytes) {
            Ok(0) => Ok(false),
            Ok(n) => {
                let mut late = std::mem::take(&mut self.late);
                self.receive(bytes.get(..n).unwrap_or_default(), replies, late.probe());
                if let Some(news) = late.news(self.settled(), self.telnet.us(TelnetOption::ECHO)) {
                    self.keyboard.push(news);
                }
                self.late = late;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Ends the line so that the last screen arrives: unread input would turn the close into a reset.
    async fn close(mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        let drained = async {
            let mut bytes = [0; 512];
            while matches!(self.stream.read(&mut bytes).await, Ok(n) if n > 0) {}
        };
        // Either way the line ends now.
        timeout(LINGER, drained).await.ok();
        Ok(())
    }

    async fn send_off(mut self, words: &[u8]) -> io::Result<()> {
        self.stream.write_all(words).await?;
        self.close().await
    }
}

/// Words for a program that called the wrong port, if its first bytes say so.
fn stranger(bytes: &[u8]) -> Option<fn(u16) -> String> {
    const HTTP: [&[u8]; 5] = [b"GET ", b"POST ", b"HEAD ", b"OPTIONS ", b"CONNECT "];
    if HTTP.iter().any(|method| bytes.starts_with(method)) {
        return Some(|_| {
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n\
             This is a bulletin board. Call it with a telnet program.\r\n"
                .to_owned()
        });
    }
    if bytes.starts_with(b"SSH-") {
        return Some(|port| format!("This is the telnet line. SSH is answered on port {port}.\r\n"));
    }
    // A TLS handshake record (RFC 8446, 5.1): nobody there reads words.
    bytes.starts_with(&[0x16, 0x03]).then_some(|_| String::new())
}

/// Tells a caller who is not let in why, and hangs up.
pub async fn refuse(stream: TcpStream, words: &str) {
    let line = Line::new(stream);
    // Whether the words arrive is up to the caller.
    line.send_off(format!("\r\n{words}\r\n").as_bytes()).await.ok();
}
