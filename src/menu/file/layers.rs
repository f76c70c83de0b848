//! One file of menus laid over another, name by name.

use std::collections::{BTreeMap, BTreeSet};

use super::raw::{RawEntry, RawMenu, RawMenus};
use crate::mistakes::{Found, Text};

/// Files laid over each other.
#[derive(Debug, Default)]
pub struct Stack {
    pub start: Option<Text>,
    pub taglines: Vec<Text>,
    pub flags: Vec<Text>,
    pub menus: BTreeMap<String, RawMenu>,
    /// Menus that were left out.
    pub gone: BTreeSet<String>,
}

impl Stack {
    /// Lays a file over those that are there already.
    pub fn lay(&mut self, upper: RawMenus, found: &mut Found) {
        self.start = upper.start.or(self.start.take());
        if let Some(taglines) = upper.taglines {
            self.taglines = taglines;
        }
        self.flags.extend(upper.flags);
        for name in upper.without {
            if self.menus.remove(&name.text).is_none() {
                let message = format!("there is no menu \"{}\" to leave out", name.text);
                let known = self.menus.keys().map(String::as_str);
                found.unknown(&name.place, message, &name.text, known);
            }
            self.gone.insert(name.text);
        }
        for menu in upper.menus {
            keys_alike(&menu, found);
            if !menu.over {
                self.menus.insert(menu.name.text.clone(), menu);
            } else if let Some(lower) = self.menus.get_mut(&menu.name.text) {
                lay_menu(lower, menu, found);
            } else {
                let message = format!("there is no menu \"{}\" that this could lie over", menu.name.text);
                let known = self.menus.keys().map(String::as_str);
                found.unknown(&menu.name.place, message, &menu.name.text, known);
            }
        }
    }
}

/// Lays a menu over the one of the same name: what it says replaces what stood there, key by key.
fn lay_menu(lower: &mut RawMenu, upper: RawMenu, found: &mut Found) {
    let RawMenu { name, over: _, title, art, prompt, access, groups, keys, without, first, spoilt } = upper;
    lower.name = name;
    lower.title = title.or(lower.title.take());
    lower.art = art.or(lower.art.take());
    lower.prompt = prompt.or(lower.prompt.take());
    lower.access = access.or(lower.access.take());
    lower.groups = groups.or(lower.groups.take());
    lower.first = first.or(lower.first.take());
    lower.spoilt |= spoilt;
    for gone in without {
        let before = lower.keys.len();
        lower.keys.retain(|entry| letter(entry) != Some(gone.text.to_uppercase()));
        if lower.keys.len() == before {
            found.wrong(&gone.place, format!("the menu below has no key {} to leave out", gone.text));
        }
    }
    for entry in keys {
        let same = letter(&entry);
        match lower.keys.iter_mut().find(|known| same.is_some() && letter(known) == same) {
            Some(known) => *known = entry,
            None => lower.keys.push(entry),
        }
    }
}

fn letter(entry: &RawEntry) -> Option<String> {
    entry.key.as_ref().map(|key| key.text.to_uppercase())
}

/// Two commands of one menu that want the same key.
fn keys_alike(menu: &RawMenu, found: &mut Found) {
    let mut taken = BTreeSet::new();
    for key in menu.keys.iter().filter_map(|entry| entry.key.as_ref()) {
        if !taken.insert(key.text.to_uppercase()) {
            found.wrong(&key.place, format!("the key {} is taken by another command", key.text));
        }
    }
}
