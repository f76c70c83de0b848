//! The terminal of this process: one call, of whoever sits at it.

mod raw;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dialtone_terminal::probe::{Environment, Hint, Probe};
use dialtone_terminal::{Capabilities, Colors, Report};
use futures_channel::mpsc;
use rustix::process::{self, Signal};
use tokio::signal::unix::{self, SignalKind};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

pub use self::raw::{Raw, Tty};
use crate::transport::input::Keyboard;
use crate::transport::{
    Connection, Entry, ExitStatus, INPUT_QUEUE, Input, LAST_WORDS, Locale, LoggedIn, Outgoing, Output, Peer,
    WireSettings, Writes,
};

/// What a terminal that answers nothing costs whoever sits at it.
const GRACE: Duration = Duration::from_millis(300);
/// How much may be typed ahead of a busy session. What goes beyond stays with the terminal.
const TYPE_AHEAD: usize = 4096;
/// Bytes read at once.
const READ: usize = 1024;
/// Ctrl-C as a raw terminal sends it: the console is left, whatever is going on.
const INTERRUPT: u8 = 0x03;

/// How the call came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The session ended it.
    BySession,
    /// Whoever sits there, or a signal, asked for it.
    Asked,
    /// The terminal is not there any more.
    Gone,
    /// A part of the process died. What it said has been printed.
    Panicked,
}

/// Whether there is a terminal to draw on and to read keys from.
pub fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Runs one call of `entry` at this process's terminal, and gives the terminal back as it was, however it ends. Errors: the
/// terminal cannot be used.
pub async fn serve(
    entry: Entry,
    environment: impl Fn(&str) -> Option<OsString>,
    answer: impl AsyncFnOnce(Box<Connection>),
) -> io::Result<Ended> {
    let tty = Tty::open()?;
    let raw = Arc::new(Raw::enter(&tty)?);
    let died = CancellationToken::new();
    let _hook = Hook::set(&raw, &died);
    let mut signals = Signals::new()?;
    let mut keyboard = Keyboard::new();
    let terminal = Box::pin(find_out(&tty, &mut keyboard, &environment)).await?;
    if !terminal.plain {
        raw.enter_screen(&tty).await?;
    }
    keyboard.adopt(&terminal);
    let (output, writes) = Output::channel();
    let (inputs, input) = mpsc::channel(INPUT_QUEUE - 1);
    let connection = Box::new(Connection {
        input,
        output,
        peer: Peer { address: IpAddr::V4(Ipv4Addr::LOCALHOST), transport: "console", secure: true },
        echo: true,
        terminal,
        locale: locale(&environment),
        entry,
        command: None,
        exit: ExitStatus::default(),
        logged_in: LoggedIn::default(),
        hangup: CancellationToken::new(),
    });
    let tuned = Tuned::default();
    let mut talk = pin!(answer(connection));
    let mut speaking = pin!(speak(&tty, writes, &tuned));
    let mut listening = pin!(listen(&tty, &raw, keyboard, inputs, &mut signals, &tuned));
    let (mut ended, mut spoken) = (None, false);
    let mut until = Instant::now();
    loop {
        tokio::select! {
            () = &mut talk => break,
            said = &mut speaking, if !spoken => {
                spoken = true;
                if said.is_err() {
                    (ended, until) = (Some(Ended::Gone), Instant::now() + LAST_WORDS);
                }
            }
            // The session hears of it as of a hangup.
            why = &mut listening, if ended.is_none() => {
                (ended, until) = (Some(why), Instant::now() + LAST_WORDS);
            }
            () = died.cancelled() => return Ok(Ended::Panicked),
            () = sleep_until(until), if ended.is_some() => break,
        }
    }
    if !spoken && ended != Some(Ended::Gone) {
        // A terminal that takes nothing is not waited for.
        timeout(LAST_WORDS, speaking).await.ok();
    }
    Ok(ended.unwrap_or(Ended::BySession))
}

/// A variable of the environment, if it says anything.
fn variable(environment: &impl Fn(&str) -> Option<OsString>, name: &str) -> Option<String> {
    let value = environment(name)?.to_string_lossy().into_owned();
    Some(value).filter(|value| !value.is_empty())
}

/// The language that the environment asks for.
fn locale(environment: &impl Fn(&str) -> Option<OsString>) -> Option<Box<str>> {
    let mut locale = Locale::default();
    for name in ["LANG", "LC_MESSAGES", "LC_ALL"] {
        if let Some(value) = variable(environment, name) {
            locale.variable(name, &value);
        }
    }
    locale.into_name()
}

/// What the session has said of the terminal and the reader of its keys has not heard yet.
type Tuned = Mutex<Option<WireSettings>>;

/// Asks the terminal in one write, and concludes from its answers and from what the process's environment says.
async fn find_out(
    tty: &Tty,
    keyboard: &mut Keyboard,
    environment: &impl Fn(&str) -> Option<OsString>,
) -> io::Result<Capabilities> {
    let variable = |name| variable(environment, name);
    let mut known = Environment::default();
    // Of these the first that says anything counts (POSIX, 8.2).
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
        if let Some(value) = variable(name) {
            known.variable(name, &value);
            break;
        }
    }
    if let Some(value) = variable("COLORTERM") {
        known.variable("COLORTERM", &value);
    }
    let term = variable("TERM");
    let size = tty.size();
    let mut probe = Probe::new(Hint { terminal_type: term.as_deref(), environment: known, size });
    let deadline = Instant::now() + GRACE;
    if let Ok(asked) = timeout_at(deadline, tty.write_all(probe.questions())).await {
        asked?;
    }
    let mut bytes = [0; READ];
    while !probe.answered() && keyboard.len() < TYPE_AHEAD {
        let Ok(read) = timeout_at(deadline, tty.read(&mut bytes)).await else { break };
        let read = read?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        keyboard.feed(bytes.get(..read).unwrap_or_default(), |report: Report| probe.answer(&report));
    }
    let mut terminal = probe.conclude();
    // https://no-color.org
    if variable("NO_COLOR").is_some() && !terminal.plain {
        terminal.colors = Colors::Mono;
    }
    Ok(terminal)
}

/// Sends what the session writes until it is done. A terminal that takes nothing holds up its own session, and nobody else.
async fn speak(tty: &Tty, mut writes: Writes, tuned: &Tuned) -> io::Result<()> {
    while let Some(outgoing) = writes.recv().await {
        match outgoing {
            Outgoing::Bytes(bytes) | Outgoing::Screen(bytes, _) => tty.write_all(&bytes).await?,
            Outgoing::Tune(settings) => {
                *tuned.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings);
            }
        }
    }
    Ok(())
}

/// Hands on keys and sizes until there is a reason to end; the session has hung up then.
async fn listen(
    tty: &Tty,
    raw: &Raw,
    mut keyboard: Keyboard,
    inputs: mpsc::Sender<Input>,
    signals: &mut Signals,
    tuned: &Tuned,
) -> Ended {
    let mut inputs = Some(inputs);
    let mut bytes = [0; READ];
    loop {
        if let Some(settings) = tuned.lock().unwrap_or_else(PoisonError::into_inner).take() {
            keyboard.set_charset(settings.charset);
        }
        let flush_at = keyboard.flush_at();
        tokio::select! {
            read = tty.read(&mut bytes), if keyboard.len() < TYPE_AHEAD => {
                let bytes = match read {
                    Ok(0) | Err(_) => return Ended::Gone,
                    Ok(read) => bytes.get(..read).unwrap_or_default(),
                };
                if bytes.contains(&INTERRUPT) {
                    return Ended::Asked;
                }
                keyboard.feed(bytes, |_| {});
            }
            more = deliver(&mut keyboard, inputs.as_mut()), if inputs.is_some() && !keyboard.is_empty() => {
                if !more {
                    inputs = None;
                }
            }
            () = sleep_until(flush_at), if keyboard.waiting() => keyboard.flush(),
            heard = signals.next() => match heard {
                Heard::Size => {}
                Heard::End => return Ended::Asked,
                Heard::Hangup => return Ended::Gone,
                Heard::Suspend => {
                    raw.leave();
                    // Everything stands still here until the shell brings it back.
                    if process::kill_process(process::getpid(), Signal::STOP).is_err() || raw.again().is_err() {
                        return Ended::Gone;
                    }
                }
            }
        }
        if let Some((columns, rows)) = signals.resized.then(|| tty.size()).flatten() {
            keyboard.push(Input::Resize { columns, rows });
        }
        signals.resized = false;
    }
}

async fn deliver(keyboard: &mut Keyboard, session: Option<&mut mpsc::Sender<Input>>) -> bool {
    match session {
        Some(session) => keyboard.deliver(session).await,
        None => false,
    }
}

/// What a signal asks for.
enum Heard {
    Size,
    End,
    Hangup,
    Suspend,
}

/// The signals that concern a program at a terminal.
struct Signals {
    terminate: unix::Signal,
    interrupt: unix::Signal,
    hangup: unix::Signal,
    suspend: unix::Signal,
    size: unix::Signal,
    /// What is on the terminal may be of another size, or is not there any more.
    resized: bool,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let on = unix::signal;
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            hangup: on(SignalKind::hangup())?,
            suspend: on(SignalKind::from_raw(Signal::TSTP.as_raw()))?,
            size: on(SignalKind::window_change())?,
            resized: false,
        })
    }

    /// Cancel safe.
    async fn next(&mut self) -> Heard {
        let heard = tokio::select! {
            _ = self.terminate.recv() => Heard::End,
            _ = self.interrupt.recv() => Heard::End,
            _ = self.hangup.recv() => Heard::Hangup,
            _ = self.suspend.recv() => Heard::Suspend,
            _ = self.size.recv() => Heard::Size,
        };
        self.resized = matches!(heard, Heard::Size | Heard::Suspend);
        heard
    }
}

type PanicHook = Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Sync + Send>;

/// Gives the terminal back before a panic is told of, wherever in the process it is, and ends the call. Dropping it puts
/// back what told of panics before.
struct Hook(Arc<PanicHook>);

impl Hook {
    fn set(raw: &Arc<Raw>, died: &CancellationToken) -> Self {
        let usual = Arc::new(std::panic::take_hook());
        let (raw, died, told) = (Arc::clone(raw), died.clone(), Arc::clone(&usual));
        std::panic::set_hook(Box::new(move |panic| {
            raw.restore();
            told(panic);
            died.cancel();
        }));
        Self(usual)
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        // While a thread panics its hook cannot be changed; the process is about to end then.
        if !std::thread::panicking() {
            let usual = Arc::clone(&self.0);
            std::panic::set_hook(Box::new(move |panic| usual(panic)));
        }
    }
}
