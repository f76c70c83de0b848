//! The log: `tracing` to standard error, for people or as one JSON object a line.

use std::io::IsTerminal as _;

use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

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
    drop(dispatch(filter, log.format).try_init());
    if let Some(why) = wrong {
        tracing::warn!("{why}; logging with {} instead", Log::default().filter);
    }
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
    EnvFilter::try_new(format!("{first}{filter}"))
        .map_err(|error| format!("{name} = \"{filter}\" is not a log filter: {error}"))
}

/// Lets what `tell` logs be seen, whatever the filter of the process hides.
pub fn whatever_the_filter(format: LogFormat, tell: impl FnOnce()) {
    tracing::dispatcher::with_default(&dispatch(EnvFilter::new("info"), format), tell);
}

fn dispatch(filter: EnvFilter, format: LogFormat) -> Dispatch {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => builder.with_target(false).finish().into(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).finish().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
