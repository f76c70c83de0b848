//! What one connection may cost: nobody holds a line for ever, or more of the board's memory or files than their share.

mod harness;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use harness::{Board, DEADLINE, Dial, Kind, MENU, QUESTION, Setup, SshOptions, signal, ssh};
use russh::ChannelMsg;

const BUSY: &str = "The board is busy: every line is taken. Call again in a while.";
/// IAC DO TIMING-MARK, which is always answered.
const TIMING_MARK: &[u8] = b"\xff\xfd\x06";
/// IAC NOP, which never is.
const NOP: &[u8] = b"\xff\xf1";
/// Far more than a board may keep for one caller who does not read.
const FLOOD: usize = 64 << 20;

/// A board whose prices stand still, and which waits a second for somebody who does not read.
fn impatient() -> Setup {
    Board::setup().arguments(&["--role", "gateway"]).env("DIALTONE_LIMITS__STALL_SECONDS", 1)
}

fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).expect("the board answers");
    stream.set_read_timeout(Some(DEADLINE)).expect("a TCP socket has this option");
    stream
}

/// Somebody who has come in as a guest by telnet and reads no more.
fn deaf_guest(board: &Board) -> TcpStream {
    let mut stream = connect(board.telnet);
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&said).contains("Handle") {
        let read = stream.read(&mut buffer).expect("the board asks who calls");
        assert_ne!(read, 0, "the board hung up");
        said.extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
    stream.write_all(b"GUEST\r").expect("the board reads");
    board.wait_who("a guest", |who| who.iter().any(|handle| handle == "Guest"));
    stream
}

/// How long a flood goes on.
const LONG: Duration = Duration::from_secs(6);

/// Sends `what` again and again until the board takes no more of it, or so little that there is no end of it, or `FLOOD`
/// is sent. False if it all went.
fn flood(stream: &TcpStream, what: &[u8]) -> bool {
    stream.set_write_timeout(Some(Duration::from_secs(3))).expect("a TCP socket has this option");
    let much = what.repeat(64 * 1024 / what.len());
    let (mut stream, start) = (stream, Instant::now());
    (0..FLOOD / much.len()).any(|_| stream.write_all(&much).is_err() || start.elapsed() > LONG)
}

/// The most memory that the board has had so far, in KiB.
fn peak_memory(board: &Board) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", board.pid())).expect("the board runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells the peak");
    line.trim().trim_end_matches(" kB").parse().expect("it is a number")
}

/// Calls until there is a free line.
fn wait_free_line(board: &Board) {
    let start = Instant::now();
    while Dial::call(board, Kind::SyncTerm).wait_for_any(&[QUESTION.as_str(), BUSY]) != 0 {
        assert!(start.elapsed() < DEADLINE, "no line is free again\n{}", board.log.tail());
    }
}

/// Waits for OpenSSH to share its connection, which it does once it has logged in.
fn wait_for_file(control: &Path) {
    let start = Instant::now();
    while !control.exists() {
        assert!(start.elapsed() < DEADLINE, "no connection to share");
    }
}

/// OpenSSH calling as a guest.
fn guest_ssh(board: &Board, words: &[&str]) -> Command {
    let mut command = Command::new("ssh");
    command
        .args(["-F", "/dev/null", "-p", &board.ssh.port().to_string()])
        .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
        .args(words)
        .arg("guest@127.0.0.1");
    command
}

/// OpenSSH without a terminal, whose output nobody reads.
fn deaf_ssh(board: &Board, words: &[&str]) -> Child {
    guest_ssh(board, &[&["-T"], words].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("ssh starts; tests/run installs it")
}

fn end(mut client: Child) {
    client.kill().expect("it is this test's own");
    client.wait().expect("it was killed");
}

#[test]
fn a_caller_who_floods_the_protocol_and_never_reads_costs_no_memory() {
    let board = impatient().process().start();
    let bystander = Dial::call(&board, Kind::SyncTerm);
    bystander.look_round();
    // A mark to answer; "are you there"; an option offered and withdrawn, with the name of the terminal asked each time.
    for what in [TIMING_MARK, b"\xff\xf6", b"\xff\xfb\x18\xff\xfc\x18"] {
        let before = peak_memory(&board);
        let deaf = deaf_guest(&board);
        flood(&deaf, what);
        let grown = peak_memory(&board).saturating_sub(before);
        assert!(grown < 24 * 1024, "{what:x?}: {grown} KiB more");
        drop(deaf);
        board.wait_who("the bystander alone", |who| who.len() == 1);
    }
    bystander.choose("?", "does what the bar is on");
    bystander.back_to(MENU);
}

#[test]
fn a_flood_while_the_terminal_is_found_out_holds_no_line() {
    let board =
        impatient().env("DIALTONE_LIMITS__CALLS", 1).env("DIALTONE_LIMITS__LOGIN_BYTES", 1 << 30).start();
    let silent = connect(board.telnet);
    assert!(flood(&silent, TIMING_MARK), "the board has read it all");
    wait_free_line(&board);
}

#[test]
fn what_a_caller_sends_does_not_renew_the_clock_of_what_they_do_not_read() {
    let board = impatient().env("DIALTONE_LIMITS__CALLS", 1).start();
    let deaf = deaf_guest(&board);
    // As much as the system keeps for somebody who does not read; whether the board takes it all is another test's.
    flood(&deaf, TIMING_MARK);
    let start = Instant::now();
    let mut line = &deaf;
    while !matches!(line.write(NOP), Err(error) if error.kind() != ErrorKind::WouldBlock) {
        assert!(start.elapsed() < DEADLINE, "the line is still there\n{}", board.log.tail());
    }
    wait_free_line(&board);
}

#[test]
fn an_ssh_caller_who_never_reads_gives_the_line_back() {
    let board = impatient().env("DIALTONE_LIMITS__CALLS", 1).start();
    let mut deaf = deaf_ssh(&board, &[]);
    board.wait_who("a guest", |who| who == ["Guest"]);
    // A key that costs a screen of words, pressed often enough to fill whatever is kept.
    let mut keys = deaf.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || {
        // The board drops the line in the middle of it.
        let _ = keys.write_all(&b"?\r".repeat(40_000));
        keys
    });
    board.log.wait_text("call dropped: the caller does not read");
    // The client is still there, and reads as little as before.
    wait_free_line(&board);
    end(deaf);
    writer.join().expect("it only writes");
}

#[test]
fn a_client_that_is_stopped_in_mid_call_gives_the_line_back() {
    let board = impatient()
        .env("DIALTONE_LIMITS__CALLS", 1)
        .env("DIALTONE_LIMITS__IDLE_SECONDS", 2)
        .env("DIALTONE_LIMITS__IDLE_WARNING_SECONDS", 1)
        .start();
    let stopped = deaf_ssh(&board, &[]);
    board.wait_who("a guest", |who| who == ["Guest"]);
    assert!(signal(stopped.id(), "STOP"));
    board.log.wait_message("call ended");
    wait_free_line(&board);
    end(stopped);
}

#[test]
fn an_ssh_connection_without_a_call_is_let_go() {
    let board = impatient().env("DIALTONE_LIMITS__LOGIN_SECONDS", 2).start();
    let nothing = SshOptions { arguments: vec!["-N".to_owned()], ..SshOptions::default() };
    assert_eq!(ssh(&board, "guest", &nothing).exit_code(), 255);
    // And so is one whose last call is over.
    let control = board.scratch().join("control");
    let path = format!("ControlPath={}", control.display());
    let words = ["-o", path.as_str(), "-o", "ControlMaster=yes", "-N"].map(str::to_owned);
    let master = ssh(&board, "guest", &SshOptions { arguments: words.to_vec(), ..SshOptions::default() });
    wait_for_file(&control);
    let who = SshOptions {
        arguments: ["-o", path.as_str()].map(str::to_owned).to_vec(),
        command: Some("who".to_owned()),
        ..SshOptions::default()
    };
    assert_eq!(ssh(&board, "guest", &who).exit_code(), 0);
    assert_eq!(master.exit_code(), 255);
}

/// A client that takes any board for the right one.
struct Anyone;

impl russh::client::Handler for Anyone {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        _key: &russh::keys::PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

/// A guest's connection that can open channels as it likes.
async fn connect_ssh(to: SocketAddr) -> russh::client::Handle<Anyone> {
    let connected = russh::client::connect(Arc::default(), to, Anyone).await;
    let mut client = connected.expect("the board answers");
    assert!(client.authenticate_none("guest").await.expect("the board answers").success());
    client
}

fn block_on<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(test)
}

/// What a command says, and what it exits with; none if the connection gives it no channel.
async fn run(client: &russh::client::Handle<Anyone>, command: &str) -> Option<(String, u32)> {
    let mut channel = client.channel_open_session().await.ok()?;
    channel.exec(true, command).await.expect("the board answers");
    let (mut said, mut exit) = (Vec::new(), None);
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. } => {
                said.extend_from_slice(&data)
            }
            ChannelMsg::ExitStatus { exit_status } => exit = Some(exit_status),
            _ => {}
        }
    }
    Some((
        String::from_utf8_lossy(&said).into_owned(),
        exit.expect("the board closes no channel without one"),
    ))
}

#[test]
fn a_connection_opens_so_many_channels_and_no_more() {
    let board = Board::setup().arguments(&["--role", "gateway"]).start();
    block_on(async {
        let client = connect_ssh(board.ssh).await;
        // Some of what the board keeps of each channel is kept as long as the connection.
        let mut opened = 0;
        while run(&client, "nope").await.is_some() {
            opened += 1;
            assert!(opened < 1000, "there is no end of it");
        }
        assert_eq!(opened, 100);
        // Whoever connects again begins anew.
        let again = connect_ssh(board.ssh).await;
        assert_eq!(run(&again, "who").await.expect("a channel opens").1, 0);
    });
}

#[test]
fn a_connection_runs_so_many_commands_a_minute() {
    let board = Board::setup().arguments(&["--role", "gateway"]).start();
    block_on(async {
        let client = connect_ssh(board.ssh).await;
        for n in 1..=30 {
            let (said, exit) = run(&client, "who").await.expect("a channel opens");
            assert_eq!(exit, 0, "command {n}: {said}");
        }
        let (said, exit) = run(&client, "who").await.expect("a channel opens");
        assert_eq!(said, "Too many commands on one connection. Try again in a minute.\n");
        assert_eq!(exit, 75);
    });
}

#[test]
fn a_call_that_says_nothing_at_all_ends_by_itself() {
    let board = impatient().start();
    // The end of the input comes while the terminal is still being asked what it is.
    let mut silent = guest_ssh(&board, &["-tt"]);
    let silent = silent.env("TERM", "xterm").stdin(Stdio::null()).output().expect("ssh starts");
    assert_eq!(silent.status.code(), Some(0), "{}", String::from_utf8_lossy(&silent.stderr));
}

#[test]
fn a_channel_that_is_written_to_without_a_call_holds_no_line() {
    let board = impatient().env("DIALTONE_LIMITS__CALLS", 1).env("DIALTONE_LIMITS__LOGIN_SECONDS", 2).start();
    let to = board.ssh;
    // OpenSSH always asks for something first. Nobody reads such a channel, so the connection itself comes to a stop.
    std::thread::spawn(move || {
        block_on(async {
            let client = connect_ssh(to).await;
            let channel = client.channel_open_session().await.expect("a channel opens");
            while channel.data_bytes(vec![b'x'; 1024]).await.is_ok() {}
        });
    });
    board.log.wait_text("no call on it");
    wait_free_line(&board);
}

#[test]
fn the_end_waits_for_nobody_who_does_not_read_or_call() {
    let board = Board::setup().arguments(&["--role", "gateway"]).start();
    let deaf = deaf_guest(&board);
    assert!(flood(&deaf, TIMING_MARK), "the board has read it all");
    let silent = connect(board.telnet);
    flood(&silent, TIMING_MARK);
    let control = board.scratch().join("control");
    let idle = deaf_ssh(&board, &["-N", "-M", "-S", &control.to_string_lossy()]);
    wait_for_file(&control);
    board.signal("TERM");
    assert!(board.log.wait_end().success());
    assert!(!board.log.lines().iter().any(|line| line.contains("calls cut off")), "{}", board.log.tail());
    end(idle);
}

#[test]
fn each_call_on_a_shared_connection_counts() {
    let board = Board::setup().env("DIALTONE_LIMITS__CALLS", 2).start();
    let control = board.scratch().join("control");
    let words = ["-o".to_owned(), format!("ControlPath={}", control.display())];
    let shared = |more: &[&str]| SshOptions {
        arguments: words.iter().cloned().chain(more.iter().map(|word| (*word).to_owned())).collect(),
        ..SshOptions::default()
    };
    let first = ssh(&board, "guest", &shared(&["-o", "ControlMaster=yes"]));
    first.past_guest_notice();
    let second = ssh(&board, "guest", &shared(&[]));
    second.past_guest_notice();
    // Both lines are taken, though there is one connection.
    let third = Dial::call(&board, Kind::SyncTerm);
    third.wait_for(BUSY);
    third.wait_hangup();
    // On the connection itself there is no room either; OpenSSH then calls by itself, and is told why.
    let third = ssh(&board, "guest", &SshOptions { size: Some((120, 24)), ..shared(&[]) });
    third.wait_for(BUSY);
    second.send("G");
    second.wait_for("so long");
    wait_free_line(&board);
    first.choose("W", "who's online");
}

#[test]
fn what_the_protocol_says_counts_as_sent_before_logging_in() {
    let board = Board::setup().env("DIALTONE_LIMITS__LOGIN_BYTES", 100_000).start();
    let mut talker = connect(board.telnet);
    // A window size without an end.
    talker.write_all(b"\xff\xfa\x1f").expect("the board reads");
    assert!(flood(&talker, b"x"), "the board has taken it all");
    board.log.wait_text("too many bytes before logging in");
}

#[test]
fn a_long_paste_over_ssh_loses_nothing() {
    let board = Board::setup().arguments(&["--role", "gateway"]).start();
    let caller = ssh(&board, "guest", &SshOptions::default());
    caller.past_guest_notice();
    // Keys that the menu does not obey, far more than it can look at as they come; the last one it does.
    caller.send(&"xz".repeat(300_000));
    caller.choose("W", "who's online");
    assert!(!board.log.lines().iter().any(|line| line.contains("call dropped")), "{}", board.log.tail());
}

#[test]
fn a_full_board_has_files_left_for_its_records_and_its_health_page() {
    let board =
        Board::setup().process().open_files(200).env("DIALTONE_LIMITS__CALLS_PER_ADDRESS", 1000).start();
    board.account("Acid Burn");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.wait_for(&QUESTION);
    let crowd: Vec<_> = (0..250).map(|_| connect(board.telnet)).collect();
    board.log.wait_message("call refused");
    assert_eq!(board.get("/readyz"), (200, "ready\n".to_owned()));
    caller.log_in("Acid Burn");
    assert!(!board.log.lines().iter().any(|line| line.contains("cannot accept")), "{}", board.log.tail());
    drop(crowd);
}
