//! What a command answers: one document for programs, lines for people, or words on standard error.

use std::io::{self, Write};

use dialtone_domain::{MarketError, MessagingError, Unavailable, UsersError};
use serde_json::Value;

use crate::config::ConfigError;
use crate::console::acts::ActError;
use crate::console::{ConsoleError, PasswordError};
use crate::database::DatabaseError;

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
}

impl Failure {
    /// In words.
    pub fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into())
    }

    /// Writes it to standard error.
    pub fn print(&self) {
        let mut out = io::stderr().lock();
        let written = match self {
            Self::Words(words) => writeln!(out, "dialtone: {words}"),
            Self::Report(report) => writeln!(out, "{report:?}"),
        };
        // Nobody is left to hear of it.
        drop(written);
    }
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
