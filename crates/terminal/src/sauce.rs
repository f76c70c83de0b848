//! SAUCE: the record at the end of an art file that says who made it and how wide it is (SAUCE 00.5).

use crate::charset::{Charset, cp437};

/// Bytes of the record.
pub(crate) const RECORD: usize = 128;
/// Where in it the number of comment lines stands.
pub(crate) const COMMENTS: usize = 104;
const COMMENT_LINE: usize = 64;
const END_OF_FILE: u8 = 0x1a;
const ICE_FLAG: u8 = 1;
const CHARACTER: u8 = 1;
const BINARY_TEXT: u8 = 5;

/// What the record says. Texts are decoded from code page 437, without the padding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sauce {
    /// Title, at most 35 characters.
    pub title: String,
    /// Author, at most 20 characters.
    pub author: String,
    /// Group, at most 20 characters.
    pub group: String,
    /// When it was made, as CCYYMMDD; empty when the record does not say.
    pub date: String,
    /// Bytes of the art before the record; 0 when the record does not say. [`append`] counts them itself.
    pub size: u32,
    /// Width in columns; 0 when the record does not say.
    pub columns: u16,
    /// Height in rows; 0 when the record does not say.
    pub rows: u16,
    /// Blink is a bright background ("non-blink mode").
    pub ice: bool,
    /// Font name, at most 22 characters; empty when the record does not say.
    pub font: String,
    /// Comment lines, at most 255 of 64 characters.
    pub comments: Vec<String>,
}

/// Splits a file into the art and its record. Without a record the whole file is art.
pub fn split(bytes: &[u8]) -> (&[u8], Option<Sauce>) {
    let Some((rest, record)) = bytes.len().checked_sub(RECORD).and_then(|at| bytes.split_at_checked(at))
    else {
        return (bytes, None);
    };
    if !record.starts_with(b"SAUCE") {
        return (bytes, None);
    }
    let (art, comments) = split_comments(rest, byte(record, COMMENTS));
    let art = art.strip_suffix(&[END_OF_FILE]).unwrap_or(art);
    let (columns, rows) = match byte(record, 94) {
        CHARACTER => (word(record, 96), word(record, 98)),
        // Binary text keeps half its width in the file type.
        BINARY_TEXT => (u16::from(byte(record, 95)) * 2, 0),
        _ => (0, 0),
    };
    let sauce = Sauce {
        title: text(record, 7, 35),
        author: text(record, 42, 20),
        group: text(record, 62, 20),
        date: text(record, 82, 8),
        size: u32::from(word(record, 90)) | u32::from(word(record, 92)) << 16,
        columns,
        rows,
        ice: byte(record, 105) & ICE_FLAG != 0,
        font: text(record, 106, 22),
        comments,
    };
    (art, Some(sauce))
}

/// The art with a record after it (data type Character, file type ANSi). Texts that are too long are cut.
pub fn append(art: &[u8], s: &Sauce) -> Vec<u8> {
    let mut out = Vec::with_capacity(art.len() + RECORD + 6);
    out.extend_from_slice(art);
    out.push(END_OF_FILE);
    let comments = s.comments.get(..255).unwrap_or(&s.comments);
    if !comments.is_empty() {
        out.extend_from_slice(b"COMNT");
        comments.iter().for_each(|line| pad(line, COMMENT_LINE, b' ', &mut out));
    }
    out.extend_from_slice(b"SAUCE00");
    pad(&s.title, 35, b' ', &mut out);
    pad(&s.author, 20, b' ', &mut out);
    pad(&s.group, 20, b' ', &mut out);
    pad(&s.date, 8, b' ', &mut out);
    out.extend_from_slice(&u32::try_from(art.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(&[CHARACTER, 1]);
    for info in [s.columns, s.rows, 0, 0] {
        out.extend_from_slice(&info.to_le_bytes());
    }
    out.push(u8::try_from(comments.len()).unwrap_or(0));
    out.push(u8::from(s.ice) * ICE_FLAG);
    pad(&s.font, 22, 0, &mut out);
    out
}

/// Takes the comment block of `lines` lines off the end, if it is there.
fn split_comments(rest: &[u8], lines: u8) -> (&[u8], Vec<String>) {
    let size = usize::from(lines) * COMMENT_LINE + 5;
    let block = rest.len().checked_sub(size).and_then(|at| rest.split_at_checked(at));
    match block {
        Some((art, block)) if lines > 0 && block.starts_with(b"COMNT") => {
            let lines = block.get(5..).unwrap_or_default().chunks(COMMENT_LINE).map(decode).collect();
            (art, lines)
        }
        _ => (rest, Vec::new()),
    }
}

fn byte(record: &[u8], at: usize) -> u8 {
    record.get(at).copied().unwrap_or(0)
}

fn word(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([byte(record, at), byte(record, at + 1)])
}

fn text(record: &[u8], at: usize, length: usize) -> String {
    decode(record.get(at..at + length).unwrap_or_default())
}

/// Code page 437, up to a NUL, without blanks at the end.
fn decode(bytes: &[u8]) -> String {
    let text: String = bytes.iter().take_while(|b| **b != 0).map(|b| cp437::glyph(*b)).collect();
    text.trim_end().to_owned()
}

fn pad(s: &str, length: usize, with: u8, out: &mut Vec<u8>) {
    let start = out.len();
    for c in s.chars() {
        Charset::Cp437.encode(c, out);
    }
    out.resize(start + length, with);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example() -> Sauce {
        Sauce {
            title: "Café by night".into(),
            author: "Ada".into(),
            group: "Dialtone".into(),
            date: "19970401".into(),
            size: 17,
            columns: 80,
            rows: 24,
            ice: true,
            font: "IBM VGA".into(),
            comments: vec!["First line".into(), "Second ░▒▓".into()],
        }
    }

    #[test]
    fn what_is_appended_splits_off_again() {
        let file = append(b"\x1b[31mhello\x1a there", &example());
        assert_eq!(file.len(), 17 + 1 + 5 + 128 + 128);
        assert_eq!(split(&file), (b"\x1b[31mhello\x1a there".as_slice(), Some(example())));
        let bare = Sauce { comments: Vec::new(), size: 0, ..example() };
        assert_eq!(split(&append(b"", &bare)), (b"".as_slice(), Some(bare)));
    }

    #[test]
    fn a_record_laid_out_by_hand_is_read() {
        let mut file = b"art\x1aSAUCE00".to_vec();
        file.extend_from_slice(format!("{:<35}{:<20}{:<20}19970401", "Title", "Author", "Group").as_bytes());
        file.extend_from_slice(&[3, 0, 0, 0, 1, 1, 132, 0, 50, 0, 0, 0, 0, 0, 0, 1]);
        file.extend_from_slice(&[0; 22]);
        let (art, sauce) = split(&file);
        let sauce = sauce.unwrap();
        assert_eq!(art, b"art");
        assert_eq!((sauce.title.as_str(), sauce.columns, sauce.rows, sauce.ice), ("Title", 132, 50, true));
        assert!(sauce.font.is_empty());
    }

    #[test]
    fn no_record_leaves_the_file_alone() {
        let long = [b'x'; 300];
        assert_eq!(split(b"short"), (b"short".as_slice(), None));
        assert_eq!(split(&long), (long.as_slice(), None));
    }

    #[test]
    fn long_texts_are_cut() {
        let long = Sauce { title: "t".repeat(99), comments: vec!["c".repeat(99); 300], ..example() };
        let file = append(b"x", &long);
        let (art, sauce) = split(&file);
        let sauce = sauce.unwrap();
        assert_eq!((art, sauce.title.len(), sauce.comments.len()), (b"x".as_slice(), 35, 255));
        assert_eq!(sauce.comments[254].len(), 64);
    }

    proptest! {
        #[test]
        fn any_tail_is_survived(mut record in prop::collection::vec(any::<u8>(), 128), before in prop::collection::vec(any::<u8>(), 0..300)) {
            record[..5].copy_from_slice(b"SAUCE");
            let file = [before.clone(), record].concat();
            let (art, sauce) = split(&file);
            prop_assert!(sauce.is_some());
            prop_assert!(before.starts_with(art));
        }
    }
}
