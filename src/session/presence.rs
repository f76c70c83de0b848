//! The call's row in the records, as long as there is a call.

use dialtone_domain::users::{LoggedIn, NewCall};
use dialtone_domain::{CallId, Domain, NodeId};
use tokio_util::task::TaskTracker;

use super::Exchange;
use super::lines::Line;
use crate::ui::Call;

/// Tells the records of the call; dropping it tells them of its end.
pub struct Presence {
    domain: Domain,
    node: NodeId,
    line: Line,
    id: Option<CallId>,
    loose_ends: TaskTracker,
}

impl Presence {
    /// A call on the lowest free line.
    pub fn new(exchange: &Exchange) -> Self {
        Self {
            domain: exchange.domain.clone(),
            node: exchange.house.node,
            line: exchange.lines.take(),
            id: None,
            loose_ends: exchange.loose_ends.clone(),
        }
    }

    /// Writes down that the call was answered. Records that cannot be reached cost the caller nothing but a line
    /// in "who's online".
    pub async fn answered(&mut self, call: &mut Call) {
        let new = NewCall {
            node: self.node,
            line: self.line.number,
            transport: call.peer.transport.to_owned(),
            peer: call.peer.address.to_string(),
            columns: i64::from(call.terminal.columns),
            rows: i64::from(call.terminal.rows),
        };
        match self.domain.users.call_answered(new).await {
            Ok(id) => {
                self.id = Some(id);
                call.id = Some(id);
                call.registration.update(|interest| interest.call = Some(id));
            }
            Err(error) => tracing::warn!(%error, "call not written down"),
        }
    }

    /// Writes down who it is.
    pub async fn logged_in(&mut self, call: &mut Call) -> Option<LoggedIn> {
        if self.id.is_none() {
            self.answered(call).await;
        }
        match self.domain.users.call_logged_in(self.id?, &call.caller).await {
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
        if let Some(id) = self.id {
            let domain = self.domain.clone();
            self.loose_ends.spawn(async move {
                if let Err(error) = domain.users.call_ended(id).await {
                    // The node's lease ends it for everybody else.
                    tracing::warn!(%error, "hangup not written down");
                }
            });
        }
    }
}
