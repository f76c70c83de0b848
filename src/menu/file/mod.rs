//! `menus.toml` read and checked: each mistake with file, line and a caret. Never is a caller the first to see one.

mod check;
mod graph;
mod layers;
mod raw;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::check::Checker;
use self::layers::Stack;
use self::raw::Reader;
use super::{MenuId, Menus, Rule};
use crate::mistakes::{Found, Mistakes, SourcePosition};

/// The largest file that is read, in bytes.
const LARGEST: usize = 8 << 20;

/// What menus may name.
pub struct Known<'a> {
    /// Screens there are.
    pub screens: &'a [&'a str],
    /// What marks in figures may stand for.
    pub values: &'a [&'a str],
    /// The names of the art there is.
    pub arts: &'a BTreeSet<&'a str>,
    /// Whether this art has this mark.
    pub marks: &'a dyn Fn(&str, &str) -> bool,
}

/// Reads and checks files, each by name and text; later ones lie over earlier ones. Errors: every mistake in them.
pub fn parse(layers: &[(&str, &str)], known: &Known<'_>) -> Result<Menus, Mistakes> {
    let mut found = Found::default();
    let mut stack = Stack::default();
    let mut whole = true;
    for (layer, (_, text)) in layers.iter().enumerate() {
        if text.len() > LARGEST {
            let message = format!("the file has {} bytes, more than {LARGEST}", text.len());
            found.wrong(&SourcePosition::new(layer, 0..0), message);
            whole = false;
            continue;
        }
        match (Reader { layer, found: &mut found }).file(text) {
            Some(raw) => stack.lay(raw, &mut found),
            None => whole = false,
        }
    }
    // Of half a file one would only be told what it lacks.
    let menus = if whole { check(&stack, layers, known, &mut found) } else { None };
    match menus {
        Some(menus) if found.is_empty() => Ok(menus),
        _ => Err(found.into_mistakes(layers, "the menus")),
    }
}

fn check(stack: &Stack, layers: &[(&str, &str)], known: &Known<'_>, found: &mut Found) -> Option<Menus> {
    let nowhere = SourcePosition::new(layers.len().saturating_sub(1), 0..0);
    let mut checker = Checker::new(stack, layers, known, found);
    let start = stack.start.as_ref().and_then(|start| checker.id(start));
    let menus = stack.menus.values().map(|menu| checker.menu(menu)).collect();
    if stack.start.is_none() {
        found.wrong(&nowhere, "nothing says where a call starts: start = \"MENU\"");
    }
    if stack.taglines.is_empty() {
        found.wrong(&nowhere, "taglines is empty: the line above the prompt needs at least one line");
    }
    let menus = Menus {
        menus,
        start: start?,
        taglines: stack.taglines.iter().map(|line| line.text.clone()).collect(),
        asks_records: false,
    };
    // Where a name is wrong, a way that is missing is most likely that one.
    (found.is_empty()).then(|| ways(menus, stack, found))
}

/// Checks where the menus lead.
fn ways(mut menus: Menus, stack: &Stack, found: &mut Found) -> Menus {
    let astray = graph::astray(&menus);
    let raws: Vec<_> = stack.menus.values().collect();
    let each = |of: &[usize]| of.iter().filter_map(|n| raws.get(*n).copied()).collect::<Vec<_>>();
    for raw in each(&astray.unreached) {
        found.wrong(&raw.name.place, format!("nobody can reach the menu \"{}\"", raw.name.text));
    }
    for raw in each(&astray.trapped) {
        let message = format!("nobody can leave the menu \"{}\"", raw.name.text);
        let help = "no command of it, nor of the menus it leads to, logs off or goes back".to_owned();
        found.wrong_with(&raw.name.place, message, Some(help));
    }
    for first in each(&astray.circles).into_iter().filter_map(|raw| raw.first.as_ref()) {
        found.wrong(&first.place, "what is done first here leads in a circle");
    }
    let MenuId(start) = menus.start;
    if let (Some(menu), Some(raw)) = (menus.menus.get(start), raws.get(start))
        && menu.access != Rule::All
        && let Some(access) = &raw.access
    {
        found.wrong(&access.place, "a call starts in this menu: it must be open to all");
    }
    menus.asks_records = menus.menus.iter().any(super::Menu::asks_records);
    menus
}
