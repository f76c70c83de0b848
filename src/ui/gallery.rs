//! The art: what the binary brings, with the sysop's own files laid over it, name by name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use dialtone_terminal::art::{Art, ArtError};
use dialtone_terminal::{Grid, mark};
use rust_embed::RustEmbed;
use thiserror::Error;

/// The art in the binary, as `theme/name.ans`.
#[derive(RustEmbed)]
#[folder = "ansi-art/"]
pub struct ArtFiles;

/// The `menus.toml` in the binary.
pub const MENUS: &str = include_str!("../../menus.toml");

/// Why art could not be used.
#[derive(Debug, Error)]
pub enum GalleryError {
    /// A file could not be read.
    #[error("cannot read the art {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is no art.
    #[error("the art {name} cannot be used: {source}")]
    Art {
        /// Its name.
        name: String,
        /// What is wrong.
        source: ArtError,
    },
    /// No art has this theme.
    #[error("there is no art of the theme \"{theme}\": the board brings {known}")]
    Theme {
        /// The theme.
        theme: String,
        /// Those there are.
        known: String,
    },
}

/// All art of one theme: colour by name, letters by name.
#[derive(Debug, Default)]
pub struct Gallery {
    colour: BTreeMap<String, Art>,
    letters: BTreeMap<String, Art>,
    /// Headers computed for widths that no art fits, newest last.
    waves: Mutex<Vec<Arc<Grid>>>,
}

/// Computed headers that are kept: few sizes are common.
const WAVES: usize = 16;

impl Gallery {
    /// The theme from the binary, with the files of `own` (`<theme>/*.ans`, `*.asc`) over it.
    pub fn load(theme: &str, own: Option<&Path>) -> Result<Self, GalleryError> {
        let mut gallery = Self::default();
        for file in ArtFiles::iter() {
            if let Some(name) = file.strip_prefix(theme).and_then(|rest| rest.strip_prefix('/'))
                && let Some(data) = ArtFiles::get(&file)
            {
                gallery.add(name, &data.data)?;
            }
        }
        if let Some(folder) = own.map(|own| own.join(theme))
            && folder.is_dir()
        {
            let unreadable = |source| GalleryError::Read { path: folder.clone(), source };
            for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
                let path = entry.map_err(unreadable)?.path();
                let bytes = std::fs::read(&path)
                    .map_err(|source| GalleryError::Read { path: path.clone(), source })?;
                if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
                    gallery.add(name, &bytes)?;
                }
            }
        }
        if gallery.colour.is_empty() {
            let mut known: Vec<String> =
                ArtFiles::iter().filter_map(|f| f.split_once('/').map(|(t, _)| t.to_owned())).collect();
            known.dedup();
            return Err(GalleryError::Theme { theme: theme.to_owned(), known: known.join(", ") });
        }
        Ok(gallery)
    }

    fn add(&mut self, file: &str, bytes: &[u8]) -> Result<(), GalleryError> {
        let (shelf, name) = if let Some(name) = file.strip_suffix(".ans") {
            (&mut self.colour, name)
        } else if let Some(name) = file.strip_suffix(".asc") {
            (&mut self.letters, name)
        } else {
            return Ok(());
        };
        let art = Art::parse(bytes).map_err(|source| GalleryError::Art { name: file.to_owned(), source })?;
        shelf.insert(name.to_owned(), art);
        Ok(())
    }

    /// Art in colour.
    pub fn get(&self, name: &str) -> Option<&Art> {
        self.colour.get(name)
    }

    /// The mark as a header of this size, dark on the left where the words stand.
    pub fn wave(&self, columns: u16, rows: u16) -> Arc<Grid> {
        let mut waves = self.waves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wave) = waves.iter().find(|wave| (wave.columns(), wave.rows()) == (columns, rows)) {
            return Arc::clone(wave);
        }
        let wave = Arc::new(mark::wave(columns, rows, 0.0, 1.0, 0.4));
        if waves.len() == WAVES {
            waves.remove(0);
        }
        waves.push(Arc::clone(&wave));
        wave
    }

    /// Art in plain letters.
    pub fn letters(&self, name: &str) -> Option<&Art> {
        self.letters.get(name)
    }

    /// The names of all art in colour.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.colour.keys().map(String::as_str)
    }

    /// Whether art of this name has this mark.
    pub fn has_mark(&self, name: &str, mark: &str) -> bool {
        self.get(name).is_some_and(|art| art.marks().iter().any(|known| known.name == mark))
    }
}
