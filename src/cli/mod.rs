//! The command line: `serve`, and everything a sysop does to a board, by command.

mod answer;
mod arguments;
mod art;
mod audit;
mod board;
mod instance;
mod market;
mod password;
mod serve;
mod table;
mod user;

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use dialtone_domain::Domain;
use dialtone_domain::users::Operator;
use serde_json::json;
use tokio::runtime;
use tokio_util::sync::CancellationToken;

use self::answer::{Answer, Failure};
use self::arguments::{Arguments, Command, Manage, ServeArgs};
use crate::config::{Config, Log};
use crate::switchboard::Ringer;
use crate::{app, database, telemetry};

/// Runs the command line. The exit code is 0, 1 when something failed, 2 when it was not understood.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let json = arguments.common.json;
    let checks = matches!(arguments.command, Some(Command::Check));
    match execute(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let failure = if checks { failure.of_check() } else { failure };
            failure.print(json);
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
            return serve::run(config);
        }
        Command::Console { sysop } => {
            return with_board(&config, async |domain, operator| {
                Ok(app::console(&config, domain, operator, sysop.as_deref()).await?)
            });
        }
        Command::Check => check(&config)?,
        Command::Init { art } => init(&config, &art)?,
        Command::Art(command) => return art::run(&config, &command, common.json),
        Command::Manage(command) => {
            // What goes wrong below the surface is told on standard error, beside the command's own words.
            telemetry::log::start(&Log { filter: "warn".to_owned(), ..config.log.clone() });
            with_board(&config, async |domain, operator| manage(domain, operator, &config, command).await)?
        }
    };
    answer.print(common.json)
}

async fn manage(
    domain: &Domain,
    operator: Operator,
    config: &Config,
    command: Manage,
) -> Result<Answer, Failure> {
    match command {
        Manage::User(command) => user::run(domain, operator, command).await,
        Manage::Board(command) => board::run(domain, operator, config, command).await,
        Manage::Instance(command) => instance::run(domain, operator, command).await,
        Manage::Who => instance::who(domain).await,
        Manage::Broadcast { text, from } => {
            instance::broadcast(domain, operator, &text, from.as_deref()).await
        }
        Manage::Page { handle, text, from } => instance::page(domain, operator, &handle, &text, &from).await,
        Manage::Market(command) => market::run(domain, command).await,
        Manage::Audit(command) => audit::run(domain, command).await,
    }
}

fn check(config: &Config) -> Result<Answer, Failure> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let checked = runtime.block_on(app::check(config)).map_err(Failure::Mistakes)?;
    let (found, remarks) = (checked.to_string(), &checked.remarks);
    let text = std::iter::once(&found).chain(remarks).cloned().collect::<Vec<_>>().join("\n");
    Ok(Answer { json: json!({ "ok": true, "found": found, "remarks": remarks }), text })
}

fn init(config: &Config, art: &[String]) -> Result<Answer, Failure> {
    let written: Vec<String> =
        app::init(config, art)?.iter().map(|path| path.display().to_string()).collect();
    let text =
        if written.is_empty() { "Everything is there already.".to_owned() } else { written.join("\n") };
    Ok(Answer { json: json!(written), text })
}

/// Opens the board, which must be there already, and closes it in the end.
fn with_board<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Domain, Operator) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let url = config.database_url();
    database::keeps(&url)?;
    if let Some(file) = database::file(&url) {
        there(&file)?;
    }
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (domain, operator) = database::open_as_operator(&url).await?;
        let last_ring = CancellationToken::new();
        let storage = &config.storage;
        let ringer = Ringer::occasional(&domain.events, storage.nats.as_deref(), &storage.nats_prefix);
        let ringing = tokio::spawn(ringer.run(last_ring.clone()));
        let done = match domain.users.list(None, 1).await {
            Ok(accounts) if accounts.is_empty() => {
                Err(no_board(&format!("the database at {}", database::address(&url)), "it is empty"))
            }
            Ok(_) => work(&domain, operator).await,
            Err(error) => Err(error.into()),
        };
        last_ring.cancel();
        ringing.await.ok();
        domain.close().await;
        done
    })
}

/// Whether the database file is there for this user to work with. Errors: what is in the way, and what to do.
fn there(file: &Path) -> Result<(), Failure> {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    match File::options().read(true).write(true).open(&path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(no_board(&path.display().to_string(), "it is not there"))
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(not_allowed(&path)),
        Err(error) => Err(Failure::words(format!("cannot open {}: {error}", path.display()))),
    }
}

fn no_board(looked_at: &str, why: &str) -> Failure {
    Failure::words(format!(
        "no board here yet: looked for {looked_at}, and {why}. Start `dialtone serve` first, or say where the board \
         is: --data-dir DIR, --config FILE, or DATABASE_URL"
    ))
}

/// There is a board, or may be, but not for this user.
fn not_allowed(path: &Path) -> Failure {
    // In a folder that is closed to this user nobody can say more than whose folder it is.
    let seen = path.ancestors().find_map(|path| Some((path, path.metadata().ok()?)));
    let Some((seen, owner)) = seen.map(|(path, metadata)| (path, account(metadata.uid()))) else {
        return Failure::words(format!("you may not read {}", path.display()));
    };
    let what = if seen == path { "is there" } else { "may be there" };
    let belongs = if seen == path { "it".to_owned() } else { seen.display().to_string() };
    Failure::words(format!(
        "{} {what}, but you are {} and may not read and write it: {belongs} belongs to {owner}. Run this as {owner}, \
         for example with `sudo -u {owner}`",
        path.display(),
        account(rustix::process::geteuid().as_raw()),
    ))
}

/// A user's name; their number if the system has no name for it.
fn account(uid: u32) -> String {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| format!("#{uid}"))
}
