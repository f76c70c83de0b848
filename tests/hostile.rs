//! Whoever means harm, or is a broken program: nothing is lost, nobody else is disturbed, and the line is free again.

mod harness;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use harness::{
    Board, DEADLINE, Dial, Key, Kind, MENU, PASSWORD, QUESTION, SshOptions, Terminal, call_by_ssh, said,
};

/// Somebody in the main menu who must notice nothing of what goes on.
struct Bystander {
    call: Dial,
    before: (Vec<String>, (u16, u16)),
}

impl Bystander {
    fn call(board: &Board) -> Self {
        board.account("Bystander");
        let call = Dial::call(board, Kind::SyncTerm);
        call.log_in("Bystander");
        let before = call.without_counts();
        Self { call, before }
    }

    /// Their screen is what it was, and a key is answered.
    fn unharmed(&self) {
        let after = self.call.without_counts();
        assert_eq!(self.before.0.join("\n"), after.0.join("\n"));
        assert_eq!(self.before.1, after.1);
        self.call.choose("?", "does what the bar is on");
        self.call.back_to(MENU);
    }
}

/// A board whose prices stand still, so that screens can be compared.
fn quiet_board() -> Board {
    Board::setup().arguments(&["--role", "gateway"]).start()
}

fn connect(to: std::net::SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).expect("the board answers");
    stream.set_read_timeout(Some(DEADLINE)).expect("a TCP socket has this option");
    stream.set_write_timeout(Some(DEADLINE)).expect("a TCP socket has this option");
    stream
}

/// Everything the board says until it hangs up; a reset is a hangup too.
fn said(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = match stream.read(&mut buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => 0,
            read => read.expect("the board hangs up before the test loses patience"),
        };
        if read == 0 {
            break;
        }
        said.extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn a_browser_is_told_what_this_is() {
    let board = Board::start();
    let mut browser = connect(board.telnet);
    browser.write_all(b"GET / HTTP/1.1\r\nHost: board\r\n\r\n").expect("the board reads");
    let answer = said(browser);
    assert!(answer.contains("This is a bulletin board. Call it with a telnet program."), "{answer}");
    let mut lost = connect(board.telnet);
    lost.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").expect("the board reads");
    let answer = said(lost);
    assert!(answer.contains(&format!("SSH is answered on port {}.", board.ssh.port())), "{answer}");
    // The hello of TLS: nobody there reads words.
    let mut secure = connect(board.telnet);
    secure.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").expect("the board reads");
    said(secure);
}

#[test]
fn a_port_scan_leaves_nothing_behind() {
    let board = quiet_board();
    let bystander = Bystander::call(&board);
    for _ in 0..100 {
        drop(connect(board.telnet));
        drop(connect(board.ssh));
        drop(connect(board.http));
    }
    bystander.unharmed();
    board.wait_who("the bystander alone", |who| who == ["Bystander"]);
    assert!(!board.log.lines().iter().any(|line| line.contains("\"ERROR\"")), "{}", board.log.tail());
}

#[test]
fn a_megabyte_without_a_line_end_is_not_kept() {
    let board = quiet_board();
    let bystander = Bystander::call(&board);
    for (at, what) in [(board.telnet, "telnet"), (board.ssh, "ssh")] {
        let mut stream = connect(at);
        // The board may hang up before it has read it all.
        let _ = stream.write_all(&vec![b'x'; 1 << 20]);
        let _ = stream.write_all(&[b'x'; 100]);
        let answer = said(stream);
        assert!(!answer.is_empty(), "{what}");
    }
    bystander.unharmed();
    board.wait_who("the bystander alone", |who| who == ["Bystander"]);
}

/// Bytes that look random and are the same in every run (splitmix64).
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    (0..length.div_ceil(8)).flat_map(|_| next().to_le_bytes()).take(length).collect()
}

#[test]
fn random_bytes_hurt_nobody() {
    let board = quiet_board();
    let bystander = Bystander::call(&board);
    for seed in 0..20 {
        for at in [board.telnet, board.ssh] {
            let mut stream = connect(at);
            // The board may hang up before it has read it all.
            let _ = stream.write_all(&noise(seed, 20_000));
        }
    }
    // And from somebody who has logged in.
    let guest = Dial::call(&board, Kind::SyncTerm);
    guest.look_round();
    for seed in 0..20 {
        guest.send_raw(&noise(seed, 5_000));
    }
    drop(guest);
    board.wait_who("the bystander alone", |who| who == ["Bystander"]);
    bystander.unharmed();
    assert!(!board.log.lines().iter().any(|line| line.contains("panicked")), "{}", board.log.tail());
}

/// An SSH client that takes any board for the right one.
struct AnyBoard;

impl russh::client::Handler for AnyBoard {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        _: &russh::keys::PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

#[test]
fn a_nul_in_a_user_name_is_nobody_and_a_guess() {
    let board = Board::setup().postgres().start();
    board.account("Zero Cool");
    let guess = async || {
        let mut line = russh::client::connect(Arc::default(), board.ssh, AnyBoard).await?;
        line.authenticate_password("Zero\0Cool", PASSWORD).await
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for _ in 0..6 {
            assert!(guess().await.is_ok_and(|answer| !answer.success()));
        }
        // A slow machine may get a guess through between two waits, which grow.
        for _ in 0..6 {
            if guess().await.is_err() {
                return;
            }
        }
        unreachable!("a guess is always let through");
    });
    board.log.wait_message("call refused");
    let line = board.log.wait_nth_message("login refused", 5);
    assert_eq!(line["user.handle"], "(not a handle)");
    let failed = board.log.lines().into_iter().find(|line| line.contains("a statement failed"));
    assert_eq!(failed, None);
}

#[test]
fn a_half_closed_line_is_a_hangup() {
    let board = Board::start();
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.look_round();
    caller.half_close();
    caller.wait_hangup();
    board.wait_who("nobody", <[String]>::is_empty);
}

/// The line goes dead under a caller, who must be gone from who's online in every look that begins a second later.
fn gone_within_a_second(board: &Board, hangup: impl FnOnce()) {
    board.wait_who("the caller on line", |who| who == ["Acid Burn"]);
    let start = Instant::now();
    hangup();
    loop {
        let asked = start.elapsed();
        let who = board.who();
        if who.is_empty() {
            return;
        }
        assert!(asked < Duration::from_secs(1), "still on line: {who:?}\n{}", board.log.tail());
    }
}

/// The way from the main menu to where a caller is when the line goes dead.
type Way = fn(&Terminal);

const PLACES: [(&str, Way); 6] = [
    ("the menu", |_| {}),
    ("a form", |caller| {
        caller.choose("Y", "your profile");
        caller.choose("E", "as you want to be called");
        caller.send("Half a na");
        caller.wait_for("Half a na");
    }),
    ("a list", |caller| caller.choose("M", "message boards")),
    ("the reader", |caller| {
        caller.open_board("The Lobby");
        caller.choose_row("Who is on the line?");
        caller.wait_for("The light on line one");
    }),
    ("the tape", |caller| caller.choose("T", "Three Hundred Baud Acoustics")),
    // The last: what was being written is offered at the next call.
    ("the editor", |caller| {
        caller.open_board("The Lobby");
        caller.choose("P", "what it is about");
        caller.enter("Half a thought");
        caller.wait_for("save or leave");
        caller.send("and no end to");
        caller.wait_for("and no end to");
    }),
];

#[test]
fn a_hangup_over_telnet_frees_the_line_wherever_the_caller_is() {
    let board = Board::start();
    board.account("Acid Burn");
    for (place, go) in PLACES {
        let caller = Dial::call(&board, Kind::SyncTerm);
        caller.log_in("Acid Burn");
        go(&caller);
        eprintln!("hangup in {place}");
        gone_within_a_second(&board, || caller.hangup());
    }
    // At the door nobody is known yet, but the line is taken.
    for answers in ["", "Acid Burn", "Acid Burn\n", "NEW\n", "NEW\nZero Cool\nhalf a pass"] {
        let caller = Dial::call(&board, Kind::SyncTerm);
        caller.wait_for(&QUESTION);
        caller.send(answers);
        caller.hangup();
        board.wait_who("nobody at the door", <[String]>::is_empty);
    }
}

#[test]
fn a_hangup_over_ssh_frees_the_line_wherever_the_caller_is() {
    let board = Board::start();
    board.account("Acid Burn");
    for (place, go) in PLACES {
        let caller = call_by_ssh(&board, "Acid Burn", &SshOptions::default());
        go(&caller);
        eprintln!("hangup in {place}");
        gone_within_a_second(&board, || caller.hangup());
    }
}

/// 100 KB of words, as one pastes them from a book.
fn book() -> String {
    "All work and no play makes Jack a dull boy. ".repeat(2_400)
}

/// The same paste into a menu, a form, the editor and a prompt; the call goes on each time.
fn paste_everywhere(caller: &Terminal) {
    // Letters of the menu do what they do; none of these leaves the board for good.
    let harmless = "xz".repeat(50_000);
    caller.send(&harmless);
    caller.choose("?", "does what the bar is on");
    caller.back_to(MENU);

    caller.choose("Y", "your profile");
    caller.choose("E", "as you want to be called");
    caller.send(&book());
    caller.send("\n");
    caller.wait_for("a place, real or not");
    caller.wait_for("All work and no play makes Jack a dull b");
    caller.back_to("your profile");
    caller.back_to(MENU);

    caller.open_board("Code");
    caller.choose("P", "what it is about");
    caller.enter("A book");
    caller.wait_for("save or leave");
    caller.send(&book());
    caller.wait_for("that is all a message holds");
    caller.key(Key::Ctrl('s'));
    // Longer than a message may be, or just as long: told in words either way, and the call goes on.
    if caller.wait_for_any(&["P post", "that did not work"]) == 1 {
        caller.past_notice();
    }
}

#[test]
fn a_paste_over_telnet_ends_no_call() {
    let board = quiet_board();
    let bystander = Bystander::call(&board);
    board.account("Acid Burn");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.wait_for(&QUESTION);
    caller.send(&book());
    caller.send("\n");
    caller.wait_for("Password:");
    caller.send(&book());
    caller.send("\n");
    caller.wait_for("That handle and password do not match.");
    caller.send(&format!("Acid Burn\n{PASSWORD}\n"));
    caller.wait_for(&said!("greet-back", handle = "Acid Burn"));
    caller.past_notice();
    caller.wait_for(MENU);
    paste_everywhere(&caller);
    bystander.unharmed();
}

#[test]
fn a_paste_over_ssh_ends_no_call() {
    let board = quiet_board();
    let bystander = Bystander::call(&board);
    board.account("Acid Burn");
    let caller = call_by_ssh(&board, "Acid Burn", &SshOptions::default());
    paste_everywhere(&caller);
    bystander.unharmed();
}

/// Sequences that would clear the screen, ask the terminal, set its title, and move text about; as C1 too.
const POISON: &str = "\u{1b}[2J\u{1b}[6n\u{1b}]0;owned\u{7}\u{9b}31mred\u{202e}\u{8}\u{0}\u{1b}c|04";

#[test]
fn nothing_a_caller_writes_is_a_control_sequence_to_another() {
    let board = quiet_board();
    let poison = |words: &str| format!("{words}{POISON}");
    // The command line hands over any character; a terminal's own keys would end the field at Esc.
    let made = board.cli_told(
        &[
            "user",
            "add",
            "Mallory",
            "--password-stdin",
            "--display-name",
            &poison("Mal").replace('\0', ""),
            "--location",
            &poison("Home").replace('\0', ""),
        ],
        PASSWORD,
    );
    let refused = String::from_utf8_lossy(&made.stderr).into_owned();
    if !made.status.success() {
        assert!(!refused.contains('\u{1b}'), "{refused:?}");
        board.account("Mallory");
    }
    board.account("Victim");
    let victim = Dial::call(&board, Kind::SyncTerm);
    victim.log_in("Victim");
    let xterm = Dial::call(&board, Kind::Xterm);
    xterm.look_round();
    let marks = [victim.raw().len(), xterm.raw().len()];

    let text = |words: &str| poison(words).replace('\0', "");
    board.cli(&["page", "Victim", &text("PAGE"), "--from", "Mallory"]);
    victim.wait_status("Mallory pages you: PAGE");
    board.cli(&["broadcast", &text("CALL")]);
    victim.wait_status("Sysop to everybody: CALL");
    xterm.wait_status("Sysop to everybody: CALL");
    let words = ["board", "post", "code", "--from", "Mallory", "--subject"];
    let posted = board.cli(&[&words[..], &[&text("SUBJECT"), "--body", &text("BODY")]].concat());
    assert!(posted.status.success(), "{}", String::from_utf8_lossy(&posted.stderr));
    victim.wait_status("Mallory posted in Code: \"SUBJECT");

    // From a caller's own keyboard: 8-bit controls, a cancelled sequence, and overlong UTF-8.
    let mallory = Dial::call(&board, Kind::Xterm);
    mallory.log_in("Mallory");
    mallory.choose("Y", "your profile");
    mallory.choose("E", "as you want to be called");
    for (help, raw) in [
        ("a place, real or not", &b"Name\xc2\x9b2J\xe2\x80\xae\x07"[..]),
        ("what you would talk about", b"Place\xc0\x9b\xe0\x80\x9b2J"),
        ("a line or two", b"Likes\xff\xfe\x9b2J"),
    ] {
        mallory.key(Key::Ctrl('u'));
        mallory.send_raw(raw);
        mallory.key(Key::Enter);
        mallory.wait_for(help);
    }
    mallory.send_raw(b"|04About\xc2\x9d0;owned\xc2\x9c|16\r");
    mallory.wait_for("your profile");
    mallory.wait_for("About");

    for caller in [&victim, &xterm] {
        caller.choose("M", "message boards");
        caller.choose_row("Code");
        caller.wait_for("SUBJECT");
        caller.choose_row("SUBJECT");
        caller.wait_for("BODY");
        caller.back_to("begun by");
        caller.back_to("message boards");
        caller.back_to(MENU);
        caller.choose("U", "who calls here");
        caller.choose_row("Mallory");
        caller.wait_for("About");
        caller.back_to("who calls here");
        caller.back_to(MENU);
        caller.choose("W", "who's online");
        caller.back_to(MENU);
    }
    for (caller, mark) in [&victim, &xterm].into_iter().zip(marks) {
        let raw = caller.raw();
        let raw = raw.get(mark..).expect("more came");
        let holds = |bytes: &[u8]| raw.windows(bytes.len()).any(|window| window == bytes);
        for sequence in
            [&b"\x1b[6n"[..], b"\x1b]", b"\x1bc", b"\x07", b"\xc2\x9b", b"\xc2\x9d", b"\xe2\x80\xae"]
        {
            assert!(!holds(sequence), "{sequence:?} came through:\n{}", caller.screen());
        }
    }
}

/// A key that costs a screen of words, pressed often enough to fill whatever the system keeps for somebody who does
/// not read.
fn endless_menus(mut line: impl Write) {
    let keys = b"?\r".repeat(40_000);
    // The board drops the line in the middle of it.
    let _ = line.write_all(&keys);
}

fn board_without_patience() -> Board {
    let setup = Board::setup().arguments(&["--role", "gateway"]);
    setup.env("DIALTONE_LIMITS__STALL_SECONDS", 1).start()
}

#[test]
fn whoever_never_reads_over_telnet_is_dropped_and_others_go_on() {
    let board = board_without_patience();
    let bystander = Bystander::call(&board);
    let mut deaf = connect(board.telnet);
    deaf.write_all(b"GUEST\r").expect("the board reads");
    board.wait_who("a guest", |who| who.iter().any(|handle| handle == "Guest"));
    endless_menus(&deaf);
    board.wait_who("the bystander alone", |who| who == ["Bystander"]);
    bystander.unharmed();
}

#[test]
fn whoever_never_reads_over_ssh_is_dropped_and_others_go_on() {
    let board = board_without_patience();
    let bystander = Bystander::call(&board);
    let mut deaf = Command::new("ssh")
        .args(["-T", "-F", "/dev/null", "-p", &board.ssh.port().to_string()])
        .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
        .arg("guest@127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("ssh starts; tests/run installs it");
    board.wait_who("a guest", |who| who.iter().any(|handle| handle == "Guest"));
    endless_menus(deaf.stdin.take().expect("it is piped"));
    board.log.wait_text("call dropped: the caller does not read");
    board.wait_who("the bystander alone", |who| who == ["Bystander"]);
    bystander.unharmed();
    deaf.kill().expect("it is this test's own");
    deaf.wait().expect("it was killed");
}
