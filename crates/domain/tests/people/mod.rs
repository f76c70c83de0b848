//! Callers as the users service would hand them out, without accounts behind them.

use dialtone_domain::users::Settings;
use dialtone_domain::{Caller, Handle, UserId, level};
use std::collections::BTreeSet;

/// A new caller with that id, called `Caller 7` for 7.
pub fn caller(id: i64) -> Caller {
    Caller {
        id: UserId(id),
        handle: Handle::parse(&format!("Caller {id}")).unwrap(),
        level: level::NEW,
        flags: BTreeSet::new(),
        sysop: false,
        guest: false,
        created: chrono::DateTime::UNIX_EPOCH,
        settings: Settings::default(),
    }
}

/// The sysop, with id 1.
pub fn sysop() -> Caller {
    Caller { level: level::SYSOP, sysop: true, ..caller(1) }
}

/// Somebody without an account.
pub fn guest() -> Caller {
    Caller { id: UserId::GUEST, level: level::GUEST, guest: true, ..caller(0) }
}
