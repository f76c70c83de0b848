//! Profiles: what callers see of each other. Kept in memory for a while, never longer than they are true.

use super::accounts::FIELD;
use super::{Handle, Users, UsersError, authority, text};
use crate::db::{in_tx, on_db};
use crate::events::{Event, EventBody};
use crate::{Caller, UserId};
use chrono::{DateTime, Utc};
use moka::sync::Cache;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The longest list of interests, in characters.
pub const INTERESTS: usize = 200;
/// The longest text about oneself, in characters.
pub const BIO: usize = 2_000;

/// What a caller shows of themselves.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Profile {
    /// The account.
    pub id: UserId,
    /// Its handle.
    pub handle: Handle,
    /// A name beside the handle, or empty.
    pub display_name: String,
    /// Where they call from, or empty.
    pub location: String,
    /// Lines about themselves, or empty.
    pub bio: String,
    /// What they like, or empty.
    pub interests: String,
    /// Access level.
    pub level: i64,
    /// Runs the board.
    pub sysop: bool,
    /// May not log in.
    pub banned: bool,
    /// How often they have called.
    pub calls: i64,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When they last logged in.
    pub last_call_at: Option<DateTime<Utc>>,
}

/// What a caller changes of their own profile; None leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// A name beside the handle.
    pub display_name: Option<String>,
    /// Where they call from.
    pub location: Option<String>,
    /// Lines about themselves.
    pub bio: Option<String>,
    /// What they like.
    pub interests: Option<String>,
}

/// Profiles read lately.
#[derive(Debug)]
pub(super) struct Profiles {
    cache: Cache<UserId, Profile>,
    /// Counts the changes, so that what was read before one is not kept after it.
    changes: AtomicU64,
}

impl Profiles {
    pub(super) fn new() -> Self {
        let cache = Cache::builder().max_capacity(2_000).time_to_live(Duration::from_secs(300)).build();
        Self { cache, changes: AtomicU64::new(0) }
    }

    fn forget(&self, user: UserId) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate(&user);
    }

    /// Keeps what was read when the count of changes was `before`, if it still is.
    fn keep(&self, profile: &Profile, before: u64) {
        self.cache.insert(profile.id, profile.clone());
        if self.changes.load(Ordering::SeqCst) != before {
            self.cache.invalidate(&profile.id);
        }
    }
}

impl Users {
    /// The profile of `id`.
    pub async fn profile(&self, id: UserId) -> Result<Profile, UsersError> {
        let profiles = &self.shared.profiles;
        if let Some(profile) = profiles.cache.get(&id) {
            return Ok(profile);
        }
        let before = profiles.changes.load(Ordering::SeqCst);
        let read: Option<Profile> = on_db!(self.store, db => sqlx::query_as(
                "SELECT id, handle, display_name, location, bio, interests, level, sysop, banned, calls, \
                        created_at, last_call_at FROM users WHERE id = $1")
            .bind(id).fetch_optional(db).await)?;
        let profile = read.ok_or_else(UsersError::no_account)?;
        profiles.keep(&profile, before);
        Ok(profile)
    }

    /// Up to `limit` profiles in the order the accounts were made, those after `after`.
    pub async fn list(&self, after: Option<UserId>, limit: i64) -> Result<Vec<Profile>, UsersError> {
        Ok(on_db!(self.store, db => sqlx::query_as(
                "SELECT id, handle, display_name, location, bio, interests, level, sysop, banned, calls, \
                        created_at, last_call_at FROM users WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(after.unwrap_or(UserId::GUEST)).bind(limit).fetch_all(db).await)?)
    }

    /// Changes `who`'s own profile and returns it as it is then.
    pub async fn update_profile(&self, who: &Caller, change: ProfileChange) -> Result<Profile, UsersError> {
        if who.guest {
            return Err(UsersError::Forbidden("A guest has no profile. Register to have one.".to_owned()));
        }
        let display_name = change.display_name.map(|it| text::line("A name", &it, FIELD)).transpose()?;
        let location = change.location.map(|it| text::line("A location", &it, FIELD)).transpose()?;
        let bio = change.bio.map(|it| text::lines("The text about you", &it, BIO)).transpose()?;
        let interests =
            change.interests.map(|it| text::line("The list of interests", &it, INTERESTS)).transpose()?;
        let mut tx = self.store.begin().await?;
        authority::current(&mut tx, who.id).await?;
        in_tx!(tx, db => sqlx::query(
                "UPDATE users SET display_name = COALESCE($2, display_name), location = COALESCE($3, location), \
                     bio = COALESCE($4, bio), interests = COALESCE($5, interests) WHERE id = $1")
            .bind(who.id).bind(&display_name).bind(&location).bind(&bio).bind(&interests)
            .execute(db).await.map(drop))?;
        tx.event(EventBody::UserChanged { user: who.id });
        tx.commit().await?;
        self.forget(who.id);
        self.profile(who.id).await
    }

    /// Drops from memory what `event` made untrue. Every instance's reader of the log calls this.
    pub fn invalidate(&self, event: &Event) {
        if let Some(user) = event.body.meaning().profile {
            self.forget(user);
        }
    }

    pub(super) fn forget(&self, user: UserId) {
        self.shared.profiles.forget(user);
    }
}

#[cfg(test)]
mod tests {
    use super::{Profile, Profiles};
    use crate::{Handle, UserId};
    use chrono::DateTime;
    use std::sync::atomic::Ordering;

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let profile = Profile {
            id: UserId(7),
            handle: Handle::guest(),
            display_name: String::new(),
            location: String::new(),
            bio: String::new(),
            interests: String::new(),
            level: 10,
            sysop: false,
            banned: false,
            calls: 0,
            created_at: DateTime::UNIX_EPOCH,
            last_call_at: None,
        };
        let profiles = Profiles::new();
        let before = profiles.changes.load(Ordering::SeqCst);
        profiles.keep(&profile, before);
        assert_eq!(profiles.cache.get(&profile.id).as_ref(), Some(&profile));
        profiles.forget(profile.id);
        assert_eq!(profiles.cache.get(&profile.id), None);
        profiles.keep(&profile, before);
        assert_eq!(profiles.cache.get(&profile.id), None);
    }
}
