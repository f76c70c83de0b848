//! Search as you type: what is looked for, and where it stands in a text. Case does not matter.

use dialtone_terminal::Key;

use crate::ui::line::{LineInput, LineOutcome};

/// The most characters looked for.
const NEEDLE: usize = 40;

/// A search under way.
#[derive(Debug, Clone)]
pub struct IncrementalSearch {
    /// What is typed so far.
    pub line: LineInput,
    /// Pages fetched for it since the last key.
    pub fetched: u8,
}

/// What a key did to a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchOutcome {
    /// Something else is looked for now.
    Changed,
    /// The next that matches.
    Next,
    /// The one before.
    Previous,
    /// Found; the search is over.
    Done,
    /// Given up.
    Left,
    /// The key means nothing here.
    Nothing,
}

impl IncrementalSearch {
    /// A search that begins with what was typed to begin it.
    pub fn new(first: &str) -> Self {
        Self { line: LineInput::new(NEEDLE).with(first), fetched: 0 }
    }

    /// What is looked for, in small letters.
    pub fn needle(&self) -> Vec<char> {
        self.line.text().chars().flat_map(char::to_lowercase).collect()
    }

    /// The number of a row, if only digits were typed.
    pub fn number(&self) -> Option<usize> {
        let text = self.line.text();
        text.chars().all(|c| c.is_ascii_digit()).then(|| text.parse().ok()).flatten()
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> SearchOutcome {
        self.fetched = 0;
        match key {
            Key::Down | Key::Tab | Key::Ctrl('f') => return SearchOutcome::Next,
            Key::Up | Key::BackTab => return SearchOutcome::Previous,
            Key::Backspace if self.line.is_empty() => return SearchOutcome::Left,
            _ => {}
        }
        match self.line.press(key) {
            LineOutcome::Enter => SearchOutcome::Done,
            LineOutcome::Escape => SearchOutcome::Left,
            LineOutcome::Changed => SearchOutcome::Changed,
            LineOutcome::Nothing => SearchOutcome::Nothing,
        }
    }
}

/// Where `needle`, in small letters, first stands in `text`: characters before it and of it. Nothing is found by an
/// empty one.
pub fn find(text: &str, needle: &[char]) -> Option<(usize, usize)> {
    if needle.is_empty() {
        return None;
    }
    let small = |c: char| c.to_lowercase().next().unwrap_or(c);
    let chars: Vec<char> = text.chars().map(small).collect();
    chars.windows(needle.len()).position(|window| window == needle).map(|at| (at, needle.len()))
}

/// The first of `candidates` from `from` on that matches, going round at the end; backwards if told so.
pub fn seek(
    candidates: usize,
    from: usize,
    backwards: bool,
    matches: impl Fn(usize) -> bool,
) -> Option<usize> {
    let step = |n: usize| {
        if backwards { (from + candidates - n) % candidates } else { (from + n) % candidates }
    };
    (0..candidates).map(step).find(|n| matches(*n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter() {
        assert_eq!(find("The Lobby", &['l', 'o']), Some((4, 2)));
        assert_eq!(find("ÄRGER", &['ä', 'r']), Some((0, 2)));
        assert_eq!(find("abc", &[]), None);
        assert_eq!(find("ab", &['a', 'b', 'c']), None);
    }

    #[test]
    fn a_search_goes_round() {
        let rows = ["one", "two", "three"];
        let t = |n: usize| rows[n].starts_with('t');
        assert_eq!(seek(3, 0, false, t), Some(1));
        assert_eq!(seek(3, 2, false, t), Some(2));
        assert_eq!(seek(3, 0, true, t), Some(2));
        assert_eq!(seek(3, 1, false, |_| false), None);
        assert_eq!(seek(0, 0, false, |_| true), None);
    }

    #[test]
    fn digits_are_a_place() {
        let mut search = IncrementalSearch::new("1");
        assert_eq!(search.press(Key::Char('2')), SearchOutcome::Changed);
        assert_eq!(search.number(), Some(12));
        search.press(Key::Char('x'));
        assert_eq!(search.number(), None);
        for _ in 0..3 {
            search.press(Key::Backspace);
        }
        assert_eq!(search.press(Key::Backspace), SearchOutcome::Left);
    }
}
