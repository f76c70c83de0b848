//! Answers, names and locales, and what is concluded from them.

use super::*;
use crate::decoder::KeyDecoder;
use crate::key::Decoded;

fn conclude(name: Option<&str>, utf8_locale: Option<bool>, answers: &[Report]) -> Capabilities {
    let mut probe = Probe::new(Hint {
        terminal_type: name,
        environment: Environment { utf8_locale, true_color: false },
        size: None,
    });
    answers.iter().for_each(|answer| probe.answer(answer));
    probe.conclude()
}

fn column(column: u16) -> Report {
    Report::Cursor { row: 1, column }
}

#[test]
fn syncterm_is_cterm_with_code_page_437() {
    let answers = [Report::CTerm { revision: 1332 }, Report::CTermFeatures(0x1ff), column(4)];
    let terminal = conclude(Some("syncterm"), None, &answers);
    assert_eq!(terminal.charset, Charset::Cp437);
    assert_eq!((terminal.colors, terminal.cterm), (Colors::True, Some(1332)));
    assert!(terminal.ansi && terminal.mouse && terminal.ice && terminal.links && terminal.wire().hide_cursor);
    assert!(!conclude(Some("ansi"), None, &[]).wire().hide_cursor);
    assert_eq!(conclude(Some("xterm"), None, &answers).charset, Charset::Cp437);
}

#[test]
fn dumb_is_a_wish_that_answers_do_not_overrule() {
    let terminal = conclude(Some("dumb"), None, &[Report::Attributes, column(1)]);
    assert!(!terminal.ansi);
    assert_eq!(terminal.charset, Charset::Utf8);
}

#[test]
fn the_mark_decides_the_charset() {
    for name in [Some("syncterm"), Some("ansi"), Some("xterm"), Some("vt100"), None] {
        assert_eq!(conclude(name, None, &[Report::Attributes, column(1)]).charset, Charset::Utf8, "{name:?}");
    }
    for name in [Some("ansi-bbs"), Some("pcansi"), Some("scoansi"), Some("SyncTERM"), Some("unknown"), None] {
        assert_eq!(conclude(name, None, &[column(4)]).charset, Charset::Cp437, "{name:?}");
    }
    for name in ["xterm", "linux", "screen", "putty", "vt100"] {
        assert_eq!(conclude(Some(name), None, &[column(4)]).charset, Charset::Ascii, "{name}");
    }
}

#[test]
fn names_decide_when_nobody_answers() {
    for (name, locale, charset) in [
        ("xterm-256color", None, Charset::Utf8),
        ("linux", Some(true), Charset::Utf8),
        ("tmux-256color", None, Charset::Utf8),
        ("xterm", Some(false), Charset::Ascii),
        ("vt100", None, Charset::Ascii),
        ("vt220", Some(true), Charset::Utf8),
        ("ansi", None, Charset::Cp437),
        ("syncterm", None, Charset::Cp437),
    ] {
        let terminal = conclude(Some(name), locale, &[]);
        assert_eq!((terminal.charset, terminal.ansi), (charset, true), "{name}");
    }
    for name in [None, Some("dumb"), Some("unknown"), Some("network"), Some("hp2621")] {
        let terminal = conclude(name, Some(true), &[]);
        assert_eq!(
            (terminal.charset, terminal.ansi, terminal.colors),
            (Charset::Ascii, false, Colors::Mono),
            "{name:?}"
        );
    }
}

#[test]
fn answers_come_through_the_decoder() {
    let conclude = |name, bytes: &[u8]| {
        let mut probe = Probe::new(Hint { terminal_type: name, ..Hint::default() });
        let mut decoder = KeyDecoder::new(Charset::Ascii);
        decoder.feed(bytes, |decoded| match decoded {
            Decoded::Report(report) => probe.answer(&report),
            Decoded::Key(key) => panic!("{key:?}"),
        });
        assert!(probe.answered());
        probe.conclude()
    };
    let syncterm = b"\x1b[=67;84;101;114;109;1;332c\x1b[<0;1;2;3;4;5;6;7;8c\x1b[1;4R";
    let terminal = conclude(Some("syncterm"), syncterm);
    assert_eq!((terminal.charset, terminal.cterm), (Charset::Cp437, Some(1332)));
    let xterm = b"\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c\x1b[24;1R";
    assert_eq!(conclude(Some("xterm"), xterm).charset, Charset::Utf8);
    assert_eq!(conclude(None, b"\x1b[1;4R").charset, Charset::Cp437);
}

#[test]
fn the_questions_leave_the_line_clean() {
    let mut parser = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    parser.process(QUESTIONS);
    assert_eq!(parser.screen().contents().trim(), "");
    assert_eq!(parser.screen().cursor_position(), (0, 0));
    // A terminal that knows nothing shows all but ESC and CR.
    let (mut line, mut at) = ([b' '; 80], 0);
    for byte in QUESTIONS.iter().filter(|byte| **byte != 0x1b) {
        if *byte == b'\r' {
            at = 0;
        } else {
            line[at] = *byte;
            at += 1;
        }
    }
    assert_eq!((line, at), ([b' '; 80], 0));
}

#[test]
fn the_cursor_report_ends_the_questions() {
    let mut probe = Probe::new(Hint::default());
    assert!(!probe.questions().is_empty());
    probe.answer(&Report::Attributes);
    assert!(!probe.answered());
    probe.answer(&column(1));
    assert!(probe.answered());
    probe.answer(&column(4));
    assert_eq!(probe.conclude().charset, Charset::Utf8);
    let plain = Probe::new(Hint { terminal_type: Some("dumb"), ..Hint::default() });
    assert!(plain.answered() && plain.questions().is_empty());
}

#[test]
fn sizes_are_clamped() {
    for (given, taken) in [
        ((0, 0), (80, 24)),
        ((1, 1), (80, 24)),
        ((80, 0), (80, 24)),
        ((65535, 65535), (80, 24)),
        ((132, 49), (132, 49)),
        ((10, 5), (20, 10)),
        ((400, 300), (255, 255)),
    ] {
        let mut probe = Probe::new(Hint { size: Some(given), ..Hint::default() });
        let size = |probe: &Probe| (probe.conclude().columns, probe.conclude().rows);
        assert_eq!(size(&probe), taken, "{given:?}");
        // What no screen can be is no news.
        probe.size(0, 0);
        probe.size(65535, 65535);
        assert_eq!(size(&probe), taken, "{given:?}");
    }
}

#[test]
fn names_are_bounded_and_the_first_good_one_stays() {
    let mut probe = Probe::new(Hint { terminal_type: Some("UNKNOWN"), ..Hint::default() });
    probe.terminal_type("XTERM-256COLOR");
    probe.terminal_type("ansi");
    assert_eq!(probe.conclude().terminal_type, "xterm-256color");
    assert_eq!(probe.conclude().colors, Colors::TwoFiftySix);
    let mut long = Probe::new(Hint::default());
    long.terminal_type(&"x\x1b[2J ".repeat(100));
    assert_eq!(long.conclude().terminal_type, "x[2J".repeat(10).to_lowercase());
}

#[test]
fn home_computers_are_known_by_name_alone() {
    let c64 = conclude(Some("PETSCII"), None, &[]);
    assert_eq!((c64.charset, c64.colors), (Charset::Petscii, Colors::Sixteen));
    assert_eq!((c64.ansi, c64.plain, c64.mouse, c64.columns, c64.rows), (false, false, false, 40, 25));
    let atari = conclude(Some("atascii"), None, &[]);
    assert_eq!((atari.charset, atari.plain, atari.columns, atari.rows), (Charset::Atascii, true, 40, 24));
}

#[test]
fn extras_only_where_they_are_announced() {
    let older = [Report::CTerm { revision: 1061 }, Report::CTermFeatures(0b10), column(4)];
    let terminal = conclude(Some("syncterm"), None, &older);
    assert_eq!(terminal.colors, Colors::Sixteen);
    assert!(!terminal.mouse && !terminal.ice && !terminal.links);
    for (name, mouse, links) in [
        ("xterm-256color", true, true),
        ("putty", true, false),
        ("linux", false, false),
        ("ansi", false, false),
        ("vt100", false, false),
        ("dumb", false, false),
    ] {
        let terminal = conclude(Some(name), None, &[column(1)]);
        assert_eq!((terminal.mouse, terminal.links, terminal.ice), (mouse, links, false), "{name}");
    }
    let mut probe = Probe::new(Hint { terminal_type: Some("xterm"), ..Hint::default() });
    probe.variable("COLORTERM", "truecolor");
    probe.variable("SECRET", "24bit");
    probe.answer(&column(1));
    assert_eq!(probe.conclude().colors, Colors::True);
}

#[test]
fn a_caller_knows_better() {
    let silent = conclude(None, None, &[]);
    assert!(silent.plain);
    let chosen = |found: &Capabilities, charset| {
        let mut terminal = found.clone();
        terminal.choose(charset);
        (terminal.charset, terminal.ansi, terminal.plain)
    };
    assert_eq!(chosen(&silent, Charset::Cp437), (Charset::Cp437, true, false));
    assert_eq!(chosen(&silent, Charset::Ascii), (Charset::Ascii, false, true));
    assert_eq!(chosen(&silent, Charset::Petscii), (Charset::Petscii, false, false));
    let dumb = conclude(Some("dumb"), None, &[]);
    assert_eq!(chosen(&dumb, Charset::Utf8), (Charset::Utf8, false, true));
    let xterm = conclude(Some("xterm"), None, &[column(1)]);
    assert_eq!(chosen(&xterm, Charset::Cp437), (Charset::Cp437, true, false));
    let c64 = conclude(Some("petscii"), None, &[]);
    assert_eq!(chosen(&c64, Charset::Cp437), (Charset::Cp437, false, true));
}

#[test]
fn lies_leave_a_usable_terminal() {
    for answer in [
        Report::Cursor { row: 65535, column: 65535 },
        Report::Cursor { row: 1, column: 1 },
        Report::CTerm { revision: u32::MAX },
        Report::CTermFeatures(u16::MAX),
    ] {
        let mut probe = Probe::new(Hint { terminal_type: Some("\u{1b}[2J"), ..Hint::default() });
        for size in [(0, 0), (1, 1), (65535, 65535)] {
            probe.size(size.0, size.1);
            probe.answer(&answer);
            let terminal = probe.conclude();
            assert_eq!((terminal.columns, terminal.rows), (80, 24));
            assert!(terminal.ansi);
        }
    }
}
