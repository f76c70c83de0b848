//! The desk on the screen: instances, callers with a bar over them, and below them the log as it happens.

use std::sync::Arc;

use chrono::Local;
use dialtone_domain::users::OnlineCall;
use dialtone_domain::{CallId, EventSeq};
use dialtone_terminal::text::wrap;
use dialtone_terminal::{Key, Style};

use super::acts;
use super::instances::silent_for;
use super::log::{Entry, Tone};
use super::watch::{Said, Seen};
use crate::lang::Language;
use crate::screens::format;
use crate::screens::who::node;
use crate::ui::keys::{Act, Keys, Meaning};
use crate::ui::{
    Bar, CallEvent, Canvas, CellText, Column, Conversation, Hint, List, ListOutcome, View, Widget, styles,
};

const COLUMNS: [Column; 6] = [
    Column::new("node", 5, styles::ASIDE).spare(),
    Column::new("who", 16, styles::NAME),
    Column::new("where", 0, styles::WORDS),
    Column::new("by", 6, styles::ASIDE).spare(),
    Column::new("from", 15, styles::ASIDE).spare(),
    Column::new("for", 6, styles::WORDS).right(),
];
/// Columns of a node with the name of its instance.
const LONG_NODE: u16 = 10;
/// Rows of the body from which instances have lines of their own.
const ROOMY: u16 = 12;
/// Lines of instances at the most.
const INSTANCES: u16 = 3;
/// Lines of what was done at the most.
const SAID: usize = 2;
/// The least rows of the callers, the heading among them.
const CALLERS: u16 = 3;
/// Entries of the log that plain text says at once.
const PLAIN_LOG: usize = 10;
/// Columns below which the log leaves the seconds out.
const NARROW: u16 = 60;

/// What the sysop did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskOutcome {
    /// Nothing: there is something new to show.
    Fresh,
    /// Chose a caller.
    Look,
    /// Pressed a key of the desk, upper case.
    Key(char),
    /// Wants to read the pager.
    Pages,
    /// Wants out.
    Back,
}

/// Where the sysop is on the desk: what stays when the board is another.
#[derive(Debug, Default)]
pub struct Place {
    bar: Bar,
    on: Option<CallId>,
    /// Up and Down move in the log.
    in_log: bool,
    /// The last entry of the log that is shown; none for the newest.
    anchor: Option<EventSeq>,
}

/// The desk.
pub struct Desk {
    seen: Arc<Seen>,
    said: Option<Said>,
    list: List<'static>,
    keys: Vec<Hint>,
    in_log: bool,
    anchor: Option<EventSeq>,
    /// Rows of the log on the screen.
    log_rows: usize,
}

/// Rows of the parts, from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rows {
    instances: u16,
    callers: u16,
    said: u16,
    /// With the rule above it.
    log: u16,
}

fn row(online: &OnlineCall, language: &Language) -> Vec<CellText> {
    let style = online.handle.is_none().then_some(styles::ASIDE);
    vec![
        (node(online), None),
        (acts::name(online, language), style),
        (online.place.clone(), style),
        (online.transport.clone(), None),
        (online.peer.clone(), None),
        (format::ago(language, online.since), style),
    ]
}

impl Desk {
    /// The desk as the board is now.
    pub fn new(
        seen: Arc<Seen>,
        said: Option<Said>,
        place: Place,
        keys: Vec<Hint>,
        language: &Language,
    ) -> Self {
        let Place { mut bar, on, in_log, anchor } = place;
        bar.follow(on, seen.calls.iter().map(|online| online.call));
        bar.chosen = bar.chosen.min(seen.calls.len().saturating_sub(1));
        let mut columns = COLUMNS.to_vec();
        if seen.instances.len() > 1 {
            columns.iter_mut().take(1).for_each(|node| node.columns = LONG_NODE);
        }
        let empty = match (seen.answered, seen.silent_since) {
            (true, _) => "Nobody is on.",
            (false, None) => "Looking who is on...",
            (false, Some(_)) => "The database does not answer, so nobody knows who is on.",
        };
        let list = List {
            columns,
            rows: seen.calls.iter().map(|online| row(online, language)).collect(),
            empty: empty.to_owned(),
            keys: keys.clone(),
            bar,
            ..List::default()
        };
        Self { seen, said, list, keys, in_log, anchor, log_rows: 1 }
    }

    /// The call that the bar is on.
    pub fn chosen(&self) -> Option<&OnlineCall> {
        self.seen.calls.get(self.list.bar.chosen)
    }

    /// Where the sysop is on it.
    pub fn place(self) -> Place {
        let on = self.chosen().map(|online| online.call);
        Place { bar: self.list.bar, on, in_log: self.in_log, anchor: self.anchor }
    }

    /// What there is to say before all else, and whether it is bad.
    fn word(&self) -> Option<(String, Style)> {
        if let Some(since) = self.seen.silent_since {
            let since = since.with_timezone(&Local).format("%H:%M:%S");
            let words = format!("The database has not answered since {since}: asking again each second.");
            return Some((words, styles::DANGER));
        }
        self.said.as_ref().map(|said| match said {
            Said::Done(words) => (words.clone(), styles::GAIN),
            Said::Refused(words) => (words.clone(), styles::DANGER),
        })
    }

    fn word_lines(&self, columns: u16) -> (Vec<String>, Style) {
        let Some((words, style)) = self.word() else { return (Vec::new(), styles::WORDS) };
        let mut lines = wrap(&words, usize::from(columns.saturating_sub(4)).max(10));
        lines.truncate(SAID);
        (lines, style)
    }

    fn share(&self, columns: u16, rows: u16) -> Rows {
        let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let instances = if rows >= ROOMY { count(self.seen.instances.len()).clamp(1, INSTANCES) } else { 0 };
        let said = count(self.word_lines(columns).0.len()).min(rows / 4);
        let left = rows.saturating_sub(instances + said);
        let wanted = count(self.seen.calls.len()).saturating_add(1).max(CALLERS);
        let callers = wanted.min((left / 2).max(CALLERS)).min(left);
        Rows { instances, callers, said, log: left - callers }
    }

    /// The entry after the last one that is shown.
    fn end(&self) -> usize {
        let log = &self.seen.log;
        // One that has gone is older than all that are there.
        self.anchor.map_or(log.len(), |anchor| log.iter().filter(|entry| entry.seq <= anchor).count().max(1))
    }

    fn look_back_to(&mut self, end: usize) {
        let log = &self.seen.log;
        let end = end.max(self.log_rows.min(log.len()));
        self.anchor =
            if end >= log.len() { None } else { log.get(end.saturating_sub(1)).map(|entry| entry.seq) };
    }

    /// A key while Up and Down move in the log.
    fn move_in_log(&mut self, key: Key) -> Option<DeskOutcome> {
        let page = self.log_rows.max(1);
        let end = self.end();
        match self.keys().meaning(key) {
            Meaning::Own(key) => return Some(DeskOutcome::Key(key)),
            Meaning::Act(Act::Up) => self.look_back_to(end.saturating_sub(1)),
            Meaning::Act(Act::Down) => self.look_back_to(end + 1),
            Meaning::Act(Act::PageUp) => self.look_back_to(end.saturating_sub(page)),
            Meaning::Act(Act::PageDown) => self.look_back_to(end + page),
            Meaning::Act(Act::First) => self.look_back_to(0),
            Meaning::Act(Act::Last) => self.anchor = None,
            Meaning::Act(Act::Pages) => return Some(DeskOutcome::Pages),
            Meaning::Act(Act::Back) => self.in_log = false,
            _ => {}
        }
        None
    }

    fn draw_instances(&self, frame: &mut Canvas<'_>) {
        let instances = &self.seen.instances;
        if instances.is_empty() && self.seen.answered {
            frame.text(2, 0, "No instance is up: nobody can call.", styles::FIGURE);
        }
        let rows = usize::from(frame.rows());
        // The last line says how many there is no room for.
        let shown = if instances.len() > rows { rows.saturating_sub(1) } else { rows };
        for (y, instance) in (0..).zip(instances.iter().take(shown)) {
            let calls = format::count(instance.calls, "call", "calls");
            let x = frame.text(2, y, &format!("instance {}: {calls}, ", instance.name), styles::ASIDE);
            match silent_for(instance) {
                Some(seconds) => frame.text(x, y, &format!("silent for {seconds} s"), styles::FIGURE),
                None => {
                    let started = format!("started {}", format::when(frame.language(), instance.since));
                    frame.text(x, y, &started, styles::ASIDE)
                }
            };
        }
        if instances.len() > rows {
            let more = format!("and {} more: I lists them", instances.len() - shown);
            frame.text(2, frame.rows().saturating_sub(1), &more, styles::ASIDE);
        }
    }

    fn draw_log(&self, frame: &mut Canvas<'_>) {
        let newer = self.seen.log.len() - self.end();
        let title = match (self.in_log, newer) {
            (false, 0) => "log".to_owned(),
            (true, 0) => "log, newest: Up looks back, Tab leaves it".to_owned(),
            (_, newer) => format!("log, {newer} newer below: End goes there"),
        };
        frame.rule(0, &title);
        let rows = usize::from(frame.rows().saturating_sub(1));
        let lines = self.log_lines(frame.columns(), rows);
        if lines.is_empty() && rows > 0 {
            frame.text(2, 1, "Nothing has happened since you looked in.", styles::ASIDE);
        }
        for (y, (time, words, style)) in (1..).zip(lines) {
            let x = frame.text(2, y, &time, styles::ASIDE);
            frame.text(x, y, &words, style);
        }
    }

    /// The log's lines, as many as fit: the time, or blanks below one; the words; their colour.
    fn log_lines(&self, columns: u16, rows: usize) -> Vec<(String, String, Style)> {
        let mut lines = Vec::new();
        for entry in self.seen.log.iter().take(self.end()).rev() {
            if lines.len() >= rows {
                break;
            }
            let time = time(entry, columns);
            let room = usize::from(columns).saturating_sub(4 + time.len()).max(10);
            let style = match entry.tone {
                Tone::Quiet => styles::ASIDE,
                Tone::Plain => styles::WORDS,
                Tone::Loud => styles::FIGURE,
            };
            let words = wrap(&entry.words, room).into_iter().enumerate();
            let line = |(n, words): (usize, String)| {
                let before = if n == 0 { time.clone() } else { " ".repeat(time.len()) };
                (before, words, style)
            };
            lines.extend(words.map(line).collect::<Vec<_>>().into_iter().rev());
        }
        lines.truncate(rows);
        lines.reverse();
        lines
    }
}

fn time(entry: &Entry, columns: u16) -> String {
    let form = if columns < NARROW { "%H:%M " } else { "%H:%M:%S " };
    entry.at.with_timezone(&Local).format(form).to_string()
}

impl View for Desk {
    fn draw(&self, frame: &mut Canvas<'_>) {
        let columns = frame.columns();
        let rows = self.share(columns, frame.rows());
        self.draw_instances(&mut frame.part(0, 0, columns, rows.instances));
        self.list.draw(&mut frame.part(0, rows.instances, columns, rows.callers));
        let (lines, style) = self.word_lines(columns);
        let below = rows.instances + rows.callers;
        for (y, line) in (below..below + rows.said).zip(&lines) {
            frame.text(2, y, line, style);
        }
        if rows.log > 1 {
            self.draw_log(&mut frame.part(0, below + rows.said, columns, rows.log));
        }
    }

    fn keys(&self) -> Keys {
        let mut keys = if self.in_log && self.list.bar.search.is_none() {
            let moves = [Act::Up, Act::Down, Act::PageUp, Act::PageDown, Act::First, Act::Last];
            Keys { own: self.keys.clone(), ..Keys::of(&[&moves[..], &[Act::Back, Act::Pages]].concat()) }
        } else {
            let mut keys = self.list.keys();
            for (act, word) in &mut keys.acts {
                if *act == Act::Choose {
                    *word = "look";
                }
            }
            keys
        };
        keys.aside = String::new();
        if !keys.typing {
            let about = "from the callers to the log, and back".to_owned();
            keys.topics.push(("Tab".to_owned(), about));
        }
        keys
    }
}

impl Widget for Desk {
    type Outcome = DeskOutcome;

    fn fit(&mut self, columns: u16, rows: u16) {
        let rows = self.share(columns, rows);
        self.list.fit(columns, rows.callers);
        self.log_rows = usize::from(rows.log.saturating_sub(1));
    }

    fn take(&mut self, event: CallEvent) -> Option<DeskOutcome> {
        let searching = self.list.bar.search.is_some();
        let outcome = match event {
            CallEvent::Fresh => return Some(DeskOutcome::Fresh),
            CallEvent::Key(Key::Tab | Key::BackTab) if !searching => {
                self.in_log = !self.in_log;
                return None;
            }
            CallEvent::Key(key) if self.in_log && !searching => return self.move_in_log(key),
            event => self.list.take(event)?,
        };
        of_list(outcome)
    }

    async fn in_plain_text<C: Conversation>(&mut self, call: &mut C) -> Result<DeskOutcome, C::End> {
        let mut words = String::new();
        if let Some((word, _)) = self.word() {
            words.push_str(&format!("{word}\n"));
        }
        words.push_str("The log, newest last:\n");
        let last = self.seen.log.len().saturating_sub(PLAIN_LOG);
        for entry in self.seen.log.iter().skip(last) {
            words.push_str(&format!("{}{}\n", time(entry, u16::MAX), entry.words));
        }
        call.say_long(&words).await?;
        loop {
            let outcome = self.list.in_plain_text(call).await?;
            if let Some(outcome) = of_list(outcome) {
                return Ok(outcome);
            }
        }
    }
}

/// What the callers' list was left with, as the desk's outcome.
fn of_list(outcome: ListOutcome) -> Option<DeskOutcome> {
    Some(match outcome {
        ListOutcome::Row(_) => DeskOutcome::Look,
        ListOutcome::Key(key) => DeskOutcome::Key(key),
        ListOutcome::Pages => DeskOutcome::Pages,
        ListOutcome::Back => DeskOutcome::Back,
        ListOutcome::More | ListOutcome::News => return None,
    })
}

#[cfg(test)]
mod tests;
