//! The marks that art may have, with a sample of each: what `art show` fills in and `art check` knows.

/// Name, what it stands for, and a sample. A mark of a group of commands (`GA` to `GZ`) is none of these.
pub const MARKS: &[(&str, &str, &str)] = &[
    ("BN", "the board's name", "Dialtone"),
    ("CN", "the number of this call", "212"),
    ("DA", "the date", "2026-11-21"),
    ("LC", "the last caller, and when", "zero cool, 2 min ago"),
    ("MI", "the market, since it opened", "+1.2 %"),
    ("NM", "new messages", "17"),
    ("NN", "the node's name", "1"),
    ("NP", "new pages", "2"),
    ("ON", "callers on line", "12"),
    ("PV", "the portfolio's worth", "$104,210"),
    ("SU", "the line below the title", "acid burn · node 1 · call 212"),
    ("TC", "minutes on line", "23"),
    ("TI", "the time", "20:41"),
    ("TT", "the title", "main menu"),
    ("UL", "access level", "10"),
    ("UN", "the caller's handle", "acid burn"),
];

/// Whether a mark is where a menu sets a group of its commands.
pub fn is_group(mark: &str) -> bool {
    mark.starts_with('G')
}

/// A sample of what a mark stands for.
pub fn sample(mark: &str) -> Option<String> {
    if is_group(mark) {
        return Some("COMMANDS".to_owned());
    }
    MARKS.iter().find(|(name, ..)| *name == mark).map(|(_, _, sample)| (*sample).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_lists_every_mark() {
        let guide = include_str!("../../docs/menus.md");
        for (name, ..) in MARKS {
            assert!(guide.contains(&format!("|{name}`")), "docs/menus.md does not know |{name}");
        }
    }
}
