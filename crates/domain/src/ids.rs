//! Ids: one newtype each, so that a board can never be taken for a message.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    /// An account. [`UserId::GUEST`] is no account.
    UserId;
    /// A message board.
    BoardId;
    /// A message on a board.
    MessageId;
    /// A thread of messages.
    ThreadId;
    /// A page from one caller to another.
    PageId;
    /// One run of one process: a process that starts again is another instance.
    InstanceId;
    /// One call, from answer to hangup.
    CallId;
    /// The place of an event in the log. A lower number may appear after a higher one.
    EventSeq;
}

impl UserId {
    /// Whoever looks round without an account.
    pub const GUEST: UserId = UserId(0);
}
