//! The call's row in the records, as long as there is a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dialtone_domain::users::{LoggedIn, NewCall};
use dialtone_domain::{CallId, Caller, Domain, InstanceId, Unavailable, UsersError, correlation};
use tokio::sync::OnceCell;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::call::Call;
use crate::node_numbers::NodeNumber;
use crate::server_state::ServerState;
use crate::switchboard::SubscriptionHandle;

/// How long a caller is at the door before the records hear of them. The first prompt waits for no record, and
/// programs that only look leave none.
const AT_THE_DOOR: Duration = Duration::from_secs(1);

/// How long to wait before what could not be written down is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// Tells the records of the call, at log-in or after a second at the door; dropping it tells them of its end.
pub struct Presence {
    row: Arc<Row>,
    loose_ends: TaskTracker,
}

struct Row {
    /// Nobody else's for as long as the row shows it.
    node: NodeNumber,
    domain: Domain,
    new: NewCall,
    handle: SubscriptionHandle,
    id: OnceCell<CallId>,
    /// It may be in the records although `id` is not known: their answer was lost.
    perhaps_written: AtomicBool,
    /// The log knows that the call was not written down.
    told: AtomicBool,
    gone: CancellationToken,
}

impl Row {
    /// Writes the row, once; none for a caller who is gone.
    ///
    /// The records' answer may be lost, and so may this future, when a call is ended where it stands. Either way the
    /// row may be there: the next write finds it by its key.
    async fn write(&self) -> Result<Option<CallId>, UsersError> {
        let written = self.id.get_or_try_init(|| async {
            let perhaps = self.perhaps_written.load(Ordering::Relaxed);
            if self.gone.is_cancelled() && !perhaps {
                return Err(None);
            }
            self.perhaps_written.store(true, Ordering::Relaxed);
            match self.domain.users.call_answered(&self.new).await {
                Ok(id) => {
                    self.handle.update(|filter| filter.call = Some(id));
                    Ok(id)
                }
                Err(error) => {
                    let unknown = error == UsersError::Unavailable(Unavailable::Unknown);
                    self.perhaps_written.store(perhaps || unknown, Ordering::Relaxed);
                    Err(Some(error))
                }
            }
        });
        match written.await {
            Ok(id) => Ok(Some(*id)),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }

    /// [`Self::write`], for those who go on without. The log is told once.
    async fn try_write(&self) -> Option<CallId> {
        self.write().await.unwrap_or_else(|error| {
            if !self.told.swap(true, Ordering::Relaxed) {
                tracing::warn!(%error, "call not written down");
            }
            None
        })
    }

    /// Writes down who it is as soon as that can be done, for as long as the call lasts.
    fn log_in_later(self: &Arc<Self>, who: Caller) {
        let row = Arc::clone(self);
        tokio::spawn(correlation::carry(async move {
            while timeout(AGAIN, row.gone.cancelled()).await.is_err() {
                let Some(id) = row.try_write().await else { continue };
                match row.domain.users.call_logged_in(id, &who).await {
                    Err(UsersError::Unavailable(_)) => {}
                    Ok(_) | Err(_) => return,
                }
            }
        }));
    }

    /// Ends the row. One that is being written just now is waited for, one that may have been written is looked for;
    /// none is begun after this. While the records cannot be written it is tried again: who's online would show the
    /// caller for as long as this instance runs.
    async fn end(&self) {
        let mut told = false;
        while let Err(error) = self.try_end().await {
            if !told {
                tracing::warn!(%error, "hangup not written down yet");
                told = true;
            }
            sleep(AGAIN).await;
        }
    }

    async fn try_end(&self) -> Result<(), UsersError> {
        match self.write().await? {
            Some(id) => self.domain.users.call_ended(id).await,
            None => Ok(()),
        }
    }
}

impl Presence {
    /// A call on the lowest free node.
    pub fn new(server: &ServerState, instance: InstanceId, call: &Call) -> Self {
        let node = server.nodes.take();
        let row = Arc::new(Row {
            domain: server.domain.clone(),
            new: NewCall {
                key: Uuid::new_v4(),
                instance,
                node: node.number,
                transport: call.peer.transport.to_owned(),
                peer: call.peer.address.to_string(),
                columns: i64::from(call.screen.terminal.columns),
                rows: i64::from(call.screen.terminal.rows),
            },
            handle: call.subscription.handle().clone(),
            node,
            id: OnceCell::new(),
            perhaps_written: AtomicBool::new(false),
            told: AtomicBool::new(false),
            gone: CancellationToken::new(),
        });
        tokio::spawn(correlation::carry({
            let row = Arc::clone(&row);
            async move {
                if timeout(AT_THE_DOOR, row.gone.cancelled()).await.is_err() {
                    Box::pin(row.try_write()).await;
                }
            }
        }));
        Self { row, loose_ends: server.loose_ends.clone() }
    }

    /// The number of the call's node.
    pub fn node(&self) -> i64 {
        self.row.node.number
    }

    /// Writes down who it is. Records that cannot be reached cost the caller nothing but a line in "who's online".
    pub async fn logged_in(&mut self, call: &mut Call) -> Option<LoggedIn> {
        let Some(id) = self.row.try_write().await else {
            self.row.log_in_later(call.caller.clone());
            return None;
        };
        call.id = Some(id);
        match self.row.domain.users.call_logged_in(id, &call.caller).await {
            Ok(logged_in) => Some(logged_in),
            Err(error) => {
                tracing::warn!(%error, "login not written down");
                self.row.log_in_later(call.caller.clone());
                None
            }
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.row.gone.cancel();
        let row = Arc::clone(&self.row);
        self.loose_ends.spawn(correlation::carry(async move { Box::pin(row.end()).await }));
    }
}
