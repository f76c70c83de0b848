//! One SSH channel from its shell or exec request to its close.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dialtone_terminal::Report;
use dialtone_terminal::probe::{Environment, Hint, Probe};
use russh::server::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::Answer;
use crate::transport::input::Keyboard;
use crate::transport::late::Late;
use crate::transport::moot::{Moot, seam};
use crate::transport::pace::Pace;
use crate::transport::{
    Connection, Entry, ExitStatus, INPUT_QUEUE, Input, Outgoing, Output, Peer, Tuning, Writes,
};

/// What a terminal that answers nothing costs its caller.
const GRACE: Duration = Duration::from_millis(300);
/// Inputs held for a session that is busy. SSH cannot be told to wait without stopping everything else on the
/// connection, so a client that pastes more than this is let go.
const HELD: usize = 256 * 1024;

/// What the client said about its terminal before it asked for a shell.
#[derive(Default)]
pub struct Hints {
    /// TERM, printable; none without a pty.
    pub term: Option<String>,
    /// Columns and rows.
    pub size: Option<(u16, u16)>,
    /// What its environment tells about it.
    pub environment: Environment,
}

/// What the channel is for.
pub enum Want {
    /// The board.
    Call,
    /// One command.
    Command(String),
}

/// One channel on its way to a session.
pub struct Leg {
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
    /// How many of the connection's channels are at work.
    pub open: Arc<AtomicUsize>,
}

impl Leg {
    /// Runs the channel until the session ends or the caller is gone, then closes it.
    pub async fn run(self, answer: Answer) {
        self.open.fetch_add(1, Ordering::AcqRel);
        let (read, write) = self.channel.split();
        let (tuned, tuning) = watch::channel(None);
        let mut ear = Ear {
            read,
            keyboard: Keyboard::new(),
            tuning,
            late: Late::default(),
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
                if asked && !ear.find_out(&write, &mut probe).await {
                    self.open.fetch_sub(1, Ordering::AcqRel);
                    return;
                }
                None
            }
        };
        let terminal = probe.conclude();
        ear.keyboard.adopt(&terminal);
        if asked {
            ear.late = Late::new(probe, ear.echo, true);
        }
        let (output, writes) = Output::channel();
        let moot = Arc::clone(&writes.moot);
        let (inputs, input) = mpsc::channel(INPUT_QUEUE);
        let exit = ExitStatus::default();
        let connection = Connection {
            input,
            output,
            peer: Peer { address: self.address, transport: "ssh", secure: true },
            // Without a pty the client's own terminal shows what is typed.
            echo: ear.echo,
            terminal,
            entry: self.entry,
            command,
            exit: exit.clone(),
        };
        let session = answer(connection);
        let carried = async {
            tokio::select! {
                () = speak(&write, writes, tuned, self.stall) => {}
                // The caller is gone when nothing more can be heard; what the session still says goes nowhere.
                () = ear.listen(inputs, &moot) => {}
            }
            close(&write, exit.get(), self.stall).await;
        };
        tokio::join!(session, carried);
        self.open.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Sends what the session writes until it is done or the caller does not read.
async fn speak(
    write: &ChannelWriteHalf<Msg>,
    mut writes: Writes,
    tuned: watch::Sender<Option<Tuning>>,
    stall: Duration,
) {
    let mut pace = Pace::full();
    while let Some(outgoing) = writes.recv().await {
        let (mut bytes, stamp) = match outgoing {
            Outgoing::Bytes(bytes) => (bytes, None),
            Outgoing::Screen(bytes, stamp) => (bytes, Some(stamp)),
            Outgoing::Tune(tuning) => {
                tuned.send_replace(Some(tuning));
                pace.set(tuning.speed);
                writes.moot.set_slow(pace.slow());
                continue;
            }
        };
        let mut sent = 0;
        while sent < bytes.len() {
            if let Some(due) = pace.wait() {
                sleep_until(due).await;
            }
            if stamp.is_some_and(|stamp| stamp != writes.moot.drops()) {
                bytes.truncate(seam(&bytes, sent, false));
                writes.moot.left(0);
                if sent >= bytes.len() {
                    break;
                }
            }
            let end = sent + pace.slice(bytes.len() - sent);
            // What goes out at once is not copied.
            let slice = match (sent, end == bytes.len()) {
                (0, true) => std::mem::take(&mut bytes),
                _ => bytes.get(sent..end).unwrap_or_default().to_vec(),
            };
            pace.sent(slice.len());
            sent = end;
            if stamp.is_some_and(|stamp| stamp == writes.moot.drops()) {
                writes.moot.left(bytes.len().saturating_sub(sent));
            }
            match timeout(stall, write.data_bytes(slice)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return,
                Err(_) => {
                    tracing::info!(transport = "ssh", "call dropped: the caller does not read");
                    return;
                }
            }
        }
    }
}

async fn close(write: &ChannelWriteHalf<Msg>, status: u32, stall: Duration) {
    let closing = async {
        write.exit_status(status).await.ok();
        write.eof().await.ok();
        write.close().await.ok();
    };
    // A client that does not read cannot be told that the call is over.
    timeout(stall, closing).await.ok();
}

struct Ear {
    read: ChannelReadHalf,
    keyboard: Keyboard,
    /// What the session says of the terminal.
    tuning: watch::Receiver<Option<Tuning>>,
    /// What the terminal may still answer.
    late: Late,
    /// As the connection's.
    echo: bool,
}

impl Ear {
    /// Asks the terminal in one write and goes on at its last answer; false if the caller hung up.
    async fn find_out(&mut self, write: &ChannelWriteHalf<Msg>, probe: &mut Probe) -> bool {
        let deadline = Instant::now() + GRACE;
        // SyncTERM opens its channel with a window of 0 and widens it after the shell reply.
        if let Ok(Err(_)) = timeout_at(deadline, write.data_bytes(probe.questions().to_vec())).await {
            return false;
        }
        while !probe.answered() && self.keyboard.len() < HELD {
            match timeout_at(deadline, self.read.wait()).await {
                Err(_) => break,
                Ok(None) => return false,
                Ok(Some(message)) => {
                    if !matches!(self.take(message, Some(probe)), Heard::More) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Moves data into our own queue and never stops reading while the session is busy: the protocol's loop
    /// waits for this reader before it does anything else. Returns when the channel is closed.
    async fn listen(mut self, inputs: mpsc::Sender<Input>, moot: &Moot) {
        let mut inputs = Some(inputs);
        let mut ended = false;
        loop {
            let keys = self.keyboard.len();
            let flush_at = self.keyboard.flush_at();
            tokio::select! {
                message = self.read.wait() => match message.map(|message| self.take(message, None)) {
                    Some(Heard::More) => {}
                    // The caller says no more, and still listens.
                    Some(Heard::End) => ended = true,
                    Some(Heard::Gone) | None => return,
                },
                more = deliver(&mut self.keyboard, inputs.as_ref()),
                    if inputs.is_some() && !self.keyboard.is_empty() => if !more { inputs = None },
                () = sleep_until(flush_at), if self.keyboard.waiting() => self.keyboard.flush(),
            }
            if self.keyboard.len() > keys {
                moot.key(|| self.keyboard.letters());
            }
            if self.keyboard.len() > HELD {
                tracing::info!(transport = "ssh", "call dropped: more pasted than a board can read");
                return;
            }
            if ended && self.keyboard.is_empty() {
                inputs = None;
            }
        }
    }

    /// One message of the channel.
    fn take(&mut self, message: ChannelMsg, probe: Option<&mut Probe>) -> Heard {
        if self.tuning.has_changed().unwrap_or(false)
            && let Some(tuning) = *self.tuning.borrow_and_update()
        {
            self.keyboard.set_charset(tuning.charset);
        }
        let mut probe = probe.or_else(|| self.late.probe());
        match message {
            ChannelMsg::Data { data } => self.keyboard.feed(&data, |report: Report| {
                if let Some(probe) = probe.as_deref_mut() {
                    probe.answer(&report);
                }
            }),
            ChannelMsg::WindowChange { col_width, row_height, .. } => {
                let (columns, rows) = (clamp(col_width), clamp(row_height));
                match probe {
                    Some(probe) => probe.size(columns, rows),
                    None => self.keyboard.push(Input::Resize { columns, rows }),
                }
            }
            ChannelMsg::Eof => return Heard::End,
            ChannelMsg::Close => return Heard::Gone,
            _ => {}
        }
        if let Some(news) = self.late.news(true, self.echo) {
            self.keyboard.push(news);
        }
        Heard::More
    }
}

/// What a message of the channel means for the call.
enum Heard {
    More,
    End,
    Gone,
}

async fn deliver(keyboard: &mut Keyboard, session: Option<&mpsc::Sender<Input>>) -> bool {
    match session {
        Some(session) => keyboard.deliver(session).await,
        None => false,
    }
}

/// A size as a client gives it, in cells; what no terminal has becomes the largest.
pub(super) fn clamp(cells: u32) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}
