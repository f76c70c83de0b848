//! One SSH channel from its shell or exec request to its close.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dialtone_terminal::Report;
use dialtone_terminal::probe::{Environment, Hint, Probe};
use futures_channel::mpsc;
use russh::server::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::Answer;
use super::state::{ConnectionState, OpenChannel};
use crate::transport::input::Keyboard;
use crate::transport::late_answers::LateAnswers;
use crate::transport::moot::{Moot, seam};
use crate::transport::throttle::Throttle;
use crate::transport::{
    Connection, Entry, ExitStatus, INPUT_QUEUE, Input, LAST_WORDS, Locale, LoggedIn, Outgoing, Output, Peer,
    WireSettings, Writes,
};

/// What a terminal that answers nothing costs its caller.
const GRACE: Duration = Duration::from_millis(300);
/// How much may be typed ahead while the terminal is being found out.
const TYPE_AHEAD: usize = 4096;
/// Bytes made keys at once: no more than the session takes soon.
const DECODED: usize = 1024;
/// Bytes held for a session that is busy. A client that keeps to the window it is given never gets there.
const HELD: usize = 1024 * 1024;
/// What a client is told whose connection runs commands faster than it may.
const TOO_MANY_COMMANDS: &[u8] = b"Too many commands on one connection. Try again in a minute.\n";
/// What a command exits with that was not run but may be later: EX_TEMPFAIL.
const TRY_LATER: u32 = 75;
/// SSH_EXTENDED_DATA_STDERR (RFC 4254, 5.2).
const STDERR: u32 = 1;

/// What the client said about its terminal before it asked for a shell.
#[derive(Default)]
pub struct Hints {
    /// TERM, printable; none without a pty.
    pub term: Option<String>,
    /// Columns and rows.
    pub size: Option<(u16, u16)>,
    /// What its environment tells about it.
    pub environment: Environment,
    /// What it tells about the caller's language.
    pub locale: Locale,
}

/// What the channel is for.
pub enum Want {
    /// The board.
    Call,
    /// One command.
    Command(String),
}

/// What the session has said of the terminal and the reader of its keys has not heard yet.
type NewSettings = Arc<Mutex<Option<WireSettings>>>;

/// One channel on its way to a session.
pub struct SshChannel {
    /// The channel, with nothing read from it yet.
    pub channel: Channel<Msg>,
    /// Its terminal.
    pub hints: Hints,
    /// Its purpose.
    pub want: Want,
    /// The peer.
    pub address: IpAddr,
    /// Who has logged in.
    pub entry: Entry,
    /// How long output may stay unread.
    pub stall: Duration,
    /// What the connection's channels share.
    pub state: Arc<ConnectionState>,
    /// The channel's place among them.
    pub open: OpenChannel,
}

impl SshChannel {
    /// Runs the channel until the session ends or the caller is gone, then closes it.
    pub async fn run(self, answer: Answer) {
        let running = self.state.begin_call();
        let _open = self.open;
        let (read, write) = self.channel.split();
        if matches!(self.want, Want::Command(_)) && !self.state.may_run_command() {
            // What comes on a channel that nobody reads stops the whole connection.
            drop(read);
            if !Box::pin(refuse(&write)).await {
                running.unread();
            }
            return;
        }
        let tuned = NewSettings::default();
        let mut reader = ChannelReader {
            read,
            ended: false,
            state: Arc::clone(&self.state),
            raw: VecDeque::new(),
            size: None,
            keyboard: Keyboard::new(),
            settings: Arc::clone(&tuned),
            late: LateAnswers::default(),
            echo: self.hints.term.is_some(),
        };
        let mut probe = Probe::new(Hint {
            terminal_type: self.hints.term.as_deref(),
            environment: self.hints.environment,
            size: self.hints.size,
        });
        let mut asked = false;
        let command = match self.want {
            Want::Command(line) => Some(line),
            Want::Call => {
                asked =
                    self.hints.term.as_deref().is_some_and(|term| !matches!(term, "" | "dumb" | "unknown"));
                if asked && !Box::pin(reader.find_out(&write, &mut probe)).await {
                    // The client may have closed its side: ours is closed all the same, or it would stay for ever.
                    if !Box::pin(close(&write, 0)).await {
                        running.unread();
                    }
                    return;
                }
                None
            }
        };
        let terminal = probe.conclude();
        reader.keyboard.adopt(&terminal);
        if asked {
            reader.late = LateAnswers::new(probe, reader.echo, true);
        }
        let (output, writes) = Output::channel();
        let moot = Arc::clone(&writes.moot);
        let (inputs, input) = mpsc::channel(INPUT_QUEUE - 1);
        let exit = ExitStatus::default();
        let connection = Box::new(Connection {
            input,
            output,
            peer: Peer { address: self.address, transport: "ssh", secure: true },
            // Without a pty the client's own terminal shows what is typed.
            echo: reader.echo,
            terminal,
            locale: self.hints.locale.into_name(),
            entry: self.entry,
            command,
            exit: exit.clone(),
            logged_in: LoggedIn::default(),
            hangup: self.state.hangup.clone(),
        });
        // The end of the session, or of the whole connection: what is left to send has a clock of its own from here on.
        let over = self.state.hangup.child_token();
        // Written out in their place: a future that is kept in a variable first is in this one twice.
        tokio::join!(
            async {
                answer(connection).await;
                over.cancel();
            },
            async {
                let taken = tokio::select! {
                    taken = speak(&write, writes, tuned, self.stall, &over) => taken,
                    // The caller is gone when nothing more can be heard; what the session still says goes nowhere.
                    () = reader.listen(inputs, &moot) => true,
                };
                if !taken {
                    tracing::info!(transport = "ssh", "call dropped: the caller does not read");
                }
                if !Box::pin(close(&write, exit.get())).await || !taken {
                    running.unread();
                }
            }
        );
    }
}

/// Sends what the session writes until it is done; false if the caller does not read. Nothing that the caller sends
/// renews its clocks.
async fn speak(
    write: &ChannelWriteHalf<Msg>,
    mut writes: Writes,
    tuned: NewSettings,
    stall: Duration,
    over: &CancellationToken,
) -> bool {
    let mut throttle = Throttle::full();
    let mut closing = false;
    let tune = |settings: WireSettings, throttle: &mut Throttle, moot: &Moot| {
        *tuned.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings);
        throttle.set(settings.speed);
        moot.set_slow(throttle.slow());
    };
    // All that is queued, once the call is over.
    let rest = |writes: &mut Writes, throttle: &mut Throttle, bytes: &mut Vec<u8>| {
        writes.close();
        while let Some(outgoing) = writes.try_recv() {
            match outgoing {
                Outgoing::Bytes(more) | Outgoing::Screen(more, _) => bytes.extend(more),
                Outgoing::Tune(settings) => tune(settings, throttle, &writes.moot),
            }
        }
    };
    loop {
        let (mut bytes, mut stamp) = (Vec::new(), None);
        tokio::select! {
            outgoing = writes.recv() => match outgoing {
                Some(Outgoing::Bytes(outgoing)) => bytes = outgoing,
                Some(Outgoing::Screen(outgoing, drawn)) => (bytes, stamp) = (outgoing, Some(drawn)),
                Some(Outgoing::Tune(settings)) => tune(settings, &mut throttle, &writes.moot),
                None => return true,
            },
            () = over.cancelled(), if !closing => {
                closing = true;
                rest(&mut writes, &mut throttle, &mut bytes);
            }
        }
        let patience = if closing { LAST_WORDS } else { stall };
        let mut due = Instant::now() + patience + throttle.time(bytes.len());
        let mut sent = 0;
        while sent < bytes.len() {
            if let Some(paced) = throttle.wait() {
                sleep_until(paced).await;
            }
            if stamp.is_some_and(|stamp| stamp != writes.moot.drops()) {
                bytes.truncate(seam(&bytes, sent, false));
                writes.moot.left(0);
                if sent >= bytes.len() {
                    break;
                }
            }
            let end = sent + throttle.slice(bytes.len() - sent);
            // What goes out at once is not copied.
            let slice = if sent == 0 && end == bytes.len() {
                std::mem::take(&mut bytes)
            } else {
                let slice = bytes.get(sent..end).unwrap_or_default().to_vec();
                sent = end;
                slice
            };
            throttle.sent(slice.len());
            if stamp.is_some_and(|stamp| stamp == writes.moot.drops()) {
                writes.moot.left(bytes.len().saturating_sub(sent));
            }
            let mut sending = std::pin::pin!(write.data_bytes(slice));
            loop {
                tokio::select! {
                    sent = &mut sending => match sent {
                        Ok(()) => break,
                        Err(_) => return true,
                    },
                    () = over.cancelled(), if !closing => {
                        closing = true;
                        // The last words follow what is being sent: nothing of it is moot any more.
                        stamp = None;
                        rest(&mut writes, &mut throttle, &mut bytes);
                        due = Instant::now() + LAST_WORDS + throttle.time(bytes.len().saturating_sub(sent));
                    }
                    () = sleep_until(due) => return false,
                }
            }
        }
    }
}

/// Says that there were too many commands; false if the client does not hear it.
async fn refuse(write: &ChannelWriteHalf<Msg>) -> bool {
    let told = timeout(LAST_WORDS, write.extended_data_bytes(STDERR, TOO_MANY_COMMANDS)).await.is_ok();
    close(write, TRY_LATER).await && told
}

/// Tells the client that the call is over; false if it cannot be told.
async fn close(write: &ChannelWriteHalf<Msg>, status: u32) -> bool {
    let closing = async {
        write.exit_status(status).await.ok();
        write.eof().await.ok();
        write.close().await.ok();
    };
    timeout(LAST_WORDS, closing).await.is_ok()
}

struct ChannelReader {
    read: ChannelReadHalf,
    /// The caller says no more, and still listens.
    ended: bool,
    state: Arc<ConnectionState>,
    /// What has come and is no key yet.
    raw: VecDeque<u8>,
    /// The size the window has now, if that is news.
    size: Option<(u16, u16)>,
    keyboard: Keyboard,
    /// What the session says of the terminal.
    settings: NewSettings,
    /// What the terminal may still answer.
    late: LateAnswers,
    /// As the connection's.
    echo: bool,
}

impl ChannelReader {
    /// Asks the terminal in one write and goes on at its last answer; false if the caller hung up.
    async fn find_out(&mut self, write: &ChannelWriteHalf<Msg>, probe: &mut Probe) -> bool {
        let deadline = Instant::now() + GRACE;
        // SyncTERM opens its channel with a window of 0 and widens it after the shell reply.
        if let Ok(Err(_)) = timeout_at(deadline, write.data_bytes(probe.questions().to_vec())).await {
            return false;
        }
        while !probe.answered() && self.keyboard.len() < TYPE_AHEAD {
            match timeout_at(deadline, self.read.wait()).await {
                Err(_) => break,
                Ok(None) => return false,
                Ok(Some(message)) => match self.take(message, Some(probe)) {
                    Heard::More => {}
                    // Nothing more will be answered, and the session hears of it.
                    Heard::End => break,
                    Heard::Gone => return false,
                },
            }
        }
        true
    }

    /// Moves data into our own queue and never stops reading while the session is busy: the protocol's loop
    /// waits for this reader before it does anything else. It is the client that waits, for a wider window. Returns when
    /// the channel is closed.
    async fn listen(&mut self, inputs: mpsc::Sender<Input>, moot: &Moot) {
        let mut inputs = Some(inputs);
        loop {
            let keys = self.keyboard.len();
            while self.keyboard.is_empty() && (self.size.is_some() || !self.raw.is_empty()) {
                self.decode();
            }
            if self.keyboard.len() > keys {
                moot.key(|| self.keyboard.letters());
            }
            if self.ended && self.raw.is_empty() && self.keyboard.is_empty() && !self.keyboard.waiting() {
                inputs = None;
            }
            if inputs.is_none() {
                self.forget(self.raw.len());
            }
            let flush_at = self.keyboard.flush_at();
            tokio::select! {
                message = self.read.wait() => match message.map(|message| self.take(message, None)) {
                    Some(Heard::More | Heard::End) => {}
                    Some(Heard::Gone) | None => return,
                },
                more = deliver(&mut self.keyboard, inputs.as_mut()),
                    if inputs.is_some() && !self.keyboard.is_empty() => if !more { inputs = None },
                () = sleep_until(flush_at), if self.keyboard.waiting() && self.raw.is_empty() => {
                    self.keyboard.flush();
                    moot.key(|| self.keyboard.letters());
                }
            }
            if self.raw.len() > HELD {
                tracing::info!(transport = "ssh", "call dropped: more sent than there was a window for");
                return;
            }
        }
    }

    /// One message of the channel. What is typed is kept as it came until the session has taken what came before.
    fn take(&mut self, message: ChannelMsg, probe: Option<&mut Probe>) -> Heard {
        match (message, probe) {
            (ChannelMsg::Data { data }, Some(probe)) => {
                self.keyboard.feed(&data, |report: Report| probe.answer(&report));
            }
            (ChannelMsg::Data { data }, None) => {
                self.raw.extend(&data);
                self.state.hold(data.len());
            }
            (ChannelMsg::WindowChange { col_width, row_height, .. }, probe) => {
                let (columns, rows) = (clamp(col_width), clamp(row_height));
                match probe {
                    Some(probe) => probe.size(columns, rows),
                    None => self.size = Some((columns, rows)),
                }
            }
            (ChannelMsg::Eof, _) => {
                self.ended = true;
                return Heard::End;
            }
            (ChannelMsg::Close, _) => return Heard::Gone,
            _ => {}
        }
        Heard::More
    }

    /// Makes keys of some of what has come.
    fn decode(&mut self) {
        let settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(settings) = settings {
            self.keyboard.set_charset(settings.charset);
        }
        let mut probe = self.late.probe();
        if let Some((columns, rows)) = self.size.take() {
            match &mut probe {
                Some(probe) => probe.size(columns, rows),
                None => self.keyboard.push(Input::Resize { columns, rows }),
            }
        }
        let (bytes, _) = self.raw.as_slices();
        let bytes = bytes.get(..DECODED).unwrap_or(bytes);
        self.keyboard.feed(bytes, |report: Report| {
            if let Some(probe) = probe.as_deref_mut() {
                probe.answer(&report);
            }
        });
        let decoded = bytes.len();
        self.forget(decoded);
        if let Some(news) = self.late.news(true, self.echo) {
            self.keyboard.push(news);
        }
    }

    /// The first of what has come is held no more.
    fn forget(&mut self, bytes: usize) {
        self.raw.drain(..bytes);
        self.state.release(bytes);
        if self.raw.is_empty() && self.raw.capacity() > DECODED {
            // A paste has made it large, and the call may now idle for hours.
            self.raw = VecDeque::new();
        }
    }
}

impl Drop for ChannelReader {
    fn drop(&mut self) {
        self.state.release(self.raw.len());
    }
}

/// What a message of the channel means for the call.
enum Heard {
    More,
    End,
    Gone,
}

async fn deliver(keyboard: &mut Keyboard, session: Option<&mut mpsc::Sender<Input>>) -> bool {
    match session {
        Some(session) => keyboard.deliver(session).await,
        None => false,
    }
}

/// A size as a client gives it, in cells; what no terminal has becomes the largest.
pub(super) fn clamp(cells: u32) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}
