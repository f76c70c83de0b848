//! A caller's program that answers as SyncTERM 1.10 does, without any I/O.

use std::mem;

const IAC: u8 = 255;
const SB: u8 = 250;
const SE: u8 = 240;
const WILL: u8 = 251;
const WONT: u8 = 252;
const DO: u8 = 253;
const DONT: u8 = 254;
const TERMINAL_TYPE: u8 = 24;
const WINDOW_SIZE: u8 = 31;

/// What SyncTERM sends as soon as a telnet connection stands: WILL and DO for SGA and BINARY, DO ECHO.
pub const OPENING: [u8; 15] = [IAC, WILL, 3, IAC, DO, 3, IAC, WILL, 0, IAC, DO, 0, IAC, DO, 1];
/// `syncterm`, whenever asked.
const NAME: &[u8] = b"\xff\xfa\x18\x00syncterm\xff\xf0";
/// 80x24.
const SIZE: &[u8] = b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0";
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Telnet's part: takes the wire's bytes, gives data, answers options.
#[derive(Debug, Default)]
pub struct Telnet {
    /// A command that is not complete yet.
    held: Vec<u8>,
}

impl Telnet {
    /// Data to `data`, answers to `replies`.
    pub fn receive(&mut self, input: &[u8], data: &mut Vec<u8>, replies: &mut Vec<u8>) {
        for &byte in input {
            if self.held.is_empty() && byte != IAC {
                data.push(byte);
                continue;
            }
            self.held.push(byte);
            match *self.held.as_slice() {
                [IAC] | [IAC, WILL | WONT | DO | DONT] => {}
                [IAC, IAC] => {
                    data.push(IAC);
                    self.held.clear();
                }
                [IAC, SB, TERMINAL_TYPE, .., IAC, SE] => {
                    replies.extend_from_slice(NAME);
                    self.held.clear();
                }
                [IAC, SB, .., IAC, SE] => self.held.clear(),
                [IAC, SB, ..] => {}
                [IAC, DO, option @ (TERMINAL_TYPE | WINDOW_SIZE)] => {
                    replies.extend_from_slice(&[IAC, WILL, option]);
                    if option == WINDOW_SIZE {
                        replies.extend_from_slice(SIZE);
                    }
                    self.held.clear();
                }
                // What the opening has offered already is agreed by the board's own word.
                [IAC, DO, 0 | 3] | [IAC, WILL, 0 | 1 | 3] => self.held.clear(),
                [IAC, DO, option] => {
                    replies.extend_from_slice(&[IAC, WONT, option]);
                    self.held.clear();
                }
                [IAC, WILL, option] => {
                    replies.extend_from_slice(&[IAC, DONT, option]);
                    self.held.clear();
                }
                _ => self.held.clear(),
            }
        }
    }
}

/// The terminal's part: keeps what came, answers what it is asked.
#[derive(Debug, Default)]
pub struct Terminal {
    heard: Vec<u8>,
    sequence: Vec<u8>,
    /// The bytes of a UTF-8 mark seen since the last start of a line; each takes a column here.
    mark: usize,
}

impl Terminal {
    /// Takes data; answers go to `replies`.
    pub fn feed(&mut self, data: &[u8], replies: &mut Vec<u8>) {
        self.heard.extend_from_slice(data);
        for &byte in data {
            if byte == 0x1b {
                self.sequence.clear();
            } else if self.sequence.is_empty() {
                match byte {
                    b'\r' => self.mark = 0,
                    byte if UTF8_MARK.contains(&byte) => self.mark += 1,
                    _ => {}
                }
                continue;
            }
            self.sequence.push(byte);
            if self.sequence.len() > 2 && (0x40..=0x7e).contains(&byte) {
                match mem::take(&mut self.sequence).as_slice() {
                    b"\x1b[c" => replies.extend_from_slice(b"\x1b[=67;84;101;114;109;1;332c"),
                    b"\x1b[<c" => replies.extend_from_slice(b"\x1b[<0;1;2;3;4;5;6;7;8c"),
                    b"\x1b[6n" => replies.extend_from_slice(format!("\x1b[1;{}R", self.mark + 1).as_bytes()),
                    _ => {}
                }
            }
        }
    }

    /// If `words` have come, everything up to their end, which is forgotten.
    pub fn take(&mut self, words: &str) -> Option<Vec<u8>> {
        let at = self.heard.windows(words.len()).position(|window| window == words.as_bytes())?;
        Some(self.heard.drain(..at + words.len()).collect())
    }

    /// Everything heard and not taken.
    pub fn heard(&self) -> &[u8] {
        &self.heard
    }
}
