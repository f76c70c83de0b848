//! ATASCII, the characters of the 8-bit Ataris: ASCII but for a few places that are controls there.

use super::fallback;

/// The byte that shows `c`, as near as there is; never a control byte.
pub fn byte(c: char) -> u8 {
    match fallback::in_ascii(c).unwrap_or(b'?') {
        b'`' => b'\'',
        b'{' => b'(',
        // Clears the screen, erases and tabulates there.
        b'}' => b')',
        b'~' => b'-',
        byte @ b' '..=b'|' => byte,
        _ => b'?',
    }
}

/// The character that a key's byte stands for; none for a control byte. Reversed letters are letters.
pub fn char_of(byte: u8) -> Option<char> {
    let plain = byte & 0x7f;
    (matches!(plain, b' '..=b'_' | b'a'..=b'z' | b'|') && byte != 0x9b).then(|| char::from(plain))
}
