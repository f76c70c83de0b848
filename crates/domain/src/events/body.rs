//! What can happen on a board: the body of each event, as it is stored and as outside programs read it.

use crate::{BoardId, CallId, Handle, MessageId, NodeId, PageId, ThreadId, UserId};
use serde::{Deserialize, Serialize};

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
    /// A node answers no more calls and will end those it has.
    NodeDraining {
        /// Which.
        node: NodeId,
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
    /// The subject it is published on, without the prefix.
    pub fn subject(&self) -> &'static str {
        match self {
            Self::MessageCreated { .. } => "bbs.message.created",
            Self::BoardChanged { .. } => "bbs.board.changed",
            Self::PageSent { .. } => "email.page.sent",
            Self::Broadcast { .. } => "message.broadcast.all",
            Self::UserRegistered { .. } => "users.registered",
            Self::UserChanged { .. } => "users.changed",
            Self::UserOnline { .. } => "users.online",
            Self::UserOffline { .. } => "users.offline",
            Self::FriendsChanged { .. } => "users.friends.changed",
            Self::QuotesUpdated { .. } => "stocks.quote.updated",
            Self::OrderSettled { .. } => "stocks.order.settled",
            Self::CallKicked { .. } => "nodes.call.kicked",
            Self::NodeDraining { .. } => "nodes.draining",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EventBody;
    use crate::{CallId, Handle, UserId};

    #[test]
    fn the_json_is_flat_and_comes_back_the_same() {
        let body = EventBody::UserOnline { user: UserId(7), handle: Handle::guest(), call: CallId(9) };
        let json = serde_json::to_string(&body).unwrap();
        assert_eq!(json, r#"{"type":"user_online","user":7,"handle":"Guest","call":9}"#);
        assert_eq!(serde_json::from_str::<EventBody>(&json).unwrap(), body);
    }
}
