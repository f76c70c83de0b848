//! By what proof somebody came in, so that it can be asked later whether it still lets them in.

use super::accounts::Account;
use super::{KeyId, Operator, Users, UsersError};
use crate::db::on_db;
use crate::{Caller, Secret, UserId};
use argon2::password_hash::phc::PasswordHash;
use std::sync::{Arc, Mutex, PoisonError};

/// Somebody who has just logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Who.
    pub caller: Caller,
    /// What lets them in, for as long as it does: see [`Users::renew`].
    pub credential: Credential,
}

/// Who has logged in and by which proof. Clones share it: a caller who changes their own password stays logged in
/// wherever this one is held.
#[derive(Clone)]
pub struct Credential {
    user: UserId,
    proof: Arc<Mutex<Proof>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// The salt of the password's hash. Each password that is set has a new one, so it names the password without
    /// telling anything of it.
    Password(Secret<String>),
    /// A key of the account.
    Key(KeyId),
    /// The database itself, in the hands of whoever let them in.
    Database,
}

impl Proof {
    /// For the password whose hash is `stored`; none if there is no password in it.
    pub(super) fn of_password(stored: &str) -> Option<Self> {
        let salt = PasswordHash::new(stored).ok()?.salt?;
        Some(Self::Password(Secret::new(salt.to_string())))
    }
}

impl Credential {
    pub(super) fn new(user: UserId, proof: Proof) -> Self {
        Self { user, proof: Arc::new(Mutex::new(proof)) }
    }

    /// Whose it is.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The caller has proved anew who they are.
    pub(super) fn replace(&self, proof: Proof) {
        *self.proof.lock().unwrap_or_else(PoisonError::into_inner) = proof;
    }

    fn proof(&self) -> Proof {
        self.proof.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl PartialEq for Credential {
    fn eq(&self, other: &Self) -> bool {
        self.user == other.user && self.proof() == other.proof()
    }
}

impl Eq for Credential {}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("user", &self.user).finish_non_exhaustive()
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    account: Account,
    banned: bool,
    password: String,
    has_key: bool,
}

impl Users {
    /// Lets somebody in who has proved nothing here: whoever holds the database may. It holds until the account is closed.
    pub fn let_in(&self, caller: Caller, _by: Operator) -> Login {
        let credential = Credential::new(caller.id, Proof::Database);
        Login { caller, credential }
    }

    /// The caller as they are now. Unauthenticated when the account is banned or gone, its password is another one,
    /// or the key they came in with has been removed.
    pub async fn renew(&self, credential: &Credential) -> Result<Caller, UsersError> {
        let proof = credential.proof();
        let key = match &proof {
            Proof::Key(key) => *key,
            Proof::Password(_) | Proof::Database => KeyId(0),
        };
        let row: Option<Row> = on_db!(self.store, db => sqlx::query_as(
                "SELECT u.id, u.handle, u.level, u.flags, u.sysop, u.created_at, u.settings, u.banned, u.password, \
                        EXISTS (SELECT 1 FROM ssh_keys k WHERE k.id = $2 AND k.user_id = u.id) AS has_key \
                 FROM users u WHERE u.id = $1")
            .bind(credential.user).bind(key).fetch_optional(db).await)?;
        let row = row.filter(|row| !row.banned).ok_or(UsersError::Unauthenticated)?;
        let holds = match &proof {
            Proof::Key(_) => row.has_key,
            Proof::Database => true,
            Proof::Password(_) => Proof::of_password(&row.password).is_some_and(|now| now == proof),
        };
        if holds { Ok(row.account.into()) } else { Err(UsersError::Unauthenticated) }
    }
}
