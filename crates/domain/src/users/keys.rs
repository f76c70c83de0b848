//! The SSH keys by which accounts log in.

use super::credential::Proof;
use super::openssh::{self, PublicKey};
use super::{AccountActor, Credential, Login, Users, UsersError, audit, authority, handle};
use crate::UserId;
use crate::db::{in_tx, now, on_db};
use crate::events::EventBody;
use chrono::{DateTime, Utc};

/// How many keys one account may have.
const MOST: i64 = 20;

/// A key of an account, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct KeyId(pub i64);

/// A key of an account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SshKey {
    /// Its number, by which it is removed.
    pub id: KeyId,
    /// Its type, as `ssh-ed25519`.
    pub kind: String,
    /// The key as the protocol sends it.
    pub blob: Vec<u8>,
    /// What its owner wrote behind it.
    pub comment: String,
    /// When it was added.
    pub added_at: DateTime<Utc>,
}

impl SshKey {
    /// The line that OpenSSH keeps in `authorized_keys`.
    pub fn openssh(&self) -> String {
        openssh::line(&self.kind, &self.blob, &self.comment)
    }
}

impl Users {
    /// The login to the account of `handle`, if `openssh_key` is one of its keys and it may log in. Whoever asks has
    /// yet to prove that they hold the key.
    pub async fn key_holder(&self, handle: &str, openssh_key: &str) -> Result<Option<Login>, UsersError> {
        let (Some(folded), Ok(key)) = (handle::key(handle), PublicKey::parse(openssh_key)) else {
            return Ok(None);
        };
        let known: Option<(UserId, KeyId)> = on_db!(self.store, db => sqlx::query_as(
                "SELECT u.id, k.id FROM users u JOIN ssh_keys k ON k.user_id = u.id \
                 WHERE u.folded = $1 AND k.blob = $2 AND NOT u.banned")
            .bind(folded).bind(&key.blob).fetch_optional(db).await)?;
        let Some((user, key)) = known else { return Ok(None) };
        let credential = Credential::new(user, Proof::Key(key));
        match self.renew(&credential).await {
            Ok(caller) => Ok(Some(Login { caller, credential })),
            Err(UsersError::Unauthenticated) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Adds a key to `who`'s account, given as the line in a `.pub` file. Twice is once, and leaves one
    /// line in the audit log.
    pub async fn add_key(
        &self,
        who: UserId,
        openssh_key: &str,
        by: impl Into<AccountActor>,
    ) -> Result<SshKey, UsersError> {
        let by = by.into();
        let key = PublicKey::parse(openssh_key)?;
        let mut tx = self.store.begin().await?;
        authority::may_change(&mut tx, who, by).await?;
        let there: Option<SshKey> = in_tx!(tx, db => sqlx::query_as(
                "SELECT id, kind, blob, comment, added_at FROM ssh_keys WHERE user_id = $1 AND blob = $2")
            .bind(who).bind(&key.blob).fetch_optional(db).await)?;
        if let Some(there) = there.filter(|there| there.comment == key.comment) {
            return Ok(there);
        }
        let others: i64 = in_tx!(tx, db => sqlx::query_scalar(
                "SELECT COUNT(*) FROM ssh_keys WHERE user_id = $1 AND blob <> $2")
            .bind(who).bind(&key.blob).fetch_one(db).await)?;
        if others >= MOST {
            return Err(UsersError::Conflict(format!(
                "An account has at most {MOST} keys. Remove one first."
            )));
        }
        let kept: SshKey = in_tx!(tx, db => sqlx::query_as(
                "INSERT INTO ssh_keys (user_id, kind, blob, comment, added_at) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (user_id, blob) DO UPDATE SET comment = excluded.comment \
                 RETURNING id, kind, blob, comment, added_at")
            .bind(who).bind(&key.kind).bind(&key.blob).bind(&key.comment).bind(now()).fetch_one(db).await)?;
        let detail = format!("{}: {} {}", audit::named(&mut tx, who).await?, kept.kind, kept.comment);
        audit::write(&mut tx, by.id(), "user.key.add", detail.trim_end()).await?;
        tx.event(EventBody::UserChanged { user: who });
        tx.commit().await?;
        Ok(kept)
    }

    /// The keys of `who`, oldest first.
    pub async fn keys(&self, who: UserId) -> Result<Vec<SshKey>, UsersError> {
        Ok(on_db!(self.store, db => sqlx::query_as(
                "SELECT id, kind, blob, comment, added_at FROM ssh_keys WHERE user_id = $1 ORDER BY id")
            .bind(who).fetch_all(db).await)?)
    }

    /// Removes one of `who`'s keys. Whoever came in with it is let in by it no longer.
    pub async fn remove_key(
        &self,
        who: UserId,
        key: KeyId,
        by: impl Into<AccountActor>,
    ) -> Result<(), UsersError> {
        let by = by.into();
        let mut tx = self.store.begin().await?;
        authority::may_change(&mut tx, who, by).await?;
        let removed: Option<String> = in_tx!(tx, db => sqlx::query_scalar(
                "DELETE FROM ssh_keys WHERE id = $1 AND user_id = $2 RETURNING kind")
            .bind(key).bind(who).fetch_optional(db).await)?;
        let Some(kind) = removed else {
            return Err(UsersError::NotFound("There is no such key on this account.".to_owned()));
        };
        let detail = format!("{}: {kind}", audit::named(&mut tx, who).await?);
        audit::write(&mut tx, by.id(), "user.key.remove", &detail).await?;
        tx.event(EventBody::UserChanged { user: who });
        Ok(tx.commit().await?)
    }
}
