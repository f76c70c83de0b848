//! Accounts: registering, logging in, and what the sysop may change about one.

use super::credential::Proof;
use super::{
    Actor, Credential, Handle, Login, Settings, Users, UsersError, audit, authority, handle, password, text,
};
use crate::db::{Tx, in_tx, now, on_db};
use crate::events::EventBody;
use crate::flood::{Turn, counted};
use crate::{Caller, Secret, UserId, level};
use chrono::{DateTime, Utc};
use sqlx::types::Json;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The longest display name and location, in characters.
pub const FIELD: usize = 40;

/// What a new caller fills in.
#[derive(Debug, Clone, Default)]
pub struct NewAccount {
    /// The handle they want.
    pub handle: String,
    /// Their password.
    pub password: Secret<String>,
    /// A name to show beside the handle.
    pub display_name: Option<String>,
    /// Where they call from, in their own words.
    pub location: Option<String>,
    /// The address they call from, on which the limit is; none where the sysop makes the account.
    pub source: Option<IpAddr>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Account {
    id: UserId,
    handle: Handle,
    level: i64,
    flags: Json<BTreeSet<String>>,
    sysop: bool,
    created_at: DateTime<Utc>,
    settings: Json<Settings>,
}

impl From<Account> for Caller {
    fn from(row: Account) -> Self {
        Self {
            id: row.id,
            handle: row.handle,
            level: row.level,
            flags: row.flags.0,
            sysop: row.sysop,
            guest: false,
            created: row.created_at,
            settings: row.settings.0,
        }
    }
}

impl Users {
    /// Checks that `handle` is well formed, not kept by the board, not taken, and unlike every handle that is.
    pub async fn check_handle(&self, handle: &str) -> Result<Handle, UsersError> {
        let handle = Handle::parse(handle)?;
        if handle.is_reserved() {
            return Err(UsersError::Conflict("The board keeps that name for itself.".to_owned()));
        }
        let taken: Option<Handle> = on_db!(self.store, db => sqlx::query_scalar(
                "SELECT handle FROM users WHERE skeleton = $1")
            .bind(handle.skeleton()).fetch_optional(db).await)?;
        match taken {
            None => Ok(handle),
            Some(other) if other.folded() == handle.folded() => Err(taken_already(&handle)),
            Some(other) => Err(UsersError::Conflict(format!(
                "{handle} looks too much like {other}, who is here already."
            ))),
        }
    }

    /// Checks that `password` is good enough for `handle`; the error says what is wrong with it.
    pub async fn check_password(&self, handle: &str, password: &Secret<String>) -> Result<(), UsersError> {
        let (handle, password) = (handle.to_owned(), password.clone());
        self.shared.pool.run(move || password::judge(&handle, &password)).await?
    }

    /// Whether one more account may be made from this address now: better known before the form is filled in.
    /// Errors: TooMany.
    pub fn may_register(&self, source: IpAddr) -> Result<(), UsersError> {
        self.turn_to_register(source).map(drop)
    }

    fn turn_to_register(&self, source: IpAddr) -> Result<Turn, UsersError> {
        self.joined.take(source).ok_or_else(|| {
            UsersError::TooMany(format!(
                "{} made from your address in the last hour, and that's the most. Please call again later.",
                counted(self.joined.most(), "account was", "accounts were")
            ))
        })
    }

    /// Makes an account at level [`level::NEW`]. TooMany when as many were made from its source as may be in an hour.
    pub async fn register(&self, new: NewAccount) -> Result<Caller, UsersError> {
        Ok(self.register_and_log_in(new).await?.caller)
    }

    /// Makes an account for somebody else, with its line in the audit log.
    pub async fn add(&self, new: NewAccount, by: impl Into<Actor>) -> Result<Caller, UsersError> {
        Ok(self.make_account(new, Some(by.into())).await?.caller)
    }

    /// Makes an account at level [`level::NEW`], whose owner has shown its password by choosing it.
    pub async fn register_and_log_in(&self, new: NewAccount) -> Result<Login, UsersError> {
        self.make_account(new, None).await
    }

    async fn make_account(&self, new: NewAccount, by: Option<Actor>) -> Result<Login, UsersError> {
        let handle = self.check_handle(&new.handle).await?;
        let display_name = text::line("A name", new.display_name.as_deref().unwrap_or_default(), FIELD)?;
        let location = text::line("A location", new.location.as_deref().unwrap_or_default(), FIELD)?;
        let turn = new.source.map(|source| self.turn_to_register(source)).transpose()?;
        let hash = self.judge_and_hash(&handle, &new.password).await?;

        let caller = Caller {
            id: UserId::GUEST,
            handle,
            level: level::NEW,
            flags: BTreeSet::new(),
            sysop: false,
            guest: false,
            created: now(),
            settings: Settings::default(),
        };
        let mut tx = self.store.begin().await?;
        if let Some(by) = by {
            authority::allow(&mut tx, by).await?;
        }
        let made = insert(&mut tx, &caller, &hash, &display_name, &location).await?;
        let Some(id) = made else { return Err(taken_already(&caller.handle)) };
        if let Some(by) = by {
            audit::write(&mut tx, by.id(), "user.add", &audit::account(&caller.handle, id)).await?;
        }
        tx.event(EventBody::UserRegistered { user: id, handle: caller.handle.clone() });
        tx.commit().await?;
        if let Some(turn) = turn {
            turn.used();
        }
        let proof = Proof::of_password(&hash).ok_or(UsersError::Unauthenticated)?;
        Ok(Login { caller: Caller { id, ..caller }, credential: Credential::new(id, proof) })
    }

    /// Makes the first account of an empty board: the sysop, whom no password lets in until
    /// [`Users::issue_sysop_password`] has made one. Gives the sysop as long as there is none.
    pub async fn ensure_sysop(&self) -> Result<Option<Caller>, UsersError> {
        let first: Option<UserId> = on_db!(self.store, db =>
            sqlx::query_scalar("SELECT id FROM users LIMIT 1").fetch_optional(db).await)?;
        if first.is_none() {
            let sysop = Caller {
                id: UserId::GUEST,
                handle: Handle::sysop(),
                level: level::SYSOP,
                flags: BTreeSet::new(),
                sysop: true,
                guest: false,
                created: now(),
                settings: Settings::default(),
            };
            let mut tx = self.store.begin().await?;
            // Another instance may have been as fast.
            if let Some(id) = insert(&mut tx, &sysop, password::NONE, "", "").await? {
                tx.event(EventBody::UserRegistered { user: id, handle: sysop.handle.clone() });
                tx.commit().await?;
            }
        }
        let row: Option<Account> = on_db!(self.store, db => sqlx::query_as(
                "SELECT id, handle, level, flags, sysop, created_at, settings FROM users WHERE folded = $1 AND password = $2")
            .bind(Handle::sysop().folded()).bind(password::NONE).fetch_optional(db).await)?;
        Ok(row.map(Caller::from))
    }

    /// Gives the sysop of a new board a random password; none if they have one already, from another instance perhaps.
    pub async fn issue_sysop_password(
        &self,
        sysop: &Caller,
    ) -> Result<Option<(Handle, Secret<String>)>, UsersError> {
        let password = random_password();
        let hash = self.hash(&password).await?;
        let mut tx = self.store.begin().await?;
        let given = in_tx!(tx, db => sqlx::query("UPDATE users SET password = $2 WHERE id = $1 AND password = $3")
            .bind(sysop.id).bind(hash).bind(password::NONE).execute(db).await.map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok((given > 0).then(|| (sysop.handle.clone(), password)))
    }

    /// Logs in by password. Whatever is wrong, the answer has the same words and takes the same time.
    pub async fn log_in(&self, handle: &str, password: &Secret<String>) -> Result<Login, UsersError> {
        let known: Option<(UserId, String)> = match handle::key(handle) {
            Some(folded) => on_db!(self.store, db => sqlx::query_as(
                    "SELECT id, password FROM users WHERE folded = $1")
                .bind(folded).fetch_optional(db).await)?,
            None => None,
        };
        let (id, stored) = known.unzip();
        let (password, tried) = (password.clone(), stored.clone());
        let right = self.shared.pool.run(move || password::verify(tried.as_deref(), &password)).await?;
        let proof = stored.as_deref().and_then(Proof::of_password);
        match id.zip(proof).filter(|_| right) {
            Some((id, proof)) => {
                let credential = Credential::new(id, proof);
                // Read only now: a ban, or a new password, may have come while this one was hashed.
                Ok(Login { caller: self.renew(&credential).await?, credential })
            }
            None => Err(UsersError::Unauthenticated),
        }
    }

    /// Whoever looks round without an account.
    pub fn guest(&self) -> Caller {
        Caller {
            id: UserId::GUEST,
            handle: Handle::guest(),
            level: level::GUEST,
            flags: BTreeSet::new(),
            sysop: false,
            guest: true,
            created: now(),
            settings: Settings::default(),
        }
    }

    /// The account as it is now.
    pub async fn caller(&self, id: UserId) -> Result<Caller, UsersError> {
        let row: Option<Account> = on_db!(self.store, db => sqlx::query_as(
                "SELECT id, handle, level, flags, sysop, created_at, settings FROM users WHERE id = $1")
            .bind(id).fetch_optional(db).await)?;
        row.map(Caller::from).ok_or_else(UsersError::no_account)
    }

    /// The account of that handle, however it is capitalised.
    pub async fn by_handle(&self, handle: &str) -> Result<Caller, UsersError> {
        let folded = handle::key(handle).ok_or_else(UsersError::no_account)?;
        let row: Option<Account> = on_db!(self.store, db => sqlx::query_as(
                "SELECT id, handle, level, flags, sysop, created_at, settings FROM users WHERE folded = $1")
            .bind(folded).fetch_optional(db).await)?;
        row.map(Caller::from).ok_or_else(UsersError::no_account)
    }

    pub(super) async fn judge_and_hash(
        &self,
        handle: &Handle,
        password: &Secret<String>,
    ) -> Result<String, UsersError> {
        self.check_password(handle.as_str(), password).await?;
        self.hash(password).await
    }

    async fn hash(&self, password: &Secret<String>) -> Result<String, UsersError> {
        let password = password.clone();
        let hash = self.shared.pool.run(move || password::hash(&password)).await?;
        hash.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            UsersError::Unavailable(crate::Unavailable::Away)
        })
    }
}

/// None if the handle, or one that looks like it, is taken.
async fn insert(
    tx: &mut Tx,
    caller: &Caller,
    hash: &str,
    display_name: &str,
    location: &str,
) -> Result<Option<UserId>, UsersError> {
    Ok(in_tx!(tx, db => sqlx::query_scalar(
            "INSERT INTO users (handle, folded, skeleton, password, display_name, location, bio, interests, \
                 level, flags, sysop, banned, calls, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, '', '', $7, $8, $9, FALSE, 0, $10) \
             ON CONFLICT DO NOTHING RETURNING id")
        .bind(&caller.handle).bind(caller.handle.folded()).bind(caller.handle.skeleton()).bind(hash)
        .bind(display_name).bind(location).bind(caller.level).bind(Json(&caller.flags)).bind(caller.sysop)
        .bind(caller.created).fetch_optional(db).await)?)
}

fn taken_already(handle: &Handle) -> UsersError {
    UsersError::Conflict(format!("The handle {handle} is taken."))
}

/// A password of twenty characters that are hard to misread: a hundred bits.
pub fn random_password() -> Secret<String> {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let groups: Vec<String> = (0..4)
        .map(|_| {
            let draw = |_| ALPHABET.get(usize::from(rand::random::<u8>() % 32)).copied().map(char::from);
            (0..5).filter_map(draw).collect()
        })
        .collect();
    Secret::new(groups.join("-"))
}
