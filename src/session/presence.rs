//! The call's row in the records, as long as there is a call.

use std::sync::Arc;
use std::time::Duration;

use dialtone_domain::users::{LoggedIn, NewCall};
use dialtone_domain::{CallId, Domain};
use tokio::sync::OnceCell;
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
    loose_ends: TaskTracker,
    _line: Line,
}

struct Row {
    domain: Domain,
    new: NewCall,
    plug: Plug,
    id: OnceCell<CallId>,
    gone: CancellationToken,
}

impl Row {
    /// Writes the row, once; none for a caller who is gone.
    async fn write(&self) -> Option<CallId> {
        let written = self.id.get_or_try_init(|| async {
            if self.gone.is_cancelled() {
                return Err(());
            }
            match self.domain.users.call_answered(self.new.clone()).await {
                Ok(id) => {
                    self.plug.update(|interest| interest.call = Some(id));
                    Ok(id)
                }
                Err(error) => {
                    tracing::warn!(%error, "call not written down");
                    Err(())
                }
            }
        });
        written.await.ok().copied()
    }

    /// Ends the row. One that is being written just now is waited for; none is written after this.
    async fn end(&self) {
        let Some(id) = self.write().await else { return };
        if let Err(error) = self.domain.users.call_ended(id).await {
            // The node's lease ends it for everybody else.
            tracing::warn!(%error, "hangup not written down");
        }
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
            gone: CancellationToken::new(),
        });
        tokio::spawn({
            let row = Arc::clone(&row);
            async move {
                if timeout(AT_THE_DOOR, row.gone.cancelled()).await.is_err() {
                    Box::pin(row.write()).await;
                }
            }
        });
        Self { row, loose_ends: exchange.loose_ends.clone(), _line: line }
    }

    /// Writes down who it is. Records that cannot be reached cost the caller nothing but a line in "who's online".
    pub async fn logged_in(&mut self, call: &mut Call) -> Option<LoggedIn> {
        let id = self.row.write().await?;
        call.id = Some(id);
        match self.row.domain.users.call_logged_in(id, &call.caller).await {
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
        self.row.gone.cancel();
        let row = Arc::clone(&self.row);
        self.loose_ends.spawn(async move { Box::pin(row.end()).await });
    }
}
