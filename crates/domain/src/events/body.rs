//! What can happen on a board: the body of each event, as it is stored and as outside programs read it.

use super::meaning::{Audience, Control, Counter, Meaning, Presence, Target};
use crate::{BoardId, CallId, Handle, InstanceId, MessageId, PageId, ThreadId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One state change. Stored and published as JSON with the variant's name in `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventBody {
    /// A message was posted on a board.
    MessageCreated {
        /// Where.
        board: BoardId,
        /// The board's name as callers see it.
        board_name: String,
        /// The thread it belongs to.
        thread: ThreadId,
        /// The message itself.
        message: MessageId,
        /// Who wrote it.
        author: UserId,
        /// The author's handle at that time.
        author_handle: Handle,
        /// The thread's subject.
        subject: String,
    },
    /// A caller paged another.
    PageSent {
        /// The stored page.
        page: PageId,
        /// Who sent it.
        from: UserId,
        /// The sender's handle.
        from_handle: Handle,
        /// For whom.
        to: UserId,
        /// What it says.
        text: String,
    },
    /// The sysop told everyone something.
    Broadcast {
        /// Who.
        from_handle: Handle,
        /// What.
        text: String,
    },
    /// There is a new account.
    UserRegistered {
        /// The account.
        user: UserId,
        /// Its handle.
        handle: Handle,
    },
    /// A profile, a level, a flag, a key or a ban changed.
    UserChanged {
        /// Whose.
        user: UserId,
    },
    /// A caller was banned: their calls and connections end.
    UserBanned {
        /// Who.
        user: UserId,
        /// What they are told, or empty.
        reason: String,
    },
    /// A caller logged in. Guests count, as [`UserId::GUEST`].
    UserOnline {
        /// Who.
        user: UserId,
        /// Their handle.
        handle: Handle,
        /// On which call.
        call: CallId,
        /// When they logged in: a while ago, where their instance had fallen silent and is back.
        since: DateTime<Utc>,
    },
    /// A caller who had logged in is gone.
    UserOffline {
        /// Who.
        user: UserId,
        /// Their handle.
        handle: Handle,
        /// Which call ended.
        call: CallId,
    },
    /// A caller's list of friends changed.
    FriendsChanged {
        /// Whose list.
        user: UserId,
    },
    /// A board was made, renamed, or its rules changed.
    BoardChanged {
        /// Which.
        board: BoardId,
    },
    /// Prices moved.
    QuotesUpdated {
        /// The new prices.
        quotes: Vec<QuoteTick>,
    },
    /// An order was filled.
    OrderSettled {
        /// Whose order.
        user: UserId,
        /// The share.
        symbol: String,
        /// `buy` or `sell`.
        side: String,
        /// How many.
        shares: i64,
        /// The price of all of them, in cents.
        cents: i64,
    },
    /// The sysop ended a call.
    CallKicked {
        /// Which.
        call: CallId,
        /// The sysop's handle.
        by: String,
        /// What the caller is told.
        reason: String,
    },
    /// An instance answers no more calls and will end those it has.
    InstanceDraining {
        /// Which.
        instance: InstanceId,
    },
}

/// A new price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteTick {
    /// The share.
    pub symbol: String,
    /// Its price in cents.
    pub cents: i64,
}

impl EventBody {
    /// What it means: the one place that tells the kinds apart. What one caller says to another, or does with their
    /// money, and what a board says that guests may not read, is published as ids alone: whoever may know the rest asks
    /// the board for it.
    pub fn meaning(&self) -> Meaning<'_> {
        match self {
            Self::MessageCreated { board, thread, author, .. } => Meaning {
                target: Some(Target::Thread { board: *board, thread: *thread }),
                counter: Some(Counter::Messages),
                public_fields: Some(&["board", "thread", "message", "author"]),
                ..Meaning::new("bbs.message.created", Audience::Readers { board: *board, but: *author })
            },
            Self::BoardChanged { board } => Meaning {
                control: Some(Control::ReadAgain),
                boards: true,
                ..Meaning::new("bbs.board.changed", Audience::Visitors(*board))
            },
            Self::PageSent { page, to, .. } => Meaning {
                target: Some(Target::Page(*page)),
                counter: Some(Counter::Pages),
                public_fields: Some(&["page", "from", "to"]),
                ..Meaning::new("email.page.sent", Audience::Caller(*to))
            },
            Self::Broadcast { .. } => Meaning::new("message.broadcast.all", Audience::Everybody),
            Self::UserRegistered { .. } => Meaning::new("users.registered", Audience::Nobody),
            Self::UserChanged { user } => Meaning {
                control: Some(Control::ReadAgain),
                profile: Some(*user),
                ..Meaning::new("users.changed", Audience::Caller(*user))
            },
            Self::UserBanned { user, reason } => Meaning {
                control: Some(Control::Ban { reason }),
                public_fields: Some(&["user"]),
                ..Meaning::new("users.banned", Audience::Caller(*user))
            },
            Self::UserOnline { user, handle, call, since } => Meaning {
                profile: Some(*user),
                presence: Some(Presence::Online { user: *user, handle, call: *call, since: *since }),
                ..Meaning::new("users.online", Audience::FriendsOf(*user))
            },
            Self::UserOffline { call, .. } => Meaning {
                presence: Some(Presence::Offline { call: *call }),
                ..Meaning::new("users.offline", Audience::Nobody)
            },
            Self::FriendsChanged { user } => Meaning {
                control: Some(Control::ReadAgain),
                ..Meaning::new("users.friends.changed", Audience::Caller(*user))
            },
            Self::QuotesUpdated { quotes } => {
                Meaning { quotes, ..Meaning::new("stocks.quote.updated", Audience::QuoteWatchers) }
            }
            // Whoever placed the order has been answered.
            Self::OrderSettled { .. } => Meaning {
                public_fields: Some(&["user"]),
                ..Meaning::new("stocks.order.settled", Audience::Nobody)
            },
            Self::CallKicked { call, by, reason } => Meaning {
                control: Some(Control::Kick { by, reason }),
                public_fields: Some(&["call"]),
                ..Meaning::new("instances.call.kicked", Audience::Call(*call))
            },
            Self::InstanceDraining { instance } => Meaning {
                control: Some(Control::Drain),
                ..Meaning::new("instances.draining", Audience::Instance(*instance))
            },
        }
    }

    /// The body as outside programs may read it, as JSON: whole where it is said on a board that guests may read. The log
    /// keeps it whole in any case.
    pub fn published(&self, guests_read: bool) -> Result<Value, serde_json::Error> {
        let mut body = serde_json::to_value(self)?;
        let Meaning { audience, public_fields, .. } = self.meaning();
        let public_fields =
            public_fields.filter(|_| !(guests_read && matches!(audience, Audience::Readers { .. })));
        if let (Some(public), Value::Object(fields)) = (public_fields, &mut body) {
            fields.retain(|name, _| name == "type" || public.contains(&name.as_str()));
        }
        Ok(body)
    }

    /// The subject it is published on, without the prefix.
    pub fn subject(&self) -> &'static str {
        self.meaning().subject
    }

    /// One event of each kind: for tests and for the page of all kinds.
    pub fn examples() -> Vec<Self> {
        let (user, handle, call) = (UserId(7), Handle::guest(), CallId(21));
        let (from_handle, text) = (handle.clone(), "The line is good".to_owned());
        let (symbol, reason) = ("TRUNK".to_owned(), "Good night".to_owned());
        vec![
            Self::MessageCreated {
                board: BoardId(2),
                board_name: "The Lobby".to_owned(),
                thread: ThreadId(3),
                message: MessageId(4),
                author: user,
                author_handle: handle.clone(),
                subject: "Who is on the line?".to_owned(),
            },
            Self::BoardChanged { board: BoardId(2) },
            Self::PageSent {
                page: PageId(5),
                from: user,
                from_handle: from_handle.clone(),
                to: UserId(8),
                text: text.clone(),
            },
            Self::Broadcast { from_handle, text },
            Self::UserRegistered { user, handle: handle.clone() },
            Self::UserChanged { user },
            Self::UserBanned { user, reason: reason.clone() },
            Self::UserOnline { user, handle: handle.clone(), call, since: DateTime::UNIX_EPOCH },
            Self::UserOffline { user, handle, call },
            Self::FriendsChanged { user },
            Self::QuotesUpdated { quotes: vec![QuoteTick { symbol: symbol.clone(), cents: 1_050 }] },
            Self::OrderSettled { user, symbol, side: "buy".to_owned(), shares: 3, cents: 3_150 },
            Self::CallKicked { call, by: "Sysop".to_owned(), reason },
            Self::InstanceDraining { instance: InstanceId(1) },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::EventBody;
    use crate::{CallId, Handle, UserId};
    use std::collections::{BTreeMap, BTreeSet};

    /// The names of an object's fields, without `type`.
    fn fields(body: &serde_json::Value) -> BTreeSet<String> {
        body.as_object().unwrap().keys().filter(|name| *name != "type").cloned().collect()
    }

    fn kind(body: &EventBody) -> String {
        serde_json::to_value(body).unwrap()["type"].as_str().unwrap().to_owned()
    }

    /// The words in backticks.
    fn named(text: &str) -> BTreeSet<String> {
        text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn there_is_an_example_of_each_kind() {
        // Whoever reads JSON says which kinds there are when it finds another.
        let error = serde_json::from_str::<EventBody>(r#"{"type":"no such kind"}"#).unwrap_err().to_string();
        let (_, known) = error.split_once("expected one of ").expect("the kinds are listed");
        assert_eq!(EventBody::examples().iter().map(kind).collect::<BTreeSet<_>>(), named(known));
    }

    #[test]
    fn the_page_of_events_has_every_kind_with_its_subject_and_its_fields() {
        let page = include_str!("../../../../docs/events.md");
        let mut rows = BTreeSet::new();
        for row in page.lines().filter(|row| row.starts_with("| `")) {
            let cells: Vec<&str> = row.split(" | ").collect();
            let [subject, kind, fields, _when] = cells.as_slice() else { panic!("{row}") };
            let (public, private) = fields.split_once('(').unwrap_or((fields, ""));
            rows.insert((
                subject.replace(['|', '`', ' '], ""),
                kind.replace('`', ""),
                named(public),
                named(private),
            ));
        }
        let mut known = BTreeSet::new();
        for example in EventBody::examples() {
            let whole = fields(&serde_json::to_value(&example).unwrap());
            for guests_read in [true, false] {
                let public = fields(&example.published(guests_read).unwrap());
                let private = whole.difference(&public).cloned().collect();
                known.insert((example.subject().to_owned(), kind(&example), public, private));
            }
        }
        assert_eq!(rows, known, "docs/events.md is on the left");
    }

    #[test]
    fn what_is_private_goes_out_as_ids_alone() {
        let mut public: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for example in EventBody::examples().iter().filter(|it| it.meaning().public_fields.is_some()) {
            let published = example.published(false).unwrap();
            for name in fields(&published) {
                assert!(published[&name].is_i64(), "{name} of {example:?}");
                public.entry(kind(example)).or_default().push(name);
            }
        }
        let expected = [
            ("call_kicked", vec!["call"]),
            ("message_created", vec!["author", "board", "message", "thread"]),
            ("order_settled", vec!["user"]),
            ("page_sent", vec!["from", "page", "to"]),
            ("user_banned", vec!["user"]),
        ];
        let expected =
            expected.map(|(kind, names)| (kind.to_owned(), names.into_iter().map(str::to_owned).collect()));
        assert_eq!(public, BTreeMap::from(expected));
    }

    #[test]
    fn a_message_that_guests_may_read_goes_out_whole() {
        for example in EventBody::examples() {
            let (open, closed) = (example.published(true).unwrap(), example.published(false).unwrap());
            let message = matches!(example, EventBody::MessageCreated { .. });
            assert_eq!(open != closed, message, "{example:?}");
            assert!(!message || open == serde_json::to_value(&example).unwrap());
        }
    }

    #[test]
    fn the_json_is_flat_and_comes_back_the_same() {
        let body = EventBody::UserOffline { user: UserId(7), handle: Handle::guest(), call: CallId(9) };
        let json = serde_json::to_string(&body).unwrap();
        assert_eq!(json, r#"{"type":"user_offline","user":7,"handle":"Guest","call":9}"#);
        for example in EventBody::examples() {
            let json = serde_json::to_string(&example).unwrap();
            assert_eq!(serde_json::from_str::<EventBody>(&json).unwrap(), example);
        }
    }
}
