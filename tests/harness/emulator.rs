//! A drawn screen that answers questions as the terminal it stands in for: no I/O.

use std::num::NonZeroU16;

use super::cp437;

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
}

impl Kind {
    /// Bytes above 0x7F are code page 437, not UTF-8.
    pub fn is_cp437(self) -> bool {
        matches!(self, Self::SyncTerm | Self::NetRunner)
    }
}

/// The screen of one terminal.
pub struct Emulator {
    parser: vt100::Parser<Answers>,
    kind: Kind,
    /// The last bytes drawn, newest last: enough to know an erase of the screen.
    tail: [u8; 4],
}

impl Emulator {
    /// An empty screen.
    pub fn new(kind: Kind, columns: u16, rows: u16) -> Self {
        let answers = Answers { kind, replies: Vec::new(), then: None };
        let parser = vt100::Parser::new_with_callbacks(size(rows), size(columns), 0, answers);
        Self { parser, kind, tail: [0; 4] }
    }

    /// Draws `bytes` and returns what the terminal answers to the questions among them, in order.
    ///
    /// vt100 defers the wrap as xterm does. SyncTERM does not: its cursor is on the next row, and the screen has
    /// scrolled, as soon as the last column is written, so that is done here after each byte.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        for &byte in bytes {
            if self.kind.is_cp437() {
                let mut utf8 = [0; 4];
                self.parser.process(cp437::decode(byte).encode_utf8(&mut utf8).as_bytes());
            } else {
                self.parser.process(&[byte]);
            }
            if let Some(sequence) = self.parser.callbacks_mut().then.take() {
                self.parser.process(sequence);
            }
            self.tail.rotate_left(1);
            self.tail[3] = byte;
            if self.kind == Kind::SyncTerm {
                self.as_syncterm(byte);
            }
        }
        std::mem::take(&mut self.parser.callbacks_mut().replies)
    }

    /// What SyncTERM does that vt100 does not: the wrap, the cursor home after an erase, form feed as an erase.
    fn as_syncterm(&mut self, byte: u8) {
        let (_, columns) = self.parser.screen().size();
        if self.parser.screen().cursor_position().1 >= columns.get() {
            self.parser.process(b"\r\n");
        }
        if byte == 0x0C {
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

    /// The row of a list's or menu's bar: the last one, above the status line, with a blue ground where text is.
    pub fn bar(&self) -> Option<usize> {
        let (rows, columns) = self.screen().size();
        let blue = |row: u16, column: u16| {
            self.screen().cell(row, column).is_some_and(|cell| cell.bgcolor() == vt100::Color::Idx(4))
        };
        let row =
            (6..rows.get() - 2).rev().find(|row| (0..columns.get() / 2).any(|column| blue(*row, column)));
        row.map(usize::from)
    }

    fn padded(&self, line: &str) -> String {
        let columns = usize::from(self.screen().size().1.get());
        format!("{line:<columns$}")
    }

    /// The rows as text, without the blanks at their ends.
    pub fn rows(&self) -> Vec<String> {
        let (_, columns) = self.screen().size();
        self.screen().rows(0, columns.get()).map(|row| row.trim_end().to_owned()).collect()
    }
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
        let cursor = || format!("\x1b[{};{}R", row + 1, column.min(columns.get() - 1) + 1);
        let answer = match (self.kind, marker, first, last) {
            (_, None, _, 's') => return self.then = Some(b"\x1b7"),
            (_, None, _, 'u') => return self.then = Some(b"\x1b8"),
            (Kind::Silent, ..) => return,
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
