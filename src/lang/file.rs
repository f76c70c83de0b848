//! Language files as they lie on disk, and taken apart with the place of everything in them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use fluent_syntax::ast::{self, Attribute, Pattern};
use fluent_syntax::parser::{self, ErrorKind, ParserError};

/// The largest file that is read, in bytes: many times a whole language.
const LARGEST: u64 = 1 << 20;
/// The most files that are read.
const MOST: usize = 64;
/// The most braces and parentheses that one message may open. The parser goes one deeper for each.
const OPENED: usize = 200;
/// The line that says of a file that nothing is missing in it.
const COMPLETE: &str = "Complete.";

/// A file of the sysop's own.
pub struct LanguageFile {
    /// Its path, as mistakes name it.
    pub name: String,
    /// The language, by the file's name.
    pub tag: String,
    /// What it says, or why it can't be read.
    pub text: Result<String, String>,
}

/// The `.ftl` files of a folder, in the order of their names. A folder that is not there has none.
pub fn read(folder: &Path) -> Vec<LanguageFile> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "ftl"));
    paths.sort();
    let file = |path: &Path| {
        let tag = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let text = if is_tag(&tag) {
            text(path)
        } else {
            Err("the file's name is no language, such as de.ftl or pt-br.ftl".to_owned())
        };
        LanguageFile { name: path.display().to_string(), tag, text }
    };
    paths.iter().take(MOST).map(|path| file(path)).collect()
}

/// Whether this names a language: `de`, `pt-br`.
pub fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    tag.len() <= 24
        && parts.next().is_some_and(|first| matches!(first.len(), 2 | 3) && letters(first))
        && parts.all(|part| (2..=8).contains(&part.len()) && plain(part))
}

fn text(path: &Path) -> Result<String, String> {
    let unread = |error: std::io::Error| format!("the file can't be read: {error}");
    // A named pipe would block.
    if !fs::metadata(path).map_err(unread)?.is_file() {
        return Err("this is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unread)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("the file has more than {LARGEST} bytes"));
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| format!("byte {} is not UTF-8", error.utf8_error().valid_up_to() + 1))?;
    // Some editors begin a file with a byte-order mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// What an entry is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key<'s> {
    /// A message, which code asks for.
    Message(&'s str),
    /// A term, `-name` in the file, which messages refer to.
    Term(&'s str),
}

/// A message or a term.
pub struct Entry<'s> {
    /// What it is called.
    pub key: Key<'s>,
    /// What it says.
    pub value: Option<Pattern<&'s str>>,
    /// Its attributes.
    pub attributes: Vec<Attribute<&'s str>>,
    /// The lines of the comment above it.
    pub comment: Vec<&'s str>,
    /// Where its name stands.
    pub at: Range<usize>,
    /// From its name to the next entry.
    whole: Range<usize>,
}

/// A file taken apart.
pub struct Parsed<'s> {
    /// Its text.
    pub source: &'s str,
    /// What it says, in order.
    pub entries: Vec<Entry<'s>>,
    /// The first entry of each name.
    by_key: BTreeMap<Key<'s>, usize>,
    /// What couldn't be read, and why.
    pub errors: Vec<(Range<usize>, String)>,
    /// Whether it says that nothing is missing in it.
    pub complete: bool,
}

impl<'s> Parsed<'s> {
    /// Takes a file apart. After a broken message the parser goes on with the next.
    pub fn new(source: &'s str) -> Self {
        let mut parsed = Self {
            source,
            entries: Vec::new(),
            by_key: BTreeMap::new(),
            errors: Vec::new(),
            complete: false,
        };
        if let Some(at) = opened_too_often(source) {
            parsed.errors.push((at, format!("one message opens more than {OPENED} braces")));
            return parsed;
        }
        let resource = match parser::parse(source) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                parsed.errors = errors.iter().map(|error| explained(source, error)).collect();
                resource
            }
        };
        // Where each entry and each piece of junk begins.
        let mut starts = Vec::new();
        for entry in resource.body {
            let (key, value, attributes, comment) = match entry {
                ast::Entry::Message(ast::Message { id, value, attributes, comment }) => {
                    (Key::Message(id.name), value, attributes, comment)
                }
                ast::Entry::Term(ast::Term { id, value, attributes, comment }) => {
                    (Key::Term(id.name), Some(value), attributes, comment)
                }
                ast::Entry::Junk { content } => {
                    starts.push(offset(source, content).start);
                    continue;
                }
                ast::Entry::ResourceComment(comment) => {
                    parsed.complete |= comment.content.contains(&COMPLETE);
                    continue;
                }
                ast::Entry::Comment(_) | ast::Entry::GroupComment(_) => continue,
            };
            let at = match key {
                Key::Message(name) => offset(source, name),
                // With its dash.
                Key::Term(name) => offset(source, name).start.saturating_sub(1)..offset(source, name).end,
            };
            starts.push(at.start);
            parsed.by_key.entry(key).or_insert(parsed.entries.len());
            let comment = comment.map(|comment| comment.content).unwrap_or_default();
            parsed.entries.push(Entry { key, value, attributes, comment, whole: at.clone(), at });
        }
        starts.sort_unstable();
        for entry in &mut parsed.entries {
            let next = starts.partition_point(|start| *start <= entry.at.start);
            entry.whole.end = starts.get(next).copied().unwrap_or(source.len());
        }
        parsed
    }

    /// The number of the entry of this name; of the first, if there are more.
    pub fn number(&self, key: Key<'_>) -> Option<usize> {
        self.by_key.get(&key).copied()
    }

    /// The text of those entries that are `good`, without anything that couldn't be read.
    pub fn only(&self, good: impl Fn(usize) -> bool) -> String {
        let mut text = String::new();
        for (_, entry) in self.entries.iter().enumerate().filter(|(number, _)| good(*number)) {
            text.push_str(self.source.get(entry.whole.clone()).unwrap_or_default());
            text.push('\n');
        }
        text
    }
}

/// Where a piece of the source stands in it.
pub fn offset(source: &str, piece: &str) -> Range<usize> {
    let start = (piece.as_ptr() as usize).saturating_sub(source.as_ptr() as usize).min(source.len());
    start..(start + piece.len()).min(source.len())
}

/// The place where a message opens more braces than it may. A message begins with its name at the left edge; there the
/// parser starts from nothing, whatever was left open before.
fn opened_too_often(source: &str) -> Option<Range<usize>> {
    let (mut opened, mut start) = (0, 0);
    for line in source.split_inclusive('\n') {
        let name = line.strip_prefix('-').unwrap_or(line);
        let length = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"-_".contains(b)).count();
        let rest = name.get(length..).unwrap_or_default().trim_start_matches(' ');
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.starts_with('=') {
            opened = 0;
        }
        for (at, _) in line.match_indices(['{', '(']) {
            opened += 1;
            if opened > OPENED {
                return Some(start + at..start + at + 1);
            }
        }
        start += line.len();
    }
    None
}

/// A syntax error, in words.
fn explained(source: &str, error: &ParserError) -> (Range<usize>, String) {
    let start = source.floor_char_boundary(error.pos.start.min(source.len()));
    let next = source.get(start..).and_then(|rest| rest.chars().next()).filter(|c| *c != '\n');
    let end = start + next.map_or(0, char::len_utf8);
    let what = match &error.kind {
        ErrorKind::ExpectedToken(token) => format!("there should be a {token} here"),
        ErrorKind::ExpectedCharRange { range } => match range.as_str() {
            "a-zA-Z" => "there should be a name here, which begins with a letter".to_owned(),
            "0-9" => "there should be a number here".to_owned(),
            _ => "the line should end here".to_owned(),
        },
        ErrorKind::ExpectedMessageField { entry_id } => format!("the message \"{entry_id}\" is empty"),
        ErrorKind::ExpectedTermField { entry_id } => format!("the term \"-{entry_id}\" is empty"),
        ErrorKind::ForbiddenCallee => "a function's name is in capital letters".to_owned(),
        ErrorKind::MissingDefaultVariant => "one of the variants must be the default: *[other]".to_owned(),
        ErrorKind::MissingValue => "there should be a text here".to_owned(),
        ErrorKind::MultipleDefaultVariants => "only one variant can be the default".to_owned(),
        ErrorKind::UnterminatedStringLiteral => "the closing quote is missing".to_owned(),
        ErrorKind::UnbalancedClosingBrace => "this } closes nothing; write {\"}\"} to show one".to_owned(),
        ErrorKind::ExpectedInlineExpression => {
            "there should be a $variable, a -term, a message or a \"text\" here".to_owned()
        }
        // The parser's own words begin with a capital.
        other => {
            let words = other.to_string();
            let mut letters = words.chars();
            letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
        }
    };
    (start..end, what)
}
