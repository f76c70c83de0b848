//! What bytes a terminal wants for a character, and what to show for one it lacks. One character, one cell.

pub mod atascii;
pub mod cp437;
mod fallback;
pub mod petscii;

use unicode_width::UnicodeWidthChar;

/// The characters a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Charset {
    /// Printable ASCII alone.
    Ascii,
    /// IBM PC code page 437.
    Cp437,
    /// Unicode as UTF-8 (RFC 3629).
    Utf8,
    /// The Commodore 64's own, with small and capital letters.
    Petscii,
    /// The 8-bit Ataris' own.
    Atascii,
}

impl Charset {
    /// Appends the bytes that show `c` in at most one cell. A character that the charset lacks becomes a
    /// look-alike or `?`, a control character its code page 437 glyph or `?`; what has no width gives nothing.
    /// No byte appended is ever a control byte.
    pub fn encode(self, c: char, out: &mut Vec<u8>) {
        if let Some(c) = cell_char(c) {
            self.encode_cell(c, out, false);
        }
    }

    /// Appends each character of `s` as [`Charset::encode`] does.
    pub fn encode_str(self, s: &str, out: &mut Vec<u8>) {
        for c in s.chars() {
            self.encode(c, out);
        }
    }

    /// As [`Charset::encode`], but code page 437 glyphs that live on control bytes (hearts, triangles) are sent
    /// as those bytes where ANSI-BBS terminals draw them. Only for a screen that is drawn cell by cell.
    pub fn encode_glyph(self, c: char, out: &mut Vec<u8>) {
        if let Some(c) = cell_char(c) {
            self.encode_cell(c, out, true);
        }
    }

    /// Appends a line end as its terminals know it.
    pub fn line_end(self, out: &mut Vec<u8>) {
        out.extend_from_slice(match self {
            Self::Petscii => b"\r",
            Self::Atascii => b"\x9b",
            Self::Ascii | Self::Cp437 | Self::Utf8 => b"\r\n",
        });
    }

    /// Appends what takes back the character before the cursor.
    pub fn rub_out(self, out: &mut Vec<u8>) {
        out.extend_from_slice(match self {
            Self::Petscii => b"\x14",
            Self::Atascii => b"\x7e",
            Self::Ascii | Self::Cp437 | Self::Utf8 => b"\x08 \x08",
        });
    }

    /// Appends what clears the screen of a terminal that can, colours off and the cursor at the left top: SyncTERM
    /// begins in blue, and only it homes the cursor by itself.
    pub fn clear(self, out: &mut Vec<u8>) {
        out.extend_from_slice(match self {
            // Small and capital letters, clear, light grey.
            Self::Petscii => b"\x0e\x93\x9b",
            Self::Atascii => b"\x7d",
            Self::Ascii | Self::Cp437 | Self::Utf8 => b"\x1b[0m\x1b[2J\x1b[H",
        });
    }

    /// Cells that `c` takes when encoded: 0 or 1.
    pub fn width(self, c: char) -> usize {
        usize::from(cell_char(c).is_some())
    }

    /// Appends `c`, which [`cell_char`] has given.
    pub(crate) fn encode_cell(self, c: char, out: &mut Vec<u8>, glyphs: bool) {
        match self {
            Self::Petscii => return out.push(petscii::byte(c)),
            Self::Atascii => return out.push(atascii::byte(c)),
            Self::Ascii | Self::Cp437 | Self::Utf8 => {}
        }
        if let ' '..='~' = c {
            out.push(u8::try_from(c).unwrap_or(b'?'));
            return;
        }
        match self {
            Self::Utf8 => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Self::Cp437 => {
                let control = if glyphs { cp437::control_glyph_byte(c) } else { None };
                let byte = cp437::high_byte(c).or(control).or_else(|| fallback::in_cp437(c));
                out.push(byte.or_else(|| fallback::in_ascii(c)).unwrap_or(b'?'));
            }
            Self::Ascii | Self::Petscii | Self::Atascii => out.push(fallback::in_ascii(c).unwrap_or(b'?')),
        }
    }
}

/// The character that stands for `c` in a grid of cells, exactly one column wide: controls become visible,
/// wide characters a narrow kin or `?`. None for what takes no column (combining marks, joiners, direction marks).
pub fn cell_char(c: char) -> Option<char> {
    match c {
        ' '..='~' | '\u{2500}'..='\u{259f}' => Some(c),
        '\0'..='\x1f' => Some(cp437::glyph(u8::try_from(c).unwrap_or(0))),
        '\x7f' => Some('⌂'),
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => Some('?'),
        // Terminals disagree on both: one cell each, plain.
        '\u{a0}' => Some(' '),
        '\u{ad}' => Some('-'),
        _ if is_invisible(c) => None,
        _ => match c.width() {
            Some(1) => Some(c),
            Some(0) => None,
            _ => Some(fallback::in_ascii(c).map_or('?', char::from)),
        },
    }
}

/// Characters that show nothing but change how others are shown or compared: direction marks and overrides,
/// joiners, tags, the byte-order mark.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(charset: Charset, s: &str) -> Vec<u8> {
        let mut out = Vec::new();
        charset.encode_str(s, &mut out);
        out
    }

    #[test]
    fn code_page_437_has_its_bytes_and_look_alikes() {
        assert_eq!(bytes(Charset::Cp437, "é░─█"), [0x82, 0xb0, 0xc4, 0xdb]);
        assert_eq!(bytes(Charset::Cp437, "╭━╮“x”…Š—€"), b"\xda\xc4\xbf\"x\".S-E");
        assert_eq!(bytes(Charset::Cp437, "漢字ж"), b"???");
        assert_eq!(bytes(Charset::Cp437, "♥▲→"), b"*^\xaf");
        let mut glyphs = Vec::new();
        "♥▲→".chars().for_each(|c| Charset::Cp437.encode_glyph(c, &mut glyphs));
        assert_eq!(glyphs, [3, 0x1e, 0xaf]);
    }

    #[test]
    fn ascii_has_look_alikes() {
        assert_eq!(bytes(Charset::Ascii, "┌─┐│║╬"), b"+-+||+");
        assert_eq!(bytes(Charset::Ascii, "Ünïcödé ‘q’ – ok…"), b"Unicode 'q' - ok.");
        assert_eq!(bytes(Charset::Ascii, "Ａ１"), b"A1");
    }

    #[test]
    fn utf8_keeps_one_cell_for_each_character() {
        assert_eq!(bytes(Charset::Utf8, "é漢Ａ"), "é?A".as_bytes());
        assert_eq!(bytes(Charset::Utf8, "e\u{301}\u{200b}x"), b"ex");
        assert_eq!(Charset::Utf8.width('\u{301}'), 0);
        assert_eq!(Charset::Utf8.width('漢'), 1);
    }

    #[test]
    fn an_escape_becomes_visible() {
        assert_eq!(bytes(Charset::Utf8, "\x1b[2J"), "←[2J".as_bytes());
        assert_eq!(bytes(Charset::Cp437, "\x1b"), [0xae]);
        assert_eq!(bytes(Charset::Ascii, "\x1b\u{9b}"), b"<?");
    }

    proptest! {
        #[test]
        fn no_control_ever_comes_out(c: char) {
            for charset in [Charset::Ascii, Charset::Cp437] {
                let out = bytes(charset, c.encode_utf8(&mut [0; 4]));
                prop_assert!(out.len() <= 1);
                prop_assert!(out.iter().all(|b| *b >= 0x20 && *b != 0x7f && (charset == Charset::Cp437 || b.is_ascii())));
            }
            let out = String::from_utf8(bytes(Charset::Utf8, c.encode_utf8(&mut [0; 4]))).unwrap();
            prop_assert!(out.chars().count() <= 1);
            prop_assert!(out.chars().all(|c| !c.is_control() && !is_invisible(c) && c.width() == Some(1)));
        }
    }
}
