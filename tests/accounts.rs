//! Accounts: what one may be called, how good a password must be, and what guessing costs.

mod harness;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use harness::{Board, Dial, Kind, PASSWORD, QUESTION, Setup, Terminal, on_both_databases, said, text};

on_both_databases!(a_handle_is_unlike_every_other, a_caller_may_change_the_password);

/// From the first question to the registration's first field.
fn new_caller(board: &Board) -> Dial {
    let caller = Dial::call(board, Kind::SyncTerm);
    caller.wait_for(&QUESTION);
    caller.enter("NEW");
    caller.wait_for("2 to 24 letters");
    caller
}

/// Answers the field of the form and waits for these words below it; then the field is emptied.
fn refused(caller: &Terminal, answer: &str, words: &str) {
    caller.enter(answer);
    caller.wait_for(words);
}

fn a_handle_is_unlike_every_other(setup: Setup) {
    let board = setup.start();
    board.account("Zero Cool");
    let caller = new_caller(&board);
    refused(&caller, "x", "A handle has 2 to 24 characters.");
    refused(&caller, "a;drop table", "letters, digits, spaces, dots, hyphens and underscores only");
    refused(&caller, "-zero", "A handle begins and ends with a letter or a digit.");
    refused(&caller, "1234", "A handle has at least one letter.");
    refused(&caller, "SysOp", "The board keeps that name for itself.");
    refused(&caller, "zero cool", "The handle zero cool is taken.");
    refused(&caller, "Zer0 Cool", "Zer0 Cool looks too much like Zero Cool, who is here already.");
    // The field takes twenty-four characters and no more.
    caller.enter(&"Longfellow".repeat(3));
    caller.wait_for("8 characters or more");
    caller.wait_for("LongfellowLongfellowLong");
    assert!(!caller.look(|screen| screen.has("LongfellowLongfellowLongf")), "{}", caller.screen());
}

fn a_caller_may_change_the_password(setup: Setup) {
    let board = setup.start();
    board.account("Zero Cool");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Zero Cool");
    let elsewhere = Dial::call(&board, Kind::SyncTerm);
    elsewhere.log_in("Zero Cool");
    elsewhere.choose("M", "message boards");
    caller.choose("Y", "your profile");
    caller.choose("W", "old password");
    caller.enter("not the old one");
    caller.wait_for("That isn't your old password.");
    caller.past_notice();
    caller.choose("W", "old password");
    caller.enter(PASSWORD);
    caller.wait_for("8 characters or more");
    caller.enter("seven green bottles sing");
    caller.wait_for("once more");
    caller.enter("seven green bottles sink");
    caller.wait_for("Those were two different passwords.");
    caller.enter("seven green bottles sing");
    caller.wait_for("once more");
    caller.enter("seven green bottles sing");
    caller.wait_for("Your new password counts from now on.");
    // Whoever else came in by the old one is out; this call goes on.
    elsewhere.wait_for("what you logged in with doesn't open it any more");
    elsewhere.wait_hangup();
    caller.past_notice();
    caller.back_to(harness::MENU);
    caller.choose("M", "message boards");
    caller.hangup();

    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.wait_for(&QUESTION);
    caller.send(&format!("Zero Cool\n{PASSWORD}\n"));
    caller.wait_for("That handle and password do not match.");
    caller.send("zero cool\nseven green bottles sing\n");
    caller.wait_for(&said!("greet-back", handle = "Zero Cool"));
}

#[test]
fn a_handle_of_another_alphabet_is_as_good() {
    let board = Board::start();
    let caller = Dial::call(&board, Kind::Xterm);
    caller.wait_for(&QUESTION);
    caller.enter("NEW");
    caller.wait_for("2 to 24 letters");
    // Cyrillic letters among Latin ones are somebody posing as somebody else.
    refused(&caller, "S\u{443}sop", "A handle is written in one alphabet.");
    caller.fill_registration("Żółta Łódź");
    caller.choose("W", "Żółta Łódź (you)");
}

#[test]
fn a_weak_password_is_told_why() {
    let board = Board::start();
    let caller = new_caller(&board);
    caller.enter("Zero Cool");
    caller.wait_for("8 characters or more");
    refused(&caller, "short", "A password has at least 8 characters.");
    refused(&caller, "password1", "That password is too easy to guess. This is a very common password.");
    refused(&caller, "abcdefghijkl", "Sequences like abc or 6543 are easy");
    // The handle itself is the first guess.
    refused(&caller, "zerocool1", "That password is too easy to guess.");
    caller.enter(PASSWORD);
    caller.wait_for("once more");
    caller.enter("something else");
    caller.wait_for("Those were two different passwords.");
    caller.enter(PASSWORD);
    caller.wait_for("once more");
    caller.enter(PASSWORD);
    caller.wait_for("calling from");
    caller.enter("");
    caller.wait_for(&said!("greet-new", handle = "Zero Cool"));
}

#[test]
fn whoever_leaves_the_form_is_asked_again() {
    let board = Board::start();
    let caller = new_caller(&board);
    caller.send("Zero");
    caller.wait_for("Zero");
    caller.back_to(&QUESTION);
    caller.look_round();
    assert_eq!(board.cli_json(&["user", "list", "--json"]).as_array().map(Vec::len), Some(1));
}

/// The time, in nanoseconds, that the board's threads have spent computing so far: unlike a clock on the wall, the same
/// on a busy machine.
fn computed(board: &Board) -> u64 {
    let threads = std::fs::read_dir(format!("/proc/{}/task", board.pid())).expect("the board runs");
    // A thread may end meanwhile.
    let spent = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    spent.sum()
}

/// Gives a wrong password and returns what the answer cost.
fn wrong(board: &Board, caller: &Dial, handle: &str, nth: usize) -> u64 {
    let said = |screen: &harness::Emulator| {
        screen.rows().iter().filter(|row| row.trim() == "That handle and password do not match.").count()
    };
    let asked = |screen: &harness::Emulator| {
        screen.rows().iter().filter(|row| row.contains(QUESTION.as_str())).count()
    };
    caller.wait_until("the question", |screen| asked(screen) == nth);
    caller.enter(handle);
    caller.wait_for(&format!(": {handle}"));
    caller.send("not the one");
    let before = computed(board);
    caller.send("\n");
    caller.wait_until("the refusal", |screen| said(screen) == nth);
    computed(board).saturating_sub(before)
}

#[test]
fn an_unknown_handle_and_a_wrong_password_are_answered_alike() {
    // One process and no prices: nothing but the answer is computed.
    let board = Board::setup().process().arguments(&["--role", "gateway"]).start();
    board.account("Zero Cool");
    // Higher than usual: nothing scrolls away.
    let cheapest = |handle: &str| {
        let caller = Dial::call_sized(&board, Kind::SyncTerm, 80, 60);
        (1..=2).map(|nth| wrong(&board, &caller, handle, nth)).min().expect("two guesses")
    };
    let (known, unknown) = (cheapest("Zero Cool"), cheapest("No Such Caller"));
    assert!(unknown > known / 3 && known > unknown / 3, "known {known} ns, unknown {unknown} ns");
}

#[test]
fn the_third_wrong_password_closes_the_line() {
    let board = Board::start();
    board.account("Zero Cool");
    let caller = Dial::call(&board, Kind::SyncTerm);
    for _ in 0..3 {
        caller.send("Zero Cool\nnot the one\n");
    }
    caller.wait_for(&text("login-three-times"));
    caller.wait_hangup();
}

#[test]
fn guessing_costs_whoever_does_it_and_nobody_in_a_call() {
    let board = Board::start();
    board.account("Zero Cool");
    let bystander = Dial::call(&board, Kind::SyncTerm);
    bystander.log_in("Zero Cool");
    for _ in 0..2 {
        let guesser = Dial::call(&board, Kind::Silent);
        guesser.wait_for(&QUESTION);
        guesser.send("Zero Cool\na\nZero Cool\nb\nZero Cool\nc\n");
        guesser.wait_for(&text("login-three-times"));
        guesser.wait_hangup();
    }
    // The sixth was one too many.
    let refused = Dial::call(&board, Kind::Silent);
    refused.wait_for(&text("login-wait-address"));
    refused.wait_hangup();
    let refused = harness::ssh(&board, "Zero Cool", &harness::SshOptions::default());
    refused.wait_for("Too many wrong passwords");
    assert_eq!(refused.exit_code(), 255);
    let line = board.log.wait_message("call refused");
    assert_eq!(line["reason"], "guesses from address");
    assert!(line["wait_seconds"].as_u64().is_some_and(|wait| (1..=4).contains(&wait)), "{line}");
    // A call under way goes on.
    bystander.choose("W", "who's online");
    // The penalty ends by itself.
    let words = ["Too many wrong passwords", QUESTION.as_str()];
    let deadline = Instant::now() + harness::DEADLINE;
    while Dial::call(&board, Kind::SyncTerm).wait_for_any(&words) == 0 {
        assert!(Instant::now() < deadline, "the penalty does not end");
    }
}

/// A guess at an account by somebody who then logs in to their own, on the same line.
fn guess_and_log_in(board: &Board) {
    let caller = Dial::call(board, Kind::SyncTerm);
    caller.wait_for(&QUESTION);
    caller.send("Zero Cool\nnot the one\n");
    caller.wait_for("That handle and password do not match.");
    caller.send(&format!("Mallory\n{PASSWORD}\n"));
    caller.wait_for(&said!("greet-back", handle = "Mallory"));
}

#[test]
fn a_right_password_of_ones_own_does_not_clear_the_guesses() {
    let board = Board::start();
    board.account("Zero Cool");
    board.account("Mallory");
    for _ in 0..5 {
        guess_and_log_in(&board);
    }
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.wait_for(&QUESTION);
    caller.send(&format!("Zero Cool\nnot the one\nMallory\n{PASSWORD}\n"));
    caller.wait_for(&text("login-wait-address"));
    caller.wait_hangup();
}

#[test]
fn sixty_guesses_at_once_are_answered_no_more_often_than_one_by_one() {
    let board = Board::start();
    board.account("Zero Cool");
    let (refused, held_up) = ("That handle and password do not match.", "Too many wrong passwords");
    let together = std::sync::Barrier::new(60);
    let guess = || {
        let caller = Dial::call(&board, Kind::Silent);
        caller.wait_for(&QUESTION);
        caller.enter("Zero Cool");
        caller.wait_for("Password:");
        together.wait();
        caller.enter("not the one");
        caller.wait_for_any(&[refused, held_up]) == 0
    };
    let guesses = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..60).map(|_| scope.spawn(guess)).collect();
        callers.into_iter().map(|caller| caller.join().expect("a guess")).filter(|guess| *guess).count()
    });
    // Six, and one more for each wait that ends while a slow machine is still at it.
    assert!((6..=9).contains(&guesses), "{guesses} guesses");
}

#[test]
fn thirty_right_passwords_at_once_are_all_let_in() {
    let board = Board::start();
    board.account("Zero Cool");
    let together = std::sync::Barrier::new(30);
    let log_in = || {
        let caller = Dial::call(&board, Kind::Silent);
        caller.wait_for(&QUESTION);
        caller.enter("Zero Cool");
        caller.wait_for("Password:");
        together.wait();
        caller.enter(PASSWORD);
        caller.wait_for(harness::MENU);
    };
    std::thread::scope(|scope| {
        for _ in 0..30 {
            scope.spawn(log_in);
        }
    });
}

#[test]
fn whoever_has_to_wait_is_told_how_long_on_a_line_already_open() {
    let board = Board::start();
    board.account("Zero Cool");
    let by_telnet = Dial::call(&board, Kind::SyncTerm);
    by_telnet.wait_for(&QUESTION);
    // What a server says without asking is shown from this level on, which is the default.
    let arguments = ["-o", "LogLevel=INFO"].map(str::to_owned).to_vec();
    let options = harness::SshOptions { arguments, size: Some((120, 24)), ..harness::SshOptions::default() };
    let by_ssh = harness::ssh(&board, "Zero Cool", &options);
    by_ssh.wait_for("Password:");
    for _ in 0..2 {
        let guesser = Dial::call(&board, Kind::Silent);
        guesser.wait_for(&QUESTION);
        guesser.send("Zero Cool\na\nZero Cool\nb\nZero Cool\nc\n");
        guesser.wait_for(&text("login-three-times"));
    }
    // The right one would not be looked at either.
    by_telnet.send(&format!("Zero Cool\n{PASSWORD}\n"));
    by_ssh.enter(PASSWORD);
    by_telnet.wait_for(&text("login-wait-address"));
    by_telnet.wait_hangup();
    by_ssh.wait_for(&text("login-wait-address"));
    assert_eq!(by_ssh.exit_code(), 255);
}

#[test]
fn the_old_password_is_guessed_no_faster_than_at_the_door() {
    let board = Board::start();
    board.account("Zero Cool");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Zero Cool");
    caller.choose("Y", "your profile");
    let answers = ["That isn't your old password.", "Too many wrong passwords from your address."];
    let mut guesses = 0;
    loop {
        caller.choose("W", "old password");
        caller.enter("not the old one");
        if caller.wait_for_any(&answers) == 1 {
            break;
        }
        guesses += 1;
        assert!(guesses < 10, "guessed {guesses} times");
        caller.past_notice();
    }
    assert!(guesses >= 6, "held up after {guesses} guesses");
}

#[test]
fn logins_registrations_and_new_passwords_are_in_the_log_and_no_password_is() {
    let board = Board::start();
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.register("Zero Cool");
    caller.choose("Y", "your profile");
    caller.choose("W", "old password");
    caller.enter(PASSWORD);
    caller.wait_for("8 characters or more");
    caller.enter("seven green bottles sing");
    caller.wait_for("once more");
    caller.enter("seven green bottles sing");
    caller.wait_for("Your new password counts from now on.");
    caller.hangup();
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.wait_for(&QUESTION);
    // A password typed where the handle is asked for.
    caller.send("seven green bottles sing!\nseven green\n");
    caller.wait_for("That handle and password do not match.");
    caller.send("zero cool\nnot the one\n");
    caller.wait_until("a second refusal", |screen| {
        screen.rows().iter().filter(|row| row.contains("do not match.")).count() == 2
    });
    caller.send("zero cool\nseven green bottles sing\n");
    caller.wait_for(&said!("greet-back", handle = "Zero Cool"));

    let by_ssh = harness::ssh(&board, "zero cool", &harness::SshOptions::default());
    by_ssh.wait_for("Password:");
    by_ssh.enter("seven green bottles sing");
    by_ssh.wait_for(&said!("greet-back", handle = "Zero Cool"));

    let said = |message: &str, nth, fields: &[&str]| -> Vec<String> {
        let line = board.log.wait_nth_message(message, nth);
        fields.iter().map(|name| line[*name].as_str().unwrap_or_default().to_owned()).collect()
    };
    let who = ["user.handle", "peer.address", "transport", "method"];
    assert_eq!(said("registered", 0, &who[..3]), ["Zero Cool", "127.0.0.1", "telnet"]);
    assert_eq!(said("password changed", 0, &who[..3]), ["Zero Cool", "127.0.0.1", "telnet"]);
    assert_eq!(said("logged in", 0, &who), ["Zero Cool", "127.0.0.1", "telnet", "password"]);
    assert_eq!(said("logged in", 1, &who), ["Zero Cool", "127.0.0.1", "ssh", "password"]);
    assert_eq!(said("login refused", 0, &who), ["(not a handle)", "127.0.0.1", "telnet", "password"]);
    assert_eq!(said("login refused", 1, &who), ["zero cool", "127.0.0.1", "telnet", "password"]);
    for secret in [PASSWORD, "seven green", "not the one"] {
        assert!(!board.log.lines().iter().any(|line| line.contains(secret)), "{secret}");
    }
}

#[test]
fn a_new_board_has_a_sysop_and_nobody_else_becomes_one() {
    let board = Board::start();
    let (handle, password) = board.sysop();
    let stranger = Dial::call(&board, Kind::SyncTerm);
    stranger.register("Zero Cool");
    let users = board.cli_json(&["user", "list", "--json"]);
    let sysops: Vec<&str> = users
        .as_array()
        .expect("a list")
        .iter()
        .filter(|user| user["sysop"] == true)
        .filter_map(|user| user["handle"].as_str())
        .collect();
    assert_eq!(sysops, [handle.as_str()]);
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.wait_for(&QUESTION);
    caller.send(&format!("{handle}\n{password}\n"));
    caller.wait_for(&said!("greet-back", handle = handle));
    // Shown once: a second start says nothing.
    assert!(board.stop().success());
    let board = board.again();
    assert!(!board.log.lines().iter().any(|line| line.contains("sysop created")));
}

/// Fills whatever the system keeps for a caller who does not read, until the board reads no more from them either.
fn deaf(board: &Board, handle: &str) -> TcpStream {
    let mut stream = TcpStream::connect(board.telnet).expect("the board answers");
    stream.write_all(format!("{handle}\r{PASSWORD}\r\r").as_bytes()).expect("the board reads");
    board.wait_who("the deaf caller", |who| who.iter().any(|online| online == handle));
    stream.set_write_timeout(Some(Duration::from_millis(500))).expect("a TCP socket has this option");
    let keys = b"?\r".repeat(1_000);
    while stream.write(&keys).is_ok() {}
    stream
}

/// A board that waits for a caller who does not read for longer than any test runs.
fn patient_board() -> Board {
    let setup = Board::setup().arguments(&["--role", "gateway"]).env("DIALTONE_LIMITS__STALL_SECONDS", 600);
    let board = setup.env("DIALTONE_LIMITS__DRAIN_SECONDS", 600).process().start();
    board.account("Zero Cool");
    board
}

/// The number of the only call there is.
fn only_call(board: &Board) -> String {
    let who = board.cli_json(&["who", "--json"]);
    who.pointer("/0/call").expect("somebody is on line").to_string()
}

#[test]
fn a_caller_who_never_reads_can_be_kicked() {
    let board = patient_board();
    let mut stream = deaf(&board, "Zero Cool");
    let kicked = board.cli_json(&["instance", "kick", &only_call(&board), "--json"]);
    assert_eq!(kicked["ended"], true, "{kicked}");
    assert!(board.who().is_empty(), "what is said to have ended has");
    // The line is closed as well: what was on its way comes, and then its end.
    stream.set_read_timeout(Some(harness::DEADLINE)).expect("a TCP socket has this option");
    let end = stream.read_to_end(&mut Vec::new());
    assert!(
        !end.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock),
        "the line is open still"
    );
}

#[test]
fn a_caller_who_never_reads_does_not_hold_up_the_end() {
    let board = patient_board();
    let _stream = deaf(&board, "Zero Cool");
    assert!(board.stop().success());
}

#[test]
fn a_board_that_is_told_twice_to_end_waits_for_nobody() {
    let board = patient_board();
    let _stream = deaf(&board, "Zero Cool");
    board.signal("TERM");
    board.log.wait_message("draining: no new calls");
    board.signal("TERM");
    board.log.wait_text("calls cut off");
    assert!(board.log.wait_end().success());
    assert_eq!(board.again().who(), [""; 0]);
}

#[test]
fn a_call_that_is_still_open_is_not_said_to_have_ended() {
    let board = patient_board();
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Zero Cool");
    let call = only_call(&board);
    board.signal("STOP");
    let kicked = board.cli(&["instance", "kick", &call]);
    let words = String::from_utf8_lossy(&kicked.stdout).into_owned();
    board.signal("CONT");
    assert_eq!(
        words.trim_end(),
        format!("Call {call} (Zero Cool) has been told to leave, but is still open.")
    );
    caller.wait_for("The sysop has ended your call");
    caller.wait_hangup();
    board.wait_who("nobody", <[String]>::is_empty);
    let audit = board.cli_json(&["audit", "list", "--limit", "1", "--json"]);
    assert_eq!(
        (&audit[0]["action"], &audit[0]["handle"]),
        (&"call.kick".into(), &serde_json::Value::Null),
        "{audit}"
    );
}

#[test]
fn the_log_names_only_those_who_came_in_and_says_who_ended_a_call_and_why() {
    let board = Board::start();
    let stranger = Dial::call(&board, Kind::SyncTerm);
    stranger.wait_for(&QUESTION);
    stranger.hangup();
    let ended = board.log.wait_message("call ended");
    assert!(ended.get("user.handle").is_none(), "{ended}");
    for (nth, by, told) in [(1, &["--from", "Sysop"][..], "Sysop"), (2, &[], "a command")] {
        let guest = Dial::call(&board, Kind::SyncTerm);
        guest.wait_for(&QUESTION);
        guest.enter("guest");
        let came = board.log.wait_nth_message("logged in", nth - 1);
        assert_eq!((&came["user.handle"], &came["method"]), (&"Guest".into(), &"guest".into()), "{came}");
        board.wait_who("the guest", |who| who == ["Guest"]);
        let call = only_call(&board);
        let mut words = vec!["instance", "kick", &call, "--reason", "Good night.", "--json"];
        words.extend(by);
        board.cli_json(&words);
        let ended = board.log.wait_nth_message("call ended", nth);
        let said = |name: &str| ended[name].as_str().unwrap_or_default().to_owned();
        let said = ["reason", "by", "why", "user.handle"].map(said);
        assert_eq!(said, ["kicked", told, "Good night.", "Guest"], "{ended}");
    }
    let audit = board.cli_json(&["audit", "list", "--json"]);
    assert_eq!(
        (&audit[1]["handle"], &audit[0]["handle"]),
        (&"Sysop".into(), &serde_json::Value::Null),
        "{audit}"
    );
}

#[test]
fn the_last_sysop_stays_and_what_was_done_is_written_down_once() {
    let board = Board::start();
    let added = board.cli_told(&["user", "add", "Zero Cool", "--password-stdin"], PASSWORD);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    for words in [["user", "ban", "Sysop"].as_slice(), &["user", "sysop", "Sysop", "--off"]] {
        let run = board.cli(words);
        assert!(!run.status.success());
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(said.contains("That is the board's last sysop."), "{said}");
    }
    let ban = board.cli_json(&["user", "ban", "Zero Cool", "--reason", "Be nicer.", "--json"]);
    assert!(ban["ended"].is_null(), "they were not on: {ban}");
    let again = board.cli(&["user", "ban", "Zero Cool"]);
    assert_eq!(String::from_utf8_lossy(&again.stdout), "Zero Cool is banned already.\n");
    board.cli_json(&["broadcast", "Coffee is ready", "--json"]);
    let audit = board.cli_json(&["audit", "list", "--json"]);
    let lines = audit.as_array().expect("a list").iter();
    let lines: Vec<(&str, &str)> =
        lines.filter_map(|line| Some((line["action"].as_str()?, line["detail"].as_str()?))).collect();
    let banned = board.cli_json(&["user", "show", "Zero Cool", "--json"])["id"].to_string();
    let (added, banned) =
        (format!("Zero Cool (account {banned})"), format!("Zero Cool (account {banned}): Be nicer."));
    assert!(
        audit.as_array().is_some_and(|lines| lines.iter().all(|line| line["actor"].is_null())),
        "{audit}"
    );
    assert_eq!(lines, [("broadcast", "Coffee is ready"), ("user.ban", &banned), ("user.add", &added)]);
}
