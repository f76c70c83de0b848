//! `menus.toml` read and checked: each mistake with file, line and a caret. Never is a caller the first to see one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::{Action, Group, Item, Menu, MenuId, Menus, Rule};

/// What menus may name.
pub struct Known<'a> {
    /// Screens there are.
    pub screens: &'a [&'a str],
    /// Whether there is art of this name.
    pub art: &'a dyn Fn(&str) -> bool,
    /// Whether this art has this mark.
    pub marks: &'a dyn Fn(&str, &str) -> bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMenus {
    start: Spanned<String>,
    #[serde(default)]
    life: Vec<String>,
    menus: BTreeMap<Spanned<String>, RawMenu>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMenu {
    title: String,
    art: Spanned<String>,
    prompt: String,
    #[serde(default)]
    access: Option<Spanned<String>>,
    #[serde(default)]
    groups: Vec<RawGroup>,
    keys: Vec<RawItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    mark: Spanned<String>,
    title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    key: Spanned<String>,
    name: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    figure: String,
    group: Option<Spanned<String>>,
    access: Option<Spanned<String>>,
    goto: Option<Spanned<String>>,
    gosub: Option<Spanned<String>>,
    screen: Option<Spanned<String>>,
    back: Option<bool>,
    logoff: Option<bool>,
    chain: Option<Vec<RawAction>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAction {
    goto: Option<Spanned<String>>,
    gosub: Option<Spanned<String>>,
    screen: Option<Spanned<String>>,
    back: Option<bool>,
    logoff: Option<bool>,
}

/// Everything wrong with one file, in the order of its lines.
#[derive(Debug, Error)]
#[error("{} in {file}", count(mistakes.len()))]
pub struct Mistakes {
    /// The file.
    pub file: String,
    mistakes: Vec<Mistake>,
}

fn count(mistakes: usize) -> String {
    if mistakes == 1 { "1 mistake".to_owned() } else { format!("{mistakes} mistakes") }
}

impl Diagnostic for Mistakes {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.mistakes.iter().map(|mistake| mistake as &dyn Diagnostic)))
    }
}

#[derive(Debug, Error)]
#[error("{message}")]
struct Mistake {
    message: String,
    at: Range<usize>,
    text: NamedSource<String>,
}

impl Diagnostic for Mistake {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), self.at.clone()))))
    }
}

/// Reads and checks a file. Errors: every mistake in it.
pub fn parse(file: &str, text: &str, known: &Known<'_>) -> Result<Menus, Mistakes> {
    let raw: RawMenus = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            return Err(mistakes(file, text, vec![(at, error.message().to_owned())]));
        }
    };
    let mut checker = Checker {
        ids: raw.menus.keys().enumerate().map(|(n, name)| (name.get_ref().clone(), MenuId(n))).collect(),
        known,
        found: Vec::new(),
    };
    let start = checker.menu(&raw.start);
    let menus: Vec<Menu> = raw.menus.iter().map(|(name, menu)| checker.check(name.get_ref(), menu)).collect();
    if raw.life.is_empty() {
        checker.wrong(0..0, "life is empty: the line above the prompt needs at least one line");
    }
    let mut menus = Menus { menus, start: MenuId(0), life: raw.life };
    if let Some(start) = start {
        menus.start = start;
        for ((name, _), reached) in raw.menus.iter().zip(reachable(&menus)) {
            if !reached {
                checker.wrong(name.span(), format!("nobody can reach the menu \"{}\"", name.get_ref()));
            }
        }
    }
    if checker.found.is_empty() { Ok(menus) } else { Err(mistakes(file, text, checker.found)) }
}

fn mistakes(file: &str, text: &str, mut found: Vec<(Range<usize>, String)>) -> Mistakes {
    found.sort_by_key(|(at, _)| at.start);
    let mistakes = found
        .into_iter()
        .map(|(at, message)| Mistake { message, at, text: NamedSource::new(file, text.to_owned()) })
        .collect();
    Mistakes { file: file.to_owned(), mistakes }
}

struct Checker<'a> {
    ids: BTreeMap<String, MenuId>,
    known: &'a Known<'a>,
    found: Vec<(Range<usize>, String)>,
}

impl Checker<'_> {
    fn wrong(&mut self, at: Range<usize>, message: impl Into<String>) {
        self.found.push((at, message.into()));
    }

    fn menu(&mut self, name: &Spanned<String>) -> Option<MenuId> {
        let id = self.ids.get(name.get_ref()).copied();
        if id.is_none() {
            self.wrong(name.span(), format!("there is no menu \"{}\"", name.get_ref()));
        }
        id
    }

    fn rule(&mut self, text: Option<&Spanned<String>>) -> Rule {
        let Some(text) = text else { return Rule::All };
        match Rule::parse(text.get_ref()) {
            Ok(rule) => rule,
            Err(error) => {
                // The span is of the quoted text: its content begins one byte later.
                let start = text.span().start + 1;
                self.wrong(start + error.at.start..start + error.at.end, error.message);
                Rule::None
            }
        }
    }

    fn check(&mut self, name: &str, raw: &RawMenu) -> Menu {
        let art = raw.art.get_ref();
        if !(self.known.art)(art) {
            self.wrong(raw.art.span(), format!("there is no art \"{art}\""));
        }
        for group in &raw.groups {
            let mark = group.mark.get_ref();
            if (self.known.art)(art) && !(self.known.marks)(art, mark) {
                self.wrong(group.mark.span(), format!("the art \"{art}\" has no mark |{mark}"));
            }
        }
        let mut keys = BTreeSet::new();
        let mut items = Vec::new();
        for raw_item in &raw.keys {
            let item = self.item(raw, raw_item);
            if !keys.insert(item.key) {
                self.wrong(raw_item.key.span(), format!("the key {} is taken by another command", item.key));
            }
            items.push(item);
        }
        Menu {
            name: name.to_owned(),
            title: raw.title.clone(),
            art: art.clone(),
            prompt: raw.prompt.clone(),
            access: self.rule(raw.access.as_ref()),
            groups: raw
                .groups
                .iter()
                .map(|group| Group { mark: group.mark.get_ref().clone(), title: group.title.clone() })
                .collect(),
            items,
        }
    }

    fn item(&mut self, menu: &RawMenu, raw: &RawItem) -> Item {
        let mut chars = raw.key.get_ref().chars();
        let key = match (chars.next(), chars.next()) {
            (Some(key), None) if key.is_ascii_graphic() && !matches!(key, '?' | '/') => {
                key.to_ascii_uppercase()
            }
            _ => {
                let message = "a key is one letter, digit or sign; ? and / are the board's own";
                self.wrong(raw.key.span(), message);
                '\0'
            }
        };
        let group = match (&raw.group, menu.groups.first()) {
            (Some(group), _) => {
                if !menu.groups.iter().any(|known| known.mark.get_ref() == group.get_ref()) {
                    self.wrong(group.span(), format!("this menu has no group \"{}\"", group.get_ref()));
                }
                group.get_ref().clone()
            }
            (None, Some(first)) => first.mark.get_ref().clone(),
            (None, None) => String::new(),
        };
        let single = RawAction {
            goto: raw.goto.clone(),
            gosub: raw.gosub.clone(),
            screen: raw.screen.clone(),
            back: raw.back,
            logoff: raw.logoff,
        };
        let action = match &raw.chain {
            Some(chain) if single.is_empty() && !chain.is_empty() => {
                let links: Vec<Action> =
                    chain.iter().filter_map(|link| self.action(raw.key.span(), link)).collect();
                Some(Action::Chain(links))
            }
            Some(_) => {
                self.wrong(
                    raw.key.span(),
                    "a command does one thing: a chain of at least one, or a single action",
                );
                None
            }
            None => self.action(raw.key.span(), &single),
        };
        Item {
            key,
            group,
            name: raw.name.clone(),
            note: raw.note.clone(),
            figure: raw.figure.clone(),
            access: self.rule(raw.access.as_ref()),
            action: action.unwrap_or(Action::Return),
        }
    }

    fn action(&mut self, at: Range<usize>, raw: &RawAction) -> Option<Action> {
        let mut actions = Vec::new();
        if let Some(menu) = &raw.goto {
            actions.push(self.menu(menu).map(Action::Goto));
        }
        if let Some(menu) = &raw.gosub {
            actions.push(self.menu(menu).map(Action::Gosub));
        }
        if let Some(screen) = &raw.screen {
            if !self.known.screens.contains(&screen.get_ref().as_str()) {
                let message = format!(
                    "there is no screen \"{}\"; there are {}",
                    screen.get_ref(),
                    self.known.screens.join(", ")
                );
                self.wrong(screen.span(), message);
            }
            actions.push(Some(Action::Screen(screen.get_ref().clone())));
        }
        if raw.back == Some(true) {
            actions.push(Some(Action::Return));
        }
        if raw.logoff == Some(true) {
            actions.push(Some(Action::Logoff));
        }
        if actions.len() != 1 {
            self.wrong(at, "a command needs one action: screen, goto, gosub, back, logoff or chain");
        }
        actions.pop().flatten()
    }
}

impl RawAction {
    fn is_empty(&self) -> bool {
        self.goto.is_none()
            && self.gosub.is_none()
            && self.screen.is_none()
            && self.back.is_none()
            && self.logoff.is_none()
    }
}

/// For each menu whether keys lead there from the start.
fn reachable(menus: &Menus) -> Vec<bool> {
    fn targets(action: &Action, found: &mut Vec<MenuId>) {
        match action {
            Action::Goto(menu) | Action::Gosub(menu) => found.push(*menu),
            Action::Chain(actions) => actions.iter().for_each(|action| targets(action, found)),
            Action::Return | Action::Screen(_) | Action::Logoff => {}
        }
    }
    let mut reached = vec![false; menus.menus.len()];
    let mut ahead = VecDeque::from([menus.start]);
    while let Some(id) = ahead.pop_front() {
        let Some(seen) = reached.get_mut(id.0) else { continue };
        if std::mem::replace(seen, true) {
            continue;
        }
        let mut found = Vec::new();
        for item in menus.get(id).into_iter().flat_map(|menu| &menu.items) {
            targets(&item.action, &mut found);
        }
        ahead.extend(found);
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<(String, String)> {
        let known =
            Known { screens: &["boards"], art: &|name| name == "main", marks: &|_, mark| mark == "GA" };
        match parse("menus.toml", text, &known) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes
                .mistakes
                .into_iter()
                .map(|m| (m.message, text.get(m.at).unwrap().to_owned()))
                .collect(),
        }
    }

    fn menu(keys: &str) -> String {
        format!(
            "start = \"main\"\nlife = [\"a\"]\n[menus.main]\ntitle = \"t\"\nart = \"main\"\nprompt = \"?\"\n\
             groups = [{{ mark = \"GA\", title = \"T\" }}]\nkeys = [{keys}]\n"
        )
    }

    #[test]
    fn a_right_file_is_right() {
        assert_eq!(wrong(&menu("{ key = \"B\", name = \"Boards\", screen = \"boards\" }")), []);
    }

    #[test]
    fn each_mistake_has_its_place() {
        let table = [
            ("{ key = \"B\", name = \"B\", screen = \"bords\" }", "there is no screen", "\"bords\""),
            ("{ key = \"B\", name = \"B\", goto = \"nowhere\" }", "there is no menu", "\"nowhere\""),
            ("{ key = \"BB\", name = \"B\", logoff = true }", "a key is one letter", "\"BB\""),
            ("{ key = \"B\", name = \"B\" }", "needs one action", "\"B\""),
            ("{ key = \"B\", name = \"B\", group = \"GZ\", logoff = true }", "no group", "\"GZ\""),
            (
                "{ key = \"B\", name = \"B\", access = \"sysop or gest\", logoff = true }",
                "is no rule",
                "gest",
            ),
            (
                "{ key = \"B\", name = \"B\", logoff = true }, { key = \"b\", name = \"C\", logoff = true }",
                "is taken",
                "\"b\"",
            ),
            ("{ key = \"B\", name = \"B\", logof = true }", "unknown field", "logof"),
        ];
        for (keys, message, place) in table {
            let found = wrong(&menu(keys));
            assert!(
                found.len() == 1 && found[0].0.contains(message) && found[0].1 == place,
                "{keys}: {found:?}"
            );
        }
    }

    #[test]
    fn a_menu_nobody_can_reach_is_told() {
        let text = menu("{ key = \"B\", name = \"B\", logoff = true }")
            + "[menus.attic]\ntitle = \"t\"\nart = \"main\"\nprompt = \"?\"\nkeys = []\n";
        assert_eq!(wrong(&text), [("nobody can reach the menu \"attic\"".to_owned(), "attic".to_owned())]);
    }

    #[test]
    fn missing_art_and_marks_are_told() {
        let text = menu("").replace("\nart = \"main\"", "\nart = \"mian\"");
        assert_eq!(wrong(&text), [("there is no art \"mian\"".to_owned(), "\"mian\"".to_owned())]);
        let text = menu("").replace("mark = \"GA\"", "mark = \"GQ\"");
        assert_eq!(wrong(&text), [("the art \"main\" has no mark |GQ".to_owned(), "\"GQ\"".to_owned())]);
    }
}
