//! The threads of one board, newest activity first.

use dialtone_domain::BoardId;

use crate::ui::{Call, Column, Leave, List, Picked, notice, pick, theme};

use super::{compose, pager, said, thread, words};

const COLUMNS: [Column; 5] = [
    Column::new("subject", 0, theme::NAME),
    Column::new("by", 16, theme::WORDS).spare(),
    Column::new("replies", 7, theme::WORDS).right().spare(),
    Column::new("new", 4, theme::FIGURE).right(),
    Column::new("last", 10, theme::ASIDE).right(),
];
/// Threads fetched at a time.
const PAGE: i64 = 50;

/// Shows a board's threads until the caller leaves.
pub async fn show(call: &mut Call, board: BoardId) -> Result<(), Leave> {
    let answer = call.domain.messaging.reader(&call.caller, board).await;
    let Some(reader) = said(call, answer).await? else { return Ok(()) };
    let mut chosen = 0;
    let mut wanted = PAGE;
    loop {
        let answer = call.domain.messaging.threads(&reader, None, wanted).await;
        let Some(threads) = said(call, answer).await? else { return Ok(()) };
        call.enter("threads", &reader.board().name, &reader.board().description);
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: threads
                .iter()
                .map(|thread| {
                    let seen = thread.unread == 0;
                    vec![
                        (thread.subject.clone(), seen.then_some(theme::WORDS)),
                        (thread.author.to_string(), None),
                        (thread.replies.to_string(), None),
                        (
                            if seen { "·".into() } else { thread.unread.to_string() },
                            seen.then_some(theme::ASIDE),
                        ),
                        (words::ago(thread.last_at), None),
                    ]
                })
                .collect(),
            empty: "Nobody has written here yet.".into(),
            keys: vec![("P", "post"), ("C", "catch up")],
            chosen,
            more: i64::try_from(threads.len()).unwrap_or(0) == wanted,
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        chosen = list.chosen;
        match picked {
            Picked::Row(n) => {
                if let Some(summary) = threads.get(n) {
                    thread::show(call, &reader, summary.thread).await?;
                }
            }
            Picked::Key('P') => compose::post(call, board).await?,
            Picked::Key('C') => {
                if call.caller.guest {
                    notice(call, "catch up", "The board keeps no pointers for guests. NEW makes an account.")
                        .await?;
                    continue;
                }
                for summary in threads.iter().filter(|summary| summary.unread > 0) {
                    let answer =
                        call.domain.messaging.mark_read(&reader, summary.thread, summary.replies + 1).await;
                    if said(call, answer).await?.is_none() {
                        break;
                    }
                }
            }
            Picked::More => {
                wanted += PAGE;
                chosen += 1;
            }
            Picked::Pages => pager(call).await?,
            Picked::Back => return Ok(()),
            Picked::Key(_) | Picked::News => {}
        }
    }
}
