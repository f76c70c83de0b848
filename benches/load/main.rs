//! The load generator: calls the board as SyncTERM does and prints what that costs, beside a bare server that writes
//! the same bytes in the same run. Everything is on the loopback interface, and nothing here passes or fails by time.

mod board;
mod caller;
mod floor;
mod hash;
mod idle;
mod login;
mod process;
mod report;
mod screens;
mod start;
mod syncterm;
mod welcome;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use self::board::Board;
use self::idle::Crowd;
use self::report::Report;

/// Anything that keeps a measurement from being made.
pub type Failure = Box<dyn Error + Send + Sync>;
/// A measurement, or why there is none.
pub type Outcome<T> = Result<T, Failure>;

/// A failure in words.
pub fn fail(words: impl Into<String>) -> Failure {
    words.into().into()
}

/// A part of the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Connect to complete welcome.
    Welcome,
    /// Idle telnet calls.
    Telnet,
    /// Idle SSH calls.
    Ssh,
    /// Start to accepting.
    Start,
    /// Logins by password.
    Login,
    /// Bytes and CPU time of screens.
    Screens,
}

/// Measures the board against a bare server.
#[derive(Debug, Parser)]
struct Arguments {
    /// Also write the table as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Only these parts.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// How many idle callers.
    #[arg(long, default_value_t = 1000)]
    calls: usize,
    /// How long they idle, in seconds.
    #[arg(long, default_value_t = 20)]
    quiet: u64,
    /// Be the bare server.
    #[arg(long, hide = true)]
    floor: Option<floor::Kind>,
    #[arg(hide = true)]
    welcome: Option<PathBuf>,
    /// Said by Cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Outcome<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match (arguments.floor, &arguments.welcome) {
        (Some(kind), Some(welcome)) => runtime.block_on(floor::run(kind, welcome)),
        _ => runtime.block_on(measure(&arguments)),
    }
}

async fn measure(arguments: &Arguments) -> Outcome<()> {
    process::allow_descriptors(u64::try_from(arguments.calls)? + 256)?;
    let folder = tempfile::tempdir()?;
    let (data, bytes) = (folder.path().join("data"), folder.path().join("welcome"));
    std::fs::create_dir(&data)?;
    // A board that has been there before: its keys and accounts are made.
    let board = Board::start(&data).await?;
    board::accounts(&data, login::AT_ONCE).await?;
    board.has_rsa_key(&data).await?;
    welcome::capture(&board, &bytes).await?;
    board.stop().await?;

    let wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let quiet = Duration::from_secs(arguments.quiet);
    let crowd = Crowd { data: &data, bytes: &bytes, callers: arguments.calls, quiet };
    let mut report = Report::default();
    if wanted(Part::Start) {
        start::measure(&mut report, &data, &bytes).await?;
    }
    if wanted(Part::Welcome) {
        welcome::measure(&mut report, &data, &bytes).await?;
    }
    if wanted(Part::Login) {
        login::measure(&mut report, &data, &bytes).await?;
    }
    if wanted(Part::Screens) {
        screens::measure(&mut report, &data, &bytes).await?;
    }
    if wanted(Part::Telnet) {
        crowd.telnet(&mut report).await?;
    }
    if wanted(Part::Ssh) {
        crowd.ssh(&mut report).await?;
    }
    println!("{}", report.table());
    if let Some(file) = &arguments.json {
        std::fs::write(file, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}
