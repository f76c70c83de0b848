//! What a board or another program under test writes, line by line, and how it ended.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use serde_json::Value;

use super::DEADLINE;

/// How many of the last lines the report of a failure shows.
const TAIL: usize = 60;

/// What a program says while it runs. Cloning it gives another view of the same.
#[derive(Clone, Default)]
pub struct Log(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    lines: Vec<String>,
    ended: Option<ExitStatus>,
}

impl Log {
    /// Follows both outputs of `child`, which must be piped, and its end.
    pub fn follow(mut child: Child) -> Self {
        let log = Self(Arc::default());
        let readers: Vec<_> = [
            child.stdout.take().map(|out| Box::new(out) as Box<dyn Read + Send>),
            child.stderr.take().map(|out| Box::new(out) as Box<dyn Read + Send>),
        ]
        .into_iter()
        .flatten()
        .map(|output| {
            let log = log.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                    log.push(&String::from_utf8_lossy(&line));
                }
            })
        })
        .collect();
        let last = log.clone();
        std::thread::spawn(move || {
            let status = child.wait();
            for reader in readers {
                let _ = reader.join(); // what it read up to a failure is in the log
            }
            last.lock().ended = status.ok();
            last.0.1.notify_all();
        });
        log
    }

    /// Adds what was said, a line or several.
    pub fn push(&self, text: &str) {
        self.lock().lines.extend(text.split('\n').map(str::to_owned));
        self.0.1.notify_all();
    }

    /// What has no process of its own ends as one with this exit code would.
    pub fn end(&self, code: i32) {
        self.lock().ended = Some(ExitStatus::from_raw(code << 8));
        self.0.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().expect("no thread panics with the log")
    }

    /// Waits for the first JSON line with this message and returns it.
    pub fn wait_message(&self, message: &str) -> Value {
        self.wait(message, |line| serde_json::from_str(line).ok().filter(|v| field(v, "message") == message))
    }

    /// The same for the `nth` (from 0) of them.
    pub fn wait_nth_message(&self, message: &str, nth: usize) -> Value {
        let left = Cell::new(nth);
        self.wait(message, |line| {
            let line = serde_json::from_str(line).ok().filter(|v| field(v, "message") == message)?;
            match left.get().checked_sub(1) {
                Some(fewer) => {
                    left.set(fewer);
                    None
                }
                None => Some(line),
            }
        })
    }

    /// Waits for the first line that has `text` in it and returns it.
    pub fn wait_text(&self, text: &str) -> String {
        self.wait(text, |line| line.contains(text).then(|| line.to_owned()))
    }

    /// Waits for the first line that has any of `texts` in it and returns which.
    pub fn wait_any_text(&self, texts: &[&str]) -> usize {
        self.wait(&texts.join("\" or \""), |line| texts.iter().position(|text| line.contains(text)))
    }

    fn wait<T>(&self, what: &str, found: impl Fn(&str) -> Option<T>) -> T {
        let end = Instant::now() + DEADLINE;
        let mut state = self.lock();
        let mut seen = 0;
        loop {
            if let Some(found) = state.lines.iter().skip(seen).find_map(|line| found(line)) {
                return found;
            }
            seen = state.lines.len();
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || state.ended.is_some() {
                let ended = state.ended;
                drop(state);
                let ended =
                    ended.map_or_else(|| "still runs".to_owned(), |status| format!("ended with {status}"));
                panic!("no line \"{what}\" in the log; the program {ended}\n--- log ---\n{}", self.tail());
            }
            state = self.0.1.wait_timeout(state, left).expect("no thread panics with the log").0;
        }
    }

    /// Waits for the program's end.
    pub fn wait_end(&self) -> ExitStatus {
        let (state, _) = self
            .0
            .1
            .wait_timeout_while(self.lock(), DEADLINE, |state| state.ended.is_none())
            .expect("no thread panics with the log");
        let ended = state.ended;
        drop(state);
        ended.unwrap_or_else(|| panic!("the program did not end\n--- log ---\n{}", self.tail()))
    }

    /// The program has ended.
    pub fn ended(&self) -> bool {
        self.lock().ended.is_some()
    }

    /// The last lines.
    pub fn tail(&self) -> String {
        let state = self.lock();
        let from = state.lines.len().saturating_sub(TAIL);
        state.lines.iter().skip(from).cloned().collect::<Vec<_>>().join("\n")
    }

    /// Every line so far.
    pub fn lines(&self) -> Vec<String> {
        self.lock().lines.clone()
    }
}

/// For a subscriber, which writes each of its lines at once.
impl Write for Log {
    fn write(&mut self, lines: &[u8]) -> std::io::Result<usize> {
        self.push(String::from_utf8_lossy(lines).trim_end_matches('\n'));
        Ok(lines.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A field of a JSON line as text; empty if it has none.
pub fn field(line: &Value, name: &str) -> String {
    match line.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
