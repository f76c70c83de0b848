//! What is wrong with a file of art, in words for whoever drew it.

use std::fmt;

use super::{Art, MAX_BYTES};
use crate::cell::Color;
use crate::sauce::{self, RECORD};

/// The rows of a screen that art should not be higher than.
const SCREEN_ROWS: u16 = 25;
/// Bytes a second at 9600 baud: eight bits, a start and a stop bit.
const BYTES_A_SECOND: usize = 960;
/// Seconds at 9600 baud that a screen may take.
const SECONDS: usize = 2;
/// Bytes that go over the line in that time.
pub const SCREEN_BYTES: usize = SECONDS * BYTES_A_SECOND;
/// Final bytes of the control sequences that ANSI.SYS art is made of.
const KNOWN: &[u8] = b"HfABCDsuJKmtlh";

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// It looks or works otherwise on some terminals.
    Remark,
    /// It is not what it says, or not all of it is drawn.
    Mistake,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub grade: Grade,
    /// What it is.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grade = match self.grade {
            Grade::Remark => "remark",
            Grade::Mistake => "mistake",
        };
        write!(f, "{grade}: {}", self.text)
    }
}

/// A mistake.
pub fn mistake(text: impl Into<String>) -> Finding {
    Finding { grade: Grade::Mistake, text: text.into() }
}

/// A remark.
pub fn remark(text: impl Into<String>) -> Finding {
    Finding { grade: Grade::Remark, text: text.into() }
}

/// Looks a file over. `slow` allows more than [`SCREEN_BYTES`], as a welcome may take.
pub fn review(bytes: &[u8], slow: bool) -> Vec<Finding> {
    if bytes.len() > MAX_BYTES {
        // Not even read to its end: what is that large is no art.
        return vec![mistake(format!("it has {} bytes; art has {MAX_BYTES} at most", bytes.len()))];
    }
    let art = match Art::parse(bytes) {
        Ok(art) => art,
        Err(error) => return vec![mistake(error.to_string())],
    };
    let mut found = Vec::new();
    record(bytes, &art, &mut found);
    sequences(art.bytes(), &mut found);
    colours(&art, &mut found);
    let rows = art.grid().rows();
    if rows > SCREEN_ROWS {
        found.push(remark(format!("it has {rows} rows: a screen of {SCREEN_ROWS} does not show them all")));
    }
    let tenths = art.bytes().len() * 10 / BYTES_A_SECOND;
    if tenths > SECONDS * 10 && !slow {
        let seconds = format!("{}.{}", tenths / 10, tenths % 10);
        found.push(remark(format!("it takes {seconds} seconds at 9600 baud; callers wait {SECONDS} gladly")));
    }
    found
}

/// The SAUCE record: that there is one, and that it is true.
fn record(bytes: &[u8], art: &Art, found: &mut Vec<Finding>) {
    let Some(sauce) = art.sauce() else {
        found.push(match bytes.windows(7).rposition(|seven| seven == b"SAUCE00") {
            Some(at) => mistake(format!(
                "its SAUCE record begins at byte {at}, {} from the end instead of {RECORD}: something was cut off or added",
                bytes.len() - at
            )),
            None => mistake("it has no SAUCE record: nothing says who drew it, or how wide it is"),
        });
        after_end(bytes, art, found);
        return;
    };
    let (body, _) = sauce::split(bytes);
    after_end(body, art, found);
    if sauce.title.is_empty() || sauce.author.is_empty() {
        found.push(remark("its SAUCE record names no title, or no author"));
    }
    let drawn = art.bytes().len();
    if usize::try_from(sauce.size).is_ok_and(|size| size != 0 && size != drawn) {
        found.push(mistake(format!("SAUCE says that the art has {} bytes; it has {drawn}", sauce.size)));
    }
    let (columns, rows) = (sauce.columns, sauce.rows);
    if columns == 0 {
        found.push(remark("SAUCE does not say how wide it is: 80 columns are taken"));
    }
    if rows != 0 && rows != art.grid().rows() {
        found.push(mistake(format!("SAUCE says {rows} rows; the art has {}", art.grid().rows())));
    }
    let promised = bytes.len().checked_sub(RECORD - sauce::COMMENTS).and_then(|at| bytes.get(at)).copied();
    if promised.is_some_and(|lines| lines > 0) && sauce.comments.is_empty() {
        found.push(mistake("SAUCE promises comment lines, and there are none"));
    }
}

/// What stands behind the end of file is never drawn.
fn after_end(body: &[u8], art: &Art, found: &mut Vec<Finding>) {
    let behind = body.len().saturating_sub(art.bytes().len() + 1);
    if behind > 0 {
        let end = art.bytes().len();
        found.push(mistake(format!(
            "the end of file (1A) stands at byte {end}: the {behind} bytes behind it are never drawn"
        )));
    }
}

/// Control sequences that no part of the board obeys.
fn sequences(bytes: &[u8], found: &mut Vec<Finding>) {
    let mut foreign: Vec<(usize, char)> = Vec::new();
    let mut cut_off = false;
    for (at, _) in bytes.windows(2).enumerate().filter(|(_, pair)| pair == b"\x1b[") {
        let rest = bytes.get(at + 2..).unwrap_or_default();
        match rest.iter().find(|byte| !matches!(byte, b' '..=b'?')) {
            Some(last @ b'@'..=b'~') if KNOWN.contains(last) => {}
            Some(last @ b'@'..=b'~') => foreign.push((at, char::from(*last))),
            _ => cut_off = true,
        }
    }
    if let Some((at, last)) = foreign.first() {
        let others = match foreign.len() {
            1 => String::new(),
            n => format!(", and {} more", n - 1),
        };
        found.push(remark(format!(
            "the control sequence that ends in {last} at byte {at} is left out{others}: it is no part of ANSI.SYS"
        )));
    }
    if cut_off {
        found.push(mistake("a control sequence has no end"));
    }
}

/// Colours that not every terminal has.
fn colours(art: &Art, found: &mut Vec<Finding>) {
    let grid = art.grid();
    let cells = || (0..grid.rows()).flat_map(|y| grid.row(y)).map(|cell| cell.style);
    let many = |color| matches!(color, Color::Indexed(16..) | Color::Rgb(..));
    let rich = cells().filter(|style| many(style.fg) || many(style.bg)).count();
    let bright = cells().filter(|style| matches!(style.bg, Color::Indexed(8..=15))).count();
    let blinking = cells().filter(|style| style.blink).count();
    if rich > 0 {
        found.push(remark(format!(
            "{rich} cells are in more than 16 colours: a terminal of 16 shows the nearest, and themes do not change them"
        )));
    }
    if bright > 0 {
        found.push(remark(format!(
            "{bright} cells have a bright background: a terminal without iCE colours shows the dark one"
        )));
    }
    if blinking > 0 {
        found.push(remark(format!("{blinking} cells blink, where the terminal blinks at all")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sauce::Sauce;
    use proptest::prelude::*;

    fn signed(bytes: &[u8], change: impl Fn(&mut Sauce)) -> Vec<u8> {
        let mut sauce =
            Sauce { title: "x".into(), author: "y".into(), columns: 80, rows: 1, ..Sauce::default() };
        change(&mut sauce);
        sauce::append(bytes, &sauce)
    }

    fn said(bytes: &[u8]) -> String {
        review(bytes, false).iter().map(|finding| format!("{finding}\n")).collect()
    }

    #[test]
    fn what_is_right_says_nothing() {
        assert_eq!(said(&signed(b"\x1b[1;36mhello\x1b[0m", |_| {})), "");
    }

    #[test]
    fn each_mistake_is_told() {
        let truncated = signed(b"x", |_| {});
        let truncated = truncated.get(..truncated.len() - 3).unwrap();
        let mut longer = signed(b"x", |_| {});
        longer.extend_from_slice(b"\r\n");
        let mut lies = signed(b"one", |_| {});
        let at = lies.len() - 128 + 90;
        lies[at] = 9;
        let mut comments = signed(b"one", |_| {});
        let at = comments.len() - 128 + 104;
        comments[at] = 2;
        for (bytes, words) in [
            (b"hello".to_vec(), "mistake: it has no SAUCE record"),
            (truncated.to_vec(), "125 from the end instead of 128"),
            (longer, "130 from the end instead of 128"),
            (signed(b"x", |sauce| sauce.rows = 24), "mistake: SAUCE says 24 rows; the art has 1"),
            (signed(b"x", |sauce| sauce.author.clear()), "no author"),
            (signed(b"x", |sauce| sauce.columns = 0), "80 columns are taken"),
            (signed(b"x", |sauce| sauce.columns = 500), "500 columns wide"),
            (lies, "says that the art has 9 bytes; it has 3"),
            (comments, "promises comment lines"),
            (signed(b"one\x1atwo", |_| {}), "at byte 3: the 3 bytes behind it are never drawn"),
            (b"one\x1atwo".to_vec(), "the 3 bytes behind it"),
            (signed(b"\x1b[38;5;200mx", |_| {}), "1 cells are in more than 16 colours"),
            (signed(b"\x1b[5;41mxy", |sauce| sauce.ice = true), "2 cells have a bright background"),
            (signed(b"\x1b[5mx", |_| {}), "1 cells blink"),
            (signed(b"\x1b[2qx\x1b[4q", |_| {}), "ends in q at byte 0 is left out, and 1 more"),
            (signed(b"x\x1b[1;2", |_| {}), "a control sequence has no end"),
            (signed(&b"x\r\n".repeat(30), |sauce| sauce.rows = 30), "30 rows: a screen of 25"),
            (signed(&b"\x1b[0m".repeat(900), |_| {}), "3.7 seconds at 9600 baud"),
            (vec![b'x'; MAX_BYTES + 1], "1048577 bytes"),
            (b"x\n".repeat(300), "more than 200 rows"),
        ] {
            let said = said(&bytes);
            assert!(said.contains(words), "{words}: {said}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_looked_over(bytes in prop::collection::vec(any::<u8>(), 0..600), signed in any::<bool>()) {
            let bytes = if signed { self::signed(&bytes, |_| {}) } else { bytes };
            review(&bytes, true);
        }
    }
}
