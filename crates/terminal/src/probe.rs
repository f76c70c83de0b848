//! Finding out what a terminal can do from its answers, its name and its environment, without a clock.

mod family;

use crate::charset::Charset;
use crate::key::Report;
use crate::sgr::{Colors, Wire};
use family::{Family, family};

/// Longest terminal name kept, in characters.
const NAME_LIMIT: usize = 40;

/// Device attributes; CTerm's features; a UTF-8 byte-order mark from the left edge, which a single-byte terminal
/// shows in three columns and a UTF-8 terminal in none; where that left the cursor; and blanks over all of it for
/// terminals that show what they do not know.
const QUESTIONS: &[u8] = b"\x1b[c\x1b[<c\r\xef\xbb\xbf\x1b[6n\r              \r";

/// CTerm's feature 2: bright background.
const FEATURE_BRIGHT_GROUND: u16 = 1 << 2;
/// CTerm's feature 6: extended palette.
const FEATURE_PALETTE: u16 = 1 << 6;
/// CTerm's feature 7: mouse.
const FEATURE_MOUSE: u16 = 1 << 7;

/// The first revision of CTerm that knows OSC 8.
const CTERM_LINKS: u32 = 1_300;

/// The revision of CTerm that was seen to lend its status line.
const CTERM_STATUS: u32 = 1_332;

/// What a client's environment tells about its terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Whether a locale came, and one of them says UTF-8.
    pub utf8_locale: Option<bool>,
    /// It announces 24-bit colour.
    pub true_color: bool,
}

impl Environment {
    /// A variable; false if it tells nothing about the terminal.
    pub fn variable(&mut self, name: &str, value: &str) -> bool {
        let value = value.to_ascii_uppercase();
        match name {
            "LANG" | "LC_ALL" | "LC_CTYPE" => {
                let utf8 = value.contains("UTF-8") || value.contains("UTF8");
                self.utf8_locale = Some(self.utf8_locale == Some(true) || utf8);
            }
            "COLORTERM" => self.true_color |= matches!(value.as_str(), "TRUECOLOR" | "24BIT"),
            _ => return false,
        }
        true
    }
}

/// What is known before the first question.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint<'a> {
    /// The terminal's name: telnet's TTYPE or SSH's TERM.
    pub terminal_type: Option<&'a str>,
    /// What its environment tells.
    pub environment: Environment,
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
    /// Whether blink can be made a bright background (CTerm's feature 2).
    pub ice: bool,
    /// Whether it makes links of text (OSC 8).
    pub links: bool,
    /// Whether it erases with the background in force ("back colour erase").
    pub erases_in_color: bool,
    /// Whether it lends the board its own status line (DECSSDT, DECSASD).
    pub status_line: bool,
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
        if self.charset == Charset::Petscii || charset == Charset::Petscii {
            (self.ansi, self.plain) = (false, charset != Charset::Petscii);
            self.colors = if self.plain { Colors::Mono } else { Colors::Sixteen };
        }
        if matches!(charset, Charset::Cp437 | Charset::Utf8) && !self.ansi && !cannot {
            self.ansi = true;
            self.plain = false;
            self.colors = Colors::Sixteen;
        }
        self.charset = charset;
    }

    /// How to write for it once [`crate::Modes::of`] it are on. The cursor is hidden only where it is known to work.
    pub fn wire(&self) -> Wire {
        let hide_cursor = self.ansi && (self.cterm.is_some() || self.charset == Charset::Utf8);
        Wire {
            charset: self.charset,
            colors: self.colors,
            ice: self.ice,
            hide_cursor,
            links: self.links && !self.plain,
            erases_in_color: self.erases_in_color && self.colors != Colors::Mono,
        }
    }
}

/// The detection: questions out, answers in, a conclusion whenever it is wanted.
#[derive(Clone, Debug)]
pub struct Probe {
    terminal_type: String,
    environment: Environment,
    size: Option<(u16, u16)>,
    cterm: Option<u32>,
    /// CTerm's features, bit n for feature n.
    features: u16,
    column: Option<u16>,
    any_answer: bool,
}

impl Probe {
    /// Starts with what is known.
    pub fn new(hint: Hint<'_>) -> Self {
        let mut probe = Self {
            terminal_type: String::new(),
            environment: hint.environment,
            size: None,
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

    /// A variable of the client's environment has come.
    pub fn variable(&mut self, name: &str, value: &str) {
        self.environment.variable(name, value);
    }

    /// The terminal has given its size. What no screen can be is no news.
    pub fn size(&mut self, c: u16, r: u16) {
        self.size = possible_size(c, r).or(self.size);
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
        let charset = self.charset(family, ansi);
        let (columns, rows) = self.size.unwrap_or(match charset {
            Charset::Petscii => (40, 25),
            Charset::Atascii => (40, 24),
            Charset::Ascii | Charset::Cp437 | Charset::Utf8 => (80, 24),
        });
        Capabilities {
            charset,
            colors: if charset == Charset::Petscii { Colors::Sixteen } else { self.colors(ansi) },
            ansi,
            plain: !ansi && charset != Charset::Petscii,
            columns,
            rows,
            mouse: ansi && self.has_mouse(family),
            ice: ansi && self.features & FEATURE_BRIGHT_GROUND != 0,
            links: ansi && self.has_links(family),
            erases_in_color: ansi && self.erases_in_color(family),
            status_line: ansi && self.cterm.is_some_and(|revision| revision >= CTERM_STATUS),
            cterm: self.cterm,
            terminal_type: self.terminal_type.clone(),
        }
    }

    fn charset(&self, family: Family, ansi: bool) -> Charset {
        match self.terminal_type.as_str() {
            "petscii" => return Charset::Petscii,
            "atascii" => return Charset::Atascii,
            _ => {}
        }
        match (self.column, family) {
            // Some UTF-8 terminals draw the mark as one blank.
            (Some(1 | 2), _) => Charset::Utf8,
            (Some(_), Family::Bbs | Family::Unknown) => Charset::Cp437,
            (Some(_), _) if self.cterm.is_some() => Charset::Cp437,
            (Some(_), _) => Charset::Ascii,
            (None, _) if self.cterm.is_some() => Charset::Cp437,
            (None, Family::Bbs) => Charset::Cp437,
            (None, Family::Modern) if self.environment.utf8_locale != Some(false) => Charset::Utf8,
            (None, Family::Dec | Family::Unknown) if ansi && self.environment.utf8_locale == Some(true) => {
                Charset::Utf8
            }
            (None, _) => Charset::Ascii,
        }
    }

    /// CTerm says so. Today's emulators do without saying, and those that do not pass over the question; the Linux
    /// console has no mouse of its own.
    fn has_mouse(&self, family: Family) -> bool {
        self.features & FEATURE_MOUSE != 0
            || (self.cterm.is_none() && family == Family::Modern && !self.terminal_type.starts_with("linux"))
    }

    /// CTerm knows links from 1.3 on. Of today's emulators those are named that make links or pass over them.
    fn has_links(&self, family: Family) -> bool {
        const NOT: [&str; 4] = ["linux", "cygwin", "putty", "screen"];
        match self.cterm {
            Some(revision) => revision >= CTERM_LINKS,
            None => family == Family::Modern && !NOT.iter().any(|name| self.terminal_type.starts_with(name)),
        }
    }

    /// CTerm does, and today's emulators do, but for those that show another's screen.
    fn erases_in_color(&self, family: Family) -> bool {
        const NOT: [&str; 3] = ["screen", "tmux", "cygwin"];
        let known = family == Family::Modern && !NOT.iter().any(|name| self.terminal_type.starts_with(name));
        self.cterm.is_some() || known
    }

    fn colors(&self, ansi: bool) -> Colors {
        let name = &self.terminal_type;
        if !ansi {
            Colors::Mono
        } else if self.environment.true_color
            || name.contains("truecolor")
            || name.ends_with("-direct")
            || self.features & FEATURE_PALETTE != 0
        {
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

/// Columns and rows as one may draw them: 20 to 255 and 10 to 255. None for what no screen can be (nothing, one cell,
/// thousands).
pub fn possible_size(columns: u16, rows: u16) -> Option<(u16, u16)> {
    let possible = (4..=1000).contains(&columns) && (2..=1000).contains(&rows);
    possible.then(|| (columns.clamp(20, 255), rows.clamp(10, 255)))
}

#[cfg(test)]
mod tests;
