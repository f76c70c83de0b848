//! What a terminal tells of itself after its call has begun: on a slow line the answers come when the first screen is
//! out already.

use std::time::Duration;

use dialtone_terminal::Capabilities;
use dialtone_terminal::probe::Probe;
use tokio::time::Instant;

use super::Input;

/// How long answers are waited for while the call goes on. What comes later may be a key that looks like an answer.
const LATE: Duration = Duration::from_secs(10);

/// The questions still open, and what the session was told.
#[derive(Default)]
pub struct LateAnswers(Option<Box<Open>>);

struct Open {
    probe: Probe,
    told: (Capabilities, bool),
    until: Instant,
}

impl LateAnswers {
    /// The session has begun with what `probe` says by now and with this [`super::Connection::echo`]. Nothing is open if
    /// all is answered.
    pub fn new(probe: Probe, echo: bool, settled: bool) -> Self {
        let answered = settled && probe.answered();
        let told = |probe: &Probe| (probe.conclude(), echo);
        Self((!answered).then(|| Box::new(Open { told: told(&probe), probe, until: Instant::now() + LATE })))
    }

    /// Whom answers are told, while there is time.
    pub fn probe(&mut self) -> Option<&mut Probe> {
        self.0.as_mut().filter(|open| Instant::now() < open.until).map(|open| &mut open.probe)
    }

    /// What the session must hear, if the terminal is another than it was told: said once the wire has `settled`, or the
    /// time is over. Nothing is asked any more when all is answered.
    pub fn news(&mut self, settled: bool, echo: bool) -> Option<Input> {
        let open = self.0.as_mut()?;
        let over = open.until <= Instant::now();
        if !settled && !over {
            return None;
        }
        let now = (open.probe.conclude(), echo);
        let told = std::mem::replace(&mut open.told, now.clone());
        if open.probe.answered() || over {
            self.0 = None;
        }
        let (terminal, echo) = now;
        let before = Capabilities { terminal_type: terminal.terminal_type.clone(), ..told.0 };
        (before != terminal || told.1 != echo).then(|| Input::Terminal { terminal: Box::new(terminal), echo })
    }
}
