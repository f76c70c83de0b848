//! The rules of the board: users, messaging and market, their SQL and their events.
//!
//! Everything a caller can do is a method of one of the services of [`Domain`]; one method is one
//! transaction is one business act. Nothing here knows a network, a terminal or a menu.

pub mod access;
mod caller;
pub mod correlation;
mod db;
mod domain;
pub mod events;
mod flood;
mod ids;
pub mod instances;
pub mod market;
pub mod messaging;
pub mod money;
mod secret;
pub mod users;

pub use caller::{Caller, level};
pub use db::{OpenError, Unavailable};
pub use domain::{Domain, Services};
pub use events::{Event, EventBody, EventLog, EventReader};
pub use flood::{FloodLimits, RateLimit, Turn};
pub use ids::{BoardId, CallId, EventSeq, InstanceId, MessageId, PageId, ThreadId, UserId};
pub use instances::Instances;
pub use market::{Market, MarketError};
pub use messaging::{Messaging, MessagingError};
pub use money::Cents;
pub use secret::Secret;
pub use users::{Handle, Users, UsersError};
