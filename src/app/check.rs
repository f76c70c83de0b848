//! Everything that would keep the board from starting, as far as it can be known without starting it.

use std::fmt;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, Report, WrapErr, miette};
use rustix::fs::{Access, access};

use super::{assets, instance};
use crate::config::{Config, Role};
use crate::database;
use crate::server;
use crate::switchboard::nats_address_understood;
use crate::telemetry::log;
use crate::transport::ssh::host_keys;

/// What a check found to be in order.
#[derive(Debug)]
pub struct Checked {
    menus: usize,
    commands: usize,
    source: String,
    /// What is as it should be only if the sysop says so, such as ports that are taken by a board running already.
    pub remarks: Vec<String>,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let menus = if self.menus == 1 { "1 menu".to_owned() } else { format!("{} menus", self.menus) };
        write!(f, "ok: {menus}, {} commands ({})", self.commands, self.source)
    }
}

/// Checks all there is without starting and without changing anything. Errors: every mistake, each with its place.
pub async fn check(config: &Config) -> Result<Checked, Vec<Report>> {
    let (mut mistakes, mut remarks) = (Vec::new(), Vec::new());
    let loaded = assets::load(config).map_err(|report| mistakes.push(report)).ok();
    let (languages, misspelt) = assets::languages(config);
    mistakes.extend(misspelt);
    if languages.get(&config.board.language).is_none() {
        let there: Vec<&str> = languages.iter().map(|language| language.tag()).collect();
        let there = there.join(", ");
        mistakes.push(miette!("board.language: there is no {}; there are {there}", config.board.language));
    }
    let data_dir = &config.storage.data_dir;
    mistakes.extend(writable(data_dir, "the data directory").err());
    for error in host_keys::check(data_dir) {
        mistakes.push(miette!("{error}"));
    }
    remarks.extend(host_keys::open_to_others(data_dir));
    let url = config.database_url();
    remarks.extend(running(&url));
    let file = database::file(&url).filter(|_| database::keeps(&url).is_ok());
    let reached = file.map_or(Ok(()), |file| database_file(&file, data_dir));
    mistakes.extend(match reached {
        Ok(()) => database::inspect(&url).await.map_err(|error| miette!("{error}")).err(),
        Err(report) => Some(report),
    });
    if let Some(url) = &config.storage.nats
        && let Err(why) = nats_address_understood(url)
    {
        mistakes.push(miette!("storage.nats = {}: {why}", super::redacted(url)));
    }
    mistakes.extend(log::filter_of(&config.log).err().map(|why| miette!("{why}")));
    listeners(config, &mut mistakes, &mut remarks);
    let Some(loaded) = loaded.filter(|_| mistakes.is_empty()) else { return Err(mistakes) };
    Ok(Checked {
        menus: loaded.menus.iter().count(),
        commands: loaded.menus.iter().map(|menu| menu.items.len()).sum(),
        source: match assets::own_menus(data_dir) {
            Ok(Some((name, _))) => format!("{name} over those built in"),
            _ => "built in".to_owned(),
        },
        remarks,
    })
}

/// The folder, or the nearest above it that is there: where something is to be made, it must be possible.
fn nearest(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.ancestors().find(|folder| folder.exists()).unwrap_or(&path).to_owned()
}

/// Errors: why nothing can be written into the folder, which may still have to be made.
fn writable(path: &Path, what: &str) -> Result<(), Report> {
    let there = nearest(path);
    if !there.is_dir() {
        return Err(miette!("{what} {}: {} is no folder", path.display(), there.display()));
    }
    access(&there, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK)
        .into_diagnostic()
        .wrap_err_with(|| format!("{what} {} cannot be written: {}", path.display(), there.display()))
}

/// Errors: why the SQLite database could not be written. It is made when missing, but not the folder it lies in.
fn database_file(file: &Path, data_dir: &Path) -> Result<(), Report> {
    if file.exists() {
        return access(file, Access::READ_OK | Access::WRITE_OK)
            .into_diagnostic()
            .wrap_err_with(|| format!("the database {} cannot be written", file.display()));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.exists() && folder != data_dir {
        return Err(miette!("the database {}: the folder {} is not there", file.display(), folder.display()));
    }
    writable(folder, "the database's folder")
}

/// Whether a board runs on this database already.
fn running(url: &str) -> Option<String> {
    let path = instance::lock_file(url)?;
    let lock = File::open(&path).ok()?;
    let free = lock.try_lock_shared().is_ok();
    (!free).then(|| format!("a board is running on {}", path.with_extension("").display()))
}

/// Opens every port and closes it again.
fn listeners(config: &Config, mistakes: &mut Vec<Report>, remarks: &mut Vec<String>) {
    let mut addresses = vec![("http", config.listen.http)];
    if config.instance.role != Role::Worker {
        addresses.extend([("telnet", config.listen.telnet), ("ssh", config.listen.ssh)]);
    }
    let mut open: Vec<(&str, SocketAddr)> = Vec::new();
    let mut held = Vec::new();
    for (what, address) in addresses {
        if let Some((other, _)) = open.iter().find(|(_, taken)| *taken == address && address.port() != 0) {
            mistakes.push(miette!("listen.{what} and listen.{other} are both {address}"));
            continue;
        }
        open.push((what, address));
        match server::bind(what, address) {
            Ok(listener) => held.push(listener),
            Err(error) if error.in_use() => {
                remarks.push(format!("listen.{what}: {address} is in use; by this very board, if it runs"));
            }
            Err(error) => mistakes.push(miette!("{error}")),
        }
    }
}
