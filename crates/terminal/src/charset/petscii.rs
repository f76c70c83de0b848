//! PETSCII, the Commodore 64's characters, in its set of small and capital letters (after 0E).

use super::fallback;

/// A byte and whether it is drawn reversed, which is how half of the blocks come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// The byte, never a control byte and never a quotation mark: after one a C64 shows controls instead of
    /// obeying them.
    pub byte: u8,
    /// Reversed.
    pub reverse: bool,
}

/// What shows `c`, as near as there is.
pub fn glyph(c: char) -> Glyph {
    if let Some((_, byte, reverse)) = GLYPHS.iter().find(|(known, ..)| *known == c) {
        return Glyph { byte: *byte, reverse: *reverse };
    }
    Glyph { byte: of_ascii(fallback::in_ascii(c).unwrap_or(b'?')), reverse: false }
}

/// The byte that shows `c` without reversing anything.
pub fn byte(c: char) -> u8 {
    match glyph(c) {
        Glyph { byte, reverse: false } => byte,
        Glyph { .. } => of_ascii(fallback::in_ascii(c).unwrap_or(b'?')),
    }
}

/// The character that a key's byte stands for; none for a control byte.
pub fn char_of(byte: u8) -> Option<char> {
    Some(match byte {
        b' '..=b'@' | b'[' | b']' => char::from(byte),
        0x41..=0x5a => char::from(byte + 0x20),
        0x61..=0x7a => char::from(byte - 0x20),
        0xc1..=0xda => char::from(byte - 0x80),
        0x5c => '£',
        0x5e => '^',
        0xa0 => ' ',
        0xa4 => '_',
        0xdd => '|',
        _ => return None,
    })
}

fn of_ascii(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - 0x20,
        b'A'..=b'Z' => byte + 0x80,
        b'"' | b'`' => b'\'',
        b'\\' => b'/',
        b'_' => 0xa4,
        b'{' => b'(',
        b'}' => b')',
        b'|' => 0xdd,
        b'~' => b'-',
        b' '..=b'^' => byte,
        _ => b'?',
    }
}

/// Whether `c` is a picture made of blocks, whose two colours may change places.
pub fn is_block(c: char) -> bool {
    ('\u{2580}'..='\u{259f}').contains(&c)
}

#[rustfmt::skip]
const GLYPHS: [(char, u8, bool); 52] = [
    ('─', 0xc0, false), ('━', 0xc0, false), ('═', 0xc0, false),
    ('│', 0xdd, false), ('┃', 0xdd, false), ('║', 0xdd, false),
    ('┌', 0xb0, false), ('╭', 0xb0, false), ('╔', 0xb0, false),
    ('┐', 0xae, false), ('╮', 0xae, false), ('╗', 0xae, false),
    ('└', 0xad, false), ('╰', 0xad, false), ('╚', 0xad, false),
    ('┘', 0xbd, false), ('╯', 0xbd, false), ('╝', 0xbd, false),
    ('├', 0xab, false), ('╠', 0xab, false), ('┤', 0xb3, false), ('╣', 0xb3, false),
    ('┬', 0xb2, false), ('╦', 0xb2, false), ('┴', 0xb1, false), ('╩', 0xb1, false),
    ('┼', 0xdb, false), ('╬', 0xdb, false),
    ('█', 0x20, true),
    ('▌', 0xa1, false), ('▐', 0xa1, true), ('▄', 0xa2, false), ('▀', 0xa2, true),
    ('░', 0xa6, false), ('▒', 0xa6, false), ('▓', 0xa6, true),
    ('▔', 0xa3, false), ('▁', 0xa4, false), ('▂', 0xaf, false), ('▃', 0xb9, false),
    ('▏', 0xa5, false), ('▕', 0xa7, false),
    ('▖', 0xbb, false), ('▗', 0xac, false), ('▘', 0xbe, false), ('▝', 0xbc, false),
    ('▚', 0xbf, false), ('▞', 0xbf, true),
    ('£', 0x5c, false), ('↑', 0x5e, false), ('←', 0x5f, false), ('✓', 0xba, false),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_change_places_and_blocks_are_reversed() {
        let bytes: Vec<u8> = "Hello, [C64]_".chars().map(byte).collect();
        assert_eq!(bytes, b"\xc8\x45\x4c\x4c\x4f, [\xc364]\xa4");
        assert_eq!(glyph('█'), Glyph { byte: 0x20, reverse: true });
        assert_eq!(byte('█'), b'#');
        assert_eq!(byte('é'), b'E');
        assert_eq!(byte('"'), b'\'');
    }

    #[test]
    fn what_a_key_sends_is_what_shows_it() {
        for c in ('a'..='z').chain('A'..='Z').chain('0'..='9').chain("!#$%&'()*+,-./:;<=>?@[]^_|£ ".chars())
        {
            assert_eq!(char_of(byte(c)), Some(c));
        }
    }

    proptest! {
        #[test]
        fn no_control_and_no_quotation_mark(c: char) {
            for byte in [byte(c), glyph(c).byte] {
                prop_assert!(matches!(byte, 0x20..=0x21 | 0x23..=0x7f | 0xa0..=0xff), "{byte:02x}");
            }
        }
    }
}
