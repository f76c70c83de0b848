//! What a command answers: one document for programs, lines for people, or words on standard error.

use std::io::{self, Write};

use dialtone_domain::{MarketError, MessagingError, Unavailable, UsersError};
use miette::{Diagnostic, SourceSpan};
use serde_json::{Value, json};

use super::password::PasswordError;
use crate::app::ConsoleError;
use crate::config::ConfigError;
use crate::database::DatabaseError;
use crate::screens::sysop::acts::ActError;

/// What a command has to say.
#[derive(Debug)]
pub struct Answer {
    /// For programs.
    pub json: Value,
    /// For people; lines without the last line end.
    pub text: String,
}

impl Answer {
    /// Writes it to standard output. A reader that has left, such as `head`, is no error.
    pub fn print(&self, json: bool) -> Result<(), Failure> {
        let text = if json { format!("{:#}", self.json) } else { self.text.clone() };
        if text.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match writeln!(out, "{text}").and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Why a command was not carried out.
#[derive(Debug)]
pub enum Failure {
    /// In words.
    Words(String),
    /// With a place in a file.
    Report(miette::Report),
    /// Everything that a check has found.
    Mistakes(Vec<miette::Report>),
    /// Its answer has said so.
    Said,
}

impl Failure {
    /// In words.
    pub fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into())
    }

    /// What a check says: a configuration that cannot be used is a mistake like any other.
    pub fn of_check(self) -> Self {
        match self {
            Self::Report(report) => Self::Mistakes(vec![report]),
            other => other,
        }
    }

    /// Writes it: words to standard error, for programs one JSON document to standard output.
    pub fn print(&self, json: bool) {
        // Nobody is left to hear of it where this fails.
        if json {
            Answer { json: self.document(), text: String::new() }.print(!matches!(self, Self::Said)).ok();
            return;
        }
        let mut out = io::stderr().lock();
        let written = match self {
            Self::Words(words) => writeln!(out, "dialtone: {words}"),
            Self::Report(report) => writeln!(out, "{report:?}"),
            Self::Mistakes(reports) => reports.iter().try_for_each(|report| writeln!(out, "{report:?}")),
            Self::Said => Ok(()),
        };
        drop(written);
    }

    fn document(&self) -> Value {
        match self {
            Self::Words(words) => json!({ "error": words }),
            Self::Report(report) => json!({ "error": chain(report).join(": ") }),
            Self::Mistakes(reports) => {
                let mut mistakes = Vec::new();
                for report in reports {
                    collect(report.as_ref(), chain(report).join(": "), &mut mistakes);
                }
                json!({ "ok": false, "mistakes": mistakes })
            }
            Self::Said => Value::Null,
        }
    }
}

/// A report in words, from the outermost to the cause.
fn chain(report: &miette::Report) -> Vec<String> {
    report.chain().map(ToString::to_string).collect()
}

/// The mistakes of a report, each with its place as far as it has one; one that only sums up others is not told.
fn collect(diagnostic: &dyn Diagnostic, message: String, into: &mut Vec<Value>) {
    if let Some(related) = diagnostic.related() {
        return related.for_each(|one| collect(one, one.to_string(), into));
    }
    let place = diagnostic.source_code().zip(diagnostic.labels().and_then(|mut labels| labels.next()));
    let place = place.and_then(|(source, label)| {
        let span = SourceSpan::from((label.offset(), 0));
        let read = source.read_span(&span, 0, 0).ok()?;
        Some((read.name().map(str::to_owned), read.line() + 1, read.column() + 1))
    });
    let (file, line, column) = place.map_or((None, None, None), |(f, l, c)| (f, Some(l), Some(c)));
    let help = diagnostic.help().map(|help| help.to_string());
    into.push(json!({ "file": file, "line": line, "column": column, "message": message, "help": help }));
}

impl From<miette::Report> for Failure {
    fn from(report: miette::Report) -> Self {
        Self::Report(report)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Report(error.into())
    }
}

macro_rules! in_words {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::Words(error.to_string())
            }
        }
    )+};
}

in_words!(
    ActError,
    ConsoleError,
    DatabaseError,
    MarketError,
    MessagingError,
    PasswordError,
    Unavailable,
    UsersError,
    io::Error
);
