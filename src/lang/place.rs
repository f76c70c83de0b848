//! The place a message stands in, as the comment above it in `en.ftl` says, and how much room the message takes.

use std::collections::BTreeMap;

use dialtone_terminal::{pipe, text};
use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::unicode::unescape_unicode_to_string;

use super::file::Key;

/// How wide a variable counts whose width isn't said: as a number.
const NUMBER: usize = 6;
/// The most placeables that Fluent fills in for one message.
const PLACEABLES: usize = 100;
/// The most parts of a message that are measured.
const MEASURED: usize = 2_000;

/// Where a message stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The most columns it may take; none where it is wrapped.
    pub columns: Option<usize>,
    /// The most lines it may take; none where there is no limit.
    pub lines: Option<usize>,
    /// Whether its pipe codes are drawn as colours.
    pub colours: bool,
    /// The most columns that its variables take.
    pub widths: BTreeMap<String, usize>,
}

impl Place {
    /// The place that a comment describes. Errors: a line that looks like part of it and isn't understood.
    pub fn of(comment: &[&str]) -> Result<Self, String> {
        let mut place = Self::default();
        for line in comment {
            let wrong = || format!("the comment's line isn't understood: {}", line.trim());
            let sentence = line.trim().trim_end_matches('.');
            let words: Vec<&str> = sentence.split([' ', ',']).filter(|word| !word.is_empty()).collect();
            let number = |word: &str| word.parse::<usize>().map_err(|_| wrong());
            match words.as_slice() {
                ["At", "most", columns, "columns"] => {
                    (place.columns, place.lines) = (Some(number(columns)?), Some(1));
                }
                ["At", "most", columns, "columns", lines, "lines"] => {
                    (place.columns, place.lines) = (Some(number(columns)?), Some(number(lines)?));
                }
                ["Pipe", "codes"] => place.colours = true,
                [variable, "is", width, "wide"] if variable.starts_with('$') => {
                    place.widths.insert(variable.trim_start_matches('$').to_owned(), number(width)?);
                }
                ["At", "most", ..] | ["Pipe", "codes", ..] => return Err(wrong()),
                [first, .., "wide"] if first.starts_with('$') => return Err(wrong()),
                _ => {}
            }
        }
        Ok(place)
    }
}

/// How much room a text takes at its widest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The width of its forms that have one line.
    whole: Option<usize>,
    /// The widths of the first and last lines of its forms that have more.
    broken: Option<(usize, usize)>,
    /// The widest line of any form.
    pub widest: usize,
    /// The most lines of any form.
    pub lines: usize,
    /// The most placeables of any form.
    placeables: usize,
}

impl Extent {
    fn line(width: usize) -> Self {
        Self { whole: Some(width), broken: None, widest: width, lines: 1, placeables: 0 }
    }

    fn of_text(text: &str) -> Self {
        let mut lines = text.split('\n').map(text::width);
        let first = lines.next().unwrap_or(0);
        lines.fold(Self::line(first), |before, width| Self {
            whole: None,
            broken: Some((first, width)),
            widest: before.widest.max(width),
            lines: before.lines + 1,
            placeables: 0,
        })
    }

    /// This with `next` behind it.
    fn then(self, next: Self) -> Self {
        let joined = [
            self.whole.zip(next.whole).map(|(a, b)| a + b),
            self.whole.zip(next.broken).map(|(a, (b, _))| a + b),
            self.broken.zip(next.whole).map(|((_, a), b)| a + b),
            self.broken.zip(next.broken).map(|((_, a), (b, _))| a + b),
        ];
        let broken = [
            self.whole.zip(next.broken).map(|(a, (b, last))| (a + b, last)),
            self.broken.zip(next.whole).map(|((first, a), b)| (first, a + b)),
            self.broken.zip(next.broken).map(|((first, _), (_, last))| (first, last)),
        ];
        Self {
            whole: self.whole.zip(next.whole).map(|(a, b)| a + b),
            broken: broken.into_iter().flatten().reduce(widest),
            widest: joined.into_iter().flatten().fold(self.widest.max(next.widest), usize::max),
            lines: self.lines + next.lines - 1,
            placeables: self.placeables.saturating_add(next.placeables),
        }
    }

    /// This or `other`, whichever is wider.
    fn or(self, other: Self) -> Self {
        Self {
            whole: self.whole.max(other.whole),
            broken: self.broken.into_iter().chain(other.broken).reduce(widest),
            widest: self.widest.max(other.widest),
            lines: self.lines.max(other.lines),
            placeables: self.placeables.max(other.placeables),
        }
    }
}

fn widest(a: (usize, usize), b: (usize, usize)) -> (usize, usize) {
    (a.0.max(b.0), a.1.max(b.1))
}

/// Finds what a message or term says.
pub type LookUp<'a, 's> = dyn Fn(Key<'_>) -> Option<&'a Pattern<&'s str>> + 'a;

/// Measures a message.
pub struct Measure<'a, 's> {
    place: &'a Place,
    look_up: &'a LookUp<'a, 's>,
    /// How many parts may still be measured.
    left: usize,
    /// What is being measured, one within the other.
    within: Vec<Key<'s>>,
}

/// Why a message can't be measured, nor shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endless {
    /// It refers to itself.
    Circle,
    /// It has too many parts.
    Parts,
}

impl<'a, 's: 'a> Measure<'a, 's> {
    /// Measures in this place; `look_up` finds what the message refers to.
    pub fn new(place: &'a Place, look_up: &'a LookUp<'a, 's>) -> Self {
        Self { place, look_up, left: MEASURED, within: Vec::new() }
    }

    /// The room for a message or term. Errors: there can't be enough.
    pub fn entry(&mut self, key: Key<'s>, pattern: &Pattern<&'s str>) -> Result<Extent, Endless> {
        if self.within.contains(&key) {
            return Err(Endless::Circle);
        }
        if self.within.len() >= PLACEABLES {
            return Err(Endless::Parts);
        }
        self.within.push(key);
        let extent = self.pattern(pattern)?;
        self.within.pop();
        Ok(extent)
    }

    fn pattern(&mut self, pattern: &Pattern<&'s str>) -> Result<Extent, Endless> {
        let mut extent = Extent::line(0);
        for element in &pattern.elements {
            self.left = self.left.checked_sub(1).ok_or(Endless::Parts)?;
            extent = extent.then(match element {
                PatternElement::TextElement { value } if self.place.colours => {
                    Extent::of_text(&pipe::strip(value))
                }
                PatternElement::TextElement { value } => Extent::of_text(value),
                PatternElement::Placeable { expression } => {
                    let placed = self.expression(expression)?;
                    Extent { placeables: placed.placeables.saturating_add(1), ..placed }
                }
            });
            if extent.placeables > PLACEABLES {
                return Err(Endless::Parts);
            }
        }
        Ok(extent)
    }

    fn expression(&mut self, expression: &Expression<&'s str>) -> Result<Extent, Endless> {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { variants, .. } => {
                let mut extent: Option<Extent> = None;
                for variant in variants {
                    let form = self.pattern(&variant.value)?;
                    extent = Some(extent.map_or(form, |extent| extent.or(form)));
                }
                Ok(extent.unwrap_or(Extent::line(0)))
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&'s str>) -> Result<Extent, Endless> {
        let key = match inline {
            InlineExpression::StringLiteral { value } => {
                return Ok(Extent::of_text(&unescape_unicode_to_string(value)));
            }
            InlineExpression::NumberLiteral { value } => return Ok(Extent::line(value.len())),
            InlineExpression::VariableReference { id } => {
                return Ok(Extent::line(self.place.widths.get(id.name).copied().unwrap_or(NUMBER)));
            }
            InlineExpression::FunctionReference { .. } => return Ok(Extent::line(NUMBER)),
            InlineExpression::Placeable { expression } => return self.expression(expression),
            InlineExpression::MessageReference { id, .. } => Key::Message(id.name),
            InlineExpression::TermReference { id, .. } => Key::Term(id.name),
        };
        match (self.look_up)(key) {
            Some(pattern) => self.entry(key, pattern),
            // Somebody else says that it isn't there.
            None => Ok(Extent::line(0)),
        }
    }
}
