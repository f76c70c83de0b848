//! A drawn screen that answers questions as the terminal it stands in for: no I/O.

use std::num::NonZeroU16;

use super::recording::{Draws, Recording, bytes};
use super::{cp437, petscii};

/// The terminals that call, with what each answers as observed on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SyncTERM 1.10a: CP437, wraps at once after the last column, answers the CTerm questions.
    SyncTerm,
    /// NetRunner: CP437, tells no window size, says 1x1 when asked for its screen's size.
    NetRunner,
    /// An xterm, by itself (behind ssh and the like) or behind inetutils telnet: UTF-8, defers the wrap.
    Xterm,
    /// A script or a port scanner: answers nothing, neither telnet nor escape sequences.
    Silent,
    /// As a file has it.
    Recorded(&'static Recording),
}

impl Kind {
    /// Bytes above 0x7F are code page 437, not UTF-8.
    pub fn is_cp437(self) -> bool {
        match self {
            Self::SyncTerm | Self::NetRunner => true,
            Self::Xterm | Self::Silent => false,
            Self::Recorded(recording) => recording.draws == Draws::Cp437,
        }
    }

    /// What is drawn for a byte, in UTF-8 and the sequences of today's terminals; the byte itself where that is so.
    fn drawn(self, byte: u8) -> Vec<u8> {
        let draws = match self {
            Self::SyncTerm | Self::NetRunner => Draws::Cp437,
            Self::Xterm | Self::Silent => Draws::Utf8,
            Self::Recorded(recording) => recording.draws,
        };
        match (draws, byte) {
            (Draws::Cp437, _) => cp437::decode(byte).to_string().into_bytes(),
            (Draws::Petscii, _) => petscii::decode(byte).into_bytes(),
            (Draws::Atascii, 0x9b) => b"\r\n".to_vec(),
            (Draws::Atascii, 0x7d) => b"\x1b[2J\x1b[H".to_vec(),
            (Draws::Atascii, 0x7e) => b"\x08 \x08".to_vec(),
            // A dumb terminal shows what it does not know; an escape can be seen so.
            (Draws::Ascii, 0x1b) => "␛".to_owned().into_bytes(),
            _ => vec![byte],
        }
    }

    fn wraps_at_once(self) -> bool {
        match self {
            Self::SyncTerm => true,
            Self::NetRunner | Self::Xterm | Self::Silent => false,
            Self::Recorded(recording) => recording.wraps_at_once,
        }
    }
}

/// The screen of one terminal.
pub struct Emulator {
    parser: vt100::Parser<Answers>,
    kind: Kind,
    /// The last bytes drawn, newest last: enough to know an erase of the screen.
    tail: [u8; 4],
    /// What was written to the terminal's own status line last, with the sequences in it.
    status: Option<Vec<u8>>,
    in_status: bool,
}

impl Emulator {
    /// An empty screen.
    pub fn new(kind: Kind, columns: u16, rows: u16) -> Self {
        let answers = Answers { kind, replies: Vec::new(), then: None };
        let parser = vt100::Parser::new_with_callbacks(size(rows), size(columns), 0, answers);
        Self { parser, kind, tail: [0; 4], status: None, in_status: false }
    }

    /// Draws `bytes` and returns what the terminal answers to the questions among them, in order.
    ///
    /// vt100 defers the wrap as xterm does. SyncTERM does not: its cursor is on the next row, and the screen has
    /// scrolled, as soon as the last column is written, so that is done here after each byte.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        for &byte in bytes {
            if self.in_status {
                self.write_status(byte);
                continue;
            }
            self.parser.process(&self.kind.drawn(byte));
            if let Some(sequence) = self.parser.callbacks_mut().then.take() {
                self.parser.process(sequence);
            }
            self.tail.rotate_left(1);
            self.tail[3] = byte;
            if &self.tail == b"[1$}" {
                (self.in_status, self.status) = (true, Some(Vec::new()));
            }
            if self.kind.wraps_at_once() {
                self.as_syncterm(byte);
            }
        }
        std::mem::take(&mut self.parser.callbacks_mut().replies)
    }

    fn write_status(&mut self, byte: u8) {
        let status = self.status.get_or_insert_default();
        status.push(byte);
        self.in_status = !status.ends_with(b"\x1b[0$}");
    }

    /// The text of the terminal's own status line; none before the board has written there.
    pub fn status_line(&self) -> Option<String> {
        let bytes = self.status.as_ref()?;
        let mut line = Self::new(self.kind, self.screen().size().1.get(), 1);
        line.feed(bytes.strip_suffix(b"\x1b[0$}").unwrap_or(bytes));
        line.rows().pop()
    }

    /// What SyncTERM does that vt100 does not: the wrap, the cursor home after an erase, form feed as an erase.
    fn as_syncterm(&mut self, byte: u8) {
        let (_, columns) = self.parser.screen().size();
        if self.parser.screen().cursor_position().1 >= columns.get() {
            self.parser.process(b"\r\n");
        }
        if byte == 0x0C && self.kind.is_cp437() {
            self.parser.process(b"\x1b[2J\x1b[H");
        } else if &self.tail == b"\x1b[2J" {
            self.parser.process(b"\x1b[H");
        }
    }

    /// The window has this size now.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.set_size(size(rows), size(columns));
    }

    /// What is on the screen, for cells, colours and the cursor.
    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// The row (from 0) has `text` in it; blanks at its end count, whether written or not.
    pub fn row_has(&self, row: usize, text: &str) -> bool {
        self.rows().get(row).is_some_and(|line| self.padded(line).contains(text))
    }

    /// A row has `text` in it.
    pub fn has(&self, text: &str) -> bool {
        self.rows().iter().any(|line| self.padded(line).contains(text))
    }

    /// The row of a list's or menu's bar: the last one, above the status line, with a blue ground, or reversed, where
    /// text is.
    pub fn bar(&self) -> Option<usize> {
        let (rows, columns) = self.screen().size();
        // A narrow screen has a lower header.
        let header = if columns.get() < 60 { 4 } else { 6 };
        let blue = |row: u16, column: u16| {
            self.screen()
                .cell(row, column)
                .is_some_and(|cell| cell.bgcolor() == vt100::Color::Idx(4) || cell.inverse())
        };
        let row = (header..rows.get() - 2)
            .rev()
            .find(|row| (0..columns.get() / 2).any(|column| blue(*row, column)));
        row.map(usize::from)
    }

    fn padded(&self, line: &str) -> String {
        let columns = usize::from(self.screen().size().1.get());
        format!("{line:<columns$}")
    }

    /// The rows as an eye has them: a blank on a colour is a full block in it, an upper half a lower one the other way
    /// round. The brighter half is taken for the ink.
    pub fn seen(&self) -> Vec<String> {
        let number = |color, own| match color {
            vt100::Color::Default => own,
            vt100::Color::Idx(n) => u32::from(n),
            vt100::Color::Rgb(r, g, b) => u32::from_be_bytes([1, r, g, b]),
        };
        let glyph = |cell: &vt100::Cell| {
            let bright = if cell.bold() { 8 } else { 0 };
            let ink = number(cell.fgcolor(), 7);
            let (ink, ground) = (if ink < 8 { ink + bright } else { ink }, number(cell.bgcolor(), 0));
            let (ink, ground) = if cell.inverse() { (ground, ink) } else { (ink, ground) };
            let (above, below) = match cell.contents() {
                "" | " " => (ground, ground),
                "█" => (ink, ink),
                "▀" => (ink, ground),
                "▄" => (ground, ink),
                other => return other.to_owned(),
            };
            let glyph = match above.cmp(&below) {
                std::cmp::Ordering::Less => "▄",
                std::cmp::Ordering::Greater => "▀",
                std::cmp::Ordering::Equal if above == 0 => " ",
                std::cmp::Ordering::Equal => "█",
            };
            glyph.to_owned()
        };
        let (rows, columns) = self.screen().size();
        let row = |y| (0..columns.get()).filter_map(|x| self.screen().cell(y, x)).map(glyph).collect();
        (0..rows.get())
            .map(|y| {
                let row: String = row(y);
                row.trim_end().to_owned()
            })
            .collect()
    }

    /// The rows as text, without the blanks at their ends.
    pub fn rows(&self) -> Vec<String> {
        let (_, columns) = self.screen().size();
        self.screen().rows(0, columns.get()).map(|row| row.trim_end().to_owned()).collect()
    }
}

/// The recorded answer to a sequence.
fn recorded(recording: &Recording, marker: Option<u8>, params: &[&[u16]], last: char) -> Option<String> {
    let numbers: Vec<String> =
        params.iter().filter_map(|values| values.first()).map(u16::to_string).collect();
    let numbers = numbers.join(";");
    let numbers = if numbers == "0" { "" } else { &numbers };
    let question = format!("{}{numbers}{last}", marker.map(char::from).map(String::from).unwrap_or_default());
    recording.answers.get(&question).cloned()
}

fn size(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN)
}

/// Collects the answers to questions; vt100 itself answers none.
struct Answers {
    kind: Kind,
    replies: Vec<u8>,
    /// A sequence to draw next, in place of one that vt100 does not know.
    then: Option<&'static [u8]>,
}

impl vt100::Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        marker: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        last: char,
    ) {
        let first = params.first().and_then(|values| values.first()).copied().unwrap_or(0);
        let (rows, columns) = screen.size();
        let (row, column) = screen.cursor_position();
        if let Kind::Recorded(recording) = self.kind
            && let Some(mut answer) = recorded(recording, marker, params, last)
        {
            let (column, row) = (column.min(columns.get() - 1) + 1, row + 1);
            for (name, value) in
                [("{row}", row), ("{column}", column), ("{rows}", rows.get()), ("{columns}", columns.get())]
            {
                answer = answer.replace(name, &value.to_string());
            }
            self.replies.extend(bytes(&answer));
            return;
        }
        let cursor = || format!("\x1b[{};{}R", row + 1, column.min(columns.get() - 1) + 1);
        let answer = match (self.kind, marker, first, last) {
            (_, None, _, 's') => return self.then = Some(b"\x1b7"),
            (_, None, _, 'u') => return self.then = Some(b"\x1b8"),
            (Kind::Silent | Kind::Recorded(_), ..) => return,
            (_, None, 5, 'n') => "\x1b[0n".to_owned(),
            (_, None, 6, 'n') => cursor(),
            (Kind::SyncTerm, None, 255, 'n') => format!("\x1b[{rows};{columns}R"),
            (Kind::NetRunner, None, 255, 'n') => "\x1b[1;1R".to_owned(),
            (Kind::SyncTerm, None, 0, 'c') => "\x1b[=67;84;101;114;109;1;332c".to_owned(),
            (Kind::SyncTerm, Some(b'<'), 0, 'c') => "\x1b[<0;1;2;3;4;5;6;7;8c".to_owned(),
            (Kind::SyncTerm, Some(b'='), 3, 'n') => "\x1b[=3;16;8n".to_owned(),
            (Kind::SyncTerm, Some(b'?'), 2, 'S') => "\x1b[?2;0;640;384S".to_owned(),
            (Kind::Xterm, None, 0, 'c') => "\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c".to_owned(),
            (Kind::Xterm, Some(b'>'), 0, 'c') => "\x1b[>41;379;0c".to_owned(),
            (Kind::Xterm, None, 18, 't') => format!("\x1b[8;{rows};{columns}t"),
            _ => return,
        };
        self.replies.extend_from_slice(answer.as_bytes());
    }
}
