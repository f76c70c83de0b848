//! The `dialtone` program: runs the command line and turns its result into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    dialtone::cli::run()
}
