//! Events in a line each, for the sysop's log.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use dialtone_domain::events::{Audience, Control};
use dialtone_domain::instances::Instance;
use dialtone_domain::users::OnlineCall;
use dialtone_domain::{CallId, Domain, EventBody, EventSeq, InstanceId, UserId};
use dialtone_terminal::text::clean_line;

use super::acts;
use crate::lang::{Language, say};
use crate::switchboard::Heard;
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

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which event it tells of.
    pub seq: EventSeq,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub words: String,
    /// How much it matters.
    pub tone: Tone,
}

/// Who the ids in events are: those who are here, were here a moment ago, or have been asked for.
pub struct Names {
    /// What the log is told in.
    language: Arc<Language>,
    /// The instances that are up.
    pub instances: Vec<Instance>,
    /// The open calls, and those that were open before.
    pub calls: Vec<OnlineCall>,
    asked: HashMap<UserId, String>,
    unknown: RefCell<Vec<UserId>>,
}

impl event_text::Names for Names {
    fn user(&self, user: UserId) -> String {
        let call = self.calls.iter().find(|call| call.user == Some(user));
        let handle = call.and_then(|call| call.handle.as_ref()).map(ToString::to_string);
        handle.or_else(|| self.asked.get(&user).cloned()).unwrap_or_else(|| {
            self.unknown.borrow_mut().push(user);
            say!(self.language, "log-account", id = user.to_string())
        })
    }

    fn call(&self, id: CallId) -> String {
        match self.calls.iter().find(|call| call.call == id) {
            Some(call) => {
                let caller = acts::name(call, &self.language);
                say!(self.language, "log-call-of", id = id.to_string(), caller = caller)
            }
            None => say!(self.language, "log-call", id = id.to_string()),
        }
    }

    fn instance(&self, id: InstanceId) -> String {
        let instance = self.instances.iter().find(|instance| instance.id == id);
        let name = instance.map_or_else(|| id.to_string(), |instance| instance.name.clone());
        say!(self.language, "log-instance", name = name)
    }
}

impl Names {
    /// Nobody yet, in this language.
    pub fn new(language: Arc<Language>) -> Self {
        Self {
            language,
            instances: Vec::new(),
            calls: Vec::new(),
            asked: HashMap::new(),
            unknown: RefCell::default(),
        }
    }

    /// The line of an event. Who is not here is asked for.
    pub async fn entry(&mut self, domain: &Domain, heard: &Heard) -> Entry {
        let body = &heard.event.body;
        let mut words = event_text::log(body, self, &self.language);
        let unknown = std::mem::take(self.unknown.get_mut());
        if !unknown.is_empty() {
            for user in unknown {
                if let Ok(profile) = domain.users.profile(user).await {
                    self.asked.insert(user, profile.handle.to_string());
                }
            }
            words = event_text::log(body, self, &self.language);
            self.unknown.get_mut().clear();
        }
        if heard.times > 1 {
            words.push_str(&format!(", {} times", heard.times));
        }
        Entry { seq: heard.event.seq, at: heard.event.at, words: clean_line(&words), tone: tone(body) }
    }
}

/// How loud an event is.
fn tone(body: &EventBody) -> Tone {
    let meaning = body.meaning();
    match (meaning.audience, meaning.control) {
        (Audience::QuoteWatchers, _) => Tone::Quiet,
        (Audience::Everybody, _) | (_, Some(Control::Kick { .. } | Control::Ban { .. } | Control::Drain)) => {
            Tone::Loud
        }
        _ => Tone::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Languages, english};
    use chrono::Utc;
    use dialtone_domain::events::QuoteTick;
    use dialtone_domain::{BoardId, Handle, MessageId, ThreadId};

    fn names() -> Names {
        let call = |id, user: Option<(i64, &str)>| OnlineCall {
            call: CallId(id),
            instance: InstanceId(1),
            instance_name: "north".into(),
            several: false,
            node: 1,
            user: user.map(|(id, _)| UserId(id)),
            handle: user.map(|(_, handle)| Handle::parse(handle).unwrap()),
            transport: "telnet".into(),
            peer: "192.0.2.1".into(),
            place: String::new(),
            since: Utc::now(),
            number: None,
        };
        let instance = Instance {
            id: InstanceId(1),
            name: "north".into(),
            host: String::new(),
            since: Utc::now(),
            last_seen: Utc::now(),
            calls: 2,
        };
        let calls = vec![call(11, Some((2, "Ada"))), call(13, None)];
        let language = Arc::clone(Languages::load("en", None).0.pick(None, None));
        Names { instances: vec![instance], calls, ..Names::new(language) }
    }

    fn say(body: &EventBody) -> String {
        event_text::log(body, &names(), english())
    }

    #[test]
    fn ids_become_names_where_somebody_is_known() {
        let kick = |call| EventBody::CallKicked { call, by: "Sysop".into(), reason: "good night".into() };
        assert_eq!(say(&kick(CallId(11))), "Sysop ended call 11 (Ada): good night");
        assert_eq!(say(&kick(CallId(13))), "Sysop ended call 13 (nobody yet): good night");
        assert_eq!(say(&kick(CallId(99))), "Sysop ended call 99: good night");
        assert_eq!(say(&EventBody::UserChanged { user: UserId(2) }), "Ada: account changed");
        assert_eq!(say(&EventBody::UserChanged { user: UserId(77) }), "account 77: account changed");
        let draining = EventBody::InstanceDraining { instance: InstanceId(1) };
        assert_eq!(say(&draining), "instance north takes no more calls");
    }

    #[test]
    fn whoever_is_not_known_is_asked_for() {
        let mut names = names();
        event_text::log(&EventBody::UserChanged { user: UserId(77) }, &names, english());
        assert_eq!(names.unknown.get_mut(), &[UserId(77)]);
        names.asked.insert(UserId(77), "Eve".into());
        assert_eq!(
            event_text::log(&EventBody::UserChanged { user: UserId(77) }, &names, english()),
            "Eve: account changed"
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
    fn what_is_done_to_callers_is_loud_and_prices_are_quiet() {
        assert_eq!(tone(&EventBody::QuotesUpdated { quotes: Vec::new() }), Tone::Quiet);
        assert_eq!(tone(&EventBody::UserChanged { user: UserId(2) }), Tone::Plain);
        assert_eq!(tone(&EventBody::UserBanned { user: UserId(2), reason: String::new() }), Tone::Loud);
        let posted = EventBody::MessageCreated {
            board: BoardId(1),
            board_name: "The Lobby".into(),
            thread: ThreadId(1),
            message: MessageId(1),
            author: UserId(2),
            author_handle: Handle::parse("Ada").unwrap(),
            subject: "hi".into(),
        };
        assert_eq!(tone(&posted), Tone::Plain);
    }
}
