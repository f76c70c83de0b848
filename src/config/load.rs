//! Laying the environment over the file, and refusing what cannot be, with the line or the variable it came from.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use miette::NamedSource;
use serde::Deserialize;
use toml::de::DeTable;

use super::{Config, ConfigError, Limits};

/// Ten years, in seconds: longer than any call, and short enough that no clock overflows.
const LONGEST: u64 = 10 * 365 * 86_400;
/// A minute: what no doorbell tells of is no later than that.
const LONGEST_POLL: u64 = 60_000;
/// More of anything than one process can hold.
const MOST: u64 = 1_000_000;
/// The most a caller may be allowed to send before logging in.
const MOST_BYTES: u64 = 1 << 30;

/// Where each setting came from, for messages.
#[derive(Default)]
struct Origins {
    /// The file's name and text, and where in it each key's value is, by section and key.
    file: Option<(String, String)>,
    places: BTreeMap<(String, String), Range<usize>>,
    /// The variable that set a key, with its value.
    variables: BTreeMap<(String, String), (String, String)>,
}

/// See [`Config::load`].
pub(super) fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut table = toml::Table::new();
    let mut origins = Origins::default();
    if let Some(path) = file {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let invalid = |error: &toml::de::Error| ConfigError::Invalid {
            message: plain(error.message()),
            source_code: NamedSource::new(path.display().to_string(), text.clone()),
            at: error.span().map(Into::into),
        };
        // Checked on its own first, so that an error has a place in the file.
        toml::from_str::<Config>(&text).map_err(|error| invalid(&error))?;
        table = toml::from_str(&text).map_err(|error| invalid(&error))?;
        origins.places = places(&text);
        origins.file = Some((path.display().to_string(), text));
    }
    for (name, value) in environment {
        overlay(&mut table, &mut origins, name, value)?;
    }
    let mut config = Config::deserialize(toml::Value::Table(table))
        .map_err(|error| ConfigError::Setting { message: plain(error.message()) })?;
    let limits = &mut config.limits;
    if !origins.names("limits", "idle_warning_seconds") && limits.idle_seconds != 0 {
        limits.idle_warning_seconds = limits.idle_warning_seconds.min(limits.idle_seconds / 2);
    }
    check(&config, &origins)?;
    Ok(config)
}

/// Where each key's value is in the text.
fn places(text: &str) -> BTreeMap<(String, String), Range<usize>> {
    let mut places = BTreeMap::new();
    let Ok(table) = DeTable::parse(text) else { return places };
    for (section, keys) in table.get_ref() {
        for (key, value) in keys.get_ref().as_table().into_iter().flatten() {
            places.insert((section.get_ref().to_string(), key.get_ref().to_string()), value.span());
        }
    }
    places
}

impl Origins {
    /// Whether somebody has set this key.
    fn names(&self, section: &str, key: &str) -> bool {
        let at = (section.to_owned(), key.to_owned());
        self.variables.contains_key(&at) || self.places.contains_key(&at)
    }

    /// A setting is refused, where it was made.
    fn refuse(&self, section: &str, key: &str, message: String) -> ConfigError {
        let at = (section.to_owned(), key.to_owned());
        if let Some((name, value)) = self.variables.get(&at) {
            return ConfigError::Environment { message: in_variable(name, value, &message) };
        }
        match (self.places.get(&at), &self.file) {
            (Some(place), Some((name, text))) => ConfigError::Invalid {
                message,
                source_code: NamedSource::new(name, text.clone()),
                at: Some(place.clone().into()),
            },
            _ => ConfigError::Setting { message },
        }
    }
}

/// What is wrong with a variable. An address is not repeated: it may hold a password.
fn in_variable(name: &str, value: &str, message: &str) -> String {
    let value = if value.contains("://") { "…" } else { value };
    format!("{name}={value}: {message}")
}

/// The number of each key of `[limits]`, its least and its most.
fn bounds(limits: &Limits) -> [(&'static str, u64, u64, u64); 12] {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    [
        ("calls", count(limits.calls), 1, MOST),
        ("calls_per_address", count(limits.calls_per_address), 1, MOST),
        ("logins_per_address", limits.logins_per_address.into(), 1, MOST),
        ("accounts_per_hour", limits.accounts_per_hour.into(), 0, MOST),
        ("posts_per_minute", limits.posts_per_minute.into(), 0, MOST),
        ("pages_per_minute", limits.pages_per_minute.into(), 0, MOST),
        ("login_seconds", limits.login_seconds, 1, LONGEST),
        ("login_bytes", count(limits.login_bytes), 0, MOST_BYTES),
        ("idle_seconds", limits.idle_seconds, 0, LONGEST),
        ("idle_warning_seconds", limits.idle_warning_seconds, 0, LONGEST),
        ("stall_seconds", limits.stall_seconds, 1, LONGEST),
        ("drain_seconds", limits.drain_seconds, 0, LONGEST),
    ]
}

fn check(config: &Config, origins: &Origins) -> Result<(), ConfigError> {
    for (key, value, least, most) in bounds(&config.limits) {
        if !(least..=most).contains(&value) {
            let message = format!("limits.{key} must be from {least} to {most}, and is {value}");
            return Err(origins.refuse("limits", key, message));
        }
    }
    let poll = config.storage.poll_milliseconds;
    if poll > LONGEST_POLL {
        let message = format!("storage.poll_milliseconds must be from 0 to {LONGEST_POLL}, and is {poll}");
        return Err(origins.refuse("storage", "poll_milliseconds", message));
    }
    let (idle, warning) = (config.limits.idle_seconds, config.limits.idle_warning_seconds);
    if idle != 0 && warning >= idle {
        let message = format!(
            "limits.idle_warning_seconds is {warning} and must be less than limits.idle_seconds, which is {idle}"
        );
        return Err(origins.refuse("limits", "idle_warning_seconds", message));
    }
    let prefix = &config.storage.nats_prefix;
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '*' | '>');
    if prefix.split('.').any(|word| word.is_empty() || word.contains(odd)) {
        let message = "storage.nats_prefix must be words joined by dots, without blanks, * or >, such as \
                       \"backend\" or \"bbs.dialtone\"";
        return Err(origins.refuse("storage", "nats_prefix", message.to_owned()));
    }
    Ok(())
}

/// Lays one variable over the table; names that are not ours are left alone.
fn overlay(
    table: &mut toml::Table,
    origins: &mut Origins,
    name: String,
    value: String,
) -> Result<(), ConfigError> {
    let (section, key) = match name.as_str() {
        "DATABASE_URL" => ("storage".to_owned(), "database".to_owned()),
        "NATS_URL" => ("storage".to_owned(), "nats".to_owned()),
        _ => {
            let Some(path) = name.strip_prefix("DIALTONE_") else { return Ok(()) };
            let Some((section, key)) = path.split_once("__") else { return Ok(()) };
            (section.to_lowercase(), key.to_lowercase())
        }
    };
    // Two names for one key: which comes first is chance, so they must agree. The values may hold passwords.
    if let Some((other, before)) = origins.variables.get(&(section.clone(), key.clone()))
        && *before != value
    {
        let (first, second) = if *other < name { (other, &name) } else { (&name, other) };
        let message = format!(
            "{first} and {second} both set storage.{key}, and to different values: unset one of them"
        );
        return Err(ConfigError::Setting { message });
    }
    let section_table =
        table.entry(section.clone()).or_insert_with(|| toml::Value::Table(toml::Table::new()));
    let toml::Value::Table(keys) = section_table else {
        return Err(ConfigError::Environment { message: format!("{name}: [{section}] is not a section") });
    };
    let typed = typed(&section, &key, &value)
        .map_err(|message| ConfigError::Environment { message: in_variable(&name, &value, &message) })?;
    keys.insert(key.clone(), typed);
    origins.variables.insert((section, key), (name, value));
    Ok(())
}

/// A variable's value as its key takes it: a number or a truth value if it reads as one and the key wants one, else
/// text. Errors: neither will do.
fn typed(section: &str, key: &str, value: &str) -> Result<toml::Value, String> {
    let text = toml::Value::String(value.to_owned());
    let mut readings = vec![text];
    if let Ok(read @ (toml::Value::Integer(_) | toml::Value::Boolean(_))) = value.parse::<toml::Value>() {
        readings.insert(0, read);
    }
    let mut first_error = None;
    for reading in readings {
        // Checked one at a time, so that the message can name the variable.
        let keys = toml::Table::from_iter([(key.to_owned(), reading.clone())]);
        let alone = toml::Table::from_iter([(section.to_owned(), toml::Value::Table(keys))]);
        match Config::deserialize(toml::Value::Table(alone)) {
            Ok(_) => return Ok(reading),
            Err(error) => first_error = first_error.or_else(|| Some(plain(error.message()))),
        }
    }
    Err(first_error.unwrap_or_default())
}

/// What the parser says, in words for a sysop; what is not known here stays as it is.
fn plain(message: &str) -> String {
    if message == "invalid socket address syntax" {
        return "this must be an IP address and a port, such as 127.0.0.1:23".to_owned();
    }
    for (kind, named) in
        [("unknown field", "no such key or section here"), ("unknown variant", "not one of the choices")]
    {
        if let Some(rest) = message.strip_prefix(kind) {
            let (name, choices) = rest.split_once(", expected ").unwrap_or((rest, ""));
            let choices = choices.strip_prefix("one of ").unwrap_or(choices).replace('`', "");
            let name = name.trim().trim_matches('`');
            return format!("\"{name}\" is {named}; there is: {choices}");
        }
    }
    let given = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    let Some((given, wanted)) = given.and_then(|rest| rest.split_once(", expected ")) else {
        return message.to_owned();
    };
    let wanted = match wanted {
        "usize" | "u64" => "a whole number, 0 or more".to_owned(),
        "u32" => format!("a whole number from 0 to {MOST}"),
        "a boolean" => "true or false".to_owned(),
        "a string" | "path string" | "socket address" => "text in quotes".to_owned(),
        wanted if wanted.starts_with("struct ") => "a section".to_owned(),
        other => other.to_owned(),
    };
    let given = match given {
        "sequence" => "a list".to_owned(),
        "map" => "a section".to_owned(),
        _ => ["string ", "integer ", "boolean ", "floating point "]
            .iter()
            .find_map(|kind| given.strip_prefix(kind))
            .unwrap_or(given)
            .trim_matches('`')
            .to_owned(),
    };
    format!("this must be {wanted}, not {given}")
}
