//! A language file checked against the board's own English and against what lies below it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use dialtone_terminal::charset::is_invisible;
use fluent_syntax::ast::{CallArguments, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use fluent_syntax::unicode::unescape_unicode_to_string;

use super::file::{Entry, Key, Parsed, offset};
use super::place::{Endless, Measure, Place};
use crate::id;
use crate::mistakes::{Found, SourcePosition};

/// The most digits of a number in a file. Fluent's plural rules panic on numbers with very many.
const DIGITS: usize = 9;
/// What each language calls itself.
pub const NAME: &str = id!("language-name");

/// The board's own English: which messages there are, where they stand, and what they are told.
pub struct English<'s> {
    /// The file.
    pub file: Checked<'s>,
    places: BTreeMap<&'s str, Place>,
    variables: BTreeMap<&'s str, BTreeSet<&'s str>>,
    /// Comments that aren't understood, and variables in them that the message doesn't have.
    pub misread: Vec<String>,
}

impl<'s> English<'s> {
    /// English as this file has it.
    pub fn new(source: &'s str) -> Self {
        let file = Checked::whole(Parsed::new(source));
        let (mut places, mut variables, mut misread) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for entry in &file.parsed.entries {
            let Key::Message(id) = entry.key else { continue };
            let told = told(entry, &|key| file.get(key));
            match Place::of(&entry.comment) {
                Ok(place) => {
                    let strange = place.widths.keys().filter(|name| !told.contains(name.as_str()));
                    misread.extend(strange.map(|name| format!("{id}: it has no ${name}")));
                    places.insert(id, place);
                }
                Err(why) => misread.push(format!("{id}: {why}")),
            }
            variables.insert(id, told);
        }
        Self { file, places, variables, misread }
    }

    /// The ids of all messages, with the variables of each.
    pub fn messages(&self) -> impl Iterator<Item = (&'s str, &BTreeSet<&'s str>)> + Clone {
        self.variables.iter().map(|(id, variables)| (*id, variables))
    }

    /// The messages that others refer to.
    pub fn referred(&self) -> BTreeSet<&'s str> {
        let mut referred = BTreeSet::new();
        for pattern in self.file.parsed.entries.iter().filter_map(|entry| entry.value.as_ref()) {
            parts(pattern, &mut |part| {
                if let Part::Refers { key: Key::Message(id), .. } = part {
                    referred.insert(id);
                }
            });
        }
        referred
    }

    /// The messages whose pipe codes are drawn as colours.
    pub fn coloured(&self) -> impl Iterator<Item = &'s str> {
        self.places.iter().filter(|(_, place)| place.colours).map(|(id, _)| *id)
    }
}

/// A file, and what in it can't be used.
pub struct Checked<'s> {
    /// The file.
    pub parsed: Parsed<'s>,
    /// For each of its entries.
    bad: Vec<bool>,
}

impl<'s> Checked<'s> {
    /// A file of which all can be used.
    pub fn whole(parsed: Parsed<'s>) -> Self {
        let bad = vec![false; parsed.entries.len()];
        Self { parsed, bad }
    }

    fn good(&self, number: usize) -> bool {
        self.bad.get(number) == Some(&false)
    }

    /// The entry of this name, if it can be used.
    pub fn get(&self, key: Key<'_>) -> Option<&Entry<'s>> {
        let number = self.parsed.number(key).filter(|number| self.good(*number))?;
        self.parsed.entries.get(number)
    }

    /// The text of what can be used.
    pub fn text(&self) -> String {
        self.parsed.only(|number| self.good(number))
    }
}

/// Something wrong in an entry, with the words that were known in its place.
struct Wrong<'a> {
    at: Range<usize>,
    message: String,
    meant: Option<(&'a str, Vec<&'a str>)>,
}

impl Wrong<'_> {
    fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), meant: None }
    }
}

/// Checks a file that lies over others, the lowest of them first. Where the board doesn't bring the language itself it
/// is `new`. What is wrong goes to `found`, as of the file of this number.
pub fn check<'s>(
    parsed: Parsed<'s>,
    new: bool,
    english: &English<'s>,
    below: &[&Checked<'s>],
    layer: usize,
    found: &mut Found,
) -> Checked<'s> {
    let mut checked = Checked::whole(parsed);
    for (at, message) in &checked.parsed.errors {
        found.wrong(&SourcePosition::new(layer, at.clone()), message);
    }
    let mut tell = |checked: &mut Checked<'s>, number: usize, wrong: Vec<Wrong<'_>>| {
        for Wrong { at, message, meant } in wrong {
            let place = SourcePosition::new(layer, at);
            match meant {
                Some((word, known)) => found.unknown(&place, message, word, known.into_iter()),
                None => found.wrong(&place, message),
            }
            if let Some(bad) = checked.bad.get_mut(number) {
                *bad = true;
            }
        }
    };
    let entries = checked.parsed.entries.len();
    for number in 0..entries {
        let wrong = alone(&checked.parsed, number, english);
        tell(&mut checked, number, wrong);
    }
    // An entry that falls may be one that another refers to.
    loop {
        let before = checked.bad.clone();
        for number in (0..entries).filter(|number| before.get(*number) == Some(&false)) {
            let wrong = together(&checked, number, english, below);
            tell(&mut checked, number, wrong);
        }
        if checked.bad == before {
            break;
        }
    }
    let lacking = |message: String| (SourcePosition::new(layer, 0..0), message);
    let missing = english.messages().map(|(id, _)| id).filter(|id| {
        let needed = checked.parsed.complete || (new && *id == NAME);
        needed && checked.parsed.number(Key::Message(id)).is_none()
    });
    for (place, message) in missing.map(|id| lacking(format!("the message \"{id}\" is missing"))) {
        found.wrong(&place, message);
    }
    checked
}

/// What is wrong with an entry, whatever else there is.
fn alone<'s>(parsed: &Parsed<'s>, number: usize, english: &English<'s>) -> Vec<Wrong<'s>> {
    let Some(entry) = parsed.entries.get(number) else { return Vec::new() };
    let at = |piece: &str| offset(parsed.source, piece);
    let mut wrong = Vec::new();
    if parsed.number(entry.key) != Some(number) {
        wrong.push(Wrong::new(entry.at.clone(), "this name is taken by an entry above"));
    }
    let (known, place) = match entry.key {
        Key::Term(_) => (None, None),
        Key::Message(id) => {
            let Some(known) = english.variables.get(id) else {
                let ids = english.variables.keys().copied().collect();
                let message = format!("the board has no message \"{id}\"");
                wrong.push(Wrong { at: entry.at.clone(), message, meant: Some((id, ids)) });
                return wrong;
            };
            if let Some(attribute) = entry.attributes.first() {
                let message = "the board reads no attributes of a message";
                wrong.push(Wrong::new(at(attribute.id.name), message));
            }
            if entry.value.is_none() {
                wrong.push(Wrong::new(entry.at.clone(), format!("the message \"{id}\" is empty")));
            }
            (Some(known), english.places.get(id))
        }
    };
    let patterns = entry.value.iter().chain(entry.attributes.iter().map(|attribute| &attribute.value));
    for pattern in patterns {
        parts(pattern, &mut |part| match part {
            Part::Text(piece) => {
                if let Some(Wrong { at: inner, message, .. }) = unshown(piece) {
                    let start = at(piece).start;
                    wrong.push(Wrong::new(start + inner.start..start + inner.end, message));
                }
                if !place.is_some_and(|place| place.colours)
                    && let Some(code) = pipe_code(piece)
                {
                    wrong.push(Wrong::new(at(code), "pipe codes aren't drawn as colours here"));
                }
            }
            Part::Literal(piece) => {
                if let Some(Wrong { message, .. }) = unshown(&unescape_unicode_to_string(piece)) {
                    wrong.push(Wrong::new(at(piece), message));
                }
            }
            Part::Number(piece) => {
                if piece.len() > DIGITS {
                    wrong.push(Wrong::new(at(piece), format!("a number has at most {DIGITS} digits")));
                }
            }
            Part::Variable { name, selects } => match known {
                Some(known) if !known.contains(name) => {
                    let message = if known.is_empty() {
                        "this message has no variables".to_owned()
                    } else {
                        format!("this message has no ${name}")
                    };
                    let known = known.iter().copied().collect();
                    wrong.push(Wrong { at: at(name), message, meant: Some((name, known)) });
                }
                None if !selects => {
                    wrong.push(Wrong::new(at(name), "a term can choose by a variable, but not show it"));
                }
                _ => {}
            },
            Part::Function { name, arguments } => {
                let harmless = arguments.named.iter().all(|named| named.name.name == "type");
                if name != "NUMBER" {
                    wrong.push(Wrong::new(at(name), "the only function is NUMBER"));
                } else if !harmless || arguments.positional.len() != 1 {
                    let message = "NUMBER takes a variable and, if you like, type: \"ordinal\"";
                    wrong.push(Wrong::new(at(name), message));
                }
            }
            Part::Refers { .. } => {}
        });
    }
    wrong
}

/// What is wrong with an entry together with those it refers to.
fn together<'s>(
    checked: &Checked<'s>,
    number: usize,
    english: &English<'s>,
    below: &[&Checked<'s>],
) -> Vec<Wrong<'static>> {
    let Some(entry) = checked.parsed.entries.get(number) else { return Vec::new() };
    let Some(pattern) = &entry.value else { return Vec::new() };
    let look_up =
        |key: Key<'_>| checked.get(key).or_else(|| below.iter().rev().find_map(|file| file.get(key)));
    let mut wrong = Vec::new();
    let mut refers = |key: Key<'s>, name: &'s str, attribute: Option<&'s str>| {
        let at = offset(checked.parsed.source, name);
        let message = match (key, look_up(key), attribute) {
            (Key::Message(id), None, _) => format!("there is no message \"{id}\""),
            (Key::Term(id), None, _) => format!("there is no term \"-{id}\""),
            (Key::Message(_), Some(_), Some(_)) => "a message has no attributes".to_owned(),
            (Key::Term(id), Some(term), Some(attribute)) => {
                if term.attributes.iter().any(|known| known.id.name == attribute) {
                    return;
                }
                format!("the term \"-{id}\" has no attribute \"{attribute}\"")
            }
            (_, Some(_), None) => return,
        };
        wrong.push(Wrong::new(at, message));
    };
    for pattern in entry.value.iter().chain(entry.attributes.iter().map(|attribute| &attribute.value)) {
        parts(pattern, &mut |part| {
            if let Part::Refers { key, name, attribute } = part {
                refers(key, name, attribute);
            }
        });
    }
    let nowhere = Place::default();
    let id = match entry.key {
        Key::Message(id) => Some(id),
        Key::Term(_) => None,
    };
    let place = id.and_then(|id| english.places.get(id)).unwrap_or(&nowhere);
    let pattern_of = |key: Key<'_>| look_up(key).and_then(|entry| entry.value.as_ref());
    let extent = match Measure::new(place, &pattern_of).entry(entry.key, pattern) {
        Ok(extent) => extent,
        Err(Endless::Circle) => {
            wrong.push(Wrong::new(entry.at.clone(), "this leads back to itself"));
            return wrong;
        }
        Err(Endless::Parts) => {
            wrong.push(Wrong::new(entry.at.clone(), "this is put together from too many parts"));
            return wrong;
        }
    };
    if let Some(columns) = place.columns.filter(|columns| extent.widest > *columns) {
        let message = format!("this takes up to {} columns, and there is room for {columns}", extent.widest);
        wrong.push(Wrong::new(entry.at.clone(), message));
    }
    if let Some(lines) = place.lines.filter(|lines| extent.lines > *lines) {
        let message = format!("this takes up to {} lines, and there is room for {lines}", extent.lines);
        wrong.push(Wrong::new(entry.at.clone(), message));
    }
    if let Some(known) = id.and_then(|id| english.variables.get(id)) {
        let told = told(entry, &look_up);
        for strange in told.difference(known) {
            let message = format!("what this refers to shows ${strange}, which this message doesn't have");
            // Its own are told already.
            if !names(entry).contains(strange) {
                wrong.push(Wrong::new(entry.at.clone(), message));
            }
        }
        for missing in known.difference(&told).filter(|_| checked.parsed.complete) {
            wrong.push(Wrong::new(entry.at.clone(), format!("${missing} is missing")));
        }
    }
    wrong
}

/// The variables of an entry itself.
fn names<'s>(entry: &Entry<'s>) -> BTreeSet<&'s str> {
    let mut names = BTreeSet::new();
    if let Some(pattern) = &entry.value {
        parts(pattern, &mut |part| {
            if let Part::Variable { name, .. } = part {
                names.insert(name);
            }
        });
    }
    names
}

/// The variables of a message, and of the messages it refers to. Those of terms are the terms' own.
fn told<'a, 's: 'a>(
    entry: &Entry<'s>,
    look_up: &dyn Fn(Key<'_>) -> Option<&'a Entry<'s>>,
) -> BTreeSet<&'s str> {
    let mut told = names(entry);
    let (mut seen, mut next) = (BTreeSet::new(), vec![entry.value.as_ref()]);
    while let Some(pattern) = next.pop() {
        let Some(pattern) = pattern else { continue };
        parts(pattern, &mut |part| {
            if let Part::Refers { key: key @ Key::Message(_), .. } = part
                && seen.insert(key)
                && let Some(entry) = look_up(key)
            {
                told.extend(names(entry));
                next.push(entry.value.as_ref());
            }
        });
    }
    told
}

/// A control character, or one that nobody sees; line ends are none.
fn unshown(text: &str) -> Option<Wrong<'static>> {
    let (at, c) = text.char_indices().find(|(_, c)| *c != '\n' && (c.is_control() || is_invisible(*c)))?;
    let message = format!("U+{:04X} is no character that one can see", u32::from(c));
    Some(Wrong::new(at..at + c.len_utf8(), message))
}

/// The first pipe code: `|09`, or a doubled pipe.
fn pipe_code(text: &str) -> Option<&str> {
    text.match_indices('|').find_map(|(at, _)| {
        let code = text.get(at + 1..at + 3)?;
        code.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.get(at..at + 3))?
    })
}

/// A part of a message.
enum Part<'a, 's> {
    /// Its own text.
    Text(&'s str),
    /// A text in quotes, still escaped.
    Literal(&'s str),
    /// A number.
    Number(&'s str),
    /// A variable.
    Variable {
        /// Without its dollar sign.
        name: &'s str,
        /// Whether a variant is chosen by it.
        selects: bool,
    },
    /// A message or term.
    Refers {
        /// Which.
        key: Key<'s>,
        /// Its name, as it stands here.
        name: &'s str,
        /// Its attribute.
        attribute: Option<&'s str>,
    },
    /// A function.
    Function {
        /// Its name.
        name: &'s str,
        /// What it is given.
        arguments: &'a CallArguments<&'s str>,
    },
}

/// Hands on every part of a message, its variants included.
fn parts<'a, 's>(pattern: &'a Pattern<&'s str>, on: &mut impl FnMut(Part<'a, 's>)) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => on(Part::Text(value)),
            PatternElement::Placeable { expression } => parts_of(expression, on),
        }
    }
}

fn parts_of<'a, 's>(expression: &'a Expression<&'s str>, on: &mut impl FnMut(Part<'a, 's>)) {
    match expression {
        Expression::Inline(inline) => inline_parts(inline, false, on),
        Expression::Select { selector, variants } => {
            inline_parts(selector, true, on);
            for variant in variants {
                if let VariantKey::NumberLiteral { value } = &variant.key {
                    on(Part::Number(value));
                }
                parts(&variant.value, on);
            }
        }
    }
}

fn inline_parts<'a, 's>(
    inline: &'a InlineExpression<&'s str>,
    selects: bool,
    on: &mut impl FnMut(Part<'a, 's>),
) {
    let mut arguments_of = |arguments: &'a CallArguments<&'s str>| {
        for argument in arguments.positional.iter().chain(arguments.named.iter().map(|named| &named.value)) {
            inline_parts(argument, selects, on);
        }
    };
    match inline {
        InlineExpression::StringLiteral { value } => on(Part::Literal(value)),
        InlineExpression::NumberLiteral { value } => on(Part::Number(value)),
        InlineExpression::VariableReference { id } => on(Part::Variable { name: id.name, selects }),
        InlineExpression::MessageReference { id, attribute } => on(Part::Refers {
            key: Key::Message(id.name),
            name: id.name,
            attribute: attribute.as_ref().map(|attribute| attribute.name),
        }),
        InlineExpression::TermReference { id, attribute, arguments } => {
            arguments.iter().for_each(&mut arguments_of);
            on(Part::Refers {
                key: Key::Term(id.name),
                name: id.name,
                attribute: attribute.as_ref().map(|attribute| attribute.name),
            });
        }
        InlineExpression::FunctionReference { id, arguments } => {
            arguments_of(arguments);
            on(Part::Function { name: id.name, arguments });
        }
        InlineExpression::Placeable { expression } => parts_of(expression, on),
    }
}
