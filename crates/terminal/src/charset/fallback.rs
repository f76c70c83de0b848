//! Look-alikes: what to show for a character that a charset lacks, always exactly one cell wide.

use super::cp437;

/// U+2500 to U+257F in the lines that code page 437 has.
const BOX_CP437: &str = "──││──││──││┌┌┌┌┐┐┐┐└└└└┘┘┘┘├├├├├├├├┤┤┤┤┤┤┤┤┬┬┬┬┬┬┬┬┴┴┴┴┴┴┴┴┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼──││\
                         ═║╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬┌┐┘└/\\X─│─│─│─│─│─│";
/// U+2500 to U+257F in ASCII.
const BOX_ASCII: &[u8; 128] =
    b"--||--||--||++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++--||-|+++++++++++++++++++++++++++++++/\\X-|-|-|-|-|-|";
/// U+2580 to U+259F, the block elements.
const BLOCK_CP437: &str = "▀___▄▄▄███▌▌▌▌▌▌▐░▒▓▀▐▄▄▀█▌██▀▐█";
const BLOCK_ASCII: &[u8; 32] = b"\"_____####|||||||.:#\"|..'#\\##'/#";
/// U+00A0 to U+00BF, the symbols of Latin-1.
const LATIN_SYMBOLS: &[u8; 32] = b" !cLoY|S\"ca<--R-o+23'uP.,1o>424?";
/// U+00C0 to U+017F without their accents.
const LATIN: &[u8; 192] = b"AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty\
AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
/// U+0180 to U+024F; `?` where no letter is near.
const LATIN_B: &[u8; 208] = b"bBBb???Cc?DDd????FfG???IKkl??NnOOoOoPp?????tTtTUu?VYyZz?????????????DDdLLlNNnAaIiOoUuUuUuUuUu?AaAaAaGgGgKkOoOo??jDDdGg??NnAaAaOoAaAaEeEeIiIiOoOoRrRrUuUuSsTt??HhNd??ZzAaEeOoOoOoOoYylntj??ACcLTsz??BU?EeJj?qRrYy";
/// U+1E00 to U+1EFF, Latin with two marks (Vietnamese and others).
const LATIN_ADDITIONAL: &[u8; 256] = b"AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwyassssdAaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYyLlVvYy";

/// The code page 437 character (128 and up, or ASCII) nearest to one the code page lacks.
pub fn in_cp437(c: char) -> Option<u8> {
    let fallback = match c {
        '\u{2500}'..='\u{257f}' => BOX_CP437.chars().nth(offset(c, 0x2500))?,
        '\u{2580}'..='\u{259f}' => BLOCK_CP437.chars().nth(offset(c, 0x2580))?,
        'β' => 'ß',
        'μ' => 'µ',
        '∑' => 'Σ',
        '\u{2126}' => '\u{3a9}',
        '∈' | 'є' => 'ε',
        '∂' | 'ð' => 'δ',
        'Ø' | 'ø' | '∅' => 'φ',
        '•' | '●' | '∘' | '⋅' | '◦' => '∙',
        '■' | '▪' | '◾' | '◼' | '▮' | '◘' | '◙' => '■',
        '►' | '▶' | '▸' | '→' | '⇒' => '»',
        '◄' | '◀' | '◂' | '←' | '⇐' => '«',
        '▬' => '▄',
        '⎮' => '│',
        _ => return None,
    };
    if fallback.is_ascii() { u8::try_from(fallback).ok() } else { cp437::high_byte(fallback) }
}

/// The ASCII character nearest to `c`.
pub fn in_ascii(c: char) -> Option<u8> {
    let code = c as u32;
    let look = match c {
        ' '..='~' => u8::try_from(code).ok()?,
        '\u{a0}'..='\u{bf}' => *LATIN_SYMBOLS.get(offset(c, 0xa0))?,
        '\u{c0}'..='\u{17f}' => *LATIN.get(offset(c, 0xc0))?,
        '\u{180}'..='\u{24f}' => *LATIN_B.get(offset(c, 0x180))?,
        '\u{1e00}'..='\u{1eff}' => *LATIN_ADDITIONAL.get(offset(c, 0x1e00))?,
        '\u{2500}'..='\u{257f}' => *BOX_ASCII.get(offset(c, 0x2500))?,
        '\u{2580}'..='\u{259f}' => *BLOCK_ASCII.get(offset(c, 0x2580))?,
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => u8::try_from(code - 0xfee0).ok()?,
        '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => b' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '▬' => b'-',
        '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | 'ʻ' | '‵' => b'\'',
        '“' | '”' | '„' | '‟' | '″' => b'"',
        '‹' | '◄' | '◀' | '◂' | '←' | '⇐' | '⟨' | '≤' => b'<',
        '›' | '►' | '▶' | '▸' | '→' | '⇒' | '⟩' | '≥' => b'>',
        '↑' | '▲' | '△' | '⇑' | 'ⁿ' => b'^',
        '↓' | '▼' | '▽' | '⇓' | '√' => b'v',
        '↔' | '≡' | '∟' => b'=',
        '↕' | '↨' | '⌠' | '⌡' | '‖' => b'|',
        '…' | '∙' | '⋅' | '․' => b'.',
        '•' | '●' | '◘' | '★' | '☆' | '✦' | '✶' | '☼' | '♥' | '♦' | '♣' | '♠' | '♪' | '♫' => {
            b'*'
        }
        '○' | '◦' | '∘' | '◙' | '♂' | '♀' | 'σ' | 'ο' => b'o',
        '☺' | '☻' => b'@',
        '■' | '▪' | '◾' | '◼' | '▮' => b'#',
        '□' | '▫' => b'o',
        '‼' => b'!',
        '≈' | '∼' | '˜' => b'~',
        '≠' => b'#',
        '∞' => b'8',
        '∩' => b'n',
        '€' | 'ε' | 'Σ' | '∈' => b'E',
        '₧' => b'P',
        '⌐' => b'-',
        '⌂' => b'^',
        '™' => b'T',
        'ℓ' => b'l',
        '№' => b'N',
        'α' => b'a',
        'β' => b'B',
        'Γ' => b'G',
        'π' => b'n',
        'μ' => b'u',
        'τ' => b't',
        'Φ' | 'φ' | 'Θ' | '∅' => b'0',
        '\u{3a9}' | '\u{2126}' => b'O',
        'δ' => b'd',
        '✓' | '✔' => b'v',
        '✗' | '✘' | '✕' => b'x',
        '⁄' | '∕' => b'/',
        _ => return None,
    };
    // In the letter tables a question mark says that no letter is near.
    (look != b'?' || matches!(c, '?' | '¿' | '？')).then_some(look)
}

/// How far `c` lies behind the start of its block.
fn offset(c: char, start: u32) -> usize {
    usize::try_from((c as u32).saturating_sub(start)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_cover_their_blocks() {
        assert_eq!(BOX_CP437.chars().count(), 128);
        assert_eq!(BLOCK_CP437.chars().count(), 32);
        for (table, length) in
            [(LATIN.as_slice(), 192), (LATIN_B, 208), (LATIN_ADDITIONAL, 256), (LATIN_SYMBOLS, 32)]
        {
            assert_eq!(table.len(), length);
            assert!(table.iter().all(|b| (0x20..0x7f).contains(b)));
        }
        for c in '\u{2500}'..='\u{257f}' {
            assert!(matches!(in_ascii(c), Some(b'+' | b'-' | b'|' | b'/' | b'\\' | b'X')), "{c}");
            assert!(in_cp437(c).is_some(), "{c}");
        }
        for c in '\u{2500}'..='\u{259f}' {
            assert!(cp437::high_byte(c).is_none_or(|byte| in_cp437(c) == Some(byte)), "{c}");
        }
        for (c, look) in [('▐', b'|'), ('░', b'.'), ('▓', b'#'), ('▀', b'"'), ('▟', b'#')] {
            assert_eq!(in_ascii(c), Some(look), "{c}");
        }
    }

    #[test]
    fn every_code_page_437_glyph_has_an_ascii_kin() {
        for c in cp437::GLYPHS {
            assert!(in_ascii(c).is_some(), "{c} {:x}", c as u32);
        }
    }

    #[test]
    fn accents_fall_off() {
        for (c, base) in [
            ('é', b'e'),
            ('Ł', b'L'),
            ('ő', b'o'),
            ('Š', b'S'),
            ('ễ', b'e'),
            ('ș', b's'),
            ('Ǆ', b'D'),
            ('ß', b's'),
            ('ſ', b's'),
        ] {
            assert_eq!(in_ascii(c), Some(base), "{c}");
        }
        assert_eq!(in_ascii('漢'), None);
        assert_eq!(in_ascii('я'), None);
    }
}
