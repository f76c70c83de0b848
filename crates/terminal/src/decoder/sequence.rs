//! A control sequence (ECMA-48 CSI) as it comes in, and what it means at its end.

use crate::key::{Decoded, Key, Report};

const PARAMETERS: usize = 10;
/// Bytes after which a sequence means nothing any more; its rest is still swallowed.
const LIMIT: u8 = 80;

/// The parameters so far. Those after the tenth are counted, not kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequence {
    parameters: [u16; PARAMETERS],
    at: u8,
    length: u8,
    prefix: Option<u8>,
    intermediate: bool,
}

impl Sequence {
    /// Nothing has come after the bracket.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Digits alone have come.
    pub fn is_plain_number(&self) -> bool {
        self.length > 0 && self.at == 0 && self.prefix.is_none() && !self.intermediate
    }

    /// Takes a parameter or intermediate byte (20 to 3F).
    pub fn push(&mut self, byte: u8) {
        if self.length == 0 && matches!(byte, b'<'..=b'?') {
            self.prefix = Some(byte);
        }
        self.length = self.length.saturating_add(1);
        match byte {
            b'0'..=b'9' => {
                if let Some(parameter) = self.parameters.get_mut(usize::from(self.at)) {
                    *parameter = parameter.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
                }
            }
            b';' | b':' => self.at = self.at.saturating_add(1),
            0x20..=0x2f => self.intermediate = true,
            _ => {}
        }
    }

    /// What the sequence means with `last` as its final byte (40 to 7E).
    pub fn decode(&self, last: u8) -> Option<Decoded> {
        if self.length > LIMIT || self.intermediate {
            return None;
        }
        match (self.prefix, last) {
            (Some(b'<'), b'M') => self.click().map(Decoded::Key),
            (None, b'c' | b'n' | b'R') | (Some(_), _) => self.report(last).map(Decoded::Report),
            (None, _) => self.key(last).map(Decoded::Key),
        }
    }

    /// A mouse report (xterm's SGR, mode 1006).
    fn click(&self) -> Option<Key> {
        let [button, column, row, ..] = self.parameters;
        mouse(button, column, row)
    }

    fn report(&self, last: u8) -> Option<Report> {
        let [first, second, ..] = self.parameters;
        match (self.prefix, last) {
            (None | Some(b'?'), b'R') if first > 0 && second > 0 => {
                Some(Report::Cursor { row: first, column: second })
            }
            (None, b'n') if self.length > 0 && first == 0 => Some(Report::Status),
            (Some(b'='), b'c') => Some(self.cterm().unwrap_or(Report::Attributes)),
            (Some(b'<'), b'c') => {
                let listed = self.parameters.iter().take(usize::from(self.at) + 1);
                let bits =
                    listed.filter(|feature| **feature < 16).fold(0, |bits, feature| bits | 1 << feature);
                Some(Report::CTermFeatures(bits))
            }
            (_, b'c') => Some(Report::Attributes),
            _ => None,
        }
    }

    /// `=67;84;101;114;109;major;minor`: "CTerm" and its version.
    fn cterm(&self) -> Option<Report> {
        let (name, version) = self.parameters.split_at_checked(5)?;
        let (&[major, minor, ..], [67, 84, 101, 114, 109]) = (version, name) else { return None };
        Some(Report::CTerm { revision: u32::from(major) * 1000 + u32::from(minor) })
    }

    fn key(&self, last: u8) -> Option<Key> {
        let numbered = self.length > 0;
        Some(match last {
            b'A' | b'a' => Key::Up,
            b'B' | b'b' => Key::Down,
            b'C' => Key::Right,
            b'D' | b'd' => Key::Left,
            b'H' => Key::Home,
            // CTerm ends a line with K.
            b'F' | b'K' => Key::End,
            b'V' | b'I' => Key::PageUp,
            b'U' | b'G' => Key::PageDown,
            b'L' => Key::Insert,
            b'@' if !numbered => Key::Insert,
            b'Z' => Key::BackTab,
            b'P'..=b'S' => Key::F(last - b'P' + 1),
            // rxvt: ^ for Control, @ for Control and Shift.
            b'~' | b'^' | b'@' => return self.numbered(),
            _ => return None,
        })
    }

    fn numbered(&self) -> Option<Key> {
        let [number, ..] = self.parameters;
        let number = u8::try_from(number).ok()?;
        Some(match number {
            1 | 7 => Key::Home,
            2 => Key::Insert,
            3 => Key::Delete,
            4 | 8 => Key::End,
            5 => Key::PageUp,
            6 => Key::PageDown,
            11..=15 => Key::F(number - 10),
            17..=21 => Key::F(number - 11),
            23..=26 => Key::F(number - 12),
            28..=29 => Key::F(number - 13),
            31..=34 => Key::F(number - 14),
            // 200 and 201 frame a paste: the paste itself is keys.
            _ => return None,
        })
    }
}

/// What the mouse did, with `column` and `row` from 1: a press of the left button or a turn of the wheel, whichever
/// of Shift, Alt and Control are held; None for other buttons, releases and moves.
pub fn mouse(button: u16, column: u16, row: u16) -> Option<Key> {
    match button & !0b1_1100 {
        0 => Some(Key::Click { column: column.checked_sub(1)?, row: row.checked_sub(1)? }),
        64 => Some(Key::WheelUp),
        65 => Some(Key::WheelDown),
        _ => None,
    }
}
