//! `theme.toml`: what a theme is based on, and what its sixteen colours are.

use dialtone_terminal::Palette;
use dialtone_terminal::palette::Ink;
use serde::Deserialize;
use thiserror::Error;

/// Why a `theme.toml` cannot be used.
#[derive(Debug, Error)]
pub enum ThemeFileError {
    /// It is no TOML, or has keys that mean nothing.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// Not sixteen colours.
    #[error("there are {0} colours; a theme has sixteen, or none to use the terminal's own")]
    Count(usize),
    /// A colour that is none.
    #[error("\"{0}\" is no colour: write six hexadecimal digits, as in \"#1b6ac9\"")]
    Color(String),
    /// A number that is no ANSI colour.
    #[error("{0} is none of the sixteen colours, 0 to 15")]
    Ansi(u8),
}

/// What `theme.toml` says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    base: Option<String>,
    #[serde(default)]
    colors: Vec<(String, u8, u8)>,
}

/// What a theme is based on, and its paint if it has one.
#[derive(Debug, Default)]
pub struct ThemeFile {
    base: Option<String>,
    palette: Option<Palette>,
}

impl ThemeFile {
    /// Reads a `styles.toml`.
    pub fn parse(text: &str) -> Result<Self, ThemeFileError> {
        let file: File = toml::from_str(text)?;
        if file.colors.is_empty() {
            return Ok(Self { base: file.base, palette: None });
        }
        let inks = file.colors.iter().map(ink).collect::<Result<Vec<Ink>, _>>()?;
        let inks: [Ink; 16] = inks.try_into().map_err(|inks: Vec<Ink>| ThemeFileError::Count(inks.len()))?;
        Ok(Self { base: file.base, palette: Some(Palette::new(inks)) })
    }

    /// The theme whose art and colours are used where this one has none.
    pub fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// The colours; none are the terminal's own.
    pub fn palette(&self) -> Option<&Palette> {
        self.palette.as_ref()
    }

    /// Takes from `lower` what this does not say.
    pub fn over(&mut self, lower: Self) {
        self.base = self.base.take().or(lower.base);
        self.palette = self.palette.take().or(lower.palette);
    }
}

fn ink((text, of_256, of_16): &(String, u8, u8)) -> Result<Ink, ThemeFileError> {
    let number = text.strip_prefix('#').filter(|digits| digits.len() == 6);
    let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let [_, r, g, b] = number.ok_or_else(|| ThemeFileError::Color(text.clone()))?.to_be_bytes();
    if *of_16 > 15 {
        return Err(ThemeFileError::Ansi(*of_16));
    }
    Ok(Ink { rgb: (r, g, b), of_256: *of_256, of_16: *of_16 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialtone_terminal::{Color, Colors, Style};

    fn sixteen(first: &str) -> String {
        format!("colors = [{first}, {}]", "[\"#010203\", 17, 4], ".repeat(15))
    }

    #[test]
    fn sixteen_colours_are_a_paint() {
        let palette = ThemeFile::parse(&sixteen("[\"#fdfbf5\", 230, 15]")).unwrap();
        let palette = palette.palette().unwrap();
        assert_eq!(palette.base(Colors::Sixteen), Style::new(4, 15));
        assert_eq!(palette.base(Colors::True).bg, Color::Rgb(0xfd, 0xfb, 0xf5));
    }

    #[test]
    fn mistakes_are_told_in_words() {
        for (text, words) in [
            ("colors = [[\"#123456\", 1, 1]]", "there are 1 colours"),
            (&sixteen("[\"#12345\", 1, 1]"), "\"#12345\" is no colour"),
            (&sixteen("[\"#12345g\", 1, 1]"), "is no colour"),
            (&sixteen("[\"#123456\", 1, 16]"), "16 is none of the sixteen"),
            ("colour = 3", "unknown field"),
        ] {
            let error = ThemeFile::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
