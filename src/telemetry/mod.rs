//! What the board tells its sysop about itself: the log, and the health page.

pub mod health;
pub mod log;
