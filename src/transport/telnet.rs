//! Telnet: a TCP stream, the codec and the terminal's keys as one [`Connection`].

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use dialtone_telnet::{Received, Telnet, TelnetOption};
use dialtone_terminal::Report;
use dialtone_terminal::probe::{Hint, Probe};
use futures_channel::mpsc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::input::Keyboard;
use super::late_answers::LateAnswers;
use super::moot::{Moot, seam};
use super::throttle::Throttle;
use super::{
    Connection, Entry, ExitStatus, Input, LAST_WORDS, Locale, LoggedIn, Outgoing, Output, Peer, WireSettings,
    Writes,
};

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
/// The slowest line worth waiting for, in bytes a second: 300 baud. A caller who takes a byte now and then is slower.
const SLOWEST: usize = 30;
/// How much the protocol may have to say to a caller who does not read before the board reads no more of theirs.
const REPLIES: usize = 4096;
/// How many bytes a second are read that are no keys: negotiation, signs of life, NULs. Nobody needs more, and reading
/// them is work that others wait for.
const CHATTER: u32 = 64 * 1024;
/// How much of a second's worth may come at once.
const CHATTER_AT_ONCE: Duration = Duration::from_secs(1);
/// Bytes of the longest key, such as a click of the mouse.
const LONGEST_KEY: usize = 16;
/// How much of what a caller sends is still taken after the end of their call.
const UNREAD: usize = 256 * 1024;

/// What every telnet call of a board shares.
#[derive(Clone)]
pub struct Settings {
    /// How long output may stay unread.
    pub stall: Duration,
    /// Bytes until logged in, those of the protocol included.
    pub login_bytes: usize,
    /// Where SSH is answered, for whoever speaks it here.
    pub ssh_port: u16,
    /// Set when the board goes down: lines get [`LAST_WORDS`] from then on.
    pub shutdown: CancellationToken,
}

/// Answers one telnet call: finds out the terminal, runs `session` with the [`Connection`], pumps until both are done.
/// Errors: what the socket says.
pub async fn serve<F, Fut>(
    stream: TcpStream,
    address: IpAddr,
    settings: Settings,
    session: F,
) -> io::Result<()>
where
    F: FnOnce(Box<Connection>) -> Fut,
    Fut: Future<Output = ()>,
{
    let mut line = Line::new(stream, settings.login_bytes);
    let mut probe = Probe::new(Hint::default());
    match Box::pin(line.find_out(&mut probe, &settings.shutdown)).await? {
        Found::Caller => {}
        Found::Stranger(words) => return Box::pin(line.send_off(words(settings.ssh_port))).await,
        Found::Nobody => return Ok(()),
    }
    let (terminal, echo) = (probe.conclude(), line.telnet.us(TelnetOption::ECHO));
    line.keyboard.adopt(&terminal);
    line.late = LateAnswers::new(probe, echo, line.settled());
    let (output, writes) = Output::channel();
    let (inputs, input) = mpsc::channel(super::INPUT_QUEUE - 1);
    let hangup = CancellationToken::new();
    let connection = Box::new(Connection {
        input,
        output,
        peer: Peer { address, transport: "telnet", secure: false },
        echo,
        terminal,
        locale: std::mem::take(&mut line.locale).into_name(),
        entry: Entry::Unknown,
        command: None,
        exit: ExitStatus::default(),
        logged_in: line.logged_in.clone(),
        hangup: hangup.clone(),
    });
    // The end of the session is the end of the line, whatever the caller still sends or does not read.
    let over = hangup.clone();
    // In a box: held by value, it would be in this future once more for each block around it.
    let session = Box::pin(async move {
        session(connection).await;
        over.cancel();
    });
    let ((), result) = tokio::join!(session, line.pump(inputs, writes, &settings, &hangup));
    result
}

/// How long what is being sent may take. Only what is sent renews it, and not for ever.
struct Patience {
    stall: Duration,
    until: Instant,
    at_most: Instant,
}

impl Patience {
    fn new(stall: Duration) -> Self {
        let now = Instant::now();
        Self { stall, until: now, at_most: now }
    }

    /// So many bytes are to be sent, which takes so long at the line's own pace.
    fn begin(&mut self, bytes: usize, paced: Duration) {
        let slowest = Duration::from_secs((bytes / SLOWEST) as u64);
        self.at_most = Instant::now() + self.stall + slowest + paced;
        self.renew();
    }

    /// Some of it has been sent.
    fn renew(&mut self) {
        self.until = self.at_most.min(Instant::now() + self.stall);
    }
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
    locale: Locale,
    throttle: Throttle,
    late: LateAnswers,
    /// What the protocol still has to say. While it is more than [`REPLIES`], nothing is read.
    replies: Vec<u8>,
    /// When what has been read that was no keys would have been read at [`CHATTER`].
    chatter: Instant,
    /// Bytes that may still come before the caller has logged in.
    allowance: usize,
    logged_in: LoggedIn,
}

impl Line {
    fn new(stream: TcpStream, allowance: usize) -> Self {
        Self {
            stream,
            telnet: Telnet::new(),
            keyboard: Keyboard::new(),
            size: None,
            locale: Locale::default(),
            throttle: Throttle::full(),
            late: LateAnswers::default(),
            replies: Vec::new(),
            chatter: Instant::now(),
            allowance,
            logged_in: LoggedIn::default(),
        }
    }

    /// Asks everything in one write and goes on as soon as all is answered. Waits for no write: what the caller does not
    /// take now is the pump's.
    async fn find_out(&mut self, probe: &mut Probe, shutdown: &CancellationToken) -> io::Result<Found> {
        self.telnet.open(&mut self.replies);
        self.telnet.encode(probe.questions(), &mut self.replies);
        let latest = Instant::now() + SLOW;
        let mut silent = Instant::now() + GRACE;
        let mut first = true;
        while !(probe.answered() && self.telnet.settled()) && self.keyboard.len() < TYPE_AHEAD {
            tokio::select! {
                ready = self.stream.writable(), if !self.replies.is_empty() => {
                    ready?;
                    self.reply()?;
                    continue;
                }
                ready = self.stream.readable(), if self.replies.len() < REPLIES => ready?,
                () = sleep_until(silent.min(latest)) => break,
                () = shutdown.cancelled() => break,
            }
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
            self.receive(bytes, Some(&mut *probe))?;
        }
        Ok(Found::Caller)
    }

    /// Sends what there is room for of the protocol's replies.
    fn reply(&mut self) -> io::Result<()> {
        match self.stream.try_write(&self.replies) {
            Ok(n) => drop(self.replies.drain(..n)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether telnet has nothing more to say of the terminal.
    fn settled(&self) -> bool {
        self.telnet.settled() || !self.telnet.is_telnet()
    }

    /// Bytes from the wire to the keyboard; the protocol's replies join those that wait. Errors when the caller has sent
    /// more than they may before logging in.
    fn receive(&mut self, bytes: &[u8], mut probe: Option<&mut Probe>) -> io::Result<()> {
        if !self.logged_in.get() {
            self.allowance = self
                .allowance
                .checked_sub(bytes.len())
                .ok_or_else(|| io::Error::other("too many bytes before logging in"))?;
        }
        let (keyboard, size, replies) = (&mut self.keyboard, &mut self.size, &mut self.replies);
        let locale = &mut self.locale;
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
                locale.variable(name, value);
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
        Ok(())
    }

    /// Carries bytes both ways until the session is done, `hangup` is set or the caller is gone. Only what is sent renews
    /// the clocks of what is to be sent.
    async fn pump(
        &mut self,
        mut inputs: mpsc::Sender<Input>,
        mut writes: Writes,
        settings: &Settings,
        hangup: &CancellationToken,
    ) -> io::Result<()> {
        let mut outgoing = Vec::new();
        let mut sent = 0;
        // What stands in `outgoing` up to here is a screen, of the drops so far.
        let (mut screen, mut drops) = (0_usize, 0);
        let mut patience = Patience::new(settings.stall);
        let mut listened = true;
        let mut closing = false;
        let mut end: Option<Instant> = None;
        loop {
            if outgoing.is_empty() && !self.replies.is_empty() {
                outgoing = std::mem::take(&mut self.replies);
                patience.begin(outgoing.len(), Duration::ZERO);
            }
            let owed = sent < outgoing.len();
            let paced = self.throttle.wait();
            let flush_at = self.keyboard.flush_at();
            let listens = listened && self.keyboard.is_empty() && self.replies.len() < REPLIES;
            let hushed = self.hushed();
            let due = owed.then(|| paced.unwrap_or(patience.until));
            tokio::select! {
                ready = self.stream.writable(), if owed && paced.is_none() => {
                    ready?;
                    let end = sent + self.throttle.slice(outgoing.len() - sent);
                    match self.stream.try_write(outgoing.get(sent..end).unwrap_or_default()) {
                        Ok(n) => {
                            sent += n;
                            self.throttle.sent(n);
                            writes.moot.left(screen.saturating_sub(sent));
                            patience.renew();
                        }
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Err(error) => return Err(error),
                    }
                    if sent >= outgoing.len() {
                        (outgoing, sent, screen) = (Vec::new(), 0, 0);
                    }
                }
                () = sleep_until(due.into_iter().chain(end).min().unwrap_or(patience.until)), if owed || end.is_some() => {
                    let now = Instant::now();
                    if end.is_some_and(|end| end <= now) {
                        return Err(io::Error::new(io::ErrorKind::TimedOut, "the last words were not read"));
                    }
                    if owed && paced.is_none() && patience.until <= now {
                        return Err(io::Error::new(io::ErrorKind::TimedOut, "the caller does not read"));
                    }
                }
                write = writes.recv(), if outgoing.is_empty() => match write {
                    Some(Outgoing::Bytes(bytes)) => {
                        self.telnet.encode(&bytes, &mut outgoing);
                        patience.begin(outgoing.len(), self.throttle.time(outgoing.len()));
                    }
                    Some(Outgoing::Screen(bytes, stamp)) => {
                        self.telnet.encode(&bytes, &mut outgoing);
                        (screen, drops) = (outgoing.len(), stamp);
                        patience.begin(outgoing.len(), self.throttle.time(outgoing.len()));
                    }
                    Some(Outgoing::Tune(settings)) => self.tune(settings, &writes.moot),
                    None => return Box::pin(self.close()).await,
                },
                more = self.keyboard.deliver(&mut inputs), if listened && !self.keyboard.is_empty() => listened = more,
                ready = self.stream.readable(), if listens && hushed.is_none() => {
                    ready?;
                    // A socket that always has something is always ready: others' turn comes by the task's budget.
                    tokio::task::coop::consume_budget().await;
                    if !self.read()? {
                        return Ok(());
                    }
                    if !self.keyboard.is_empty() {
                        writes.moot.key(|| self.keyboard.letters());
                    }
                }
                () = sleep_until(hushed.unwrap_or(flush_at)), if listens && hushed.is_some() => {}
                () = sleep_until(flush_at), if self.keyboard.waiting() => {
                    self.keyboard.flush();
                    writes.moot.key(|| self.keyboard.letters());
                }
                () = hangup.cancelled(), if !closing => {
                    (closing, listened) = (true, false);
                    writes.close();
                    // The last words follow what is being sent: nothing of it is moot any more.
                    screen = 0;
                    while let Some(write) = writes.try_recv() {
                        match write {
                            Outgoing::Bytes(bytes) | Outgoing::Screen(bytes, _) => {
                                self.telnet.encode(&bytes, &mut outgoing);
                            }
                            Outgoing::Tune(settings) => self.tune(settings, &writes.moot),
                        }
                    }
                    let left = outgoing.len() - sent;
                    let time = self.throttle.time(left);
                    // Nothing may have been sent for an hour: the clock starts with the last words.
                    patience.begin(left, time);
                    end = end.or(Some(Instant::now() + LAST_WORDS + time));
                }
                () = settings.shutdown.cancelled(), if end.is_none() => end = Some(Instant::now() + LAST_WORDS),
            }
            if screen > sent && drops != writes.moot.drops() {
                let end = seam(outgoing.get(..screen).unwrap_or_default(), sent, true);
                outgoing.drain(end..screen);
                screen = 0;
                writes.moot.left(0);
                if sent >= outgoing.len() {
                    // Dropped right behind what was sent: nothing is owed, and the next screen may be taken.
                    (outgoing, sent) = (Vec::new(), 0);
                }
            }
        }
    }

    fn tune(&mut self, settings: WireSettings, moot: &Moot) {
        self.keyboard.set_charset(settings.charset);
        self.throttle.set(settings.speed);
        moot.set_slow(self.throttle.slow());
    }

    /// Until when nothing is read of a caller who sends too much that is no keys; none if they don't.
    fn hushed(&self) -> Option<Instant> {
        let until = self.chatter.checked_sub(CHATTER_AT_ONCE)?;
        (until > Instant::now()).then_some(until)
    }

    /// One read; false at the end of the call.
    fn read(&mut self) -> io::Result<bool> {
        let mut bytes = [0; READ];
        match self.stream.try_read(&mut bytes) {
            Ok(0) => Ok(false),
            Ok(n) => {
                let mut late = std::mem::take(&mut self.late);
                self.receive(bytes.get(..n).unwrap_or_default(), late.probe())?;
                let chatter = n.saturating_sub(self.keyboard.len() * LONGEST_KEY);
                let takes = Duration::from_secs(chatter as u64) / CHATTER;
                self.chatter = self.chatter.max(Instant::now()) + takes;
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
    async fn close(&mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        let drained = async {
            let mut left = UNREAD;
            let mut bytes = [0; READ];
            while left > 0 {
                match self.stream.read(&mut bytes).await {
                    Ok(n) if n > 0 => left = left.saturating_sub(n),
                    _ => break,
                }
            }
        };
        // Either way the line ends now.
        timeout(LINGER, drained).await.ok();
        Ok(())
    }

    async fn send_off(mut self, words: String) -> io::Result<()> {
        timeout(LAST_WORDS, self.stream.write_all(words.as_bytes())).await??;
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
    let line = Line::new(stream, 0);
    // Whether the words arrive is up to the caller.
    line.send_off(format!("\r\n{words}\r\n")).await.ok();
}

#[cfg(test)]
mod tests;
