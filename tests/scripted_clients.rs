//! The scripted terminals themselves: they open, answer and draw as the real ones were observed to.

mod harness;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use harness::{DEADLINE, Dial, Key, Kind, Pty};
use portable_pty::CommandBuilder;

/// A toy server: one call between a scripted terminal and the test itself.
fn call(kind: Kind) -> (Dial, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let to = listener.local_addr().expect("the listener has an address");
    let dial = Dial::connect(to, kind, 80, 24, None);
    let (stream, _) = listener.accept().expect("the terminal calls");
    stream.set_read_timeout(Some(DEADLINE)).expect("a TCP socket has this option");
    (dial, stream)
}

/// Writes `said` to the terminal and returns the next bytes it sends, as many as `expected` has.
fn ask(stream: &mut TcpStream, said: &[u8], expected: &[u8]) -> Vec<u8> {
    stream.write_all(said).expect("the terminal reads");
    let mut answer = vec![0; expected.len()];
    stream.read_exact(&mut answer).expect("the terminal answers");
    answer
}

const SYNCTERM_OPENING: &[u8] = b"\xff\xfb\x03\xff\xfd\x03\xff\xfb\x00\xff\xfd\x00\xff\xfd\x01";

#[test]
fn syncterm_negotiates_as_observed() {
    let (dial, mut stream) = call(Kind::SyncTerm);
    assert_eq!(ask(&mut stream, b"", SYNCTERM_OPENING), SYNCTERM_OPENING);
    let steps: [(&[u8], &[u8]); 6] = [
        // What it offered itself is agreed without another word, so the next answer is to TTYPE.
        (b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x03\xff\xfb\x00\xff\xfd\x00\xff\xfd\x18", b"\xff\xfb\x18"),
        // It offers its window size after its name, and tells it once asked.
        (b"\xff\xfa\x18\x01\xff\xf0", b"\xff\xfa\x18\x00syncterm\xff\xf0\xff\xfb\x1f"),
        (b"\xff\xfd\x1f", b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0"),
        (b"\xff\xfa\x18\x01\xff\xf0", b"\xff\xfa\x18\x00syncterm\xff\xf0"),
        (b"\xff\xfd\x27", b"\xff\xfc\x27"),
        (b"\xff\xfd\x20", b"\xff\xfc\x20"),
    ];
    for (said, expected) in steps {
        assert_eq!(ask(&mut stream, said, expected), expected);
    }
    dial.resize(132, 49);
    let sized: &[u8] = b"\xff\xfa\x1f\x00\x84\x00\x31\xff\xf0";
    assert_eq!(ask(&mut stream, b"", sized), sized);
    dial.send("\u{e9}\n");
    dial.key(Key::PageUp);
    let typed: &[u8] = b"\x82\r\x1b[V";
    assert_eq!(ask(&mut stream, b"", typed), typed);
    // Enter is CR LF only when BINARY is refused.
    assert_eq!(ask(&mut stream, b"\xff\xfe\x00", b"\xff\xfc\x00"), b"\xff\xfc\x00");
    dial.key(Key::Enter);
    assert_eq!(ask(&mut stream, b"", b"\r\n"), b"\r\n");
}

#[test]
fn syncterm_answers_questions_in_order() {
    let (_dial, mut stream) = call(Kind::SyncTerm);
    ask(&mut stream, b"", SYNCTERM_OPENING);
    let said = b"\x1b[c\x1b[<c\x1b[255n\x1b[=3n\x1b[?2;1S\x1b[>c\x1b[18t\x1b[4;7H\x1b[6n";
    let expected: &[u8] = b"\x1b[=67;84;101;114;109;1;332c\x1b[<0;1;2;3;4;5;6;7;8c\x1b[24;80R\x1b[=3;16;8n\x1b[?2;0;640;384S\x1b[4;7R";
    let answer = ask(&mut stream, said, expected);
    assert_eq!(String::from_utf8_lossy(&answer), String::from_utf8_lossy(expected));
}

#[test]
fn syncterm_wraps_at_once_and_xterm_later() {
    let line = format!("\x1b[2;1H{}\x1b[6n", "x".repeat(80));
    let (dial, mut stream) = call(Kind::SyncTerm);
    ask(&mut stream, b"", SYNCTERM_OPENING);
    assert_eq!(ask(&mut stream, line.as_bytes(), b"\x1b[3;1R"), b"\x1b[3;1R");
    // The last cell of the last row scrolls.
    ask(&mut stream, b"\x1b[1;1Htop\x1b[24;80Hx\x1b[6n", b"\x1b[24;1R");
    assert!(!dial.screen().contains("top"), "{}", dial.screen());

    let (dial, mut stream) = call(Kind::Xterm);
    assert_eq!(ask(&mut stream, line.as_bytes(), b"\x1b[2;80R"), b"\x1b[2;80R");
    ask(&mut stream, b"\x1b[1;1Htop\x1b[24;80Hx\x1b[6n", b"\x1b[24;80R");
    assert!(dial.screen().contains("top"), "{}", dial.screen());
}

#[test]
fn syncterm_draws_cp437_and_homes_after_an_erase() {
    let (dial, mut stream) = call(Kind::SyncTerm);
    stream
        .write_all(b"\x1b[9;9H\x1b[2J\x1b[1;31m\xc9\xcd\xbb \x02\xff\xff\x1b[s\x1b[5;5Hthere\x1b[uback")
        .expect("sent");
    dial.wait_for("there");
    dial.wait_row(0, "╔═╗ ☻\u{a0}back");
    assert_eq!(dial.cell(0, 0).fgcolor(), vt100::Color::Idx(1));
    assert!(dial.cell(0, 0).bold());
    // Form feed erases too.
    stream.write_all(b"\x0cnew").expect("sent");
    dial.wait_row(0, "new");
    dial.wait_gone("there");
}

#[test]
fn netrunner_tells_no_size() {
    let (_dial, mut stream) = call(Kind::NetRunner);
    let steps: [(&[u8], &[u8]); 4] = [
        (b"\xff\xfd\x1f", b"\xff\xfc\x1f"),
        (b"\xff\xfd\x27", b"\xff\xfc\x27"),
        (b"\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0", b"\xff\xfb\x18\xff\xfa\x18\x00ansi-bbs\xff\xf0"),
        (b"\x1b[c\x1b[255n\x1b[6n", b"\x1b[1;1R\x1b[1;1R"),
    ];
    for (said, expected) in steps {
        assert_eq!(ask(&mut stream, said, expected), expected);
    }
}

#[test]
fn xterm_sends_cr_nul_until_binary() {
    let (dial, mut stream) = call(Kind::Xterm);
    dial.send("\u{e9}\n");
    assert_eq!(ask(&mut stream, b"", b"\xc3\xa9\r\0"), b"\xc3\xa9\r\0");
    assert_eq!(ask(&mut stream, b"\xff\xfd\x00", b"\xff\xfb\x00"), b"\xff\xfb\x00");
    dial.send("\n\u{ff}");
    assert_eq!(ask(&mut stream, b"", b"\r\xc3\xbf"), b"\r\xc3\xbf");
}

#[test]
fn the_silent_caller_says_nothing_and_notices_the_end() {
    let (dial, mut stream) = call(Kind::Silent);
    stream.write_all(b"\xff\xfd\x18\xff\xfb\x01\x1b[c\x1b[6nhello").expect("sent");
    dial.wait_for("hello");
    dial.send("x\n");
    // Had it answered anything, that would stand before what it typed.
    assert_eq!(ask(&mut stream, b"", b"x\r\n"), b"x\r\n");
    drop(stream);
    dial.wait_hangup();
    assert!(dial.closed());
}

#[test]
fn a_real_program_runs_in_an_xterm() {
    let script = "stty raw -echo; printf 'ask\\033[3;5H\\033[6n'; head -c 6 | tail -c 5; \
                  stty sane; stty size; read x; stty size; exit 7";
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", script]);
    let pty = Pty::spawn(command, None);
    pty.wait_for("[3;5R");
    pty.wait_for("24 80");
    pty.resize(100, 30);
    pty.key(Key::Enter);
    pty.wait_for("30 100");
    assert_eq!(pty.exit_code(), 7);
}

#[test]
fn a_program_that_ends_early_fails_the_wait() {
    let waited = std::panic::catch_unwind(|| {
        let pty = Pty::spawn(CommandBuilder::new("true"), None);
        pty.wait_for("never");
    });
    let why = waited.expect_err("the wait fails");
    let why = why.downcast_ref::<String>().expect("the reason is text");
    assert!(why.contains("\"never\" on the screen: the call ended"), "{why}");
}
