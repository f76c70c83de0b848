//! The log: `tracing` to standard error, for people or as one JSON object a line.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// What the libraries say below the board's own words, before the configured filter: it's told once by the board when
/// the database is away, and a table that is there already is no news.
const LIBRARIES: &str = "sqlx=error,sqlx_core=error,sqlx_postgres=error,sqlx_sqlite=error";

/// Starts logging for the whole process. `RUST_LOG` wins over the configured filter. A second call does nothing.
pub fn start(log: &Log) {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| format!("{LIBRARIES},{}", log.filter));
    let filter = EnvFilter::try_new(&filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).try_init(),
    };
    drop(started);
}
