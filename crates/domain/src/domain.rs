//! The three services and what they share, opened as one.

use crate::db::{self, OpenError, Store, Unavailable};
use crate::{EventLog, FloodLimits, Market, Messaging, NodeId, Nodes, Users};

/// The board's rules over one database. Cloning is cheap, and all clones share the connections.
#[derive(Debug, Clone)]
pub struct Domain {
    /// Accounts, keys, friends, presence.
    pub users: Users,
    /// Boards, read pointers, the pager.
    pub messaging: Messaging,
    /// Quotes and paper portfolios.
    pub market: Market,
    /// The event log.
    pub events: EventLog,
    /// The processes that answer calls for this board.
    pub nodes: Nodes,
    store: Store,
}

impl Domain {
    /// Opens `postgres://…` or `sqlite:PATH` and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Ok(Self::over(Store::new(db::open(url).await?)))
    }

    /// Looks at a database without changing it. Errors: why [`Self::open`] would fail, as far as that can be seen.
    pub async fn inspect(url: &str) -> Result<(), OpenError> {
        db::inspect(url).await
    }

    fn over(store: Store) -> Self {
        let users = Users::new(store.clone());
        Self {
            messaging: Messaging::new(store.clone(), users.clone()),
            market: Market::new(store.clone()),
            users,
            events: EventLog::new(store.clone()),
            nodes: Nodes::new(store.clone()),
            store,
        }
    }

    /// The same board, for which events are written in the name of `node`.
    pub fn as_node(&self, node: NodeId) -> Self {
        let store = self.store.as_node(node);
        let users = self.users.with(store.clone());
        Self {
            messaging: self.messaging.with(store.clone(), users.clone()),
            market: Market::new(store.clone()),
            users,
            events: EventLog::new(store.clone()),
            nodes: Nodes::new(store.clone()),
            store,
        }
    }

    /// The same board, on which callers may do no more than `limits` allow.
    pub fn limited(mut self, limits: &FloodLimits) -> Self {
        self.users = self.users.limited(limits);
        self.messaging = self.messaging.limited(self.users.clone(), limits);
        self
    }

    /// Asks the database whether it is there.
    pub async fn ping(&self) -> Result<(), Unavailable> {
        let answer = self.store.db().ping().await;
        self.store.saw(&answer);
        Ok(answer?)
    }

    /// Waits for what is under way and closes every connection, for all clones.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::Domain;

    /// Every method can be awaited in a task, whatever it borrows.
    #[test]
    fn opening_and_closing_fit_into_a_task() {
        fn fits<F: Future + Send>(_: impl FnOnce() -> F) {}
        fits(|| async {
            let url = String::new();
            let domain = Domain::open(&url).await;
            if let Ok(domain) = domain {
                domain.close().await;
            }
        });
    }
}
