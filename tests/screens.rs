//! The board's main screens, cell by cell, in both themes and two widths, as a terminal has drawn them.
//!
//! `DIALTONE_SNAPSHOTS=write` writes `tests/snapshots` anew; look at the difference before it is kept.
//! `DIALTONE_PICTURES=FOLDER` writes the screens there as 24-bit ANSI, from which `docs/screens/draw.sh` makes pictures.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a step that fails is a failed test")]

mod harness;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use harness::{Board, Dial, Emulator, Key, Kind, MENU, NOTICE, PASSWORD, Pty, Terminal, text};
use portable_pty::CommandBuilder;

/// What the board says above its prompts, so that it says the same each time.
const TAGLINES: &str = "taglines = [\"if you can read this, the line is good\"]\n";

/// A board of this theme on which nothing depends on chance: it has one welcome, the one of this number.
fn board(theme: &str, welcome: u8) -> Board {
    let setup = Board::setup().env("DIALTONE_BOARD__THEME", theme);
    let art = setup.data_dir().join("ansi-art").join(theme);
    std::fs::create_dir_all(&art).unwrap();
    let ours = root().join("ansi-art").join(theme);
    for width in ["", ".40"] {
        let from = ours.join(format!("welcome-{welcome}{width}.ans"));
        std::fs::copy(from, art.join(format!("welcome{width}.ans"))).unwrap();
    }
    let menus = std::fs::read_to_string(root().join("menus.toml")).unwrap();
    let (before, rest) = menus.split_once("taglines = [").expect("the menus have taglines");
    let (_, after) = rest.split_once("]\n").expect("the taglines end");
    std::fs::write(setup.data_dir().join("menus.toml"), format!("{before}{TAGLINES}{after}")).unwrap();
    let board = setup.start();
    board.account("Zero Cool");
    board
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A caller's way through the board; `at` is told the name of each screen once it is complete.
fn walk(caller: &Terminal, columns: u16, rows: u16, at: &dyn Fn(&str)) {
    let prompt = usize::from(rows - 2);
    let shown = |name: &str, title: &str, last: &str| {
        caller.wait_for(title);
        caller.wait_row(prompt, last);
        at(name);
    };
    caller.wait_until("the whole question", |screen| {
        screen.rows().iter().any(|row| row.contains("GUEST") && row.ends_with(':'))
    });
    at("welcome");
    caller.enter("NEW");
    caller.wait_for("a new caller");
    caller.wait_row(prompt, "leaves");
    at("register");
    caller.answer_registration("Acid Burn");
    shown("notice", &text("greet-new"), NOTICE);
    caller.key(Key::Enter);
    shown("main", "main menu", MENU);
    caller.send("M");
    shown("boards", "message boards", "Esc back");
    caller.key(Key::Down);
    caller.key(Key::Enter);
    caller.wait_for("begun by");
    shown("threads", "The Lobby", "Esc back");
    caller.key(Key::Enter);
    shown("reader", "The light on line one", "Esc back");
    caller.back_to("begun by");
    caller.back_to("message boards");
    caller.back_to(MENU);
    for (letter, name, title) in [
        ("W", "who", "who's online"),
        ("U", "users", "who calls here"),
        ("Y", "profile", "your profile"),
        ("F", "friends", "the pager tells you"),
    ] {
        caller.send(letter);
        shown(name, title, "Esc back");
        caller.back_to(MENU);
    }
    caller.send("T");
    shown("quotes", "the tape", "Esc back");
    caller.back_to(MENU);
    caller.send("G");
    caller.wait_for(if columns < 60 { "still on" } else { "callers left" });
    at("goodbye");
}

/// A sysop's way to the desk, when all others have left.
fn walk_to_the_desk(board: &Board, sysop: &Terminal, rows: u16, at: &dyn Fn(&str)) {
    board.wait_who("nobody on line", <[String]>::is_empty);
    sysop.wait_for("GUEST");
    sysop.enter("Zero Cool");
    sysop.wait_for("Password:");
    sysop.enter(PASSWORD);
    sysop.wait_for("good to hear");
    sysop.past_notice();
    sysop.wait_row(usize::from(rows - 2), MENU);
    sysop.send("O");
    sysop.wait_for("1 call, 1 instance");
    // Where somebody is comes a moment later than they do.
    sysop.wait_until("where the sysop is", |screen| {
        screen.rows().iter().any(|row| row.contains("Zero Cool") && row.contains("sysop's"))
    });
    sysop.wait_for("Zero Cool logged in");
    at("desk");
    sysop.key(Key::Enter);
    sysop.wait_for("on line now");
    at("account");
}

/// The sixteen colours of a theme, as numbers of 256 and as true colour.
fn palette(theme: &str) -> Vec<(u8, (u8, u8, u8))> {
    let text = std::fs::read_to_string(root().join("ansi-art").join(theme).join("theme.toml")).unwrap();
    let file: toml::Table = toml::from_str(&text).unwrap();
    let colors = file.get("colors").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let number = |value: &toml::Value| u8::try_from(value.as_integer().unwrap()).unwrap();
    let colors = colors.iter().map(|entry| {
        let hex = u32::from_str_radix(entry[0].as_str().unwrap().trim_start_matches('#'), 16).unwrap();
        let [_, r, g, b] = hex.to_be_bytes();
        (number(&entry[1]), (r, g, b))
    });
    colors.collect()
}

/// A colour as one of the theme's sixteen, in hexadecimal.
fn role(color: vt100::Color, bold: bool, default: u8, palette: &[(u8, (u8, u8, u8))]) -> String {
    match color {
        vt100::Color::Default => format!("{:x}", if bold { default + 8 } else { default }),
        vt100::Color::Idx(n @ 0..8) if bold => format!("{:x}", n + 8),
        vt100::Color::Idx(n @ 0..16) => format!("{n:x}"),
        vt100::Color::Idx(n) => palette
            .iter()
            .position(|(of_256, _)| *of_256 == n)
            .map_or_else(|| format!("({n})"), |role| format!("{role:x}")),
        vt100::Color::Rgb(r, g, b) => format!("({r},{g},{b})"),
    }
}

/// What changes from run to run becomes dots: clocks, dates, prices.
fn masked(line: &str, row: usize, screen: &str) -> String {
    let mut chars: Vec<char> = line.chars().collect();
    let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
    for at in 0..chars.len() {
        if chars[at] == ':' && at >= 2 && digit(chars.get(at - 1)) && digit(chars.get(at + 1)) {
            for c in chars.iter_mut().skip(at - 2).take(5) {
                *c = '·';
            }
        }
        if chars[at] == '%' {
            let moving = |c: char| c.is_ascii_digit() || " .+-−–".contains(c);
            for before in (0..at).rev().take_while(|&before| moving(line.chars().nth(before).unwrap_or('x')))
            {
                chars[before] = '·';
            }
        }
    }
    let masked: String = chars.into_iter().collect();
    let masked = masked.replace("minutes on line 1", "minutes on line 0");
    let masked =
        masked.split_once("started ").map_or(masked.clone(), |(before, _)| format!("{before}started ·"));
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let today = |word: &str| months.contains(&word) || (word.len() <= 4 && word.parse::<u16>().is_ok());
    let weekday =
        ["Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "].iter().any(|day| masked.contains(day));
    let in_date = !weekday && months.iter().any(|month| masked.contains(&format!(" {month} 20")));
    // A date without its day of the week: its words, each of whatever length, become one dot apiece.
    let dot = |word: &str| if today(word) { "·".to_owned() } else { word.to_owned() };
    let masked = if in_date { masked.split(' ').map(dot).collect::<Vec<_>>().join(" ") } else { masked };
    let dates = ["Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "];
    match dates.iter().find_map(|day| masked.find(day)) {
        Some(from) => {
            let (before, date) = masked.split_at(from);
            let dots = |c: char| if c.is_alphanumeric() || c == ',' { '·' } else { c };
            format!("{before}{}", date.chars().map(dots).collect::<String>())
        }
        // The tape never stands still.
        None if screen == "quotes" && (6..20).contains(&row) => String::new(),
        None => masked,
    }
}

/// A screen as text: its rows, then the colours of each in runs (`f4x10`: ten cells of white on blue; a blank has no
/// foreground).
fn drawn(screen: &Emulator, name: &str, palette: &[(u8, (u8, u8, u8))]) -> String {
    let mut text = String::new();
    let rows = screen.rows();
    // What stands above the prompt may be the tape's, which is never the same.
    let tagline = if matches!(name, "welcome" | "goodbye") { usize::MAX } else { rows.len() - 3 };
    // What the log says depends on the market and on how fast the caller was.
    let log = rows.iter().position(|row| name == "desk" && row.contains("─ log ─"));
    let logged = |row: usize| log.is_some_and(|log| row > log && row < rows.len() - 4);
    for (row, line) in rows.iter().enumerate() {
        let line = match row {
            row if row == tagline => "(the tagline)".to_owned(),
            row if logged(row) => "(the log)".to_owned(),
            row => masked(line, row, name),
        };
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "-- colours");
    let (height, width) = screen.screen().size();
    for y in 0..height.get() {
        if name == "quotes" && (6..20).contains(&y) {
            continue;
        }
        let mut runs: Vec<(String, usize)> = Vec::new();
        for x in 0..width.get() {
            let Some(cell) = screen.screen().cell(y, x) else { continue };
            let ground = role(cell.bgcolor(), false, 0, palette);
            let look = match cell.contents() {
                "" | " " => format!(".{ground}"),
                _ => role(cell.fgcolor(), cell.bold(), 7, palette) + &ground,
            };
            match runs.last_mut() {
                Some((last, number)) if *last == look => *number += 1,
                _ => runs.push((look, 1)),
            }
        }
        let runs: Vec<String> = runs.into_iter().map(|(look, number)| format!("{look}x{number}")).collect();
        // Figures of the market have a width of their own.
        let moving = ["%", "started "].iter().any(|words| rows[usize::from(y)].contains(words));
        let line = if usize::from(y) == tagline || logged(y.into()) || moving {
            "(moving)".to_owned()
        } else {
            runs.join(" ")
        };
        let _ = writeln!(text, "{line}");
    }
    text
}

fn compare(theme: &str, kind: Kind, columns: u16, rows: u16) {
    let board = board(theme, 1);
    let palette = palette(theme);
    let caller = Dial::call_sized(&board, kind, columns, rows);
    let folder = root().join("tests/snapshots");
    let write = std::env::var_os("DIALTONE_SNAPSHOTS").is_some_and(|value| value == "write");
    let different = std::cell::RefCell::new(Vec::new());
    let keep = |caller: &Terminal, name: &str| {
        let seen = caller.look(|screen| drawn(screen, name, &palette));
        let file = folder.join(format!("{theme}-{columns}x{rows}-{name}.txt"));
        if write {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &seen).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        if kept != seen {
            different.borrow_mut().push(format!("{}\n{}", file.display(), difference(&kept, &seen)));
        }
    };
    walk(&caller, columns, rows, &|name| keep(&caller, name));
    assert!(board.cli(&["user", "sysop", "Zero Cool"]).status.success());
    let sysop = Dial::call_sized(&board, kind, columns, rows);
    walk_to_the_desk(&board, &sysop, rows, &|name| keep(&sysop, name));
    let different = different.into_inner();
    assert!(
        different.is_empty(),
        "screens look otherwise; if that is meant, run this test with DIALTONE_SNAPSHOTS=write:\n{}",
        different.join("\n")
    );
}

/// The lines in which two snapshots differ.
fn difference(kept: &str, seen: &str) -> String {
    let lines = kept.lines().count().max(seen.lines().count());
    let line = |text: &str, n: usize| text.lines().nth(n).unwrap_or_default().to_owned();
    let differing = (0..lines).filter(|&n| line(kept, n) != line(seen, n));
    differing.map(|n| format!("{n:3} - {}\n    + {}\n", line(kept, n), line(seen, n))).collect()
}

#[test]
fn classic_as_it_was() {
    compare("classic", Kind::SyncTerm, 80, 24);
}

#[test]
fn classic_on_forty_columns_as_it_was() {
    compare("classic", Kind::SyncTerm, 40, 24);
}

#[test]
fn light_as_it_was() {
    compare("light", Kind::Xterm, 80, 24);
}

#[test]
fn light_on_forty_columns_as_it_was() {
    compare("light", Kind::Xterm, 40, 24);
}

#[test]
fn light_in_sixteen_colours_is_still_dark_on_light() {
    let board = board("light", 1);
    let caller = Dial::call(&board, Kind::NetRunner);
    caller.wait_for("GUEST");
    caller.look(|screen| {
        for y in 0..22 {
            let cell = screen.screen().cell(y, 79).unwrap();
            assert_ne!(cell.bgcolor(), vt100::Color::Default, "row {y} shows the terminal's own ground");
        }
    });
    caller.enter("GUEST");
    caller.wait_for(&text("greet-guest"));
    caller.wait_for(NOTICE);
    let ink = caller.look(|screen| {
        let row = screen.rows().iter().position(|row| row.contains(&text("greet-guest"))).unwrap();
        let cell = screen.screen().cell(u16::try_from(row).unwrap(), 2).unwrap();
        (cell.fgcolor(), cell.bgcolor())
    });
    assert_eq!(ink, (vt100::Color::Idx(4), vt100::Color::Idx(7)));
    // Whoever hangs up gets the colours back.
    caller.past_guest_notice();
    caller.send("G");
    caller.wait_hangup();
    let raw = caller.raw();
    assert!(raw.ends_with(b"\x1b[0m"), "{:?}", String::from_utf8_lossy(&raw[raw.len() - 40..]));
}

/// A colour in 24 bits.
fn true_colour(color: vt100::Color, bold: bool, default: u8) -> (u8, u8, u8) {
    let of_16 = |n: u8| match harness::VGA[usize::from(n % 16)] {
        // Nought in all three would mean none to an art editor.
        (0, 0, 0) => (1, 1, 1),
        color => color,
    };
    match color {
        vt100::Color::Default => of_16(if bold { default + 8 } else { default }),
        vt100::Color::Idx(n) if bold && n < 8 => of_16(n + 8),
        vt100::Color::Idx(n) => of_16(n),
        vt100::Color::Rgb(r, g, b) => (r, g, b),
    }
}

/// The screen as 24-bit ANSI, cell by cell.
fn picture(screen: &Emulator, to: PathBuf) {
    let (rows, columns) = screen.screen().size();
    let mut bytes = Vec::new();
    for (x, y) in (0..rows.get()).flat_map(|y| (0..columns.get()).map(move |x| (x, y))) {
        let cell = screen.screen().cell(y, x).expect("the screen is that large");
        let (mut fg, mut bg) =
            (true_colour(cell.fgcolor(), cell.bold(), 7), true_colour(cell.bgcolor(), false, 0));
        if cell.inverse() {
            std::mem::swap(&mut fg, &mut bg);
        }
        let _ = std::io::Write::write_fmt(
            &mut bytes,
            format_args!("\x1b[0;{};{};{}t\x1b[1;{};{};{}t", bg.0, bg.1, bg.2, fg.0, fg.1, fg.2),
        );
        let glyph = cell.contents().chars().next().unwrap_or(' ');
        dialtone_terminal::Charset::Cp437.encode(glyph, &mut bytes);
    }
    std::fs::write(to, bytes).unwrap();
}

#[test]
fn pictures_of_both_themes() {
    let spare = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("DIALTONE_PICTURES").map_or(spare.path().to_owned(), PathBuf::from);
    for theme in ["classic", "light"] {
        let board = board(theme, 1);
        let other = Dial::call(&board, Kind::SyncTerm);
        other.log_in("Zero Cool");
        let call = |board: &Board| {
            let mut command = CommandBuilder::new("telnet");
            command.args([board.telnet.ip().to_string(), board.telnet.port().to_string()]);
            command.env("TERM", if theme == "light" { "xterm-direct" } else { "ansi" });
            Pty::spawn(command, Some(board.log.clone()))
        };
        let caller = call(&board);
        let draw = |caller: &Terminal, name: &str| {
            caller.look(|screen| picture(screen, folder.join(format!("{theme}-{name}.ans"))));
        };
        walk(&caller, 80, 24, &|name| draw(&caller, name));
        for welcome in [2, 3] {
            let board = self::board(theme, welcome);
            let caller = call(&board);
            caller.wait_for("GUEST");
            draw(&caller, &format!("welcome-{welcome}"));
        }
        for name in ["welcome", "welcome-2", "welcome-3", "main", "reader", "quotes"] {
            let file = std::fs::read(folder.join(format!("{theme}-{name}.ans"))).unwrap();
            assert_eq!(file.iter().filter(|byte| **byte == b'\x1b').count(), 80 * 24 * 2, "{theme} {name}");
        }
    }
}
