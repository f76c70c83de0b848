//! The marks that art may have, with a sample of each: what `art show` fills in and `art check` knows.

/// Name, what it stands for, and a sample. A mark that is none of these is the place of a command, or of a group of
/// them.
pub const MARKS: &[(&str, &str, &str)] = &[
    ("BN", "the board's name", "Dialtone"),
    ("CN", "the number of this call", "212"),
    ("DA", "the date", "2026-11-21"),
    ("LC", "the last caller, and when", "zero cool, 2 min ago"),
    ("MI", "the market, since it opened", "+1.2 %"),
    ("NM", "new messages", "17"),
    ("NN", "the number of the node", "14"),
    ("NP", "new pages", "2"),
    ("ON", "callers on line", "12"),
    ("PV", "the portfolio's worth", "$104,210"),
    ("SU", "the line below the title", "acid burn · node 14 · call 212"),
    ("TC", "minutes on line", "23"),
    ("TI", "the time", "20:41"),
    ("TT", "the title", "main menu"),
    ("UL", "access level", "10"),
    ("UN", "the caller's handle", "acid burn"),
];

/// A sample of what a mark stands for.
pub fn sample(mark: &str) -> Option<String> {
    let known = MARKS.iter().find(|(name, ..)| *name == mark);
    Some(known.map_or("COMMANDS", |(_, _, sample)| *sample).to_owned())
}
