//! What every screen has in common: the keys and the page that explains them, lists, search, the editor, the mouse,
//! and all of it in plain words.

mod harness;

use std::time::Instant;

use dialtone_terminal::art::review::SCREEN_BYTES;
use harness::{Board, DEADLINE, Dial, Key, Kind, MENU, NOTICE, PASSWORD, QUESTION, Recording, said};

/// A board whose prices stand still, with an account.
fn quiet_board() -> Board {
    let board = Board::setup().arguments(&["--role", "gateway"]).start();
    board.account("Zero Cool");
    board
}

fn caller(board: &Board, kind: Kind, columns: u16, rows: u16) -> Dial {
    let caller = Dial::call(board, kind);
    caller.log_in("Zero Cool");
    if (columns, rows) != (80, 24) {
        caller.resize(columns, rows);
        // The status line is as wide as the screen.
        caller.wait_until("the new size", |screen| {
            let status = screen.rows().get(usize::from(rows) - 1).map(|row| row.chars().count());
            status == Some(usize::from(columns) - 1)
        });
    }
    caller
}

fn post(board: &Board, subject: &str, body: &str) {
    let words = ["board", "post", "lobby", "--from", "Sysop", "--subject", subject, "--body", body];
    let run = board.cli(&words);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

/// Every screen of the main menu: its key, what it shows, what is said of it in words, and the way out of it there.
const SCREENS: [(&str, &str, &str, &str); 11] = [
    ("M", "message boards", "message boards, ", ""),
    ("N", "The Lobby, message 1", "in: ", "q"),
    ("P", "one line, shown at once", "to (a handle):", ""),
    ("R", "what came in", "the pager, what came in", ""),
    ("T", "paper money, made-up companies", "the tape, ", "\n"),
    ("V", "your portfolio", "paper money", "q"),
    ("W", "who's online", "who's online, 1 caller on line", ""),
    ("Y", "what others see of you", "last call: ", "q"),
    ("F", "the pager tells you", "friends, the pager tells you", ""),
    ("S", "how the board writes to you", "settings, how the board writes", ""),
    ("U", "who calls here", "users, who calls here", ""),
];

#[test]
fn every_screen_explains_its_keys() {
    let board = quiet_board();
    let caller = caller(&board, Kind::SyncTerm, 80, 24);
    caller.send("?");
    caller.wait_for("─ keys ─");
    caller.wait_for("Messages");
    caller.back_to(MENU);
    for (key, shows, ..) in SCREENS.iter().filter(|(key, ..)| *key != "N") {
        caller.choose(key, shows);
        if *key == "P" {
            // A letter is text there.
            caller.send("?");
            caller.wait_for("?");
            caller.send_raw(b"\x1b[11~");
        } else {
            caller.send("?");
        }
        caller.wait_for("─ keys ─");
        caller.key(Key::Escape);
        caller.wait_gone("─ keys ─");
        caller.wait_for(shows);
        caller.back_to(MENU);
    }
}

#[test]
fn every_screen_is_there_in_words_and_so_is_every_page() {
    let board = quiet_board();
    let caller = Dial::call_sized(&board, Kind::Silent, 80, 24);
    caller.wait_for(&QUESTION);
    caller.enter("Zero Cool");
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(MENU);
    let (start, mut mark) = (caller.raw().len(), caller.raw().len());
    let mut wait = |text: &str| {
        let has = |raw: &[u8]| raw.get(mark..).is_some_and(|new| String::from_utf8_lossy(new).contains(text));
        caller.wait_raw(text, has);
        mark = caller.raw().len();
    };
    for (n, (key, _, says, out)) in SCREENS.iter().enumerate() {
        caller.enter(key);
        wait(says);
        // A page is one line wherever it finds them, and the question comes again below it.
        let subject = format!("page {n}");
        post(&board, &subject, "so");
        wait(&format!("> Sysop posted in The Lobby: \"{subject}\"\r\n"));
        caller.enter(out);
        wait(MENU);
    }
    let raw = caller.raw();
    assert!(!raw.get(start..).expect("more came").contains(&0x1b), "{}", caller.screen());
}

#[test]
fn a_list_is_paged_searched_and_jumped_through() {
    let board = quiet_board();
    for n in 1..=55 {
        post(&board, &format!("Thread {n:02}"), "text");
    }
    let caller = caller(&board, Kind::SyncTerm, 80, 24);
    caller.open_board("The Lobby");
    caller.wait_for("1 of 50+");
    caller.key(Key::End);
    caller.wait_for("50 of 50+");
    caller.key(Key::Down);
    caller.wait_for("51 of 56");
    caller.key(Key::Home);
    caller.wait_for("1 of 56");
    // The oldest is the 55th: letters are looked for, digits are a row.
    caller.send("'d 01");
    caller.wait_for("find: d 01");
    caller.wait_for("55 of 56");
    caller.key(Key::Escape);
    caller.wait_gone("find:");
    caller.send("12");
    caller.wait_for("to number: 12");
    caller.wait_for("12 of 56");
    caller.key(Key::Enter);
    caller.wait_for("Thread 44");
    caller.wait_for("The Lobby, message 1");
    caller.back_to("P post");
    caller.wait_for("12 of ");
}

#[test]
fn what_lies_below_is_searched_too() {
    let board = quiet_board();
    for n in 1..=51 {
        post(&board, &format!("Thread {n:02}"), "text");
    }
    let caller = caller(&board, Kind::Xterm, 40, 24);
    caller.open_board("The Lobby");
    caller.send("'d 01");
    caller.wait_for("51 of 52");
    caller.key(Key::Enter);
    caller.wait_for("Thread 01");
}

#[test]
fn the_mouse_chooses_rows_commands_and_keys() {
    let board = quiet_board();
    let caller = caller(&board, Kind::Xterm, 80, 24);
    let click = |text: &str| {
        let place = caller.look(|screen| {
            let rows = screen.rows();
            let row = rows.iter().position(|row| row.contains(text))?;
            let before = rows.get(row)?.split(text).next()?.chars().count();
            Some((before + 1, row + 1))
        });
        let (column, row) = place.expect("the text is on the screen");
        caller.send_raw(format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m").as_bytes());
    };
    click("Messages");
    caller.wait_for("message boards");
    // The wheel moves the bar.
    caller.send_raw(b"\x1b[<65;5;9M");
    caller.wait_for("2 of 4");
    caller.send_raw(b"\x1b[<64;5;9M");
    caller.wait_for("1 of 4");
    click("Code");
    caller.wait_for("P post");
    click("Esc back");
    caller.wait_for("message boards");
    click("Esc back");
    caller.wait_for(MENU);
}

#[test]
fn whoever_is_being_greeted_is_at_the_door() {
    let board = quiet_board();
    let watcher = caller(&board, Kind::SyncTerm, 80, 24);
    let new = Dial::call(&board, Kind::SyncTerm);
    new.wait_for(&QUESTION);
    new.enter("NEW");
    new.wait_for("a new caller");
    new.answer_registration("Nikon");
    new.wait_for(&said!("greet-new", handle = "Nikon"));
    // Where somebody is comes to the records a moment later.
    let start = Instant::now();
    loop {
        watcher.choose("W", "who's online");
        let place = watcher.screen();
        if place.lines().any(|row| row.contains("Nikon") && row.contains("the door")) {
            return;
        }
        assert!(start.elapsed() < DEADLINE, "{place}");
        watcher.back_to(MENU);
    }
}

#[test]
fn experts_see_a_menu_when_they_ask_for_it() {
    let board = quiet_board();
    let caller = caller(&board, Kind::SyncTerm, 80, 24);
    caller.choose("S", "how the board writes to you");
    caller.choose_row("expert");
    caller.wait_for("on");
    caller.key(Key::Escape);
    caller.wait_for("? shows the menu:");
    assert!(!caller.look(|screen| screen.has("Messages")), "{}", caller.screen());
    caller.send("?");
    caller.wait_for(MENU);
    caller.wait_for("Messages");
    caller.choose("M", "message boards");
    caller.back_to("? shows the menu:");
    caller.choose("W", "who's online");
}

#[test]
fn what_is_written_narrow_is_read_wide() {
    let board = quiet_board();
    let narrow = caller(&board, Kind::SyncTerm, 40, 24);
    narrow.open_board("Code");
    narrow.choose("P", "what it is about");
    narrow.enter("Narrow");
    narrow.wait_for("save or leave");
    narrow.send("These words go on and on until no line of forty columns has room for them.");
    narrow.wait_for("them.");
    narrow.send(" Oops");
    narrow.wait_for("Oops");
    narrow.key(Key::Ctrl('u'));
    narrow.wait_gone("Oops");
    narrow.wait_for("them.");
    narrow.send("\n/s\n");
    narrow.wait_for("P post");
    narrow.wait_for("Narrow");
    narrow.key(Key::Enter);
    narrow.wait_for("These words go on and on until no");
    narrow.hangup();

    let wide = caller(&board, Kind::Xterm, 132, 49);
    wide.open_board("Code");
    wide.choose_row("Narrow");
    wide.wait_for("These words go on and on until no line of forty columns has room for them.");
    // A resize in the middle lays the text out anew.
    wide.resize(40, 24);
    wide.wait_for("These words go on and on until no");
    wide.wait_gone("until no line of forty columns");
}

#[test]
fn the_editor_scrolls_finds_and_overwrites() {
    let board = quiet_board();
    let caller = caller(&board, Kind::Xterm, 80, 24);
    caller.open_board("Code");
    caller.choose("P", "what it is about");
    caller.enter("Long");
    caller.wait_for("save or leave");
    for n in 1..=40 {
        caller.enter(&format!("line {n:02}"));
    }
    caller.wait_for("41:1");
    assert!(!caller.look(|screen| screen.has("line 01")), "{}", caller.screen());
    caller.key(Key::Ctrl('f'));
    caller.wait_for("find:");
    caller.send("line 07");
    caller.wait_for("line 07");
    caller.key(Key::Enter);
    caller.wait_for("7:1");
    caller.key(Key::Ctrl('v'));
    caller.wait_for("over 7:1");
    caller.send("LINE");
    caller.wait_for("LINE 07");
    caller.key(Key::PageDown);
    caller.wait_gone("over 7:5");
    caller.key(Key::Ctrl('z'));
    caller.wait_for("Long");
    caller.choose_row("Long");
    caller.wait_for("line 01");
    // The reader searches too.
    caller.send("'line 07");
    caller.wait_for("LINE 07");
}

#[test]
fn long_texts_wait_in_words_unless_told_not_to() {
    let board = quiet_board();
    let body: Vec<String> = (1..=60).map(|n| format!("line {n:02}")).collect();
    post(&board, "Long", &body.join("\n"));
    let caller = Dial::call_sized(&board, Kind::Silent, 80, 24);
    caller.wait_for(&QUESTION);
    caller.enter("Zero Cool");
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(MENU);
    caller.enter("M");
    caller.wait_for("2. board: The Lobby");
    caller.enter("2");
    caller.wait_for("1. subject: Long");
    caller.enter("1");
    caller.wait_for("More: Enter goes on, A all of it, S stops:");
    assert!(!caller.look(|screen| screen.has("line 60")), "{}", caller.screen());
    caller.enter("a");
    caller.wait_for("line 60");
    caller.wait_for("Enter next");
    caller.enter("?");
    caller.wait_for("R: reply");
    caller.enter("q");
    assert!(!caller.look(|screen| screen.has(NOTICE)), "{}", caller.screen());
}

/// The bytes that the screen now shown takes when it is drawn whole: from one erase to the next, twice, since news may
/// come between two.
fn weight(caller: &Dial) -> usize {
    let erases = |raw: &[u8]| -> Vec<usize> {
        raw.windows(4).enumerate().filter(|(_, at)| *at == b"\x1b[2J").map(|(n, _)| n).collect()
    };
    let before = erases(&caller.raw()).len();
    for n in 1..=3 {
        caller.key(Key::Ctrl('l'));
        caller.wait_raw("the screen again", |raw| erases(raw).len() >= before + n);
    }
    let erased = erases(&caller.raw());
    let erased = erased.get(before..).expect("those that were there are there");
    erased.iter().zip(erased.iter().skip(1)).map(|(from, to)| to - from).min().expect("two screens came")
}

/// SyncTERM before it had more colours than sixteen.
fn old_syncterm() -> Kind {
    let now = Recording::load("syncterm");
    let mut old = now.clone();
    old.answers.insert("<c".into(), "\u{1b}[<0;1;2;7c".into());
    Kind::Recorded(Box::leak(Box::new(old)))
}

#[test]
fn no_screen_takes_more_than_two_seconds_at_9600_baud() {
    let kinds = [("classic", Kind::SyncTerm), ("classic", Kind::NetRunner), ("light", old_syncterm())];
    for (theme, kind) in kinds {
        let board = Board::setup().env("DIALTONE_BOARD__THEME", theme).start();
        board.account("Zero Cool");
        let caller = caller(&board, kind, 80, 24);
        let mut weights = vec![("main menu", weight(&caller))];
        for (key, shows, ..) in SCREENS.iter().filter(|(key, ..)| *key != "N") {
            caller.choose(key, shows);
            weights.push((shows, weight(&caller)));
            caller.back_to(MENU);
        }
        for (keys, shows, out) in [
            (["?", "", ""], "─ keys ─", 1),
            (["M", "\n", ""], "begun by", 2),
            (["M", "\n", "\n"], "The house rules, all four", 3),
            (["M", "2\n", "P"], "what it is about", 3),
            (["T", "B", ""], "as on the tape", 2),
        ] {
            for key in keys.into_iter().filter(|key| !key.is_empty()) {
                caller.send(key);
            }
            caller.wait_for(shows);
            weights.push((shows, weight(&caller)));
            for _ in 0..out {
                caller.key(Key::Escape);
            }
            caller.wait_for(MENU);
        }
        weights.retain(|(_, bytes)| *bytes > SCREEN_BYTES);
        assert_eq!(weights, [], "{theme}, {kind:?}");
    }
}
