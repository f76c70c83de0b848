//! Friends: the callers whose arrival one is told of.

use super::{Handle, Profile, Users, UsersError, authority};
use crate::db::{in_tx, now, on_db};
use crate::events::EventBody;
use crate::{Caller, UserId};

/// One page of friends by handle, each with where they are if they are on line.
pub(super) const PAGE: &str = "SELECT u.id, u.handle, u.display_name, u.location, u.bio, u.interests, u.level, u.sysop, \
         u.banned, u.calls, u.created_at, u.last_call_at, \
         (SELECT c.place FROM calls c CROSS JOIN instances n \
          WHERE c.user_id = u.id AND c.ended_at IS NULL AND n.id = c.instance AND n.present AND n.expires_at > $2 \
          LIMIT 1) AS place \
     FROM friends f CROSS JOIN users u \
     WHERE f.user_id = $1 AND f.folded > $3 AND u.id = f.friend_id ORDER BY f.folded LIMIT $4";

/// Somebody's friend.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Friend {
    /// Who.
    #[sqlx(flatten)]
    pub profile: Profile,
    /// Where on the board they are, if they are on line.
    pub place: Option<String>,
}

impl Users {
    /// Puts `friend` on `who`'s list. Twice is once.
    pub async fn befriend(&self, who: &Caller, friend: UserId) -> Result<(), UsersError> {
        allowed(who)?;
        if who.id == friend {
            return Err(UsersError::Invalid("You are your own friend already.".to_owned()));
        }
        let mut tx = self.store.begin().await?;
        authority::current(&mut tx, who.id).await?;
        let folded: Option<String> = in_tx!(tx, db => sqlx::query_scalar(
                "SELECT folded FROM users WHERE id = $1").bind(friend).fetch_optional(db).await)?;
        let folded = folded.ok_or_else(UsersError::no_account)?;
        let added = in_tx!(tx, db => sqlx::query(
                "INSERT INTO friends (user_id, friend_id, folded, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(who.id).bind(friend).bind(folded).bind(now())
            .execute(db).await.map(|done| done.rows_affected()))?;
        if added > 0 {
            tx.event(EventBody::FriendsChanged { user: who.id });
        }
        Ok(tx.commit().await?)
    }

    /// Takes `friend` off `who`'s list, where they may not have been.
    pub async fn unfriend(&self, who: &Caller, friend: UserId) -> Result<(), UsersError> {
        allowed(who)?;
        let mut tx = self.store.begin().await?;
        authority::current(&mut tx, who.id).await?;
        let removed = in_tx!(tx, db => sqlx::query(
                "DELETE FROM friends WHERE user_id = $1 AND friend_id = $2")
            .bind(who.id).bind(friend).execute(db).await.map(|done| done.rows_affected()))?;
        if removed > 0 {
            tx.event(EventBody::FriendsChanged { user: who.id });
        }
        Ok(tx.commit().await?)
    }

    /// All of `who`'s friends.
    pub async fn friends_of(&self, who: UserId) -> Result<Vec<UserId>, UsersError> {
        Ok(on_db!(self.store, db => sqlx::query_scalar("SELECT friend_id FROM friends WHERE user_id = $1")
            .bind(who).fetch_all(db).await)?)
    }

    /// Up to `limit` of `who`'s friends by handle, those after the handle `after`.
    pub async fn friends(
        &self,
        who: UserId,
        after: Option<&Handle>,
        limit: i64,
    ) -> Result<Vec<Friend>, UsersError> {
        let now = self.store.lease_time().await?;
        let after = after.map(Handle::folded).unwrap_or_default();
        Ok(on_db!(self.store, db => sqlx::query_as(PAGE)
            .bind(who).bind(now).bind(&after).bind(limit).fetch_all(db).await)?)
    }
}

fn allowed(who: &Caller) -> Result<(), UsersError> {
    if who.guest {
        return Err(UsersError::Forbidden("A guest keeps no friends. Register to have some.".to_owned()));
    }
    Ok(())
}
