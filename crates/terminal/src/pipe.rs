//! Pipe codes, the colour codes of BBS texts: `|00` to `|15` foreground, `|16` to `|23` background, `||` a pipe.

use crate::cell::{Color, Style};

enum Piece<'a> {
    Text(&'a str),
    Foreground(u8),
    Background(u8),
}

/// Splits `s` into runs of one style each, starting with `base`. What is no pipe code is text.
pub fn parse(s: &str, base: Style) -> Vec<(Style, String)> {
    let mut runs: Vec<(Style, String)> = Vec::new();
    let mut style = base;
    pieces(s, |piece| match piece {
        Piece::Text(text) => match runs.last_mut() {
            Some((last, run)) if *last == style => run.push_str(text),
            _ => runs.push((style, text.to_owned())),
        },
        Piece::Foreground(n) => style.fg = Color::Indexed(ansi(n)),
        // Black is the screen's own background.
        Piece::Background(0) => style.bg = Color::Default,
        Piece::Background(n) => style.bg = Color::Indexed(ansi(n)),
    });
    runs
}

/// The text alone.
pub fn strip(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    pieces(s, |piece| {
        if let Piece::Text(text) = piece {
            out.push_str(text);
        }
    });
    out
}

/// Text that [`parse`] gives back as it was.
pub fn escape(s: &str) -> String {
    s.replace('|', "||")
}

fn pieces<'a>(s: &'a str, mut on: impl FnMut(Piece<'a>)) {
    let mut rest = s;
    while let Some((before, after)) = rest.split_once('|') {
        if !before.is_empty() {
            on(Piece::Text(before));
        }
        rest = after;
        if let Some(after_second) = after.strip_prefix('|') {
            on(Piece::Text("|"));
            rest = after_second;
        } else if let Some((code, after_code)) = code(after) {
            on(if code < 16 { Piece::Foreground(code) } else { Piece::Background(code - 16) });
            rest = after_code;
        } else {
            on(Piece::Text("|"));
        }
    }
    if !rest.is_empty() {
        on(Piece::Text(rest));
    }
}

/// Pipe codes count colours as the PC's screen memory does, blue first and red last; SGR the other way round.
const fn ansi(pc: u8) -> u8 {
    pc & 0b1010 | (pc & 1) << 2 | (pc & 4) >> 2
}

/// The two digits after a pipe, if they are a code.
fn code(s: &str) -> Option<(u8, &str)> {
    let (digits, rest) = s.split_at_checked(2)?;
    let code = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())??;
    (code <= 23).then_some((code, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_change_colours() {
        let runs = parse("a|12b|17c|16d|07e", Style::DEFAULT);
        assert_eq!(
            runs,
            [
                (Style::DEFAULT, "a".into()),
                (Style::fg(9), "b".into()),
                (Style::fg(9).on(4), "c".into()),
                (Style::fg(9), "d".into()),
                (Style::fg(7), "e".into()),
            ]
        );
    }

    #[test]
    fn everything_else_is_text() {
        for text in ["|", "|x", "|24", "|99", "|1", "|+1", "a | b", "|é5"] {
            assert_eq!(parse(text, Style::fg(3)), [(Style::fg(3), text.to_owned())], "{text}");
        }
        assert_eq!(parse("a||12", Style::DEFAULT), [(Style::DEFAULT, "a|12".into())]);
        assert_eq!(parse("|12", Style::DEFAULT), []);
        assert_eq!(strip("|12red||blue|16"), "red|blue");
    }

    proptest! {
        #[test]
        fn escaped_text_comes_back(s in "[|0-9a-c]{0,20}") {
            prop_assert_eq!(strip(&escape(&s)), s.clone());
            prop_assert!(parse(&escape(&s), Style::DEFAULT).iter().all(|(style, _)| *style == Style::DEFAULT));
        }

        #[test]
        fn runs_are_the_stripped_text(s in "[|0-9a-c ]{0,30}") {
            let joined: String = parse(&s, Style::DEFAULT).into_iter().map(|(_, text)| text).collect();
            prop_assert_eq!(joined, strip(&s));
        }
    }
}
