//! Why a call ends: what every screen hands on instead of an answer.

use thiserror::Error;

use crate::transport::Hangup;

/// Why a call ends.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Leave {
    /// The caller said goodbye.
    #[error("goodbye")]
    Goodbye,
    /// The caller is gone.
    #[error("hangup")]
    Hangup,
    /// The caller was quiet for too long.
    #[error("idle")]
    Idle,
    /// The caller did not log in in time, or sent too much before.
    #[error("not logged in")]
    NoLogin,
    /// The door stays shut, for this reason.
    #[error("refused")]
    Refused(String),
    /// The sysop ended the call, for this reason.
    #[error("kicked")]
    Kicked(String),
    /// The board goes down.
    #[error("going down")]
    Draining,
}

impl From<Hangup> for Leave {
    fn from(_: Hangup) -> Self {
        Self::Hangup
    }
}
