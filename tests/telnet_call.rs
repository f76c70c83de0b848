//! Calling by telnet: from the welcome to goodbye, on each terminal that calls.

mod harness;

use harness::{
    Board, Dial, Key, Kind, MENU, NOTICE, PASSWORD, QUESTION, Setup, on_both_databases, said, telnet,
};

on_both_databases!(a_stranger_registers_reads_posts_and_leaves, words_alone_are_enough_for_the_whole_way);

fn a_stranger_registers_reads_posts_and_leaves(setup: Setup) {
    let board = setup.start();
    let caller = telnet(&board);
    caller.wait_for("a board that answers");
    caller.wait_for(&QUESTION);
    caller.enter("new");
    caller.wait_for("a new caller");
    caller.enter("Acid Burn");
    caller.wait_for("8 characters or more");
    caller.send(PASSWORD);
    caller.wait_for(&"•".repeat(PASSWORD.len()));
    caller.send("\n");
    caller.wait_for("once more");
    caller.enter(PASSWORD);
    caller.wait_for("calling from");
    caller.enter("Seattle");
    caller.wait_for(&said!("greet-new", handle = "Acid Burn"));
    caller.past_notice();
    caller.wait_for(MENU);
    caller.wait_for("main menu");
    caller.wait_for("Acid Burn · node ");
    caller.wait_for(" · call 1");

    caller.open_board("The Lobby");
    caller.choose_row("Who is on the line?");
    caller.wait_for("The light on line one is blinking");
    caller.key(Key::Enter);
    caller.wait_for("I will start. It was a board on a single line");
    caller.back_to("P post");
    caller.post("Hello from a pay phone", "Is this thing on?");
    caller.choose_row("Hello from a pay phone");
    caller.wait_for("Is this thing on?");
    caller.back_to("P post");
    caller.back_to("message boards");
    caller.back_to(MENU);
    caller.send("G");
    caller.wait_for("Connection closed by foreign host");
    caller.wait_hangup();
    let typed = String::from_utf8_lossy(&caller.raw()).contains(PASSWORD);
    assert!(!typed, "the password was shown");
    board.wait_who("nobody", <[String]>::is_empty);
}

fn words_alone_are_enough_for_the_whole_way(setup: Setup) {
    let board = setup.start();
    let caller = Dial::call_sized(&board, Kind::Silent, 80, 200);
    caller.wait_for("Welcome to Dialtone!");
    caller.wait_for(&QUESTION);
    caller.enter("NEW");
    caller.wait_for("handle (2 to 24");
    caller.enter("Paper Tape");
    caller.wait_for("password (8 characters or more");
    caller.enter("short");
    caller.wait_for("A password has at least 8 characters.");
    caller.enter(PASSWORD);
    caller.wait_for("once more");
    caller.enter(PASSWORD);
    caller.wait_for("calling from");
    caller.enter("a teletype");
    caller.wait_for(&said!("greet-call", number = 1));
    caller.wait_for(MENU);
    caller.enter("M");
    caller.wait_for("2. board: The Lobby");
    caller.enter("2");
    caller.wait_for("1. subject: Who is on the line?");
    caller.enter("1");
    caller.wait_for("The light on line one is blinking");
    caller.wait_for("Enter next, R reply, B one back, Q back:");
    caller.enter("r");
    caller.wait_for("/s on a line of its own saves");
    caller.enter("/q");
    caller.wait_for("lines quoted.");
    caller.enter("Line two is blinking as well.");
    caller.enter("/s");
    // What is read next is the same message, whose thread has one more now.
    caller.enter("");
    caller.wait_for("I will start.");
    caller.enter("");
    caller.wait_for("S> The light on line one is blinking");
    caller.wait_for("Line two is blinking as well.");
    caller.enter("q");
    caller.wait_for("A number, P post, C catch up, or Enter to go back:");
    caller.enter("p");
    caller.wait_for("subject (what it is about):");
    caller.enter("Ten characters a second");
    caller.wait_for("/a abandons.");
    caller.enter("That is all it does.");
    caller.enter("/s");
    caller.wait_for("1. subject: Ten characters a second, by: Paper Tape");
    caller.enter("");
    caller.enter("");
    caller.enter("g");
    caller.wait_for("So long, Paper Tape.");
    caller.wait_hangup();
    // The questions at the start are the only escape sequences that such a terminal gets.
    let sent = String::from_utf8_lossy(&caller.raw()).into_owned();
    let (_, words) = sent.split_once("Handle, NEW").expect("the first question was asked");
    assert!(!words.contains('\x1b'), "an escape sequence in plain words:\n{words}");
}

#[test]
fn syncterm_is_known_by_its_answers_and_gets_code_page_437() {
    let board = Board::start();
    board.account("Cereal Killer");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Cereal Killer");
    let answered = board.answered(0);
    assert_eq!(answered["charset"], "Cp437", "{answered}");
    assert_eq!((&answered["columns"], &answered["rows"]), (&80.into(), &24.into()), "{answered}");
    // A rule of the frame is one byte a cell.
    caller
        .wait_raw("a rule in code page 437", |raw| raw.windows(40).any(|run| run.iter().all(|b| *b == 0xc4)));
    caller.wait_until("the rule on the screen", |screen| screen.has(&"─".repeat(80)));
    caller.choose("W", "who's online");
    caller.wait_for("Cereal Killer (you)");
}

/// The screen of a caller in the main menu, without what the clock says, and the same after some walking about.
fn walk(kind: Kind) -> Vec<Vec<String>> {
    // Without the quote feed: prices would differ.
    let board = Board::setup().arguments(&["--role", "gateway"]).start();
    board.account("Lord Nikon");
    let caller = Dial::call(&board, kind);
    caller.log_in("Lord Nikon");
    let mut screens = vec![caller.above_status().0];
    caller.choose("M", "message boards");
    caller.key(Key::Down);
    caller.wait_until("the bar one row down", |screen| screen.bar() == Some(8));
    screens.push(caller.above_status().0);
    caller.key(Key::Enter);
    caller.wait_for("P post");
    caller.key(Key::Enter);
    caller.wait_for("The light on line one");
    screens.push(caller.above_status().0);
    caller.back_to("P post");
    caller.back_to("message boards");
    caller.back_to(MENU);
    screens.push(caller.above_status().0);
    // The status line never scrolled the header away.
    caller.wait_status("you are the only one here");
    screens
}

#[test]
fn a_screen_is_the_same_whether_the_terminal_wraps_at_once_or_later() {
    let (at_once, mut later) = (walk(Kind::SyncTerm), walk(Kind::Xterm));
    // Code page 437 has no ellipsis.
    later.iter_mut().flatten().for_each(|row| *row = row.replace('…', "."));
    // The tape above the prompt is each board's own.
    assert_eq!(at_once.len(), later.len());
    for (mut at_once, mut later) in at_once.into_iter().zip(later) {
        at_once.remove(21);
        later.remove(21);
        assert_eq!(at_once.join("\n"), later.join("\n"));
    }
}

#[test]
fn netrunner_tells_no_size_and_gets_eighty_by_twenty_four() {
    let board = Board::start();
    board.account("Phantom Phreak");
    let caller = Dial::call(&board, Kind::NetRunner);
    caller.log_in("Phantom Phreak");
    let answered = board.answered(0);
    assert_eq!(answered["terminal"], "ansi-bbs", "{answered}");
    assert_eq!(answered["charset"], "Cp437", "{answered}");
    assert_eq!((&answered["columns"], &answered["rows"]), (&80.into(), &24.into()), "{answered}");
    caller.wait_row(22, MENU);
    caller.wait_status("you are the only one here");
}

#[test]
fn a_window_resized_in_a_menu_is_drawn_anew() {
    let board = Board::start();
    board.account("Crash Override");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Crash Override");
    for (columns, rows) in [(132, 49), (80, 25), (40, 24), (40, 12), (80, 24)] {
        caller.resize(columns, rows);
        caller.wait_row(usize::from(rows) - 2, MENU);
        caller.wait_status("Dialtone ·");
        caller.wait_until("one prompt only", |screen| {
            screen.rows().iter().filter(|row| row.contains("Your choice")).count() == 1
        });
        caller.wait_for("Messages");
    }
    // The call goes on as if nothing had been.
    caller.choose("Y", "your profile");

    let caller = telnet(&board);
    caller.log_in("Crash Override");
    caller.choose("M", "message boards");
    caller.resize(100, 30);
    caller.wait_row(28, "Enter choose");
    caller.wait_row(26, &"─".repeat(55));
    caller.wait_for("The Lobby");
}

#[test]
fn what_happens_while_help_is_open_is_on_the_screen_behind_it() {
    let board = Board::start();
    board.account("Acid Burn");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Acid Burn");
    caller.resize(40, 24);
    caller.wait_row(22, MENU);
    caller.send("?");
    caller.wait_for("── keys");
    caller.resize(80, 24);
    caller.wait_status("Dialtone ·");
    caller.key(Key::Escape);
    caller.wait_for("Goodbye");
    caller.wait_for("Users");
    // A list hears of the news that came meanwhile.
    caller.open_board("The Lobby");
    caller.send("?");
    caller.wait_for("── keys");
    board.cli(&["board", "post", "lobby", "--from", "Sysop", "--subject", "Behind the help", "--body", "x"]);
    caller.wait_for("» ");
    caller.key(Key::Escape);
    caller.wait_until("the new thread in the list", |screen| {
        screen.rows().iter().any(|row| row.contains("Behind the help") && !row.contains('»'))
    });
}

#[test]
fn every_end_of_line_is_one_enter() {
    let board = Board::start();
    for end in [&b"\r"[..], b"\r\n", b"\r\0", b"\n"] {
        let caller = Dial::call(&board, Kind::SyncTerm);
        caller.wait_for(&QUESTION);
        caller.send_raw(b"NEW");
        caller.send_raw(end);
        caller.wait_for("a new caller");
        caller.send_raw(b"Joey");
        caller.send_raw(end);
        caller.wait_for("8 characters or more");
        caller.send("xyz");
        // A second Enter would have been an answer of its own, refused for its length.
        caller.wait_for("∙∙∙");
        assert!(!caller.screen().contains("has"), "{end:?}:\n{}", caller.screen());
        caller.key(Key::Escape);
        caller.wait_for(&QUESTION);
    }
}

#[test]
fn the_halves_of_cr_lf_may_come_apart() {
    let board = Board::start();
    for half in [b"\n", b"\0"] {
        let caller = Dial::call(&board, Kind::SyncTerm);
        caller.wait_for(&QUESTION);
        caller.send_raw(b"NEW\r");
        caller.wait_for("2 to 24 letters");
        caller.send_raw(half);
        caller.send("Joey");
        caller.wait_for("Joey");
        assert!(!caller.screen().contains("A handle has"), "{}", caller.screen());
    }
}

#[test]
fn what_is_typed_ahead_of_the_welcome_is_not_lost() {
    let board = Board::start();
    board.account("Razor");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.send(&format!("Razor\n{PASSWORD}\n"));
    caller.wait_for(&said!("greet-back", handle = "Razor"));
    caller.wait_for(NOTICE);
}
