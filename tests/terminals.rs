//! Every terminal that calls gets a board that it can show: found out, or as its caller says.

mod harness;

use std::time::{Duration, Instant};

use harness::{
    Board, Dial, Draws, Emulator, Key, Kind, MENU, NOTICE, PASSWORD, QUESTION, Recording, SshOptions,
    Terminal, said, ssh, text,
};

/// A board whose prices stand still.
fn quiet_board() -> Board {
    Board::setup().arguments(&["--role", "gateway"]).start()
}

#[test]
fn words_at_the_door_are_words_from_there_on() {
    let board = quiet_board();
    let caller = Dial::call(&board, Kind::Xterm);
    caller.wait_for(&QUESTION);
    caller.enter("words");
    caller.wait_for(&text("login-words"));
    let mark = caller.raw().len();
    caller.enter("GUEST");
    caller.wait_for("main menu");
    caller.wait_for(MENU);
    let raw = caller.raw();
    assert!(!raw.get(mark..).expect("more came").contains(&0x1b), "{}", caller.screen());
}

#[test]
fn a_setting_counts_at_once_and_at_the_next_call() {
    let board = quiet_board();
    board.account("Zero Cool");
    let caller = Dial::call(&board, Kind::Xterm);
    caller.log_in("Zero Cool");
    caller.choose("S", "how the board writes to you");
    caller.wait_for("as found: utf-8");
    caller.choose_row("charset");
    caller.wait_until("the charset changed", |screen| screen.rows().iter().any(|row| row.contains("cp437")));
    caller.key(Key::Enter);
    caller.key(Key::Enter);
    caller.wait_for("letters alone");
    caller.wait_until("no line drawn in anything but letters", |screen| screen.rows().join("").is_ascii());
    caller.move_to_row("words alone");
    caller.key(Key::Enter);
    caller.wait_for("A number, or Enter to go back:");
    let raw = caller.raw();
    // What was switched on is off; after that not one sequence more.
    let off = b"\x1b[?1006l\x1b[?1000l";
    let end = raw.windows(off.len()).rposition(|window| window == off).expect("the mouse is off") + off.len();
    assert!(!raw.get(end..).expect("more came").contains(&0x1b), "{}", caller.screen());
    drop(caller);

    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.wait_for(&QUESTION);
    caller.enter("Zero Cool");
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(MENU);
    assert!(!caller.screen().contains(NOTICE), "{}", caller.screen());
    // Back to pictures, by number.
    caller.enter("s");
    caller.wait_for("A number, or Enter to go back:");
    caller.enter("3");
    caller.wait_for("how the board writes to you");
    caller.back_to(MENU);
}

/// The recordings, one file each.
const RECORDED: [&str; 9] =
    ["syncterm", "netrunner", "putty", "xterm", "linux-console", "inetutils-telnet", "dumb", "c64", "atari"];

/// Calls with a recorded terminal and compares what the board says it has found with what the recording expects.
fn call_with(board: &Board, name: &str, nth: usize) -> (Dial, &'static Recording) {
    let recording = Recording::load(name);
    let (columns, rows) = recording.size;
    let dial = Dial::call_sized(board, Kind::Recorded(recording), columns, rows);
    let said = board.log.wait_nth_message("call answered", nth);
    let found = &recording.found;
    for (field, expected) in [
        ("charset", found.charset.clone()),
        ("colors", found.colors.clone()),
        ("columns", found.columns.to_string()),
        ("rows", found.rows.to_string()),
        ("plain", found.plain.to_string()),
        ("mouse", found.mouse.to_string()),
    ] {
        let told = said.get(field).expect("a field of the log");
        let told = told.as_str().map_or_else(|| told.to_string(), str::to_owned);
        assert_eq!(told, expected, "{name}: {field}");
    }
    (dial, recording)
}

/// The bar is in this row of the list's body, from its first.
fn bar_moves(caller: &Dial, key: Key, what: &str, to: impl Fn(usize, usize) -> bool) {
    let before = caller.look(Emulator::bar).expect("a bar");
    caller.key(key);
    caller.wait_until(what, |screen| screen.bar().is_some_and(|bar| to(before, bar)));
}

/// The way through the board that every terminal with pictures takes.
fn pictures(caller: &Dial, recording: &Recording, handle: &str) {
    caller.wait_for("Handle, NEW");
    // Typed wrong, taken back.
    caller.send("x");
    caller.wait_for("x");
    caller.key(Key::Backspace);
    caller.enter(handle);
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(&text("greet-back"));
    caller.past_notice();
    caller.wait_for(MENU);
    caller.send("U");
    caller.wait_for("Enter choose");
    bar_moves(caller, Key::Down, "the bar one down", |before, bar| bar == before + 1);
    bar_moves(caller, Key::Up, "the bar one up", |before, bar| bar + 1 == before);
    bar_moves(caller, Key::End, "the bar at the end", |before, bar| bar > before + 1);
    bar_moves(caller, Key::Home, "the bar at the top", |before, bar| bar + 1 < before);
    if recording.keys.contains_key("page_down") {
        bar_moves(caller, Key::PageDown, "the bar a page down", |before, bar| bar > before + 1);
        bar_moves(caller, Key::PageUp, "the bar a page up", |before, bar| bar + 1 < before);
    }
    caller.back_to(MENU);
    // The frame: nothing has wrapped, scrolled or been left behind.
    let rows = caller.look(Emulator::rows);
    let height = usize::from(recording.found.rows);
    let rule = rows.get(height - 4).expect("a rule");
    assert!(rule.chars().count() >= usize::from(recording.found.columns) / 2, "{}", caller.screen());
    assert!(rows.get(height - 1).is_some_and(|row| row.contains("Dialtone")), "{}", caller.screen());
    caller.send("g");
    caller.wait_hangup();
}

/// The way of those that get words.
fn words(caller: &Dial, handle: &str) {
    caller.wait_for("Handle, NEW");
    caller.send("x");
    caller.key(Key::Backspace);
    caller.enter(handle);
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(MENU);
    caller.enter("u");
    caller.wait_for("A number");
    caller.enter("");
    caller.wait_for(MENU);
    let raw = caller.raw();
    // What was asked before the name came is all that a dumb terminal ever sees of sequences.
    let known = raw.windows(6).position(|window| window == b"Handle").expect("the question");
    assert!(!raw.get(known..).expect("more came").contains(&0x1b), "{}", caller.screen());
    caller.enter("g");
    caller.wait_hangup();
}

#[test]
fn every_recorded_terminal_makes_the_same_call() {
    let board = quiet_board();
    for n in 0..5 {
        board.account(&format!("Caller {n}x"));
    }
    for (nth, name) in RECORDED.into_iter().enumerate() {
        let handle = "Caller 0x";
        let (caller, recording) = call_with(&board, name, nth);
        eprintln!("{name}");
        if recording.found.plain {
            words(&caller, handle);
        } else {
            pictures(&caller, recording, handle);
        }
        if recording.draws == Draws::Petscii {
            let raw = caller.raw();
            let drawn = raw.iter().rposition(|byte| *byte == 0x93).expect("a clear screen");
            assert!(!raw.get(drawn..).expect("more came").contains(&0x1b), "an escape on a C64");
        }
    }
}

#[test]
fn a_window_resized_at_the_first_question_is_drawn_anew() {
    let board = quiet_board();
    let caller = Dial::call_sized(&board, Kind::Xterm, 100, 40);
    caller.wait_for(&QUESTION);
    caller.send("Zero");
    caller.wait_for("Zero");
    let before = caller.raw().len();
    caller.resize(80, 24);
    caller.wait_raw("a clear screen, the question and what was typed", |raw| {
        let came = raw.get(before..).unwrap_or_default();
        let cleared = came.windows(4).any(|window| window == b"\x1b[2J");
        cleared && came.windows(4).any(|window| window == b"Zero")
    });
    caller.wait_for(&QUESTION);
    caller.wait_for("Zero");
}

#[test]
fn sizes_that_no_screen_has_are_no_news() {
    let board = quiet_board();
    let caller = Dial::call_sized(&board, Kind::Xterm, 132, 49);
    caller.look_round();
    for (columns, rows) in [(0u16, 0u16), (1, 1), (65535, 65535)] {
        let [a, b] = columns.to_be_bytes();
        let [c, d] = rows.to_be_bytes();
        let mut told = vec![255, 250, 31];
        for byte in [a, b, c, d] {
            told.extend(std::iter::repeat_n(byte, if byte == 255 { 2 } else { 1 }));
        }
        told.extend([255, 240]);
        caller.send_raw(&told);
        caller.choose("?", "draws the screen again");
        caller.back_to(MENU);
        assert!(caller.row(48).contains("Dialtone"), "{columns}x{rows}:\n{}", caller.screen());
    }
}

#[test]
fn answers_that_come_late_or_lie_are_no_keys() {
    let board = quiet_board();
    let caller = Dial::call(&board, Kind::Silent);
    caller.wait_for(&QUESTION);
    // All that a terminal may answer, long after nobody waits for it, in the middle of a handle.
    caller.send("GU");
    caller.send_raw(b"\x1b[=67;84;101;114;109;1;332c\x1b[<0;1;2;3;4;5;6;7;8c\x1b[1;4R\x1b[?64;1;2c\x1b[0n");
    caller.send_raw(
        b"\x1b[65535;65535R\x1b[99999999999999;1R\x1b[;R\x1b[?1;2;3;4;5;6;7;8;9;10;11;12;13c\x1b[>0;1;2c",
    );
    caller.send_raw(b"\x1b]10;rgb:ffff/ffff/ffff\x07\x1bP1$r0m\x1b\\\x1b[?1006;2$y\x1b[<0;1;1M\x1b[<0;1;1m");
    caller.send_raw(b"\xff\xfb\x18\xff\xfa\x18\x00\x1b[2Jevil\xff\xf0\xff\xfa\x1f\x00\x00\x00\x00\xff\xf0");
    caller.enter("EST");
    // Whether it is believed or not, which hangs on what came together: the board is there, in pictures or in words.
    if caller.wait_for_any(&[NOTICE, MENU]) == 0 {
        caller.past_notice();
    }
    caller.wait_for(MENU);
    assert!(caller.screen().contains("main menu"), "{}", caller.screen());
}

#[test]
fn the_terminals_own_status_line_is_used_where_it_is_lent() {
    let board = quiet_board();
    board.account("Zero Cool");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Zero Cool");
    assert!(!caller.raw().windows(5).any(|bytes| bytes == b"\x1b[2$~"), "nobody has asked for it");
    caller.choose("S", "how the board writes to you");
    caller.move_to_row("status line");
    caller.key(Key::Enter);
    let lent = |text: &str, screen: &Emulator| screen.status_line().is_some_and(|line| line.contains(text));
    caller.wait_until("the status line", |screen| lent("you are the only one here", screen));
    assert!(caller.raw().windows(5).any(|bytes| bytes == b"\x1b[2$~"));
    // The prompt has the last row now, and the cursor is back in it.
    caller.back_to(MENU);
    caller.wait_row(23, MENU);
    caller.wait_until("the cursor behind the prompt", |screen| screen.screen().cursor_position().0 == 23);
    // The pager comes there.
    let made = board.cli(&["page", "Zero Cool", "the line is yours", "--from", "Sysop"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    caller.wait_until("the page", |screen| lent("Sysop pages you: the line is yours", screen));
    caller.send("/");
    caller.wait_for("what came in");
    caller.back_to(MENU);
    // The next call begins with it, and ends without.
    caller.send("G");
    caller.wait_hangup();
    assert!(caller.raw().windows(5).any(|bytes| bytes == b"\x1b[1$~"));
    // Where there is none, nobody is asked whether they want it.
    let caller = Dial::call(&board, Kind::Xterm);
    caller.log_in("Zero Cool");
    caller.choose("S", "how the board writes to you");
    assert!(!caller.look(|screen| screen.has("status line")), "{}", caller.screen());
    assert!(!caller.raw().windows(4).any(|bytes| bytes == b"\x1b[1$"), "{}", caller.screen());
}

#[test]
fn a_slow_line_gets_its_pictures_once_the_terminal_has_answered() {
    let board = quiet_board();
    let art = |screen: &Emulator| screen.rows().iter().filter(|row| row.contains(['▀', '▄', '█'])).count();
    let caller = Dial::call(&board, Kind::Silent);
    caller.wait_for(&QUESTION);
    assert_eq!(caller.look(art), 0, "{}", caller.screen());
    caller.send("GU");
    caller.send_raw(b"\x1b[?64;1;2c\x1b[1;1R");
    caller.wait_until("the welcome as a picture", |screen| art(screen) > 10);
    caller.wait_for("GU");
    caller.enter("EST");
    caller.past_guest_notice();
    assert!(caller.look(art) > 3, "{}", caller.screen());
    // Who has answered everything is asked nothing more: this is a key now.
    caller.send_raw(b"\x1b[1;4R");
    caller.choose("U", "who calls here");
}

#[test]
fn a_client_that_negotiates_late_is_heard_too() {
    let board = quiet_board();
    let caller = Dial::call(&board, Kind::Silent);
    caller.wait_for(&QUESTION);
    // Telnet's answers and the terminal's, a little at a time: WILL TTYPE and NAWS, their values, a cursor report.
    caller.send_raw(b"\xff\xfb\x18\xff\xfb\x1f\xff\xfd\x01\xff\xfd\x03\xff\xfb\x03\xff\xfc\x27");
    caller.send_raw(b"\xff\xfd\x00\xff\xfb\x00\xff\xfa\x1f\x00\x64\x00\x1e\xff\xf0");
    caller.send_raw(b"\x1b[?64;1;2c\x1b[1;1R");
    caller.send_raw(b"\xff\xfa\x18\x00xterm-256color\xff\xf0");
    caller.redraw_at(100, 30);
    caller.wait_raw("a mouse is asked for", |raw| raw.windows(8).any(|bytes| bytes == b"\x1b[?1006h"));
    caller.wait_for("GUEST to look around");
    caller.enter("GUEST");
    caller.past_guest_notice();
    caller.wait_row(28, MENU);
    let raw = caller.raw();
    assert!(
        raw.windows(4).any(|bytes| bytes == b"\x1b[97"),
        "no colour of an xterm came: {}",
        caller.screen()
    );
}

#[test]
fn a_lone_escape_is_told_from_a_sequence_in_parts() {
    let board = quiet_board();
    let caller = Dial::call(&board, Kind::Xterm);
    caller.look_round();
    caller.send("M");
    caller.wait_for("Enter choose");
    let bar = caller.look(Emulator::bar).expect("a bar");
    // Down, in three packets.
    for part in [&b"\x1b"[..], b"[", b"B"] {
        caller.send_raw(part);
    }
    caller.wait_until("the bar one down", |screen| screen.bar() == Some(bar + 1));
    let asked = Instant::now();
    caller.back_to(MENU);
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
}

/// Sets the line to 300 baud, looks how long the next letters take, and hangs up in the middle of them.
fn at_300_baud(caller: &Terminal) {
    caller.choose("S", "how the board writes to you");
    caller.move_to_row("speed");
    caller.key(Key::Enter);
    caller.wait_for("300 baud");
    let (start, before) = (Instant::now(), caller.raw().len());
    caller.key(Key::Escape);
    caller.wait_raw("something of the menu", |raw| raw.len() > before + 60);
    let came = u32::try_from(caller.raw().len() - before).expect("not that much");
    // Thirty letters a second; a little comes at once.
    let least = Duration::from_secs(u64::from(came.saturating_sub(20))) / 30;
    assert!(start.elapsed() >= least, "{came} bytes in {:?}", start.elapsed());
}

#[test]
fn a_slow_line_is_slow_and_a_hangup_is_heard_at_once() {
    let board = quiet_board();
    board.account("Zero Cool");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Zero Cool");
    at_300_baud(&caller);
    caller.hangup();
    board.wait_who("nobody", <[String]>::is_empty);

    board.account("Acid Burn");
    let caller = ssh(&board, "Acid Burn", &SshOptions::default());
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(&said!("greet-back", handle = "Acid Burn"));
    caller.past_notice();
    caller.wait_for(MENU);
    at_300_baud(&caller);
    caller.hangup();
    board.wait_who("nobody", <[String]>::is_empty);
}

#[test]
fn a_charset_chosen_over_ssh_counts_for_the_keys_too() {
    let board = quiet_board();
    board.account("Acid Burn");
    let caller = ssh(&board, "Acid Burn", &SshOptions::default());
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(&said!("greet-back", handle = "Acid Burn"));
    caller.past_notice();
    caller.wait_for(MENU);
    caller.choose("S", "how the board writes to you");
    caller.move_to_row("charset");
    caller.key(Key::Enter);
    caller.wait_until("the charset changed", |screen| screen.rows().iter().any(|row| row.contains("cp437")));
    caller.back_to(MENU);
    caller.choose("P", "a handle");
    // An e with an accent, as code page 437 has it; drawn so, too.
    caller.send_raw(b"caf\x82");
    caller.wait_raw("the letter as it came", |raw| raw.windows(4).any(|window| window == b"caf\x82"));
}

/// Sizes that windows have, and some that they hardly have.
const SIZES: [(u16, u16); 10] =
    [(80, 24), (80, 25), (80, 49), (40, 24), (40, 25), (132, 24), (132, 49), (81, 27), (67, 31), (200, 60)];

#[test]
fn every_size_is_drawn_alike_whichever_way_the_terminal_wraps() {
    let board = quiet_board();
    // The same caller by two terminals, resized in the menu, in a list and in the help.
    let callers = [Dial::call(&board, Kind::SyncTerm), Dial::call(&board, Kind::Xterm)];
    for caller in &callers {
        caller.look_round();
    }
    type Way<'a> = (&'a str, &'a dyn Fn(&Terminal), &'a dyn Fn(&Terminal));
    let menu = |caller: &Terminal| caller.wait_for("Your choice");
    let into_list = |caller: &Terminal| caller.choose("U", "Enter choose");
    let back = |caller: &Terminal| caller.back_to("Your choice");
    let into_help = |caller: &Terminal| caller.choose("?", "does what the bar is on");
    let ways: [Way; 3] =
        [("the menu", &menu, &menu), ("a list", &into_list, &back), ("the keys", &into_help, &back)];
    for (place, enter, leave) in ways {
        for caller in &callers {
            enter(caller);
        }
        for (columns, rows) in SIZES {
            for caller in &callers {
                caller.resize(columns, rows);
                let last = usize::from(rows) - 1;
                caller.wait_until(&format!("{place} at {columns}x{rows}"), |screen| {
                    let lines = screen.rows();
                    let right = usize::from(columns) - 1;
                    // The clock ends one short of the last column of the last row.
                    let clock = lines.get(last).is_some_and(|line| {
                        line.contains("Dialtone") && line.chars().count() == right && line.contains(':')
                    });
                    clock && lines.iter().filter(|line| line.contains("Dialtone ·")).count() == 1
                });
            }
            let picture = |screen: &Emulator| {
                let mut rows = screen.seen();
                rows.pop();
                // Each has a number of call of its own; code page 437 has another dot and no ellipsis.
                rows.join("\n").replace('•', "∙").replace('…', ".").replace(|c: char| c.is_ascii_digit(), "#")
            };
            let [syncterm, xterm] = &callers;
            // A terminal that grows may move what it shows before the board has drawn it anew.
            xterm.wait_until(&format!("{place} at {columns}x{rows}, as SyncTERM shows it"), |screen| {
                picture(screen) == syncterm.look(picture)
            });
        }
        for caller in &callers {
            caller.resize(80, 24);
            leave(caller);
        }
    }
}

/// Opens a list on a slow line and leaves it by `key` while its first rows come: its last rows never do, and what lies
/// behind it is drawn whole.
fn leaves_a_slow_screen_at_once(caller: &Terminal, key: &str) {
    let came_since = |before: usize| String::from_utf8_lossy(&caller.raw().split_off(before)).into_owned();
    // What stands lowest in the list: a word about the first caller.
    const LOWEST: &str = "since";
    let before = caller.raw().len();
    caller.choose("U", LOWEST);
    assert!(came_since(before).contains(LOWEST), "{}", caller.screen());
    caller.back_to(MENU);
    caller.choose("S", "how the board writes to you");
    caller.move_to_row("speed");
    for speed in ["300 baud", "1200 baud", "2400 baud"] {
        caller.key(Key::Enter);
        caller.wait_for(speed);
    }
    caller.back_to(MENU);
    caller.wait_for("Messages");
    caller.wait_status("Dialtone");
    let before = caller.raw().len();
    caller.send("U");
    caller.wait_raw("the first rows", |raw| raw.len() > before + 100);
    caller.send_raw(key.as_bytes());
    caller.wait_until("the menu, whole", |screen| {
        let has = |words| screen.has(words);
        has(MENU) && has("Messages") && has("Settings") && !has("handle") && !has("last call")
    });
    let came = came_since(before);
    assert!(!came.contains(LOWEST), "{came}");
}

#[test]
fn a_key_ends_what_a_slow_line_still_sends_of_an_old_screen() {
    let board = quiet_board();
    board.account("Acid Burn");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Acid Burn");
    leaves_a_slow_screen_at_once(&caller, "\x1b");

    board.account("Zero Cool");
    let caller = ssh(&board, "Zero Cool", &SshOptions::default());
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(&said!("greet-back", handle = "Zero Cool"));
    caller.past_notice();
    caller.wait_for(MENU);
    leaves_a_slow_screen_at_once(&caller, "q");
}
