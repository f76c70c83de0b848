//! What the marks in art and menus stand for (MCI codes): two capital letters to a text.

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
