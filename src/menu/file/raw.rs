//! A file of menus as it is written, before anything it names is looked up.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::mistakes::{Found, SourcePosition, Text};

/// A file.
#[derive(Debug, Default)]
pub struct RawMenus {
    pub start: Option<Text>,
    pub taglines: Option<Vec<Text>>,
    pub flags: Vec<Text>,
    pub without: Vec<Text>,
    pub menus: Vec<RawMenu>,
}

/// A `[menus.NAME]`.
#[derive(Debug)]
pub struct RawMenu {
    pub name: Text,
    pub over: bool,
    pub title: Option<Text>,
    pub art: Option<Text>,
    pub prompt: Option<Text>,
    pub access: Option<Text>,
    pub groups: Option<Vec<RawGroup>>,
    pub keys: Vec<RawEntry>,
    pub without: Vec<Text>,
    pub first: Option<RawEntry>,
    /// Something in it could not be read, and was told: what is missing may be that.
    pub spoilt: bool,
}

/// One of a menu's `groups`.
#[derive(Debug)]
pub struct RawGroup {
    pub mark: Text,
    pub title: Option<Text>,
}

/// One of a menu's `keys`, a link of a chain, or what is done first.
#[derive(Debug, Clone)]
pub struct RawEntry {
    /// The whole of it.
    pub place: SourcePosition,
    pub key: Option<Text>,
    pub after: Option<(i64, SourcePosition)>,
    pub name: Option<Text>,
    pub note: Option<Text>,
    pub figure: Option<Text>,
    pub group: Option<Text>,
    pub mark: Option<Text>,
    pub hidden: Option<SourcePosition>,
    pub access: Option<Text>,
    pub ask: Option<Text>,
    pub word: Option<Text>,
    pub actions: Vec<RawAction>,
    /// Something in it could not be read, and was told: what is missing may be that.
    pub spoilt: bool,
}

/// An action as it is written.
#[derive(Debug, Clone)]
pub enum RawAction {
    Goto(Text),
    Gosub(Text),
    Screen(Text),
    Say(Text),
    Back,
    Logoff,
    Chain(Vec<RawEntry>, SourcePosition),
}

/// The actions there are.
pub const DEEDS: &str = "screen, goto, gosub, back, say, logoff or chain";

const FILE: &[&str] = &["start", "taglines", "flags", "without", "menus"];
const MENU: &[&str] = &["over", "title", "art", "prompt", "access", "groups", "keys", "without", "first"];
const GROUP: &[&str] = &["mark", "title"];
const LINK: &[&str] = &["access", "ask", "word", "screen", "goto", "gosub", "back", "say", "logoff", "chain"];
const ENTRY: &[&str] = &[
    "key", "after", "name", "note", "figure", "group", "mark", "hidden", "access", "ask", "word", "screen",
    "goto", "gosub", "back", "say", "logoff", "chain",
];

/// Reads one file.
pub struct Reader<'a> {
    /// Its number among the layers.
    pub layer: usize,
    /// Takes what is wrong with it.
    pub found: &'a mut Found,
}

type Value<'i> = Spanned<DeValue<'i>>;
type Key<'i> = Spanned<DeString<'i>>;

impl Reader<'_> {
    /// Reads a whole file. None where it is no TOML: that is all there is to say of it.
    pub fn file(&mut self, text: &str) -> Option<RawMenus> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut raw = RawMenus::default();
        for error in &errors {
            self.found.wrong(&self.place(error.span().unwrap_or(0..0)), error.message());
        }
        if !errors.is_empty() {
            return None;
        }
        for (key, value) in table.get_ref() {
            match key.get_ref().as_ref() {
                "start" => raw.start = self.text(key, value),
                "taglines" => raw.taglines = Some(self.texts(key, value)),
                "flags" => raw.flags = self.texts(key, value),
                "without" => raw.without = self.texts(key, value),
                "menus" => {
                    for (name, value) in self.table(key, value).into_iter().flatten() {
                        raw.menus.extend(self.menu(name, value));
                    }
                }
                _ => self.unknown(key, FILE),
            }
        }
        Some(raw)
    }

    fn menu(&mut self, name: &Key<'_>, value: &Value<'_>) -> Option<RawMenu> {
        let name_text = Text { text: name.get_ref().to_string(), place: self.place(name.span()) };
        let mut menu = RawMenu {
            name: name_text,
            over: false,
            title: None,
            art: None,
            prompt: None,
            access: None,
            groups: None,
            keys: Vec::new(),
            without: Vec::new(),
            first: None,
            spoilt: false,
        };
        let before = self.found.len();
        for (key, value) in self.table(name, value)? {
            match key.get_ref().as_ref() {
                "over" => menu.over = self.yes(key, value).is_some(),
                "title" => menu.title = self.text(key, value),
                "art" => menu.art = self.text(key, value),
                "prompt" => menu.prompt = self.text(key, value),
                "access" => menu.access = self.text(key, value),
                "groups" => {
                    let groups = self.array(key, value).into_iter().flatten();
                    menu.groups = Some(groups.filter_map(|group| self.group(key, group)).collect());
                }
                "keys" => {
                    let keys = self.array(key, value).into_iter().flatten();
                    menu.keys = keys.filter_map(|entry| self.entry(key, entry, ENTRY)).collect();
                }
                "without" => menu.without = self.texts(key, value),
                "first" => menu.first = self.entry(key, value, LINK),
                _ => self.unknown(key, MENU),
            }
        }
        menu.spoilt = self.found.len() > before;
        Some(menu)
    }

    fn group(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<RawGroup> {
        let (mut mark, mut title) = (None, None);
        for (key, value) in self.table(key, value)? {
            match key.get_ref().as_ref() {
                "mark" => mark = self.text(key, value),
                "title" => title = self.text(key, value),
                _ => self.unknown(key, GROUP),
            }
        }
        if mark.is_none() {
            self.found.wrong(&self.place(value.span()), "a group needs a mark: mark = \"GA\" to \"GZ\"");
        }
        Some(RawGroup { mark: mark?, title })
    }

    fn entry(&mut self, key: &Key<'_>, value: &Value<'_>, known: &[&str]) -> Option<RawEntry> {
        let mut entry = RawEntry {
            place: self.place(value.span()),
            key: None,
            after: None,
            name: None,
            note: None,
            figure: None,
            group: None,
            mark: None,
            hidden: None,
            access: None,
            ask: None,
            word: None,
            actions: Vec::new(),
            spoilt: false,
        };
        let before = self.found.len();
        for (key, value) in self.table(key, value)? {
            let name = key.get_ref().as_ref();
            match name {
                _ if !known.contains(&name) => self.unknown(key, known),
                "key" => entry.key = self.text(key, value),
                "after" => entry.after = self.number(key, value),
                "name" => entry.name = self.text(key, value),
                "note" => entry.note = self.text(key, value),
                "figure" => entry.figure = self.text(key, value),
                "group" => entry.group = self.text(key, value),
                "mark" => entry.mark = self.text(key, value),
                "hidden" => entry.hidden = self.yes(key, value),
                "access" => entry.access = self.text(key, value),
                "ask" => entry.ask = self.text(key, value),
                "word" => entry.word = self.text(key, value),
                _ => entry.actions.extend(self.action(name, key, value)),
            }
        }
        entry.spoilt = self.found.len() > before;
        Some(entry)
    }

    fn action(&mut self, name: &str, key: &Key<'_>, value: &Value<'_>) -> Option<RawAction> {
        match name {
            "goto" => self.text(key, value).map(RawAction::Goto),
            "gosub" => self.text(key, value).map(RawAction::Gosub),
            "screen" => self.text(key, value).map(RawAction::Screen),
            "say" => self.text(key, value).map(RawAction::Say),
            "back" => self.yes(key, value).map(|_| RawAction::Back),
            "logoff" => self.yes(key, value).map(|_| RawAction::Logoff),
            _ => {
                let links = self.array(key, value)?;
                let links = links.iter().filter_map(|link| self.entry(key, link, LINK)).collect();
                Some(RawAction::Chain(links, self.place(key.span())))
            }
        }
    }

    fn place(&self, at: std::ops::Range<usize>) -> SourcePosition {
        SourcePosition::new(self.layer, at)
    }

    fn unknown(&mut self, key: &Key<'_>, known: &[&str]) {
        let name = key.get_ref();
        let message = format!("\"{name}\" means nothing here");
        self.found.unknown(&self.place(key.span()), message, name, known.iter().copied());
    }

    /// The value is not what belongs there.
    fn wanted(&mut self, key: &Key<'_>, value: &Value<'_>, what: &str) {
        let message = format!("{} is {what}, not {}", key.get_ref(), a(value.get_ref()));
        self.found.wrong(&self.place(value.span()), message);
    }

    fn text(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<Text> {
        match value.get_ref() {
            DeValue::String(text) => Some(Text { text: text.to_string(), place: self.place(value.span()) }),
            _ => {
                self.wanted(key, value, "a text in quotes");
                None
            }
        }
    }

    fn texts(&mut self, key: &Key<'_>, value: &Value<'_>) -> Vec<Text> {
        self.array(key, value).into_iter().flatten().filter_map(|value| self.text(key, value)).collect()
    }

    fn number(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<(i64, SourcePosition)> {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        match number {
            Some(number) => Some((number, self.place(value.span()))),
            None => {
                self.wanted(key, value, "a whole number");
                None
            }
        }
    }

    /// The place of a `true`; none for `false`.
    fn yes(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<SourcePosition> {
        match value.get_ref() {
            DeValue::Boolean(yes) => yes.then(|| self.place(key.span())),
            _ => {
                self.wanted(key, value, "true or false");
                None
            }
        }
    }

    fn array<'v, 'i>(&mut self, key: &Key<'_>, value: &'v Value<'i>) -> Option<&'v [Value<'i>]> {
        match value.get_ref() {
            DeValue::Array(array) => Some(array),
            _ => {
                self.wanted(key, value, "a list in [ ]");
                None
            }
        }
    }

    fn table<'v, 'i>(&mut self, key: &Key<'_>, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.wanted(key, value, "a table in { } or under a [heading]");
                None
            }
        }
    }
}

/// What a value is, in words.
fn a(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
