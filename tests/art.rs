//! The art as its files have it: quick, signed, there for every place, and drawn by others as the board reads it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a step that fails is a failed test")]

mod harness;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use dialtone_terminal::art::Art;
use dialtone_terminal::art::review::{SCREEN_BYTES, review};
use dialtone_terminal::charset::cp437;
use dialtone_terminal::{Cell, Color, sauce};
use harness::Board;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of art.
fn art_files() -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for theme in std::fs::read_dir(root().join("ansi-art")).unwrap() {
        let theme = theme.unwrap().path();
        if theme.is_dir() {
            for file in std::fs::read_dir(theme).unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_some_and(|extension| extension != "toml") {
                    let bytes = std::fs::read(&path).unwrap();
                    files.push((path, bytes));
                }
            }
        }
    }
    assert!(files.len() > 100, "the art is there");
    files.sort();
    files
}

fn is_slow(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    name.starts_with("welcome") || name.starts_with("goodbye")
}

#[test]
fn every_file_is_quick_and_signed_and_fits_its_screen() {
    for (path, bytes) in art_files() {
        let name = path.display();
        let (body, record) = sauce::split(&bytes);
        let record = record.unwrap_or_else(|| panic!("{name} has no SAUCE"));
        assert!(!record.title.is_empty(), "{name} has no title");
        assert_eq!(record.author, "Dialtone", "{name}");
        assert!(matches!((record.columns, record.rows), (40 | 80 | 132, 1..=22)), "{name}: {record:?}");
        assert!(body.len() <= SCREEN_BYTES || is_slow(&path), "{name} has {} bytes", body.len());
        assert_eq!(review(&bytes, is_slow(&path)), [], "{name}");
    }
}

/// The names that stand behind `before` in the sources, up to the closing quote.
fn named(folder: &Path, before: &str, into: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named(&path, before, into);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split_whitespace().collect::<String>();
            let names = text.split(before).skip(1).filter_map(|rest| rest.split('"').next());
            into.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn every_place_has_art_in_every_theme_and_width() {
    let mut names = BTreeSet::new();
    named(&root().join("src"), "call.enter(\"", &mut names);
    assert!(names.len() > 10, "the screens enter their places by name: {names:?}");
    let menus = std::fs::read_to_string(root().join("menus.toml")).unwrap();
    names.extend(
        menus.split("\nart = \"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned),
    );
    names.extend(["goodbye", "welcome-1", "welcome-2", "welcome-3", "inner"].map(str::to_owned));
    for name in names {
        for file in ["classic/N.ans", "classic/N.40.ans", "light/N.ans", "light/N.40.ans"] {
            let file = root().join("ansi-art").join(file.replace('N', &name));
            assert!(file.exists(), "no art for a place: {}", file.display());
        }
        let letters = name.trim_end_matches("-1");
        if !letters.starts_with("welcome-") {
            for file in ["classic/N.asc", "classic/N.40.asc"] {
                let file = root().join("ansi-art").join(file.replace('N', letters));
                assert!(file.exists(), "no letters for a place: {}", file.display());
            }
        }
    }
}

/// A picture's pixels, three bytes each.
struct Pixels {
    width: usize,
    bytes: Vec<u8>,
}

impl Pixels {
    fn read(path: &Path) -> Self {
        let mut decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap()));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        Self { width: info.width as usize, bytes }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let place = (y * self.width + x) * 3;
        self.bytes[place..place + 3].try_into().unwrap()
    }
}

fn vga(color: Color, default: u8) -> [u8; 3] {
    let of_16 = |n: u8| <[u8; 3]>::from(harness::VGA[usize::from(n)]);
    match color {
        Color::Default => of_16(default),
        Color::Indexed(n) => of_16(n),
        Color::Rgb(r, g, b) => [r, g, b],
    }
}

/// Whether a glyph covers a pixel of its cell of 8 by 16; None where that is the font's to say.
fn covers(glyph: char, x: usize, y: usize) -> Option<bool> {
    match glyph {
        ' ' => Some(false),
        '█' => Some(true),
        // The VGA's halves meet above the middle.
        '▀' => Some(y < 7),
        '▄' => Some(y >= 7),
        '▌' => Some(x < 4),
        '▐' => Some(x >= 4),
        _ => None,
    }
}

/// The pixels of its 128 that a glyph covers, least and most.
fn coverage(glyph: char) -> std::ops::RangeInclusive<usize> {
    match glyph {
        '░' => 24..=40,
        '▒' => 56..=72,
        '▓' => 88..=104,
        '─' => 8..=16,
        '·' => 1..=8,
        _ => 1..=90,
    }
}

fn compare(name: &str, cell: Cell, at: (usize, usize), pixels: &Pixels) {
    let (ink, ground) = (vga(cell.style.fg, 7), vga(cell.style.bg, 0));
    let mut covered = 0;
    for (x, y) in (0..16).flat_map(|y| (0..8).map(move |x| (x, y))) {
        let seen = pixels.at(at.0 * 8 + x, at.1 * 16 + y);
        assert!(seen == ink || seen == ground, "{name}: {cell:?} at {at:?} is drawn in {seen:?}");
        if let Some(covers) = covers(cell.ch, x, y) {
            assert_eq!(seen, if covers { ink } else { ground }, "{name}: {cell:?} at {at:?}, pixel {x}, {y}");
        }
        covered += usize::from(seen == ink);
    }
    if covers(cell.ch, 0, 0).is_none() && ink != ground {
        assert!(coverage(cell.ch).contains(&covered), "{name}: {cell:?} at {at:?} covers {covered} pixels");
    }
}

#[test]
fn ansilove_draws_what_the_board_reads() {
    let folder = tempfile::tempdir().unwrap();
    for (n, (path, bytes)) in art_files().into_iter().enumerate() {
        let art = Art::parse(&bytes).unwrap();
        let (columns, rows) = (art.grid().columns(), art.grid().rows());
        let picture = folder.path().join(format!("{n}.png"));
        let run = Command::new("ansilove")
            .args(["-q", "-t", "ans", "-c", &columns.to_string(), "-o"])
            .args([&picture, &path])
            .status()
            .expect("ansilove is installed (tests/run installs it)");
        assert!(run.success(), "{}", path.display());
        let pixels = Pixels::read(&picture);
        assert_eq!(pixels.width, usize::from(columns) * 8, "{}", path.display());
        for (x, y) in (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))) {
            let cell = art.grid().cell(x, y).unwrap();
            compare(&path.display().to_string(), cell, (usize::from(x), usize::from(y)), &pixels);
        }
    }
}

#[test]
fn code_page_437_is_what_the_files_are_in() {
    for (path, bytes) in art_files() {
        let art = Art::parse(&bytes).unwrap();
        let grid = art.grid();
        let cells = (0..grid.rows()).flat_map(|y| grid.row(y)).filter(|cell| !cell.ch.is_ascii());
        for cell in cells {
            assert!(cp437::high_byte(cell.ch).is_some(), "{}: {cell:?}", path.display());
        }
    }
}

#[test]
fn the_sysop_sees_art_drawn_and_looked_over() {
    let board = Board::start();
    let shown = board.cli(&["art", "show", "main"]);
    let text = String::from_utf8_lossy(&shown.stdout);
    assert!(shown.status.success() && text.contains("main menu") && text.contains("acid burn"), "{text}");
    assert!(text.contains('█') && text.contains("\x1b["), "{text}");
    assert!(text.contains("main: 80 x 15") && text.contains("\"main menu\" by Dialtone"), "{text}");
    let narrow = board.cli_json(&["art", "show", "who", "--columns", "40", "--theme", "light", "--json"]);
    assert_eq!((&narrow["columns"], &narrow["marks"]), (&40.into(), &serde_json::json!(["TT", "SU"])));
    let unknown = board.cli(&["art", "show", "nothing"]);
    assert!(!unknown.status.success());
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no art of that name"));
    // What the board brings is without a mistake.
    let checked = board.cli_json(&["art", "check", "--json"]);
    assert_eq!((&checked["ok"], &checked["findings"]), (&true.into(), &serde_json::json!([])), "{checked}");
}

#[test]
fn mistakes_in_art_are_told_by_file() {
    let board = Board::start();
    let folder = board.scratch().join("mine");
    std::fs::create_dir(&folder).unwrap();
    let signed = |bytes: &[u8]| {
        let record = sauce::Sauce {
            title: "t".into(),
            author: "a".into(),
            columns: 80,
            rows: 1,
            ..sauce::Sauce::default()
        };
        sauce::append(bytes, &record)
    };
    std::fs::write(folder.join("good.ans"), signed(b"hello |UN~~~~")).unwrap();
    let fine = board.cli(&["art", "check", &folder.to_string_lossy()]);
    assert!(fine.status.success());
    assert_eq!(String::from_utf8_lossy(&fine.stdout), "1 file looked over: no mistakes\n");

    std::fs::write(folder.join("bare.ans"), b"hello").unwrap();
    std::fs::write(folder.join("main.ans"), signed(b"|GA~~~ |GX~~ |QQ~~")).unwrap();
    std::fs::write(folder.join("theme.toml"), "colors = [[\"#123456\", 1, 1]]").unwrap();
    let huge = std::fs::File::create(folder.join("huge.ans")).unwrap();
    huge.set_len(10 * 1024 * 1024).unwrap();
    let run = board.cli(&["art", "check", &folder.to_string_lossy()]);
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert_eq!(run.status.code(), Some(1), "{out}{err}");
    for words in [
        "bare.ans: mistake: it has no SAUCE record",
        "huge.ans: mistake: it has 1048577 bytes",
        "main.ans: mistake: the mark |GX stands for nothing: no menu with the art \"main\" has a command there",
        "main.ans: mistake: the mark |QQ stands for nothing",
        "theme.toml: mistake: there are 1 colours",
        "5 files looked over: 5 mistakes",
    ] {
        assert!(out.contains(words), "{words}:\n{out}");
    }
    assert!(!out.contains("|GA") && !out.contains("good.ans"), "{out}");
    assert!(err.contains("there are mistakes in the art"), "{err}");
    // The same files keep a board from starting, and it says why.
    let own = board.data_dir().join("ansi-art/classic");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::rename(folder.join("huge.ans"), own.join("main.ans")).unwrap();
    board.stop();
    let refused = board.cli(&["check"]);
    let err = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && err.contains("10485760 bytes"), "{err}");
}
