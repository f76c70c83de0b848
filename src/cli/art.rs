//! Art by command: drawn in the sysop's own terminal, and looked over before a caller sees it.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use dialtone_terminal::art::review::{Finding, Grade, mistake, review};
use dialtone_terminal::art::{Art, MAX_BYTES};
use dialtone_terminal::probe::Environment;
use dialtone_terminal::{Charset, Colors, Grid, Hint, Palette, Pen, Probe, Wire};
use serde_json::json;

use super::answer::{Answer, Failure};
use crate::app;
use crate::config::Config;
use crate::menu::Menu;
use crate::ui::{ArtFiles, ThemeFile, Themes, mci, name_of};

/// Screens that callers wait for gladly.
const SLOW: [&str; 2] = ["welcome", "goodbye"];

/// What can be done with art.
#[derive(Debug, Subcommand)]
pub enum ArtCommand {
    /// Draw a file, or a screen of the board by name, with its marks filled in
    Show {
        /// A file, or a name such as main
        file: String,
        /// As on a terminal of so many columns
        #[arg(long, default_value_t = 80)]
        columns: u16,
        /// In the colours of this theme [default: the file's own folder, or the board's]
        #[arg(long)]
        theme: Option<String>,
    },
    /// Look files over: size, SAUCE, marks, colours [default: the board's art and the data directory's]
    Check {
        /// A file, a theme's folder, or a folder of themes
        path: Option<PathBuf>,
    },
}

/// Carries a command out.
pub fn run(config: &Config, command: &ArtCommand, json: bool) -> Result<(), Failure> {
    match command {
        ArtCommand::Show { file, columns, theme } => {
            show(config, file, *columns, theme.as_deref())?.print(json)
        }
        ArtCommand::Check { path } => check(config, path.as_deref(), json),
    }
}

/// The first bytes of a file, and one more than art may have: memory stays bounded, whatever it is.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error| Failure::words(format!("cannot read {}: {error}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn own_art(config: &Config) -> PathBuf {
    config.storage.data_dir.join("ansi-art")
}

fn show(config: &Config, file: &str, columns: u16, theme: Option<&str>) -> Result<Answer, Failure> {
    let own = own_art(config);
    let board = theme.unwrap_or(&config.board.theme);
    let themes = || Themes::load(board, Some(&own)).map_err(|error| Failure::words(error.to_string()));
    let path = Path::new(file);
    let (art, palette) = if path.is_file() {
        let art = Art::parse(&read(path)?).map_err(|error| Failure::words(format!("{file}: {error}")))?;
        let beside = path.with_file_name("theme.toml");
        let palette = match theme {
            None if beside.is_file() => {
                let text = String::from_utf8_lossy(&read(&beside)?).into_owned();
                let palette = ThemeFile::parse(&text)
                    .map_err(|error| Failure::words(format!("{}: {error}", beside.display())))?;
                palette.palette().cloned()
            }
            None => None,
            Some(_) => themes()?.board().palette().cloned(),
        };
        (art, palette)
    } else {
        let themes = themes()?;
        let theme = themes.board();
        let art = theme.fit(file, Charset::Cp437, columns).ok_or_else(|| {
            Failure::words(format!("there is no file {file}, and no art of that name in the theme {board}"))
        })?;
        (art.clone(), theme.palette().cloned())
    };
    let grid = art.fill(&mci::sample);
    let names: Vec<&str> = art.marks().iter().map(|mark| mark.name.as_str()).collect();
    let sauce = art.sauce().cloned().unwrap_or_default();
    let facts = format!(
        "{file}: {} x {}, {} bytes, \"{}\" by {}",
        grid.columns(),
        grid.rows(),
        art.bytes().len(),
        sauce.title,
        if sauce.author.is_empty() { "nobody" } else { &sauce.author }
    );
    let drawn = drawn(&grid, palette.as_ref());
    let json = json!({
        "columns": grid.columns(), "rows": grid.rows(), "bytes": art.bytes().len(),
        "title": sauce.title, "author": sauce.author, "marks": names,
        "lines": (0..grid.rows()).map(|y| grid.line(y)).collect::<Vec<_>>(),
    });
    Ok(Answer { json, text: format!("{drawn}{facts}") })
}

/// How to write for the terminal that standard output goes to, as far as its name and the environment tell.
fn wire() -> Wire {
    let mut environment = Environment::default();
    for name in ["LANG", "LC_CTYPE", "LC_ALL", "COLORTERM"] {
        if let Ok(value) = std::env::var(name) {
            environment.variable(name, &value);
        }
    }
    let name = std::env::var("TERM").unwrap_or_default();
    let terminal = Probe::new(Hint { terminal_type: Some(&name), environment, size: None }).conclude();
    Wire {
        charset: if environment.utf8_locale == Some(false) { Charset::Ascii } else { Charset::Utf8 },
        colors: if std::io::stdout().is_terminal() { terminal.colors } else { Colors::Sixteen },
        ..Wire::ANSI_SYS
    }
}

/// The cells as lines for this terminal.
fn drawn(grid: &Grid, palette: Option<&Palette>) -> String {
    let wire = wire();
    let mut grid = grid.clone();
    if let Some(palette) = palette {
        palette.grid(&mut grid, wire.colors);
    }
    let (mut pen, mut bytes) = (Pen::new(wire), Vec::new());
    for y in 0..grid.rows() {
        for cell in grid.row(y) {
            pen.text(cell.ch.encode_utf8(&mut [0; 4]), cell.style, &mut bytes);
        }
        pen.reset(&mut bytes);
        bytes.push(b'\n');
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The art that each menu names, and the marks of its commands; none where the menus are broken.
type Offered = Option<Vec<(String, Vec<String>)>>;

/// What was found in one file.
struct Looked {
    name: String,
    findings: Vec<Finding>,
}

fn check(config: &Config, path: Option<&Path>, json: bool) -> Result<(), Failure> {
    let offered = offered(config);
    let mut looked = Vec::new();
    match path {
        Some(path) => folder(path, DEPTH, &offered, &mut looked)?,
        None => {
            for file in ArtFiles::iter() {
                if let Some(data) = ArtFiles::get(&file) {
                    looked.extend(file_looked(&file, &data.data, &offered));
                }
            }
            if own_art(config).is_dir() {
                folder(&own_art(config), DEPTH, &offered, &mut looked)?;
            }
        }
    }
    let mistakes = looked
        .iter()
        .flat_map(|file| &file.findings)
        .filter(|finding| finding.grade == Grade::Mistake)
        .count();
    let mut text = String::new();
    for file in &looked {
        for finding in &file.findings {
            text.push_str(&format!("{}: {finding}\n", file.name));
        }
    }
    text.push_str(&files(looked.len()));
    text.push_str(&match mistakes {
        0 => " looked over: no mistakes".to_owned(),
        1 => " looked over: one mistake".to_owned(),
        n => format!(" looked over: {n} mistakes"),
    });
    let findings: Vec<_> = looked
        .iter()
        .flat_map(|file| file.findings.iter().map(move |finding| (file, finding)))
        .map(|(file, finding)| {
            json!({ "file": file.name, "mistake": finding.grade == Grade::Mistake, "text": finding.text })
        })
        .collect();
    let json_answer = json!({ "ok": mistakes == 0, "files": looked.len(), "findings": findings });
    Answer { json: json_answer, text }.print(json)?;
    match mistakes {
        0 => Ok(()),
        _ if json => Err(Failure::Said),
        _ => Err(Failure::words("there are mistakes in the art")),
    }
}

fn files(number: usize) -> String {
    if number == 1 { "1 file".to_owned() } else { format!("{number} files") }
}

/// The art that each menu names, and the marks of its commands; none where the menus themselves are broken, which
/// `dialtone check` tells.
fn offered(config: &Config) -> Offered {
    let loaded = app::menus_and_art(config).ok()?;
    let places = |menu: &Menu| {
        let commands = menu.items.iter().filter_map(|item| item.mark.clone());
        menu.groups.iter().map(|group| group.mark.clone()).chain(commands).collect()
    };
    Some(loaded.menus.iter().map(|menu| (menu.art.clone(), places(menu))).collect())
}

/// Folders within folders that are looked into: a folder of themes, a theme, and what a sysop sorts away in it.
const DEPTH: usize = 3;

/// Looks a file over, or every file of a folder and of the folders in it.
fn folder(path: &Path, depth: usize, offered: &Offered, into: &mut Vec<Looked>) -> Result<(), Failure> {
    let unreadable = |error| Failure::words(format!("cannot read {}: {error}", path.display()));
    if !path.is_dir() {
        into.extend(file_looked(&path.display().to_string(), &read(path)?, offered));
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
        .map_err(unreadable)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    entries.sort();
    for entry in entries {
        if known(&entry) || entry.is_dir() && depth > 1 {
            folder(&entry, depth - 1, offered, into)?;
        }
    }
    Ok(())
}

/// Whether a file in a folder is to be looked at; one that the sysop names is anyway.
fn known(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ans" || extension == "asc")
        || path.file_name().is_some_and(|name| name == "theme.toml")
}

/// What is to be said of one file; none if it is no art.
fn file_looked(name: &str, bytes: &[u8], offered: &Offered) -> Option<Looked> {
    let file = Path::new(name).file_name()?.to_str()?;
    if file == "theme.toml" {
        let broken = ThemeFile::parse(&String::from_utf8_lossy(bytes)).err();
        let findings = broken.map(|error| mistake(error.to_string())).into_iter().collect();
        return Some(Looked { name: name.to_owned(), findings });
    }
    let (stem, _) = file.rsplit_once('.').filter(|(_, extension)| ["ans", "asc"].contains(extension))?;
    let mut findings = review(bytes, SLOW.contains(&name_of(stem)));
    if let Ok(art) = Art::parse(bytes) {
        for mark in art.marks() {
            findings.extend(mark_looked(&mark.name, name_of(stem), offered));
        }
    }
    Some(Looked { name: name.to_owned(), findings })
}

/// A mark that stands for nothing, or for commands that no menu has.
fn mark_looked(mark: &str, art: &str, offered: &Offered) -> Option<Finding> {
    if mci::MARKS.iter().any(|(name, ..)| *name == mark) {
        return None;
    }
    let menus = offered.as_ref()?;
    let has = menus.iter().any(|(name, places)| name == art && places.iter().any(|place| place == mark));
    (!has).then(|| {
        mistake(format!(
            "the mark |{mark} stands for nothing: no menu with the art \"{art}\" has a command there"
        ))
    })
}
