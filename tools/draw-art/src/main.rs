//! Draws the board's screens: `cargo run -p draw-art` writes `ansi-art`, and with `--check` says which files differ
//! from what it would write.
//!
//! The same bytes come out on every machine, and a test holds the files to them.

mod ascii;
mod encode;
mod files;
mod frame;
mod goodbye;
mod headers;
mod ink;
mod light;
mod picture;
mod room;
mod tone;
mod welcome;
mod word;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ansi-art")
}

fn main() -> std::io::Result<ExitCode> {
    let check = std::env::args().any(|word| word == "--check");
    let mut different = 0;
    for file in files::all() {
        let path = folder().join(&file.name);
        if std::fs::read(&path).is_ok_and(|there| there == file.bytes) {
            continue;
        }
        different += 1;
        if !check {
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(&path, &file.bytes)?;
        }
        println!("{:28} {:5} bytes", file.name, file.bytes.len());
    }
    println!("{different} {}", if check { "differ" } else { "written" });
    Ok(if check && different > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

#[cfg(test)]
mod tests;
