//! The pager: one line from caller to caller, kept until it is seen, and the sysop's word to everybody.

use super::{Messaging, MessagingError, text};
use crate::db::{in_tx, now, on_db, prune};
use crate::flood::{Turn, counted};
use crate::users::{Actor, audit, authority};
use crate::{Caller, EventBody, Handle, PageId, Unavailable, UserId, UsersError};
use chrono::{DateTime, Utc};

/// Pages shown at once, the newest: a few screens.
const SHOWN: i64 = 100;
/// Pages one caller may leave unseen with another, so that nobody's pager can be flooded.
const WAITING: i64 = 20;

/// The newest pages to one caller.
pub(super) const PAGES: &str = "SELECT id, from_handle AS \"from\", text, sent_at AS at, seen_at IS NOT NULL AS seen \
     FROM pages WHERE to_id = $1 ORDER BY id DESC LIMIT $2";
/// Pages that were seen.
pub(super) const PRUNE: &str = "DELETE FROM pages WHERE id IN \
     (SELECT id FROM pages WHERE seen_at < $1 ORDER BY seen_at LIMIT 200)";

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Page {
    /// Its id; a later page has a higher one.
    pub id: PageId,
    /// Who sent it, by the handle they had then.
    pub from: Handle,
    /// What it says: one line.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The recipient has seen it.
    pub seen: bool,
}

impl Messaging {
    /// Pages `to`, who sees it at once or at the next call.
    ///
    /// Forbidden to guests, to guests, to a closed account and to oneself; NotFound when there is no such caller; Invalid when the
    /// text is empty or longer than [`super::PAGE_CHARS`]; Conflict when too many pages wait unseen; TooMany when the caller has
    /// paged as often as one may in a minute.
    pub async fn page(&self, from: &Caller, to: UserId, text: &str) -> Result<PageId, MessagingError> {
        self.send_page(from, to, text, None).await
    }

    /// The same, said by those who run the board in the name of `from`, with its line in the audit log. A sysop speaks in
    /// their own name alone.
    pub async fn page_as(
        &self,
        by: impl Into<Actor>,
        from: &Caller,
        to: UserId,
        text: &str,
    ) -> Result<PageId, MessagingError> {
        let by = by.into();
        if by.id().is_some_and(|sysop| sysop != from.id) {
            return Err(MessagingError::Forbidden("You page in your own name.".into()));
        }
        self.send_page(from, to, text, Some(by)).await
    }

    async fn send_page(
        &self,
        from: &Caller,
        to: UserId,
        text: &str,
        by: Option<Actor>,
    ) -> Result<PageId, MessagingError> {
        let refused = |words: &str| Err(MessagingError::Forbidden(words.into()));
        if from.guest {
            return refused("Guests may look, not page: call again as NEW to join.");
        }
        if to == UserId::GUEST {
            return refused("A guest has no pager.");
        }
        if to == from.id {
            return refused("That is your own pager.");
        }
        let text = text::page(text)?;
        let turn = self.turn_to_page(from)?;
        let handle = match self.users.caller(to).await {
            Ok(to) => to.handle,
            Err(UsersError::Unavailable(gone)) => return Err(gone.into()),
            Err(_) => return Err(MessagingError::NotFound("caller")),
        };
        let mut tx = self.store.begin().await?;
        if let Some(by) = by {
            authority::allow(&mut tx, by).await?;
        }
        authority::current(&mut tx, from.id).await?;
        if authority::is_closed(&mut tx, to).await? {
            return refused("That account is closed.");
        }
        let page: Option<PageId> = in_tx!(tx, db => sqlx::query_scalar(
            "INSERT INTO pages (from_id, from_handle, to_id, text, sent_at) SELECT $1, $2, $3, $4, $5 \
             WHERE (SELECT COUNT(*) FROM pages WHERE to_id = $3 AND seen_at IS NULL AND from_id = $1) < $6 \
             RETURNING id")
            .bind(from.id).bind(&from.handle).bind(to).bind(&text).bind(now()).bind(WAITING)
            .fetch_optional(db).await)?;
        let Some(page) = page else {
            let words = format!("They have {WAITING} pages of yours to look at first.");
            return Err(MessagingError::Conflict(words));
        };
        if let Some(by) = by {
            audit::write(&mut tx, by.id(), "page", &format!("{} to {handle}", from.handle)).await?;
        }
        tx.event(EventBody::PageSent { page, from: from.id, from_handle: from.handle.clone(), to, text });
        tx.commit().await?;
        turn.used();
        Ok(page)
    }

    fn turn_to_page(&self, from: &Caller) -> Result<Turn, MessagingError> {
        if from.sysop {
            return Ok(Turn::free());
        }
        self.pages.take(from.id).ok_or_else(|| {
            let sent = counted(self.pages.most(), "page", "pages");
            MessagingError::TooMany(format!("You've sent {sent} in a minute. Try again in a moment."))
        })
    }

    /// The newest hundred pages to `who`, newest first.
    pub async fn pages(&self, who: &Caller) -> Result<Vec<Page>, MessagingError> {
        Ok(on_db!(self.store, db => sqlx::query_as(PAGES)
            .bind(who.id).bind(SHOWN).fetch_all(db).await)?)
    }

    /// `who` has seen their pages up to and with `up_to`.
    pub async fn mark_pages_seen(&self, who: &Caller, up_to: PageId) -> Result<(), MessagingError> {
        let mut tx = self.store.begin().await?;
        in_tx!(tx, db => sqlx::query(
            "UPDATE pages SET seen_at = $3 WHERE to_id = $1 AND id <= $2 AND seen_at IS NULL")
            .bind(who.id).bind(up_to).bind(now()).execute(db).await.map(drop))?;
        Ok(tx.commit().await?)
    }

    /// Forgets pages that were seen before `before`. Returns how many.
    pub async fn prune_pages(&self, before: DateTime<Utc>) -> Result<u64, Unavailable> {
        Ok(prune(&self.store, PRUNE, before).await?)
    }

    /// Tells everybody on the board something. Gives the handle it is said by: the operator speaks as the board's first
    /// sysop.
    pub async fn broadcast(&self, by: impl Into<Actor>, text: &str) -> Result<Handle, MessagingError> {
        let by = by.into();
        let text = text::page(text)?;
        let mut tx = self.store.begin().await?;
        let from_handle = match authority::allow(&mut tx, by).await? {
            Some(sysop) => sysop.handle,
            None => authority::first_sysop(&mut tx).await?,
        };
        audit::write(&mut tx, by.id(), "broadcast", &text).await?;
        tx.event(EventBody::Broadcast { from_handle: from_handle.clone(), text });
        tx.commit().await?;
        Ok(from_handle)
    }
}
