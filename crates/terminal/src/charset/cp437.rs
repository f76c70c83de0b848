//! Code page 437 as the IBM PC drew it: every byte has a glyph, control bytes too.

/// Glyphs of the bytes 0 to 31; byte 0 is blank and stands as NUL in this table.
#[rustfmt::skip]
const LOW: [char; 32] = [
    '\0', '☺', '☻', '♥', '♦', '♣', '♠', '•', '◘', '○', '◙', '♂', '♀', '♪', '♫', '☼',
    '►', '◄', '↕', '‼', '¶', '§', '▬', '↨', '↑', '↓', '→', '←', '∟', '↔', '▲', '▼',
];

/// Glyphs of the bytes 128 to 255.
#[rustfmt::skip]
const HIGH: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å',
    'É', 'æ', 'Æ', 'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ',
    'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '⌐', '¬', '½', '¼', '¡', '«', '»',
    '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗', '╝', '╜', '╛', '┐',
    '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧',
    '╨', '╤', '╥', '╙', '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐', '▀',
    'α', 'ß', 'Γ', 'π', 'Σ', 'σ', 'µ', 'τ', 'Φ', 'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩',
    '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈', '°', '∙', '·', '√', 'ⁿ', '²', '■', '\u{a0}',
];

/// The glyph that a byte shows (256 entries: IBM PC character generator). Bytes 0, 32 and 255 are blank.
pub const GLYPHS: [char; 256] = glyphs();

/// The character generator's glyph for `byte`.
pub fn glyph(byte: u8) -> char {
    GLYPHS.get(usize::from(byte)).copied().unwrap_or(' ')
}

/// The byte 128 to 254 that shows `c`, if there is one.
pub fn high_byte(c: char) -> Option<u8> {
    let at = HIGH_SORTED.binary_search_by_key(&c, |(glyph, _)| *glyph).ok()?;
    HIGH_SORTED.get(at).map(|(_, byte)| *byte)
}

/// The control byte that shows `c` on a terminal that follows ANSI-BBS, where drawing it is safe: never NUL,
/// ENQ (answerback), BEL to SI, XOFF, SUB or ESC, nor CAN, with which a ZMODEM download begins: terminals start one
/// by themselves.
pub fn control_glyph_byte(c: char) -> Option<u8> {
    if c.is_ascii() {
        return None;
    }
    let byte = u8::try_from(LOW.iter().position(|glyph| *glyph == c)?).ok()?;
    is_safe_control_glyph(byte).then_some(byte)
}

/// Whether a control byte may be sent for its glyph (see [`control_glyph_byte`]).
pub fn is_safe_control_glyph(byte: u8) -> bool {
    matches!(byte, 1..=4 | 6 | 0x10 | 0x11 | 0x14..=0x17 | 0x19 | 0x1c..=0x1f)
}

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling, where a bad index is a compile error")]
const fn glyphs() -> [char; 256] {
    let mut table = [' '; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte {
            0 => ' ',
            1..32 => LOW[byte],
            127 => '⌂',
            32..127 => byte as u8 as char,
            255 => ' ',
            _ => HIGH[byte - 128],
        };
        byte += 1;
    }
    table
}

const HIGH_SORTED: [(char, u8); 128] = high_sorted();

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling, where a bad index is a compile error")]
const fn high_sorted() -> [(char, u8); 128] {
    let mut table = [(' ', 0); 128];
    let mut next = 0;
    while next < 128 {
        let entry = (HIGH[next], next as u8 + 128);
        let mut at = next;
        while at > 0 && table[at - 1].0 > entry.0 {
            table[at] = table[at - 1];
            at -= 1;
        }
        table[at] = entry;
        next += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_high_byte_has_its_own_glyph_and_comes_back() {
        for byte in 128..=255u8 {
            let c = HIGH[usize::from(byte) - 128];
            assert_eq!(high_byte(c), Some(byte), "{c}");
        }
        assert_eq!(high_byte('A'), None);
        assert_eq!(high_byte('漢'), None);
    }

    #[test]
    fn glyphs_are_where_the_code_page_has_them() {
        assert_eq!(glyph(0x82), 'é');
        assert_eq!(glyph(0xb0), '░');
        assert_eq!(glyph(0xc4), '─');
        assert_eq!(glyph(0xdb), '█');
        assert_eq!(glyph(0xe1), 'ß');
        assert_eq!(glyph(0xfe), '■');
        assert_eq!(glyph(0x03), '♥');
        assert_eq!(glyph(0x7f), '⌂');
        assert_eq!(glyph(b'~'), '~');
        assert!(GLYPHS.iter().all(|c| !c.is_control()));
    }

    #[test]
    fn dangerous_control_glyphs_are_never_sent() {
        for byte in [0u8, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x12, 0x13, 0x18, 0x1a, 0x1b] {
            assert_eq!(control_glyph_byte(glyph(byte)), None, "{byte:#x}");
        }
        assert_eq!(control_glyph_byte('♥'), Some(3));
        assert_eq!(control_glyph_byte(' '), None);
    }
}
