//! The three services and what they share, opened as one.

use crate::db::{self, OpenError, Store, Unavailable};
use crate::users::Operator;
use crate::{EventLog, FloodLimits, InstanceId, Instances, Market, Messaging, Users};
use std::ops::Deref;
use std::sync::Arc;

/// The board's rules over one database. A clone is one pointer, and all clones share the connections.
#[derive(Debug, Clone)]
pub struct Domain(Arc<Services>);

/// What a [`Domain`] consists of.
#[derive(Debug)]
pub struct Services {
    /// Accounts, keys, friends, presence.
    pub users: Users,
    /// Boards, read pointers, the pager.
    pub messaging: Messaging,
    /// Quotes and paper portfolios.
    pub market: Market,
    /// The event log.
    pub events: EventLog,
    /// The processes that answer calls for this board.
    pub instances: Instances,
    store: Store,
}

impl Deref for Domain {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl Domain {
    /// Opens `postgres://…` or `sqlite:PATH` and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let store = Store::new(db::open(url).await?);
        let users = Users::new(store.clone());
        Ok(Self::over(store.clone(), users.clone(), Messaging::new(store, users)))
    }

    /// The same for whoever holds the database itself, with the right that gives: for commands, never for what answers
    /// callers.
    pub async fn open_as_operator(url: &str) -> Result<(Self, Operator), OpenError> {
        Ok((Self::open(url).await?, Operator::new()))
    }

    /// Looks at a database without changing it. Errors: why [`Self::open`] would fail, as far as that can be seen.
    pub async fn inspect(url: &str) -> Result<(), OpenError> {
        db::inspect(url).await
    }

    fn over(store: Store, users: Users, messaging: Messaging) -> Self {
        Self(Arc::new(Services {
            users,
            messaging,
            market: Market::new(store.clone()),
            events: EventLog::new(store.clone()),
            instances: Instances::new(store.clone()),
            store,
        }))
    }

    /// The same board, for which events are written in the name of `instance`.
    pub fn as_instance(&self, instance: InstanceId) -> Self {
        let store = self.store.as_instance(instance);
        let users = self.users.with(store.clone());
        Self::over(store.clone(), users.clone(), self.messaging.with(store, users))
    }

    /// The same board, on which callers may do no more than `limits` allow.
    pub fn limited(&self, limits: &FloodLimits) -> Self {
        let users = self.users.limited(limits);
        let messaging = self.messaging.limited(users.clone(), limits);
        Self::over(self.store.clone(), users, messaging)
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
