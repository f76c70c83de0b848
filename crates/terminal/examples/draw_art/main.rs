//! Draws the board's screens: `cargo run -p dialtone-terminal --example draw_art` writes `ansi-art/classic`.
//!
//! The same bytes come out on every machine, and a test holds the files to them.

mod ascii;
mod encode;
mod frame;
mod headers;
mod screens;
mod word;

use dialtone_terminal::Grid;
use dialtone_terminal::sauce::{self, Sauce};
use std::path::{Path, PathBuf};

/// The date in the files' SAUCE records, as CCYYMMDD.
const DATE: &[u8; 8] = b"20261121";
/// Where the date begins, from the end of a file: the record is 128 bytes, the date at its 82nd.
const DATE_FROM_END: usize = 128 - 82;

/// The coloured screens: name, title and art.
fn screens() -> [(&'static str, &'static str, Grid); 11] {
    [
        ("welcome", "a board that answers", screens::welcome()),
        ("main", "main menu", screens::main_menu()),
        ("goodbye", "no carrier", screens::goodbye()),
        ("inner", "two beats", headers::inner()),
        ("login", "off the hook", headers::login()),
        ("boards", "threads", headers::boards()),
        ("reader", "long wave", headers::reader()),
        ("who", "two on a line", headers::who()),
        ("profile", "signature", headers::profile()),
        ("market", "the tape", headers::market()),
        ("pages", "the bell", headers::pages()),
    ]
}

/// Every file by its name.
fn files() -> Vec<(String, Vec<u8>)> {
    let drawn = screens().map(|(name, title, grid)| (format!("{name}.ans"), ansi(title, &grid)));
    let plain = [("welcome", ascii::welcome()), ("goodbye", ascii::goodbye())]
        .map(|(name, text)| (format!("{name}.asc"), text.into_bytes()));
    drawn.into_iter().chain(plain).collect()
}

/// A screen as a file: its bytes and its SAUCE record.
fn ansi(title: &str, grid: &Grid) -> Vec<u8> {
    let record = Sauce {
        title: title.into(),
        author: "Dialtone".into(),
        group: "Dialtone".into(),
        columns: grid.columns(),
        rows: grid.rows(),
        font: "IBM VGA".into(),
        ..Sauce::default()
    };
    let mut file = sauce::append(&encode::encode(grid), &record);
    let date = file.len().checked_sub(DATE_FROM_END);
    if let Some(place) = date.and_then(|at| file.get_mut(at..at + DATE.len())) {
        place.copy_from_slice(DATE);
    }
    file
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ansi-art/classic")
}

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all(folder())?;
    for (name, bytes) in files() {
        std::fs::write(folder().join(&name), &bytes)?;
        println!("{name:12} {:5} bytes", bytes.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
