//! The command line: `serve`, and everything a sysop does to a board, by command.

mod answer;
mod arguments;
mod art;
mod audit;
mod board;
mod market;
mod node;
mod password;
mod table;
mod user;

use std::process::ExitCode;

use clap::Parser;
use dialtone_domain::Domain;
use serde_json::json;
use tokio::runtime;

use self::answer::{Answer, Failure};
use self::arguments::{Arguments, Command, Manage, ServeArgs};
use crate::config::{Config, Log};
use crate::console::{self, acts};
use crate::{app, database, telemetry};

/// Runs the command line. The exit code is 0, 1 when something failed, 2 when it was not understood.
pub fn run() -> ExitCode {
    match execute(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::FAILURE
        }
    }
}

fn execute(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { common, command } = arguments;
    let mut config = common.config(std::env::vars_os().filter_map(|(name, value)| {
        // A variable that is not UTF-8 is none of ours.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    }))?;
    let answer = match command.unwrap_or_else(|| Command::Serve(ServeArgs::default())) {
        Command::Serve(options) => {
            options.apply(&mut config);
            telemetry::log::start(&config.log);
            let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
            return Ok(runtime.block_on(app::serve(config))?);
        }
        Command::Console { sysop } => return run_console(&config, sysop.as_deref()),
        Command::Check => check(&config)?,
        Command::Init { art } => init(&config, &art)?,
        Command::Art(command) => return art::run(&config, &command, common.json),
        Command::Manage(command) => {
            // What goes wrong below the surface is told on standard error, beside the command's own words.
            telemetry::log::start(&Log { filter: "warn".to_owned(), ..config.log.clone() });
            with_board(&config, async |domain| manage(domain, command).await)?
        }
    };
    answer.print(common.json)
}

async fn manage(domain: &Domain, command: Manage) -> Result<Answer, Failure> {
    match command {
        Manage::User(command) => user::run(domain, command).await,
        Manage::Board(command) => board::run(domain, command).await,
        Manage::Node(command) => node::run(domain, command).await,
        Manage::Who => node::who(domain).await,
        Manage::Broadcast { text, from } => node::broadcast(domain, &text, from.as_deref()).await,
        Manage::Page { handle, text, from } => node::page(domain, &handle, &text, &from).await,
        Manage::Market(command) => market::run(domain, command).await,
        Manage::Audit(command) => audit::run(domain, command).await,
    }
}

fn check(config: &Config) -> Result<Answer, Failure> {
    let found = app::check(config)?.to_string();
    Ok(Answer { json: json!({ "ok": true, "found": found }), text: found })
}

fn init(config: &Config, art: &[String]) -> Result<Answer, Failure> {
    let written: Vec<String> =
        app::init(config, art)?.iter().map(|path| path.display().to_string()).collect();
    let text =
        if written.is_empty() { "Everything is there already.".to_owned() } else { written.join("\n") };
    Ok(Answer { json: json!(written), text })
}

fn run_console(config: &Config, sysop: Option<&str>) -> Result<(), Failure> {
    if !console::terminal_is_there() {
        return Err(Failure::words(
            "the console draws on a terminal and there is none: see `dialtone who` and `dialtone node list` for scripts",
        ));
    }
    with_board(config, async |domain| {
        let sysop = acts::sysop(domain, sysop).await?;
        Ok(console::run(domain.clone(), &config.board.name, sysop).await?)
    })
}

/// Opens the board, which must be there already, and closes it in the end.
fn with_board<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Domain) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let url = config.database_url();
    if let Some(file) = database::file(&url)
        && !file.exists()
    {
        return Err(no_board(&format!("{} is missing", file.display())));
    }
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let domain = database::open(&url).await?;
        let done = match domain.users.list(None, 1).await {
            Ok(accounts) if accounts.is_empty() => Err(no_board("the database is empty")),
            Ok(_) => work(&domain).await,
            Err(error) => Err(error.into()),
        };
        domain.close().await;
        done
    })
}

fn no_board(why: &str) -> Failure {
    Failure::words(format!("no board here yet ({why}): start `dialtone serve` first"))
}
