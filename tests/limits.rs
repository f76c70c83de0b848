//! What a call may cost, and how the board starts and ends: busy, idle, too slow, going down.

mod harness;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;

use harness::{
    Board, DEADLINE, Database, Dial, Kind, MENU, PASSWORD, QUESTION, Setup, SshOptions, on_both_databases,
    said, ssh, telnet, text,
};

on_both_databases!(a_board_that_goes_down_says_so_and_ends_well);

const BUSY: &str = "The board is busy: every line is taken. Call again in a while.";

#[test]
fn a_full_board_says_busy_and_hangs_up() {
    let board = Board::setup().env("DIALTONE_LIMITS__CALLS", 2).start();
    let first = telnet(&board);
    first.wait_for(&QUESTION);
    let second = ssh(&board, "guest", &SshOptions::default());
    second.past_guest_notice();

    let third = telnet(&board);
    third.wait_for(BUSY);
    third.wait_hangup();
    let third = ssh(&board, "guest", &SshOptions { size: Some((120, 24)), ..SshOptions::default() });
    third.wait_for(BUSY);
    assert_eq!(third.exit_code(), 255);

    // A line that is free again is taken again.
    first.hangup();
    board.log.wait_message("call ended");
    loop {
        let next = Dial::call(&board, Kind::SyncTerm);
        if next.wait_for_any(&[QUESTION.as_str(), BUSY]) == 0 {
            break;
        }
    }
}

#[test]
fn one_address_has_its_share() {
    let board = Board::setup().env("DIALTONE_LIMITS__CALLS_PER_ADDRESS", 1).start();
    let first = Dial::call(&board, Kind::SyncTerm);
    first.wait_for(&QUESTION);
    let second = Dial::call(&board, Kind::SyncTerm);
    second.wait_for("The board is busy for you: too many calls from your address at once.");
    second.wait_hangup();
    first.look_round();
}

#[test]
fn one_address_makes_so_many_accounts_and_the_sysop_as_many_as_need_be() {
    let board = Board::setup().env("DIALTONE_LIMITS__ACCOUNTS_PER_HOUR", 1).start();
    Dial::call(&board, Kind::SyncTerm).register("Acid Burn");
    let words = "1 account was made from your address in the last hour";
    let second = Dial::call(&board, Kind::SyncTerm);
    second.wait_for(&QUESTION);
    second.enter("NEW");
    second.wait_for(words);
    second.past_notice();
    second.wait_for(&QUESTION);
    let by_ssh = ssh(&board, "new", &SshOptions::default());
    by_ssh.wait_for(words);
    board.account("Crash Override");
    second.send(&format!("Crash Override\n{PASSWORD}\n"));
    second.wait_for(&said!("greet-back", handle = "Crash Override"));
}

#[test]
fn whoever_posts_too_often_is_told_and_keeps_what_they_wrote() {
    let board = Board::setup().env("DIALTONE_LIMITS__POSTS_PER_MINUTE", 1).start();
    board.account("Acid Burn");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Acid Burn");
    caller.open_board("Code");
    caller.post("First", "Here.");
    caller.choose("P", "what it is about");
    caller.enter("Second");
    caller.wait_for("save or leave");
    caller.enter("There, and everywhere.");
    caller.enter("/s");
    caller.wait_for("You've posted 1 message in a minute. Try again in a moment");
    caller.past_notice();
    caller.wait_for("There, and everywhere.");
    caller.wait_for("save or leave");
}

#[test]
fn whoever_pages_too_often_is_told_and_keeps_what_they_wrote() {
    let board = Board::setup().env("DIALTONE_LIMITS__PAGES_PER_MINUTE", 1).start();
    board.account("Acid Burn");
    board.account("Crash Override");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Acid Burn");
    for (text, answer) in [
        ("are you there?", "will see it at the next call"),
        ("hello?", "You've sent 1 page in a minute. Try again in a moment."),
    ] {
        caller.choose("P", "a handle");
        caller.enter("Crash Override");
        caller.wait_for("one line");
        caller.wait_for("to Crash Override");
        caller.enter(text);
        caller.wait_for(answer);
        caller.past_notice();
    }
    caller.wait_for("hello?");
}

#[test]
fn whoever_never_logs_in_is_let_go() {
    let board = Board::setup().env("DIALTONE_LIMITS__LOGIN_SECONDS", 1).start();
    let silent = Dial::call(&board, Kind::SyncTerm);
    silent.wait_for("That took too long. Call again when you know who you are.");
    silent.wait_hangup();
    // By SSH, not even with a word.
    let mute = Dial::connect(board.ssh, Kind::Silent, 80, 24, Some(board.log.clone()));
    mute.wait_hangup();
}

#[test]
fn a_password_that_comes_too_late_opens_nothing() {
    let board =
        Board::setup().env("DIALTONE_LIMITS__LOGIN_SECONDS", 2).env("DIALTONE_LIMITS__CALLS", 1).start();
    board.account("Acid Burn");
    let late = ssh(&board, "Acid Burn", &SshOptions::default());
    late.wait_for("Password:");
    // The only line is free again when the time is over.
    while Dial::call(&board, Kind::SyncTerm).wait_for_any(&[QUESTION.as_str(), BUSY]) != 0 {}
    late.enter(PASSWORD);
    assert_eq!(late.exit_code(), 255);
    assert!(!late.look(|screen| screen.has(&text("greet-back"))), "{}", late.screen());
}

#[test]
fn whoever_sends_too_much_before_logging_in_is_let_go() {
    let board = Board::setup().env("DIALTONE_LIMITS__LOGIN_BYTES", 1000).start();
    let chatter = Dial::call(&board, Kind::SyncTerm);
    chatter.wait_for(&QUESTION);
    chatter.send(&"x".repeat(2000));
    chatter.wait_hangup();
    board.log.wait_message("call ended");
}

#[test]
fn a_quiet_caller_is_warned_and_then_let_go() {
    let board = Board::setup()
        .env("DIALTONE_LIMITS__IDLE_SECONDS", 3)
        .env("DIALTONE_LIMITS__IDLE_WARNING_SECONDS", 2)
        .start();
    let quiet = Dial::call(&board, Kind::SyncTerm);
    quiet.look_round();
    let plain = Dial::call(&board, Kind::Silent);
    plain.wait_for(&QUESTION);
    plain.enter("GUEST");
    quiet.wait_status("still there? the line closes in 2 seconds");
    plain.wait_for("still there? the line closes in 2 seconds");
    // A key keeps the line; quiet again, it closes.
    quiet.choose("W", "who's online");
    quiet.wait_for("It has been quiet for a while, so the line is free for somebody else.");
    quiet.wait_hangup();
    plain.wait_for("It has been quiet for a while");
    plain.wait_hangup();
    board.wait_who("nobody", <[String]>::is_empty);
}

fn a_board_that_goes_down_says_so_and_ends_well(setup: Setup) {
    let board = setup.process().start();
    board.account("Acid Burn");
    let in_menu = telnet(&board);
    in_menu.log_in("Acid Burn");
    let by_ssh = ssh(&board, "guest", &SshOptions::default());
    by_ssh.past_guest_notice();
    let at_door = Dial::call(&board, Kind::SyncTerm);
    at_door.wait_for(&QUESTION);
    assert_eq!(board.get("/healthz").0, 200);
    assert_eq!(board.get("/readyz").0, 200);
    board.signal("TERM");
    let words = "The board is going down. What you posted, and what you were writing, is kept.";
    in_menu.wait_for(words);
    by_ssh.wait_for(words);
    at_door.wait_for(words);
    at_door.wait_hangup();
    assert_eq!(by_ssh.exit_code(), 0);
    assert!(board.log.wait_end().success());
    board.log.wait_message("stopped");
    // It comes back as it was, with nobody on line.
    let board = board.again();
    assert_eq!(board.who(), Vec::<String>::new());
}

#[test]
fn a_caller_who_keeps_typing_is_drained_too() {
    let board = Board::start();
    board.account("Acid Burn");
    let busy = Dial::call(&board, Kind::SyncTerm);
    busy.log_in("Acid Burn");
    busy.choose("W", "who's online");
    // More than a board reads in the time it has to go down: a long walk out of the list of callers and back.
    busy.send_raw("QW".repeat(20_000).as_bytes());
    board.signal("TERM");
    busy.wait_for("The board is going down.");
    busy.wait_hangup();
    assert!(board.log.wait_end().success());
    assert!(!board.log.lines().iter().any(|line| line.contains("\"ERROR\"")), "{}", board.log.tail());
}

#[test]
fn a_board_that_is_cut_off_leaves_nothing_behind() {
    let database = Arc::new(Database::create());
    let board = Board::setup().database(&database).env("DIALTONE_LIMITS__DRAIN_SECONDS", 600).start();
    board.account("Acid Burn");
    let by_telnet = Dial::call(&board, Kind::SyncTerm);
    by_telnet.log_in("Acid Burn");
    let by_ssh = ssh(&board, "guest", &SshOptions::default());
    by_ssh.past_guest_notice();
    board.wait_who("both", |who| who.len() == 2);
    board.here().expect("it is in this process").cut_off();
    by_telnet.wait_hangup();
    assert_eq!(by_ssh.exit_code(), 255);
    assert!(board.log.wait_end().success());
    assert!(TcpStream::connect(board.telnet).is_err() && TcpStream::connect(board.ssh).is_err());
    let calls = board.log.wait_text("calls cut off");
    assert!(calls.contains("\"calls\":2"), "{calls}");
    assert_eq!(database.query("SELECT COUNT(*), COUNT(ended_at) FROM calls"), "2|2");
}

#[test]
fn a_stranger_at_the_ssh_door_does_not_hold_up_the_end() {
    let board = Board::start();
    board.account("Acid Burn");
    let waiting = ssh(&board, "Acid Burn", &SshOptions::default());
    waiting.wait_for("Password:");
    board.signal("TERM");
    assert!(board.log.wait_end().success());
    assert!(!board.log.lines().iter().any(|line| line.contains("calls cut off")), "{}", board.log.tail());
    waiting.enter(PASSWORD); // ssh looks at the line when it has something to send
    assert_eq!(waiting.exit_code(), 255);
}

#[test]
fn a_taken_port_is_told_in_words() {
    let board = Board::start();
    for (taken, address) in [("telnet", board.telnet), ("ssh", board.ssh), ("http", board.http)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dialtone"));
        command.current_dir(board.scratch()).args(["serve", "--data-dir", "other"]);
        for transport in ["telnet", "ssh", "http"] {
            let free = "127.0.0.1:0".to_owned();
            let address = if transport == taken { address.to_string() } else { free };
            command.args([format!("--{transport}"), address]);
        }
        let run = command.output().expect("the built program starts");
        let said = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(1), "{said}");
        assert!(said.contains(&format!("cannot answer {taken} at {address}")), "{said}");
        assert!(said.contains("is another board running there?"), "{said}");
    }
}

#[test]
fn a_second_board_on_the_same_data_is_refused() {
    let setup = Board::setup();
    let board = setup.clone().start();
    let (status, said) = setup.refuse();
    assert!(!status.success());
    assert!(said.contains("another board is running on"), "{said}");
    // The first one took no harm.
    let guest = Dial::call(&board, Kind::SyncTerm);
    guest.look_round();
    guest.wait_for(MENU);
}

#[test]
fn two_boards_on_one_database_file_are_refused_whatever_their_data_directories() {
    let setup = Board::setup();
    let file = setup.data_dir().join("shared.db");
    let database = format!("sqlite:{}", file.display());
    let board = setup.arguments(&["--database", &database]).start();
    let link = board.scratch().join("link.db");
    std::os::unix::fs::symlink(&file, &link).expect("the scratch directory can be written");
    for other in [database, format!("sqlite:{}", link.display())] {
        let (status, said) = Board::setup().arguments(&["--database", &other]).refuse();
        assert!(!status.success());
        assert!(said.contains("another board is running on") && said.contains("shared.db"), "{said}");
    }
    Dial::call(&board, Kind::SyncTerm).look_round();
}

#[test]
fn connections_that_ask_nothing_are_closed_and_keep_nobody_from_the_health_page() {
    let board = Board::start();
    let held: Vec<TcpStream> = (0..200)
        .map(|n| {
            let mut stream = TcpStream::connect(board.http).expect("the board answers HTTP");
            stream.set_read_timeout(Some(DEADLINE)).expect("a TCP socket has this option");
            if n % 2 == 0 {
                let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: bo"); // it may be closed already
            }
            stream
        })
        .collect();
    assert_eq!(board.get("/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(board.get("/readyz").0, 200);
    for mut stream in held {
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "it is still open"),
        }
    }
}

#[test]
fn a_mistake_in_the_configuration_is_told_with_its_place() {
    let (status, said) = Board::setup().config("[limits]\ncalls = \"many\"\n").refuse();
    assert!(!status.success());
    assert!(said.contains("dialtone.toml:2") && said.contains("a whole number"), "{said}");
    let (status, said) = Board::setup().env("DIALTONE_LIMITS__CALLS", "many").refuse();
    assert!(!status.success());
    assert!(said.contains("DIALTONE_LIMITS__CALLS=many"), "{said}");
    let (status, said) = Board::setup().arguments(&["--database", "postgres://127.0.0.1:1/none"]).refuse();
    assert!(!status.success());
    assert!(said.contains("127.0.0.1:1"), "{said}");
}

#[test]
fn health_pages_answer_and_nothing_else_does() {
    let board = Board::start();
    assert_eq!(board.get("/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(board.get("/readyz"), (200, "ready\n".to_owned()));
    assert_eq!(board.get("/").0, 404);
}
