//! Friends: the callers whose arrival one is told of.

use super::{Handle, Users, UsersError, authority};
use crate::db::{DbError, in_tx, now, on_db};
use crate::events::EventBody;
use crate::{Caller, UserId};

impl Users {
    /// Puts `friend` on `who`'s list. Twice is once.
    pub async fn befriend(&self, who: &Caller, friend: UserId) -> Result<(), UsersError> {
        allowed(who)?;
        if who.id == friend {
            return Err(UsersError::Invalid("You are your own friend already.".to_owned()));
        }
        let mut tx = self.store.begin().await?;
        authority::current(&mut tx, who.id).await?;
        let added = in_tx!(tx, db => sqlx::query(
                "INSERT INTO friends (user_id, friend_id, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(who.id).bind(friend).bind(now()).execute(db).await.map(|done| done.rows_affected()))?;
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

    /// `who`'s friends, by handle.
    pub async fn friends(&self, who: UserId) -> Result<Vec<(UserId, Handle)>, UsersError> {
        let friends: Result<_, DbError> = on_db!(self.store, db => sqlx::query_as(
                "SELECT u.id, u.handle FROM friends f JOIN users u ON u.id = f.friend_id \
                 WHERE f.user_id = $1 ORDER BY u.folded")
            .bind(who).fetch_all(db).await);
        Ok(friends?)
    }
}

fn allowed(who: &Caller) -> Result<(), UsersError> {
    if who.guest {
        return Err(UsersError::Forbidden("A guest keeps no friends. Register to have some.".to_owned()));
    }
    Ok(())
}
