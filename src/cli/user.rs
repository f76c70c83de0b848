//! `dialtone user …`: accounts.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use dialtone_domain::users::{KeyId, NewAccount, Operator, Profile, SshKey};
use dialtone_domain::{Caller, Domain, UsersError};
use serde_json::{Value, json};

use super::answer::{Answer, Failure};
use super::password::{Given, PasswordSource};
use super::table::{Edge, Table, moment};
use crate::database::said;
use crate::screens::sysop::acts;

/// Accounts read at once.
const PAGE: i64 = 500;
/// A file of keys larger than this is something else.
const KEY_FILE_BYTES: u64 = 64 * 1024;

/// What may be done to accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// List every account
    List,
    /// Show one account
    Show {
        /// The account
        handle: String,
    },
    /// Make an account
    Add {
        /// Its handle
        handle: String,
        /// A name to show beside the handle
        #[arg(long)]
        display_name: Option<String>,
        /// Where they call from
        #[arg(long)]
        location: Option<String>,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Give an account a new password
    Password {
        /// The account
        handle: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Give an account an access level: 10 is new, 50 trusted
    Level {
        /// The account
        handle: String,
        /// 0 to 255
        level: i64,
    },
    /// Give an account these flags and no others; access rules may name them, where menus.toml declares them
    Flags {
        /// The account
        handle: String,
        /// Words of letters, digits, hyphens and underscores; none take all flags away
        flags: Vec<String>,
    },
    /// Make an account a sysop
    Sysop {
        /// The account
        handle: String,
        /// A sysop no more
        #[arg(long)]
        off: bool,
    },
    /// Close an account: its calls end at once, on every instance, and nobody logs in with it
    Ban {
        /// The account
        handle: String,
        /// What the caller is told
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// Open an account that was closed
    Unban {
        /// The account
        handle: String,
    },
    /// SSH keys an account may log in with
    #[command(subcommand)]
    Key(KeyCommand),
}

/// What may be done to an account's SSH keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Add the public keys in a file
    Add {
        /// The account
        handle: String,
        /// A .pub or authorized_keys file; - is standard input
        file: PathBuf,
    },
    /// List the keys
    List {
        /// The account
        handle: String,
    },
    /// Take a key away
    Remove {
        /// The account
        handle: String,
        /// The key's number in the list
        number: i64,
    },
}

/// Carries a command out.
pub async fn run(domain: &Domain, operator: Operator, command: UserCommand) -> Result<Answer, Failure> {
    match command {
        UserCommand::List => list(domain).await,
        UserCommand::Show { handle } => show(domain, &handle).await,
        UserCommand::Add { handle, display_name, location, password } => {
            domain.users.check_handle(&handle).await?;
            let given = password.take(&handle)?;
            let new =
                NewAccount { handle, password: given.password.clone(), display_name, location, source: None };
            let made = domain.users.add(new, operator).await?;
            Ok(told(&made, format!("{} is account {}.", made.handle(), made.id()), &given))
        }
        UserCommand::Password { handle, password } => {
            let who = account(domain, &handle).await?;
            let given = password.take(who.handle().as_str())?;
            domain.users.set_password(who.id(), &given.password, operator).await?;
            Ok(told(&who, format!("{} has a new password.", who.handle()), &given))
        }
        UserCommand::Level { handle, level } => {
            let who = account(domain, &handle).await?;
            let new = domain.users.set_level(who.id(), level, operator).await?;
            changed(domain, &who, format!("{} has level {level}{}", who.handle(), stop(new))).await
        }
        UserCommand::Flags { handle, flags } => {
            let who = account(domain, &handle).await?;
            let words = if flags.is_empty() { "no flags".to_owned() } else { flags.join(", ") };
            let flags: BTreeSet<String> = flags.into_iter().collect();
            let json = json!({ "id": who.id(), "handle": who.handle(), "flags": flags });
            let new = domain.users.set_flags(who.id(), flags, operator).await?;
            Ok(Answer { json, text: format!("{} has {words}{}", who.handle(), stop(new)) })
        }
        UserCommand::Sysop { handle, off } => {
            let who = account(domain, &handle).await?;
            let new = domain.users.set_sysop(who.id(), !off, operator).await?;
            let now = match (off, new) {
                (false, new) => format!("a sysop{}", stop(new)),
                (true, true) => "a sysop no more.".to_owned(),
                (true, false) => "no sysop anyway.".to_owned(),
            };
            changed(domain, &who, format!("{} is {now}", who.handle())).await
        }
        UserCommand::Ban { handle, reason } => {
            let who = account(domain, &handle).await?;
            let ban = acts::ban(domain, operator.into(), &who, &reason).await?;
            let mut answer = changed(domain, &who, ban.words).await?;
            if let Value::Object(fields) = &mut answer.json {
                fields.insert("ended".to_owned(), json!(ban.ended));
            }
            Ok(answer)
        }
        UserCommand::Unban { handle } => {
            let who = account(domain, &handle).await?;
            let words = match domain.users.set_banned(who.id(), false, operator).await? {
                true => "may log in again.",
                false => "is not banned.",
            };
            changed(domain, &who, format!("{} {words}", who.handle())).await
        }
        UserCommand::Key(KeyCommand::Add { handle, file }) => {
            add_keys(domain, operator, &handle, &file).await
        }
        UserCommand::Key(KeyCommand::List { handle }) => {
            let who = account(domain, &handle).await?;
            Ok(keys(&domain.users.keys(who.id()).await?))
        }
        UserCommand::Key(KeyCommand::Remove { handle, number }) => {
            let who = account(domain, &handle).await?;
            domain.users.remove_key(who.id(), KeyId(number), operator).await?;
            Ok(keys(&domain.users.keys(who.id()).await?))
        }
    }
}

/// How a sentence about a change ends, which may have been none.
fn stop(new: bool) -> &'static str {
    if new { "." } else { " already." }
}

/// The account called `handle`.
pub async fn account(domain: &Domain, handle: &str) -> Result<Caller, Failure> {
    match domain.users.by_handle(handle).await {
        Err(UsersError::NotFound(_)) => Err(Failure::words(format!("no account is called {handle:?}"))),
        other => Ok(other?),
    }
}

async fn list(domain: &Domain) -> Result<Answer, Failure> {
    let mut all: Vec<Profile> = Vec::new();
    loop {
        let page = domain.users.list(all.last().map(|last| last.id), PAGE).await?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    let mut table = Table::new([
        ("id", Edge::Right),
        ("handle", Edge::Left),
        ("level", Edge::Right),
        ("", Edge::Left),
        ("calls", Edge::Right),
        ("last call (UTC)", Edge::Left),
        ("location", Edge::Left),
    ]);
    for user in &all {
        table.row([
            user.id.to_string(),
            user.handle.to_string(),
            user.level.to_string(),
            standing(user).to_owned(),
            user.calls.to_string(),
            user.last_call_at.map(moment).unwrap_or_default(),
            user.location.clone(),
        ]);
    }
    Ok(Answer { json: all.iter().map(document).collect(), text: table.or("No accounts yet.") })
}

fn standing(user: &Profile) -> &'static str {
    match (user.sysop, user.banned) {
        (_, true) => "banned",
        (true, false) => "sysop",
        (false, false) => "",
    }
}

fn document(user: &Profile) -> Value {
    json!({
        "id": user.id,
        "handle": user.handle,
        "display_name": user.display_name,
        "location": user.location,
        "bio": user.bio,
        "interests": user.interests,
        "level": user.level,
        "sysop": user.sysop,
        "banned": user.banned,
        "calls": user.calls,
        "created_at": user.created_at,
        "last_call_at": user.last_call_at,
    })
}

async fn show(domain: &Domain, handle: &str) -> Result<Answer, Failure> {
    let caller = account(domain, handle).await?;
    let user = domain.users.profile(caller.id()).await?;
    let keys = domain.users.keys(caller.id()).await?;
    let mut json = document(&user);
    if let Value::Object(fields) = &mut json {
        fields.insert("flags".to_owned(), json!(caller.flags()));
        fields.insert("keys".to_owned(), keys.iter().map(key_document).collect());
    }
    let flags: Vec<&str> = caller.flags().iter().map(String::as_str).collect();
    let fields = [
        ("handle", format!("{} (account {})", user.handle, user.id)),
        ("name", user.display_name.clone()),
        ("location", user.location.clone()),
        ("interests", user.interests.clone()),
        ("level", format!("{} {}", user.level, standing(&user))),
        ("flags", flags.join(" ")),
        ("joined", format!("{} UTC", moment(user.created_at))),
        ("calls", user.calls.to_string()),
        (
            "last call",
            user.last_call_at.map_or_else(|| "never".to_owned(), |at| format!("{} UTC", moment(at))),
        ),
        ("keys", keys.len().to_string()),
    ];
    let mut table = Table::bare([Edge::Left, Edge::Left]);
    for (name, value) in fields {
        table.row([name.to_owned(), value]);
    }
    Ok(Answer { json, text: table.lines() })
}

/// The answer to a change of an account's password, which may have to be shown.
fn told(who: &Caller, words: String, given: &Given) -> Answer {
    let mut json = json!({ "id": who.id(), "handle": who.handle(), "level": who.level() });
    let mut text = words;
    if let Some(password) = given.to_show() {
        text = format!("{text} The password, shown this once: {password}");
        if let Value::Object(fields) = &mut json {
            fields.insert("password".to_owned(), json!(password));
        }
    }
    Answer { json, text }
}

async fn changed(domain: &Domain, who: &Caller, text: String) -> Result<Answer, Failure> {
    Ok(Answer { json: document(&domain.users.profile(who.id()).await?), text })
}

async fn add_keys(domain: &Domain, operator: Operator, handle: &str, file: &Path) -> Result<Answer, Failure> {
    let who = account(domain, handle).await?;
    let text = read_key_file(file)?;
    if text.contains("PRIVATE KEY") {
        return Err(Failure::words(format!(
            "{} holds a private key, which is nobody else's business: give the .pub file beside it",
            file.display()
        )));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let before = domain.users.keys(who.id()).await?;
    let mut added = Vec::new();
    for line in lines {
        added.push(domain.users.add_key(who.id(), line, operator).await?);
    }
    if added.is_empty() {
        return Err(Failure::words(format!("{} holds no key", file.display())));
    }
    let mut answer = keys(&added);
    if added.iter().all(|key| before.contains(key)) {
        let what = if added.len() == 1 { "this key" } else { "these keys" };
        answer.text = format!("{}\n{} has {what} already.", answer.text.trim_end(), who.handle());
    }
    Ok(answer)
}

fn read_key_file(file: &Path) -> Result<String, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::words(format!("cannot read {}: {}", file.display(), said(&error)));
    let source: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).map_err(unreadable)?)
    };
    let mut text = String::new();
    source.take(KEY_FILE_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

fn key_document(key: &SshKey) -> Value {
    json!({ "id": key.id.0, "key": key.openssh(), "comment": key.comment, "added_at": key.added_at })
}

fn keys(keys: &[SshKey]) -> Answer {
    let mut table = Table::new([
        ("key", Edge::Right),
        ("type", Edge::Left),
        ("added (UTC)", Edge::Left),
        ("comment", Edge::Left),
    ]);
    for key in keys {
        table.row([key.id.0.to_string(), key.kind.clone(), moment(key.added_at), key.comment.clone()]);
    }
    Answer { json: keys.iter().map(key_document).collect(), text: table.or("No keys.") }
}
