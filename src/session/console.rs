//! The call of whoever sits at the process's own terminal: it begins at the sysop's desk, and is nobody's node.

use std::pin::pin;
use std::sync::Arc;

use dialtone_domain::correlation;
use dialtone_domain::users::{Login, Operator};

use super::{farewell, login, mci_values, menus, ordered_to_end, reference, watched};
use crate::call::{Call, EndReason, IdleClock};
use crate::screens::sysop::{self, Left};
use crate::server_state::ServerState;
use crate::transport::Connection;
use crate::ui::interrupt;

/// Runs the call of `who` to its end. Acts of the desk are those of `operator`, if there is one, and the caller's own
/// otherwise. Gives what there is to say of the end.
pub async fn run(
    connection: Box<Connection>,
    server: Arc<ServerState>,
    who: Login,
    operator: Option<Operator>,
) -> Option<String> {
    let reference = reference();
    let limits = &server.limits;
    // Nobody waits for this line.
    let idle = IdleClock::new(limits.login_time(), None, limits.login_time());
    let call = Call::new(Arc::clone(&server), *connection, idle, reference.clone());
    correlation::scope(reference, converse(call, server, who, operator)).await
}

async fn converse(
    mut call: Call,
    server: Arc<ServerState>,
    who: Login,
    operator: Option<Operator>,
) -> Option<String> {
    call.operator = operator;
    let over = ordered_to_end(call.subscription.orders(), &server.drain);
    let left = {
        let conversation = pin!(async {
            login::enter(&mut call, who).await?;
            at_the_desk(&mut call).await
        });
        watched(conversation, pin!(over)).await
    };
    let left = left.err().unwrap_or(EndReason::Goodbye);
    // The shell's own screen is there again at once: what there is to say is said below its lines.
    call.restore().await.ok();
    farewell::words(&left)
}

/// The desk, and the board from it: goodbye there leads back.
async fn at_the_desk(call: &mut Call) -> Result<(), EndReason> {
    Box::pin(mci_values::refresh(call)).await;
    loop {
        match Box::pin(sysop::sit(call, true)).await {
            Ok(Left::Away) => return Ok(()),
            Ok(Left::Walking) => Box::pin(menus::drive(call)).await?,
            Err(EndReason::Narrowed) => {
                // The desk itself says whether they may sit there still.
                let words = "What you may do here has been changed. If that was not you, ask who it was.";
                Box::pin(interrupt(call, "your account", words)).await?;
            }
            Err(left) => return Err(left),
        }
    }
}
