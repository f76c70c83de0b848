//! Text that callers wrote: made harmless, measured and laid out in cells.

use crate::charset::{cell_char, is_invisible};

const TAB: usize = 8;

/// One line for a one-line field: controls, escape sequences, direction overrides and invisible characters out;
/// line ends and tabs become blanks.
pub fn clean_line(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    clean(s, |c| match c {
        '\n' | '\t' => out.push(' '),
        c => out.push(c),
    });
    out
}

/// A text of many lines, cleaned as [`clean_line`] does: LF ends its lines, tabs are blanks up to columns of 8.
pub fn clean_body(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut column = 0;
    clean(s, |c| match c {
        '\n' => {
            out.push('\n');
            column = 0;
        }
        '\t' => {
            let blanks = TAB - column % TAB;
            out.extend(std::iter::repeat_n(' ', blanks));
            column += blanks;
        }
        c => {
            out.push(c);
            column += char_width(c);
        }
    });
    out
}

/// Cells that `s` takes in one row.
pub fn width(s: &str) -> usize {
    s.chars().map(char_width).sum()
}

/// `s` in exactly `columns` cells: cut with an ellipsis, or padded with blanks.
pub fn fit(s: &str, columns: usize) -> String {
    let taken = width(s);
    if taken <= columns {
        let mut out = s.to_owned();
        out.extend(std::iter::repeat_n(' ', columns - taken));
        return out;
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    let mut out = prefix(s, room).to_owned();
    out.push('…');
    out
}

/// The longest beginning of `s` that takes at most `columns` cells.
pub fn prefix(s: &str, columns: usize) -> &str {
    let mut used = 0;
    let end = s.char_indices().find(|(_, c)| {
        used += char_width(*c);
        used > columns
    });
    end.and_then(|(at, _)| s.get(..at)).unwrap_or(s)
}

/// `s` in lines of at most `columns` cells (at least 1), broken at blanks where there are any. LF always ends a
/// line; blanks at the start of a line stay, those where a line is broken go. Never empty.
pub fn wrap(s: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for line in s.strip_suffix('\n').unwrap_or(s).split('\n') {
        wrap_line(line, columns, &mut lines);
    }
    lines
}

fn wrap_line(line: &str, columns: usize, lines: &mut Vec<String>) {
    let mut rest = line;
    loop {
        let head = prefix(rest, columns);
        let Some(tail) = rest.get(head.len()..).filter(|tail| !tail.is_empty()) else {
            lines.push(rest.to_owned());
            return;
        };
        // A blank right after the head ends a word that just fits.
        let break_at = if tail.starts_with(' ') { Some(head.len()) } else { head.rfind(' ') };
        // A break inside the leading blanks would make an empty line.
        let word = break_at.filter(|at| head.get(..*at).is_some_and(|head| !head.trim_start().is_empty()));
        let (head, tail) = rest.split_at(word.unwrap_or(head.len()));
        lines.push(head.trim_end_matches(' ').to_owned());
        rest = if word.is_some() { tail.trim_start_matches(' ') } else { tail };
        if rest.is_empty() {
            return;
        }
    }
}

fn char_width(c: char) -> usize {
    usize::from(cell_char(c).is_some())
}

/// Hands on what may stay of `s`; besides printable characters only LF and tab.
fn clean(s: &str, mut keep: impl FnMut(char)) {
    let mut chars = s.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' | '\t' => keep(c),
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    keep('\n');
                }
            }
            '\x1b' if chars.next_if_eq(&'[').is_some() => skip_sequence(&mut chars),
            '\u{9b}' => skip_sequence(&mut chars),
            '\u{2028}' | '\u{2029}' => keep('\n'),
            c if c.is_control() || is_invisible(c) => {}
            c => keep(c),
        }
    }
}

/// Passes over the rest of a control sequence; what ends it too early stays.
fn skip_sequence(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    chars.next_if(|c| matches!(c, '@'..='~'));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_cleaned() {
        assert_eq!(clean_line("a\x1b[31mred\x1b[0m\r\nb\tc\x07\0"), "ared b c");
        assert_eq!(clean_line("\u{9b}2Jx\u{202e}evil\u{2069}\u{feff}"), "xevil");
        assert_eq!(clean_line("\x1b]0;t\x07z"), "]0;tz");
        assert_eq!(clean_line("\x1b[999"), "");
        assert_eq!(clean_line("e\u{301}"), "e\u{301}");
    }

    #[test]
    fn bodies_keep_their_lines() {
        assert_eq!(clean_body("a\r\nb\rc\n\nd"), "a\nb\nc\n\nd");
        assert_eq!(clean_body("ab\tc\n\td"), "ab      c\n        d");
    }

    #[test]
    fn words_are_wrapped() {
        assert_eq!(wrap("the quick brown fox", 9), ["the quick", "brown fox"]);
        assert_eq!(wrap("the quick brown fox", 8), ["the", "quick", "brown", "fox"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("  indented text here", 10), ["  indented", "text here"]);
        assert_eq!(wrap("a\n\nb\n", 10), ["a", "", "b"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("       x", 3), ["", "", " x"]);
        assert_eq!(wrap("end    ", 5), ["end"]);
        assert_eq!(wrap("ab", 0), ["a", "b"]);
    }

    #[test]
    fn fields_fit() {
        assert_eq!(fit("abc", 5), "abc  ");
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit("漢字", 3), "漢字 ");
        assert_eq!(prefix("e\u{301}a", 1), "e\u{301}");
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left(s in prop_oneof![any::<String>(), "[\u{1b}\\[\u{9b}\u{202e}\u{2066}\r\n\t\u{7f}a-c0-9;]{0,40}"]) {
            let line = clean_line(&s);
            prop_assert!(line.chars().all(|c| !c.is_control() && !is_invisible(c)));
            prop_assert_eq!(&clean_line(&line), &line);
            let body = clean_body(&s);
            prop_assert!(body.chars().all(|c| c == '\n' || !c.is_control() && !is_invisible(c)));
            prop_assert_eq!(&clean_body(&body), &body);
        }

        #[test]
        fn wrapped_lines_fit_and_lose_only_blanks(s in "[a-d éλ漢\u{301}\n]{0,80}", columns in 1usize..20) {
            let lines = wrap(&s, columns);
            prop_assert!(!lines.is_empty());
            prop_assert!(lines.iter().all(|line| width(line) <= columns));
            let dense = |s: &str| s.replace([' ', '\n'], "");
            prop_assert_eq!(dense(&lines.concat()), dense(&s));
        }

        #[test]
        fn a_fitted_text_is_exactly_as_wide(s in any::<String>(), columns in 0usize..30) {
            prop_assert_eq!(width(&fit(&s, columns)), columns);
        }
    }
}
