//! What the caller may do, as it is now: read again whenever it changes, wherever in the board they are.

use dialtone_domain::{Caller, UsersError};

use super::Call;
use crate::ui::Leave;

impl Call {
    /// Hears what concerns this caller, as much of it as they may.
    pub async fn listen(&mut self) {
        let friends = match self.domain.users.friends(self.caller.id).await {
            Ok(friends) => Some(friends.into_iter().map(|(id, _)| id).collect()),
            Err(error) => {
                tracing::warn!(%error, "friends not read");
                None
            }
        };
        let caller = &self.caller;
        self.registration.plug().update(|interest| {
            interest.user = Some(caller.id);
            interest.level = Some(caller.level);
            interest.sysop = caller.sysop;
            if let Some(friends) = friends {
                interest.friends = friends;
            }
        });
    }

    /// Does what the switchboard orders. Errors: why the call ends, or what is open has to be left.
    pub(super) async fn obey(&mut self) -> Result<(), Leave> {
        if let Some(ended) = self.registration.ended() {
            return Err(ended.into());
        }
        if self.registration.take_stale() {
            self.renew().await?;
        }
        Ok(())
    }

    /// Reads the caller's own row and friends again. Errors: [`Leave::Changed`] when they are let in no longer,
    /// [`Leave::Narrowed`] when they may do less than before.
    pub async fn renew(&mut self) -> Result<(), Leave> {
        let Some(credential) = &self.credential else { return Ok(()) };
        let caller = match self.domain.users.renew(credential).await {
            Ok(caller) => caller,
            Err(UsersError::Unauthenticated) => return Err(Leave::Changed),
            Err(error) => {
                tracing::warn!(%error, "own row not read");
                self.stale = true;
                return Ok(());
            }
        };
        self.stale = false;
        let narrowed = narrowed(&self.caller, &caller);
        self.strange |= self.caller.settings.theme != caller.settings.theme;
        self.adopt(caller).await?;
        self.listen().await;
        if narrowed { Err(Leave::Narrowed) } else { Ok(()) }
    }
}

/// Whether somebody has lost something they had.
fn narrowed(before: &Caller, now: &Caller) -> bool {
    now.level < before.level || (before.sysop && !now.sysop) || !before.flags.is_subset(&now.flags)
}
