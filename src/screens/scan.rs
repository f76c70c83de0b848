//! The new scan: everything unread, board after board.

use crate::call::{Call, EndReason};
use crate::ui::notice;

use super::{show_error, thread};

/// Threads looked for at a time.
const PAGE: i64 = 50;

/// Reads everything unread until there is nothing left or the caller leaves a thread before its end.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    let answer = call.domain.messaging.boards(&call.caller).await;
    let Some(boards) = show_error(call, answer).await? else { return Ok(()) };
    let mut read = 0;
    for summary in boards.iter().filter(|summary| summary.unread > 0) {
        call.visit(Some(summary.board.id));
        let answer = call.domain.messaging.reader(&call.caller, summary.board.id).await;
        let Some(reader) = show_error(call, answer).await? else { return Ok(()) };
        let mut mark = None;
        loop {
            let answer = call.domain.messaging.unread_threads(&reader, mark, PAGE).await;
            let Some(threads) = show_error(call, answer).await? else { return Ok(()) };
            let Some(last) = threads.last() else { break };
            mark = Some(last.mark);
            for unread in &threads {
                read += 1;
                if !thread::show(call, &reader, unread.thread).await? {
                    return Ok(());
                }
            }
        }
    }
    call.visit(None);
    call.enter("scan", "new scan", "unread messages on every board");
    let words = if read == 0 { "Nothing new on any board." } else { "That was everything new." };
    notice(call, "new scan", words).await
}
