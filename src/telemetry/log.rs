//! The log: `tracing` to standard error, for people or as one JSON object a line.

use std::io::IsTerminal as _;

use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

/// The target of what is told once and can't be asked for again: no filter of a sysop's hides it.
pub const NEVER_HIDDEN: &str = "dialtone::never_hidden";

/// What the libraries say below the board's own words, before the configured filter: it's told once by the board when
/// the database is away, and a table that is there already is no news.
const LIBRARIES: &str = "sqlx=error,sqlx_core=error,sqlx_postgres=error,sqlx_sqlite=error,";

/// Starts logging for the whole process. `RUST_LOG` wins over the configured filter. A filter that makes no sense is
/// warned of, and the default takes its place. A second call does nothing.
pub fn start(log: &Log) {
    let (filter, wrong) = match filter_of(log) {
        Ok(filter) => (filter, None),
        Err(why) => (EnvFilter::new(Log::default().filter), Some(why)),
    };
    drop(dispatch(filter, log.format, std::io::stderr().is_terminal(), std::io::stderr).try_init());
    if let Some(why) = wrong {
        tracing::warn!("{why}; logging with {} instead", Log::default().filter);
    }
}

/// The same log written elsewhere, for one board among several in a process: whoever runs the board makes it the log of
/// the board's threads. Nothing is read from the environment.
pub fn to<W>(log: &Log, writer: W) -> Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = understood("log.filter", LIBRARIES, &log.filter);
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(Log::default().filter));
    dispatch(filter, log.format, false, writer)
}

/// The filter that counts. Errors: what is wrong with it, with the name it was set by.
pub fn filter_of(log: &Log) -> Result<EnvFilter, String> {
    match std::env::var("RUST_LOG").ok().filter(|filter| !filter.is_empty()) {
        Some(filter) => understood("RUST_LOG", "", &filter),
        None => understood("log.filter", LIBRARIES, &log.filter),
    }
}

fn understood(name: &str, first: &str, filter: &str) -> Result<EnvFilter, String> {
    // A lone word that is no level is taken for a module, and hides everything else: most likely it is misspelt.
    let odd = filter.split(',').map(str::trim).find(|part| {
        let plain = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        plain && !part.starts_with("dialtone") && part.parse::<LevelFilter>().is_err()
    });
    if let Some(odd) = odd {
        return Err(format!(
            "{name} = \"{filter}\": \"{odd}\" is not a level (error, warn, info, debug, trace, off); for one module, \
             write module=level"
        ));
    }
    EnvFilter::try_new(format!("{NEVER_HIDDEN}=warn,{first}{filter}"))
        .map_err(|error| format!("{name} = \"{filter}\" is not a log filter: {error}"))
}

fn dispatch<W>(filter: EnvFilter, format: LogFormat, colors: bool, writer: W) -> Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(colors);
    match format {
        LogFormat::Text => builder.with_target(false).finish().into(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).finish().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_once_is_told_whatever_the_filter() {
        for filter in ["off", "error", "dialtone=off", "dialtone::app=trace,off"] {
            let (read, written) = std::io::pipe().unwrap();
            let log =
                to(&Log { filter: filter.to_owned(), ..Log::default() }, std::sync::Mutex::new(written));
            tracing::dispatcher::with_default(&log, || {
                tracing::warn!("hidden");
                tracing::warn!(target: NEVER_HIDDEN, "shown");
            });
            drop(log);
            let told = std::io::read_to_string(read).unwrap();
            assert!(told.contains("shown") && !told.contains("hidden"), "{filter}: {told}");
        }
    }

    #[test]
    fn a_misspelt_level_is_no_filter() {
        for filter in [
            "info",
            "INFO",
            "off",
            "dialtone=debug,warn",
            "dialtone",
            "russh=trace, info",
            "info,async_nats=error",
        ] {
            assert!(understood("log.filter", LIBRARIES, filter).is_ok(), "{filter}");
        }
        for filter in ["inof", "warning,dialtone=debug", "dialtone=loud", "a=b=c"] {
            assert!(understood("log.filter", LIBRARIES, filter).unwrap_err().contains(filter), "{filter}");
        }
    }
}
