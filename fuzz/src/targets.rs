//! One function for each thing that strangers write: it may find fault with its input, and must not panic, hang, grow
//! without bound or give out what it promises never to. `tests/fuzz_corpus.rs` of the board runs the same functions.

use std::collections::BTreeSet;

use dialtone_telnet::{Received, Telnet, TelnetOption};
use dialtone_terminal::art::Art;
use dialtone_terminal::text::{clean_body, clean_line};
use dialtone_terminal::{
    Capabilities, Charset, Colors, Decoded, Grid, Hint, Key, KeyDecoder, Probe, Style, Wire, draw, pipe,
    sauce,
};

use dialtone_domain::access::{AccessRule, Facts};

use crate::menu::{self, Effect, Known, MenuInput, State};

const CHARSETS: [Charset; 5] =
    [Charset::Ascii, Charset::Cp437, Charset::Utf8, Charset::Petscii, Charset::Atascii];

/// The first byte, which chooses among ways, and the rest.
fn choice(data: &[u8]) -> (usize, &[u8]) {
    match data {
        [first, rest @ ..] => (usize::from(*first), rest),
        [] => (0, data),
    }
}

fn charset(choice: usize) -> Charset {
    CHARSETS.get(choice % CHARSETS.len()).copied().unwrap_or(Charset::Ascii)
}

/// Keys and reports, in one piece and byte by byte; what is found out about the terminal from them.
pub fn keys(data: &[u8]) {
    let (way, bytes) = choice(data);
    let decoded = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut decoder = KeyDecoder::new(charset(way));
        decoder.set_cterm(way & 64 != 0);
        decoder.set_mouse(way & 128 != 0);
        let mut all = Vec::new();
        pieces.for_each(|piece| decoder.feed(piece, |decoded| all.push(decoded)));
        decoder.flush(|decoded| all.push(decoded));
        assert!(!decoder.waiting());
        all
    };
    let whole = decoded(&mut std::iter::once(bytes));
    assert_eq!(whole, decoded(&mut bytes.chunks(1)));
    let mut probe = Probe::new(Hint::default());
    for decoded in whole {
        match decoded {
            Decoded::Key(Key::Char(c)) => assert!(!c.is_control()),
            Decoded::Key(_) => {}
            Decoded::Report(report) => probe.answer(&report),
        }
    }
    probe.terminal_type(&String::from_utf8_lossy(bytes));
    let Capabilities { columns, rows, terminal_type, .. } = probe.conclude();
    assert!((20..=255).contains(&columns) && (10..=255).contains(&rows));
    assert!(terminal_type.len() <= 40 && terminal_type.bytes().all(|byte| byte.is_ascii_graphic()));
}

/// Telnet from the wire: the same in one piece and byte by byte, answers bounded, memory bounded.
pub fn telnet(data: &[u8]) {
    let heard = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let (mut telnet, mut out, mut seen) = (Telnet::new(), Vec::new(), Vec::new());
        telnet.open(&mut out);
        for piece in pieces {
            telnet.receive(piece, &mut out, |received| match received {
                Received::Data(data) => seen.extend_from_slice(data),
                Received::TerminalType(name) => assert!(name.len() <= 40),
                Received::WindowSize { .. } | Received::Environment { .. } | Received::Command(_) => {}
            });
            assert!(telnet.heap() <= 1024);
        }
        (seen, out, telnet.us(TelnetOption::ECHO), telnet.settled())
    };
    let whole = heard(&mut std::iter::once(data));
    assert!(whole.1.len() <= 1024 + data.len() * 6);
    assert_eq!(whole, heard(&mut data.chunks(1)));
    let (mut wire, mut back) = (Vec::new(), Vec::new());
    Telnet::new().encode(data, &mut wire);
    let mut reader = Telnet::new();
    reader.receive(&wire, &mut Vec::new(), |received| {
        if let Received::Data(data) = received {
            back.extend_from_slice(data);
        }
    });
    assert!(back.len() <= data.len());
}

/// Art, and the same art on each kind of wire.
pub fn art(data: &[u8]) {
    let (way, bytes) = choice(data);
    let Ok(art) = Art::parse(bytes) else { return };
    let grid = art.fill(&|mark| Some(mark.repeat(3)));
    assert_eq!((grid.columns(), grid.rows()), (art.grid().columns(), art.grid().rows()));
    let mut out = Vec::new();
    art.stream(&wire(way), &|_| None, &mut out);
    assert!(art.marks().iter().all(|mark| mark.x < grid.columns()));
}

/// SAUCE, which hides behind the art or is none.
pub fn sauce(data: &[u8]) {
    let (art, record) = sauce::split(data);
    assert!(data.starts_with(art));
    if let Some(record) = record {
        let again = sauce::append(art, &record);
        let (kept, read) = sauce::split(&again);
        assert_eq!(kept, art);
        assert!(read.is_some_and(|read| (read.columns, read.ice) == (record.columns, record.ice)));
        assert!(record.title.chars().count() <= 35);
    }
}

/// Pipe codes, and text made harmless.
pub fn pipe(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let runs = pipe::parse(&text, Style::DEFAULT);
    let joined: String = runs.into_iter().map(|(_, run)| run).collect();
    assert_eq!(joined, pipe::strip(&text));
    assert_eq!(pipe::strip(&pipe::escape(&text)), text);
    let line = clean_line(&text);
    assert!(!line.chars().any(char::is_control));
    assert!(!clean_body(&text).chars().any(|c| c.is_control() && c != '\n'));
    for charset in CHARSETS {
        let mut out = Vec::new();
        charset.encode_str(&text, &mut out);
        assert!(!out.iter().any(|byte| *byte < b' ' || *byte == 0x7f));
    }
}

/// Two screens and what lies between them, on each kind of wire.
pub fn screen(data: &[u8]) {
    let (way, bytes) = choice(data);
    let text = String::from_utf8_lossy(bytes);
    let (columns, rows) = (1 + u16::try_from(way % 50).unwrap_or(0), 6);
    let grid = |skip: usize| {
        let mut grid = Grid::new(columns, rows);
        for (y, line) in (0..rows).zip(text.split('\n').skip(skip)) {
            let style = line.bytes().next().map_or(Style::DEFAULT, |byte| Style::new(byte % 16, byte / 16));
            grid.text(u16::from(line.len() % 2 == 1), y, line, style);
        }
        grid.set_cursor(Some((columns, rows)));
        grid
    };
    let mut out = Vec::new();
    draw(None, &grid(0), &wire(way), &mut out);
    draw(Some(&grid(0)), &grid(1), &wire(way), &mut out);
    let mut nothing = Vec::new();
    draw(Some(&grid(1)), &grid(1), &wire(way), &mut nothing);
    assert!(nothing.is_empty());
}

fn wire(way: usize) -> Wire {
    let colors = [Colors::Mono, Colors::Sixteen, Colors::TwoFiftySix, Colors::True];
    Wire {
        charset: charset(way),
        colors: colors.get(way / 8 % 4).copied().unwrap_or(Colors::Sixteen),
        ice: way & 32 != 0,
        hide_cursor: way & 64 != 0,
        links: way & 128 != 0,
        erases_in_color: way & 64 != 0,
    }
}

/// Access rules.
pub fn access(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(rule) = text.parse::<AccessRule>() {
        rule.allows(&Facts::default());
        assert_eq!(rule.to_string().parse(), Ok(rule), "written and read again");
    }
}

/// A menus.toml over another, and a caller who presses everything in it.
pub fn menus(data: &[u8]) {
    const BUILT_IN: &str = "start = \"main\"\nlife = [\"quiet\"]\n[menus.main]\ntitle = \"main\"\nart = \"main\"\n\
        prompt = \"? \"\nkeys = [{ key = \"G\", name = \"Goodbye\", logoff = true }]\n";
    let text = String::from_utf8_lossy(data);
    let known = Known {
        screens: &["boards", "who"],
        values: &["NM", "ON"],
        arts: &BTreeSet::from(["main"]),
        marks: &|_, mark| mark.len() == 2,
    };
    for layers in [&[("menus.toml", &*text)][..], &[("built in", BUILT_IN), ("menus.toml", &*text)]] {
        match menu::parse(layers, &known) {
            Ok(menus) => {
                let facts = Facts::default();
                let mut state = State::new(&menus);
                for key in ('!'..='~').chain('!'..='~') {
                    let (mut next, mut effect) = menus.step(state, MenuInput::Key(key), &facts);
                    // A chain may go on for a while, and must not for ever.
                    for turn in 0.. {
                        assert!(turn < 10_000, "{effect:?} without end");
                        let input = match effect {
                            Effect::Show | Effect::Nothing => break,
                            Effect::Logoff => {
                                next = State::new(&menus);
                                break;
                            }
                            Effect::Screen(_) | Effect::Say(_) => MenuInput::Done,
                            Effect::Ask(_) => MenuInput::Answer(turn % 2 == 0),
                            Effect::Word(_) => MenuInput::Word("word".to_owned()),
                        };
                        (next, effect) = menus.step(next, input, &facts);
                    }
                    assert!(menus.get(next.here()).is_some());
                    state = next;
                }
            }
            Err(mistakes) => assert!(!format!("{mistakes:?}").is_empty()),
        }
    }
}
