//! What callers write, made harmless before it is kept: pure, and independent of who reads it on what.

use super::MessagingError;

/// Longest subject in characters: with a margin it fits one line of an 80-column screen.
pub const SUBJECT_CHARS: usize = 72;
/// Longest message in bytes: some 800 full lines, more than anybody types and little enough to hold in memory.
pub const BODY_BYTES: usize = 65_536;
/// Longest page or broadcast in characters: three lines of an 80-column screen.
pub const PAGE_CHARS: usize = 240;

/// Tab stops stand this many columns apart.
const TAB: usize = 8;

/// The subject of a new thread: one line, at most one "Re: " in front, 1 to [`SUBJECT_CHARS`] characters.
pub(super) fn subject(typed: &str) -> Result<String, MessagingError> {
    let line = one_line(typed);
    let mut bare = line.as_str();
    while let Some(rest) = strip_reply(bare) {
        bare = rest.trim_start();
    }
    if bare.is_empty() {
        return Err(MessagingError::Invalid("A message needs a subject.".into()));
    }
    let subject = if bare.len() == line.len() { line } else { format!("Re: {bare}") };
    let chars = subject.chars().count();
    if chars > SUBJECT_CHARS {
        return Err(MessagingError::Invalid(format!(
            "The subject has {chars} characters, {SUBJECT_CHARS} is the most."
        )));
    }
    Ok(subject)
}

fn strip_reply(subject: &str) -> Option<&str> {
    let (start, rest) = subject.split_at_checked(3)?;
    start.eq_ignore_ascii_case("re:").then_some(rest)
}

/// A message: 1 to [`BODY_BYTES`] bytes after cleaning; lines end in LF, no blank lines at the end.
pub(super) fn body(typed: &str) -> Result<String, MessagingError> {
    let mut clean = String::with_capacity(typed.len().min(BODY_BYTES));
    let mut column = 0;
    let mut chars = typed.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' | '\n' | '\u{2028}' | '\u{2029}' => {
                if c == '\r' {
                    chars.next_if_eq(&'\n');
                }
                clean.truncate(clean.trim_end_matches(' ').len());
                clean.push('\n');
                column = 0;
            }
            '\t' => {
                let spaces = TAB - column % TAB;
                clean.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            c if is_harmful(c) => {}
            c => {
                clean.push(c);
                column += 1;
            }
        }
    }
    clean.truncate(clean.trim_end().len());
    if clean.trim().is_empty() {
        return Err(MessagingError::Invalid("The message is empty.".into()));
    }
    if clean.len() > BODY_BYTES {
        return Err(MessagingError::Invalid(format!(
            "The message has {} bytes, {BODY_BYTES} is the most.",
            clean.len()
        )));
    }
    Ok(clean)
}

/// A text somebody is still writing: what is harmful is gone, the rest is as it was typed, up to [`BODY_BYTES`].
pub(super) fn unfinished(typed: &str) -> String {
    let mut kept = String::with_capacity(typed.len().min(BODY_BYTES));
    for c in typed.chars().filter(|c| *c == '\n' || !is_harmful(*c)) {
        if kept.len() + c.len_utf8() > BODY_BYTES {
            break;
        }
        kept.push(c);
    }
    kept
}

/// A page or a broadcast: one line of 1 to [`PAGE_CHARS`] characters.
pub(super) fn page(typed: &str) -> Result<String, MessagingError> {
    let line = one_line(typed);
    let chars = line.chars().count();
    if chars == 0 {
        return Err(MessagingError::Invalid("There is nothing to send.".into()));
    }
    if chars > PAGE_CHARS {
        return Err(MessagingError::Invalid(format!(
            "That is {chars} characters, {PAGE_CHARS} is the most."
        )));
    }
    Ok(line)
}

/// One line: breaks and tabs become a space, runs of spaces one, what is harmful is gone.
pub(super) fn one_line(typed: &str) -> String {
    let mut line = String::with_capacity(typed.len().min(4 * PAGE_CHARS));
    for c in typed.chars() {
        if c.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_harmful(c) {
            line.push(c);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Controls of both sets, which a terminal would obey, and the marks that reverse the direction of writing
/// (embeddings, overrides, isolates), which make one text look like another.
fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_body_keeps_its_lines_and_loses_its_controls() {
        let typed = "one \r\ntwo\rthree\u{2028}\tfour\nab\tc\u{1b}[31m\u{9b}\u{202e}\0!\n \n\r\n\t";
        assert_eq!(body(typed).unwrap(), "one\ntwo\nthree\n        four\nab      c[31m!");
    }

    #[test]
    fn a_body_has_a_size() {
        assert!(matches!(body(" \r\n\u{1b}\t"), Err(MessagingError::Invalid(_))));
        assert!(body(&"x".repeat(BODY_BYTES)).is_ok());
        assert_eq!(
            body(&"x".repeat(BODY_BYTES + 1)).unwrap_err().to_string(),
            "The message has 65537 bytes, 65536 is the most."
        );
        assert!(body(&format!("{}\n\n\n", "x".repeat(BODY_BYTES))).is_ok(), "the end is cut first");
    }

    #[test]
    fn subjects_are_one_line_and_never_stack_replies() {
        assert_eq!(subject("  Blue \t box\r\nplans\u{1b} ").unwrap(), "Blue box plans");
        assert_eq!(subject("RE: re:Re:  Blue").unwrap(), "Re: Blue");
        assert_eq!(subject("Reach out").unwrap(), "Reach out");
        for empty in ["", " \t", "Re: re:", "\u{1b}"] {
            assert_eq!(subject(empty).unwrap_err().to_string(), "A message needs a subject.");
        }
        assert!(subject(&"é".repeat(72)).is_ok());
        assert!(subject(&"é".repeat(73)).is_err());
    }

    #[test]
    fn pages_are_one_line() {
        assert_eq!(page(" call\nme\u{7} back ").unwrap(), "call me back");
        assert!(page("\r\n").is_err());
        assert!(page(&"x".repeat(240)).is_ok());
        assert!(page(&"x".repeat(241)).is_err());
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_kept(typed in "(\\PC|\\pC|[\r\n\t\u{1b}\u{202e}]){0,200}") {
            if let Ok(clean) = body(&typed) {
                prop_assert!(clean.chars().all(|c| c == '\n' || !is_harmful(c)));
                prop_assert_eq!(body(&clean).unwrap(), clean);
            }
            if let Ok(clean) = subject(&typed) {
                prop_assert!(!clean.contains('\n') && !clean.chars().any(is_harmful));
                prop_assert_eq!(subject(&clean).unwrap(), clean);
            }
        }
    }
}
