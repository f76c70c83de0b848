//! Where a password comes from: never the command line, which every process of the machine can read.

use std::io::{self, BufRead};

use clap::Args;
use dialtone_domain::Secret;
use dialtone_domain::users::random_password;

use super::answer::Failure;
use crate::console;

/// The most that is read in search of a line end.
const LIMIT: u64 = 4096;

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
        } else if console::terminal_is_there() {
            Ok(given(console::ask_password(handle)?))
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
    fn only_the_first_line_counts_and_its_blanks_do() {
        for (input, password) in [("  a b \r\nnext", "  a b "), ("x\n", "x"), ("x", "x"), ("", "")] {
            assert_eq!(first_line(input.as_bytes()).unwrap().expose(), password, "{input:?}");
        }
        assert!(first_line(&b"\xff\n"[..]).is_err());
        let endless = first_line(io::BufReader::new(io::repeat(b'x'))).unwrap();
        assert_eq!(endless.expose().len() as u64, LIMIT);
    }
}
