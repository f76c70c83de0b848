//! Bytes from a terminal into keys and reports, whatever pieces they come in.

mod home;
mod sequence;
mod utf8;

use crate::charset::{Charset, cp437};
use crate::key::{Decoded, Key};
use sequence::Sequence;
use utf8::{Partial, Step};

/// Longest control string (OSC, DCS and the like) that is swallowed, in bytes.
const STRING_LIMIT: u16 = 4096;

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const CANCEL: u8 = 0x18;
const SUBSTITUTE: u8 = 0x1a;

/// Decodes the keys of SyncTERM, PuTTY, xterm, rxvt, the Linux console and what telnet and SSH clients pass on.
/// A few dozen bytes of state, whatever comes in.
#[derive(Clone, Debug)]
pub struct KeyDecoder {
    state: State,
    partial: Partial,
    charset: Charset,
    cterm: bool,
    mouse: bool,
    after_cr: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Ground,
    /// ESC has come.
    Escape,
    /// ESC [ has come.
    Csi(Sequence),
    /// ESC [ [ has come: a function key of the Linux console.
    LinuxFunction,
    /// ESC [ M has come, and this much of the three bytes of a mouse report (X10).
    Mouse {
        got: [u8; 2],
        count: u8,
    },
    /// ESC O has come; true when a parameter followed.
    Ss3(bool),
    /// In a control string that goes on until BEL or ST; `first` is the byte that opened it.
    Text {
        first: u8,
        length: u16,
        escape: bool,
    },
}

impl KeyDecoder {
    /// A decoder for a terminal that sends `c`.
    pub fn new(c: Charset) -> Self {
        Self {
            state: State::Ground,
            partial: Partial::default(),
            charset: c,
            cterm: false,
            mouse: false,
            after_cr: false,
        }
    }

    /// The terminal turns out to send `c`.
    pub fn set_charset(&mut self, c: Charset) {
        self.charset = c;
        self.partial = Partial::default();
        self.state = State::Ground;
    }

    /// The terminal is CTerm, which sends 7F for Delete; every other means Backspace by it.
    pub fn set_cterm(&mut self, cterm: bool) {
        self.cterm = cterm;
    }

    /// The terminal has been asked to report its mouse: one that does not know how to in SGR's way does so in X10's,
    /// which is otherwise a function key of SCO's.
    pub fn set_mouse(&mut self, mouse: bool) {
        self.mouse = mouse;
    }

    /// Decodes `bytes`, handing up what is complete, in order. The same bytes in other pieces give the same.
    pub fn feed(&mut self, bytes: &[u8], mut on: impl FnMut(Decoded)) {
        for byte in bytes {
            self.byte(*byte, &mut on);
        }
    }

    /// Whether an ESC, or a sequence that began with one, is held back for want of its end.
    pub fn waiting(&self) -> bool {
        !matches!(self.state, State::Ground)
    }

    /// The wait is over: what was held is keys now. An unfinished sequence with parameters is dropped.
    pub fn flush(&mut self, mut on: impl FnMut(Decoded)) {
        let typed = match self.state {
            State::Ground => return,
            State::Escape => None,
            State::Csi(sequence) if sequence.is_empty() => Some('['),
            State::Ss3(false) => Some('O'),
            State::Text { first, length: 0, .. } => Some(char::from(first)),
            State::Csi(_)
            | State::Mouse { .. }
            | State::LinuxFunction
            | State::Ss3(true)
            | State::Text { .. } => {
                self.state = State::Ground;
                return;
            }
        };
        self.state = State::Ground;
        on(Decoded::Key(Key::Escape));
        if let Some(c) = typed {
            on(Decoded::Key(Key::Char(c)));
        }
    }

    fn byte(&mut self, byte: u8, on: &mut impl FnMut(Decoded)) {
        match self.charset {
            Charset::Petscii => return key(home::petscii_key(byte), on),
            Charset::Atascii => return key(home::atascii_key(byte), on),
            Charset::Ascii | Charset::Cp437 | Charset::Utf8 => {}
        }
        match self.state {
            State::Ground => self.ground(byte, on),
            State::Escape => self.escape(byte, on),
            State::Csi(sequence) => self.csi(sequence, byte, on),
            State::Mouse { got, count } => self.mouse(got, count, byte, on),
            State::LinuxFunction => {
                self.state = State::Ground;
                match byte {
                    b'A'..=b'E' => on(Decoded::Key(Key::F(byte - b'A' + 1))),
                    0..0x20 => self.ground(byte, on),
                    _ => {}
                }
            }
            State::Ss3(_) => self.ss3(byte, on),
            State::Text { first, length, escape } => self.text(first, length, escape, byte, on),
        }
    }

    fn ground(&mut self, byte: u8, on: &mut impl FnMut(Decoded)) {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        if self.partial.is_open() {
            match self.partial.step(byte) {
                Step::More => return,
                Step::Done(c) => return printable(c, on),
                Step::Broken => {}
            }
        }
        let key = match byte {
            0 => return,
            b'\n' if after_cr => return,
            b'\r' | b'\n' => Key::Enter,
            b'\t' => Key::Tab,
            0x08 => Key::Backspace,
            0x7f => {
                if self.cterm {
                    Key::Delete
                } else {
                    Key::Backspace
                }
            }
            ESC => {
                self.state = State::Escape;
                return;
            }
            1..=0x1a => Key::Ctrl(char::from(byte + b'a' - 1)),
            0x1c..=0x1f => Key::Ctrl(char::from(byte + b'@')),
            b' '..=b'~' => Key::Char(char::from(byte)),
            0x80.. => return self.high(byte, on),
        };
        on(Decoded::Key(key));
    }

    fn high(&mut self, byte: u8, on: &mut impl FnMut(Decoded)) {
        match self.charset {
            Charset::Ascii | Charset::Petscii | Charset::Atascii => {}
            Charset::Cp437 => printable(cp437::glyph(byte), on),
            Charset::Utf8 => self.partial = Partial::open(byte),
        }
    }

    fn escape(&mut self, byte: u8, on: &mut impl FnMut(Decoded)) {
        self.state = match byte {
            b'[' => State::Csi(Sequence::default()),
            b'O' => State::Ss3(false),
            b']' | b'P' | b'_' | b'^' | b'X' => State::Text { first: byte, length: 0, escape: false },
            ESC => {
                on(Decoded::Key(Key::Escape));
                return;
            }
            _ => {
                self.state = State::Ground;
                on(Decoded::Key(Key::Escape));
                return self.ground(byte, on);
            }
        };
    }

    fn csi(&mut self, mut sequence: Sequence, byte: u8, on: &mut impl FnMut(Decoded)) {
        match byte {
            b'[' if sequence.is_empty() => self.state = State::LinuxFunction,
            b'M' if sequence.is_empty() && self.mouse => self.state = State::Mouse { got: [0; 2], count: 0 },
            // rxvt ends shifted keys with a dollar sign, which is otherwise an intermediate byte.
            b'$' if sequence.is_plain_number() => self.finish(&sequence, b'~', on),
            0x20..=0x3f => {
                sequence.push(byte);
                self.state = State::Csi(sequence);
            }
            0x40..=0x7e => self.finish(&sequence, byte, on),
            _ => self.abandon(byte, on),
        }
    }

    fn mouse(&mut self, mut got: [u8; 2], count: u8, byte: u8, on: &mut impl FnMut(Decoded)) {
        let Some(place) = got.get_mut(usize::from(count)) else {
            self.state = State::Ground;
            let [button, column] = got.map(|byte| u16::from(byte.wrapping_sub(32)));
            return key(sequence::mouse(button, column, u16::from(byte.wrapping_sub(32))), on);
        };
        *place = byte;
        self.state = State::Mouse { got, count: count + 1 };
    }

    fn finish(&mut self, sequence: &Sequence, last: u8, on: &mut impl FnMut(Decoded)) {
        self.state = State::Ground;
        if let Some(decoded) = sequence.decode(last) {
            on(decoded);
        }
    }

    fn ss3(&mut self, byte: u8, on: &mut impl FnMut(Decoded)) {
        self.state = State::Ground;
        let key = match byte {
            b'0'..=b'9' | b';' => {
                self.state = State::Ss3(true);
                return;
            }
            b'A' | b'a' => Key::Up,
            b'B' | b'b' => Key::Down,
            b'C' | b'c' => Key::Right,
            b'D' | b'd' => Key::Left,
            b'H' => Key::Home,
            b'F' => Key::End,
            b'P'..=b'S' => Key::F(byte - b'P' + 1),
            b'M' => Key::Enter,
            b'I' => Key::Tab,
            b'X' => Key::Char('='),
            // The keypad in application mode: 6A to 79 stand for 2A (*) to 39 (9).
            b'j'..=b'y' => Key::Char(char::from(byte - 0x40)),
            0x20..=0x7e => return,
            _ => return self.abandon(byte, on),
        };
        on(Decoded::Key(key));
    }

    fn text(&mut self, first: u8, length: u16, escape: bool, byte: u8, on: &mut impl FnMut(Decoded)) {
        self.state = match byte {
            BEL | CANCEL | SUBSTITUTE => State::Ground,
            b'\\' if escape => State::Ground,
            // An ESC that no backslash follows begins something new.
            _ if escape => {
                self.state = State::Escape;
                return self.escape(byte, on);
            }
            b'\r' | b'\n' => return self.abandon(byte, on),
            _ if length >= STRING_LIMIT => State::Ground,
            _ => State::Text { first, length: length + 1, escape: byte == ESC },
        };
    }

    /// A byte that cannot belong to the sequence: the sequence is dropped, the byte stands for itself.
    fn abandon(&mut self, byte: u8, on: &mut impl FnMut(Decoded)) {
        self.state = State::Ground;
        if !matches!(byte, CANCEL | SUBSTITUTE) {
            self.ground(byte, on);
        }
    }
}

fn key(key: Option<Key>, on: &mut impl FnMut(Decoded)) {
    if let Some(key) = key {
        on(Decoded::Key(key));
    }
}

fn printable(c: char, on: &mut impl FnMut(Decoded)) {
    if !c.is_control() {
        on(Decoded::Key(Key::Char(c)));
    }
}

#[cfg(test)]
mod tests;
