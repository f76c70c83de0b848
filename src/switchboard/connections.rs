//! The connections that callers have shown themselves on, whether or not a call is under way there: a ban ends these too.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dialtone_domain::UserId;
use dialtone_domain::events::{Audience, Control, Meaning};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::transport::{Bans, Watch};

/// How long a call on the connection has to say why it ends; then it ends the connection itself.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// The connections of this instance. Cloning is cheap.
#[derive(Clone, Default)]
pub struct Connections {
    open: Arc<Mutex<HashMap<u64, (UserId, CancellationToken)>>>,
    next: Arc<AtomicU64>,
}

impl Connections {
    fn open(&self) -> MutexGuard<'_, HashMap<u64, (UserId, CancellationToken)>> {
        // A map of tokens is whole between any two statements that could panic.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends what an event forbids: once the calls on it have had time for their last words. Nothing new begins on it
    /// meanwhile, because whatever does reads the account again.
    pub fn deliver(&self, event: &Meaning<'_>) {
        let (Some(Control::Ban { .. }), Audience::Caller(banned)) = (event.control, event.audience) else {
            return;
        };
        let open = self.open();
        let theirs = open.values().filter(|(user, _)| *user == banned);
        let theirs: Vec<CancellationToken> = theirs.map(|(_, hangup)| hangup.clone()).collect();
        if !theirs.is_empty() {
            tokio::spawn(async move {
                sleep(LAST_WORDS).await;
                theirs.iter().for_each(CancellationToken::cancel);
            });
        }
    }
}

impl Bans for Connections {
    fn watch(&self, user: UserId, hangup: CancellationToken) -> Box<dyn Watch> {
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        self.open().insert(key, (user, hangup));
        Box::new(Watched { connections: self.clone(), key })
    }
}

struct Watched {
    connections: Connections,
    key: u64,
}

impl Watch for Watched {}

impl Drop for Watched {
    fn drop(&mut self) {
        self.connections.open().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialtone_domain::EventBody;

    #[tokio::test(start_paused = true)]
    async fn a_ban_ends_the_connections_of_that_caller_alone() {
        let connections = Connections::default();
        let (theirs, another) = (CancellationToken::new(), CancellationToken::new());
        let watch = connections.watch(UserId(1), theirs.clone());
        let _other = connections.watch(UserId(2), another.clone());
        connections.deliver(&EventBody::UserChanged { user: UserId(1) }.meaning());
        connections.deliver(&EventBody::UserBanned { user: UserId(1), reason: String::new() }.meaning());
        theirs.cancelled().await;
        assert!(!another.is_cancelled());
        drop(watch);
        assert_eq!(connections.open().len(), 1);
    }
}
