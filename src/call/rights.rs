//! What the caller may do, as it is now: read again whenever it changes, wherever in the board they are.

use dialtone_domain::{Caller, UsersError};

use super::{Call, EndReason};

impl Call {
    /// Hears what concerns this caller, as much of it as they may.
    pub async fn listen(&mut self) {
        let friends = match self.domain.users.friends(self.caller.id()).await {
            Ok(friends) => Some(friends.into_iter().map(|(id, _)| id).collect()),
            Err(error) => {
                tracing::warn!(%error, "friends not read");
                None
            }
        };
        let caller = &self.caller;
        self.subscription.handle().update(|filter| {
            filter.user = Some(caller.id());
            filter.level = Some(caller.level());
            filter.sysop = caller.is_sysop();
            if let Some(friends) = friends {
                filter.friends = friends;
            }
        });
    }

    /// Does what the switchboard orders. Errors: why the call ends, or what is open has to be left.
    pub(super) async fn obey(&mut self) -> Result<(), EndReason> {
        if let Some(ended) = self.subscription.ended() {
            return Err(ended.into());
        }
        if self.subscription.take_stale() {
            self.renew().await?;
        }
        Ok(())
    }

    /// Reads the caller's own row and friends again. Errors: [`EndReason::Changed`] when they are let in no longer,
    /// [`EndReason::Narrowed`] when they may do less than before.
    pub async fn renew(&mut self) -> Result<(), EndReason> {
        let Some(credential) = &self.credential else { return Ok(()) };
        let caller = match self.domain.users.renew(credential).await {
            Ok(caller) => caller,
            Err(UsersError::Unauthenticated) => return Err(EndReason::Changed),
            Err(error) => {
                tracing::warn!(%error, "own row not read");
                self.stale = true;
                return Ok(());
            }
        };
        self.stale = false;
        let narrowed = narrowed(&self.caller, &caller);
        self.adopt(caller).await?;
        self.listen().await;
        if narrowed { Err(EndReason::Narrowed) } else { Ok(()) }
    }
}

/// Whether somebody has lost something they had.
fn narrowed(before: &Caller, now: &Caller) -> bool {
    now.level() < before.level()
        || (before.is_sysop() && !now.is_sysop())
        || !before.flags().is_subset(now.flags())
}
