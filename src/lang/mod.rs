//! What the board says, in every language it speaks: Fluent messages in `lang/*.ftl`, with the sysop's own files over
//! them, message by message. `docs/languages.md` has the sysop's side of it.
//!
//! # To put a sentence into the language files
//!
//! 1. Write it into `lang/en.ftl`, in the group of its screen, under an id that begins with the screen: `page-sent`. Say
//!    it as one would over the telephone. The comment above it has its place (`# At most 38 columns.`), the widths of its
//!    variables (`# $handle is 20 wide.`), and `# Pipe codes.` if the place draws them.
//! 2. Say it: `say!(call, "page-sent", handle = h.as_str())`. Anything that has a `language()` speaks: a [`Language`], a
//!    `Call`, a `Screen`, the `Canvas` of a view. Variables are texts and whole numbers. Where a table holds ids, each is
//!    an [`id!`], and whoever draws it asks [`Language::text`].
//! 3. Plurals are variants in the file, never a choice between two sentences in code. Fluent trims blanks at the end: what
//!    follows a prompt, code adds.
//! 4. Write the German one into `lang/de.ftl`, and let tests ask for the id: `text("page-sent")`.
//!
//! `tests/languages.rs` holds code and files together: no id that isn't there, none that nobody uses, no other variables.

mod check;
mod file;
mod place;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use dialtone_terminal::pipe;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use self::check::{Checked, English, NAME, check};
use self::file::{Key, LanguageFile, Parsed};
use crate::mistakes::{Found, Mistakes, SourcePosition};

/// The language that has everything: what no other file says, it does.
const ENGLISH: &str = "en";
const EN: &str = include_str!("../../lang/en.ftl");

/// The languages that the board brings.
const BUILT_IN: &[(&str, &str)] = &[("de", include_str!("../../lang/de.ftl")), (ENGLISH, EN)];

/// Says a message, by its id and its variables: `say!(call, "page-sent", handle = h.as_str())`. The result is a `String`.
#[macro_export]
macro_rules! say {
    ($speaker:expr, $id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $speaker.language().say(
            $id,
            $crate::lang::Arguments::default()$(.with(stringify!($name), $value))*,
        )
    };
}

/// The id of a message without variables, for tables: [`Language::text`] says it.
#[macro_export]
macro_rules! id {
    ($id:literal) => {
        $id
    };
}

#[doc(inline)]
pub use crate::{id, say};

/// The variables of a message.
#[derive(Debug, Default)]
pub struct Arguments<'a>(FluentArgs<'a>);

impl<'a> Arguments<'a> {
    /// With this one too.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Argument<'a>) -> Self {
        self.0.set(name, value.value());
        self
    }

    /// With pipes that mean nothing in a text with pipe codes.
    fn inert(self) -> Self {
        let inert = |value| match value {
            FluentValue::String(text) if text.contains('|') => pipe::escape(&text).into(),
            value => value,
        };
        Self(self.0.into_iter().map(|(name, value)| (name, inert(value))).collect())
    }
}

/// What a variable may be.
pub trait Argument<'a> {
    /// As Fluent takes it.
    fn value(self) -> FluentValue<'a>;
}

macro_rules! texts {
    ($($text:ty),*) => {$(
        impl<'a> Argument<'a> for $text {
            fn value(self) -> FluentValue<'a> {
                FluentValue::from(self)
            }
        }
    )*};
}
texts!(&'a str, &'a String, String, Cow<'a, str>);

/// The largest number that Fluent, which reckons in floats, has exactly.
const LARGEST: i64 = 1 << 53;

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl<'a> Argument<'a> for $number {
            fn value(self) -> FluentValue<'a> {
                FluentValue::from(i64::try_from(self).unwrap_or(LARGEST).clamp(-LARGEST, LARGEST))
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, usize, i32, i64);

/// One language: every message there is.
pub struct Language {
    tag: String,
    name: String,
    bundle: FluentBundle<Arc<FluentResource>>,
    /// The messages whose pipe codes are drawn as colours.
    coloured: Arc<BTreeSet<&'static str>>,
}

impl Language {
    /// Files laid over each other, the lowest first.
    fn new(tag: &str, files: &[Arc<FluentResource>], coloured: Arc<BTreeSet<&'static str>>) -> Self {
        let mut bundle = FluentBundle::new_concurrent(tag.parse().into_iter().collect());
        bundle.set_use_isolating(false);
        // The name is free: no message is called NUMBER.
        bundle.add_builtins().ok();
        for file in files {
            bundle.add_resource_overriding(Arc::clone(file));
        }
        let mut language = Self { tag: tag.to_owned(), name: String::new(), bundle, coloured };
        language.name = language.text(NAME).into_owned();
        language
    }

    /// This language: what is asked for it may be asked of whatever knows one.
    pub fn language(&self) -> &Self {
        self
    }

    /// Its short name: `de`, `pt-br`.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// What it calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The message of this id, if it has no variables; where there is none, the id.
    pub fn text<'a>(&'a self, id: &'a str) -> Cow<'a, str> {
        self.format(id, None)
    }

    /// The message of this id. Use [`say!`], which a test checks against the file.
    pub fn say(&self, id: &str, arguments: Arguments<'_>) -> String {
        let Arguments(arguments) = if self.coloured.contains(id) { arguments.inert() } else { arguments };
        self.format(id, Some(&arguments)).into_owned()
    }

    fn format<'a>(&'a self, id: &'a str, arguments: Option<&FluentArgs<'_>>) -> Cow<'a, str> {
        match self.bundle.get_message(id).and_then(|message| message.value()) {
            // What goes wrong in here was told when the file was checked.
            Some(pattern) => self.bundle.format_pattern(pattern, arguments, &mut Vec::new()),
            None => Cow::Borrowed(id),
        }
    }
}

/// Every language there is.
pub struct Languages {
    all: BTreeMap<String, Arc<Language>>,
    board: Arc<Language>,
}

impl Languages {
    /// The languages of the binary, with the sysop's files in `own` over them. The board's own is the one of the tag
    /// `board`, or English. Beside them stands what is wrong with the files: where it is, the board's own sentences stand.
    pub fn load(board: &str, own: Option<&Path>) -> (Self, Option<Mistakes>) {
        let files = own.map(file::read).unwrap_or_default();
        let english = English::new(EN);
        let coloured: Arc<BTreeSet<&'static str>> = Arc::new(english.coloured().collect());
        let mut found = Found::default();
        let own = checked(&files, &english, &mut found);
        let english = resource(EN);
        let english: Vec<Arc<FluentResource>> =
            std::iter::once(english).chain(own.get(ENGLISH).map(|text| resource(text))).collect();
        let mut all = BTreeMap::new();
        let tags: BTreeSet<&str> = BUILT_IN.iter().map(|(tag, _)| *tag).chain(own.keys().copied()).collect();
        for tag in tags {
            let mut stack = english.clone();
            if tag != ENGLISH {
                stack.extend(built_in(tag).map(resource));
                stack.extend(own.get(tag).map(|text| resource(text)));
            }
            all.insert(tag.to_owned(), Arc::new(Language::new(tag, &stack, Arc::clone(&coloured))));
        }
        let board = match all.get(board).or_else(|| all.get(ENGLISH)) {
            Some(language) => Arc::clone(language),
            None => Arc::new(Language::new(ENGLISH, &english, coloured)),
        };
        let mistakes = (!found.is_empty()).then(|| {
            let texts =
                files.iter().map(|file| (file.name.as_str(), file.text.as_deref().unwrap_or_default()));
            found.into_mistakes(&texts.collect::<Vec<_>>(), "the languages")
        });
        (Self { all, board }, mistakes)
    }

    /// The language of this tag, or of the nearest that it is a kind of: `de` for `de-at`.
    pub fn get(&self, tag: &str) -> Option<&Arc<Language>> {
        let mut tag = tag;
        loop {
            if let Some(language) = self.all.get(tag) {
                return Some(language);
            }
            tag = tag.rsplit_once('-')?.0;
        }
    }

    /// The language for a caller: the one they have `chosen`, or that of their terminal's `locale`, such as
    /// `de_AT.UTF-8`, or else the board's.
    pub fn pick(&self, chosen: Option<&str>, locale: Option<&str>) -> &Arc<Language> {
        let guessed = || self.get(&tag_of(locale?)?);
        chosen.and_then(|tag| self.get(tag)).or_else(guessed).unwrap_or(&self.board)
    }

    /// All of them, in the order of their tags.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Language>> {
        self.all.values()
    }

    /// The board's own.
    pub fn board(&self) -> &Arc<Language> {
        &self.board
    }
}

/// The board's own English, without the sysop's files: for those who have no board round them.
pub fn english() -> &'static Language {
    static ENGLISH_ALONE: LazyLock<Language> = LazyLock::new(|| {
        let coloured = Arc::new(English::new(EN).coloured().collect());
        Language::new(ENGLISH, &[resource(EN)], coloured)
    });
    &ENGLISH_ALONE
}

/// The messages of the built-in English, each with its variables.
pub fn messages() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    English::new(EN).messages().map(|(id, variables)| (id, variables.clone())).collect()
}

/// The messages that other messages of the built-in English refer to.
pub fn referred() -> BTreeSet<&'static str> {
    English::new(EN).referred()
}

/// What is wrong with the files that the board brings; a test asks.
pub fn built_in_mistakes() -> (Vec<String>, Option<Mistakes>) {
    let english = English::new(EN);
    let mut found = Found::default();
    for (layer, (_, text)) in BUILT_IN.iter().enumerate() {
        check(Parsed::new(text), true, &english, &[&english.file], layer, &mut found);
    }
    let named: Vec<(&str, &str)> = BUILT_IN.to_vec();
    let mistakes = (!found.is_empty()).then(|| found.into_mistakes(&named, "the languages"));
    (english.misread, mistakes)
}

fn built_in(tag: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(built_in, _)| *built_in == tag).map(|(_, text)| *text)
}

/// A file as Fluent holds it. It was checked before, so nothing in it is broken.
fn resource(text: &str) -> Arc<FluentResource> {
    let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(text.to_owned());
    Arc::new(resource)
}

/// What can be used of the sysop's files, by language. Theirs in English comes first: the others lie over it.
fn checked<'a>(
    files: &'a [LanguageFile],
    english: &English<'static>,
    found: &mut Found,
) -> BTreeMap<&'a str, String> {
    let mut own: BTreeMap<&str, String> = BTreeMap::new();
    for first in [true, false] {
        let own_english = own.get(ENGLISH).cloned().unwrap_or_default();
        let own_english = usable(&own_english);
        for (layer, file) in files.iter().enumerate().filter(|(_, file)| (file.tag == ENGLISH) == first) {
            match &file.text {
                Ok(text) => {
                    let usable = checked_file(file, text, english, &own_english, layer, found);
                    own.insert(file.tag.as_str(), usable);
                }
                Err(why) => found.wrong(&SourcePosition::new(layer, 0..0), why),
            }
        }
    }
    own
}

fn checked_file(
    file: &LanguageFile,
    text: &str,
    english: &English<'static>,
    own_english: &Checked<'_>,
    layer: usize,
    found: &mut Found,
) -> String {
    let built_in = built_in(&file.tag);
    let brought = built_in.filter(|_| file.tag != ENGLISH).map(usable);
    let below: Vec<&Checked<'_>> = [&english.file, own_english].into_iter().chain(&brought).collect();
    let checked = check(Parsed::new(text), built_in.is_none(), english, &below, layer, found);
    let mut usable = checked.text();
    if built_in.is_none() && checked.get(Key::Message(NAME)).is_none() {
        usable.push_str(&format!("{NAME} = {}\n", file.tag));
    }
    usable
}

/// A file of which all can be used.
fn usable(text: &str) -> Checked<'_> {
    Checked::whole(Parsed::new(text))
}

/// The language of a locale: `de-at` for `de_AT.UTF-8`; none for `C`.
fn tag_of(locale: &str) -> Option<String> {
    let tag = locale.split(['.', '@']).next()?.to_ascii_lowercase().replace('_', "-");
    file::is_tag(&tag).then_some(tag)
}
