//! The last words of a call, by how it ended.

use std::time::Duration;

use tokio::time::timeout;

use crate::call::{Call, EndReason};
use crate::ui::Conversation;

/// A caller who does not read any more is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Says goodbye.
pub async fn say(call: &mut Call, left: &EndReason) {
    let words = match left {
        EndReason::Hangup => return,
        EndReason::Goodbye => None,
        EndReason::Idle => Some(
            "It has been quiet for a while, so the line is free for somebody else. Call again.".to_owned(),
        ),
        EndReason::NoLogin => Some("That took too long. Call again when you know who you are.".to_owned()),
        EndReason::Refused(why) => Some(why.clone()),
        EndReason::Kicked { reason, .. } if reason.is_empty() => Some("The sysop has ended your call.".to_owned()),
        EndReason::Kicked { reason, .. } => Some(format!("The sysop has ended your call: {reason}")),
        EndReason::Banned(reason) if reason.is_empty() => Some("The sysop has closed your account.".to_owned()),
        EndReason::Banned(reason) => Some(format!("The sysop has closed your account: {reason}")),
        EndReason::Changed => Some(
            "Your account was changed, and what you logged in with doesn't open it any more. Call again to log in."
                .to_owned(),
        ),
        // It ends no call: the menus take it.
        EndReason::Narrowed => None,
        EndReason::Draining => {
            Some("The board is going down. What you posted, and what you were writing, is kept. Call again in a while.".to_owned())
        }
    };
    let show_error = async {
        match words {
            None => {
                let minutes = call.since.elapsed().as_secs().div_ceil(60);
                call.screen.values.set("TC", minutes);
                // This caller is on their way out, unless they have another call.
                let stats = call.subscription.board_stats();
                let stays = stats.calls_of(call.caller.id()) > 1;
                let online = stats.online().saturating_sub(usize::from(!stays));
                call.screen.values.set("ON", online);
                let words = format!("\nSo long, {}. Minutes on line {minutes}.", call.caller.handle());
                call.stream("goodbye", &words).await?;
                call.say("").await?;
            }
            Some(words) => {
                call.hurry().await?;
                if !call.plain() {
                    call.clear().await?;
                }
                call.say(&format!("\n{words}")).await?;
            }
        }
        call.restore().await
    };
    // Whether it arrives is up to the caller now.
    timeout(PATIENCE, show_error).await.ok();
}
