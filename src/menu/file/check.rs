//! What is written becomes menus: every name looked up, every rule read, every text measured.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Known;
use super::layers::Stack;
use super::raw::{DEEDS, RawAction, RawEntry, RawMenu};
use crate::menu::{Action, Binding, Group, Item, Menu, MenuId, Rule, Timed};
use crate::mistakes::{Found, SourcePosition, Text};

/// The prompt of a menu that names none.
const PROMPT: &str = "Your choice, ? for help: ";
/// The longest wait for a key, in seconds.
const LONGEST: i64 = 3600;

/// Most characters of a text, by what it is.
mod most {
    pub const NAME: usize = 32;
    pub const TITLE: usize = 60;
    pub const COMMAND: usize = 40;
    pub const LINE: usize = 76;
    pub const FLAG: usize = 24;
    pub const SAY: usize = 2000;
    pub const RULE: usize = 1000;
}

/// Checks what a stack of files says.
pub struct Checker<'a> {
    ids: BTreeMap<&'a str, MenuId>,
    gone: &'a BTreeSet<String>,
    flags: BTreeSet<String>,
    layers: &'a [(&'a str, &'a str)],
    known: &'a Known<'a>,
    found: &'a mut Found,
}

impl<'a> Checker<'a> {
    /// For this stack, made of these layers.
    pub fn new(
        stack: &'a Stack,
        layers: &'a [(&'a str, &'a str)],
        known: &'a Known<'a>,
        found: &'a mut Found,
    ) -> Self {
        let ids = stack.menus.keys().enumerate().map(|(n, name)| (name.as_str(), MenuId(n))).collect();
        let mut checker = Self { ids, gone: &stack.gone, flags: BTreeSet::new(), layers, known, found };
        for flag in &stack.flags {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if flag.text.is_empty() || flag.text.len() > most::FLAG || !flag.text.chars().all(plain) {
                let message = "a flag is a word of at most 24 letters, digits, hyphens and underscores";
                checker.found.wrong(&flag.place, message);
            }
            checker.flags.insert(flag.text.clone());
        }
        for line in &stack.taglines {
            checker.text(line, most::LINE);
        }
        checker
    }

    /// The menu of this name.
    pub fn id(&mut self, name: &Text) -> Option<MenuId> {
        let id = self.ids.get(name.text.as_str()).copied();
        if id.is_none() && self.gone.contains(&name.text) {
            self.found
                .wrong(&name.place, format!("this leads to the menu \"{}\", which is left out", name.text));
        } else if id.is_none() {
            let message = format!("there is no menu \"{}\"", name.text);
            self.found.unknown(&name.place, message, &name.text, self.ids.keys().copied());
        }
        id
    }

    /// A menu.
    pub fn menu(&mut self, raw: &RawMenu) -> Menu {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name = &raw.name.text;
        if name.is_empty() || name.len() > most::NAME || !name.chars().all(plain) {
            let message = "a menu's name is at most 32 letters, digits, hyphens and underscores";
            self.found.wrong(&raw.name.place, message);
        }
        if raw.title.is_none() && !raw.spoilt {
            self.found.wrong(&raw.name.place, "this menu needs a title");
        }
        let art = match &raw.art {
            Some(art) => {
                if !self.known.arts.contains(art.text.as_str()) {
                    let message = format!("there is no art \"{}\"", art.text);
                    self.found.unknown(&art.place, message, &art.text, self.known.arts.iter().copied());
                }
                art.text.clone()
            }
            None if raw.spoilt => String::new(),
            None => {
                self.found.wrong(&raw.name.place, "this menu needs an art");
                String::new()
            }
        };
        let groups = self.groups(raw, &art);
        let (mut items, mut timed) = (Vec::new(), Vec::new());
        for entry in &raw.keys {
            match (&entry.key, &entry.after) {
                (Some(key), None) => items.push(self.item(entry, key, &groups, &art)),
                (None, Some(after)) => timed.push(self.timed(entry, after)),
                (Some(_), Some((_, after))) => {
                    self.found.wrong(after, "a command waits for its key, or for quiet, but not for both");
                }
                (None, None) if entry.spoilt => {}
                (None, None) => self.found.wrong(&entry.place, "a command needs a key, or after = SECONDS"),
            }
        }
        let mut marks = BTreeSet::new();
        for mark in raw.keys.iter().filter_map(|entry| entry.mark.as_ref()) {
            if !marks.insert(mark.text.as_str()) {
                self.found.wrong(&mark.place, format!("another command stands at |{}", mark.text));
            }
        }
        if raw.keys.is_empty() && raw.first.is_none() && !raw.spoilt {
            self.found.wrong(&raw.name.place, "this menu has no commands");
        }
        Menu {
            name: name.clone(),
            title: self.optional(raw.title.as_ref(), most::TITLE),
            art,
            prompt: match &raw.prompt {
                Some(prompt) => self.text(prompt, most::LINE),
                None => PROMPT.to_owned(),
            },
            access: self.rule(raw.access.as_ref()),
            groups,
            items,
            timed,
            first: raw.first.as_ref().map(|first| Arc::new(self.act(first, true))),
        }
    }

    fn groups(&mut self, menu: &RawMenu, art: &str) -> Vec<Group> {
        let raw = menu.groups.as_deref().unwrap_or_default();
        let keys = &menu.keys;
        let used: BTreeSet<&str> =
            keys.iter().filter_map(|entry| entry.group.as_ref()).map(|group| group.text.as_str()).collect();
        let plain = keys.iter().any(|entry| entry.group.is_none() && entry.key.is_some());
        let mut groups: Vec<Group> = Vec::new();
        for (n, group) in raw.iter().enumerate() {
            let mark = &group.mark.text;
            let letter = mark.strip_prefix('G').filter(|l| l.len() == 1);
            if !letter.is_some_and(|l| l.bytes().all(|l| l.is_ascii_uppercase())) {
                self.found.wrong(&group.mark.place, "a group's mark is GA to GZ");
            } else if groups.iter().any(|known| known.mark == *mark) {
                self.found.wrong(&group.mark.place, format!("there is a group {mark} already"));
            } else {
                if self.known.arts.contains(art) && !(self.known.marks)(art, mark) {
                    let message = format!("the art \"{art}\" has no mark |{mark}");
                    self.found.wrong(&group.mark.place, message);
                }
                // Whoever leaves out what stood in a group of the menu below need not leave out the group.
                let own = group.mark.place.layer == menu.name.place.layer;
                if own && !used.contains(mark.as_str()) && !(n == 0 && plain) {
                    self.found.wrong(&group.mark.place, format!("the group {mark} has no commands"));
                }
                let title = self.optional(group.title.as_ref(), most::COMMAND);
                groups.push(Group { mark: mark.clone(), title });
            }
        }
        groups
    }

    fn item(&mut self, raw: &RawEntry, key: &Text, groups: &[Group], art: &str) -> Item {
        let mut chars = key.text.chars();
        let letter = match (chars.next(), chars.next()) {
            (Some('?' | '/'), None) => {
                self.found.wrong(&key.place, "? and / are the board's own keys: help, and the pager");
                '\0'
            }
            (Some(letter), None) if letter.is_ascii_graphic() => letter.to_ascii_uppercase(),
            _ => {
                self.found.wrong(&key.place, "a key is one letter, digit or sign");
                '\0'
            }
        };
        if raw.name.is_none() && raw.hidden.is_none() && !raw.spoilt {
            self.found.wrong(&key.place, "this command needs a name, or hidden = true");
        }
        let group = match (&raw.group, groups.first()) {
            (Some(group), _) => {
                if !groups.iter().any(|known| known.mark == group.text) {
                    let message = format!("this menu has no group \"{}\"", group.text);
                    let known = groups.iter().map(|group| group.mark.as_str());
                    self.found.unknown(&group.place, message, &group.text, known);
                }
                group.text.clone()
            }
            (None, first) => first.map_or_else(String::new, |first| first.mark.clone()),
        };
        self.values(raw.figure.as_ref());
        Item {
            key: letter,
            group,
            mark: raw.mark.as_ref().map(|mark| self.mark(mark, art)),
            name: self.optional(raw.name.as_ref(), most::COMMAND),
            note: self.optional(raw.note.as_ref(), most::COMMAND),
            figure: self.optional(raw.figure.as_ref(), most::COMMAND),
            hidden: raw.hidden.is_some(),
            access: self.rule(raw.access.as_ref()),
            act: Arc::new(self.act(raw, false)),
        }
    }

    /// The place in the art of a command that stands alone.
    fn mark(&mut self, mark: &Text, art: &str) -> String {
        let capitals = mark.text.len() == 2 && mark.text.bytes().all(|letter| letter.is_ascii_uppercase());
        if !capitals || mark.text.starts_with('G') || self.known.values.contains(&mark.text.as_str()) {
            let message = "a command's mark is two capitals that stand for no value and no group, such as CA";
            self.found.wrong(&mark.place, message);
        } else if self.known.arts.contains(art) && !(self.known.marks)(art, &mark.text) {
            self.found.wrong(&mark.place, format!("the art \"{art}\" has no mark |{}", mark.text));
        }
        mark.text.clone()
    }

    fn timed(&mut self, raw: &RawEntry, (after, place): &(i64, SourcePosition)) -> Timed {
        if !(1..=LONGEST).contains(after) {
            let message = format!("after is a time without a key in seconds, 1 to {LONGEST}");
            self.found.wrong(place, message);
        }
        let drawn = [&raw.name, &raw.note, &raw.figure, &raw.group, &raw.mark]
            .into_iter()
            .flatten()
            .map(|it| &it.place);
        for drawn in drawn.chain(&raw.hidden) {
            self.found.wrong(drawn, "what happens after a time is never drawn: this has no place here");
        }
        Timed { after: u32::try_from(*after).unwrap_or(1), act: Arc::new(self.act(raw, true)) }
    }

    /// What is done; `guarded` if the entry's own rule is asked about at that moment.
    fn act(&mut self, raw: &RawEntry, guarded: bool) -> Binding {
        let at = raw.key.as_ref().map_or(&raw.place, |key| &key.place);
        let action = match raw.actions.as_slice() {
            [action] => self.action(action),
            [] if raw.spoilt => Action::Back,
            [] => {
                self.found.wrong(at, format!("this does nothing: it needs {DEEDS}"));
                Action::Back
            }
            _ => {
                self.found.wrong(at, "this does more than one thing: a chain does one after the other");
                Action::Back
            }
        };
        if let Some(word) = &raw.word
            && word.text.trim().is_empty()
        {
            self.found.wrong(&word.place, "the word is empty");
        }
        Binding {
            access: self.rule(raw.access.as_ref().filter(|_| guarded)),
            ask: raw.ask.as_ref().map(|ask| self.text(ask, most::LINE)),
            word: raw.word.as_ref().map(|word| self.text(word, most::COMMAND).trim().to_lowercase()),
            action,
        }
    }

    fn action(&mut self, raw: &RawAction) -> Action {
        match raw {
            RawAction::Goto(menu) => self.id(menu).map_or(Action::Back, Action::Goto),
            RawAction::Gosub(menu) => self.id(menu).map_or(Action::Back, Action::Gosub),
            RawAction::Screen(screen) => {
                if !self.known.screens.contains(&screen.text.as_str()) {
                    let message = format!("there is no screen \"{}\"", screen.text);
                    let known = self.known.screens.iter().copied();
                    self.found.unknown(&screen.place, message, &screen.text, known);
                }
                Action::Screen(screen.text.clone())
            }
            RawAction::Say(words) => {
                self.values(Some(words));
                if words.text.chars().count() > most::SAY {
                    self.too_long(words, most::SAY);
                }
                Action::Say(words.text.clone())
            }
            RawAction::Back => Action::Back,
            RawAction::Logoff => Action::Logoff,
            RawAction::Chain(links, place) => {
                if links.is_empty() {
                    self.found.wrong(place, "a chain has at least one link");
                }
                let ends = |link: &RawEntry| {
                    link.access.is_none() && matches!(link.actions.as_slice(), [RawAction::Logoff])
                };
                if let Some(never) = links.iter().position(ends).and_then(|n| links.get(n + 1)) {
                    self.found.wrong(&never.place, "nothing comes after logoff");
                }
                Action::Chain(links.iter().map(|link| Arc::new(self.act(link, true))).collect())
            }
        }
    }

    fn rule(&mut self, raw: Option<&Text>) -> Rule {
        let Some(raw) = raw else { return Rule::All };
        if raw.text.chars().count() > most::RULE {
            self.too_long(raw, most::RULE);
            return Rule::None;
        }
        match Rule::parse_with(&raw.text, &self.flags) {
            Ok(rule) => rule,
            Err(error) => {
                let place = self.inside(raw, &error.at);
                self.found.wrong_with(&place, error.message, error.help);
                Rule::None
            }
        }
    }

    /// A place within a text: all of it where the file writes it with escapes.
    fn inside(&self, text: &Text, at: &std::ops::Range<usize>) -> SourcePosition {
        let SourcePosition { layer, start, end } = text.place;
        let written = self.layers.get(layer).and_then(|(_, file)| file.get(start..end)).unwrap_or_default();
        let quotes = written.find(text.text.as_str()).filter(|_| !text.text.is_empty());
        match quotes {
            Some(before) => SourcePosition::new(layer, start + before + at.start..start + before + at.end),
            None => text.place.clone(),
        }
    }

    /// Marks of values that nobody fills in.
    fn values(&mut self, text: Option<&Text>) {
        let Some(text) = text else { return };
        for (at, _) in text.text.match_indices('|') {
            let mark = text.text.get(at + 1..at + 3).unwrap_or_default();
            if !self.known.values.contains(&mark) {
                let end = (at + 3).min(text.text.len());
                let place = self.inside(text, &(at..end));
                let message = format!("there is no mark |{mark}");
                self.found.unknown(&place, message, mark, self.known.values.iter().copied());
            }
        }
    }

    fn optional(&mut self, text: Option<&Text>, most: usize) -> String {
        text.map_or_else(String::new, |text| self.text(text, most))
    }

    fn text(&mut self, text: &Text, most: usize) -> String {
        if text.text.chars().any(char::is_control) {
            self.found.wrong(&text.place, "a text on the screen has no control characters");
        }
        if text.text.chars().count() > most {
            self.too_long(text, most);
        }
        text.text.clone()
    }

    fn too_long(&mut self, text: &Text, most: usize) {
        let count = text.text.chars().count();
        self.found.wrong(&text.place, format!("this has {count} characters; at most {most} fit"));
    }
}
