//! Handles: what a caller may be called, and when two handles look alike.

use super::UsersError;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_security::MixedScript;
use unicode_security::confusable_detection::skeleton;

/// The shortest handle, in characters.
pub const SHORTEST: usize = 2;
/// The longest handle, in characters.
pub const LONGEST: usize = 24;

/// Names that mean something to the board, to telnet logins and ssh user names, or to callers who might be
/// deceived by them.
const RESERVED: &[&str] = &[
    "admin",
    "administrator",
    "all",
    "anonymous",
    "anyone",
    "apply",
    "bbs",
    "board",
    "broadcast",
    "bye",
    "console",
    "daemon",
    "dialtone",
    "everyone",
    "exit",
    "guest",
    "help",
    "logoff",
    "logout",
    "moderator",
    "mail",
    "new",
    "new user",
    "newuser",
    "nobody",
    "none",
    "off",
    "operator",
    "postmaster",
    "quit",
    "register",
    "root",
    "signup",
    "staff",
    "support",
    "sys op",
    "sysop",
    "system",
    "unknown",
    "user",
    "who",
    "you",
];

/// A caller's name on the board, in the form they chose. It is well formed; whether it is free is another
/// question.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Handle(String);

impl Handle {
    /// The form of a handle: 2 to 24 letters, digits, and single spaces, dots, hyphens and underscores between
    /// them, all of one script (UTS 39 section 5.1), beginning and ending with a letter or digit.
    pub fn parse(text: &str) -> Result<Self, UsersError> {
        // No handle is this long in any normal form; the rest need not be looked at.
        if text.len() > LONGEST * 16 {
            return Err(length());
        }
        let text: String = text.nfc().collect();
        let characters = text.chars().count();
        if !(SHORTEST..=LONGEST).contains(&characters) {
            return Err(length());
        }
        // A mark joins to the letter before it, so it is part of a word but cannot begin one.
        let mark = unicode_normalization::char::is_combining_mark;
        let word = |c: char| c.is_alphanumeric();
        if !text.chars().all(|c| word(c) || mark(c) || matches!(c, ' ' | '.' | '-' | '_')) {
            return Err(invalid("A handle has letters, digits, spaces, dots, hyphens and underscores only."));
        }
        if !text.starts_with(word) || !text.ends_with(|c| word(c) || mark(c)) {
            return Err(invalid("A handle begins and ends with a letter or a digit."));
        }
        if text.contains("  ") {
            return Err(invalid("A handle has no two spaces in a row."));
        }
        if !text.chars().any(char::is_alphabetic) {
            return Err(invalid("A handle has at least one letter."));
        }
        if !text.is_single_script() {
            return Err(invalid("A handle is written in one alphabet."));
        }
        Ok(Self(text))
    }

    /// What the guest is called.
    pub fn guest() -> Self {
        Self("Guest".to_owned())
    }

    /// What the first sysop is called.
    pub(super) fn sysop() -> Self {
        Self("Sysop".to_owned())
    }

    /// The handle as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for a name that nobody may take.
    pub(super) fn is_reserved(&self) -> bool {
        let looks = self.skeleton();
        RESERVED.iter().any(|name| looks == look(name))
    }

    /// The handle without case: how it is found.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// The handle as it looks: two that can be taken for each other have the same.
    pub(super) fn skeleton(&self) -> String {
        look(&self.0)
    }
}

/// How the account of a handle is found, whatever it was typed as; none for what nobody can be called, which no
/// statement ever sees.
pub(super) fn key(text: &str) -> Option<String> {
    Handle::parse(text).ok().map(|handle| handle.folded())
}

fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// The UTS 39 skeleton, with or without capitals: they make look-alikes of their own (`I` and `l`, `O` and `0`),
/// so those fall together as well.
fn look(text: &str) -> String {
    skeleton(&fold(text)).flat_map(char::to_lowercase).map(|c| if c == 'i' { 'l' } else { c }).collect()
}

fn length() -> UsersError {
    UsersError::Invalid(format!("A handle has {SHORTEST} to {LONGEST} characters."))
}

fn invalid(words: &str) -> UsersError {
    UsersError::Invalid(words.to_owned())
}

impl std::fmt::Display for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Handle {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Handle;
    use proptest::prelude::*;

    fn looks_like(a: &str, b: &str) -> bool {
        Handle::parse(a).unwrap().skeleton() == Handle::parse(b).unwrap().skeleton()
    }

    #[test]
    fn good_handles() {
        for text in ["Al", "Joe Smith", "j.r-r_t", "R2D2", "Żółć", "Ольга", "たかし", "x".repeat(24).as_str()]
        {
            assert!(Handle::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn bad_handles() {
        for text in [
            "",
            "a",
            " a",
            "a ",
            "a  b",
            "-ab",
            "ab-",
            "a\x1b[2J",
            "a\nb",
            "a\u{202e}b",
            "a\u{200b}b",
            "a/b",
            "12",
            "..",
            "a\u{a0}b",
            "p\u{430}ypal",
            "\u{301}ab",
            "a;b",
            "a|b",
            "x".repeat(25).as_str(),
            "x".repeat(100_000).as_str(),
        ] {
            assert!(Handle::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn look_alikes() {
        assert!(looks_like("Bob", "bob"));
        assert!(looks_like("B0b", "Bob"));
        assert!(looks_like("Bill", "B1ll"));
        assert!(looks_like("Ian", "lan"));
        assert!(looks_like("Burn", "Bum"));
        assert!(looks_like("Caesar", "Cаеsаr".replace(['а'], "a").replace('е', "e").as_str()));
        assert!(looks_like("сахар", "caxap"));
        assert!(looks_like("Café", "Cafe\u{301}"));
        assert!(!looks_like("Bob", "Rob"));
        assert!(!looks_like("joe smith", "joesmith"));
    }

    #[test]
    fn reserved_names_are_reserved_in_every_guise() {
        for text in ["new", "SysOp", "Sys0p", "R00t", "Guest", "wh0", "sys op", "adm1n"] {
            assert!(Handle::parse(text).unwrap().is_reserved(), "{text}");
        }
        assert!(!Handle::parse("Newton").unwrap().is_reserved());
    }

    proptest! {
        #[test]
        fn whatever_parses_is_plain_to_print_and_stable(text in "\\PC{0,30}") {
            if let Ok(handle) = Handle::parse(&text) {
                prop_assert!(handle.as_str().chars().all(|c| !c.is_control()));
                prop_assert_eq!(Handle::parse(handle.as_str()).unwrap(), handle);
            }
        }
    }
}
