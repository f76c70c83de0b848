//! What keys mean, said once for every screen: the widgets, the hints in the prompt's row and the page behind `?`
//! all read this table.

use dialtone_terminal::Key;
use dialtone_terminal::text::width;

use crate::lang::Language;

/// A key of a screen, upper case, and the id of the word or two for what it does.
pub type Hint = (&'static str, &'static str);

/// What the keys that are the same everywhere do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// One up.
    Up,
    /// One down.
    Down,
    /// To the left, or back.
    Left,
    /// To the right, or on.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first.
    First,
    /// To the last.
    Last,
    /// Does it.
    Choose,
    /// Goes on.
    Forward,
    /// Begins a search.
    Find,
    /// The next that matches.
    Again,
    /// Leaves.
    Back,
    /// Reads the pager.
    Pages,
    /// Explains the keys.
    Help,
    /// Draws the screen again.
    Redraw,
}

/// Keys and what they do, for the widget that acts on them and for the caller who asks.
#[derive(Debug, Clone, Copy)]
pub struct Binding<A: 'static> {
    /// What it does.
    pub act: A,
    /// The keys.
    pub keys: &'static [Key],
    /// What is printed on them; nothing where the binding before speaks for both.
    pub label: &'static str,
    /// A word for the hints; none where there is no room to spare for it.
    pub does: &'static str,
    /// A sentence for the page behind `?`.
    pub about: &'static str,
}

const fn key<A>(
    act: A,
    keys: &'static [Key],
    label: &'static str,
    does: &'static str,
    about: &'static str,
) -> Binding<A> {
    Binding { act, keys, label, does, about }
}

/// The keys that are the same everywhere.
pub const COMMON: &[Binding<Act>] = &[
    key(Act::Choose, &[Key::Enter], "Enter", "choose", "does what the bar is on"),
    key(Act::Forward, &[Key::Char(' ')], "Space", "", "a page, then the next"),
    key(Act::Up, &[Key::Up], "Up Down", "", "one up, one down"),
    key(Act::Down, &[Key::Down], "", "", ""),
    key(Act::Left, &[Key::Left], "Left Right", "", "to the side; back and on"),
    key(Act::Right, &[Key::Right], "", "", ""),
    key(Act::PageUp, &[Key::PageUp, Key::Ctrl('b')], "PgUp PgDn", "", "a page; Ctrl-B, Ctrl-N"),
    key(Act::PageDown, &[Key::PageDown, Key::Ctrl('n')], "", "", ""),
    key(Act::First, &[Key::Home, Key::Ctrl('a')], "Home End", "", "the ends; Ctrl-A, Ctrl-E"),
    key(Act::Last, &[Key::End, Key::Ctrl('e')], "", "", ""),
    key(Act::Find, &[Key::Char('\''), Key::Ctrl('f')], "'", "find", "finds it; Ctrl-F too"),
    key(Act::Again, &[Key::Tab], "Tab", "", "the next that was found"),
    key(Act::Back, &[Key::Escape, Key::Char('q'), Key::Char('Q')], "Esc", "back", "goes back; Q too"),
    key(Act::Pages, &[Key::Char('/')], "/", "", "reads the pager"),
    key(Act::Help, &[Key::Char('?'), Key::F(1)], "?", "keys", "these keys; F1 too"),
    key(Act::Redraw, &[Key::Ctrl('l'), Key::Ctrl('r')], "Ctrl-L", "", "draws the screen again"),
];

/// What a key does by this table.
pub fn act<A: Copy>(table: &[Binding<A>], key: Key) -> Option<A> {
    table.iter().find(|binding| binding.keys.contains(&key)).map(|binding| binding.act)
}

/// Columns below which the keys have the prompt's row for themselves.
const NARROW: u16 = 60;

/// What the caller's keys mean in one view.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Letters are text here: `?` and its like are typed, not obeyed.
    pub typing: bool,
    /// Which of the common keys do something, with the view's own word for the hints where it has a better one.
    pub acts: Vec<(Act, &'static str)>,
    /// The screen's own letters.
    pub own: Vec<Hint>,
    /// Hints of keys that are the view's alone.
    pub said: Vec<(&'static str, &'static str, Key)>,
    /// More lines for the page behind `?`: the keys of a table of the view's own, a menu's commands.
    pub topics: Vec<(String, String)>,
    /// Said at the right end of the prompt's row: where in the list, which line.
    pub aside: String,
}

/// What a key means in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// One of the screen's own letters, upper case.
    Own(char),
    /// One of the common keys.
    Act(Act),
    /// Nothing known here.
    Other(Key),
}

/// A hint as it stands in the prompt's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its first column.
    pub x: u16,
    /// The column after it.
    pub end: u16,
    /// What is printed on the key.
    pub label: &'static str,
    /// What it does.
    pub does: String,
    /// What pressing it sends.
    pub key: Key,
}

impl Keys {
    /// The common keys that a view obeys, in the words of the table.
    pub fn of(acts: &[Act]) -> Self {
        Self { acts: acts.iter().map(|act| (*act, "")).collect(), ..Self::default() }
    }

    /// Whether a common key does something here.
    pub fn obeys(&self, act: Act) -> bool {
        self.acts.iter().any(|(known, _)| *known == act)
    }

    /// What `key` means: a screen's own letters come before the common keys.
    pub fn meaning(&self, key: Key) -> Meaning {
        if let Key::Char(c) = key {
            let c = c.to_ascii_uppercase();
            if self.own.iter().any(|(name, _)| name.starts_with(c)) {
                return Meaning::Own(c);
            }
        }
        match act(COMMON, key) {
            Some(act) if self.obeys(act) => Meaning::Act(act),
            _ => Meaning::Other(key),
        }
    }

    /// The hints that fit into a row of `columns`, in their places; the way out and the way to the rest of the keys
    /// stay where there is room for few.
    pub fn placed(&self, columns: u16, language: &Language) -> Vec<Placed> {
        // How readily a hint goes where there is little room, beside the hint.
        let mut hints: Vec<(u8, Placed)> = Vec::new();
        let mut add = |spare: u8, label: &'static str, does: &'static str, key: Key| {
            let does = language.text(does).into_owned();
            hints.push((spare, Placed { x: 0, end: 0, label, does, key }));
        };
        let obeyed = |binding: &Binding<Act>| {
            let (_, word) = self.acts.iter().find(|(act, _)| *act == binding.act)?;
            let does = if word.is_empty() { binding.does } else { word };
            binding.keys.first().filter(|_| !does.is_empty()).map(|key| (does, *key))
        };
        for (label, does, key) in &self.said {
            add(u8::from(*key != Key::Escape), label, does, *key);
        }
        let (first, rest) = COMMON.split_at(1);
        for binding in first {
            if let Some((does, key)) = obeyed(binding) {
                add(2, binding.label, does, key);
            }
        }
        for (label, does) in &self.own {
            add(1, label, does, label.chars().next().map_or(Key::Escape, Key::Char));
        }
        for binding in rest {
            if let Some((does, key)) = obeyed(binding) {
                add(if binding.act == Act::Back { 0 } else { 3 }, binding.label, does, key);
            }
        }
        if !self.typing {
            add(0, "?", "keys", Key::Char('?'));
        }
        let aside = if self.aside_in(columns).is_empty() { 0 } else { width(&self.aside) + 2 };
        let room = usize::from(columns).saturating_sub(4 + aside);
        let cells = |hint: &Placed| width(hint.label) + 1 + width(&hint.does);
        while hints.iter().map(|(_, hint)| cells(hint) + 2).sum::<usize>() > room + 2 {
            let most = hints.iter().map(|(spare, _)| *spare).max().unwrap_or(0);
            match hints.iter().rposition(|(spare, _)| *spare == most) {
                Some(last) => drop(hints.remove(last)),
                None => break,
            }
        }
        let mut x = 2;
        let mut placed: Vec<Placed> = hints.into_iter().map(|(_, hint)| hint).collect();
        for hint in &mut placed {
            hint.x = x;
            hint.end = x + u16::try_from(cells(hint)).unwrap_or(0);
            x = hint.end + 2;
        }
        placed
    }

    /// What is said at the right end of a row of `columns`: nothing where the keys need all of it.
    pub fn aside_in(&self, columns: u16) -> &str {
        if columns < NARROW { "" } else { &self.aside }
    }

    /// Every key that does something here and a line about each: the page behind `?`.
    pub fn explained(&self, language: &Language) -> Vec<(String, String)> {
        let line = |label: &str, about: &'static str| (label.to_owned(), language.text(about).into_owned());
        let own = self.own.iter().map(|(label, does)| line(label, does));
        let mut lines: Vec<(String, String)> = own.chain(self.topics.iter().cloned()).collect();
        for binding in COMMON {
            let word = self.acts.iter().find(|(act, _)| *act == binding.act).map(|(_, word)| *word);
            let always = matches!(binding.act, Act::Redraw | Act::Help);
            if (word.is_some() || always) && !binding.label.is_empty() {
                lines
                    .push(line(binding.label, word.filter(|word| !word.is_empty()).unwrap_or(binding.about)));
            }
        }
        lines
    }
}

/// The lines of a table of a view's own, for the page behind `?`.
pub fn topics<A>(table: &[Binding<A>]) -> Vec<(String, String)> {
    table.iter().map(|binding| (binding.label.to_owned(), binding.about.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::english;

    fn list() -> Keys {
        Keys {
            own: vec![("P", "post"), ("C", "catch up")],
            ..Keys::of(&[Act::Choose, Act::Up, Act::Find, Act::Back, Act::Pages])
        }
    }

    fn row(keys: &Keys, columns: u16) -> String {
        let hints = keys.placed(columns, english());
        hints.iter().map(|hint| format!("{} {}", hint.label, hint.does)).collect::<Vec<_>>().join("  ")
    }

    #[test]
    fn no_key_means_two_things() {
        let mut seen = std::collections::HashSet::new();
        for key in COMMON.iter().flat_map(|binding| binding.keys) {
            assert!(seen.insert(*key), "{key:?} stands twice");
        }
        for pair in COMMON.windows(2) {
            let [before, binding] = pair else { unreachable!("windows of two") };
            assert_eq!(binding.about.is_empty(), binding.label.is_empty(), "{binding:?}");
            assert!(
                !binding.label.is_empty() || before.label.contains(' '),
                "{binding:?}: who speaks for it?"
            );
        }
    }

    #[test]
    fn hints_keep_the_way_out_where_there_is_little_room() {
        assert_eq!(row(&list(), 80), "Enter choose  P post  C catch up  ' find  Esc back  ? keys");
        assert_eq!(row(&list(), 40), "P post  C catch up  Esc back  ? keys");
        assert_eq!(row(&list(), 14), "Esc back");
        let crowded = Keys { aside: "12 of 340".into(), ..list() };
        assert_eq!(row(&crowded, 60), "P post  C catch up  Esc back  ? keys");
    }

    #[test]
    fn hints_stand_where_they_say() {
        for columns in 10..140 {
            let hints = list().placed(columns, english());
            assert!(hints.windows(2).all(|pair| pair[0].end + 2 == pair[1].x), "{columns}");
            assert!(hints.last().is_none_or(|last| last.end <= columns), "{columns}");
        }
    }

    #[test]
    fn a_screens_own_letters_come_first() {
        let mut keys = list();
        assert_eq!(keys.meaning(Key::Char('p')), Meaning::Own('P'));
        assert_eq!(keys.meaning(Key::Char('q')), Meaning::Act(Act::Back));
        assert_eq!(keys.meaning(Key::Left), Meaning::Other(Key::Left), "not obeyed here");
        keys.own.push(("Q", "quote"));
        assert_eq!(keys.meaning(Key::Char('q')), Meaning::Own('Q'));
        let explained = keys.explained(english());
        assert!(explained.contains(&("C".into(), "catch up".into())), "{explained:?}");
        assert!(explained.iter().any(|(label, _)| label == "Ctrl-L"));
    }
}
