//! The arrows of `docs/architecture.md`: which part of the board may name which, read from the sources.

#![expect(clippy::unwrap_used, reason = "a source that cannot be read is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

/// Each part, and those below it. A part may name whatever it reaches down the arrows, and nothing else of ours.
const ARROWS: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("cli", &["app"]),
    ("app", &["server", "switchboard", "jobs", "telemetry", "database"]),
    ("server", &["transport", "session"]),
    ("session", &["lang", "menu", "screens", "call", "config", "server_state"]),
    (
        "server_state",
        &["config", "domain", "lang", "login_throttle", "menu", "node_numbers", "switchboard", "ui"],
    ),
    ("node_numbers", &[]),
    ("screens", &["call", "ui", "lang", "domain", "transfer", "login_throttle"]),
    ("call", &["ui", "lang", "domain", "server_state", "switchboard", "transport"]),
    ("ui", &["terminal", "lang"]),
    ("lang", &["mistakes", "terminal"]),
    ("mistakes", &["domain"]),
    ("transport", &["telnet", "terminal", "domain", "login_throttle"]),
    ("switchboard", &["domain"]),
    ("jobs", &["domain"]),
    ("database", &["domain", "config"]),
    ("telemetry", &["config", "domain"]),
    ("login_throttle", &["domain"]),
    ("menu", &["mistakes", "domain"]),
    ("config", &["domain"]),
    ("domain", &[]),
    ("telnet", &[]),
    ("terminal", &[]),
    ("transfer", &[]),
];

/// What runs against an arrow today, and why it may. An entry that nothing needs any more fails the test.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "screens",
        "switchboard",
        "prices lately, who is on and what happened last are kept where events arrive",
    ),
    ("session", "transport", "a call is a `Connection`, whichever wire it came by"),
    (
        "switchboard",
        "transport",
        "a ban ends SSH connections that have no call: it implements `transport::Bans`",
    ),
    (
        "ui",
        "domain",
        "values alone: an event is a line and moves a list, settings say how a terminal is taken",
    ),
];

/// What stands above these reaches them and not, through them, what they have below: a call comes by a wire and hears
/// the switchboard, so that no screen has to; a mistake has the domain's guess at what was meant.
const CLOSED: &[&str] = &["call", "mistakes"];

/// Libraries that one part alone may name.
const ONLY_IN: &[(&str, &str)] = &[
    ("async_nats", "switchboard"),
    ("axum", "telemetry"),
    ("fluent_bundle", "lang"),
    ("fluent_syntax", "lang"),
    ("hyper", "telemetry"),
    ("hyper_util", "telemetry"),
    ("nom", "telnet"),
    ("russh", "transport::ssh"),
    ("rustix::termios", "transport::local"),
    ("sqlx", "domain"),
];

/// What a part must not name, be it a library or another part.
const NEVER: &[(&str, &[&str])] = &[
    ("telnet", IO),
    ("terminal", IO),
    ("transfer", IO),
    ("menu", SOCKETS),
    ("call", SOCKETS),
    ("screens", SOCKETS),
    ("ui", SOCKETS),
    ("ui", &["domain::Caller", "domain::Domain", "domain::Market", "domain::Messaging", "domain::Users"]),
    ("session", SOCKETS),
    (
        "domain",
        &["clap", "tokio::net", "std::net::TcpListener", "std::net::TcpStream", "std::net::UdpSocket"],
    ),
    ("transport::local", &["transport::ssh", "transport::telnet"]),
    ("transport::ssh", &["transport::local", "transport::telnet"]),
    ("transport::telnet", &["transport::local", "transport::ssh"]),
];

const IO: &[&str] = &["tokio", "std::env", "std::fs", "std::io", "std::net", "std::process", "std::thread"];
const SOCKETS: &[&str] = &["std::net", "tokio::net", "socket2"];

/// A path that a source names, with where it is named.
type Named = (Vec<String>, Vec<String>);

/// Every path in the source of `module`: imports one by one, however they are nested, and paths in the code.
fn paths(module: &[String], source: &str) -> Vec<Named> {
    let mut found = Vec::new();
    collect(source.parse().unwrap(), &[], &mut found);
    found.into_iter().map(|path| (module.to_vec(), resolve(module, path))).collect()
}

/// Adds the paths in `tokens` to `found`, each behind `prefix`: that of the `use` whose braces these are.
fn collect(tokens: TokenStream, prefix: &[String], found: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    // How many colons stand behind the path so far.
    let mut colons = 0;
    let mut renamed = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    finish(&mut path, prefix, found);
                }
                if ident == "as" {
                    renamed = true;
                } else if !std::mem::take(&mut renamed) && ident != "use" {
                    path.push(ident.to_string());
                }
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' && colons < 2 => colons += 1,
            TokenTree::Group(group) => {
                let inner =
                    if colons == 2 { [prefix, &std::mem::take(&mut path)].concat() } else { Vec::new() };
                finish(&mut path, prefix, found);
                collect(group.stream(), &inner, found);
                colons = 0;
            }
            _ => {
                finish(&mut path, prefix, found);
                colons = 0;
            }
        }
    }
    finish(&mut path, prefix, found);
}

fn finish(path: &mut Vec<String>, prefix: &[String], found: &mut Vec<Vec<String>>) {
    if !path.is_empty() {
        found.push([prefix, &std::mem::take(path)].concat());
    }
}

/// The path from the workspace's point of view: `ui::Call` for `crate::ui::Call` and for `super::Call`. Nothing for
/// the rest of a path that an import begins: the import itself is looked at.
fn resolve(module: &[String], path: Vec<String>) -> Vec<String> {
    let of_a_crate = module.first().filter(|part| CRATES.contains(&part.as_str()));
    let root = || of_a_crate.into_iter().cloned().collect::<Vec<_>>();
    let ups = path.iter().take_while(|part| *part == "super").count();
    match path.first().map(String::as_str) {
        Some("super") => {
            let up = module.len().saturating_sub(ups).max(root().len());
            [module.get(..up).unwrap_or_default(), path.get(ups..).unwrap_or_default()].concat()
        }
        Some("crate") => [root(), path.get(1..).unwrap_or_default().to_vec()].concat(),
        Some("dialtone") => path.get(1..).unwrap_or_default().to_vec(),
        Some(first) => match first.strip_prefix("dialtone_") {
            Some(ours) => [&[ours.to_owned()], path.get(1..).unwrap_or_default()].concat(),
            None if ARROWS.iter().any(|(part, _)| *part == first) => Vec::new(),
            None => path,
        },
        None => path,
    }
}

const CRATES: [&str; 4] = ["domain", "telnet", "terminal", "transfer"];

fn starts_with(path: &[String], prefix: &str) -> bool {
    let prefix: Vec<&str> = prefix.split("::").collect();
    path.len() >= prefix.len() && path.iter().zip(prefix).all(|(a, b)| a == b)
}

/// What `part` reaches down the arrows, itself included.
fn reach(from: &str) -> BTreeSet<&'static str> {
    let below = |part: &str| ARROWS.iter().find(|(from, _)| *from == part);
    let mut reached = BTreeSet::new();
    let mut next: Vec<&'static str> = below(from).map(|(part, _)| *part).into_iter().collect();
    while let Some(part) = next.pop() {
        if reached.insert(part) && (part == from || !CLOSED.contains(&part)) {
            next.extend(below(part).map_or(&[][..], |(_, below)| below));
        }
    }
    reached
}

/// Which arrows these paths run against, as pairs of parts, and which libraries they name where they must not.
fn against(named: &[Named]) -> (BTreeMap<(String, String), String>, BTreeSet<String>) {
    let (mut arrows, mut libraries) = (BTreeMap::new(), BTreeSet::new());
    for (module, path) in named {
        let (Some(from), Some(to)) = (module.first(), path.first()) else { continue };
        let sentence = || format!("{} names {}", module.join("::"), path.join("::"));
        let ours = ARROWS.iter().any(|(part, _)| part == to);
        if ours && !reach(from).contains(to.as_str()) {
            arrows.insert((from.clone(), to.clone()), sentence());
        }
        if ONLY_IN
            .iter()
            .any(|(library, part)| starts_with(path, library) && path.len() > 1 && !starts_with(module, part))
            || NEVER.iter().any(|(part, never)| {
                starts_with(module, part) && never.iter().any(|library| starts_with(path, library))
            })
        {
            libraries.insert(sentence());
        }
    }
    (arrows, libraries)
}

/// Every source file below `folder`, by the module that it is.
fn sources(folder: &Path, module: &[String], found: &mut Vec<(Vec<String>, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let inner = [module, std::slice::from_ref(&stem)].concat();
        if path.is_dir() {
            sources(&path, &inner, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = if stem == "mod" || stem == "lib" { module.to_vec() } else { inner };
            found.push((module, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn no_import_runs_against_the_arrows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &[], &mut files);
    for part in CRATES {
        let folder = root.join("crates").join(part).join("src");
        if folder.is_dir() {
            sources(&folder, &[part.to_owned()], &mut files);
        }
    }
    for (module, _) in &files {
        let part = module.first().map_or("", String::as_str);
        assert!(part.is_empty() || reach(part).contains(part), "{part} has no arrows: say where it stands");
    }
    let named: Vec<Named> = files.iter().flat_map(|(module, source)| paths(module, source)).collect();
    assert!(named.len() > 10_000, "only {} paths were found", named.len());
    let (mut arrows, libraries) = against(&named);
    let unneeded: Vec<_> = EXCEPTIONS
        .iter()
        .filter(|(from, to, _)| arrows.remove(&((*from).to_owned(), (*to).to_owned())).is_none())
        .collect();
    assert!(libraries.is_empty(), "{libraries:#?}");
    assert!(arrows.is_empty(), "against the arrows: {:#?}", arrows.values());
    assert!(unneeded.is_empty(), "exceptions that nothing needs: {unneeded:#?}");
}

/// What is found in a made-up source of `module`.
fn complaints(module: &str, source: &str) -> Vec<String> {
    let module: Vec<String> = module.split("::").map(str::to_owned).collect();
    let (arrows, libraries) = against(&paths(&module, source));
    arrows.into_values().chain(libraries).collect()
}

#[test]
fn an_import_against_the_arrows_is_found() {
    let found = |module, source, what: &str| {
        assert_eq!(complaints(module, source), [format!("{module} names {what}")]);
    };
    found("domain::users", "use dialtone_terminal::Grid;", "terminal::Grid");
    found("screens::boards", "use crate::{call::Call, transport::{self, Peer}};", "transport::Peer");
    found("ui::list", "fn f() { loop { let x: crate::call::Call = y(); } }", "call::Call");
    found("transport::input", "use super::super::server;\nuse super::super::server::run;", "server::run");
    found("terminal::cell", "pub use ::dialtone_domain::Caller;", "domain::Caller");
    found("session", "use std::{fmt, net::TcpStream};", "std::net::TcpStream");
    found("screens::who", "let rows = sqlx::query(SELECT);", "sqlx::query");
    found("server", "fn f(config: russh::server::Config) {}", "russh::server::Config");
    found("transport::ssh::channel", "use super::super::telnet::Wire;", "transport::telnet::Wire");
    found("terminal::art", "use std::{fmt as io, io::Read as In};", "std::io::Read");
    found(
        "telnet::codec",
        "async fn f() { select! { () = tokio::time::sleep(x) => {} } }",
        "tokio::time::sleep",
    );
}

#[test]
fn an_import_down_the_arrows_is_not() {
    for (module, source) in [
        (
            "screens::boards",
            "use crate::{call::Call, ui::List}; use dialtone_domain::BoardId; use super::page;",
        ),
        ("app", "use crate::transport::ssh::{self, host_keys};"),
        ("transport::ssh", "use russh::server::Config; use super::{Bans, Connection};"),
        ("domain::db", "use sqlx::PgPool; use crate::users::Users; use std::io::Read;"),
        (
            "ui",
            "// crate::transport\n/* crate::server */ const A: &str = \"crate::session::x\"; fn f<'a>() {}",
        ),
        ("screens", "let menu = Menu::new(); menu::step; ui.transport.send(); use std::path::Path;"),
    ] {
        assert_eq!(complaints(module, source), [""; 0], "{module}");
    }
}
