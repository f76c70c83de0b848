//! What can happen on a board: the body of each event, as it is stored and as outside programs read it.

use crate::{BoardId, CallId, Handle, InstanceId, MessageId, PageId, ThreadId, UserId, level};
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
        /// The level one needs to read it: others are not told.
        read_level: i64,
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
    /// The fields that whoever listens on NATS may read; none where all of them may. What one caller says to another,
    /// or does with their money, and what a board says that guests may not read, goes out as ids alone: whoever may
    /// know the rest asks the board for it.
    fn public_fields(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::MessageCreated { read_level, .. } if *read_level > level::GUEST => {
                Some(&["board", "read_level", "thread", "message", "author"])
            }
            Self::PageSent { .. } => Some(&["page", "from", "to"]),
            Self::OrderSettled { .. } | Self::UserBanned { .. } => Some(&["user"]),
            Self::CallKicked { .. } => Some(&["call"]),
            Self::MessageCreated { .. }
            | Self::Broadcast { .. }
            | Self::UserRegistered { .. }
            | Self::UserChanged { .. }
            | Self::UserOnline { .. }
            | Self::UserOffline { .. }
            | Self::FriendsChanged { .. }
            | Self::BoardChanged { .. }
            | Self::QuotesUpdated { .. }
            | Self::InstanceDraining { .. } => None,
        }
    }

    /// The body as outside programs may read it, as JSON. The log keeps it whole.
    pub fn published(&self) -> Result<Value, serde_json::Error> {
        let mut body = serde_json::to_value(self)?;
        if let (Some(public), Value::Object(fields)) = (self.public_fields(), &mut body) {
            fields.retain(|name, _| name == "type" || public.contains(&name.as_str()));
        }
        Ok(body)
    }

    /// The subject it is published on, without the prefix.
    pub fn subject(&self) -> &'static str {
        match self {
            Self::MessageCreated { .. } => "bbs.message.created",
            Self::BoardChanged { .. } => "bbs.board.changed",
            Self::PageSent { .. } => "email.page.sent",
            Self::Broadcast { .. } => "message.broadcast.all",
            Self::UserRegistered { .. } => "users.registered",
            Self::UserChanged { .. } => "users.changed",
            Self::UserBanned { .. } => "users.banned",
            Self::UserOnline { .. } => "users.online",
            Self::UserOffline { .. } => "users.offline",
            Self::FriendsChanged { .. } => "users.friends.changed",
            Self::QuotesUpdated { .. } => "stocks.quote.updated",
            Self::OrderSettled { .. } => "stocks.order.settled",
            Self::CallKicked { .. } => "instances.call.kicked",
            Self::InstanceDraining { .. } => "instances.draining",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EventBody;
    use crate::{BoardId, CallId, Handle, MessageId, PageId, ThreadId, UserId};
    use serde_json::json;

    fn post(read_level: i64) -> EventBody {
        EventBody::MessageCreated {
            board: BoardId(2),
            board_name: "Elite".to_owned(),
            read_level,
            thread: ThreadId(3),
            message: MessageId(4),
            author: UserId(5),
            author_handle: Handle::guest(),
            subject: "Hush".to_owned(),
        }
    }

    #[test]
    fn what_is_private_goes_out_as_ids_alone() {
        let page = EventBody::PageSent {
            page: PageId(1),
            from: UserId(2),
            from_handle: Handle::guest(),
            to: UserId(3),
            text: "meet me".to_owned(),
        };
        let ids = json!({ "type": "page_sent", "page": 1, "from": 2, "to": 3 });
        assert_eq!(page.published().unwrap(), ids);
        let banned = EventBody::UserBanned { user: UserId(2), reason: "rude".to_owned() };
        assert_eq!(banned.published().unwrap(), json!({ "type": "user_banned", "user": 2 }));
        let kicked =
            EventBody::CallKicked { call: CallId(2), by: "Sysop".to_owned(), reason: "x".to_owned() };
        assert_eq!(kicked.published().unwrap(), json!({ "type": "call_kicked", "call": 2 }));
        let (side, symbol) = ("buy".to_owned(), "TRUNK".to_owned());
        let order = EventBody::OrderSettled { user: UserId(2), symbol, side, shares: 3, cents: 4 };
        assert_eq!(order.published().unwrap(), json!({ "type": "order_settled", "user": 2 }));
    }

    #[test]
    fn a_message_that_guests_may_read_goes_out_whole_and_any_other_as_ids() {
        assert_eq!(post(0).published().unwrap(), serde_json::to_value(post(0)).unwrap());
        let ids = json!({
            "type": "message_created", "board": 2, "read_level": 10, "thread": 3, "message": 4, "author": 5
        });
        assert_eq!(post(10).published().unwrap(), ids);
    }

    #[test]
    fn the_json_is_flat_and_comes_back_the_same() {
        let body = EventBody::UserOnline { user: UserId(7), handle: Handle::guest(), call: CallId(9) };
        let json = serde_json::to_string(&body).unwrap();
        assert_eq!(json, r#"{"type":"user_online","user":7,"handle":"Guest","call":9}"#);
        assert_eq!(serde_json::from_str::<EventBody>(&json).unwrap(), body);
    }
}
