//! MCI codes: two capital letters in art and menus that stand for a text. What they stand for in one call, and a sample of
//! each: what `art show` fills in and `art check` knows.

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

/// The values of one call, fetched when a menu is entered. Each call has some two dozen for as long as it lasts: what a
/// map would take for them is a good part of what an idle caller costs.
#[derive(Debug, Clone, Default)]
pub struct MciValues {
    board: Box<str>,
    values: Vec<(Mark, Box<str>)>,
}

/// The two letters of a mark.
type Mark = [u8; 2];

impl MciValues {
    /// No values yet, on the board of this name.
    pub fn new(board: &str) -> Self {
        Self { board: board.into(), values: Vec::new() }
    }

    /// The board's name.
    pub fn board(&self) -> &str {
        &self.board
    }

    /// Sets what a mark stands for; its name is two letters.
    pub fn set(&mut self, mark: &str, value: impl ToString) {
        let Ok(mark) = Mark::try_from(mark.as_bytes()) else { return };
        let value = value.to_string().into_boxed_str();
        match self.values.iter_mut().find(|(known, _)| *known == mark) {
            Some((_, known)) => *known = value,
            None => {
                self.values.reserve_exact(1);
                self.values.push((mark, value));
            }
        }
    }

    /// What a mark stands for.
    pub fn get(&self, mark: &str) -> Option<&str> {
        match mark.as_bytes() {
            b"BN" => Some(&self.board),
            mark => self.values.iter().find(|(known, _)| known == mark).map(|(_, value)| &**value),
        }
    }

    /// A text with its marks filled in; one whose marks are all nothing, or "0", is nothing worth saying.
    pub fn figure(&self, text: &str) -> Option<String> {
        let (filled, worth) = self.filled(text);
        (worth && !filled.is_empty()).then_some(filled)
    }

    /// A text with its marks filled in.
    pub fn fill(&self, text: &str) -> String {
        self.filled(text).0
    }

    /// The filled text, and whether it says anything.
    fn filled(&self, text: &str) -> (String, bool) {
        let mut out = String::new();
        let mut rest = text;
        let mut worth = !text.contains('|');
        while let Some((before, after)) = rest.split_once('|') {
            out.push_str(before);
            let (mark, tail) = after.split_at_checked(2).unwrap_or((after, ""));
            if let Some(value) = self.get(mark) {
                worth |= !value.is_empty() && value != "0";
                out.push_str(value);
            }
            rest = tail;
        }
        out.push_str(rest);
        (out, worth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_say_nothing_are_not_said() {
        let mut values = MciValues::new("Dialtone");
        values.set("NM", 17);
        values.set("NP", 0);
        assert_eq!(values.figure("|NM new"), Some("17 new".into()));
        assert_eq!(values.figure("|NP new"), None);
        assert_eq!(values.figure("|XX"), None);
        assert_eq!(values.figure("read"), Some("read".into()));
        assert_eq!(values.figure(""), None);
        assert_eq!(values.figure("|é"), None);
        assert_eq!(values.fill("|NP new on |BN"), "0 new on Dialtone");
    }
}
