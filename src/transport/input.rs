//! From a wire's bytes to [`Input`]s waiting for the session, whatever the wire.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::time::Duration;

use dialtone_terminal::{Capabilities, Charset, Decoded, Key, KeyDecoder, Report};
use futures_channel::mpsc;
use tokio::time::Instant;

use super::{INPUT_QUEUE, Input};

/// How long an ESC waits for the rest of a sequence before it is the Esc key.
/// Terminals send a sequence in one write; a modem's pause is longer than any terminal's and shorter than a finger's.
const ESCAPE_TIME: Duration = Duration::from_millis(50);

/// The decoder of one call with what it has decoded and the session has not taken yet.
pub struct Keyboard {
    decoder: KeyDecoder,
    pending: VecDeque<Input>,
    /// When what is held back of a sequence came.
    held: Instant,
}

impl Keyboard {
    /// A keyboard of a terminal not known yet.
    pub fn new() -> Self {
        Self { decoder: KeyDecoder::new(Charset::Utf8), pending: VecDeque::new(), held: Instant::now() }
    }

    /// Reads keys as this terminal sends them from here on.
    pub fn adopt(&mut self, terminal: &Capabilities) {
        self.decoder.set_charset(terminal.charset);
        self.decoder.set_cterm(terminal.cterm.is_some());
        self.decoder.set_mouse(terminal.mouse);
    }

    /// Reads characters as the caller says their terminal sends them.
    pub fn set_charset(&mut self, charset: Charset) {
        self.decoder.set_charset(charset);
    }

    /// Takes bytes; what the terminal reports about itself goes to `on_report`.
    pub fn feed(&mut self, bytes: &[u8], mut on_report: impl FnMut(Report)) {
        let pending = &mut self.pending;
        self.decoder.feed(bytes, |decoded| match decoded {
            Decoded::Key(key) => pending.push_back(Input::Key(key)),
            Decoded::Report(report) => on_report(report),
        });
        self.held = Instant::now();
    }

    /// The wait for the rest of a sequence is over.
    pub fn flush(&mut self) {
        let pending = &mut self.pending;
        self.decoder.flush(|decoded| {
            if let Decoded::Key(key) = decoded {
                pending.push_back(Input::Key(key));
            }
        });
    }

    /// Puts an input that is no key in its place.
    pub fn push(&mut self, input: Input) {
        if let Input::Terminal { terminal, .. } = &input {
            self.adopt(terminal);
        }
        self.pending.push_back(input);
    }

    /// Whether part of a sequence is held back.
    pub fn waiting(&self) -> bool {
        self.decoder.waiting()
    }

    /// When the wait for the rest of a sequence is over, whatever else happens until then.
    pub fn flush_at(&self) -> Instant {
        self.held + ESCAPE_TIME
    }

    /// Whether what came last, and the session has not taken, is nothing but letters.
    pub fn letters(&self) -> bool {
        self.pending
            .iter()
            .rev()
            .take(INPUT_QUEUE)
            .all(|input| matches!(input, Input::Key(Key::Char(_) | Key::Backspace)))
    }

    /// How many inputs the session has not taken.
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether the session has taken everything.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Hands over what there is room for; waits only for the first place. Cancel safe.
    /// Returns false when the session listens no more.
    pub async fn deliver(&mut self, session: &mut mpsc::Sender<Input>) -> bool {
        if poll_fn(|cx| session.poll_ready(cx)).await.is_err() {
            return false;
        }
        for _ in 0..INPUT_QUEUE {
            let Some(input) = self.pending.pop_front() else { break };
            if let Err(refused) = session.try_send(input) {
                self.pending.push_front(refused.into_inner());
                break;
            }
        }
        if self.pending.is_empty() {
            // A paste may have made it large, and the call may now idle for hours.
            self.pending = VecDeque::new();
        }
        true
    }
}

impl Default for Keyboard {
    fn default() -> Self {
        Self::new()
    }
}
