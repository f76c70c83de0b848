//! What a terminal's name tells about it before it has answered anything.

/// What a terminal's name tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Answers no question and obeys no ANSI: plain terminals, and home computers with sequences of their own.
    Plain,
    /// A BBS terminal.
    Bbs,
    /// A terminal emulator of today's Unix or Windows.
    Modern,
    /// DEC's own and other ANSI terminals whose charset depends on the locale.
    Dec,
    /// No name, or one that tells nothing.
    Unknown,
}

/// The family of a name in lower case.
pub fn family(name: &str) -> Family {
    const BBS: [&str; 9] =
        ["syncterm", "cterm", "ansi", "pcansi", "scoansi", "netrunner", "icyterm", "mtelnet", "qodem"];
    const MODERN: [&str; 21] = [
        "xterm",
        "linux",
        "screen",
        "tmux",
        "putty",
        "rxvt",
        "kitty",
        "alacritty",
        "foot",
        "wezterm",
        "konsole",
        "gnome",
        "vte",
        "st-",
        "iterm",
        "ghostty",
        "cygwin",
        "ms-terminal",
        "mintty",
        "contour",
        "nsterm",
    ];
    const PLAIN: [&str; 3] = ["dumb", "petscii", "atascii"];
    let dec = name.strip_prefix("vt").is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()));
    let starts = |list: &[&str]| list.iter().any(|known| name.starts_with(known));
    if PLAIN.contains(&name) {
        Family::Plain
    } else if starts(&BBS) {
        Family::Bbs
    } else if starts(&MODERN) || name == "st" {
        Family::Modern
    } else if dec || name.starts_with("cons25") || name.starts_with("wsvt") {
        Family::Dec
    } else {
        Family::Unknown
    }
}
