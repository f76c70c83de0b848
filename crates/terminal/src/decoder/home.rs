//! Keys of home computers: one byte each, no sequences.

use crate::charset::{atascii, petscii};
use crate::key::Key;

/// A key of a Commodore 64. It has no Esc: the arrow in its corner and RUN/STOP do as one.
pub fn petscii_key(byte: u8) -> Option<Key> {
    Some(match byte {
        0x0d | 0x8d => Key::Enter,
        0x14 => Key::Backspace,
        0x94 => Key::Insert,
        0x11 => Key::Down,
        0x91 => Key::Up,
        0x1d => Key::Right,
        0x9d => Key::Left,
        0x13 => Key::Home,
        // Shift and Home, which clears the screen there.
        0x93 => Key::End,
        0x03 | 0x1b | 0x5f => Key::Escape,
        0x09 => Key::Tab,
        // Unshifted F1, F3, F5, F7, then F2 to F8.
        0x85..=0x88 => Key::F((byte - 0x85) * 2 + 1),
        0x89..=0x8c => Key::F((byte - 0x89) * 2 + 2),
        0x08 | 0x7f => Key::Backspace,
        byte => return petscii::char_of(byte).map(Key::Char).or_else(|| control(byte)),
    })
}

/// A key of an 8-bit Atari.
pub fn atascii_key(byte: u8) -> Option<Key> {
    Some(match byte {
        0x9b | 0x0d => Key::Enter,
        0x7e | 0x08 => Key::Backspace,
        0x7f | 0x09 => Key::Tab,
        0x1b => Key::Escape,
        0x1c => Key::Up,
        0x1d => Key::Down,
        0x1e => Key::Left,
        0x1f => Key::Right,
        byte => return atascii::char_of(byte).map(Key::Char).or_else(|| control(byte)),
    })
}

fn control(byte: u8) -> Option<Key> {
    matches!(byte, 1..=9 | 0x0b..=0x1a).then(|| Key::Ctrl(char::from(byte + b'a' - 1)))
}
