//! The new scan: everything unread, board after board.

use crate::ui::{Call, Leave, notice};

use super::{said, thread};

/// Threads looked at on each board.
const THREADS: i64 = 200;

/// Reads everything unread until there is nothing left or the caller leaves a thread before its end.
pub async fn show(call: &mut Call) -> Result<(), Leave> {
    let answer = call.domain.messaging.boards(&call.caller).await;
    let Some(boards) = said(call, answer).await? else { return Ok(()) };
    let mut read = 0;
    for summary in boards.iter().filter(|summary| summary.unread > 0) {
        let answer = call.domain.messaging.reader(&call.caller, summary.board.id).await;
        let Some(reader) = said(call, answer).await? else { continue };
        let answer = call.domain.messaging.threads(&reader, None, THREADS).await;
        let Some(threads) = said(call, answer).await? else { continue };
        for unread in threads.iter().rev().filter(|thread| thread.unread > 0) {
            read += 1;
            if !thread::show(call, &reader, unread.thread).await? {
                return Ok(());
            }
        }
    }
    call.enter("scan", "new scan", "unread messages on every board");
    let words = if read == 0 { "Nothing new on any board." } else { "That was everything new." };
    notice(call, "new scan", words).await
}
