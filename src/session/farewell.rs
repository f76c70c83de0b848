//! The last words of a call, by how it ended.

use std::time::Duration;

use tokio::time::timeout;

use crate::call::{Call, EndReason};
use crate::ui::Conversation;

/// A caller who does not read any more is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is said to a caller whose call ends so; none where there is nothing to explain.
pub fn words(left: &EndReason) -> Option<String> {
    let words = match left {
        // That the call goes on from the first menu, the menus say.
        EndReason::Hangup | EndReason::Goodbye | EndReason::Narrowed => return None,
        EndReason::Idle => {
            "It has been quiet for a while, so the line is free for somebody else. Call again."
        }
        EndReason::NoLogin => "That took too long. Call again when you know who you are.",
        EndReason::Refused(why) => why,
        EndReason::Kicked { reason, .. } if reason.is_empty() => "The sysop has ended your call.",
        EndReason::Kicked { reason, .. } => return Some(format!("The sysop has ended your call: {reason}")),
        EndReason::Banned(reason) if reason.is_empty() => "The sysop has closed your account.",
        EndReason::Banned(reason) => return Some(format!("The sysop has closed your account: {reason}")),
        EndReason::Changed => {
            "Your account was changed, and what you logged in with doesn't open it any more. Call again to log in."
        }
        EndReason::Draining => {
            "The board is going down. What you posted, and what you were writing, is kept. Call again in a while."
        }
    };
    Some(words.to_owned())
}

/// Says goodbye.
pub async fn say(call: &mut Call, left: &EndReason) {
    if *left == EndReason::Hangup {
        return;
    }
    let show_error = async {
        match words(left) {
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
