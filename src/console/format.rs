//! Events and times in words for the sysop: pure, and safe to print whatever callers called themselves.

use chrono::{DateTime, Utc};
use dialtone_domain::events::{Audience, Control};
use dialtone_domain::instances::Instance;
use dialtone_domain::users::OnlineCall;
use dialtone_domain::{CallId, EventBody, InstanceId, UserId};
use ratatui::text::Span;

use crate::lang::{english, id, say};
use crate::ui::event_text;

/// How much an event matters to somebody who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Goes on all the time: the feed's prices.
    Quiet,
    /// What callers do.
    Plain,
    /// What the sysop or an instance does to callers.
    Loud,
}

/// What is known of the ids that events carry: who is here now.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The instances that are up.
    pub instances: &'a [Instance],
    /// The open calls.
    pub calls: &'a [OnlineCall],
}

impl event_text::Names for Names<'_> {
    fn user(&self, user: UserId) -> String {
        let call = self.calls.iter().find(|call| call.user == Some(user));
        let handle = call.and_then(|call| call.handle.as_ref());
        handle.map_or_else(|| say!(english(), "log-account", id = user.to_string()), ToString::to_string)
    }

    fn call(&self, id: CallId) -> String {
        match self.calls.iter().find(|call| call.call == id) {
            Some(call) => say!(english(), "log-call-of", id = id.to_string(), caller = caller(call)),
            None => say!(english(), "log-call", id = id.to_string()),
        }
    }

    fn instance(&self, id: InstanceId) -> String {
        let instance = self.instances.iter().find(|instance| instance.id == id);
        let name = instance.map_or_else(|| id.to_string(), |instance| instance.name.clone());
        say!(english(), "log-instance", name = name)
    }
}

/// Whoever is on a call.
pub fn caller(call: &OnlineCall) -> String {
    let nobody = || english().text(id!("log-nobody")).into_owned();
    call.handle.as_ref().map_or_else(nobody, |handle| plain(handle.as_str()))
}

/// An event in one line.
pub fn event(body: &EventBody, names: &Names<'_>) -> String {
    plain(&event_text::log(body, names, english()))
}

/// How loud an event is.
pub fn tone(body: &EventBody) -> Tone {
    let meaning = body.meaning();
    match (meaning.audience, meaning.control) {
        (Audience::QuoteWatchers, _) => Tone::Quiet,
        (Audience::Everybody, _) | (_, Some(Control::Kick { .. } | Control::Ban { .. } | Control::Drain)) => {
            Tone::Loud
        }
        _ => Tone::Plain,
    }
}

/// The text with a dot in place of everything a terminal might obey instead of showing: controls of both sets,
/// line separators, and the marks that turn the direction of writing.
pub fn plain(text: &str) -> String {
    let obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    text.chars().map(|c| if obeyed(c) { '·' } else { c }).collect()
}

/// Cells the text takes on a terminal.
pub fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// How long ago something was, in its two largest units at most. A clock that runs behind gives `0 s`.
pub fn ago(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - then).num_seconds().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use dialtone_domain::events::QuoteTick;
    use dialtone_domain::{BoardId, Handle, MessageId, ThreadId};

    use crate::console::sample;

    fn say(body: &EventBody) -> String {
        let (instances, calls) = (sample::instances(), sample::calls());
        event(body, &Names { instances: &instances, calls: &calls })
    }

    #[test]
    fn ids_become_names_where_somebody_is_here() {
        let kick = |call| EventBody::CallKicked { call, by: "Sysop".into(), reason: "good night".into() };
        assert_eq!(say(&kick(CallId(11))), "Sysop ended call 11 (Ada): good night");
        assert_eq!(say(&kick(CallId(13))), "Sysop ended call 13 (nobody yet): good night");
        assert_eq!(say(&kick(CallId(99))), "Sysop ended call 99: good night");
        assert_eq!(say(&EventBody::UserChanged { user: UserId(2) }), "Ada: account changed");
        assert_eq!(say(&EventBody::UserChanged { user: UserId(77) }), "account 77: account changed");
        assert_eq!(
            say(&EventBody::InstanceDraining { instance: InstanceId(1) }),
            "instance north takes no more calls"
        );
    }

    #[test]
    fn sums_are_written_as_money() {
        let order = |side: &str| EventBody::OrderSettled {
            user: UserId(2),
            symbol: "TRUNK".into(),
            side: side.into(),
            shares: 10,
            cents: 123_456,
        };
        assert_eq!(say(&order("buy")), "Ada bought 10 TRUNK for $1,234.56");
        assert_eq!(say(&order("sell")), "Ada sold 10 TRUNK for $1,234.56");
        let tick = QuoteTick { symbol: "TRUNK".into(), cents: 1_050 };
        assert_eq!(say(&EventBody::QuotesUpdated { quotes: vec![tick.clone()] }), "TRUNK moved to $10.50");
        assert_eq!(say(&EventBody::QuotesUpdated { quotes: vec![tick.clone(), tick] }), "2 prices moved");
    }

    #[test]
    fn nothing_a_terminal_would_obey_is_said() {
        let words = say(&EventBody::MessageCreated {
            board: BoardId(1),
            board_name: "The\nLobby".into(),
            read_level: 0,
            thread: ThreadId(1),
            message: MessageId(1),
            author: UserId(2),
            author_handle: Handle::parse("Ada").unwrap(),
            subject: "\u{1b}[2J\u{9b}31m\u{202e}\u{7}\u{2028}x".into(),
        });
        assert_eq!(words, "Ada posted \"·[2J·31m···x\" in The·Lobby");
    }

    #[test]
    fn times_are_short() {
        let now = sample::now();
        let said = |seconds| ago(now - TimeDelta::seconds(seconds), now);
        assert_eq!(
            [-5, 0, 59, 60, 3_599, 3_600, 90_000].map(said),
            ["0 s", "0 s", "59 s", "1 min", "59 min", "1 h 00 min", "1 d 1 h"]
        );
    }
}
