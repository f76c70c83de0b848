//! The threads of one board, newest activity first.

use dialtone_domain::BoardId;
use dialtone_domain::messaging::{Reader, ThreadSummary};

use crate::ui::{Bar, Call, CellText, Column, Leave, List, Live, Panel, Picked, Progress, pick, theme};

use super::words::{figure, mark};
use super::{compose, pager, said, thread, words};

const COLUMNS: [Column; 6] = [
    Column::new("", 1, theme::FIGURE).picture(),
    Column::new("subject", 0, theme::NAME),
    Column::new("by", 16, theme::WORDS).spare(),
    Column::new("replies", 7, theme::WORDS).right().spare(),
    Column::new("new", 4, theme::FIGURE).right(),
    Column::new("last", 10, theme::ASIDE).right(),
];
/// Threads fetched at a time.
const PAGE: i64 = 50;

fn row(thread: &ThreadSummary) -> Vec<CellText> {
    let seen = thread.unread == 0;
    vec![
        mark(!seen),
        (thread.subject.clone(), seen.then_some(theme::WORDS)),
        (thread.author.to_string(), None),
        (thread.replies.to_string(), None),
        figure(thread.unread),
        (words::ago(thread.last_at), None),
    ]
}

fn about(thread: &ThreadSummary) -> Panel {
    let read = match thread.unread {
        0 => "all of it".to_owned(),
        new if new > thread.replies => "nothing of it yet".to_owned(),
        new => format!("all but {new}"),
    };
    Panel {
        title: thread.subject.clone(),
        pairs: vec![
            ("begun by", thread.author.to_string()),
            ("messages", (thread.replies + 1).to_string()),
            ("last one", words::moment(thread.last_at)),
            ("you read", read),
        ],
        ..Panel::default()
    }
}

/// Fetches the threads below those there are; true if there may be more.
async fn fetch(call: &mut Call, reader: &Reader, threads: &mut Vec<ThreadSummary>) -> Result<bool, Leave> {
    let mark = threads.last().map(|thread| thread.mark);
    let answer = call.domain.messaging.threads(reader, mark, PAGE).await;
    let Some(next) = said(call, answer).await? else { return Ok(false) };
    let more = i64::try_from(next.len()).unwrap_or(0) == PAGE;
    threads.extend(next);
    Ok(more)
}

/// Shows a board's threads until the caller leaves.
pub async fn show(call: &mut Call, board: BoardId) -> Result<(), Leave> {
    let answer = call.domain.messaging.reader(&call.caller, board).await;
    let Some(reader) = said(call, answer).await? else { return Ok(()) };
    let refused = reader.may_post().err().map(|error| error.to_string());
    let (begin, mut keys) = match refused {
        None => (" P begins a thread.", vec![("P", "post")]),
        Some(_) => ("", vec![]),
    };
    if !call.caller.guest {
        // For guests the board keeps no pointers.
        keys.push(("C", "catch up"));
    }
    let mut bar = Bar::default();
    let mut threads = Vec::new();
    let mut more = true;
    let mut fresh = true;
    // What the bar stays on when news changes the order.
    let mut on = None;
    loop {
        if std::mem::take(&mut fresh) {
            // What was read or written changes counts and order: begun anew, up to where the bar is.
            threads.clear();
            more = true;
            // One more: what the bar is on may have gone down by one.
            while more && threads.len() <= bar.chosen + usize::from(on.is_some()) {
                more = fetch(call, &reader, &mut threads).await?;
            }
            bar.follow(on.take(), threads.iter().map(|thread| thread.thread));
        }
        call.enter("threads", &reader.board().name, &reader.board().description);
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: threads.iter().map(row).collect(),
            empty: format!("Nobody has written here yet.{begin}"),
            keys: keys.clone(),
            note: refused.clone().unwrap_or_default(),
            bar: std::mem::take(&mut bar),
            more,
            live: Live::Board(board),
            about: Some(Box::new(|n| threads.get(n).map(about).unwrap_or_default())),
        };
        let picked = pick(call, &mut list).await?;
        bar = std::mem::take(&mut list.bar);
        drop(list);
        match picked {
            Picked::Row(n) => {
                if let Some(summary) = threads.get(n) {
                    thread::show(call, &reader, summary.thread).await?;
                }
                fresh = true;
            }
            Picked::Key('P') => {
                compose::post(call, board).await?;
                fresh = true;
            }
            Picked::Key('C') => {
                catch_up(call, &reader, &threads).await?;
                fresh = true;
            }
            Picked::More => more = fetch(call, &reader, &mut threads).await?,
            Picked::Pages => pager(call).await?,
            Picked::Back => return Ok(()),
            Picked::News => {
                on = threads.get(bar.chosen).map(|thread| thread.thread);
                fresh = true;
            }
            Picked::Key(_) => {}
        }
    }
}

/// Marks the threads that are listed as read.
async fn catch_up(call: &mut Call, reader: &Reader, threads: &[ThreadSummary]) -> Result<(), Leave> {
    let unread: Vec<&ThreadSummary> = threads.iter().filter(|thread| thread.unread > 0).collect();
    let mut progress = Progress::new("catching up", unread.len());
    for thread in unread {
        let answer = call.domain.messaging.mark_read(reader, thread.thread, thread.replies + 1).await;
        if said(call, answer).await?.is_none() {
            break;
        }
        progress.step(call).await?;
    }
    Ok(())
}
