//! What the caller may do, as it is now: read again whenever it changes, wherever in the board they are.

use dialtone_domain::events::{Audience, Event};
use dialtone_domain::{BoardId, Caller, MessagingError, UsersError};

use super::{Call, EndReason, Record};

impl Call {
    /// Hears what concerns this caller, as much of it as they may.
    pub async fn listen(&mut self) {
        let friends = match self.domain.users.friends_of(self.caller.id()).await {
            Ok(friends) => Some(friends.into_iter().collect()),
            Err(error) => {
                tracing::warn!(%error, "friends not read");
                None
            }
        };
        self.look_up().await;
        let user = self.caller.id();
        self.subscription.handle().update(|filter| {
            filter.user = Some(user);
            if let Some(friends) = friends {
                filter.friends = friends;
            }
        });
    }

    /// Looks up what access rules ask of the records, where any rule does, and hears from now on what may be read by
    /// that.
    pub async fn look_up(&mut self) {
        let boards = self.domain.messaging.board_list().await;
        let asked = self.server.menus.load().asks_records
            || boards.as_ref().is_ok_and(|boards| boards.asks_records());
        match self.domain.messaging.facts(&self.caller, asked).await {
            Ok(facts) => self.record = Record { calls: facts.calls, posts: facts.posts },
            Err(error) => tracing::warn!(%error, "calls and posts not read"),
        }
        let facts = self.facts();
        self.subscription.handle().update(|filter| filter.facts = Some(facts));
    }

    /// The caller is on a board from now on, or on none: once its rules let them in no longer, what is open is left.
    /// Gives the board they were on before.
    pub fn visit(&mut self, board: Option<BoardId>) -> Option<BoardId> {
        if board != self.board {
            self.subscription.handle().update(|filter| filter.board = board);
        }
        std::mem::replace(&mut self.board, board)
    }

    /// Whether an event is for the caller still: they, or a board's rules, may be others than when it was handed out.
    pub(super) async fn may_hear(&self, event: &Event) -> bool {
        let Audience::Readers { board, .. } = event.body.meaning().audience else { return true };
        let boards = self.domain.messaging.board_list().await;
        !self.stale && boards.is_ok_and(|boards| boards.may_read(board, &self.facts()))
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

    /// Reads the caller's own row and friends again, and the rules of the board they are on. Errors:
    /// [`EndReason::Changed`] when they are let in no longer, [`EndReason::Narrowed`] when they may do less than before.
    pub async fn renew(&mut self) -> Result<(), EndReason> {
        let mut less = false;
        if let Some(credential) = &self.credential {
            let caller = match self.domain.users.renew(credential).await {
                Ok(caller) => caller,
                Err(UsersError::Unauthenticated) => return Err(EndReason::Changed),
                Err(error) => {
                    tracing::warn!(%error, "own row not read");
                    self.stale = true;
                    return Ok(());
                }
            };
            less = narrowed(&self.caller, &caller);
            self.adopt(caller).await?;
            self.listen().await;
        }
        self.stale = false;
        if let Some(board) = self.board {
            match self.domain.messaging.reader(&self.caller, board).await {
                Ok(_) => {}
                Err(MessagingError::Unavailable(error)) => {
                    tracing::warn!(%error, "rules of the board not read");
                    self.stale = true;
                }
                Err(_) => less = true,
            }
        }
        if less { Err(EndReason::Narrowed) } else { Ok(()) }
    }
}

/// Whether somebody has lost something they had.
fn narrowed(before: &Caller, now: &Caller) -> bool {
    now.level() < before.level()
        || (before.is_sysop() && !now.is_sysop())
        || !before.flags().is_subset(now.flags())
}
