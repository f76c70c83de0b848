//! What callers prefer: how the board is to write to them. Only theirs to change, and nobody else's to see.

use super::{Users, UsersError, authority};
use crate::Caller;
use crate::db::in_tx;
use crate::events::EventBody;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

/// The slowest and the fastest line one may play at, in bits a second.
pub const SPEEDS: std::ops::RangeInclusive<u32> = 300..=115_200;
/// The longest name of a theme, and of a language, in characters.
const NAME: usize = 24;

/// What a caller's terminal shows, where they know better than the board finds out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CharsetChoice {
    /// As the board finds out.
    #[default]
    Auto,
    /// IBM PC code page 437.
    Cp437,
    /// UTF-8.
    Utf8,
    /// Letters alone.
    Ascii,
    /// The Commodore 64.
    Petscii,
}

/// What a caller prefers. A key that is missing where they are kept has its default here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What their terminal shows, above all detection.
    pub charset: CharsetChoice,
    /// Words alone: no art, no cursor movement, for screen readers.
    pub words: bool,
    /// The theme, by name; none is the board's.
    pub theme: Option<String>,
    /// The language, by its tag; none is what the board guesses.
    pub language: Option<String>,
    /// Menus show their prompt only, until `?` is pressed.
    pub expert: bool,
    /// Long texts stop when the screen is full.
    pub pauses: bool,
    /// The mouse works where the terminal has one.
    pub mouse: bool,
    /// What the board has to say at the foot of the screen stands in the terminal's own status line, if it has one.
    pub status_line: bool,
    /// Bits a second at which the board plays at writing, within [`SPEEDS`]; none is as fast as the line.
    pub speed: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            charset: CharsetChoice::Auto,
            words: false,
            theme: None,
            language: None,
            expert: false,
            pauses: true,
            mouse: true,
            status_line: false,
            speed: None,
        }
    }
}

impl Settings {
    fn check(&self) -> Result<(), UsersError> {
        if self.speed.is_some_and(|speed| !SPEEDS.contains(&speed)) {
            return Err(UsersError::Invalid(format!(
                "A line has between {} and {} bits a second.",
                SPEEDS.start(),
                SPEEDS.end()
            )));
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let named = |name: &String| (1..=NAME).contains(&name.len()) && name.chars().all(plain);
        if !self.theme.as_ref().is_none_or(named) {
            return Err(UsersError::Invalid("There is no theme of such a name.".to_owned()));
        }
        if !self.language.as_ref().is_none_or(named) {
            return Err(UsersError::Invalid("There is no language of such a name.".to_owned()));
        }
        Ok(())
    }
}

impl Users {
    /// Keeps what `who` prefers from now on. A guest's settings last as long as the call: they are checked alone.
    pub async fn set_settings(&self, who: &Caller, settings: &Settings) -> Result<(), UsersError> {
        settings.check()?;
        if who.guest {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        authority::current(&mut tx, who.id).await?;
        in_tx!(tx, db => sqlx::query("UPDATE users SET settings = $2 WHERE id = $1")
            .bind(who.id).bind(Json(settings)).execute(db).await.map(drop))?;
        tx.event(EventBody::UserChanged { user: who.id });
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_may_miss_keys_and_have_others() {
        assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
        let kept = r#"{"charset":"petscii","speed":300,"wallpaper":"sunset"}"#;
        let settings = Settings { charset: CharsetChoice::Petscii, speed: Some(300), ..Settings::default() };
        assert_eq!(serde_json::from_str::<Settings>(kept).unwrap(), settings);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let theme = |theme: &str| Settings { theme: Some(theme.to_owned()), ..Settings::default() };
        let language = |tag: &str| Settings { language: Some(tag.to_owned()), ..Settings::default() };
        let speed = |speed| Settings { speed: Some(speed), ..Settings::default() };
        let speeds = [speed(0), speed(299), speed(115_201)];
        let names = ["", "../x", "x|07", &"x".repeat(25)];
        let named = names.iter().flat_map(|name| [theme(name), language(name)]);
        for refused in speeds.into_iter().chain(named) {
            assert!(refused.check().is_err(), "{refused:?}");
        }
        for taken in [Settings::default(), speed(300), speed(115_200), theme("light"), language("pt-br")] {
            assert!(taken.check().is_ok(), "{taken:?}");
        }
    }
}
