//! Every file: which picture it is, in which theme, how wide, and its SAUCE record.

use crate::headers::{HEADERS, Motif};
use crate::ink::{self, Theme};
use crate::room::Room;
use crate::welcome::{Scene, WELCOMES};
use crate::{ascii, encode, frame, goodbye, welcome};
use dialtone_terminal::sauce::{self, Sauce};
use dialtone_terminal::{Grid, Style};

/// The date in the SAUCE records, as CCYYMMDD.
const DATE: &str = "20261121";

/// The line that rules are drawn with where there are box lines, and in plain letters.
const LINES: (char, char) = ('─', '-');

/// A file of art.
pub struct File {
    /// Its path below `ansi-art`.
    pub name: String,
    /// What it draws, for the tests to compare.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests look at it again"))]
    pub grid: Grid,
    /// The file itself, with its record.
    pub bytes: Vec<u8>,
}

/// Every file.
pub fn all() -> Vec<File> {
    let mut files = Vec::new();
    for theme in Theme::ALL {
        for (name, title, motif) in HEADERS {
            for columns in [80, 40, 132] {
                if columns < 100 || name == "main" {
                    let touch = if columns < 60 { ink::SHORT_LINES } else { ink::LINES };
                    let name = format!("{}/{name}{}.ans", theme.name(), width(columns));
                    files.push(file(
                        name,
                        title,
                        header(motif, title, columns, |light| theme.draw(light, touch)),
                    ));
                }
            }
        }
        for (n, (title, scene)) in (1..).zip(WELCOMES) {
            for columns in [80, 40, 132] {
                let name = format!("{}/welcome-{n}{}.ans", theme.name(), width(columns));
                files.push(file(name, title, greeting(theme, scene, title, columns)));
            }
        }
        for columns in [80, 40, 132] {
            let art = theme.draw(&goodbye::picture(columns), ink::SKY);
            let grid = frame::goodbye(&art, goodbye::MIDDLE_ROW, goodbye::DARK_FROM, LINES.0);
            files.push(file(format!("{}/goodbye{}.ans", theme.name(), width(columns)), "no carrier", grid));
        }
    }
    files.extend(letters());
    files
}

/// What tells the widths of one picture apart; 80 columns are told by nothing.
fn width(columns: u16) -> String {
    if columns == 80 { String::new() } else { format!(".{columns}") }
}

fn header(motif: Motif, title: &str, columns: u16, draw: impl Fn(&crate::light::Light) -> Grid) -> Grid {
    let (rows, left, rise) = if columns < 60 { (3, 25, 6.0) } else { (5, 48, 10.0) };
    let mut room = Room::new(columns, rows, left, rise);
    motif(&mut room);
    let grid = frame::header(&draw(&room.finish()), LINES.0);
    if title == "main menu" { frame::groups(&grid) } else { grid }
}

fn greeting(theme: Theme, scene: Scene, title: &str, columns: u16) -> Grid {
    let mut art = theme.draw(&scene(columns, theme), ink::SKY);
    match title {
        "the tone" if columns >= 60 => graticule(&mut art),
        "the dial" if columns >= 60 => numbers(&mut art),
        _ => {}
    }
    frame::welcome(&art, LINES.0)
}

/// The marks on the glass of an oscilloscope, where it is dark.
fn graticule(art: &mut Grid) {
    let (columns, rows) = (art.columns(), art.rows());
    for (x, y) in (1..rows).step_by(3).flat_map(|y| (3..columns).step_by(8).map(move |x| (x, y))) {
        if art.cell(x, y).is_some_and(|cell| cell.ch == ' ' && cell.style == Style::DEFAULT) {
            art.put(x, y, '·', frame::LINE);
        }
    }
}

/// The numbers on the dial, and the two notes on its middle.
fn numbers(art: &mut Grid) {
    let (cx, cy, size) = welcome::dial_place(art.columns());
    for (number, dx, dy) in welcome::holes() {
        let (x, y) = ((cx + dx * welcome::HOLES * size) / 2.0, (cy + dy * welcome::HOLES * size) / 4.0);
        art.put(x as u16, y as u16, number, frame::NAME);
    }
    let (x, y) = ((cx / 2.0) as u16, (cy / 4.0) as u16);
    art.text(x - 1, y - 1, "350", frame::TITLE);
    art.text(x - 1, y, "440", frame::TITLE);
}

/// The screens in plain letters, for every theme alike.
fn letters() -> Vec<File> {
    let mut files = Vec::new();
    for columns in [80, 40] {
        for (name, title, motif) in HEADERS {
            let grid = header(motif, title, columns, |light| {
                ascii::draw(light, columns, if columns < 60 { 3 } else { 5 })
            });
            files.push(file(format!("classic/{name}{}.asc", width(columns)), title, plain(&grid)));
        }
        let mut art = ascii::draw(&(WELCOMES[0].1)(columns, Theme::Classic), columns, welcome::rows(columns));
        let (setting, left, top) = welcome::place(columns);
        ascii::word(&mut art, setting, left, top);
        files.push(file(
            format!("classic/welcome{}.asc", width(columns)),
            "the tone",
            plain(&frame::welcome(&art, LINES.1)),
        ));
        let art = ascii::draw(&goodbye::picture(columns), columns, goodbye::ROWS);
        let grid = frame::goodbye(&art, goodbye::MIDDLE_ROW, goodbye::DARK_FROM, LINES.1);
        files.push(file(format!("classic/goodbye{}.asc", width(columns)), "no carrier", plain(&grid)));
    }
    files
}

/// The grid with lines of plain letters.
fn plain(grid: &Grid) -> Grid {
    let mut plain = grid.clone();
    for (x, y) in (0..grid.rows()).flat_map(|y| (0..grid.columns()).map(move |x| (x, y))) {
        if let Some(cell) = grid.cell(x, y).filter(|cell| cell.ch == LINES.0) {
            plain.put(x, y, LINES.1, cell.style);
        }
    }
    plain
}

/// A screen as a file: its bytes and its SAUCE record.
fn file(name: String, title: &str, grid: Grid) -> File {
    let record = Sauce {
        title: title.into(),
        author: "Dialtone".into(),
        group: "Dialtone".into(),
        date: DATE.into(),
        columns: grid.columns(),
        rows: grid.rows(),
        font: "IBM VGA".into(),
        ..Sauce::default()
    };
    let bytes = sauce::append(&encode::encode(&grid), &record);
    File { name, grid, bytes }
}
