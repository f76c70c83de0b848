//! The call's row in the records, as long as there is a call.

use std::sync::Arc;
use std::time::Duration;

use dialtone_domain::users::{LoggedIn, NewCall};
use dialtone_domain::{CallId, Domain, UsersError};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Exchange;
use super::lines::Line;
use crate::switchboard::Plug;
use crate::ui::Call;

/// How long a caller is at the door before the records hear of them. The first prompt waits for no record, and
/// programs that only look leave none.
const AT_THE_DOOR: Duration = Duration::from_secs(1);

/// Tells the records of the call, at log-in or after a second at the door; dropping it tells them of its end.
pub struct Presence {
    row: Arc<Row>,
    gone: CancellationToken,
    waiting: Option<JoinHandle<()>>,
    loose_ends: TaskTracker,
    _line: Line,
}

struct Row {
    domain: Domain,
    new: NewCall,
    plug: Plug,
    id: OnceCell<CallId>,
}

impl Row {
    /// Writes the row, once.
    async fn write(&self) -> Result<CallId, UsersError> {
        let written = self.id.get_or_try_init(|| async {
            let id = self.domain.users.call_answered(self.new.clone()).await?;
            self.plug.update(|interest| interest.call = Some(id));
            Ok(id)
        });
        written.await.copied()
    }
}

impl Presence {
    /// A call on the lowest free line.
    pub fn new(exchange: &Exchange, call: &Call) -> Self {
        let line = exchange.lines.take();
        let row = Arc::new(Row {
            domain: exchange.domain.clone(),
            new: NewCall {
                node: exchange.house.node,
                line: line.number,
                transport: call.peer.transport.to_owned(),
                peer: call.peer.address.to_string(),
                columns: i64::from(call.terminal.columns),
                rows: i64::from(call.terminal.rows),
            },
            plug: call.registration.plug().clone(),
            id: OnceCell::new(),
        });
        let gone = CancellationToken::new();
        let waiting = tokio::spawn({
            let (row, gone) = (Arc::clone(&row), gone.clone());
            async move {
                if timeout(AT_THE_DOOR, gone.cancelled()).await.is_ok() {
                    return;
                }
                if let Err(error) = Box::pin(row.write()).await {
                    tracing::warn!(%error, "call not written down");
                }
            }
        });
        Self { row, gone, waiting: Some(waiting), loose_ends: exchange.loose_ends.clone(), _line: line }
    }

    /// Writes down who it is. Records that cannot be reached cost the caller nothing but a line in "who's online".
    pub async fn logged_in(&mut self, call: &mut Call) -> Option<LoggedIn> {
        let written = async {
            let id = self.row.write().await?;
            call.id = Some(id);
            self.row.domain.users.call_logged_in(id, &call.caller).await
        };
        match written.await {
            Ok(logged_in) => Some(logged_in),
            Err(error) => {
                tracing::warn!(%error, "login not written down");
                None
            }
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.gone.cancel();
        let (row, waiting) = (Arc::clone(&self.row), self.waiting.take());
        self.loose_ends.spawn(async move {
            // A row that is being written just now is to be closed as well.
            if let Some(waiting) = waiting {
                waiting.await.ok();
            }
            let Some(id) = row.id.get().copied() else { return };
            if let Err(error) = Box::pin(row.domain.users.call_ended(id)).await {
                // The node's lease ends it for everybody else.
                tracing::warn!(%error, "hangup not written down");
            }
        });
    }
}
