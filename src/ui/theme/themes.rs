//! Every theme there is, by name: the board has one, and a caller may have another.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{Theme, ThemeError, built_in_themes};

/// The themes.
#[derive(Debug, Default)]
pub struct Themes {
    themes: BTreeMap<String, Arc<Theme>>,
    board: Arc<Theme>,
}

impl Themes {
    /// Every theme of the binary and of the sysop's folder `own`; the board's own is the one named.
    pub fn load(board: &str, own: Option<&Path>) -> Result<Self, ThemeError> {
        let mut names = built_in_themes();
        if let Some(folders) = own.and_then(|own| std::fs::read_dir(own).ok()) {
            let folders = folders.flatten().filter(|entry| entry.path().is_dir());
            names.extend(folders.filter_map(|entry| entry.file_name().into_string().ok()));
        }
        names.sort();
        names.dedup();
        let mut themes = BTreeMap::new();
        for name in names {
            match Theme::load(&name, own) {
                Ok(theme) => themes.insert(name, Arc::new(theme)),
                // A folder without art is no theme, unless the board asks for it by name.
                Err(ThemeError::Theme { .. }) => continue,
                Err(error) => return Err(error),
            };
        }
        let board = match themes.get(board) {
            Some(theme) => Arc::clone(theme),
            None => Arc::new(Theme::load(board, own)?),
        };
        Ok(Self { themes, board })
    }

    /// The theme of this name; the board's own if there is none, or no name.
    pub fn of(&self, name: Option<&str>) -> Arc<Theme> {
        Arc::clone(name.and_then(|name| self.themes.get(name)).unwrap_or(&self.board))
    }

    /// The names of all themes, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.themes.keys().map(String::as_str)
    }

    /// The board's own theme.
    pub fn board(&self) -> &Theme {
        &self.board
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_that_is_not_there_is_the_boards() {
        let themes = Themes::load("light", None).unwrap();
        assert_eq!(themes.names().collect::<Vec<_>>(), ["classic", "light"]);
        assert!(themes.of(Some("classic")).palette().is_none());
        for name in [None, Some("light"), Some("gone")] {
            assert!(themes.of(name).palette().is_some());
        }
        assert!(Themes::load("gone", None).is_err());
    }
}
