//! File, environment and flags become one checked [`Config`]; an error in the file points at its line.

mod load;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dialtone_domain::FloodLimits;
use miette::{Diagnostic, NamedSource, SourceSpan};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Everything a sysop may set. Every key may also come from the environment as `DIALTONE_SECTION__KEY`.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the board is called and whom it lets in.
    pub board: Board,
    /// Where it answers.
    pub listen: Listen,
    /// Where it keeps things and what it talks to.
    pub storage: Storage,
    /// What a call may cost.
    pub limits: Limits,
    /// This process among others.
    pub instance: Instance,
    /// How it logs.
    pub log: Log,
}

/// `[board]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Board {
    /// The board's name, shown to callers.
    pub name: String,
    /// Whether GUEST may look round.
    pub guests: bool,
    /// Whether NEW may register.
    pub registration: bool,
    /// The folder of art under `ansi-art/`.
    pub theme: String,
    /// The language for callers whose own isn't known.
    pub language: String,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            name: "Dialtone".into(),
            guests: true,
            registration: true,
            theme: "classic".into(),
            language: "en".into(),
        }
    }
}

/// `[listen]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// Telnet address; port 0 takes a free one.
    pub telnet: SocketAddr,
    /// SSH address.
    pub ssh: SocketAddr,
    /// Address of `/healthz` and `/readyz`.
    pub http: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self { telnet: local(2323), ssh: local(2222), http: local(8080) }
    }
}

/// `[storage]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// The data directory: the SQLite database, host keys, the sysop's own menus and art.
    pub data_dir: PathBuf,
    /// `postgres://…`; without it the board keeps `dialtone.db` in the data directory.
    pub database: Option<String>,
    /// `nats://…`; without it Postgres itself tells other processes, and on SQLite their poll.
    pub nats: Option<String>,
    /// The first word of every NATS subject.
    pub nats_prefix: String,
    /// How often the event log is read though no doorbell rings; 0 never.
    pub poll_milliseconds: u64,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            data_dir: "data".into(),
            database: None,
            nats: None,
            nats_prefix: "backend".into(),
            poll_milliseconds: 500,
        }
    }
}

/// `[limits]`: times in seconds, sizes in bytes.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Calls at once, over all transports.
    pub calls: usize,
    /// Calls at once from one address (IPv6: one /64).
    pub calls_per_address: usize,
    /// Calls that may be begun from one address (IPv6: one /64) in a minute; 0 sets no limit.
    pub calls_per_minute: u32,
    /// Logins of one address under way at once; more wait for one of them.
    pub logins_per_address: u32,
    /// Accounts that may be made from one address in an hour; 0 sets no limit.
    pub accounts_per_hour: u32,
    /// Messages one caller may post in a minute; 0 sets no limit.
    pub posts_per_minute: u32,
    /// Pages one caller may send in a minute; 0 sets no limit.
    pub pages_per_minute: u32,
    /// Time a caller has to log in.
    pub login_seconds: u64,
    /// Bytes a caller may send before logging in.
    pub login_bytes: usize,
    /// Quiet time after which a call ends; 0 never ends it.
    pub idle_seconds: u64,
    /// How long before that the caller is warned.
    pub idle_warning_seconds: u64,
    /// How long a caller may leave output unread before the call is dropped.
    pub stall_seconds: u64,
    /// How long the last words of a call may take when the board goes down.
    pub drain_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls: 4096,
            calls_per_address: 64,
            calls_per_minute: 120,
            logins_per_address: 4,
            accounts_per_hour: 5,
            posts_per_minute: 10,
            pages_per_minute: 10,
            login_seconds: 180,
            login_bytes: 1 << 20,
            idle_seconds: 900,
            idle_warning_seconds: 60,
            stall_seconds: 30,
            drain_seconds: 5,
        }
    }
}

impl Limits {
    /// What one caller, or one address, may do in a while.
    pub fn flood(&self) -> FloodLimits {
        FloodLimits {
            posts_per_minute: self.posts_per_minute,
            pages_per_minute: self.pages_per_minute,
            accounts_per_hour: self.accounts_per_hour,
        }
    }

    /// [`Self::login_seconds`] as a duration.
    pub fn login_time(&self) -> Duration {
        Duration::from_secs(self.login_seconds)
    }

    /// [`Self::stall_seconds`] as a duration.
    pub fn stall_time(&self) -> Duration {
        Duration::from_secs(self.stall_seconds)
    }
}

/// `[instance]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Instance {
    /// The instance's name in "who's online" and the console; if empty, the lowest number that no other instance has.
    pub name: String,
    /// What this process does.
    pub role: Role,
}

impl Default for Instance {
    fn default() -> Self {
        Self { name: String::new(), role: Role::All }
    }
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Answers calls and does the board's own work.
    All,
    /// Answers calls only.
    Gateway,
    /// Does the board's own work only: the quote feed and nightly tidying.
    Worker,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Lines for people or for programs.
    pub format: LogFormat,
    /// A `tracing` filter such as `info` or `dialtone=debug,warn`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info,async_nats=error".into() }
    }
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Why the configuration could not be used.
#[derive(Debug, Error, Diagnostic)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file says something that cannot be.
    #[error("{message}")]
    Invalid {
        /// What is wrong.
        message: String,
        /// The file's text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("here")]
        at: Option<SourceSpan>,
    },
    /// A variable of the environment says something that cannot be.
    #[error("{message}")]
    #[diagnostic(help("variables named DIALTONE_SECTION__KEY set the key KEY in [SECTION]"))]
    Environment {
        /// What is wrong, with the variable's name.
        message: String,
    },
    /// A setting that cannot be, wherever it came from.
    #[error("{message}")]
    Setting {
        /// What is wrong.
        message: String,
    },
}

impl Config {
    /// Reads `file` (or none) and lays the environment over it.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        load::load(file, environment)
    }

    /// The database address: the configured one, or SQLite in the data directory.
    pub fn database_url(&self) -> String {
        self.storage
            .database
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.storage.data_dir.join("dialtone.db").display()))
    }

    /// Whether the board keeps its records in its own data directory.
    pub fn embedded(&self) -> bool {
        self.storage.database.as_deref().is_none_or(|url| url.starts_with("sqlite:"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(None, environment.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn nothing_at_all_is_a_board_on_sqlite() {
        let config = with(&[]).unwrap();
        assert_eq!(config.listen.telnet.port(), 2323);
        assert!(config.embedded());
        assert_eq!(config.database_url(), "sqlite:data/dialtone.db");
    }

    #[test]
    fn the_environment_lies_over_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("dialtone.toml");
        std::fs::write(&file, "[limits]\ncalls = 5\nidle_seconds = 100\n").unwrap();
        let environment = [("DIALTONE_LIMITS__CALLS".to_owned(), "7".to_owned())];
        let config = Config::load(Some(&file), environment.into_iter()).unwrap();
        assert_eq!((config.limits.calls, config.limits.idle_seconds), (7, 100));
    }

    #[test]
    fn a_mistake_in_the_file_points_at_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("dialtone.toml");
        std::fs::write(&file, "[limits]\ncalls = \"many\"\n").unwrap();
        let Err(ConfigError::Invalid { at: Some(at), message, .. }) =
            Config::load(Some(&file), std::iter::empty())
        else {
            panic!("must be refused with a place")
        };
        assert_eq!(at.offset(), 17);
        assert!(message.contains("a whole number"), "{message}");
    }

    #[test]
    fn a_mistake_in_the_environment_names_the_variable() {
        let error = with(&[("DIALTONE_LIMITS__CALLS", "lots")]).unwrap_err().to_string();
        assert!(error.contains("DIALTONE_LIMITS__CALLS=lots"), "{error}");
        let error = with(&[("DIALTONE_LIMITS__CALZ", "1")]).unwrap_err().to_string();
        assert!(error.contains("DIALTONE_LIMITS__CALZ") && error.contains("calz"), "{error}");
    }

    #[test]
    fn a_board_that_takes_no_call_is_refused() {
        assert!(with(&[("DIALTONE_LIMITS__CALLS", "0")]).is_err());
    }

    fn file(text: &str) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("dialtone.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(Some(&file), std::iter::empty())
    }

    #[test]
    fn a_number_out_of_range_is_refused_with_its_line_or_its_variable() {
        for key in ["idle_seconds", "login_seconds", "stall_seconds", "drain_seconds", "calls", "login_bytes"]
        {
            let text = format!("[limits]\n{key} = {}\n", i64::MAX);
            let error = file(&text).unwrap_err();
            let words = error.to_string();
            assert!(words.contains(key) && words.contains(&i64::MAX.to_string()), "{words}");
            assert!(words.contains(" to "), "{words}");
            let ConfigError::Invalid { at: Some(at), .. } = error else { panic!("no place: {words}") };
            assert_eq!(at.offset(), "[limits]\n".len() + key.len() + 3);
            let variable = format!("DIALTONE_LIMITS__{}", key.to_uppercase());
            let words = with(&[(&variable, "9223372036854775807")]).unwrap_err().to_string();
            assert!(words.contains(&variable), "{words}");
        }
    }

    #[test]
    fn a_short_idle_time_brings_its_warning_along() {
        let config = file("[limits]\nidle_seconds = 30\n").unwrap();
        assert_eq!(config.limits.idle_warning_seconds, 15);
        let words = file("[limits]\nidle_seconds = 30\nidle_warning_seconds = 45\n").unwrap_err().to_string();
        assert!(words.contains("30") && words.contains("45"), "{words}");
    }

    #[test]
    fn two_variables_for_one_key_must_agree() {
        let environment = [("DATABASE_URL", "sqlite:s3cret"), ("DIALTONE_STORAGE__DATABASE", "sqlite:b")];
        let words = with(&environment).unwrap_err().to_string();
        assert!(words.contains("DATABASE_URL") && words.contains("DIALTONE_STORAGE__DATABASE"), "{words}");
        assert!(!words.contains("s3cret"), "{words}");
        assert!(with(&[("NATS_URL", "nats://a"), ("DIALTONE_STORAGE__NATS", "nats://b")]).is_err());
        assert!(with(&[("NATS_URL", "nats://a"), ("DIALTONE_STORAGE__NATS", "nats://a")]).is_ok());
    }

    #[test]
    fn text_from_the_environment_may_look_like_a_number() {
        let config = with(&[("DIALTONE_INSTANCE__NAME", "7"), ("DIALTONE_BOARD__NAME", "true")]).unwrap();
        assert_eq!((config.instance.name.as_str(), config.board.name.as_str()), ("7", "true"));
        assert!(with(&[("DIALTONE_BOARD__GUESTS", "7")]).is_err());
    }

    #[test]
    fn mistakes_are_told_in_plain_words() {
        for (text, words) in [
            ("[listen]\ntelnet = \"here\"\n", "an IP address and a port, such as 127.0.0.1:23"),
            ("[limits]\ncalls = -1\n", "this must be a whole number, 0 or more, not -1"),
            ("[board]\nguests = \"no\"\n", "this must be true or false, not \"no\""),
            ("[board]\nname = 7\n", "this must be text in quotes, not 7"),
            ("[log]\nformat = \"xml\"\n", "\"xml\" is not one of the choices"),
            ("[bored]\n", "\"bored\" is no such key or section here"),
            ("[storage]\nnats_prefix = \"a b\"\n", "storage.nats_prefix"),
            ("[storage]\nnats_prefix = \"a..b\"\n", "storage.nats_prefix"),
            ("[storage]\nnats_prefix = \"a.>\"\n", "storage.nats_prefix"),
        ] {
            let said = file(text).unwrap_err().to_string();
            assert!(said.contains(words), "{text}: {said}");
        }
    }

    /// Section, key, default and variable of each row of the tables in `docs/configuration.md`.
    fn documented() -> Vec<[String; 4]> {
        let mut section = "";
        let mut rows = Vec::new();
        for line in include_str!("../docs/configuration.md").lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                section = heading.trim_matches(['`', '[', ']']);
            }
            let cells: Vec<&str> = line.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
            let [key, _, default, _, variable] = cells.as_slice() else { continue };
            if let Some(key) = key.strip_prefix('`').and_then(|key| key.strip_suffix('`')) {
                let variable = variable.trim_matches('`');
                rows.push([section, key, default.trim_matches('`'), variable].map(str::to_owned));
            }
        }
        rows
    }

    #[test]
    fn the_page_has_every_key_with_its_default_and_no_other() {
        let config = serde_json::to_value(Config::default()).unwrap();
        let mut known = Vec::new();
        for (section, keys) in config.as_object().unwrap() {
            for (key, default) in keys.as_object().unwrap() {
                let default = if default.is_null() { "none".to_owned() } else { default.to_string() };
                let variable = match key.as_str() {
                    "database" => "DATABASE_URL".to_owned(),
                    "nats" => "NATS_URL".to_owned(),
                    key => format!("DIALTONE_{section}__{key}").to_uppercase(),
                };
                known.push([section.clone(), key.clone(), default, variable]);
            }
        }
        let mut documented = documented();
        known.sort();
        documented.sort();
        let only = |a: &[[String; 4]], b: &[[String; 4]]| {
            a.iter().filter(|row| !b.contains(row)).map(|row| row.join(" ")).collect::<Vec<_>>()
        };
        let (missing, extra) = (only(&known, &documented), only(&documented, &known));
        assert!(missing.is_empty() && extra.is_empty(), "not on the page: {missing:#?}\non it: {extra:#?}");
    }
}
