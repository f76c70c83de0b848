//! What may stand on the command line, and the configuration it adds up to.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use super::art::ArtCommand;
use super::audit::AuditCommand;
use super::board::BoardCommand;
use super::instance::InstanceCommand;
use super::market::MarketCommand;
use super::user::UserCommand;
use crate::config::{Config, ConfigError, LogFormat, Role};

/// Read if it is there and no other file is named.
const DEFAULT_FILE: &str = "dialtone.toml";

/// A bulletin board system that answers telnet and SSH
///
/// Without a command it serves. Settings come from the configuration file, over it the environment
/// (DATABASE_URL, NATS_URL, and every key as DIALTONE_SECTION__KEY), over that the options here.
#[derive(Debug, Parser)]
#[command(name = "dialtone", version)]
pub struct Arguments {
    /// For every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Configuration file [default: dialtone.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "DIALTONE_CONFIG")]
    config: Option<PathBuf>,
    /// Data directory [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Database, postgres://… or sqlite:PATH [default: dialtone.db in the data directory]
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// NATS server, for a board of several processes
    #[arg(long, global = true, value_name = "URL")]
    nats: Option<String>,
    /// Answer with one JSON document
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer calls
    Serve(ServeArgs),
    /// Check configuration, menus and art without starting
    Check,
    /// Write a first menus.toml into the data directory, to be changed there
    Init {
        /// Built-in art to write out as well, by name
        art: Vec<String>,
    },
    /// Draw art and look it over
    #[command(subcommand)]
    Art(ArtCommand),
    /// The sysop's console, beside a running board
    Console {
        /// The sysop at the keys; if not given, what is done is written down as a command's
        #[arg(long = "as", value_name = "HANDLE")]
        sysop: Option<String>,
    },
    /// Everything done to an open board.
    #[command(flatten)]
    Manage(Manage),
}

/// What is done to an open board, beside the process that serves it.
#[derive(Debug, Subcommand)]
pub enum Manage {
    /// Accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Message boards
    #[command(subcommand)]
    Board(BoardCommand),
    /// The processes that answer calls
    #[command(subcommand)]
    Instance(InstanceCommand),
    /// Who is on
    Who,
    /// Tell every caller something
    Broadcast {
        /// What they are told
        text: String,
        /// The sysop who says it; if not given, it's written down as a command's
        #[arg(long, value_name = "HANDLE")]
        from: Option<String>,
    },
    /// Page a caller
    Page {
        /// Whom
        handle: String,
        /// What they are told
        text: String,
        /// Who pages them
        #[arg(long, value_name = "HANDLE")]
        from: String,
    },
    /// The market
    #[command(subcommand)]
    Market(MarketCommand),
    /// What the sysop did
    #[command(subcommand)]
    Audit(AuditCommand),
}

/// Options of `serve`.
#[derive(Debug, Default, Args)]
pub struct ServeArgs {
    /// Telnet address [default: 127.0.0.1:2323]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    telnet: Option<SocketAddr>,
    /// SSH address [default: 127.0.0.1:2222]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    ssh: Option<SocketAddr>,
    /// Address of /healthz and /readyz [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    http: Option<SocketAddr>,
    /// What this process does [default: all]
    #[arg(long)]
    role: Option<Role>,
    /// The shape of log lines [default: text]
    #[arg(long)]
    log_format: Option<LogFormat>,
}

impl Common {
    /// File, environment and options as one.
    pub fn config(&self, environment: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigError> {
        let default = Path::new(DEFAULT_FILE);
        let file = self.config.as_deref().or_else(|| default.exists().then_some(default));
        let mut config = Config::load(file, environment)?;
        set(&mut config.storage.data_dir, self.data_dir.clone());
        config.storage.database = self.database.clone().or(config.storage.database);
        config.storage.nats = self.nats.clone().or(config.storage.nats);
        Ok(config)
    }
}

impl ServeArgs {
    /// Lays these options over `config`.
    pub fn apply(self, config: &mut Config) {
        set(&mut config.listen.telnet, self.telnet);
        set(&mut config.listen.ssh, self.ssh);
        set(&mut config.listen.http, self.http);
        set(&mut config.instance.role, self.role);
        set(&mut config.log.format, self.log_format);
    }
}

/// An address as an option gives it.
fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "this must be an IP address and a port, such as 127.0.0.1:23")
}

fn set<T>(setting: &mut T, option: Option<T>) {
    if let Some(value) = option {
        *setting = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(words: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(
            std::iter::once("dialtone").chain(words.split(' ').filter(|word| !word.is_empty())),
        )
    }

    #[test]
    fn the_commands_fit_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_command_serves_and_options_of_all_stand_anywhere() {
        assert!(parse("").unwrap().command.is_none());
        let arguments = parse("user list --json --data-dir /srv/board --database sqlite:x").unwrap();
        assert!(arguments.common.json);
        assert_eq!(arguments.common.data_dir, Some("/srv/board".into()));
        assert!(parse("--data-dir /srv/board who").is_ok());
    }

    #[test]
    fn options_win_over_the_environment_and_the_environment_over_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("board.toml");
        std::fs::write(
            &file,
            "[listen]\ntelnet = \"127.0.0.1:1\"\nssh = \"127.0.0.1:1\"\nhttp = \"127.0.0.1:1\"\n",
        )
        .unwrap();
        let words = format!("--config {} serve --ssh 127.0.0.1:3", file.display());
        let arguments = parse(&words).unwrap();
        let environment =
            ["TELNET", "SSH"].map(|key| (format!("DIALTONE_LISTEN__{key}"), "127.0.0.1:2".to_owned()));
        let mut config = arguments.common.config(environment.into_iter()).unwrap();
        let Some(Command::Serve(serve)) = arguments.command else { panic!("{words}") };
        serve.apply(&mut config);
        let ports =
            [config.listen.telnet, config.listen.ssh, config.listen.http].map(|address| address.port());
        assert_eq!(ports, [2, 3, 1]);
    }

    #[test]
    fn a_password_is_never_an_argument() {
        assert!(parse("user add BOB hunter2").is_err());
        assert!(parse("user add BOB --password hunter2").is_err());
        assert!(parse("user add BOB --password-stdin --generate").is_err());
        assert!(parse("user password BOB --password-stdin").is_ok());
    }

    #[test]
    fn a_post_begins_a_thread_or_answers_one() {
        assert!(parse("board post lobby --from BOB --body x").is_err());
        assert!(parse("board post lobby --from BOB --subject s --reply-to 3").is_err());
        assert!(parse("board post lobby --from BOB --subject s").is_ok());
        assert!(parse("board post lobby --from BOB --reply-to 3 --body x").is_ok());
        assert!(parse("board read lobby --limit 0").is_err());
    }
}
