//! Everything that a board may send besides letters: what is not in here has come from a caller's text.

use super::recording::Draws;

/// What stands behind `CSI ?` in sequences the board sends, with its last character.
const PRIVATE: [&str; 8] = ["25h", "25l", "1000h", "1000l", "1006h", "1006l", "33h", "33l"];

/// The first thing in `data` that no board draws, if there is one. Telnet's own is no longer in it.
pub fn stranger(data: &[u8], draws: Draws, columns: u16, rows: u16) -> Option<String> {
    let mut rest = data;
    while let Some((byte, behind)) = rest.split_first() {
        let taken = match (draws, byte) {
            (Draws::Petscii, byte) => petscii(*byte).then_some(1),
            (Draws::Atascii, byte) => matches!(byte, b' '..=b'|' | 0x9b | 0x7d | 0x7e).then_some(1),
            (_, b'\r' | b'\n' | 0x08 | b' '..=b'~') => Some(1),
            (Draws::Cp437, 0x80..) => Some(1),
            // Hearts, triangles and the like, as ANSI-BBS terminals draw them.
            (Draws::Cp437, 1..=4 | 6 | 0x10 | 0x11 | 0x14..=0x17 | 0x19 | 0x1c..=0x1f) => Some(1),
            (Draws::Utf8, 0x80..) => letter(rest),
            (Draws::Utf8 | Draws::Cp437, 0x1b) => sequence(behind, columns, rows).map(|length| length + 1),
            _ => None,
        };
        match taken {
            Some(length) => rest = rest.get(length..).unwrap_or_default(),
            None => {
                let shown = rest.get(..rest.len().min(40)).unwrap_or_default();
                let before = data.len() - rest.len();
                let before = data.get(before.saturating_sub(40)..before).unwrap_or_default();
                return Some(format!("\"{}\" after \"{}\"", shown.escape_ascii(), before.escape_ascii()));
            }
        }
    }
    None
}

fn petscii(byte: u8) -> bool {
    let colour = matches!(byte, 0x05 | 0x1c | 0x1e | 0x81 | 0x90 | 0x95..=0x9c | 0x9e | 0x9f);
    let moves = matches!(byte, 0x0d | 0x0e | 0x11..=0x14 | 0x1d | 0x91..=0x93 | 0x9d);
    // A quotation mark makes a C64 show what follows instead of obeying it.
    colour || moves || (matches!(byte, 0x20..=0x7f | 0xa0..) && byte != b'"')
}

/// The length of a character that takes one cell and changes nothing round it.
fn letter(data: &[u8]) -> Option<usize> {
    let length = match data.first()? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let c = std::str::from_utf8(data.get(..length)?).ok()?.chars().next()?;
    let harmful = matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{1f000}'.. | '\u{2e80}'..='\u{9fff}');
    (!harmful).then_some(length)
}

/// The length of a sequence behind its ESC.
fn sequence(data: &[u8], columns: u16, rows: u16) -> Option<usize> {
    match data.first()? {
        b'[' => {
            let end = data.iter().skip(1).position(|byte| (0x40..=0x7e).contains(byte))? + 1;
            let body = std::str::from_utf8(data.get(1..=end)?).ok()?;
            control(body, columns, rows).then_some(end + 1)
        }
        b']' => {
            let end = data.windows(2).position(|pair| pair == b"\x1b\\")?;
            let body = std::str::from_utf8(data.get(1..end)?).ok()?;
            let address = body.strip_prefix("8;;")?;
            let link =
                address.is_empty() || address.starts_with("http://") || address.starts_with("https://");
            let harmless = link && address.bytes().all(|byte| byte.is_ascii_graphic());
            harmless.then_some(end + 2)
        }
        _ => None,
    }
}

/// Whether the board sends this control sequence, given without its ESC and bracket.
fn control(body: &str, columns: u16, rows: u16) -> bool {
    if let Some(private) = body.strip_prefix('?') {
        return PRIVATE.contains(&private);
    }
    if body == "0;0 D" {
        return true;
    }
    let Some(last) = body.chars().next_back() else { return false };
    let Some(numbers) = body.strip_suffix(last) else { return false };
    let numbers: Option<Vec<u16>> = match numbers {
        "" => Some(Vec::new()),
        numbers => numbers.split(';').map(|n| if n.is_empty() { Some(1) } else { n.parse().ok() }).collect(),
    };
    let Some(numbers) = numbers else { return false };
    match (last, numbers.as_slice()) {
        ('m', numbers) => styles(numbers),
        ('H', [] | [1]) => true,
        ('H', [row]) => (1..=rows).contains(row),
        ('H', [row, column]) => (1..=rows).contains(row) && (1..=columns).contains(column),
        ('C' | 'D', []) | ('K' | '@', []) => true,
        ('C' | 'D', [by]) => (2..=columns).contains(by),
        ('J', [2]) => true,
        _ => false,
    }
}

fn styles(mut numbers: &[u16]) -> bool {
    while let Some((first, rest)) = numbers.split_first() {
        numbers = match (first, rest) {
            (0 | 1 | 4 | 5 | 7 | 30..=37 | 39..=47 | 49 | 90..=97 | 100..=107, rest) => rest,
            (38 | 48, [5, 0..=255, rest @ ..]) => rest,
            (38 | 48, [2, 0..=255, 0..=255, 0..=255, rest @ ..]) => rest,
            _ => return false,
        };
    }
    true
}
