//! A caller's terminal: a screen fed by its own thread, keys, and waiting for what the screen shows.

use std::cell::Cell;
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use super::emulator::Emulator;
use super::log::Log;
use super::telnet::Telnet;
use super::{DEADLINE, Kind};

/// Keys that are not text.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    Enter,
    Escape,
    Backspace,
    Tab,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// A control character by its letter.
    Ctrl(char),
}

impl Key {
    /// Its name in recordings; none for keys that are the same everywhere.
    fn recorded(self) -> Option<&'static str> {
        Some(match self {
            Self::Escape => "escape",
            Self::Backspace => "backspace",
            Self::Up => "up",
            Self::Down => "down",
            Self::Home => "home",
            Self::End => "end",
            Self::PageUp => "page_up",
            Self::PageDown => "page_down",
            Self::Enter | Self::Tab | Self::Left | Self::Right | Self::Ctrl(_) => return None,
        })
    }
}

/// What the reading thread and the test share.
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    emulator: Emulator,
    /// Every byte that came, telnet's own among them.
    raw: Vec<u8>,
    /// The other side hung up, or the program ended.
    closed: bool,
}

/// The way back. Two locks, so that a long paste that the board does not read yet never stops the reading thread.
struct Wire {
    /// Telnet's state where the terminal itself speaks it; a real program does that by itself.
    telnet: Mutex<Option<Telnet>>,
    writer: Mutex<Box<dyn Write + Send>>,
}

impl Wire {
    fn telnet(&self) -> MutexGuard<'_, Option<Telnet>> {
        self.telnet.lock().expect("no thread panics with telnet's state")
    }

    /// A write that fails is the board hanging up, which the reading side notices.
    fn write(&self, bytes: &[u8]) {
        if !bytes.is_empty() {
            let mut writer = self.writer.lock().expect("no thread panics with the writer");
            let _ = writer.write_all(bytes).and_then(|()| writer.flush());
        }
    }
}

/// One terminal on one call.
pub struct Terminal {
    name: String,
    kind: Kind,
    shared: Arc<Shared>,
    wire: Arc<Wire>,
    log: Option<Log>,
}

impl Terminal {
    /// Starts drawing what `reader` gives and answering on `writer`. `log` is shown when a wait fails.
    pub fn start(
        name: String,
        emulator: Emulator,
        kind: Kind,
        mut reader: Box<dyn Read + Send>,
        writer: Box<dyn Write + Send>,
        telnet: Option<Telnet>,
        log: Option<Log>,
    ) -> Self {
        let state = State { emulator, raw: Vec::new(), closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let wire = Arc::new(Wire { telnet: Mutex::new(telnet), writer: Mutex::new(writer) });
        let terminal = Self { name, kind, shared: Arc::clone(&shared), wire: Arc::clone(&wire), log };
        let opening = wire.telnet().as_mut().map(Telnet::open).unwrap_or_default();
        wire.write(&opening);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let read = reader.read(&mut buffer).unwrap_or(0);
                let input = buffer.get(..read).unwrap_or_default();
                let mut answers = Vec::new();
                let data = match wire.telnet().as_mut() {
                    Some(telnet) => telnet.receive(input, &mut answers),
                    None => input.to_vec(),
                };
                let mut state = shared.state.lock().expect("no thread panics with the screen");
                answers.extend(state.emulator.feed(&data));
                state.raw.extend_from_slice(input);
                state.closed |= read == 0;
                drop(state);
                shared.changed.notify_all();
                if read == 0 {
                    return;
                }
                wire.write(&answers);
            }
        });
        terminal
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("no thread panics with the screen")
    }

    /// Types `text` as this terminal's keyboard would; `\n` in it is the Enter key.
    pub fn send(&self, text: &str) {
        let telnet = self.wire.telnet();
        let enter = telnet.as_ref().map_or_else(|| b"\r".to_vec(), Telnet::enter);
        let mut bytes = Vec::new();
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                bytes.extend_from_slice(&enter);
            }
            match telnet.as_ref() {
                Some(telnet) => bytes.extend(telnet.typed(line)),
                None => bytes.extend_from_slice(line.as_bytes()),
            }
        }
        drop(telnet);
        self.wire.write(&bytes);
    }

    /// Types `line` and presses Enter.
    pub fn enter(&self, line: &str) {
        self.send(&format!("{line}\n"));
    }

    /// Puts these bytes on the wire as they are.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.wire.write(bytes);
    }

    /// Presses one key.
    pub fn key(&self, key: Key) {
        if let Kind::Recorded(recording) = self.kind
            && let Some(name) = key.recorded()
        {
            return self.send_raw(&recording.key(name));
        }
        let bbs = self.kind.is_cp437();
        let bytes: &[u8] = match key {
            Key::Enter => return self.send("\n"),
            Key::Ctrl(letter) => &[u8::try_from(letter).map_or(0, |byte| byte & 0x1F)],
            Key::Escape => b"\x1b",
            Key::Tab => b"\t",
            Key::Backspace if bbs => b"\x08",
            Key::Backspace => b"\x7f",
            Key::Up => b"\x1b[A",
            Key::Down => b"\x1b[B",
            Key::Right => b"\x1b[C",
            Key::Left => b"\x1b[D",
            Key::Home => b"\x1b[H",
            Key::End if bbs => b"\x1b[K",
            Key::End => b"\x1b[F",
            Key::PageUp if bbs => b"\x1b[V",
            Key::PageUp => b"\x1b[5~",
            Key::PageDown if bbs => b"\x1b[U",
            Key::PageDown => b"\x1b[6~",
        };
        self.send_raw(bytes);
    }

    /// Gives the drawn screen a new size, and tells the board where the terminal itself speaks telnet.
    pub fn redraw_at(&self, columns: u16, rows: u16) {
        let mut out = Vec::new();
        if let Some(telnet) = self.wire.telnet().as_mut() {
            telnet.resize((columns, rows), &mut out);
        }
        self.lock().emulator.resize(columns, rows);
        self.wire.write(&out);
    }

    /// Waits until `text` stands on the screen, in one row.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(&format!("\"{text}\" on the screen"), |screen| screen.has(text));
    }

    /// Waits until `text` no longer stands on the screen.
    pub fn wait_gone(&self, text: &str) {
        self.wait_until(&format!("\"{text}\" gone from the screen"), |screen| !screen.has(text));
    }

    /// Waits until the row (from 0) has `text` in it.
    pub fn wait_row(&self, row: usize, text: &str) {
        self.wait_until(&format!("\"{text}\" in row {row}"), |screen| screen.row_has(row, text));
    }

    /// Waits for whichever of `texts` comes first and returns its index.
    pub fn wait_for_any(&self, texts: &[&str]) -> usize {
        let found = Cell::new(0);
        self.wait_until(&format!("one of {texts:?} on the screen"), |screen| {
            let first = texts.iter().position(|text| screen.has(text));
            found.set(first.unwrap_or(0));
            first.is_some()
        });
        found.get()
    }

    /// Waits until the screen is as `wanted` says; `what` names it if that never comes.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&Emulator) -> bool) {
        self.wait(what, |state| wanted(&state.emulator), true);
    }

    /// Waits until the bytes that came, telnet's own among them, are as `wanted` says.
    pub fn wait_raw(&self, what: &str, wanted: impl Fn(&[u8]) -> bool) {
        self.wait(what, |state| wanted(&state.raw), true);
    }

    /// Waits until the other side has hung up, or the program has ended.
    pub fn wait_hangup(&self) {
        self.wait("the end of the call", |state| state.closed, false);
    }

    /// One deadline for every wait. A call that ends while more is `expected` of it ends the wait at once.
    fn wait(&self, what: &str, wanted: impl Fn(&State) -> bool, expected: bool) {
        let end = Instant::now() + DEADLINE;
        let mut state = self.lock();
        loop {
            if wanted(&state) {
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || (expected && state.closed) {
                let why = if state.closed { "the call ended" } else { "it did not come in time" };
                let screen = picture(&state.emulator);
                drop(state);
                self.fail(&format!("waiting for {what}: {why}"), &screen);
            }
            state =
                self.shared.changed.wait_timeout(state, left).expect("no thread panics with the screen").0;
        }
    }

    fn fail(&self, what: &str, screen: &str) -> ! {
        let log = self.log.as_ref().map(Log::tail).unwrap_or_default();
        panic!("{}: {what}\n--- screen ---\n{screen}\n--- log of the board ---\n{log}", self.name);
    }

    /// Looks at the drawn screen once.
    pub fn look<T>(&self, at: impl Fn(&Emulator) -> T) -> T {
        at(&self.lock().emulator)
    }

    /// The drawn screen, one line a row.
    pub fn screen(&self) -> String {
        self.lock().emulator.rows().join("\n")
    }

    /// One row (from 0) of the drawn screen.
    pub fn row(&self, row: usize) -> String {
        self.lock().emulator.rows().get(row).cloned().unwrap_or_default()
    }

    /// Where the cursor is, (row, column) from 0.
    pub fn cursor(&self) -> (u16, u16) {
        self.lock().emulator.screen().cursor_position()
    }

    /// One cell with its colours, (row, column) from 0.
    pub fn cell(&self, row: u16, column: u16) -> vt100::Cell {
        self.lock().emulator.screen().cell(row, column).cloned().expect("the cell is on the screen")
    }

    /// Every byte that came so far, telnet's own among them.
    pub fn raw(&self) -> Vec<u8> {
        self.lock().raw.clone()
    }

    /// The other side has hung up, or the program has ended.
    pub fn closed(&self) -> bool {
        self.lock().closed
    }
}

/// The screen in a frame, with the cursor's place, for the report of a failure.
fn picture(emulator: &Emulator) -> String {
    let rows: Vec<String> = emulator.rows().iter().map(|row| format!("|{row}")).collect();
    format!("{}\ncursor at {:?}", rows.join("\n"), emulator.screen().cursor_position())
}
