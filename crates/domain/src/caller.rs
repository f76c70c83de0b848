//! Who is calling, as every service of the domain knows them.

use crate::users::Settings;
use crate::{Handle, UserId};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Access levels: a wider number may do more.
pub mod level {
    /// Looking round without an account.
    pub const GUEST: i64 = 0;
    /// A new account.
    pub const NEW: i64 = 10;
    /// A caller the sysop knows.
    pub const TRUSTED: i64 = 50;
    /// The sysop.
    pub const SYSOP: i64 = 100;
    /// Every level there is: of accounts, of boards, and of what menus ask for.
    pub const ALL: std::ops::RangeInclusive<i64> = GUEST..=255;

    /// What is said of a level that is none of these.
    pub(crate) fn out_of_range() -> String {
        format!("A level is a number from {} to {}.", ALL.start(), ALL.end())
    }
}

/// Somebody who has logged in, or the guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account, or [`UserId::GUEST`].
    pub id: UserId,
    /// The name others see.
    pub handle: Handle,
    /// Access level, see [`level`].
    pub level: i64,
    /// Flags the sysop gave, which access rules may name.
    pub flags: BTreeSet<String>,
    /// May do what only the sysop may.
    pub sysop: bool,
    /// Is no account.
    pub guest: bool,
    /// When the account was made; for a guest, now.
    pub created: DateTime<Utc>,
    /// What they prefer.
    pub settings: Settings,
}
