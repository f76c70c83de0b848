//! The three services and what they share, opened as one.

use crate::db::{self, OpenError, Store, Unavailable};
use crate::{EventLog, NodeId, Nodes, Users};

/// The board's rules over one database. Cloning is cheap, and all clones share the connections.
#[derive(Debug, Clone)]
pub struct Domain {
    /// Accounts, keys, friends, presence.
    pub users: Users,
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

    fn over(store: Store) -> Self {
        Self {
            users: Users::new(store.clone()),
            events: EventLog::new(store.clone()),
            nodes: Nodes::new(store.clone()),
            store,
        }
    }

    /// The same board, for which events are written in the name of `node`.
    pub fn as_node(&self, node: NodeId) -> Self {
        let store = self.store.as_node(node);
        Self {
            users: self.users.with(store.clone()),
            events: EventLog::new(store.clone()),
            nodes: Nodes::new(store.clone()),
            store,
        }
    }

    /// Asks the database whether it is there.
    pub async fn ping(&self) -> Result<(), Unavailable> {
        self.store.db().ping().await
    }

    /// Waits for what is under way and closes every connection, for all clones.
    pub async fn close(&self) {
        self.store.close().await;
    }
}
