//! Why a call ends: what every screen hands on instead of an answer.

use thiserror::Error;

use crate::switchboard::Ended;
use crate::transport::Hangup;

/// Why a call ends.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EndReason {
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
    /// The sysop ended the call.
    #[error("kicked")]
    Kicked {
        /// Which sysop.
        by: String,
        /// Why.
        reason: String,
    },
    /// The caller was banned, for this reason, if one was given.
    #[error("banned")]
    Banned(String),
    /// The password or key they came in with lets them in no longer.
    #[error("login no longer holds")]
    Changed,
    /// The caller may do less than before: what is open is left, and the call goes on from its first menu.
    #[error("may do less now")]
    Narrowed,
    /// The board goes down.
    #[error("going down")]
    Draining,
}

impl EndReason {
    /// The sysop who ended it, for the log.
    pub fn by(&self) -> Option<&str> {
        match self {
            Self::Kicked { by, .. } => Some(by),
            _ => None,
        }
    }

    /// What the caller is told of it in the sysop's or the board's words, for the log.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Kicked { reason: why, .. } | Self::Banned(why) | Self::Refused(why) if !why.is_empty() => {
                Some(why)
            }
            _ => None,
        }
    }

    /// Whether the caller's whole connection ends with the call: what else runs over it has no right to either.
    pub fn ends_connection(&self) -> bool {
        matches!(self, Self::Kicked { .. } | Self::Banned(_) | Self::Changed | Self::Draining)
    }
}

impl From<Ended> for EndReason {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Kicked { by, reason } => Self::Kicked { by, reason },
            Ended::Banned(reason) => Self::Banned(reason),
        }
    }
}

impl From<Hangup> for EndReason {
    fn from(_: Hangup) -> Self {
        Self::Hangup
    }
}
