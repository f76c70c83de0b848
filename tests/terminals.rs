//! Every terminal that calls gets a board that it can show: found out, or as its caller says.

mod harness;

use harness::{Board, Dial, Key, Kind, MENU, NOTICE, PASSWORD, QUESTION};

/// A board whose prices stand still.
fn quiet_board() -> Board {
    Board::setup().arguments(&["--role", "gateway"]).start()
}

#[test]
fn words_at_the_door_are_words_from_there_on() {
    let board = quiet_board();
    let caller = Dial::call(&board, Kind::Xterm);
    caller.wait_for(QUESTION);
    caller.enter("words");
    caller.wait_for("Words alone from here on.");
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
    caller.key(Key::Enter);
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
    caller.wait_for(QUESTION);
    caller.enter("Zero Cool");
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(MENU);
    assert!(!caller.screen().contains(NOTICE), "{}", caller.screen());
    // Back to pictures, by number.
    caller.enter("s");
    caller.wait_for("A number, or Enter to go back:");
    caller.enter("2");
    caller.wait_for("how the board writes to you");
    caller.back_to(MENU);
}
