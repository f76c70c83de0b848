//! What the tests drive a board with: the board itself, scripted and real terminals, private servers. They know it only
//! from outside, whether it runs in their own process, as most do, or is the built program.
//!
//! Everything here waits for text or a condition under one deadline and panics with the screen and the log.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "each test file is a program of its own and uses its part of this"
)]
#![expect(clippy::panic, reason = "a failed wait is a failed test")]

mod board;
mod cp437;
mod dial;
mod disk;
mod emulator;
mod here;
mod log;
mod petscii;
mod pty;
mod recording;
pub mod sequences;
mod servers;
mod steps;
mod telnet;
mod terminal;
mod vga;

pub use board::{Board, Setup, signal};
pub use dial::Dial;
pub use disk::{SmallDisk, where_one_may_mount};
pub use emulator::{Emulator, Kind};
pub use pty::{Pty, SshOptions, call_by_ssh, plink, ssh, telnet};
pub use recording::{Draws, Recording};
pub use servers::{Database, Nats, Postgres};
pub use steps::{MENU, NOTICE, PASSWORD, QUESTION};
pub use terminal::{Key, Terminal};
pub use vga::VGA;

use std::time::Duration;

/// Makes of each body two tests, one on SQLite and one on PostgreSQL: `on_both_databases!(a, b)` for
/// `fn a(setup: Setup)`.
macro_rules! on_both_databases {
    ($($body:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $body() { super::$body(super::harness::Board::setup()); })+
        }
        mod postgres {
            $(#[test] fn $body() { super::$body(super::harness::Board::setup().postgres()); })+
        }
    };
}
pub(crate) use on_both_databases;

/// An English message with its variables, as a caller reads it: `said!("greet-back", handle = "Acid Burn")`.
macro_rules! said {
    ($id:literal $($arguments:tt)*) => {
        dialtone::say!(dialtone::lang::english(), $id $($arguments)*)
    };
}
pub(crate) use said;

/// The English message of this id, up to its first variable. A message that isn't there fails the test.
pub fn text(id: &str) -> String {
    let text = dialtone::lang::english().text(id);
    assert_ne!(text, id, "there is no such message");
    let text = text.split_once("{$").map_or(&*text, |(before, _)| before);
    dialtone_terminal::pipe::strip(text)
}

/// How long a test waits for anything before it fails: far more than any step takes on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(20);
