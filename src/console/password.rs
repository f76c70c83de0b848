//! Asks for a password on the sysop's own terminal, without showing it.

use std::io::{self, Write};

use crossterm::event::{self, Event};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use dialtone_domain::Secret;
use thiserror::Error;

use super::input::{Line, Press, press};

/// The longest password that can be typed, in characters.
const LIMIT: usize = 256;

/// Why no password was typed.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// Ctrl-C or Esc.
    #[error("never mind, then: nothing was changed")]
    GivenUp,
    /// The second time was not the first.
    #[error("that was not the same password twice: nothing was changed")]
    Differs,
    /// The terminal went away.
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
}

/// Asks twice, on standard error. The terminal must be there.
pub fn ask(whose: &str) -> Result<Secret<String>, PasswordError> {
    let first = ask_once(&format!("New password for {}: ", super::format::plain(whose)))?;
    if ask_once("The same again: ")? == first { Ok(first) } else { Err(PasswordError::Differs) }
}

fn ask_once(prompt: &str) -> Result<Secret<String>, PasswordError> {
    let mut out = io::stderr();
    write!(out, "{prompt}")?;
    out.flush()?;
    let typed = {
        let _raw = Raw::enter()?;
        type_line()
    };
    writeln!(out)?;
    typed
}

fn type_line() -> Result<Secret<String>, PasswordError> {
    let mut line = Line::default();
    loop {
        let Event::Key(key) = event::read()? else { continue };
        match press(key) {
            Some(Press::Enter) => return Ok(Secret::from(line.text())),
            Some(Press::Interrupt | Press::Escape) => return Err(PasswordError::GivenUp),
            Some(press) => line.press(press, LIMIT),
            None => {}
        }
    }
}

/// The terminal sends keys as they come and shows none of them, until this is dropped.
struct Raw;

impl Raw {
    fn enter() -> io::Result<Self> {
        enable_raw_mode().map(|()| Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        drop(disable_raw_mode());
    }
}
