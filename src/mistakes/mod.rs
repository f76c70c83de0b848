//! What is wrong with the files a sysop writes: each mistake with file, line and a caret, and what may have been meant.

use std::ops::Range;
use std::sync::Arc;

use dialtone_domain::access::near;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use thiserror::Error;

/// Mistakes that are told; a file with more has one reason for most of them.
const TOLD: usize = 20;

/// Mistakes after which nothing is guessed any more. They are found in another order than they are told in.
const GUESSED: usize = 4 * TOLD;

/// Most bytes that are quoted round a mistake: more than a few lines as people write them.
const QUOTED: usize = 4000;

/// A place in one of the files, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourcePosition {
    /// Which file, by its number among the layers.
    pub layer: usize,
    /// From its first byte to the one behind its last.
    pub start: usize,
    /// See `start`.
    pub end: usize,
}

impl SourcePosition {
    /// A place in the file of this number.
    pub fn new(layer: usize, at: Range<usize>) -> Self {
        Self { layer, start: at.start, end: at.end }
    }
}

/// A text with its place.
#[derive(Debug, Clone)]
pub struct Text {
    /// What it says.
    pub text: String,
    /// Where it says so, quotes included.
    pub place: SourcePosition,
}

/// Everything wrong with some files, by file and in the order of its lines.
#[derive(Debug, Error)]
#[error("{} in {file}", count(mistakes.len() + untold))]
pub struct Mistakes {
    /// The file, or all of them.
    file: String,
    mistakes: Vec<Mistake>,
    untold: usize,
}

fn count(mistakes: usize) -> String {
    if mistakes == 1 { "1 mistake".to_owned() } else { format!("{mistakes} mistakes") }
}

impl Diagnostic for Mistakes {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        (self.untold > 0).then(|| Box::new(format!("the first {TOLD} are:")) as Box<dyn std::fmt::Display>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.mistakes.iter().map(|mistake| mistake as &dyn Diagnostic)))
    }
}

#[derive(Debug, Error)]
#[error("{message}")]
struct Mistake {
    message: String,
    help: Option<String>,
    at: Range<usize>,
    /// The file to quote from; none where its lines are too long to be read.
    text: Option<Arc<NamedSource<String>>>,
}

impl Diagnostic for Mistake {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.as_ref().map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.text.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), self.at.clone()))))
    }
}

/// Mistakes being found.
#[derive(Debug, Default)]
pub struct Found {
    found: Vec<(SourcePosition, String, Option<String>)>,
}

impl Found {
    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How much is wrong so far.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Something is wrong here.
    pub fn wrong(&mut self, place: &SourcePosition, message: impl Into<String>) {
        self.wrong_with(place, message, None);
    }

    /// Something is wrong here, and this helps.
    pub fn wrong_with(&mut self, place: &SourcePosition, message: impl Into<String>, help: Option<String>) {
        self.found.push((place.clone(), message.into(), help));
    }

    /// A word that is none of those known: the nearest is offered, or the list if it is short.
    pub fn unknown<'a, K>(&mut self, place: &SourcePosition, message: String, word: &str, known: K)
    where
        K: Iterator<Item = &'a str> + Clone,
    {
        /// A list longer than this helps nobody.
        const LIST: usize = 24;
        // Of a file with thousands of such words few are told: no need to guess at each.
        let help = if self.found.len() >= GUESSED {
            None
        } else if let Some(meant) = near(word, known.clone()) {
            Some(format!("did you mean \"{meant}\"?"))
        } else {
            let list: Vec<&str> = known.take(LIST + 1).collect();
            (1..=LIST).contains(&list.len()).then(|| format!("there are: {}", list.join(", ")))
        };
        self.wrong_with(place, message, help);
    }

    /// All that was found, for the sysop. `layers` are names and texts in the order of [`SourcePosition::layer`]; `all` is
    /// what they are together.
    pub fn into_mistakes(mut self, layers: &[(&str, &str)], all: &str) -> Mistakes {
        self.found.sort();
        self.found.dedup();
        let sources: Vec<Arc<NamedSource<String>>> =
            layers.iter().map(|(name, text)| Arc::new(NamedSource::new(name, (*text).to_owned()))).collect();
        let mut files: Vec<usize> = self.found.iter().map(|(place, ..)| place.layer).collect();
        files.dedup();
        let file = match files.as_slice() {
            [one] => layers.get(*one).map_or_else(String::new, |(name, _)| (*name).to_owned()),
            _ => all.to_owned(),
        };
        let untold = self.found.len().saturating_sub(TOLD);
        let mistakes = self.found.into_iter().take(TOLD).filter_map(|(place, message, help)| {
            let (name, text) = layers.get(place.layer)?;
            if quoted(text, &place) <= QUOTED {
                let text = sources.get(place.layer).cloned();
                return Some(Mistake { message, help, at: place.start..place.end, text });
            }
            let before = text.get(..place.start)?;
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            let message = format!("{name}:{line}:{column}: {message}");
            Some(Mistake { message, help, at: 0..0, text: None })
        });
        Mistakes { file, mistakes: mistakes.collect(), untold }
    }
}

/// How many bytes the lines of a place have, with the one above and the one below.
fn quoted(text: &str, place: &SourcePosition) -> usize {
    let above =
        text.get(..place.start).unwrap_or_default().rmatch_indices('\n').nth(1).map_or(0, |(at, _)| at);
    let below =
        text.get(place.end..).unwrap_or_default().match_indices('\n').nth(1).map(|(at, _)| place.end + at);
    below.unwrap_or(text.len()).saturating_sub(above)
}
