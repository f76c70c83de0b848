//! Users: accounts and profiles, keys and friends, calls and who is online, the audit log.

mod error;
mod handle;
pub(crate) mod presence;

pub use error::UsersError;
pub use handle::Handle;
pub use presence::OnlineCall;

use crate::db::Store;

/// The users service.
#[derive(Debug, Clone)]
pub struct Users {
    store: Store,
}

impl Users {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    pub(crate) fn with(&self, store: Store) -> Self {
        Self { store }
    }
}
