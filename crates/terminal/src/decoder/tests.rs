use super::*;
use crate::key::Report;
use proptest::prelude::*;

fn decode(charset: Charset, cterm: bool, pieces: &[&[u8]]) -> Vec<Decoded> {
    let mut decoder = KeyDecoder::new(charset);
    decoder.set_cterm(cterm);
    let mut out = Vec::new();
    for piece in pieces {
        decoder.feed(piece, |d| out.push(d));
    }
    decoder.flush(|d| out.push(d));
    out
}

fn keys(bytes: &[u8]) -> Vec<Key> {
    let only_key = |d| match d {
        Decoded::Key(key) => key,
        Decoded::Report(report) => panic!("{report:?}"),
    };
    decode(Charset::Utf8, false, &[bytes]).into_iter().map(only_key).collect()
}

fn reports(bytes: &[u8]) -> Vec<Report> {
    let only_report = |d| match d {
        Decoded::Report(report) => report,
        Decoded::Key(key) => panic!("{key:?}"),
    };
    decode(Charset::Cp437, true, &[bytes]).into_iter().map(only_report).collect()
}

#[test]
fn the_decoder_is_small() {
    assert!(size_of::<KeyDecoder>() <= 64, "{}", size_of::<KeyDecoder>());
}

#[test]
fn enter_is_one_enter() {
    use Key::{Char, Enter};
    assert_eq!(keys(b"\r"), [Enter]);
    assert_eq!(keys(b"\r\n"), [Enter]);
    assert_eq!(keys(b"\r\0"), [Enter]);
    assert_eq!(keys(b"\n"), [Enter]);
    assert_eq!(keys(b"\r\ra\r\n\r\nb\n\n"), [Enter, Enter, Char('a'), Enter, Enter, Char('b'), Enter, Enter]);
    assert_eq!(keys(b"\r\0\n"), [Enter, Enter]);
}

#[test]
fn syncterm_keys() {
    let table: &[(&[u8], Key)] = &[
        (b"\x08", Key::Backspace),
        (b"\x7f", Key::Delete),
        (b"\x1b[A", Key::Up),
        (b"\x1b[B", Key::Down),
        (b"\x1b[C", Key::Right),
        (b"\x1b[D", Key::Left),
        (b"\x1b[H", Key::Home),
        (b"\x1b[K", Key::End),
        (b"\x1b[V", Key::PageUp),
        (b"\x1b[U", Key::PageDown),
        (b"\x1b[@", Key::Insert),
        (b"\x1b[Z", Key::BackTab),
        (b"\x1b[11~", Key::F(1)),
        (b"\x1b[15~", Key::F(5)),
        (b"\x1b[24~", Key::F(12)),
        (b"\x1b[11;2~", Key::F(1)),
        (b"\n", Key::Enter),
        (b"\x82", Key::Char('é')),
    ];
    for (bytes, key) in table {
        assert_eq!(decode(Charset::Cp437, true, &[bytes]), [Decoded::Key(*key)], "{bytes:?}");
    }
}

#[test]
fn unix_terminal_keys() {
    let table: &[(&[u8], Key)] = &[
        (b"\x7f", Key::Backspace),
        (b"\x1b[1~", Key::Home),
        (b"\x1b[4~", Key::End),
        (b"\x1b[7~", Key::Home),
        (b"\x1b[8~", Key::End),
        (b"\x1b[7$", Key::Home),
        (b"\x1b[8^", Key::End),
        (b"\x1b[3@", Key::Delete),
        (b"\x1b[2~", Key::Insert),
        (b"\x1b[3~", Key::Delete),
        (b"\x1b[5~", Key::PageUp),
        (b"\x1b[6~", Key::PageDown),
        (b"\x1b[F", Key::End),
        (b"\x1bOA", Key::Up),
        (b"\x1bOD", Key::Left),
        (b"\x1bOH", Key::Home),
        (b"\x1bOF", Key::End),
        (b"\x1bOP", Key::F(1)),
        (b"\x1bOS", Key::F(4)),
        (b"\x1bO5P", Key::F(1)),
        (b"\x1bOM", Key::Enter),
        (b"\x1bOw", Key::Char('7')),
        (b"\x1b[1;5A", Key::Up),
        (b"\x1b[1;2F", Key::End),
        (b"\x1b[1;5P", Key::F(1)),
        (b"\x1b[3;5~", Key::Delete),
        (b"\x1b[17~", Key::F(6)),
        (b"\x1b[21~", Key::F(10)),
        (b"\x1b[23~", Key::F(11)),
        (b"\x1b[25~", Key::F(13)),
        (b"\x1b[29~", Key::F(16)),
        (b"\x1b[34~", Key::F(20)),
        (b"\x1b[[A", Key::F(1)),
        (b"\x1b[[E", Key::F(5)),
        (b"\x01", Key::Ctrl('a')),
        (b"\x1a", Key::Ctrl('z')),
        (b"\x1d", Key::Ctrl(']')),
        (b"\t", Key::Tab),
        ("é".as_bytes(), Key::Char('é')),
        ("漢".as_bytes(), Key::Char('漢')),
        ("🙂".as_bytes(), Key::Char('🙂')),
    ];
    for (bytes, key) in table {
        assert_eq!(keys(bytes), [*key], "{bytes:?}");
    }
}

#[test]
fn a_lone_escape_waits_for_the_flush() {
    let mut decoder = KeyDecoder::new(Charset::Utf8);
    decoder.feed(b"\x1b", |d| panic!("{d:?}"));
    assert!(decoder.waiting());
    let mut out = Vec::new();
    decoder.flush(|d| out.push(d));
    assert_eq!(out, [Decoded::Key(Key::Escape)]);
    assert!(!decoder.waiting());
    assert_eq!(keys(b"\x1b["), [Key::Escape, Key::Char('[')]);
    assert_eq!(keys(b"\x1bO"), [Key::Escape, Key::Char('O')]);
    assert_eq!(keys(b"\x1b]"), [Key::Escape, Key::Char(']')]);
    assert_eq!(keys(b"\x1bx"), [Key::Escape, Key::Char('x')]);
    assert_eq!(keys(b"\x1b\r"), [Key::Escape, Key::Enter]);
    assert_eq!(keys(b"\x1b\x1b[A"), [Key::Escape, Key::Up]);
    assert_eq!(keys(b"\x1b[1;"), []);
}

#[test]
fn half_a_character_does_not_wait() {
    let mut decoder = KeyDecoder::new(Charset::Utf8);
    decoder.feed(b"\xc3", |d| panic!("{d:?}"));
    assert!(!decoder.waiting());
    decoder.flush(|d| panic!("{d:?}"));
    let mut out = Vec::new();
    decoder.feed(b"\xa9", |d| out.push(d));
    assert_eq!(out, [Decoded::Key(Key::Char('é'))]);
}

#[test]
fn bad_utf8_gives_nothing() {
    assert_eq!(keys(b"\xc0\xaf"), []);
    assert_eq!(keys(b"\xe0\x80\xaf"), []);
    assert_eq!(keys(b"\xed\xa0\x80"), []);
    assert_eq!(keys(b"\xf4\x90\x80\x80"), []);
    assert_eq!(keys(b"\xc2\x9bA"), [Key::Char('A')]);
    assert_eq!(keys(b"\xe2\x82x"), [Key::Char('x')]);
    assert_eq!(keys(b"\xe2\r"), [Key::Enter]);
    assert_eq!(decode(Charset::Ascii, false, &[b"\xe9a"]), [Decoded::Key(Key::Char('a'))]);
}

#[test]
fn pastes_and_strings_leave_no_trace() {
    assert_eq!(keys(b"\x1b[200~hi\x1b[201~"), [Key::Char('h'), Key::Char('i')]);
    assert_eq!(keys(b"\x1b]0;title\x07a"), [Key::Char('a')]);
    assert_eq!(keys(b"\x1bP>|XTerm(388)\x1b\\a"), [Key::Char('a')]);
    assert_eq!(keys(b"\x1b_x\x1b[Aa"), [Key::Up, Key::Char('a')]);
    assert_eq!(keys(b"\x1b[1;2;3\x18a"), [Key::Char('a')]);
    assert_eq!(keys(b"\x1b[?2026;2$ya"), [Key::Char('a')]);
    let long = [b"\x1b[".as_slice(), &[b'1'; 5000], b"~x"].concat();
    assert_eq!(keys(&long), [Key::Char('x')]);
}

#[test]
fn reports_are_read() {
    assert_eq!(reports(b"\x1b[=67;84;101;114;109;1;332c"), [Report::CTerm { revision: 1332 }]);
    assert_eq!(reports(b"\x1b[<0;1;2c"), [Report::CTermFeatures(0b111)]);
    assert_eq!(reports(b"\x1b[<0;1;2;3;4;5;6;7;8c"), [Report::CTermFeatures(0x1ff)]);
    assert_eq!(reports(b"\x1b[24;80R\x1b[0n"), [Report::Cursor { row: 24, column: 80 }, Report::Status]);
    assert_eq!(reports(b"\x1b[?1;4R"), [Report::Cursor { row: 1, column: 4 }]);
    let xterm = b"\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c";
    assert_eq!(reports(xterm), [Report::Attributes]);
    assert_eq!(reports(b"\x1b[?6c\x1b[>0;276;0c\x1b[=1;2c"), [Report::Attributes; 3]);
    assert_eq!(reports(b"\x1b[=3;16;8n\x1b[?2;0;640;384S\x1b[R\x1b[0;0R"), []);
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<u8>().prop_map(|b| vec![b]),
        prop::sample::select(vec![
            "\x1b",
            "\x1b[",
            "\x1bO",
            "\x1b]",
            "\x1b[[",
            "\x1b[?",
            "\x1b[<0;1",
            "[",
            "5~",
            "A",
            "c",
            "R",
            ";",
            "\r",
            "\n",
            "\0",
            "é",
            "漢",
            "🙂",
            "\x1b\\",
            "$"
        ])
        .prop_map(|s| s.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn charset() -> impl Strategy<Value = Charset> {
    prop::sample::select(vec![Charset::Ascii, Charset::Cp437, Charset::Utf8])
}

proptest! {
    #[test]
    fn pieces_do_not_matter(bytes in hostile(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6), charset in charset(), cterm: bool) {
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        at.sort_unstable();
        let (mut pieces, mut start) = (Vec::new(), 0);
        for end in at.into_iter().chain([bytes.len()]) {
            pieces.push(&bytes[start..end]);
            start = end;
        }
        prop_assert_eq!(decode(charset, cterm, &pieces), decode(charset, cterm, &[&bytes]));
    }

    #[test]
    fn characters_are_never_controls(bytes in hostile(), charset in charset()) {
        for decoded in decode(charset, false, &[&bytes]) {
            match decoded {
                Decoded::Key(Key::Char(c)) => prop_assert!(!c.is_control()),
                Decoded::Key(Key::F(n)) => prop_assert!((1..=20).contains(&n)),
                Decoded::Key(Key::Ctrl(c)) => prop_assert!(c.is_ascii_lowercase() || matches!(c, '\\' | ']' | '^' | '_')),
                _ => {}
            }
        }
    }

    #[test]
    fn text_comes_through(text in "[^\\pC]{0,40}") {
        let typed: String = keys(text.as_bytes()).into_iter().map(|key| match key { Key::Char(c) => c, other => panic!("{other:?}") }).collect();
        prop_assert_eq!(typed, text);
    }

    #[test]
    fn a_sequence_always_ends(bytes in hostile()) {
        let mut decoder = KeyDecoder::new(Charset::Utf8);
        decoder.feed(&bytes, |_| {});
        decoder.flush(|_| {});
        prop_assert!(!decoder.waiting());
        let mut last = None;
        decoder.feed(b"\rz", |d| last = Some(d));
        prop_assert_eq!(last, Some(Decoded::Key(Key::Char('z'))));
    }
}

#[test]
fn the_mouse_clicks_and_its_wheel_turns() {
    let mut decoder = KeyDecoder::new(Charset::Utf8);
    decoder.set_mouse(true);
    let mut keys = Vec::new();
    let sgr = b"\x1b[<0;5;3M\x1b[<0;5;3m\x1b[<4;80;24M\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<2;1;1M\x1b[<32;6;6M\x1b[<0;0;0M";
    let x10 = b"\x1b[M %#\x1b[M#%#\x1b[M`!!x";
    for bytes in [&sgr[..], x10] {
        decoder.feed(bytes, |decoded| keys.push(decoded));
    }
    let expected = [
        Key::Click { column: 4, row: 2 },
        Key::Click { column: 79, row: 23 },
        Key::WheelUp,
        Key::WheelDown,
        Key::Click { column: 4, row: 2 },
        Key::WheelUp,
        Key::Char('x'),
    ];
    assert_eq!(keys, expected.map(Decoded::Key));
}

#[test]
fn home_computers_have_keys_of_their_own() {
    for (charset, bytes, expected) in [
        (
            Charset::Petscii,
            &b"\xc8\x49\x0d\x0a\x14\x91\x11\x9d\x1d\x13\x5f\x03\x85\x8c\x22\xa4"[..],
            &[
                Key::Char('H'),
                Key::Char('i'),
                Key::Enter,
                Key::Backspace,
                Key::Up,
                Key::Down,
                Key::Left,
                Key::Right,
                Key::Home,
                Key::Escape,
                Key::Escape,
                Key::F(1),
                Key::F(8),
                Key::Char('"'),
                Key::Char('_'),
            ][..],
        ),
        (
            Charset::Atascii,
            b"Hi\x9b\x7e\x1c\x1d\x1e\x1f\x7f\xe1",
            &[
                Key::Char('H'),
                Key::Char('i'),
                Key::Enter,
                Key::Backspace,
                Key::Up,
                Key::Down,
                Key::Left,
                Key::Right,
                Key::Tab,
                Key::Char('a'),
            ],
        ),
    ] {
        let (mut decoder, mut keys) = (KeyDecoder::new(charset), Vec::new());
        decoder.feed(bytes, |decoded| keys.push(decoded));
        let expected: Vec<Decoded> = expected.iter().copied().map(Decoded::Key).collect();
        assert_eq!(keys, expected, "{charset:?}");
        assert!(!decoder.waiting());
    }
}
