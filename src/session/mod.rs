//! One call from answer to hangup. One task owns all of its state; whatever the call registers is undone by a guard,
//! so a caller who vanishes is gone within a second.

mod command;
mod farewell;
mod login;
mod mci_values;
mod menus;
mod presence;

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use dialtone_domain::correlation;
use rand::Rng;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use self::presence::Presence;
use crate::call::{Call, EndReason, IdleClock};
use crate::server_state::ServerState;
use crate::switchboard::Orders;
use crate::transport::Connection;

/// How long a call that must end has to notice: one that waits for keys does so at once, one that waits for a caller who
/// does not read never would.
const TO_NOTICE: Duration = Duration::from_secs(1);

/// Runs a call to its end.
pub async fn run(connection: Box<Connection>, server: Arc<ServerState>) {
    let reference = format!("c-{:08x}", rand::rng().random::<u32>());
    let span = tracing::info_span!(
        "call",
        call.reference = %reference,
        peer.address = %connection.peer.address,
        transport = connection.peer.transport,
    );
    let call = answer(connection, server, reference.clone());
    correlation::scope(reference, call.instrument(span)).await;
}

async fn answer(mut connection: Box<Connection>, server: Arc<ServerState>, reference: String) {
    if let Some(command) = connection.command.take() {
        let status = Box::pin(command::run(&command, &mut connection, &server)).await;
        connection.exit.set(status);
        return;
    }
    let limits = &server.limits;
    let idle = (limits.idle_seconds > 0).then(|| Duration::from_secs(limits.idle_seconds));
    let entry = connection.entry.clone();
    let hangup = connection.hangup.clone();
    let idle = IdleClock::new(limits.login_time(), idle, Duration::from_secs(limits.idle_warning_seconds));
    let mut call = Call::new(Arc::clone(&server), *connection, idle, reference);
    tracing::info!(
        terminal = %call.screen.terminal.terminal_type,
        charset = ?call.screen.terminal.charset,
        colors = ?call.screen.terminal.colors,
        plain = call.screen.terminal.plain,
        mouse = call.screen.terminal.mouse,
        columns = call.screen.terminal.columns,
        rows = call.screen.terminal.rows,
        "call answered"
    );
    let mut presence = Presence::new(&server, &call);
    call.screen.values.set("NN", presence.node());
    let over = ordered_to_end(call.subscription.orders(), &server.drain);
    let left = {
        // Pinned here, or they would be in this future and in that of the watch as well.
        let conversation = pin!(converse(&mut call, &mut presence, entry, &server));
        watched(conversation, pin!(over)).await
    };
    let left = left.err().unwrap_or(EndReason::Goodbye);
    let who = call.is_known().then(|| call.caller.handle().as_str());
    tracing::info!(reason = %left, by = left.by(), why = left.why(), user.handle = who, "call ended");
    Box::pin(farewell::say(&mut call, &left)).await;
    if left.ends_connection() {
        hangup.cancel();
    }
}

/// Runs a conversation until it ends. Told that it is `over`, it has a moment to find out by itself; then it is dropped
/// wherever it stands.
async fn watched(
    mut conversation: Pin<&mut impl Future<Output = Result<(), EndReason>>>,
    over: Pin<&mut impl Future<Output = EndReason>>,
) -> Result<(), EndReason> {
    let leave = tokio::select! {
        biased;
        left = &mut conversation => return left,
        leave = over => leave,
    };
    timeout(TO_NOTICE, conversation).await.unwrap_or(Err(leave))
}

/// Resolves when the call must end: it is kicked, its caller is banned, or the board goes down.
async fn ordered_to_end(orders: Arc<Orders>, drain: &CancellationToken) -> EndReason {
    tokio::select! {
        biased;
        () = drain.cancelled() => EndReason::Draining,
        ended = orders.ended() => ended.into(),
    }
}

/// The parts of a call, one after the other. What is not waited in for hours is boxed, here and below: a future is as
/// large as its largest part, and an idle caller should cost only the part they are in.
async fn converse(
    call: &mut Call,
    presence: &mut Presence,
    entry: crate::transport::Entry,
    server: &ServerState,
) -> Result<(), EndReason> {
    Box::pin(login::welcome(call)).await?;
    let greeting = Box::pin(login::log_in(call, entry, server)).await?;
    Box::pin(mci_values::refresh(call)).await;
    match Box::pin(login::greet(call, presence, greeting)).await {
        // The menus have not begun: there is nothing to leave.
        Err(EndReason::Narrowed) => {}
        greeted => greeted?,
    }
    menus::drive(call).await
}
