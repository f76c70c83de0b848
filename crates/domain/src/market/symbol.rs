//! The short name a share is traded under.

use super::MarketError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest symbol in characters: the column that lists leave it.
const SYMBOL_CHARS: usize = 6;

/// A share's symbol: 1 to 6 capital letters and digits, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(try_from = "String", into = "String")]
#[sqlx(transparent)]
pub struct Symbol(String);

impl Symbol {
    /// Its letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads a symbol as people type it: case and the space around it do not matter.
impl FromStr for Symbol {
    type Err = MarketError;

    fn from_str(s: &str) -> Result<Symbol, MarketError> {
        let symbol = s.trim().to_ascii_uppercase();
        let fits = (1..=SYMBOL_CHARS).contains(&symbol.len())
            && symbol.starts_with(|c: char| c.is_ascii_uppercase())
            && symbol.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !fits {
            return Err(MarketError::Invalid(format!(
                "A symbol is 1 to {SYMBOL_CHARS} letters and digits, a letter first."
            )));
        }
        Ok(Symbol(symbol))
    }
}

impl TryFrom<String> for Symbol {
    type Error = MarketError;

    fn try_from(s: String) -> Result<Symbol, MarketError> {
        s.parse()
    }
}

impl From<Symbol> for String {
    fn from(symbol: Symbol) -> String {
        symbol.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        assert_eq!(" trunk\n".parse::<Symbol>().unwrap().as_str(), "TRUNK");
        for bad in ["", " ", "7UP", "TOOLONG", "A-B", "Ä", "A B", "\u{1b}A"] {
            assert!(bad.parse::<Symbol>().is_err(), "{bad}");
        }
    }
}
