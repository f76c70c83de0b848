use super::*;
use dialtone_terminal::art::Art;
use dialtone_terminal::charset::cp437;
use std::collections::BTreeSet;
use std::num::NonZero;

/// Two seconds at 9600 baud, eight bits and no parity.
const TWO_SECONDS: usize = 1920;

fn terminal(bytes: &[u8], rows: u16) -> vt100::Parser {
    let size = |n| NonZero::new(n).unwrap();
    let mut parser = vt100::Parser::new(size(rows), size(frame::COLUMNS), 0);
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
    let drawn = files();
    for (name, bytes) in &drawn {
        let file = std::fs::read(folder().join(name)).unwrap();
        assert!(file == *bytes, "{name} differs: run the draw_art example");
    }
    let names: BTreeSet<_> = drawn.into_iter().map(|(name, _)| name).collect();
    let there = std::fs::read_dir(folder()).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
    assert_eq!(there.collect::<BTreeSet<_>>(), names);
}

#[test]
fn a_terminal_and_the_board_see_what_was_drawn() {
    for (name, title, grid) in screens() {
        let art = Art::parse(&ansi(title, &grid)).unwrap();
        let terminal = terminal(art.bytes(), 24);
        for (x, y) in (0..grid.rows()).flat_map(|y| (0..frame::COLUMNS).map(move |x| (x, y))) {
            let drawn = look(encode::look(&grid.cell(x, y).unwrap()));
            assert_eq!(look(shown(&terminal, x, y)), drawn, "{name} at {x}, {y}");
            let read = art.grid().cell(x, y).map_or((' ', 0, 0), |cell| encode::look(&cell));
            assert_eq!(look(read), drawn, "{name} at {x}, {y}");
        }
    }
}

#[test]
fn every_screen_is_quick_and_does_not_scroll() {
    for (name, title, grid) in screens() {
        let file = ansi(title, &grid);
        let (bytes, record) = sauce::split(&file);
        let record = record.unwrap();
        assert_eq!((record.columns, record.rows, record.ice), (80, grid.rows(), false));
        assert!(grid.rows() <= 21 && bytes.starts_with(b"\x1b[0m"));
        assert!(
            bytes.len() <= TWO_SECONDS || matches!(name, "welcome" | "goodbye"),
            "{name}: {}",
            bytes.len()
        );
        let (full, roomy) = (terminal(bytes, grid.rows()), terminal(bytes, grid.rows() + 3));
        let text = |terminal: &vt100::Parser| terminal.screen().contents().trim_end().to_owned();
        assert_eq!(text(&full), text(&roomy), "{name} scrolls");
        assert_eq!(shown(&full, 79, grid.rows() - 1), (' ', 7, 0), "{name} fills its last cell");
    }
}

#[test]
fn the_marks_are_where_the_screens_expect_them() {
    // Name, column, row and width.
    let header = [("TT", 2, 2, 48), ("SU", 2, 3, 48)];
    let groups = [("GA", 2, 6, 37), ("GB", 42, 6, 37), ("GC", 2, 14, 37), ("GD", 42, 14, 37)];
    for (name, file) in files() {
        let art = Art::parse(&file).unwrap();
        let found: Vec<_> = art.marks().iter().map(|m| (m.name.as_str(), m.x, m.y, m.width)).collect();
        let meant = match name.as_str() {
            "welcome.ans" => {
                vec![("NN", 65, 18, 3), ("TI", 70, 18, 8), ("ON", 18, 19, 6), ("LC", 40, 19, 38)]
            }
            "goodbye.ans" => vec![("UN", 11, 13, 26), ("TC", 18, 17, 7), ("ON", 72, 17, 6)],
            "welcome.asc" => {
                vec![("NN", 64, 17, 3), ("TI", 69, 17, 8), ("ON", 17, 18, 6), ("LC", 39, 18, 36)]
            }
            "goodbye.asc" => vec![("UN", 10, 10, 26), ("TC", 17, 13, 7), ("ON", 71, 13, 6)],
            "main.ans" => [header.as_slice(), &groups].concat(),
            _ => header.to_vec(),
        };
        assert_eq!(found, meant, "{name}");
    }
}

#[test]
fn plain_screens_are_ascii_of_78_columns() {
    for text in [ascii::welcome(), ascii::goodbye()] {
        assert!(text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\r' | b'\n')));
        assert!(text.lines().all(|line| line.len() <= 78) && text.lines().count() <= 22);
    }
}
