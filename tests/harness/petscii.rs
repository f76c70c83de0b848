//! A Commodore 64's control codes as sequences of a terminal that an emulator knows, independent of the board's own
//! table.

/// What the C64 does with a byte, in ANSI; capital and small letters.
pub fn decode(byte: u8) -> String {
    match byte {
        0x0d | 0x8d => "\x1b[27m\r\n".to_owned(),
        0x11 => "\x1b[B".to_owned(),
        0x91 => "\x1b[A".to_owned(),
        0x1d => "\x1b[C".to_owned(),
        0x9d => "\x1b[D".to_owned(),
        0x13 => "\x1b[H".to_owned(),
        0x93 => "\x1b[2J\x1b[H".to_owned(),
        0x12 => "\x1b[7m".to_owned(),
        0x92 => "\x1b[27m".to_owned(),
        0x14 => "\x08 \x08".to_owned(),
        0x05 | 0x1c | 0x1e | 0x1f | 0x81 | 0x90 | 0x95..=0x9c | 0x9e | 0x9f => format!("\x1b[38;5;{byte}m"),
        0x20..=0x40 | 0x5b | 0x5d => char::from(byte).to_string(),
        0x41..=0x5a => char::from(byte + 0x20).to_string(),
        0x61..=0x7a => char::from(byte - 0x20).to_string(),
        0xc1..=0xda => char::from(byte - 0x80).to_string(),
        0xc0 => "─".to_owned(),
        0xdd => "│".to_owned(),
        0xa1 => "▌".to_owned(),
        0xa2 => "▄".to_owned(),
        0xa6 => "▒".to_owned(),
        0xa4 => "_".to_owned(),
        // Other pictures: only that there is one matters.
        0x5c | 0x5e..=0x60 | 0x7b..=0x7f | 0xa0..=0xff => "¤".to_owned(),
        _ => String::new(),
    }
}

/// The byte that its keyboard sends for a character.
pub fn encode(c: char) -> u8 {
    match c {
        'a'..='z' => c as u8 - 0x20,
        'A'..='Z' => c as u8 + 0x80,
        _ => u8::try_from(c).unwrap_or(b'?'),
    }
}
