//! What the sysop, or the caller themselves, changes about an account: each with its line in the audit log.

use super::credential::Proof;
use super::{Credential, Users, UsersError, audit, authority, text};
use crate::db::{DbError, Tx, in_tx, on_db};
use crate::events::EventBody;
use crate::{CallId, Caller, Secret, UserId};
use sqlx::types::Json;
use std::collections::BTreeSet;

/// The longest flag, in characters.
const FLAG: usize = 24;
/// The longest reason for a kick or a ban, in characters: one page.
const REASON: usize = 240;

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
}

impl Users {
    /// Gives `who` a new password, which must be good enough. Every login by the old one ends.
    pub async fn set_password(
        &self,
        who: UserId,
        new: &Secret<String>,
        by: Option<UserId>,
    ) -> Result<(), UsersError> {
        let handle = self.caller(who).await?.handle;
        let hash = self.judge_and_hash(&handle, new).await?;
        self.alter(who, Change::Password(hash), by).await
    }

    /// Gives a caller the new password they chose, which must be good enough. Their other logins by password end; the
    /// one that `credential` stands for goes on.
    pub async fn change_password(
        &self,
        credential: &Credential,
        new: &Secret<String>,
    ) -> Result<(), UsersError> {
        let who = credential.user();
        let handle = self.caller(who).await?.handle;
        let hash = self.judge_and_hash(&handle, new).await?;
        let proof = Proof::of_password(&hash);
        self.alter(who, Change::Password(hash), Some(who)).await?;
        if let Some(proof) = proof {
            credential.replace(proof);
        }
        Ok(())
    }

    /// Gives `who` an access level, 0 to 255.
    pub async fn set_level(&self, who: UserId, level: i64, by: Option<UserId>) -> Result<(), UsersError> {
        if !(0..=255).contains(&level) {
            return Err(UsersError::Invalid("A level is a number from 0 to 255.".to_owned()));
        }
        self.alter(who, Change::Level(level), by).await
    }

    /// Replaces the flags of `who`: short words of letters, digits, hyphens and underscores.
    pub async fn set_flags(
        &self,
        who: UserId,
        flags: BTreeSet<String>,
        by: Option<UserId>,
    ) -> Result<(), UsersError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !flags.iter().all(|flag| (1..=FLAG).contains(&flag.len()) && flag.chars().all(plain)) {
            return Err(UsersError::Invalid(format!(
                "A flag is a word of at most {FLAG} letters, digits, hyphens and underscores."
            )));
        }
        self.alter(who, Change::Flags(flags), by).await
    }

    /// Makes `who` a sysop, or one no more. Conflict when nobody would be left to run the board.
    pub async fn set_sysop(&self, who: UserId, sysop: bool, by: Option<UserId>) -> Result<(), UsersError> {
        self.alter(who, Change::Sysop(sysop), by).await
    }

    /// Bans `who` from logging in, or lets them in again. See [`Users::ban`].
    pub async fn set_banned(&self, who: UserId, banned: bool, by: Option<UserId>) -> Result<(), UsersError> {
        self.alter(who, Change::Banned(banned, String::new()), by).await
    }

    /// Closes the account of `who`: every call and connection of theirs ends at once, on every node, and nothing lets
    /// them in again. They are told `reason`, if there is one. Conflict when nobody would be left to run the board.
    pub async fn ban(&self, who: UserId, reason: &str, by: Option<UserId>) -> Result<(), UsersError> {
        let reason = text::line("A reason", reason, REASON)?;
        self.alter(who, Change::Banned(true, reason), by).await
    }

    /// Ends a call, whose caller is told `reason`. Only a sysop may. It is over once [`Users::call_is_open`] says so.
    pub async fn kick(&self, by: &Caller, call: CallId, reason: &str) -> Result<(), UsersError> {
        let reason = text::line("A reason", reason, REASON)?;
        let mut tx = self.store.begin().await?;
        let by = authority::current_sysop(&mut tx, by.id).await?;
        let open: Option<(Option<String>,)> = in_tx!(tx, db => sqlx::query_as(
                "SELECT handle FROM calls WHERE id = $1 AND ended_at IS NULL")
            .bind(call).fetch_optional(db).await)?;
        let Some((handle,)) = open else {
            return Err(UsersError::NotFound(format!("There is no call {call}; it may have ended.")));
        };
        let who = handle.unwrap_or_else(|| "nobody yet".to_owned());
        audit::write(&mut tx, Some(by.id), "call.kick", &format!("call {call} ({who}): {reason}")).await?;
        tx.event(EventBody::CallKicked { call, by: by.handle.to_string(), reason });
        Ok(tx.commit().await?)
    }

    /// Whether the call has not ended yet.
    pub async fn call_is_open(&self, call: CallId) -> Result<bool, UsersError> {
        let open: Option<CallId> = on_db!(self.store, db => sqlx::query_scalar(
                "SELECT id FROM calls WHERE id = $1 AND ended_at IS NULL")
            .bind(call).fetch_optional(db).await)?;
        Ok(open.is_some())
    }

    async fn alter(&self, who: UserId, change: Change, by: Option<UserId>) -> Result<(), UsersError> {
        let mut tx = self.store.begin().await?;
        let unseats = change.unseats();
        let sysops = authority::hold(&mut tx, who, by, unseats).await?;
        match by {
            Some(by) if !change.ones_own() => authority::current_sysop(&mut tx, by).await.map(drop)?,
            by => authority::may_change(&mut tx, who, by).await?,
        }
        macro_rules! set {
            ($sql:literal, $value:expr) => {
                in_tx!(tx, db => sqlx::query(concat!("UPDATE users SET ", $sql, " = $2 WHERE id = $1"))
                    .bind(who).bind($value).execute(db).await.map(|done| done.rows_affected()))?
            };
        }
        let (changed, action, detail) = match &change {
            Change::Password(hash) => (set!("password", hash), "password", String::new()),
            Change::Level(level) => (set!("level", level), "level", level.to_string()),
            Change::Flags(flags) => {
                let words: Vec<&str> = flags.iter().map(String::as_str).collect();
                (set!("flags", Json(flags)), "flags", words.join(" "))
            }
            Change::Sysop(sysop) => (set!("sysop", sysop), "sysop", sysop.to_string()),
            Change::Banned(banned, reason) => {
                (set!("banned", banned), "banned", format!("{banned} {reason}").trim_end().to_owned())
            }
        };
        if changed == 0 {
            return Err(UsersError::no_account());
        }
        if unseats && sysops > 0 && count_sysops(&mut tx).await? == 0 {
            return Err(UsersError::Conflict(
                "That is the board's last sysop. Make somebody else a sysop first.".to_owned(),
            ));
        }
        audit::write(&mut tx, by, &format!("user.{action}"), format!("user {who} {detail}").trim_end())
            .await?;
        // First, so that a call hears why it ends before it finds out that its login holds no longer.
        if let Change::Banned(true, reason) = change {
            tx.event(EventBody::UserBanned { user: who, reason });
        }
        tx.event(EventBody::UserChanged { user: who });
        tx.commit().await?;
        self.forget(who);
        Ok(())
    }
}

async fn count_sysops(tx: &mut Tx) -> Result<i64, DbError> {
    in_tx!(tx, db => sqlx::query_scalar("SELECT COUNT(*) FROM users WHERE sysop AND NOT banned")
        .fetch_one(db).await)
}
