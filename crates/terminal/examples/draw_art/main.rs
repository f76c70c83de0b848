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

/// Every file by its name.
fn files() -> Vec<(String, Vec<u8>)> {
    let screens = [
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
    ];
    let drawn = screens.map(|(name, title, grid)| (format!("{name}.ans"), ansi(title, &grid)));
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
mod tests {
    use super::*;
    use dialtone_terminal::charset::cp437;
    use std::collections::BTreeSet;

    /// Two seconds at 9600 baud, eight bits and no parity.
    const TWO_SECONDS: usize = 1920;

    fn art() -> Vec<(String, Vec<u8>, Sauce)> {
        let ansi = files().into_iter().filter(|(name, _)| name.ends_with(".ans"));
        ansi.map(|(name, file)| {
            let (bytes, record) = sauce::split(&file);
            (name, bytes.to_vec(), record.unwrap())
        })
        .collect()
    }

    fn screen(bytes: &[u8], rows: u16) -> vt100::Parser {
        let size = |n| std::num::NonZero::new(n).unwrap();
        let mut parser = vt100::Parser::new(size(rows), size(frame::COLUMNS), 0);
        let text: String =
            bytes.iter().map(|&b| if b < 0x80 { char::from(b) } else { cp437::glyph(b) }).collect();
        parser.process(text.as_bytes());
        parser
    }

    #[test]
    fn the_files_are_what_is_drawn() {
        let drawn = files();
        for (name, bytes) in &drawn {
            let file = std::fs::read(folder().join(name)).unwrap();
            assert!(file == *bytes, "{name} differs: run the draw_art example");
        }
        let names: BTreeSet<_> = drawn.into_iter().map(|(name, _)| name).collect();
        let there =
            std::fs::read_dir(folder()).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
        assert_eq!(there.collect::<BTreeSet<_>>(), names);
    }

    #[test]
    fn a_terminal_shows_what_was_meant() {
        let screens = [
            ("welcome.ans", screens::welcome()),
            ("main.ans", screens::main_menu()),
            ("goodbye.ans", screens::goodbye()),
            ("pages.ans", headers::pages()),
        ];
        for (name, grid) in screens {
            let (_, bytes, record) = art().into_iter().find(|(other, ..)| other == name).unwrap();
            assert_eq!((record.columns, record.rows), (80, grid.rows()));
            let shown = screen(&bytes, 24);
            let lit = |color, bold| match color {
                vt100::Color::Idx(n) => n + if bold && n < 8 { 8 } else { 0 },
                _ => {
                    if bold {
                        15
                    } else {
                        7
                    }
                }
            };
            for (x, y) in (0..grid.rows()).flat_map(|y| (0..80).map(move |x| (x, y))) {
                let (meant, seen) = (grid.cell(x, y).unwrap(), shown.screen().cell(y, x).unwrap());
                let fg = lit(seen.fgcolor(), seen.bold());
                let bg = if let vt100::Color::Idx(n) = seen.bgcolor() { n } else { 0 };
                let seen = (seen.contents().chars().next().unwrap_or(' '), fg, bg);
                assert_eq!(look(seen), look(encode::look(&meant)), "{name} at {x}, {y}");
            }
        }
    }

    /// The two halves of a cell, for glyphs that can be drawn in two ways; else the cell itself.
    fn look((ch, fg, bg): (char, u8, u8)) -> (char, u8, u8) {
        match ch {
            ' ' => (' ', 0, bg),
            '█' => (' ', 0, fg),
            '▄' => ('▀', bg, fg),
            '▐' => ('▌', bg, fg),
            '▒' => ('▒', fg.min(bg), fg.max(bg)),
            _ => (ch, fg, bg),
        }
    }

    #[test]
    fn every_screen_is_quick_plain_and_does_not_scroll() {
        for (name, bytes, record) in art() {
            if !name.starts_with("welcome") && !name.starts_with("goodbye") {
                assert!(bytes.len() <= TWO_SECONDS, "{name} has {} bytes", bytes.len());
            }
            assert!(bytes.starts_with(b"\x1b[0m"));
            assert!(record.rows <= 21 && !record.ice);
            let whole = screen(&bytes, record.rows);
            let roomy = screen(&bytes, record.rows + 3);
            assert_eq!(
                whole.screen().contents().trim_end(),
                roomy.screen().contents().trim_end(),
                "{name} scrolls"
            );
            let corner = whole.screen().cell(record.rows - 1, 79).unwrap();
            assert!(!corner.has_contents(), "{name} fills its last cell");
        }
    }

    #[test]
    fn the_marks_are_there() {
        let marks = [
            ("welcome", vec!["|NN", "|TI", "|ON", "|LC"]),
            ("goodbye", vec!["|UN", "|TC", "|ON"]),
            ("main", vec!["|TT", "|SU", "|GA", "|GB", "|GC", "|GD"]),
            ("", vec!["|TT", "|SU"]),
        ];
        for (name, bytes) in files() {
            let (_, marks) = marks.iter().find(|(start, _)| name.starts_with(start)).unwrap();
            let found: Vec<_> =
                bytes.windows(3).filter(|w| w.starts_with(b"|")).map(String::from_utf8_lossy).collect();
            let all = marks.iter().all(|mark| found.iter().any(|f| f == mark));
            assert!(all && found.len() == marks.len(), "{name} has {found:?}");
        }
    }

    #[test]
    fn plain_screens_are_ascii_of_78_columns() {
        for (name, bytes) in files().into_iter().filter(|(name, _)| name.ends_with(".asc")) {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\r' | b'\n')), "{name}");
            assert!(text.lines().all(|line| line.len() <= 78) && text.lines().count() <= 22, "{name}");
        }
    }
}
