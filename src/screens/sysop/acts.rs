//! What a sysop does to callers, at the desk or by command: each act is an event for every instance, and a line in the
//! audit log.

use std::time::Duration;

use dialtone_domain::messaging::PAGE_CHARS;
use dialtone_domain::users::{Actor, OnlineCall, Operator, Sysop};
use dialtone_domain::{CallId, Caller, Domain, Handle, MessagingError, Unavailable, UserId, UsersError};
use dialtone_terminal::text::clean_line;
use thiserror::Error;
use tokio::time::{sleep, timeout};

use crate::lang::{Language, english, id};

/// What a caller is told whose call ends without a reason given.
pub const NO_REASON: &str = "The sysop ended this call.";
/// Accounts looked through at once for a sysop.
const PAGE: i64 = 200;
/// How long a call that was told to end may take: the word reaches its instance, and the caller is said goodbye to.
const UNTIL_OVER: Duration = Duration::from_secs(6);
/// How often the records are asked whether it has.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Why an act was not done.
#[derive(Debug, Error)]
pub enum ActError {
    /// No such call is open.
    #[error("There is no call {0}; it may have ended.")]
    NoCall(CallId),
    /// Nobody on the board is its sysop.
    #[error("No account is a sysop: make one with `dialtone user sysop HANDLE`.")]
    NoSysop,
    /// Only a sysop may.
    #[error("{0} is not a sysop.")]
    NotSysop(Handle),
    /// The reason does not fit a screen.
    #[error("A reason has {PAGE_CHARS} characters at most.")]
    Reason,
    /// The users service refused.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// The messaging service refused.
    #[error(transparent)]
    Messaging(#[from] MessagingError),
    /// The database does not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Whoever is on a call.
pub fn name(call: &OnlineCall, language: &Language) -> String {
    let nobody = || language.text(id!("log-nobody")).into_owned();
    call.handle.as_ref().map_or_else(nobody, ToString::to_string)
}

/// The sysop called `handle`, or the board's first one.
pub async fn sysop(domain: &Domain, handle: Option<&str>) -> Result<Caller, ActError> {
    if let Some(handle) = handle {
        let caller = domain.users.by_handle(handle).await?;
        return if caller.is_sysop() { Ok(caller) } else { Err(ActError::NotSysop(caller.handle().clone())) };
    }
    let mut after = None;
    loop {
        let accounts = domain.users.list(after, PAGE).await?;
        if let Some(first) = accounts.iter().find(|account| account.sysop && !account.banned) {
            return Ok(domain.users.caller(first.id).await?);
        }
        let Some(last) = accounts.last() else { return Err(ActError::NoSysop) };
        after = Some(last.id);
    }
}

/// Who acts: the sysop who was named, or the command itself.
pub fn actor(operator: Operator, named: Option<&Caller>) -> Result<Actor, ActError> {
    Ok(match named {
        Some(sysop) => Sysop::of(sysop)?.into(),
        None => operator.into(),
    })
}

/// Who acts where a command may be in any caller's name: that caller if they are a sysop, else the command itself.
pub fn actor_as(operator: Operator, from: &Caller) -> Actor {
    Sysop::of(from).map_or_else(|_| operator.into(), Actor::from)
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// In words.
    pub words: String,
    /// Whether it is over and done with; false while a call that was told to end is open still.
    pub over: bool,
}

/// What became of a ban.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// In words.
    pub words: String,
    /// Whether the calls they were on are over; none if they were not on.
    pub ended: Option<bool>,
}

impl Done {
    fn all(words: impl Into<String>) -> Self {
        Self { words: words.into(), over: true }
    }
}

/// Ends a call, and waits until it's over.
pub async fn kick(domain: &Domain, by: Actor, call: CallId, reason: &str) -> Result<Done, ActError> {
    let reason = match reason.trim() {
        "" => NO_REASON.to_owned(),
        given => clean_line(given),
    };
    if reason.chars().count() > PAGE_CHARS {
        return Err(ActError::Reason);
    }
    let online = domain.users.online().await?;
    let open = online.iter().find(|open| open.call == call).ok_or(ActError::NoCall(call))?;
    let who = format!("call {call} ({})", name(open, english()));
    domain.users.kick(by, call, &reason).await?;
    let over = wait_until_over(domain, &[call]).await?;
    let words = match over {
        true => format!("Ended {who}."),
        false => format!("{who} has been told to leave, but is still open.").replacen("call", "Call", 1),
    };
    Ok(Done { words, over })
}

/// Bans `who`, and waits until all of their calls are over.
pub async fn ban(domain: &Domain, by: Actor, who: &Caller, reason: &str) -> Result<Ban, ActError> {
    let online = domain.users.online().await?;
    let calls: Vec<CallId> =
        online.iter().filter(|open| open.user == Some(who.id())).map(|open| open.call).collect();
    if !domain.users.ban(who.id(), reason, by).await? {
        return Ok(Ban { words: format!("{} is banned already.", who.handle()), ended: None });
    }
    let over = wait_until_over(domain, &calls).await?;
    let words = match (over, calls.len()) {
        (true, 0) => format!("{} is banned.", who.handle()),
        (true, 1) => format!("{} is banned, and the call they were on has ended.", who.handle()),
        (true, ended) => {
            format!("{} is banned, and the {ended} calls they were on have ended.", who.handle())
        }
        (false, _) => {
            format!(
                "{} is banned and has been told to leave, but a call of theirs is still open.",
                who.handle()
            )
        }
    };
    Ok(Ban { words, ended: (!calls.is_empty()).then_some(over) })
}

/// Whether all of these calls are over, asked until they are or it has taken too long.
async fn wait_until_over(domain: &Domain, calls: &[CallId]) -> Result<bool, UsersError> {
    let ended = async {
        for call in calls {
            while domain.users.call_is_open(*call).await? {
                sleep(ASK_AGAIN).await;
            }
        }
        Ok(())
    };
    timeout(UNTIL_OVER, ended).await.map_or(Ok(false), |ended: Result<(), UsersError>| ended.map(|()| true))
}

/// Pages one caller in the name of `from`.
pub async fn page(
    domain: &Domain,
    by: Actor,
    from: &Caller,
    to: UserId,
    text: &str,
) -> Result<Done, ActError> {
    domain.messaging.page_as(by, from, to, text).await?;
    Ok(Done::all(format!("Paged {}.", domain.users.caller(to).await?.handle())))
}
