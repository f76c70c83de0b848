//! The processes that answer calls for one board: each holds a lease that it renews, and what it said of
//! itself counts only as long as the lease.

use crate::db::{DbError, Store, Tx, in_tx, on_db, prune};
use crate::events::EventBody;
use crate::users::presence;
use crate::{InstanceId, Unavailable};
use chrono::{DateTime, TimeDelta, Utc};

/// How long an instance that falls silent is believed.
pub const LEASE: TimeDelta = TimeDelta::seconds(12);
/// How often an instance renews its lease.
pub const RENEW: std::time::Duration = std::time::Duration::from_secs(4);

/// Instances that are gone: there is one for each start of a process.
const PRUNE: &str = "DELETE FROM instances WHERE id IN (SELECT id FROM instances \
     WHERE NOT present AND last_seen < $1 AND id NOT IN (SELECT instance FROM leases) ORDER BY last_seen LIMIT 50)";

/// Why an instance may not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InstancesError {
    /// Another process has joined by this instance's name and taken its place.
    #[error("another process has joined under this instance's name")]
    Replaced,
    /// The database does not answer; the lease may be renewed later.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Why an instance may not join.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Another instance has this name, and its lease holds.
    #[error("an instance named \"{}\" is up since {} at {}", .0.name, .0.since.format("%Y-%m-%d %H:%M:%S UTC"), .0.host)]
    Held(Box<Holder>),
    /// The database does not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<DbError> for JoinError {
    fn from(error: DbError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// The instance that has a name one asked for.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Holder {
    /// This run of it.
    pub id: InstanceId,
    /// The name.
    pub name: String,
    /// Its host, and the port it answers at.
    pub host: String,
    /// When it joined.
    pub since: DateTime<Utc>,
    /// When its lease ends, unless it is renewed.
    pub expires_at: DateTime<Utc>,
}

/// What a process says of itself as it joins.
#[derive(Debug, Clone, Copy)]
pub struct Joining<'a> {
    /// The name its sysop gave it; without one it gets the lowest number that is free.
    pub name: Option<&'a str>,
    /// Its host, and the port it answers at.
    pub host: &'a str,
    /// It alone may serve this database: every other instance is gone.
    pub exclusive: bool,
}

/// A process that has joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// This run of it.
    pub id: InstanceId,
    /// The name it goes by.
    pub name: String,
}

impl From<DbError> for InstancesError {
    fn from(error: DbError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// A process that answers calls.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Instance {
    /// This run of it.
    pub id: InstanceId,
    /// The name that callers see: the one its sysop gave it, or a number.
    pub name: String,
    /// Its host, and the port it answers at.
    pub host: String,
    /// When it joined.
    pub since: DateTime<Utc>,
    /// When it last renewed its lease.
    pub last_seen: DateTime<Utc>,
    /// How many calls it has now.
    pub calls: i64,
}

/// The instances of the board.
#[derive(Debug, Clone)]
pub struct Instances {
    store: Store,
}

impl Instances {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// Joins. Every instance whose lease is over is gone from now on, and its calls are closed. A name that is held is not
    /// taken away: its holder may have crashed, so ask again until its lease is renewed or has run out.
    pub async fn join(&self, joining: Joining<'_>) -> Result<Joined, JoinError> {
        let mut tx = self.store.begin().await?;
        let now = tx.lease_time().await?;
        let gone: Vec<InstanceId> = in_tx!(tx, db => sqlx::query_scalar(
                "SELECT id FROM instances WHERE present AND (expires_at <= $1 OR $2) ORDER BY id")
            .bind(now).bind(joining.exclusive).fetch_all(db).await)?;
        for instance in gone {
            if joining.exclusive || expire(&mut tx, instance, now).await? {
                dismiss(&mut tx, instance, true).await?;
            }
        }
        let joined = match joining.name {
            Some(name) => loop {
                if let Some(id) = insert(&mut tx, name, joining.host, now).await? {
                    break Joined { id, name: name.to_owned() };
                }
                // No holder: it has left in between.
                if let Some(holder) = holder(&mut tx, name).await? {
                    return Err(JoinError::Held(Box::new(holder)));
                }
            },
            None => numbered(&mut tx, joining.host, now).await?,
        };
        tx.commit().await?;
        Ok(joined)
    }

    /// Renews the lease, and closes the calls of instances whose lease is over. An instance that was believed gone, as
    /// after its machine slept, is back with the calls it still has.
    pub async fn renew(&self, instance: InstanceId) -> Result<(), InstancesError> {
        if !self.extend(instance).await? {
            self.come_back(instance).await?;
        }
        Ok(self.close_expired().await?)
    }

    /// Writes down that `instance` was seen, as a way to find out whether the records can be written. Its lease ends when
    /// it would have ended.
    pub async fn seen(&self, instance: InstanceId) -> Result<(), Unavailable> {
        let mut tx = self.store.begin().await?;
        let now = tx.lease_time().await?;
        in_tx!(tx, db => sqlx::query("UPDATE instances SET last_seen = $2 WHERE id = $1")
            .bind(instance).bind(now).execute(db).await.map(drop))?;
        Ok(tx.commit().await?)
    }

    /// Tells everybody that `instance` answers no more calls, and its own callers that it will end theirs.
    pub async fn drain(&self, instance: InstanceId) -> Result<(), Unavailable> {
        let mut tx = self.store.begin().await?;
        tx.event(EventBody::InstanceDraining { instance });
        Ok(tx.commit().await?)
    }

    /// Leaves: the instance's calls are closed and its offices free.
    pub async fn leave(&self, instance: InstanceId) -> Result<(), Unavailable> {
        let mut tx = self.store.begin().await?;
        dismiss(&mut tx, instance, false).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets instances that left, or fell silent, before `before`. Returns how many.
    pub async fn prune(&self, before: DateTime<Utc>) -> Result<u64, Unavailable> {
        Ok(prune(&self.store, PRUNE, before).await?)
    }

    /// The instances whose lease holds, in the order they joined.
    pub async fn list(&self) -> Result<Vec<Instance>, Unavailable> {
        let now = self.store.lease_time().await?;
        Ok(on_db!(self.store, db => sqlx::query_as(
                "SELECT n.id, n.name, n.host, n.since, n.last_seen, \
                     (SELECT COUNT(*) FROM calls c WHERE c.instance = n.id AND c.ended_at IS NULL) AS calls \
                 FROM instances n WHERE n.present AND n.expires_at > $1 ORDER BY n.id")
            .bind(now).fetch_all(db).await)?)
    }

    /// Asks for `office`, which one instance at a time holds, for the length of a lease. True if `instance` holds it
    /// now; ask again at each renewal.
    pub async fn lead(&self, instance: InstanceId, office: &str) -> Result<bool, Unavailable> {
        Ok(self.claim(instance, office).await?)
    }

    async fn extend(&self, instance: InstanceId) -> Result<bool, DbError> {
        let mut tx = self.store.begin().await?;
        let now = tx.lease_time().await?;
        let extended = in_tx!(tx, db => sqlx::query(
                "UPDATE instances SET last_seen = $2, expires_at = $3 WHERE id = $1 AND present")
            .bind(instance).bind(now).bind(now + LEASE).execute(db).await.map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok(extended > 0)
    }

    async fn come_back(&self, instance: InstanceId) -> Result<(), InstancesError> {
        let mut tx = self.store.begin().await?;
        let now = tx.lease_time().await?;
        let returned = in_tx!(tx, db => sqlx::query(
                "UPDATE instances SET last_seen = $2, expires_at = $3, present = TRUE WHERE id = $1")
            .bind(instance).bind(now).bind(now + LEASE).execute(db).await.map(|done| done.rows_affected()));
        match returned {
            Ok(1) => {}
            Ok(_) | Err(DbError::Taken) => return Err(InstancesError::Replaced),
            Err(error) => return Err(error.into()),
        }
        presence::reopen_lost(&mut tx, instance).await?;
        Ok(tx.commit().await?)
    }

    async fn close_expired(&self) -> Result<(), DbError> {
        let now = self.store.lease_time().await?;
        let expired: Vec<InstanceId> = on_db!(self.store, db => sqlx::query_scalar(
                "SELECT id FROM instances WHERE present AND expires_at <= $1 ORDER BY id")
            .bind(now).fetch_all(db).await)?;
        for instance in expired {
            // One transaction each: two instances that close the same ones at once then never wait for each other in a ring.
            let mut tx = self.store.begin().await?;
            if expire(&mut tx, instance, now).await? {
                tracing::warn!(instance.id = instance.0, "an instance fell silent; its calls are closed");
                dismiss(&mut tx, instance, true).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    async fn claim(&self, instance: InstanceId, office: &str) -> Result<bool, DbError> {
        let mut tx = self.store.begin().await?;
        let now = tx.lease_time().await?;
        let held = in_tx!(tx, db => sqlx::query(
                "INSERT INTO leases (office, instance, expires_at) VALUES ($1, $2, $4) \
                 ON CONFLICT (office) DO UPDATE SET instance = excluded.instance, expires_at = excluded.expires_at \
                 WHERE leases.instance = excluded.instance OR leases.expires_at <= $3")
            .bind(office).bind(instance).bind(now).bind(now + LEASE)
            .execute(db).await.map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok(held > 0)
    }
}

/// Takes `name`, unless an instance that is present has it.
async fn insert(
    tx: &mut Tx,
    name: &str,
    host: &str,
    now: DateTime<Utc>,
) -> Result<Option<InstanceId>, DbError> {
    in_tx!(tx, db => sqlx::query_scalar(
            "INSERT INTO instances (name, host, since, last_seen, expires_at, present) \
             VALUES ($1, $2, $3, $3, $4, TRUE) ON CONFLICT (name) WHERE present DO NOTHING RETURNING id")
        .bind(name).bind(host).bind(now).bind(now + LEASE).fetch_optional(db).await)
}

/// Takes the lowest number that no instance has for a name. Of several that join at once, each insert waits for the one
/// before, and then sees its number taken.
async fn numbered(tx: &mut Tx, host: &str, now: DateTime<Utc>) -> Result<Joined, DbError> {
    let taken: Vec<String> = in_tx!(tx, db => sqlx::query_scalar("SELECT name FROM instances WHERE present")
        .fetch_all(db).await)?;
    let mut number = 0_u64;
    loop {
        number += 1;
        let name = number.to_string();
        if taken.contains(&name) {
            continue;
        }
        if let Some(id) = insert(tx, &name, host, now).await? {
            return Ok(Joined { id, name });
        }
    }
}

async fn holder(tx: &mut Tx, name: &str) -> Result<Option<Holder>, DbError> {
    in_tx!(tx, db => sqlx::query_as(
            "SELECT id, name, host, since, expires_at FROM instances WHERE name = $1 AND present")
        .bind(name).fetch_optional(db).await)
}

/// Takes an instance for gone, unless it has renewed its lease since it was found to be over.
async fn expire(tx: &mut Tx, instance: InstanceId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let expired = in_tx!(tx, db => sqlx::query(
            "UPDATE instances SET present = FALSE WHERE id = $1 AND present AND expires_at <= $2")
        .bind(instance).bind(now).execute(db).await.map(|done| done.rows_affected()))?;
    Ok(expired > 0)
}

/// Ends what `instance` holds. `lost` calls come back if the instance does.
async fn dismiss(tx: &mut Tx, instance: InstanceId, lost: bool) -> Result<(), DbError> {
    in_tx!(tx, db => sqlx::query("UPDATE instances SET present = FALSE WHERE id = $1")
        .bind(instance).execute(db).await.map(drop))?;
    in_tx!(tx, db => sqlx::query("DELETE FROM leases WHERE instance = $1")
        .bind(instance).execute(db).await.map(drop))?;
    presence::close_calls_of(tx, instance, lost).await
}
