//! Users: accounts and profiles, keys and friends, calls and who is online, the audit log.

mod accounts;
pub(crate) mod audit;
pub(crate) mod authority;
pub(crate) mod calls;
mod credential;
mod error;
mod friends;
mod handle;
mod keys;
mod openssh;
mod password;
mod pool;
pub(crate) mod presence;
mod profile;
mod settings;
mod sysop;
mod text;

pub use accounts::{NewAccount, random_password};
pub use audit::AuditLine;
pub use authority::{AccountActor, Actor, Operator, Sysop};
pub use calls::{LastCaller, LoggedIn, NewCall};
pub use credential::{Credential, Login};
pub use error::UsersError;
pub use friends::Friend;
pub use handle::Handle;
pub use keys::{KeyId, SshKey};
pub use presence::{OnlineCall, OnlineCallers};
pub use profile::{Profile, ProfileChange};
pub use settings::{CharsetChoice, SPEEDS, Settings};

use crate::FloodLimits;
use crate::db::Store;
use crate::flood::RateLimit;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The lists that are shown page by page: see [`crate::messaging::IN_ORDER`].
#[doc(hidden)]
pub const IN_ORDER: &[&str] = &[calls::LAST_CALLERS, friends::PAGE, presence::PAGE];

/// The users service.
#[derive(Debug, Clone)]
pub struct Users {
    store: Store,
    shared: Arc<Shared>,
    joined: RateLimit<IpAddr>,
}

#[derive(Debug)]
struct Shared {
    pool: pool::HashPool,
    profiles: profile::Profiles,
}

impl Users {
    pub(crate) fn new(store: Store) -> Self {
        let shared = Shared { pool: pool::HashPool::new(), profiles: profile::Profiles::new() };
        Self { store, shared: Arc::new(shared), joined: RateLimit::new(0, HOUR) }
    }

    /// The same service over another store: memory and pool are shared.
    pub(crate) fn with(&self, store: Store) -> Self {
        Self { store, ..self.clone() }
    }

    /// The same service, which allows no more than `limits`.
    pub(crate) fn limited(&self, limits: &FloodLimits) -> Self {
        Self { joined: RateLimit::new(limits.accounts_per_hour, HOUR), ..self.clone() }
    }
}
