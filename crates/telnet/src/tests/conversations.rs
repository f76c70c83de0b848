//! Clients as they were seen on the wire, and strangers.

use super::{Heard, hear};
use crate::{Telnet, TelnetOption};

const OPENING: [u8; 24] = [
    255, 251, 1, 255, 251, 3, 255, 253, 3, 255, 251, 0, 255, 253, 0, 255, 253, 24, 255, 253, 31, 255, 253, 39,
];
const SYNCTERM: &[u8] = b"\xff\xfb\x03\xff\xfd\x03\xff\xfb\x00\xff\xfd\x00\xff\xfd\x01";
const ASK_TTYPE: &[u8] = b"\xff\xfa\x18\x01\xff\xf0";
const ASK_ENVIRONMENT: &[u8] = b"\xff\xfa\x27\x01\xff\xf0";

fn opened() -> Telnet {
    let (mut telnet, mut out) = (Telnet::new(), Vec::new());
    telnet.open(&mut out);
    assert_eq!(out, OPENING);
    telnet
}

fn terminal(name: &str) -> Heard {
    Heard::Other(format!("TerminalType({name:?})"))
}

fn window(columns: u16, rows: u16) -> Heard {
    Heard::Other(format!("WindowSize {{ columns: {columns}, rows: {rows} }}"))
}

fn data(data: &[u8]) -> Heard {
    Heard::Data(data.to_vec())
}

#[test]
fn syncterm() {
    let mut telnet = opened();
    assert_eq!(hear(&mut telnet, &[SYNCTERM]), (vec![], vec![]), "its opening answers ours");
    assert!(!telnet.settled() && telnet.is_telnet());
    for option in [TelnetOption::SGA, TelnetOption::BINARY] {
        assert!(telnet.us(option) && telnet.him(option));
    }
    assert!(telnet.us(TelnetOption::ECHO) && !telnet.him(TelnetOption::ECHO));
    assert_eq!(hear(&mut telnet, &[b"\xff\xfb\x18"]), (vec![], ASK_TTYPE.to_vec()));
    let name = b"\xff\xfa\x18\0syncterm\xff\xf0";
    assert_eq!(hear(&mut telnet, &[name]), (vec![terminal("syncterm")], ASK_TTYPE.to_vec()));
    let rest = b"\xff\xfb\x1f\xff\xfa\x1f\0\x50\0\x18\xff\xf0\xff\xfc\x27";
    assert_eq!(hear(&mut telnet, &[rest]), (vec![window(80, 24)], vec![]));
    assert!(telnet.settled());
    assert_eq!(hear(&mut telnet, &[name]), (vec![], vec![]), "it never cycles");
    let keys = b"ada\r\x82\xff\xfa\x1f\0\x50\0\x19\xff\xf0\x1b[A\r\0";
    let heard = vec![data(b"ada\r\x82"), window(80, 25), data(b"\x1b[A\r\0")];
    assert_eq!(hear(&mut telnet, &[keys]), (heard, vec![]));
}

#[test]
fn syncterm_speaks_first() {
    let mut telnet = Telnet::new();
    let answers = b"\xff\xfd\x03\xff\xfb\x03\xff\xfd\x00\xff\xfb\x00\xff\xfb\x01";
    assert_eq!(hear(&mut telnet, &[SYNCTERM]), (vec![], answers.to_vec()));
    let mut out = Vec::new();
    telnet.open(&mut out);
    assert_eq!(out, OPENING[15..], "only what is not agreed yet");
}

#[test]
fn inetutils() {
    let mut telnet = opened();
    let answers = b"\xff\xfd\x01\xff\xfd\x03\xff\xfb\x03\xff\xfd\x00\xff\xfb\x00\xff\xfb\x18\xff\xfb\x1f\
        \xff\xfa\x1f\0\x84\0\x32\xff\xf0\xff\xfb\x27";
    let asked = [ASK_TTYPE, ASK_ENVIRONMENT].concat();
    assert_eq!(hear(&mut telnet, &[answers]), (vec![window(132, 50)], asked));
    let name = b"\xff\xfa\x18\0XTERM-256COLOR\xff\xf0";
    let answers = [&name[..], b"\xff\xfa\x27\0\xff\xf0"].concat();
    assert_eq!(hear(&mut telnet, &[&answers]), (vec![terminal("XTERM-256COLOR")], ASK_TTYPE.to_vec()));
    assert!(telnet.settled());
    assert_eq!(hear(&mut telnet, &[name]), (vec![], vec![]));
    let interrupted = b"\xff\xf4\xff\xfd\x06";
    let heard = vec![Heard::Other("Command(InterruptProcess)".into())];
    assert_eq!(hear(&mut telnet, &[interrupted]), (heard, b"\xff\xfb\x06".to_vec()));
}

#[test]
fn inetutils_without_a_terminal_never_sends_the_size_it_promised() {
    let mut telnet = opened();
    let answers =
        b"\xff\xfd\x01\xff\xfd\x03\xff\xfb\x03\xff\xfd\x00\xff\xfb\x00\xff\xfb\x18\xff\xfb\x1f\xff\xfb\x27";
    hear(&mut telnet, &[answers]);
    let names = b"\xff\xfa\x18\0XTERM\xff\xf0\xff\xfa\x27\0\xff\xf0";
    assert_eq!(hear(&mut telnet, &[names]).0, [terminal("XTERM")]);
    assert!(!telnet.settled());
}

#[test]
fn putty() {
    let mut telnet = opened();
    let opening = b"\xff\xfb\x1f\xff\xfb\x20\xff\xfb\x18\xff\xfb\x27\xff\xfd\x01\xff\xfb\x03\xff\xfd\x03";
    let out = [b"\xff\xfe\x20", ASK_TTYPE, ASK_ENVIRONMENT].concat();
    assert_eq!(hear(&mut telnet, &[opening]), (vec![], out), "TSPEED is refused");
    let name = b"\xff\xfa\x18\0XTERM\xff\xf0";
    let answers = [
        &b"\xff\xfd\x00\xff\xfb\x00\xff\xfa\x1f\0\x50\0\x18\xff\xf0"[..],
        name,
        b"\xff\xfa\x27\0\0USER\x01root\xff\xf0",
    ]
    .concat();
    let user = Heard::Other("Environment { name: \"USER\", value: \"root\" }".into());
    let heard = vec![window(80, 24), terminal("XTERM"), user];
    assert_eq!(hear(&mut telnet, &[&answers]), (heard, ASK_TTYPE.to_vec()));
    assert!(telnet.settled());
    assert_eq!(hear(&mut telnet, &[name]), (vec![], vec![]));
    assert_eq!(hear(&mut telnet, &[b"\xff\xec"]), (vec![], vec![]), "its end of file says nothing here");
}

#[test]
fn a_client_that_refuses_binary_gets_the_virtual_terminal() {
    let mut telnet = opened();
    hear(&mut telnet, &[b"\xff\xfe\x00\xff\xfc\x00"]);
    assert_eq!(hear(&mut telnet, &[b"guest\r\0new\r\n"]), (vec![data(b"guest\rnew\r\n")], vec![]));
    let mut out = Vec::new();
    telnet.encode(b"\rhi\r\n\xff", &mut out);
    assert_eq!(out, b"\r\0hi\r\n\xff\xff");
}

#[test]
fn netrunner_refuses_its_size() {
    let mut telnet = opened();
    let wire =
        b"\xff\xfd\x01\xff\xfd\x03\xff\xfb\x03\xff\xfd\x00\xff\xfb\x00\xff\xfb\x18\xff\xfc\x1f\xff\xfc\x27\
        \xff\xfa\x18\0ansi-bbs\xff\xf0";
    assert_eq!(hear(&mut telnet, &[wire]).0, [terminal("ansi-bbs")]);
    assert!(telnet.settled() && !telnet.him(TelnetOption::NAWS));
}

#[test]
fn strangers_are_heard_but_do_not_settle() {
    let mut telnet = opened();
    let request = b"GET / HTTP/1.1\r\n\r\n";
    assert_eq!(hear(&mut telnet, &[request]), (vec![data(request)], vec![]));
    assert!(!telnet.is_telnet() && !telnet.settled());
    assert_eq!(hear(&mut telnet, &[b"\xff\xff"]).0, [data(b"\xff")]);
    assert!(!telnet.is_telnet());
}

#[test]
fn a_promise_taken_back_is_not_waited_for() {
    let mut telnet = opened();
    let all =
        b"\xff\xfe\x01\xff\xfe\x03\xff\xfc\x03\xff\xfe\x00\xff\xfc\x00\xff\xfc\x27\xff\xfb\x18\xff\xfb\x1f";
    hear(&mut telnet, &[all]);
    assert!(!telnet.settled());
    assert_eq!(hear(&mut telnet, &[b"\xff\xfc\x18\xff\xfc\x1f"]).1, b"\xff\xfe\x18\xff\xfe\x1f");
    assert!(telnet.settled());
}

#[test]
fn what_was_not_negotiated_is_not_believed() {
    let mut telnet = opened();
    let wire = b"\xff\xfa\x1f\0\x50\0\x18\xff\xf0\xff\xfa\x18\0ansi\xff\xf0\xff\xfa\x27\0\0A\x01b\xff\xf0\xff\xfa\x05\x01\xff\xf0";
    assert_eq!(hear(&mut telnet, &[wire]), (vec![], vec![]));
}

#[test]
fn a_long_subnegotiation_is_dropped_and_the_next_one_heard() {
    let mut telnet = opened();
    let long = [b"\xff\xfb\x1f\xff\xfb\x18\xff\xfa\x18\0", &[b'x'; 100_000][..]].concat();
    hear(&mut telnet, &[&long]);
    assert_eq!(telnet.heap(), 0);
    let next = b"\xff\xf0\xff\xfa\x1f\0\x28\0\x18\xff\xf0";
    assert_eq!(hear(&mut telnet, &[next]).0, [window(40, 24)]);
}

#[test]
fn a_subnegotiation_without_its_end_is_ended_by_the_next_sequence() {
    let mut telnet = opened();
    hear(&mut telnet, &[b"\xff\xfb\x1f\xff\xfa\x1f\0\x50"]);
    assert!(telnet.heap() > 0);
    assert_eq!(hear(&mut telnet, &[b"\xff\xf1x"]).0, [Heard::Other("Command(Nop)".into()), data(b"x")]);
    assert_eq!(telnet.heap(), 0);
}

#[test]
fn a_negotiation_ends_an_open_subnegotiation_too() {
    let mut telnet = opened();
    hear(&mut telnet, &[b"\xff\xfb\x1f\xff\xfa\x1f\0\x50"]);
    assert_eq!(hear(&mut telnet, &[b"\xff\xfd\x01x\0\x18\xff\xf0"]).0, [data(b"x\0\x18")]);
    assert_eq!(telnet.heap(), 0);
}

#[test]
fn a_malformed_answer_is_not_waited_for_any_longer() {
    let mut telnet = opened();
    hear(&mut telnet, &[SYNCTERM, b"\xff\xfb\x18\xff\xfb\x1f\xff\xfb\x27"]);
    for empty in [b"\xff\xfa\x18\xff\xf0", b"\xff\xfa\x1f\xff\xf0", b"\xff\xfa\x27\xff\xf0"] {
        assert!(!telnet.settled());
        assert_eq!(hear(&mut telnet, &[empty]), (vec![], vec![]));
    }
    assert!(telnet.settled());
}
