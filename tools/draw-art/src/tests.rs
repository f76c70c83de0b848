use super::files::{self, File};
use super::*;
use dialtone_terminal::art::Art;
use dialtone_terminal::charset::cp437;
use dialtone_terminal::sauce;
use std::collections::BTreeSet;
use std::num::NonZero;

fn terminal(bytes: &[u8], columns: u16, rows: u16) -> vt100::Parser {
    let size = |n| NonZero::new(n).unwrap();
    let mut parser = vt100::Parser::new(size(rows), size(columns), 0);
    let text: String =
        bytes.iter().map(|&b| if b < 0x80 { char::from(b) } else { cp437::glyph(b) }).collect();
    parser.process(text.as_bytes());
    parser
}

/// A cell of a terminal's screen: glyph and colours.
fn shown(terminal: &vt100::Parser, x: u16, y: u16) -> (char, u8, u8) {
    let cell = terminal.screen().cell(y, x).unwrap();
    let number = |color, default| if let vt100::Color::Idx(n) = color { n } else { default };
    let fg = number(cell.fgcolor(), 7);
    let fg = if cell.bold() && fg < 8 { fg + 8 } else { fg };
    (cell.contents().chars().next().unwrap_or(' '), fg, number(cell.bgcolor(), 0))
}

/// The same for every way to draw what looks the same.
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
fn the_files_are_what_is_drawn() {
    let drawn = files::all();
    for file in &drawn {
        let there = std::fs::read(folder().join(&file.name)).unwrap();
        assert!(there == file.bytes, "{} differs: cargo run -p draw-art", file.name);
    }
    let names: BTreeSet<_> = drawn.into_iter().map(|file| file.name).collect();
    for theme in ["classic", "light"] {
        for entry in std::fs::read_dir(folder().join(theme)).unwrap() {
            let name = format!("{theme}/{}", entry.unwrap().file_name().into_string().unwrap());
            assert!(names.contains(&name) || name.ends_with("/theme.toml"), "nothing draws {name}");
        }
    }
}

#[test]
fn a_terminal_and_the_board_see_what_was_drawn() {
    for File { name, grid, bytes } in files::all() {
        let art = Art::parse(&bytes).unwrap();
        let terminal = terminal(art.bytes(), grid.columns(), 24);
        for (x, y) in (0..grid.rows()).flat_map(|y| (0..grid.columns()).map(move |x| (x, y))) {
            let drawn = look(encode::look(&grid.cell(x, y).unwrap()));
            assert_eq!(look(shown(&terminal, x, y)), drawn, "{name} at {x}, {y}");
            let read = art.grid().cell(x, y).map_or((' ', 0, 0), |cell| encode::look(&cell));
            assert_eq!(look(read), drawn, "{name} at {x}, {y}");
        }
    }
}

#[test]
fn no_screen_scrolls() {
    for File { name, grid, bytes } in files::all() {
        let (bytes, record) = sauce::split(&bytes);
        let record = record.unwrap();
        assert_eq!((record.columns, record.rows, record.ice), (grid.columns(), grid.rows(), false), "{name}");
        assert!(grid.rows() <= 22 && bytes.starts_with(b"\x1b[0m"), "{name}: {} rows", grid.rows());
        let full = terminal(bytes, grid.columns(), grid.rows());
        let roomy = terminal(bytes, grid.columns(), grid.rows() + 3);
        let text = |terminal: &vt100::Parser| terminal.screen().contents().trim_end().to_owned();
        assert_eq!(text(&full), text(&roomy), "{name} scrolls");
    }
}

#[test]
fn the_marks_are_where_the_screens_expect_them() {
    // Name, column, row and width.
    let header = |columns: u16| match columns {
        40 => [("TT", 1, 1, 25), ("SU", 1, 2, 25)],
        _ => [("TT", 2, 2, 46), ("SU", 2, 3, 46)],
    };
    for File { name, grid, bytes } in files::all() {
        let art = Art::parse(&bytes).unwrap();
        let found: Vec<_> = art.marks().iter().map(|m| (m.name.as_str(), m.x, m.y, m.width)).collect();
        let mut names: Vec<&str> = found.iter().map(|(name, ..)| *name).collect();
        let (_, stem) = name.split_once('/').unwrap();
        if stem.starts_with("welcome") {
            names.sort_unstable();
            assert_eq!(names, ["LC", "NN", "ON", "TI"], "{name}");
        } else if stem.starts_with("goodbye") {
            assert_eq!(names, ["UN", "TC", "ON"], "{name}");
        } else {
            assert_eq!(found.get(..2), Some(header(grid.columns()).as_slice()), "{name}");
            let groups = names.get(2..).unwrap();
            let main = stem.starts_with("main") && grid.columns() > 40;
            assert_eq!(groups, if main { ["GA", "GB", "GC", "GD"].as_slice() } else { &[] }, "{name}");
        }
    }
}

#[test]
fn letters_are_letters() {
    for File { name, bytes, .. } in files::all().into_iter().filter(|file| file.name.ends_with(".asc")) {
        let (bytes, _) = sauce::split(&bytes);
        assert!(bytes.iter().all(|b| matches!(b, b' '..=b'~' | b'\r' | b'\n' | 0x1b)), "{name}");
    }
}
