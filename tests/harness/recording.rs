//! A terminal as it was recorded, read from a file: what it says on telnet, answers, draws and sends for keys.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// What a terminal draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Draws {
    #[serde(rename = "ascii")]
    Ascii,
    #[serde(rename = "cp437")]
    Cp437,
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "petscii")]
    Petscii,
    #[serde(rename = "atascii")]
    Atascii,
}

/// What the board is to find out about it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    pub charset: String,
    pub colors: String,
    pub plain: bool,
    pub columns: u16,
    pub rows: u16,
    pub mouse: bool,
}

/// One terminal. In its texts each character stands for the byte of its number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    pub name: String,
    pub draws: Draws,
    pub wraps_at_once: bool,
    pub size: (u16, u16),
    /// What it sends before it has read anything, in hexadecimal.
    #[serde(default)]
    pub opening: String,
    /// Telnet's options that it performs when asked.
    pub options: Vec<String>,
    /// It offers its window's size once it has told its name.
    #[serde(default)]
    pub offers_size_after_name: bool,
    /// The names it gives one after the other; the last again and again.
    pub terminal_types: Vec<String>,
    /// One variable that it gives of its environment.
    #[serde(default)]
    pub environment: String,
    /// The Enter key where BINARY is agreed.
    pub enter: String,
    /// The Enter key where it is not.
    pub enter_without_binary: String,
    /// Answers to control sequences, by prefix, parameters and last character.
    pub answers: BTreeMap<String, String>,
    /// Bytes of keys.
    pub keys: BTreeMap<String, String>,
    pub found: Found,
}

impl Recording {
    /// Reads one from `tests/terminals`. It stays until the test ends.
    pub fn load(name: &str) -> &'static Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terminals").join(format!("{name}.toml"));
        let text = std::fs::read_to_string(&file).expect("the recording is there");
        Box::leak(Box::new(toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))))
    }

    /// The bytes of a key.
    pub fn key(&self, name: &str) -> Vec<u8> {
        bytes(self.keys.get(name).unwrap_or_else(|| panic!("{} has no key {name}", self.name)))
    }

    /// The opening's bytes.
    pub fn opening(&self) -> Vec<u8> {
        let byte = |hex| u8::from_str_radix(hex, 16).expect("two hexadecimal digits");
        self.opening.split_whitespace().map(byte).collect()
    }
}

/// A text in which each character stands for the byte of its number.
pub fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).expect("a byte")).collect()
}
