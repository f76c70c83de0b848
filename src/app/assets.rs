//! Menus and art: loaded, checked, written out.

use std::fmt;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr};

use crate::config::Config;
use crate::menu::{self, Known, Menus};
use crate::screens;
use crate::ui::{ArtFiles, Galleries, MENUS};

/// Menus and art, checked against each other.
pub struct Loaded {
    /// The art.
    pub gallery: Galleries,
    /// The menus.
    pub menus: Menus,
}

/// What a check found to be in order.
#[derive(Debug)]
pub struct Checked {
    menus: usize,
    commands: usize,
    source: String,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ok: {} menus, {} commands ({})", self.menus, self.commands, self.source)
    }
}

/// Loads menus and art: the sysop's own in the data directory over those of the binary.
pub fn load(config: &Config) -> Result<Loaded, miette::Report> {
    let art = config.storage.data_dir.join("ansi-art");
    let gallery = Galleries::load(&config.board.theme, Some(&art)).into_diagnostic()?;
    let (name, text) = menus_text(&config.storage.data_dir)?;
    let known = Known {
        screens: &screens::names(),
        art: &|name| gallery.board().has(name),
        marks: &|art, mark| gallery.board().has_mark(art, mark),
    };
    let menus = menu::parse(&name, &text, &known)?;
    Ok(Loaded { gallery, menus })
}

fn menus_text(data_dir: &Path) -> Result<(String, String), miette::Report> {
    let own = data_dir.join("menus.toml");
    if own.exists() {
        let text = std::fs::read_to_string(&own)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot read {}", own.display()))?;
        Ok((own.display().to_string(), text))
    } else {
        Ok(("menus.toml (built in)".to_owned(), MENUS.to_owned()))
    }
}

/// Checks menus and art without starting. Errors: every mistake, with its place.
pub fn check(config: &Config) -> Result<Checked, miette::Report> {
    let loaded = load(config)?;
    Ok(Checked {
        menus: loaded.menus.iter().count(),
        commands: loaded.menus.iter().map(|menu| menu.items.len()).sum(),
        source: menus_text(&config.storage.data_dir)?.0,
    })
}

/// Writes the binary's menus and art into the data directory, to be changed there. What is there already stays.
/// Returns what was written.
pub fn init(config: &Config) -> Result<Vec<PathBuf>, miette::Report> {
    let data_dir = &config.storage.data_dir;
    let art = ArtFiles::iter().filter_map(|name| {
        ArtFiles::get(&name).map(|file| (data_dir.join("ansi-art").join(&*name), file.data))
    });
    let menus = (data_dir.join("menus.toml"), MENUS.as_bytes().into());
    let mut written = Vec::new();
    for (path, bytes) in std::iter::once(menus).chain(art) {
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
