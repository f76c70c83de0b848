//! What callers and wires say about themselves, made harmless before it is kept.

use super::UsersError;

/// One line of at most `most` characters: no control bytes, no characters that are not seen or that turn the
/// line around, no runs of space.
pub(super) fn line(field: &str, text: &str, most: usize) -> Result<String, UsersError> {
    bounded(field, squeeze(text), most)
}

/// Lines of text, at most `most` characters in all.
pub(super) fn lines(field: &str, text: &str, most: usize) -> Result<String, UsersError> {
    let cleaned: Vec<String> = text.lines().map(squeeze).collect();
    bounded(field, cleaned.join("\n").trim().to_owned(), most)
}

/// As [`line`], for what no caller typed: what is too long is cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    squeeze(text).chars().take(most).collect()
}

fn bounded(field: &str, text: String, most: usize) -> Result<String, UsersError> {
    if text.chars().nth(most).is_some() {
        return Err(UsersError::Invalid(format!("{field} has at most {most} characters.")));
    }
    Ok(text)
}

fn squeeze(text: &str) -> String {
    let seen: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !(c.is_control() || is_unseen(*c)))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    seen.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Marks that turn text around (UAX 9), join or part without a trace, or tag.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::{cut, line, lines};
    use proptest::prelude::*;

    #[test]
    fn escapes_and_overrides_do_not_get_in() {
        assert_eq!(
            line("A place", " Bonn\x1b[2J\u{202e}\x07  am \t Rhein\r\n", 40).unwrap(),
            "Bonn[2J am Rhein"
        );
        assert_eq!(lines("A text", "one \n\n\u{9b}2J two\n", 40).unwrap(), "one\n\n2J two");
        assert_eq!(
            line("A place", "Llanfair", 7).unwrap_err().to_string(),
            "A place has at most 7 characters."
        );
        assert_eq!(cut("Llanfair", 4), "Llan");
    }

    proptest! {
        #[test]
        fn nothing_unprintable_survives(text in any::<String>()) {
            let clean = line("It", &text, 10_000).unwrap();
            prop_assert!(!clean.chars().any(char::is_control));
            prop_assert_eq!(line("It", &clean, 10_000).unwrap(), clean);
        }
    }
}
