//! Code page 437 as a BBS terminal shows it, independent of the board's own table.

/// The glyphs of 0x00 to 0x1F; the first is nothing at all.
const LOW: &str = "\0☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";

/// The glyphs of 0x80 to 0xFF.
const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// What the terminal does with a byte: the controls that BBS terminals obey stay controls, the rest are glyphs.
pub fn decode(byte: u8) -> char {
    match byte {
        0x00 | 0x07..=0x0A | 0x0C | 0x0D | 0x1B => char::from(byte),
        0x01..=0x1F => LOW.chars().nth(usize::from(byte)).unwrap_or(' '),
        0x20..=0x7E => char::from(byte),
        0x7F => '⌂',
        0x80.. => HIGH.chars().nth(usize::from(byte) - 0x80).unwrap_or(' '),
    }
}

/// The byte that a caller's terminal sends for a character they typed; `?` where the code page has none.
pub fn encode(c: char) -> u8 {
    if c.is_ascii() {
        return u8::try_from(c).unwrap_or(b'?');
    }
    let at = HIGH.chars().position(|glyph| glyph == c).and_then(|at| u8::try_from(at + 0x80).ok());
    at.unwrap_or(b'?')
}
