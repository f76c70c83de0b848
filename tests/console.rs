//! `dialtone console` at a real terminal: the sysop's desk in a process of its own, whatever becomes of the terminal.

mod harness;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use harness::{Board, DEADLINE, Dial, Key, Kind, MENU, Pty, Setup, on_both_databases, signal};
use portable_pty::{Child, MasterPty, PtySize, native_pty_system};

on_both_databases!(
    callers_come_and_go_and_are_kicked,
    pages_bans_and_broadcasts_go_out,
    what_a_sysop_does_goes_down_as_theirs_where_they_are_named,
);

const DESK: &str = "sysop's desk";

fn board(setup: Setup) -> Board {
    let board = setup.arguments(&["--role", "gateway"]).start();
    board.account("Acid Burn");
    board
}

fn console(board: &Board, words: &[&str], columns: u16, rows: u16) -> Pty {
    let command = board.at_terminal(&[&["console"], words].concat());
    let console = Pty::spawn_sized(command, columns, rows, Some(board.log.clone()));
    console.wait_for(DESK);
    console.wait_for("Esc back");
    console
}

/// What the audit log says was done, and by whom.
fn audited(board: &Board, action: &str) -> Option<String> {
    let lines = board.cli_json(&["audit", "list", "--json"]);
    let line = lines.as_array()?.iter().find(|line| line["action"] == action)?;
    Some(line["handle"].as_str().unwrap_or("a command").to_owned())
}

/// The console is left, and its terminal is as it was.
fn left(console: &Pty) {
    assert_eq!(console.exit_code(), 0, "{}", console.screen());
    assert!(given_back(&console.raw()), "{:?}", String::from_utf8_lossy(&console.raw()));
}

fn given_back(raw: &[u8]) -> bool {
    let last = |what: &[u8]| raw.windows(what.len()).rposition(|window| window == what);
    last(b"\x1b[?1049l") > last(b"\x1b[?1049h")
}

fn callers_come_and_go_and_are_kicked(setup: Setup) {
    let board = board(setup);
    for (columns, rows) in [(80, 24), (40, 12)] {
        let console = console(&board, &[], columns, rows);
        console.wait_for("0 calls, 1 instance");
        let acid = Dial::call(&board, Kind::SyncTerm);
        acid.log_in("Acid Burn");
        console.wait_for("1 call, 1 instance");
        console.wait_for("main menu");
        console.wait_for("Acid Burn logged in");
        acid.choose("W", "1 caller on line");
        console.wait_for("who's online");
        console.choose("k", "Ends the call of Acid Burn.");
        console.enter("Good night.");
        acid.wait_for("The sysop has ended your call: Good night.");
        acid.wait_hangup();
        console.wait_for("0 calls, 1 instance");
        board.wait_who("nobody left", <[String]>::is_empty);
        console.key(Key::Escape);
        left(&console);
    }
    assert_eq!(audited(&board, "call.kick").as_deref(), Some("a command"));
}

fn pages_bans_and_broadcasts_go_out(setup: Setup) {
    let board = board(setup);
    let acid = Dial::call(&board, Kind::Xterm);
    acid.log_in("Acid Burn");
    let console = console(&board, &[], 80, 24);
    console.wait_for("main menu");
    console.choose("p", "to Acid Burn");
    console.enter("come to the phone");
    console.wait_for("Paged Acid Burn.");
    acid.wait_status("» Sysop pages you: come to the phone");
    console.choose("b", "to everybody on line");
    console.enter("Coffee is ready");
    console.wait_for("Told everybody.");
    acid.wait_status("» Sysop to everybody: Coffee is ready");
    console.choose("x", "Closes the account of Acid Burn");
    console.enter("");
    console.wait_for("Ban Acid Burn?");
    console.send("y");
    acid.wait_for("The sysop has closed your account.");
    acid.wait_hangup();
    console.wait_for("Acid Burn was banned");
    console.wait_for("Nobody is on.");
    for action in ["page", "broadcast", "user.ban"] {
        assert_eq!(audited(&board, action).as_deref(), Some("a command"), "{action}");
    }
}

fn what_a_sysop_does_goes_down_as_theirs_where_they_are_named(setup: Setup) {
    let board = board(setup);
    let refused = console_refused(&board, &["console", "--as", "Acid Burn"]);
    assert!(refused.contains("Acid Burn is not a sysop."), "{refused}");
    assert!(board.cli(&["user", "sysop", "Acid Burn"]).status.success());
    let console = console(&board, &["--as", "Acid Burn"], 80, 24);
    console.choose("b", "to everybody on line");
    console.enter("Hello");
    console.wait_for("Told everybody.");
    assert_eq!(audited(&board, "broadcast").as_deref(), Some("Acid Burn"));
    // Whoever sits there as a sysop is put out of it when they are one no more.
    assert!(board.cli(&["user", "sysop", "Acid Burn", "--off"]).status.success());
    console.wait_for("What you may do here has been changed.");
    console.key(Key::Enter);
    console.wait_for("Only the sysop may do that.");
    console.key(Key::Enter);
    left(&console);
}

fn console_refused(board: &Board, words: &[&str]) -> String {
    let refused = Pty::spawn(board.at_terminal(words), None);
    assert_eq!(refused.exit_code(), 1);
    refused.screen()
}

#[test]
fn the_board_is_walked_from_the_console_and_goodbye_leads_back() {
    let board = board(Board::setup());
    let console = console(&board, &[], 80, 24);
    console.choose("w", MENU);
    assert_eq!(board.who(), [""; 0], "the console is nobody's call");
    let instances = board.cli_json(&["instance", "list", "--json"]);
    assert_eq!(instances.as_array().map(Vec::len), Some(1), "and no instance");
    console.open_board("The Lobby");
    console.post("From the desk", "Nobody sees me come and go.");
    console.back_to("message boards");
    console.back_to(MENU);
    console.choose("W", "Nobody is on line.");
    console.back_to(MENU);
    console.choose("G", DESK);
    console.wait_for("Sysop posted \"From the desk\" in The Lobby");
    console.send_raw(b"\x03");
    left(&console);
}

#[test]
fn the_console_needs_no_running_board() {
    let board = board(Board::setup());
    assert!(board.stop().success());
    let console = console(&board, &[], 80, 24);
    console.wait_for("No instance is up: nobody can call.");
    console.choose("f", "whose account you want to see");
    console.enter("acid burn");
    console.wait_for("not on line");
    console.back_to(DESK);
    console.key(Key::Escape);
    left(&console);
}

#[test]
fn without_a_terminal_the_console_says_so() {
    let board = board(Board::setup());
    let run = board.cli(&["console"]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(1));
    assert!(said.contains("the console draws on a terminal and there is none"), "{said}");
}

#[test]
fn a_dumb_terminal_gets_the_desk_in_words() {
    let board = board(Board::setup());
    let mut command = board.at_terminal(&["console"]);
    command.env("TERM", "dumb");
    let console = Pty::spawn(command, None);
    console.wait_for("The log, newest last:");
    console.wait_for("Enter to go back:");
    console.enter("");
    assert_eq!(console.exit_code(), 0);
    assert!(!console.raw().contains(&0x1b), "{:?}", String::from_utf8_lossy(&console.raw()));
}

#[test]
fn a_terminal_resized_to_nothing_is_survived() {
    let board = board(Board::setup());
    let console = console(&board, &[], 80, 24);
    for (columns, rows) in [(0, 0), (1, 1), (1, 200), (65_535, 65_535)] {
        console.resize_to_nothing(columns, rows);
        console.key(Key::Ctrl('l'));
    }
    console.resize(60, 20);
    console.wait_row(18, "Esc back");
    console.key(Key::Escape);
    left(&console);
}

#[test]
fn a_terminal_is_given_back_at_every_signal() {
    let board = board(Board::setup());
    for name in ["TERM", "INT"] {
        let console = console(&board, &[], 80, 24);
        assert!(signal(console.pid, name));
        left(&console);
    }
    let hung_up = console(&board, &[], 80, 24);
    assert!(signal(hung_up.pid, "HUP"));
    assert_eq!(hung_up.exit_code(), 1);
    assert!(given_back(&hung_up.raw()));
}

/// Waits until the process has stopped, as a shell does before it lets it go on.
fn wait_stopped(pid: u32) {
    let stopped = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it is there");
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
    };
    let start = Instant::now();
    while !stopped() {
        assert!(start.elapsed() < DEADLINE, "it goes on as if nothing had been said");
        std::thread::yield_now();
    }
}

#[test]
fn a_console_that_is_stopped_gives_the_terminal_back_and_draws_anew() {
    let board = board(Board::setup());
    let console = console(&board, &[], 80, 24);
    assert!(signal(console.pid, "TSTP"));
    console.wait_raw("the shell's own screen", given_back);
    wait_stopped(console.pid);
    assert!(signal(console.pid, "CONT"));
    console.wait_raw("the console's screen", |raw| !given_back(raw));
    console.wait_for(DESK);
    console.wait_for("Esc back");
    console.key(Key::Escape);
    left(&console);
}

/// The console at a terminal that reads and closes as the test says.
struct Bare {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
}

impl Bare {
    /// Waits until the desk has been drawn.
    fn start(board: &Board) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("the system has a pseudo terminal left");
        let mut command = board.at_terminal(&["console"]);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        let child = pair.slave.spawn_command(command).expect("the built program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a pseudo terminal can be read");
        let (mut seen, mut bytes) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&seen).contains("Esc") {
            let read = reader.read(&mut bytes).expect("the console draws");
            assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(bytes.get(..read).unwrap_or_default());
        }
        Self { child, master: pair.master }
    }

    /// How it ended: its exit code, and the signal that ended it.
    fn end(mut self) -> (u32, Option<String>) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return (status.exit_code(), status.signal().map(str::to_owned));
            }
            assert!(begun.elapsed() < DEADLINE, "the console does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_terminal_that_goes_away_ends_the_console_quietly() {
    let board = board(Board::setup());
    let Bare { child, master } = Bare::start(&board);
    let (spare, _slave) = {
        let size = PtySize { rows: 1, cols: 1, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("the system has a pseudo terminal left");
        (pair.master, pair.slave)
    };
    drop(master);
    assert_eq!(Bare { child, master: spare }.end(), (1, None));
}

#[test]
fn a_terminal_that_takes_nothing_holds_up_nobody_and_can_be_left() {
    let board = board(Board::setup());
    let console = Bare::start(&board);
    let mut writer = console.master.take_writer().expect("the writer is taken once");
    // Each of these has the whole screen drawn again, and nobody reads it.
    for _ in 0..200 {
        writer.write_all(b"\x0c").expect("keys can be typed");
    }
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let pid = console.child.process_id().expect("it runs");
    assert!(signal(pid, "TERM"));
    assert_eq!(console.end(), (0, None));
}
