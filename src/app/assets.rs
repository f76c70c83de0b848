//! Menus, art and words: loaded, checked, written out.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr, miette};

use super::instance;
use crate::config::Config;
use crate::lang::Languages;
use crate::menu::{self, Known, Menus};
use crate::screens;
use crate::ui::{ArtFiles, MENUS, ThemeError, Themes, mci, name_of};

/// The theme whose art is shown where the board's own cannot be.
const FALLBACK: &str = "classic";

/// Menus and art, checked against each other.
pub struct Loaded {
    /// The art.
    pub themes: Themes,
    /// The menus.
    pub menus: Menus,
}

/// The menus of the binary, as messages call them.
const BUILT_IN: &str = "menus.toml (built in)";

/// Loads menus and art: the sysop's own in the data directory over those of the binary.
pub fn load(config: &Config) -> Result<Loaded, miette::Report> {
    let themes = themes(config).into_diagnostic()?;
    let menus = menus(&themes, own_menus(&config.storage.data_dir)?)?;
    Ok(Loaded { themes, menus })
}

/// As [`load`], but what is wrong with the sysop's own files is told in the log, and those of the binary take their
/// place: an upgrade may find a mistake in them, and callers want a board. Errors: a theme that there is not.
pub fn load_for_start(config: &Config) -> Result<Loaded, miette::Report> {
    let report = match load(config) {
        Ok(loaded) => return Ok(loaded),
        Err(report) => report,
    };
    if let Err(ThemeError::Theme { .. }) = themes(config) {
        return Err(report);
    }
    tracing::error!("{report:?}");
    let built_in = || {
        let theme = Some(config.board.theme.as_str())
            .filter(|theme| ArtFiles::iter().any(|name| in_theme(&name, theme)));
        Themes::load(theme.unwrap_or(FALLBACK), None).into_diagnostic()
    };
    // As much of the sysop's own as goes together with the rest.
    let with_own_art = || {
        let themes = themes(config).into_diagnostic()?;
        let menus = menus(&themes, None)?;
        Ok::<_, miette::Report>((Loaded { themes, menus }, "the built-in menus"))
    };
    let with_own_menus = || {
        let themes = built_in()?;
        let menus = menus(&themes, own_menus(&config.storage.data_dir)?)?;
        Ok::<_, miette::Report>((Loaded { themes, menus }, "the built-in art"))
    };
    let (loaded, what) = match with_own_art().or_else(|_| with_own_menus()) {
        Ok(found) => found,
        Err(_) => {
            let themes = built_in()?;
            let menus = menus(&themes, None)?;
            (Loaded { themes, menus }, "the built-in menus and art")
        }
    };
    tracing::error!(
        "starting with {what} instead; save the file without the mistake and it is taken over at once"
    );
    Ok(loaded)
}

/// The languages: the sysop's own files over those of the binary, and what is wrong with the former. The board's own
/// sentences stand wherever something is.
pub fn languages(config: &Config) -> (Languages, Option<miette::Report>) {
    let (languages, mistakes) =
        Languages::load(&config.board.language, Some(&config.storage.data_dir.join("lang")));
    (languages, mistakes.map(Into::into))
}

/// Whether a built-in file is of this theme.
fn in_theme(file: &str, theme: &str) -> bool {
    file.strip_prefix(theme).is_some_and(|rest| rest.starts_with('/'))
}

/// The board's art, with the sysop's own over it.
fn themes(config: &Config) -> Result<Themes, ThemeError> {
    Themes::load(&config.board.theme, Some(&config.storage.data_dir.join("ansi-art")))
}

/// The menus of the binary, with the sysop's own over them, checked against the art.
fn menus(themes: &Themes, own: Option<(String, String)>) -> Result<Menus, miette::Report> {
    let mut layers = vec![(BUILT_IN, MENUS)];
    layers.extend(own.as_ref().map(|(name, text)| (name.as_str(), text.as_str())));
    let values: Vec<&str> = mci::MARKS.iter().map(|(mark, ..)| *mark).collect();
    let known = Known {
        screens: &screens::names(),
        values: &values,
        arts: &themes.board().names().collect(),
        marks: &|art, mark| themes.board().has_mark(art, mark),
    };
    Ok(menu::parse(&layers, &known)?)
}

/// The sysop's own menus, with the name of their file.
pub(super) fn own_menus(data_dir: &Path) -> Result<Option<(String, String)>, miette::Report> {
    let path = data_dir.join("menus.toml");
    match std::fs::read(&path) {
        Ok(bytes) => {
            let name = path.display().to_string();
            let text = String::from_utf8(bytes).map_err(|error| {
                miette!("{name} is no text: byte {} is not UTF-8", error.utf8_error().valid_up_to() + 1)
            })?;
            Ok(Some((name, text)))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(error).into_diagnostic().wrap_err_with(|| format!("cannot read {}", path.display()))
        }
    }
}

/// Writes a first `menus.toml` of the sysop's own, which changes nothing yet, and the art of these names, to be
/// changed there. What is there already stays. Returns what was written. Errors: art that the board does not have.
pub fn init(config: &Config, arts: &[String]) -> Result<Vec<PathBuf>, miette::Report> {
    let data_dir = &config.storage.data_dir;
    let theme = &config.board.theme;
    let mut files = vec![(data_dir.join("menus.toml"), first_menus().into_bytes())];
    for art in arts {
        let before = files.len();
        for name in ArtFiles::iter().filter(|name| art_of(name, theme) == Some(art)) {
            files.extend(
                ArtFiles::get(&name)
                    .map(|file| (data_dir.join("ansi-art").join(&*name), file.data.into_owned())),
            );
        }
        if files.len() == before {
            let all: Vec<_> = ArtFiles::iter().collect();
            let names: BTreeSet<&str> = all.iter().filter_map(|name| art_of(name, theme)).collect();
            let names: Vec<&str> = names.into_iter().collect();
            return Err(miette!("the theme {theme} has no art \"{art}\"; it has {}", names.join(", ")));
        }
    }
    // As `serve` makes it: what comes to lie there later is the board's own.
    instance::prepare_data_dir(data_dir)?;
    let mut written = Vec::new();
    for (path, bytes) in files {
        if path.exists() {
            continue;
        }
        let write = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(&path, &bytes)
        };
        write().into_diagnostic().wrap_err_with(|| format!("cannot write {}", path.display()))?;
        written.push(path);
    }
    Ok(written)
}

/// The art that a built-in file of this theme is a picture of.
fn art_of<'a>(file: &'a str, theme: &str) -> Option<&'a str> {
    let (stem, ending) = file.strip_prefix(theme)?.strip_prefix('/')?.rsplit_once('.')?;
    matches!(ending, "ans" | "asc").then(|| name_of(stem))
}

/// The menus of the binary, every line a comment, under words on what to do with them.
fn first_menus() -> String {
    let mut text = FIRST_WORDS.to_owned();
    for line in MENUS.lines() {
        text.push_str(if line.is_empty() { "#" } else { "# " });
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// What stands at the top of a first `menus.toml`.
const FIRST_WORDS: &str = "\
# Your menus. What stands here lies over the menus that the board brings, name by name: a menu written here takes the
# place of the one of that name, and all others stay as they are, also when you upgrade. With `over = true` a menu
# says only what is different:
#
#   [menus.main]
#   over = true
#   keys = [{ key = \"X\", name = \"Something new\", group = \"GD\", say = \"hello, |UN\" }]
#   without = [\"V\"]
#
# `dialtone check` points at every mistake. A running board takes over what you save, unless there is a mistake in it.
# docs/menus.md has the whole of it. Below are the menus that the board brings, to copy from.

";
