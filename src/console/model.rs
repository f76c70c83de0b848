//! What the console shows and what its keys do to it: pure, independent of the database and of the terminal.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use dialtone_domain::instances::Instance;
use dialtone_domain::messaging::PAGE_CHARS;
use dialtone_domain::users::OnlineCall;
use dialtone_domain::{CallId, Event, UserId};

use super::acts::Act;
use super::format::{self, Names, Tone, plain};
use super::input::{Line, Press};

/// Events kept to look back on.
pub const TAIL: usize = 200;
/// What PgUp and PgDn move by.
const LEAP: usize = 10;

/// The parts of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The processes that answer calls.
    Instances,
    /// Who is on.
    Callers,
    /// What happens.
    Log,
}

/// An event in words, or several of the same quiet kind in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When it happened, or the last of them.
    pub at: DateTime<Utc>,
    /// What happened.
    pub words: String,
    /// How much it matters.
    pub tone: Tone,
    /// How many there were in a row.
    pub times: u32,
}

/// A line the sysop is typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What for.
    pub ask: Ask,
    /// What was typed.
    pub line: Line,
}

/// What a typed line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The reason for ending a call.
    Kick {
        /// Which call.
        call: CallId,
        /// Who is on it.
        who: String,
    },
    /// Words for everybody.
    Broadcast,
    /// Words for one caller.
    Page {
        /// Whom.
        to: UserId,
        /// Their handle.
        who: String,
    },
}

impl Ask {
    /// What stands before the line.
    pub fn label(&self) -> String {
        match self {
            Self::Kick { who, .. } => format!("End the call of {who}, reason: "),
            Self::Broadcast => "Tell everybody: ".to_owned(),
            Self::Page { who, .. } => format!("Page {who}: "),
        }
    }
}

/// What the console has to say of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Something was done.
    Done(String),
    /// Something was not done.
    Refused(String),
}

/// What a key asks for beyond the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Leave the console.
    Quit,
    /// Do something to callers.
    Do(Act),
}

/// The state of the console.
#[derive(Debug)]
pub struct Model {
    board: String,
    sysop: String,
    instances: Vec<Instance>,
    calls: Vec<OnlineCall>,
    tail: VecDeque<Entry>,
    pane: Pane,
    chosen: Option<CallId>,
    first_instance: usize,
    looked_back: usize,
    log_rows: usize,
    prompt: Option<Prompt>,
    help: bool,
    word: Option<Word>,
    silent_since: Option<DateTime<Utc>>,
}

impl Model {
    /// Before anything is known of the board.
    pub fn new(board: &str, sysop: &str) -> Self {
        Self {
            board: plain(board),
            sysop: plain(sysop),
            instances: Vec::new(),
            calls: Vec::new(),
            tail: VecDeque::new(),
            pane: Pane::Callers,
            chosen: None,
            first_instance: 0,
            looked_back: 0,
            log_rows: 1,
            prompt: None,
            help: false,
            word: None,
            silent_since: None,
        }
    }

    /// The database answered: who is here, and what happened since the last time.
    pub fn update(&mut self, instances: Vec<Instance>, calls: Vec<OnlineCall>, events: &[Event]) {
        // What was refused meanwhile has yet to be read.
        if self.silent_since.take().is_some() && !matches!(self.word, Some(Word::Refused(_))) {
            self.word = Some(Word::Done("The database answers again.".to_owned()));
        }
        // Told with the names of before too: a caller who has just gone is in the old list only.
        let known = [&calls[..], &self.calls[..]].concat();
        for event in events {
            self.hear(event, &Names { instances: &instances, calls: &known });
        }
        let place = self.chosen_index().unwrap_or(0);
        self.instances = instances;
        self.calls = calls;
        self.first_instance = self.first_instance.min(self.instances.len().saturating_sub(1));
        if self.chosen_index().is_none() {
            let near = place.min(self.calls.len().saturating_sub(1));
            self.chosen = self.calls.get(near).map(|call| call.call);
        }
    }

    fn hear(&mut self, event: &Event, names: &Names<'_>) {
        let (tone, words) = (format::tone(&event.body), format::event(&event.body, names));
        if tone == Tone::Quiet
            && let Some(last) = self.tail.back_mut().filter(|last| last.tone == Tone::Quiet)
        {
            *last = Entry { at: event.at, words, tone, times: last.times.saturating_add(1) };
            return;
        }
        self.tail.push_back(Entry { at: event.at, words, tone, times: 1 });
        if self.tail.len() > TAIL {
            self.tail.pop_front();
        }
        if self.looked_back > 0 {
            // Whoever looks back keeps what they look at.
            self.looked_back += 1;
            self.fit(self.log_rows);
        }
    }

    /// The database did not answer at `now`.
    pub fn silence(&mut self, now: DateTime<Utc>) {
        self.silent_since.get_or_insert(now);
    }

    /// How an act ended.
    pub fn tell(&mut self, word: Word) {
        self.word = Some(word);
    }

    /// What a key does.
    pub fn press(&mut self, press: Press) -> Option<Intent> {
        if press == Press::Interrupt {
            return Some(Intent::Quit);
        }
        if let Some(prompt) = self.prompt.take() {
            return self.type_on(prompt, press);
        }
        self.word = None;
        match press {
            Press::Char('q' | 'Q') => return Some(Intent::Quit),
            Press::Char('?') => self.help = !self.help,
            Press::Char('K') => self.ask_kick(),
            Press::Char('b' | 'B') => self.ask(Ask::Broadcast),
            Press::Char('p' | 'P') => self.ask_page(),
            Press::Tab => self.pane = self.pane.next(),
            Press::BackTab => self.pane = self.pane.next().next(),
            Press::Up | Press::Char('k') => self.go(-1),
            Press::Down | Press::Char('j') => self.go(1),
            Press::PageUp => self.go(-(LEAP as isize)),
            Press::PageDown => self.go(LEAP as isize),
            Press::Home => self.go(isize::MIN),
            Press::End => self.go(isize::MAX),
            Press::Escape => self.help = false,
            _ => {}
        }
        None
    }

    fn type_on(&mut self, mut prompt: Prompt, press: Press) -> Option<Intent> {
        match press {
            Press::Escape => {
                self.word = Some(Word::Done("Never mind, then.".to_owned()));
                None
            }
            Press::Enter => self.send(prompt),
            _ => {
                prompt.line.press(press, PAGE_CHARS);
                self.prompt = Some(prompt);
                None
            }
        }
    }

    fn send(&mut self, prompt: Prompt) -> Option<Intent> {
        let text = prompt.line.text().trim().to_owned();
        let act = match prompt.ask {
            Ask::Kick { call, .. } => Act::Kick { call, reason: text },
            _ if text.is_empty() => {
                self.word = Some(Word::Done("Nothing typed, nothing sent.".to_owned()));
                return None;
            }
            Ask::Broadcast => Act::Broadcast { text },
            Ask::Page { to, .. } => Act::Page { to, text },
        };
        Some(Intent::Do(act))
    }

    fn ask(&mut self, ask: Ask) {
        self.prompt = Some(Prompt { ask, line: Line::default() });
    }

    fn ask_kick(&mut self) {
        match self.chosen_call().map(|call| (call.call, format::caller(call))) {
            Some((call, who)) => self.ask(Ask::Kick { call, who }),
            None => self.refuse("Nobody is on."),
        }
    }

    fn ask_page(&mut self) {
        match self.chosen_call().map(|call| (call.user, format::caller(call))) {
            Some((Some(UserId::GUEST), _)) => self.refuse("A guest has no pager."),
            Some((Some(to), who)) => self.ask(Ask::Page { to, who }),
            Some((None, _)) => self.refuse("They have not logged in yet, so there is nobody to page."),
            None => self.refuse("Nobody is on."),
        }
    }

    fn refuse(&mut self, words: &str) {
        self.word = Some(Word::Refused(words.to_owned()));
    }

    /// Moves in the pane that has the keys. The log's last line is where it begins, so there down is towards now.
    fn go(&mut self, by: isize) {
        match self.pane {
            Pane::Instances => self.first_instance = moved(self.first_instance, by, self.instances.len()),
            Pane::Callers => {
                let next = moved(self.chosen_index().unwrap_or(0), by, self.calls.len());
                self.chosen = self.calls.get(next).map(|call| call.call);
            }
            Pane::Log => {
                self.looked_back = self.looked_back.saturating_add_signed(by.saturating_neg());
                self.fit(self.log_rows);
            }
        }
    }

    /// The board's name.
    pub fn board(&self) -> &str {
        &self.board
    }

    /// In whose name things are done.
    pub fn sysop(&self) -> &str {
        &self.sysop
    }

    /// The instances that are up, from the first that is to be shown.
    pub fn instances(&self) -> (&[Instance], usize) {
        (&self.instances, self.first_instance)
    }

    /// The open calls.
    pub fn calls(&self) -> &[OnlineCall] {
        &self.calls
    }

    /// Where the chosen call is among them.
    pub fn chosen_index(&self) -> Option<usize> {
        self.calls.iter().position(|call| Some(call.call) == self.chosen)
    }

    fn chosen_call(&self) -> Option<&OnlineCall> {
        self.chosen_index().and_then(|index| self.calls.get(index))
    }

    /// The log has `rows` rows on the screen: no looking back further than fills them.
    pub fn fit(&mut self, rows: usize) {
        self.log_rows = rows;
        self.looked_back = self.looked_back.min(self.tail.len().saturating_sub(rows));
    }

    /// The events on the screen, oldest first: as many as fit before the point the sysop has looked back to.
    pub fn tail(&self) -> impl Iterator<Item = &Entry> {
        let end = self.tail.len().saturating_sub(self.looked_back);
        self.tail.range(end.saturating_sub(self.log_rows)..end)
    }

    /// How many events lie below the ones shown.
    pub fn looked_back(&self) -> usize {
        self.looked_back
    }

    /// The pane that has the keys.
    pub fn pane(&self) -> Pane {
        self.pane
    }

    /// The line being typed.
    pub fn prompt(&self) -> Option<&Prompt> {
        self.prompt.as_ref()
    }

    /// Whether every key is to be explained.
    pub fn help(&self) -> bool {
        self.help
    }

    /// What the console has to say.
    pub fn word(&self) -> Option<&Word> {
        self.word.as_ref()
    }

    /// Since when the database has not answered.
    pub fn silent_since(&self) -> Option<DateTime<Utc>> {
        self.silent_since
    }
}

impl Pane {
    fn next(self) -> Self {
        match self {
            Self::Instances => Self::Callers,
            Self::Callers => Self::Log,
            Self::Log => Self::Instances,
        }
    }
}

/// A place in a list of `length`, `by` further on, within it.
fn moved(place: usize, by: isize, length: usize) -> usize {
    place.saturating_add_signed(by).min(length.saturating_sub(1))
}

#[cfg(test)]
mod tests;
