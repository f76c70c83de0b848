//! What every caller sees at a glance without asking the records: how many are here and who called last.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use dialtone_domain::Domain;

/// The board at a glance, as of the last coming or going.
#[derive(Debug, Clone, Default)]
pub struct Now {
    /// Callers who have logged in, on all nodes.
    pub online: usize,
    /// Who called last, and when.
    pub last_call: Option<(String, DateTime<Utc>)>,
}

/// A shared [`Now`].
#[derive(Debug, Default)]
pub struct Glance(ArcSwap<Now>);

impl Glance {
    /// As of the last coming or going.
    pub fn now(&self) -> Arc<Now> {
        self.0.load_full()
    }

    /// Asks the records again; what they do not answer stays as it was.
    pub async fn refresh(&self, domain: &Domain) {
        let (online, last) = tokio::join!(domain.users.online(), domain.users.last_callers(1));
        if let (Ok(online), Ok(last)) = (online, last) {
            let online = online.iter().filter(|call| call.handle.is_some()).count();
            let last_call = last.into_iter().next().map(|last| (last.handle.to_string(), last.at));
            self.0.store(Arc::new(Now { online, last_call }));
        }
    }
}
