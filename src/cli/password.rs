//! Where a password comes from: never the command line, which every process of the machine can read.

use std::io::{self, BufRead, Read, Write};

use clap::Args;
use dialtone_domain::Secret;
use dialtone_domain::users::random_password;
use dialtone_terminal::text::clean_line;
use dialtone_terminal::{Charset, Decoded, Key, KeyDecoder};
use thiserror::Error;

use super::answer::Failure;
use crate::transport::local::{self, Raw};
use crate::ui::LineInput;
use crate::ui::widgets::line::LineOutcome;

/// The most that is read in search of a line end.
const LIMIT: u64 = 4096;

/// The longest password that can be typed, in characters.
const TYPED: usize = 256;

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

/// How the password is given; asked for on the terminal otherwise.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct PasswordSource {
    /// Take the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    /// Make a password and print it once
    #[arg(long)]
    generate: bool,
}

/// A password, and whether somebody must be shown it.
#[derive(Debug)]
pub struct Given {
    /// The password.
    pub password: Secret<String>,
    /// It was made here, so nobody knows it yet.
    pub made: bool,
}

impl PasswordSource {
    /// The password for `handle`.
    pub fn take(&self, handle: &str) -> Result<Given, Failure> {
        let given = |password| Given { password, made: false };
        if self.generate {
            Ok(Given { password: random_password(), made: true })
        } else if self.password_stdin {
            first_line(io::stdin().lock()).map(given)
        } else if local::is_there() {
            Ok(given(ask(handle)?))
        } else {
            Err(Failure::words(
                "there is no terminal to ask on: give the password by --password-stdin, or let --generate make one",
            ))
        }
    }
}

impl Given {
    /// The password, if somebody must be shown it.
    pub fn to_show(&self) -> Option<&str> {
        self.made.then(|| self.password.expose().as_str())
    }
}

/// Asks twice, on standard error. The terminal must be there.
fn ask(whose: &str) -> Result<Secret<String>, PasswordError> {
    let first = ask_once(&format!("New password for {}: ", clean_line(whose)))?;
    if ask_once("The same again: ")? == first { Ok(first) } else { Err(PasswordError::Differs) }
}

fn ask_once(prompt: &str) -> Result<Secret<String>, PasswordError> {
    let mut out = io::stderr();
    write!(out, "{prompt}")?;
    out.flush()?;
    let typed = {
        let _raw = Raw::standard()?;
        type_line(io::stdin().lock())
    };
    writeln!(out)?;
    typed
}

fn type_line(mut keyboard: impl Read) -> Result<Secret<String>, PasswordError> {
    let mut decoder = KeyDecoder::new(Charset::Utf8);
    let mut line = LineInput::masked(TYPED);
    let mut bytes = [0; 256];
    loop {
        let read = keyboard.read(&mut bytes)?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let mut keys = Vec::new();
        let mut take = |decoded| {
            if let Decoded::Key(key) = decoded {
                keys.push(key);
            }
        };
        decoder.feed(bytes.get(..read).unwrap_or_default(), &mut take);
        // A terminal sends a sequence in one write: an ESC at the end of one is the key.
        decoder.flush(&mut take);
        for key in keys {
            match line.press(key) {
                _ if key == Key::Ctrl('c') => return Err(PasswordError::GivenUp),
                LineOutcome::Enter => return Ok(Secret::new(line.text())),
                LineOutcome::Escape => return Err(PasswordError::GivenUp),
                LineOutcome::Changed | LineOutcome::Nothing => {}
            }
        }
    }
}

fn first_line(input: impl BufRead) -> Result<Secret<String>, Failure> {
    let mut line = Vec::new();
    input.take(LIMIT).read_until(b'\n', &mut line)?;
    let line = String::from_utf8(line).map_err(|_| Failure::words("the password is not UTF-8"))?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(Secret::from(line.strip_suffix('\r').unwrap_or(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_typed_with_its_mistakes_and_given_up() {
        let typed = |keys: &str| type_line(keys.as_bytes());
        for (keys, password) in [("pässx\u{7f}\r", "päss"), ("a b\rc", "a b"), ("x\u{15}yz\n", "yz")] {
            assert_eq!(typed(keys).unwrap().expose(), password, "{keys:?}");
        }
        assert!(matches!(typed("abc\u{3}d\r"), Err(PasswordError::GivenUp)));
        assert!(matches!(typed("abc\u{1b}"), Err(PasswordError::GivenUp)));
        assert!(matches!(typed("abc"), Err(PasswordError::Terminal(_))), "the terminal went away");
    }

    #[test]
    fn only_the_first_line_counts_and_its_blanks_do() {
        for (input, password) in [("  a b \r\nnext", "  a b "), ("x\n", "x"), ("x", "x"), ("", "")] {
            assert_eq!(first_line(input.as_bytes()).unwrap().expose(), password, "{input:?}");
        }
        assert!(first_line(&b"\xff\n"[..]).is_err());
        let endless = first_line(io::BufReader::new(io::repeat(b'x'))).unwrap();
        assert_eq!(endless.expose().len() as u64, LIMIT);
    }
}
