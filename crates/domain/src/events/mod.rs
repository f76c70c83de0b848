//! The event log: every state change, in the transaction that made it, and readers that miss none.

mod append;
mod body;
mod gaps;
mod log;
mod meaning;
mod notify;
mod reader;

pub(crate) use append::append;
pub use body::{EventBody, QuoteTick};
pub use log::EventLog;
pub use meaning::{Audience, Control, Counter, Meaning, Presence, Target};
pub use notify::Listener;
pub use reader::EventReader;

use crate::{EventSeq, InstanceId};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its place in the log.
    pub seq: EventSeq,
    /// When it was appended, by the clock of the instance that did.
    pub at: DateTime<Utc>,
    /// The instance that appended it; none for a command.
    pub instance: Option<InstanceId>,
    /// The call that caused it.
    pub correlation: Option<String>,
    /// What happened.
    pub body: EventBody,
}

impl Event {
    /// The entry as it goes out to whoever listens, as JSON: see [`EventBody::published`].
    pub fn published(&self, guests_read: bool) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&serde_json::json!({
            "seq": self.seq,
            "at": self.at,
            "instance": self.instance,
            "correlation": self.correlation,
            "body": self.body.published(guests_read)?,
        }))
    }
}
