//! What the sysop, or the caller themselves, changes about an account: each with its line in the audit log.

use super::{Users, UsersError, audit};
use crate::db::in_tx;
use crate::events::EventBody;
use crate::{Secret, UserId};
use sqlx::types::Json;
use std::collections::BTreeSet;

/// The longest flag, in characters.
const FLAG: usize = 24;

enum Change {
    Password(String),
    Level(i64),
    Flags(BTreeSet<String>),
    Sysop(bool),
    Banned(bool),
}

impl Users {
    /// Gives `who` a new password, which must be good enough.
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

    /// Makes `who` a sysop, or one no more.
    pub async fn set_sysop(&self, who: UserId, sysop: bool, by: Option<UserId>) -> Result<(), UsersError> {
        self.alter(who, Change::Sysop(sysop), by).await
    }

    /// Bans `who` from logging in, or lets them in again. A call they are on goes on until it is kicked.
    pub async fn set_banned(&self, who: UserId, banned: bool, by: Option<UserId>) -> Result<(), UsersError> {
        self.alter(who, Change::Banned(banned), by).await
    }

    async fn alter(&self, who: UserId, change: Change, by: Option<UserId>) -> Result<(), UsersError> {
        let mut tx = self.store.begin().await?;
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
            Change::Banned(banned) => (set!("banned", banned), "banned", banned.to_string()),
        };
        if changed == 0 {
            return Err(UsersError::no_account());
        }
        audit::write(&mut tx, by, &format!("user.{action}"), format!("user {who} {detail}").trim_end())
            .await?;
        tx.event(EventBody::UserChanged { user: who });
        tx.commit().await?;
        self.forget(who);
        Ok(())
    }
}
