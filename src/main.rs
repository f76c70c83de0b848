//! The `dialtone` program: runs the command line and turns its result into an exit code.

use std::process::ExitCode;

/// Ten thousand calls of a few KiB each come and go: glibc's arenas would keep what they were given.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dialtone::cli::run()
}
