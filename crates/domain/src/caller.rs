//! Who is calling, as every service of the domain knows them.

use crate::access::Facts;
use crate::users::Settings;
use crate::{Handle, UserId};
use chrono::{DateTime, Local, Utc};
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
    /// Every level there is.
    pub const ALL: std::ops::RangeInclusive<i64> = GUEST..=255;

    /// What is said of a level that is none of these.
    pub(crate) fn out_of_range() -> String {
        format!("A level is a number from {} to {}.", ALL.start(), ALL.end())
    }
}

/// Somebody who has logged in, or the guest. Only the `users` service makes one, so what it says was so when it was read;
/// an act that needs a right asks again in its own transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub(crate) id: UserId,
    pub(crate) handle: Handle,
    pub(crate) level: i64,
    pub(crate) flags: BTreeSet<String>,
    pub(crate) sysop: bool,
    pub(crate) guest: bool,
    pub(crate) created: DateTime<Utc>,
    pub(crate) settings: Settings,
}

impl Caller {
    /// The account, or [`UserId::GUEST`].
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The name others see.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Access level, see [`level`].
    pub fn level(&self) -> i64 {
        self.level
    }

    /// Flags the sysop gave, which access rules may name.
    pub fn flags(&self) -> &BTreeSet<String> {
        &self.flags
    }

    /// May do what only the sysop may.
    pub fn is_sysop(&self) -> bool {
        self.sysop
    }

    /// Is no account.
    pub fn is_guest(&self) -> bool {
        self.guest
    }

    /// When the account was made; for a guest, when they called.
    pub fn created(&self) -> DateTime<Utc> {
        self.created
    }

    /// What they prefer.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What they prefer from here on, in this call.
    pub fn prefer(&mut self, settings: Settings) {
        self.settings = settings;
    }
}

/// What access rules are asked about, but for what stands in the records alone and what only the call knows.
impl From<&Caller> for Facts {
    fn from(caller: &Caller) -> Self {
        Self {
            level: caller.level,
            flags: caller.flags.clone(),
            sysop: caller.sysop,
            guest: caller.guest,
            created: (!caller.guest).then_some(caller.created),
            now: Local::now(),
            ..Self::default()
        }
    }
}
