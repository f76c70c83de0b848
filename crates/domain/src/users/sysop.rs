//! What the sysop, or the caller themselves, changes about an account: each with its line in the audit log.

use super::credential::Proof;
use super::{AccountActor, Actor, Credential, Handle, Users, UsersError, audit, authority, text};
use crate::access::{self, LONGEST_FLAG};
use crate::db::{DbError, Tx, in_tx, on_db};
use crate::events::EventBody;
use crate::{CallId, Secret, UserId, level};
use sqlx::types::Json;
use std::collections::BTreeSet;

/// The longest reason for a kick or a ban, in characters: one page.
const REASON: usize = 240;
/// Who ended a call, where no sysop was named.
const A_COMMAND: &str = "a command";

enum Change {
    Password(String),
    Level(i64),
    Flags(BTreeSet<String>),
    Sysop(bool),
    Banned(bool, String),
}

impl Change {
    /// Whether callers may do it to themselves.
    fn ones_own(&self) -> bool {
        matches!(self, Self::Password(_))
    }

    /// Whether it may leave the board without a sysop.
    fn unseats(&self) -> bool {
        matches!(self, Self::Sysop(false) | Self::Banned(true, _))
    }

    /// What the audit log says of it: the action, and how the account was and is. None when that is the same.
    fn words(&self, before: &Before) -> Option<(&'static str, String)> {
        Some(match self {
            Self::Password(_) => ("user.password", String::new()),
            Self::Level(level) if *level == before.level => return None,
            Self::Level(level) => ("user.level", format!("{} to {level}", before.level)),
            Self::Flags(flags) if *flags == before.flags.0 => return None,
            Self::Flags(flags) => ("user.flags", format!("{} to {}", listed(&before.flags.0), listed(flags))),
            Self::Sysop(sysop) if *sysop == before.sysop => return None,
            Self::Sysop(true) => ("user.sysop", String::new()),
            Self::Sysop(false) => ("user.no_sysop", String::new()),
            Self::Banned(banned, _) if *banned == before.banned => return None,
            Self::Banned(true, reason) => ("user.ban", reason.clone()),
            Self::Banned(false, _) => ("user.unban", String::new()),
        })
    }
}

/// An account as it was before a change.
#[derive(sqlx::FromRow)]
struct Before {
    handle: Handle,
    level: i64,
    flags: Json<BTreeSet<String>>,
    sysop: bool,
    banned: bool,
}

fn listed(flags: &BTreeSet<String>) -> String {
    if flags.is_empty() {
        return "no flags".to_owned();
    }
    flags.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

impl Users {
    /// Gives `who` a new password, which must be good enough. Every login by the old one ends.
    pub async fn set_password(
        &self,
        who: UserId,
        new: &Secret<String>,
        by: impl Into<AccountActor>,
    ) -> Result<(), UsersError> {
        let by = by.into();
        let handle = self.caller(who).await?.handle;
        let hash = self.judge_and_hash(&handle, new).await?;
        self.alter(who, Change::Password(hash), by).await.map(drop)
    }

    /// Gives a caller the new password they chose, which must be good enough. Their other logins by password end; the
    /// one that `credential` stands for goes on.
    pub async fn change_password(
        &self,
        credential: &Credential,
        new: &Secret<String>,
    ) -> Result<(), UsersError> {
        let caller = self.caller(credential.user()).await?;
        let hash = self.judge_and_hash(&caller.handle, new).await?;
        let proof = Proof::of_password(&hash);
        self.alter(caller.id, Change::Password(hash), (&caller).into()).await?;
        if let Some(proof) = proof {
            credential.replace(proof);
        }
        Ok(())
    }

    /// Gives `who` an access level, one of [`level::ALL`]. False if they have it already.
    pub async fn set_level(&self, who: UserId, level: i64, by: impl Into<Actor>) -> Result<bool, UsersError> {
        if !level::ALL.contains(&level) {
            return Err(UsersError::Invalid(level::out_of_range()));
        }
        self.alter(who, Change::Level(level), AccountActor::from(by)).await
    }

    /// Replaces the flags of `who`: short words of letters, digits, hyphens and underscores. False if they
    /// are the same.
    pub async fn set_flags(
        &self,
        who: UserId,
        flags: BTreeSet<String>,
        by: impl Into<Actor>,
    ) -> Result<bool, UsersError> {
        if !flags.iter().all(|flag| access::is_flag(flag)) {
            return Err(UsersError::Invalid(format!(
                "A flag is a word of at most {LONGEST_FLAG} letters, digits, hyphens and underscores."
            )));
        }
        self.alter(who, Change::Flags(flags), AccountActor::from(by)).await
    }

    /// Makes `who` a sysop, or one no more; false if that is so already. Conflict when nobody would be left to run the
    /// board.
    pub async fn set_sysop(
        &self,
        who: UserId,
        sysop: bool,
        by: impl Into<Actor>,
    ) -> Result<bool, UsersError> {
        self.alter(who, Change::Sysop(sysop), AccountActor::from(by)).await
    }

    /// Bans `who` from logging in, or lets them in again; false if that is so already. See [`Users::ban`].
    pub async fn set_banned(
        &self,
        who: UserId,
        banned: bool,
        by: impl Into<Actor>,
    ) -> Result<bool, UsersError> {
        self.alter(who, Change::Banned(banned, String::new()), AccountActor::from(by)).await
    }

    /// Closes the account of `who`: every call and connection of theirs ends at once, on every instance, and nothing lets
    /// them in again. They are told `reason`, if there is one. False if it is closed already. Conflict when nobody would be left
    /// to run the board.
    pub async fn ban(&self, who: UserId, reason: &str, by: impl Into<Actor>) -> Result<bool, UsersError> {
        let reason = text::line("A reason", reason, REASON)?;
        self.alter(who, Change::Banned(true, reason), AccountActor::from(by)).await
    }

    /// Ends a call, whose caller is told `reason`. Only a sysop may. It is over once [`Users::call_is_open`] says so.
    pub async fn kick(&self, by: impl Into<Actor>, call: CallId, reason: &str) -> Result<(), UsersError> {
        let by = by.into();
        let reason = text::line("A reason", reason, REASON)?;
        let mut tx = self.store.begin().await?;
        let sysop = authority::allow(&mut tx, by).await?;
        let open: Option<(Option<String>,)> = in_tx!(tx, db => sqlx::query_as(
                "SELECT handle FROM calls WHERE id = $1 AND ended_at IS NULL")
            .bind(call).fetch_optional(db).await)?;
        let Some((handle,)) = open else {
            return Err(UsersError::NotFound(format!("There is no call {call}; it may have ended.")));
        };
        let who = handle.unwrap_or_else(|| "nobody yet".to_owned());
        audit::write(&mut tx, by.id(), "call.kick", &format!("call {call} ({who}): {reason}")).await?;
        let by = sysop.map_or_else(|| A_COMMAND.to_owned(), |sysop| sysop.handle.to_string());
        tx.event(EventBody::CallKicked { call, by, reason });
        Ok(tx.commit().await?)
    }

    /// Whether the call has not ended yet.
    pub async fn call_is_open(&self, call: CallId) -> Result<bool, UsersError> {
        let open: Option<CallId> = on_db!(self.store, db => sqlx::query_scalar(
                "SELECT id FROM calls WHERE id = $1 AND ended_at IS NULL")
            .bind(call).fetch_optional(db).await)?;
        Ok(open.is_some())
    }

    /// Makes the change, unless everything is so already: then false, and nothing is written down or told.
    async fn alter(&self, who: UserId, change: Change, by: AccountActor) -> Result<bool, UsersError> {
        let mut tx = self.store.begin().await?;
        let unseats = change.unseats();
        let sysops = authority::hold(&mut tx, who, by.id(), unseats).await?;
        match by.id() {
            Some(by) if !change.ones_own() => authority::current_sysop(&mut tx, by).await.map(drop)?,
            _ => authority::may_change(&mut tx, who, by).await?,
        }
        let before = account_before(&mut tx, who).await?.ok_or_else(UsersError::no_account)?;
        let Some((action, detail)) = change.words(&before) else { return Ok(false) };
        macro_rules! set {
            ($sql:literal, $value:expr) => {
                in_tx!(tx, db => sqlx::query(concat!("UPDATE users SET ", $sql, " = $2 WHERE id = $1"))
                    .bind(who).bind($value).execute(db).await.map(drop))?
            };
        }
        match &change {
            Change::Password(hash) => set!("password", hash),
            Change::Level(level) => set!("level", level),
            Change::Flags(flags) => set!("flags", Json(flags)),
            Change::Sysop(sysop) => set!("sysop", sysop),
            Change::Banned(banned, _) => set!("banned", banned),
        }
        if unseats && sysops > 0 && count_sysops(&mut tx).await? == 0 {
            return Err(UsersError::Conflict(
                "That is the board's last sysop. Make somebody else a sysop first.".to_owned(),
            ));
        }
        let mut line = audit::account(&before.handle, who);
        if !detail.is_empty() {
            line = format!("{line}: {detail}");
        }
        audit::write(&mut tx, by.id(), action, &line).await?;
        // First, so that a call hears why it ends before it finds out that its login holds no longer.
        if let Change::Banned(true, reason) = change {
            tx.event(EventBody::UserBanned { user: who, reason });
        }
        tx.event(EventBody::UserChanged { user: who });
        tx.commit().await?;
        self.forget(who);
        Ok(true)
    }
}

/// How an account is that is held. None if there is no such account.
async fn account_before(tx: &mut Tx, who: UserId) -> Result<Option<Before>, DbError> {
    in_tx!(tx, db => sqlx::query_as("SELECT handle, level, flags, sysop, banned FROM users WHERE id = $1")
        .bind(who).fetch_optional(db).await)
}

async fn count_sysops(tx: &mut Tx) -> Result<i64, DbError> {
    in_tx!(tx, db => sqlx::query_scalar("SELECT COUNT(*) FROM users WHERE sysop AND NOT banned")
        .fetch_one(db).await)
}
