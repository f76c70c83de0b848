//! What the marks in art and menus stand for (MCI codes): two capital letters to a text.

use std::collections::BTreeMap;

/// The values of one call, fetched when a menu is entered.
#[derive(Debug, Clone, Default)]
pub struct Values {
    board: String,
    values: BTreeMap<String, String>,
}

impl Values {
    /// No values yet, on the board of this name.
    pub fn new(board: &str) -> Self {
        Self { board: board.to_owned(), values: BTreeMap::new() }
    }

    /// The board's name.
    pub fn board(&self) -> &str {
        &self.board
    }

    /// Sets what a mark stands for.
    pub fn set(&mut self, mark: &str, value: impl ToString) {
        self.values.insert(mark.to_owned(), value.to_string());
    }

    /// What a mark stands for.
    pub fn get(&self, mark: &str) -> Option<String> {
        match mark {
            "BN" => Some(self.board.clone()),
            _ => self.values.get(mark).cloned(),
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
                out.push_str(&value);
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
        let mut values = Values::new("Dialtone");
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
