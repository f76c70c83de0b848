//! The art of one theme: what the binary brings, with the sysop's own files laid over it, name by name.

mod file;
pub mod styles;
mod themes;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use dialtone_terminal::art::{Art, ArtError};
use dialtone_terminal::{Charset, Palette};
use rust_embed::RustEmbed;
use thiserror::Error;

pub use self::file::{ThemeFile, ThemeFileError};
pub use self::themes::Themes;

/// The art in the binary, as `theme/name.ans`.
#[derive(RustEmbed)]
#[folder = "ansi-art/"]
pub struct ArtFiles;

/// The `menus.toml` in the binary.
pub const MENUS: &str = include_str!("../../../menus.toml");

/// What says what a theme's colours are.
const PALETTE: &str = "theme.toml";

/// The largest file that is read; art has its own, smaller bound.
const LARGEST: u64 = 2 * 1024 * 1024;

/// Why art could not be used.
#[derive(Debug, Error)]
pub enum ThemeError {
    /// A file could not be read.
    #[error("cannot read the art {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is far too large to be art.
    #[error("the art {path} has {bytes} bytes: that is no art")]
    Huge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// A file is no art.
    #[error("the art {name} cannot be used: {source}")]
    Art {
        /// Its name.
        name: String,
        /// What is wrong.
        source: ArtError,
    },
    /// A theme's colours cannot be used.
    #[error("{theme}/theme.toml: {source}")]
    ThemeFile {
        /// The theme.
        theme: String,
        /// What is wrong.
        source: ThemeFileError,
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

/// One file. What the binary brings is read when it is first shown: most of it never is.
#[derive(Debug)]
struct Piece {
    columns: u16,
    bytes: Cow<'static, [u8]>,
    art: OnceLock<Option<Art>>,
}

impl Piece {
    /// A file of the binary, whose name tells its width; a test holds all of them to be art, and of that width.
    fn built_in(stem: &str, bytes: Cow<'static, [u8]>) -> Self {
        let width = stem.rsplit_once('.').and_then(|(_, width)| width.parse().ok());
        Self { columns: width.unwrap_or(80), bytes, art: OnceLock::new() }
    }

    /// A file of the sysop's, which may be anything.
    fn own(bytes: &[u8]) -> Result<Self, ArtError> {
        let art = Art::parse(bytes)?;
        let columns = art.grid().columns();
        Ok(Self { columns, bytes: Cow::Borrowed(&[]), art: OnceLock::from(Some(art)) })
    }

    fn art(&self) -> Option<&Art> {
        self.art.get_or_init(|| Art::parse(&self.bytes).ok()).as_ref()
    }
}

/// Art by name; of each name there may be several widths, and of each width several pictures.
type Shelf = BTreeMap<String, Vec<Piece>>;

/// All art of one theme, in colour and in plain letters, and what its colours are.
#[derive(Debug, Default)]
pub struct Theme {
    colour: Shelf,
    letters: Shelf,
    palette: ThemeFile,
}

impl Theme {
    /// The theme from the binary, with the files of `own` (`<theme>/*.ans`, `*.asc`, `theme.toml`) over it, over the
    /// theme that it is based on.
    pub fn load(theme: &str, own: Option<&Path>) -> Result<Self, ThemeError> {
        let mut loaded = Self::one(theme, own)?;
        let mut base = loaded.palette.base().map(str::to_owned);
        // A theme that is based on itself is based on nothing.
        let mut seen = vec![theme.to_owned()];
        while let Some(below) = base.filter(|base| !seen.contains(base)) {
            let lower = Self::one(&below, own)?;
            base = lower.palette.base().map(str::to_owned);
            seen.push(below);
            loaded.over(lower);
        }
        Ok(loaded)
    }

    fn one(theme: &str, own: Option<&Path>) -> Result<Self, ThemeError> {
        let mut built_in = Self::default();
        for file in ArtFiles::iter() {
            if let Some(name) = file.strip_prefix(theme).and_then(|rest| rest.strip_prefix('/'))
                && let Some(data) = ArtFiles::get(&file)
            {
                built_in.add(theme, name, data.data, true)?;
            }
        }
        let mut loaded = Self::default();
        if let Some(folder) = own.map(|own| own.join(theme))
            && folder.is_dir()
        {
            let unreadable = |source| ThemeError::Read { path: folder.clone(), source };
            for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
                let path = entry.map_err(unreadable)?.path();
                if let Some(name) = path.file_name().and_then(|name| name.to_str())
                    && known(name)
                {
                    loaded.add(theme, name, read(&path)?.into(), false)?;
                }
            }
        }
        loaded.over(built_in);
        if loaded.colour.is_empty() && loaded.palette.base().is_none() {
            return Err(ThemeError::Theme { theme: theme.to_owned(), known: built_in_themes().join(", ") });
        }
        Ok(loaded)
    }

    fn add(
        &mut self,
        theme: &str,
        file: &str,
        bytes: Cow<'static, [u8]>,
        built_in: bool,
    ) -> Result<(), ThemeError> {
        if file == PALETTE {
            let text = String::from_utf8_lossy(&bytes);
            let broken = |source| ThemeError::ThemeFile { theme: theme.to_owned(), source };
            self.palette = ThemeFile::parse(&text).map_err(broken)?;
            return Ok(());
        }
        let Some((stem, extension)) = file.rsplit_once('.') else { return Ok(()) };
        let shelf = match extension {
            "ans" => &mut self.colour,
            "asc" => &mut self.letters,
            _ => return Ok(()),
        };
        let broken = |source| ThemeError::Art { name: format!("{theme}/{file}"), source };
        let piece =
            if built_in { Piece::built_in(stem, bytes) } else { Piece::own(&bytes).map_err(broken)? };
        shelf.entry(name_of(stem).to_owned()).or_default().push(piece);
        Ok(())
    }

    /// Lays this over `lower`: of each name and width, what is here hides all that is there.
    fn over(&mut self, lower: Self) {
        for (mine, theirs) in [(&mut self.colour, lower.colour), (&mut self.letters, lower.letters)] {
            for (name, pieces) in theirs {
                let shelf = mine.entry(name).or_default();
                let widths: Vec<u16> = shelf.iter().map(|piece| piece.columns).collect();
                shelf.extend(pieces.into_iter().filter(|piece| !widths.contains(&piece.columns)));
            }
        }
        self.palette.over(lower.palette);
    }

    /// What its colours look like; none are the terminal's own.
    pub fn palette(&self) -> Option<&Palette> {
        self.palette.palette()
    }

    /// Art in colour, as it is on a screen of 80 columns.
    pub fn get(&self, name: &str) -> Option<&Art> {
        self.fit(name, Charset::Cp437, 80)
    }

    /// The widest art of this name for a terminal: in colour, or in letters where it has nothing else.
    pub fn fit(&self, name: &str, charset: Charset, columns: u16) -> Option<&Art> {
        self.pick(name, charset, columns, 0)
    }

    /// As [`Theme::fit`]; of several pictures alike in width the one that `throw` falls on.
    pub fn pick(&self, name: &str, charset: Charset, columns: u16, throw: usize) -> Option<&Art> {
        let shelf = match charset {
            Charset::Ascii | Charset::Atascii => &self.letters,
            Charset::Cp437 | Charset::Utf8 | Charset::Petscii => &self.colour,
        };
        let pieces = shelf.get(name)?;
        let width = pieces.iter().map(|piece| piece.columns).filter(|width| *width <= columns).max()?;
        let alike = || pieces.iter().filter(|piece| piece.columns == width);
        alike().nth(throw % alike().count().max(1))?.art()
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

/// The name that screens know a file by: `welcome-2.40` is one of the pictures named `welcome`, in another width.
pub fn name_of(stem: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let stem = stem.rsplit_once('.').filter(|(_, width)| digits(width)).map_or(stem, |(name, _)| name);
    stem.rsplit_once('-').filter(|(_, number)| digits(number)).map_or(stem, |(name, _)| name)
}

/// The themes in the binary.
pub fn built_in_themes() -> Vec<String> {
    let mut known: Vec<String> =
        ArtFiles::iter().filter_map(|f| f.split_once('/').map(|(t, _)| t.to_owned())).collect();
    known.sort();
    known.dedup();
    known
}

fn known(file: &str) -> bool {
    file == PALETTE || file.ends_with(".ans") || file.ends_with(".asc")
}

/// Reads a file of art, unless it is far too large for any.
fn read(path: &Path) -> Result<Vec<u8>, ThemeError> {
    let unreadable = |source| ThemeError::Read { path: path.to_owned(), source };
    let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
    if bytes > LARGEST {
        return Err(ThemeError::Huge { path: path.to_owned(), bytes });
    }
    std::fs::read(path).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_without_its_number_and_width() {
        for (stem, name) in [
            ("main", "main"),
            ("main.40", "main"),
            ("welcome-2", "welcome"),
            ("welcome-12.132", "welcome"),
            ("front-door", "front-door"),
            ("v1.final", "v1.final"),
        ] {
            assert_eq!(name_of(stem), name);
        }
    }

    #[test]
    fn what_the_binary_brings_is_art_of_the_width_it_is_named_for() {
        for theme in built_in_themes() {
            let loaded = Theme::load(&theme, None).unwrap();
            for piece in loaded.colour.values().chain(loaded.letters.values()).flatten() {
                assert_eq!(piece.art().map(|art| art.grid().columns()), Some(piece.columns));
            }
        }
    }

    fn files(folder: &Path, files: &[(&str, &[u8])]) {
        for (name, bytes) in files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }

    #[test]
    fn the_sysops_picture_hides_all_of_its_name() {
        let own = tempfile::tempdir().unwrap();
        files(own.path(), &[("classic/welcome.ans", b"hello")]);
        let loaded = Theme::load("classic", Some(own.path())).unwrap();
        for throw in 0..9 {
            let art = loaded.pick("welcome", Charset::Cp437, 80, throw).unwrap();
            assert_eq!(art.grid().line(0), "hello");
        }
        // Other widths and other names stay.
        assert_eq!(loaded.fit("welcome", Charset::Cp437, 40).unwrap().grid().columns(), 40);
        assert!(loaded.get("main").is_some());
    }

    #[test]
    fn a_theme_may_be_a_palette_over_another() {
        let own = tempfile::tempdir().unwrap();
        files(
            own.path(),
            &[("mine/theme.toml", b"base = \"classic\""), ("loop/theme.toml", b"base = \"loop\"")],
        );
        let mine = Theme::load("mine", Some(own.path())).unwrap();
        assert!(mine.get("main").is_some() && mine.palette().is_none());
        assert!(Theme::load("loop", Some(own.path())).is_ok());
        assert!(matches!(Theme::load("none", Some(own.path())), Err(ThemeError::Theme { .. })));
    }

    #[test]
    fn what_cannot_be_art_is_refused_unread() {
        let own = tempfile::tempdir().unwrap();
        files(own.path(), &[("classic/main.ans", b"x")]);
        let file = std::fs::OpenOptions::new().write(true).open(own.path().join("classic/main.ans")).unwrap();
        file.set_len(10 * 1024 * 1024).unwrap();
        let error = Theme::load("classic", Some(own.path())).unwrap_err();
        assert!(error.to_string().contains("10485760 bytes"), "{error}");
    }
}
