use super::*;
use crate::cell::{Cell, Color, Style};
use crate::charset::Charset;
use crate::emulator::Emulator;

use proptest::prelude::*;

const CP437: Wire = Wire::ANSI_SYS;
const UTF8: Wire = Wire { charset: Charset::Utf8, ..CP437 };

fn art(bytes: &[u8]) -> Art {
    Art::parse(bytes).unwrap()
}

fn with_width(bytes: &[u8], columns: u16, ice: bool) -> Art {
    art(&sauce::append(bytes, &Sauce { columns, ice, ..Sauce::default() }))
}

fn nothing(_: &str) -> Option<String> {
    None
}

fn lines(grid: &Grid) -> Vec<String> {
    (0..grid.rows()).map(|y| grid.line(y)).collect()
}

fn streamed(art: &Art, wire: &Wire) -> Vec<u8> {
    let mut out = Vec::new();
    art.stream(wire, &nothing, &mut out);
    out
}

#[test]
fn cursor_sequences_of_ansi_sys() {
    let drawn = art(b"\x1b[2J\x1b[3;5Habc\x1b[sX\x1b[A\x1b[2DY\x1b[2B\x1b[3CZ\x1b[uQ\x1b[1;1fT");
    assert_eq!(lines(drawn.grid()), ["T", "      Y", "    abcQ", "          Z"]);
    assert_eq!(lines(art(b"abcdef\x1b[3D\x1b[K").grid()), ["abc"]);
    assert_eq!(lines(art(b"abcdef\x1b[3D\x1b[1K").grid()), ["    ef"]);
    assert_eq!(lines(art(b"junk\x1b[2Jok").grid()), ["ok"]);
    assert_eq!(lines(art(b"a\tb\x08c\r\n\x07x\ny\x1a hidden").grid()), ["a       c", "x", "y"]);
    assert_eq!(lines(art(b"\x03\x1bM\x1b[").grid()), ["♥←M"]);
}

#[test]
fn colours_of_ansi_sys() {
    let cell = |bytes: &[u8]| art(bytes).grid().cell(0, 0).unwrap().style;
    assert_eq!(cell(b"x"), Style::DEFAULT);
    assert_eq!(cell(b"\x1b[31;1;44mx"), Style::new(9, 4));
    assert_eq!(cell(b"\x1b[1mx"), Style::fg(15));
    assert_eq!(cell(b"\x1b[1;33m\x1b[0;33mx"), Style::fg(3));
    assert_eq!(cell(b"\x1b[41m\x1b[40mx"), Style::DEFAULT);
    assert_eq!(cell(b"\x1b[5;36mx"), Style::fg(6).blinking());
    assert_eq!(cell(b"\x1b[7mx"), Style::DEFAULT.reversed());
    assert_eq!(cell(b"\x1b[38;5;200;48;2;1;2;3mx").fg, Color::Indexed(200));
    assert_eq!(cell(b"\x1b[1;255;128;0tx").fg, Color::Rgb(255, 128, 0));
    assert_eq!(cell(b"\x1b[95mx"), Style::fg(13));
    assert_eq!(cell(b"\x1b[?33h\x1b[5;36mx"), Style::fg(6).on(8));
    let ice = with_width(b"\x1b[5;41;37mx", 80, true);
    assert_eq!(ice.grid().cell(0, 0).unwrap().style, Style::fg(7).on(9));
}

#[test]
fn rows_wrap_at_the_width_that_sauce_says() {
    assert_eq!(lines(with_width(b"abcdef", 4, false).grid()), ["abcd", "ef"]);
    assert_eq!(lines(with_width(b"abcd\r\nef", 4, false).grid()), ["abcd", "", "ef"]);
    assert_eq!(art(b"x").grid().columns(), 80);
    assert_eq!(art(b"").grid().rows(), 1);
}

#[test]
fn both_encodings_are_known() {
    assert_eq!(lines(art(b"\xb0\xdb\xc4").grid()), ["░█─"]);
    assert_eq!(lines(art("░█─ é".as_bytes()).grid()), ["░█─ é"]);
    assert_eq!(lines(art("\u{feff}plain я".as_bytes()).grid()), ["plain я"]);
    assert_eq!(lines(art(b"\xdb\xb0\xc4\xb0").grid()), ["█░─░"]);
    assert_eq!(lines(with_width("é".as_bytes(), 80, false).grid()), ["├⌐"]);
}

#[test]
fn sizes_are_bounded() {
    assert_eq!(Art::parse(&vec![b'x'; MAX_BYTES + 1]).unwrap_err(), ArtError::TooLarge(MAX_BYTES + 1));
    let wide = sauce::append(b"x", &Sauce { columns: 160, ..Sauce::default() });
    assert_eq!(Art::parse(&wide).unwrap_err(), ArtError::TooWide(160));
    assert_eq!(Art::parse(&[b"\n".repeat(200), b"x".to_vec()].concat()).unwrap_err(), ArtError::TooTall);
    assert_eq!(art(&[b"\n".repeat(199), b"x".to_vec()].concat()).grid().rows(), 200);
    assert_eq!(art(b"\x1b[9999;9999Hx").grid().rows(), 200);
}

#[test]
fn marks_are_found_and_filled() {
    let drawn = art(b"Hi \x1b[1;32m|UN~~~\x1b[0m! |ID~~> a||b |x |A");
    let [name, number] = drawn.marks() else { panic!("{:?}", drawn.marks()) };
    assert_eq!((name.name.as_str(), name.x, name.y, name.width, name.right), ("UN", 3, 0, 6, false));
    assert_eq!(name.style, Style::fg(10));
    assert_eq!((number.name.as_str(), number.width, number.right), ("ID", 6, true));
    assert_eq!(drawn.grid().line(0), "Hi |UN~~~! |ID~~> a|b |x |A");
    let value = |name: &str| match name {
        "UN" => Some("Ada\x1b[2J Lovelace".to_owned()),
        "ID" => Some("7".to_owned()),
        _ => None,
    };
    let filled = drawn.fill(&value);
    assert_eq!(filled.line(0), "Hi Ada Lo!      7 a|b |x |A");
    assert_eq!(filled.cell(4, 0).unwrap(), Cell { ch: 'd', style: Style::fg(10) });
    let mut out = Vec::new();
    drawn.stream(&CP437, &value, &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap().replace('\x1b', "^"),
        "Hi ^[1;32mAda Lo^[0m!      7 a|b |x |A"
    );
}

#[test]
fn a_mark_ends_with_its_row() {
    let drawn = with_width(b"ab|UN~~~~~~~\r\nx", 8, false);
    assert_eq!(drawn.marks()[0].width, 6);
    assert_eq!(lines(&drawn.fill(&|_| Some("123456789".to_owned()))), ["ab123456", "", "x"]);
}

#[test]
fn code_page_437_goes_out_as_it_is() {
    let bytes = b"\xc9\xcd\xbb \x1b[1;34m\xb0\xb1\xb2\x03\r\n\x1b[10C\x1b[0;33mend";
    assert_eq!(streamed(&art(bytes), &CP437), [bytes.as_slice(), b"\x1b[0m"].concat());
    assert!(String::from_utf8(streamed(&art(bytes), &UTF8)).unwrap().starts_with("╔═╗ \x1b[1;34m░▒▓♥"));
    let ascii = streamed(&art(bytes), &Wire { charset: Charset::Ascii, ..CP437 });
    assert!(ascii.starts_with(b"+-+ \x1b[1;34m.:#*"));
}

#[test]
fn line_ends_after_the_last_row_are_not_sent() {
    assert_eq!(streamed(&art(b"a\r\nb\r\n\r\n"), &CP437), b"a\r\nb");
    assert_eq!(streamed(&art(b"Name: \x1b[1m"), &CP437), b"Name: ");
}

fn expect_same(screen: &Emulator, grid: &Grid, top: usize) -> Result<(), TestCaseError> {
    for y in 0..grid.rows() {
        for x in 0..grid.columns() {
            let wanted = screen.seen(grid.cell(x, y).unwrap());
            let got = screen.seen(screen.cells[top + usize::from(y)][usize::from(x)]);
            prop_assert!(got.looks_like(wanted), "{},{}: {:?} instead of {:?}", x, y, got, wanted);
        }
    }
    Ok(())
}

#[test]
fn a_full_screen_does_not_scroll() {
    let full = with_width(&[b"\x1b[44m".as_slice(), &b"0123456789".repeat(3)].concat(), 10, false);
    for wraps_at_once in [true, false] {
        let mut screen = Emulator::new(10, 3, wraps_at_once, false);
        screen.feed(&streamed(&full, &CP437));
        assert_eq!(screen.scrolled, 0);
        expect_same(&screen, full.grid(), 0).unwrap();
    }
}

fn a_piece() -> impl Strategy<Value = Vec<u8>> {
    let text = prop::collection::vec(prop::sample::select(b"ab \xb0\xdb\xc4\x03".to_vec()), 1..14);
    let sgr = (0u8..2, prop::option::of(30u8..38), prop::option::of(40u8..48)).prop_map(|(bold, fg, bg)| {
        let color = |n: Option<u8>| n.map_or(String::new(), |n| format!(";{n}"));
        format!("\x1b[{bold}{}{}m", color(fg), color(bg)).into_bytes()
    });
    let control = prop_oneof![
        (1u8..9, prop::sample::select(vec!['A', 'B', 'C', 'D'])).prop_map(|(n, c)| format!("\x1b[{n}{c}")),
        (1u8..7, 1u8..13).prop_map(|(y, x)| format!("\x1b[{y};{x}H")),
        prop::sample::select(vec![
            "\r\n", "\r", "\x08", "\t", "\x1b[s", "\x1b[u", "\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[J",
            "\x1b[1J"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec!["|UN", "|UN~~~", "|TI~~>", "||", "|"]).prop_map(str::to_owned),
    ];
    prop_oneof![4 => text, 2 => sgr, 3 => control.prop_map(String::into_bytes)]
}

fn value(name: &str) -> Option<String> {
    (name == "UN").then(|| "Caller é".to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn streamed_and_filled_agree(
        pieces in prop::collection::vec(a_piece(), 0..40), wraps_at_once: bool, wider in 0u16..3, below in 0usize..3, cleared: bool
    ) {
        let mut bytes = pieces.concat();
        if cleared {
            bytes.splice(0..0, *b"\x1b[2J");
        }
        let drawn = with_width(&bytes, 12, false);
        let filled = drawn.fill(&value);
        let top = if cleared { 0 } else { below };
        let rows = filled.rows() + u16::try_from(top).unwrap();
        for wire in [CP437, UTF8] {
            let mut screen = Emulator::new(12 + wider, rows, wraps_at_once, wire.charset == Charset::Utf8);
            let mut out = b"\r\n".repeat(top);
            drawn.stream(&wire, &value, &mut out);
            screen.feed(&out);
            prop_assert_eq!(screen.scrolled, 0);
            expect_same(&screen, &filled, top)?;
        }
    }

    #[test]
    fn vt100_agrees_with_the_parser(pieces in prop::collection::vec(a_piece(), 0..40)) {
        let drawn = with_width(&pieces.concat(), 12, false);
        let rows = drawn.grid().rows();
        let mut parser = vt100::Parser::new(rows.max(2).try_into().unwrap(), 12.try_into().unwrap(), 0);
        parser.process(&streamed(&drawn, &UTF8));
        let shown: Vec<String> = parser.screen().rows(0, 12).take(usize::from(rows)).map(|line| line.trim_end().to_owned()).collect();
        prop_assert_eq!(shown, lines(drawn.grid()));
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(drawn) = Art::parse(&bytes) {
            let mut out = Vec::new();
            drawn.stream(&CP437, &value, &mut out);
            prop_assert!(!out.iter().any(|b| matches!(b, 0 | 5 | 7 | 9 | 11 | 12 | 14 | 15 | 0x12 | 0x13 | 0x1a)));
        }
    }
}
