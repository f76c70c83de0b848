//! Finding out what a terminal can do from its answers, its name and its environment, without a clock.

use crate::charset::Charset;
use crate::key::Report;
use crate::sgr::{Colors, Wire};

/// Longest terminal name kept, in characters.
const NAME_LIMIT: usize = 40;

/// Device attributes; CTerm's features; a UTF-8 byte-order mark from the left edge, which a single-byte terminal
/// shows in three columns and a UTF-8 terminal in none; where that left the cursor; and blanks over all of it for
/// terminals that show what they do not know.
const QUESTIONS: &[u8] = b"\x1b[c\x1b[<c\r\xef\xbb\xbf\x1b[6n\r              \r";

/// CTerm's feature 7: mouse.
const FEATURE_MOUSE: u16 = 1 << 7;

/// What is known before the first question.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint<'a> {
    /// The terminal's name: telnet's TTYPE or SSH's TERM.
    pub terminal_type: Option<&'a str>,
    /// What LANG or LC_* say about UTF-8, if they came.
    pub utf8_locale: Option<bool>,
    /// Columns and rows, as the terminal said.
    pub size: Option<(u16, u16)>,
}

/// What a terminal can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// What it shows.
    pub charset: Charset,
    /// The colours it has.
    pub colors: Colors,
    /// Whether it obeys ANSI sequences.
    pub ansi: bool,
    /// Whether only lines of words make sense: it has no way to move the cursor, or its caller wants none.
    pub plain: bool,
    /// Width, 20 to 255.
    pub columns: u16,
    /// Height, 10 to 255.
    pub rows: u16,
    /// Whether it reports clicks and the wheel (SGR mouse, xterm's mode 1006).
    pub mouse: bool,
    /// CTerm's revision, version times 1,000, if it is CTerm.
    pub cterm: Option<u32>,
    /// Its name in lower case, printable ASCII, at most 40 characters; empty if it gave none.
    pub terminal_type: String,
}

impl Capabilities {
    /// The caller says what the terminal shows, whatever it answered. One that showed no pictures for want of an
    /// answer shows them, unless its name is that of one that cannot.
    pub fn choose(&mut self, charset: Charset) {
        let cannot = family(&self.terminal_type) == Family::Plain;
        if matches!(charset, Charset::Cp437 | Charset::Utf8) && !self.ansi && !cannot {
            self.ansi = true;
            self.plain = false;
            self.colors = Colors::Sixteen;
        }
        self.charset = charset;
    }

    /// How to write for it. The cursor is hidden only where it is known to work; iCE colours are off.
    pub fn wire(&self) -> Wire {
        let hide_cursor = self.ansi && (self.cterm.is_some() || self.charset == Charset::Utf8);
        Wire { charset: self.charset, colors: self.colors, ice: false, hide_cursor }
    }
}

/// The detection: questions out, answers in, a conclusion whenever it is wanted.
#[derive(Clone, Debug)]
pub struct Probe {
    terminal_type: String,
    utf8_locale: Option<bool>,
    size: (u16, u16),
    cterm: Option<u32>,
    /// CTerm's features, bit n for feature n.
    features: u16,
    column: Option<u16>,
    any_answer: bool,
}

/// What a terminal's name tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Answers no question and obeys no ANSI: plain terminals, and home computers with sequences of their own.
    Plain,
    /// A BBS terminal.
    Bbs,
    /// A terminal emulator of today's Unix or Windows.
    Modern,
    /// DEC's own and other ANSI terminals whose charset depends on the locale.
    Dec,
    /// No name, or one that tells nothing.
    Unknown,
}

impl Probe {
    /// Starts with what is known.
    pub fn new(hint: Hint<'_>) -> Self {
        let mut probe = Self {
            terminal_type: String::new(),
            utf8_locale: hint.utf8_locale,
            size: (80, 24),
            cterm: None,
            features: 0,
            column: None,
            any_answer: false,
        };
        if let Some(name) = hint.terminal_type {
            probe.terminal_type(name);
        }
        if let Some((columns, rows)) = hint.size {
            probe.size(columns, rows);
        }
        probe
    }

    /// The questions, to be sent in one write; none for a terminal whose name says that it answers nothing.
    /// The cursor report is asked for last, so its answer means that all others have come.
    pub fn questions(&self) -> &'static [u8] {
        if self.family() == Family::Plain { b"" } else { QUESTIONS }
    }

    /// An answer has come.
    pub fn answer(&mut self, r: &Report) {
        self.any_answer = true;
        match r {
            Report::CTerm { revision } => self.cterm = Some(*revision),
            // Only the first report answers our question; later ones may be a modified F3 or somebody else's.
            Report::Cursor { column, .. } => self.column = self.column.or(Some(*column)),
            Report::CTermFeatures(features) => self.features |= *features,
            Report::Attributes | Report::Status => {}
        }
    }

    /// The terminal has given a name. A name that tells nothing gives way to the next; any other stays.
    pub fn terminal_type(&mut self, t: &str) {
        if self.terminal_type.is_empty() || self.family() == Family::Unknown {
            let printable = t.chars().filter(char::is_ascii_graphic).take(NAME_LIMIT);
            let name: String = printable.map(|c| c.to_ascii_lowercase()).collect();
            let tells_more = family(&name) != Family::Unknown;
            if self.terminal_type.is_empty() || tells_more {
                self.terminal_type = name;
            }
        }
    }

    /// The terminal has given its size.
    pub fn size(&mut self, c: u16, r: u16) {
        self.size = sane_size(c, r);
    }

    /// The answer to the last question has come, or nothing was asked.
    pub fn answered(&self) -> bool {
        self.column.is_some() || self.family() == Family::Plain
    }

    /// What can be said by now.
    pub fn conclude(&self) -> Capabilities {
        let family = self.family();
        // `dumb` is a caller's wish, also where the terminal behind it answers.
        let ansi = self.terminal_type != "dumb"
            && (self.any_answer || matches!(family, Family::Bbs | Family::Modern | Family::Dec));
        Capabilities {
            charset: self.charset(family, ansi),
            colors: self.colors(ansi),
            ansi,
            plain: !ansi,
            columns: self.size.0,
            rows: self.size.1,
            mouse: ansi && self.has_mouse(family),
            cterm: self.cterm,
            terminal_type: self.terminal_type.clone(),
        }
    }

    fn charset(&self, family: Family, ansi: bool) -> Charset {
        match (self.column, family) {
            // Some UTF-8 terminals draw the mark as one blank.
            (Some(1 | 2), _) => Charset::Utf8,
            (Some(_), Family::Bbs | Family::Unknown) => Charset::Cp437,
            (Some(_), _) if self.cterm.is_some() => Charset::Cp437,
            (Some(_), _) => Charset::Ascii,
            (None, _) if self.cterm.is_some() => Charset::Cp437,
            (None, Family::Bbs) => Charset::Cp437,
            (None, Family::Modern) if self.utf8_locale != Some(false) => Charset::Utf8,
            (None, Family::Dec | Family::Unknown) if ansi && self.utf8_locale == Some(true) => Charset::Utf8,
            (None, _) => Charset::Ascii,
        }
    }

    /// CTerm says so. Today's emulators do without saying, and those that do not pass over the question; the Linux
    /// console has no mouse of its own.
    fn has_mouse(&self, family: Family) -> bool {
        self.features & FEATURE_MOUSE != 0
            || (self.cterm.is_none() && family == Family::Modern && !self.terminal_type.starts_with("linux"))
    }

    fn colors(&self, ansi: bool) -> Colors {
        let name = &self.terminal_type;
        if !ansi {
            Colors::Mono
        } else if name.contains("truecolor") || name.ends_with("-direct") {
            Colors::True
        } else if name.contains("256color") {
            Colors::TwoFiftySix
        } else if name.ends_with("-m") || name.contains("-mono") {
            Colors::Mono
        } else {
            Colors::Sixteen
        }
    }

    fn family(&self) -> Family {
        family(&self.terminal_type)
    }
}

/// Columns and rows as one may draw them: 20 to 255 and 10 to 255. What no screen can be (nothing, one cell,
/// thousands) means 80x24.
pub fn sane_size(columns: u16, rows: u16) -> (u16, u16) {
    if (4..=1000).contains(&columns) && (2..=1000).contains(&rows) {
        (columns.clamp(20, 255), rows.clamp(10, 255))
    } else {
        (80, 24)
    }
}

fn family(name: &str) -> Family {
    const BBS: [&str; 9] =
        ["syncterm", "cterm", "ansi", "pcansi", "scoansi", "netrunner", "icyterm", "mtelnet", "qodem"];
    const MODERN: [&str; 21] = [
        "xterm",
        "linux",
        "screen",
        "tmux",
        "putty",
        "rxvt",
        "kitty",
        "alacritty",
        "foot",
        "wezterm",
        "konsole",
        "gnome",
        "vte",
        "st-",
        "iterm",
        "ghostty",
        "cygwin",
        "ms-terminal",
        "mintty",
        "contour",
        "nsterm",
    ];
    const PLAIN: [&str; 3] = ["dumb", "petscii", "atascii"];
    let dec = name.strip_prefix("vt").is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()));
    let starts = |list: &[&str]| list.iter().any(|known| name.starts_with(known));
    if PLAIN.contains(&name) {
        Family::Plain
    } else if starts(&BBS) {
        Family::Bbs
    } else if starts(&MODERN) || name == "st" {
        Family::Modern
    } else if dec || name.starts_with("cons25") || name.starts_with("wsvt") {
        Family::Dec
    } else {
        Family::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decoder::KeyDecoder;
    use crate::key::Decoded;

    fn conclude(name: Option<&str>, utf8_locale: Option<bool>, answers: &[Report]) -> Capabilities {
        let mut probe = Probe::new(Hint { terminal_type: name, utf8_locale, size: Some((80, 24)) });
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
        assert_eq!(terminal.colors, Colors::Sixteen);
        assert_eq!(terminal.cterm, Some(1332));
        assert!(terminal.ansi && terminal.wire().hide_cursor);
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
            assert_eq!(
                conclude(name, None, &[Report::Attributes, column(1)]).charset,
                Charset::Utf8,
                "{name:?}"
            );
        }
        for name in
            [Some("ansi-bbs"), Some("pcansi"), Some("scoansi"), Some("SyncTERM"), Some("unknown"), None]
        {
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
        for name in [None, Some("dumb"), Some("unknown"), Some("network"), Some("hp2621"), Some("PETSCII")] {
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
            assert_eq!(sane_size(given.0, given.1), taken, "{given:?}");
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
}
