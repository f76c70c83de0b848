//! The threads of one board, newest activity first.

use dialtone_domain::BoardId;
use dialtone_domain::messaging::{CaughtUp, Reader, ThreadSummary};

use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::ui::{Bar, CellText, Column, List, ListOutcome, Live, Panel, confirm, notice, pick, styles};

use super::format::{figure, mark};
use super::{compose, format, pager, show_error, thread};

const COLUMNS: [Column; 6] = [
    Column::new("", 1, styles::FIGURE).picture(),
    Column::new("subject", 0, styles::NAME),
    Column::new("by", 16, styles::WORDS).spare(),
    Column::new("replies", 7, styles::WORDS).right().spare(),
    Column::new("new", 4, styles::FIGURE).right(),
    Column::new("last", 10, styles::ASIDE).right(),
];
/// Threads fetched at a time.
const PAGE: i64 = 50;

fn row(thread: &ThreadSummary, language: &Language) -> Vec<CellText> {
    let seen = thread.unread == 0;
    vec![
        mark(!seen),
        (thread.subject.clone(), seen.then_some(styles::WORDS)),
        (thread.author.to_string(), None),
        (thread.replies.to_string(), None),
        figure(thread.unread),
        (format::ago(language, thread.last_at), None),
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
            ("last one", format::moment(thread.last_at)),
            ("you read", read),
        ],
        ..Panel::default()
    }
}

/// Fetches the threads below those there are: whether there may be more; none if the records didn't answer.
async fn fetch(
    call: &mut Call,
    reader: &Reader,
    threads: &mut Vec<ThreadSummary>,
) -> Result<Option<bool>, EndReason> {
    let mark = threads.last().map(|thread| thread.mark);
    let answer = call.domain.messaging.threads(reader, mark, PAGE).await;
    let Some(next) = show_error(call, answer).await? else { return Ok(None) };
    let more = i64::try_from(next.len()).unwrap_or(0) == PAGE;
    threads.extend(next);
    Ok(Some(more))
}

/// Shows a board's threads until the caller leaves.
pub async fn show(call: &mut Call, board: BoardId) -> Result<(), EndReason> {
    let answer = call.domain.messaging.reader(&call.caller, board).await;
    let Some(reader) = show_error(call, answer).await? else { return Ok(()) };
    let refused = reader.may_post().err().map(|error| error.to_string());
    let (begin, mut keys) = match refused {
        None => (" P begins a thread.", vec![("P", "post")]),
        Some(_) => ("", vec![]),
    };
    if !call.caller.is_guest() {
        // For guests the board keeps no pointers.
        keys.push(("C", "catch up"));
    }
    let mut bar = Bar::default();
    let mut threads = Vec::new();
    let mut more = true;
    let mut fresh = true;
    // What catching up did, while the caller may still take it back.
    let mut caught_up: Option<CaughtUp> = None;
    // What the bar stays on when news changes the order.
    let mut on = None;
    loop {
        if std::mem::take(&mut fresh) {
            // What was read or written changes counts and order: begun anew, up to where the bar is.
            threads.clear();
            more = true;
            // One more: what the bar is on may have gone down by one.
            while more && threads.len() <= bar.chosen + usize::from(on.is_some()) {
                let Some(below) = fetch(call, &reader, &mut threads).await? else { return Ok(()) };
                more = below;
            }
            bar.follow(on.take(), threads.iter().map(|thread| thread.thread));
        }
        call.enter("threads", &reader.board().name, &reader.board().description);
        let mut keys = keys.clone();
        if caught_up.is_some() {
            keys.push(("U", "take it back"));
        }
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: threads.iter().map(|thread| row(thread, call.language())).collect(),
            empty: format!("Nobody has written here yet.{begin}"),
            keys,
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
            ListOutcome::Row(n) => {
                if let Some(summary) = threads.get(n) {
                    thread::show(call, &reader, summary.thread).await?;
                }
                fresh = true;
            }
            ListOutcome::Key('P') => {
                compose::post(call, board).await?;
                fresh = true;
            }
            ListOutcome::Key('C') => {
                caught_up = catch_up(call, &reader).await?.or(caught_up);
                // Also when it failed: part of it may be done.
                fresh = true;
            }
            ListOutcome::Key('U') => {
                if let Some(done) = &caught_up
                    && take_back(call, &reader, done).await?
                {
                    caught_up = None;
                    fresh = true;
                }
            }
            ListOutcome::More => {
                let Some(below) = fetch(call, &reader, &mut threads).await? else { return Ok(()) };
                more = below;
            }
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            ListOutcome::News => {
                on = threads.get(bar.chosen).map(|thread| thread.thread);
                fresh = true;
            }
            ListOutcome::Key(_) => {}
        }
    }
}

/// `1 message`, `50 messages`.
fn messages(count: i64) -> String {
    format::count(count, "message", "messages")
}

/// Marks everything on the board as read, if the caller means it; what was done, so that it can be taken back.
async fn catch_up(call: &mut Call, reader: &Reader) -> Result<Option<CaughtUp>, EndReason> {
    let answer = call.domain.messaging.boards(&call.caller).await;
    let Some(boards) = show_error(call, answer).await? else { return Ok(None) };
    let board = reader.board();
    let new = boards.iter().find(|summary| summary.board.id == board.id).map_or(0, |summary| summary.unread);
    let question = match new {
        0 => {
            notice(call, "catch up", &format!("Nothing is new on {}.", board.name)).await?;
            return Ok(None);
        }
        1 => format!("Mark the one new message on {} as read?", board.name),
        new => format!("Mark all {new} new messages on {} as read?", board.name),
    };
    if !confirm(call, &question).await? {
        return Ok(None);
    }
    let answer = call.domain.messaging.catch_up(reader).await;
    let Some(done) = show_error(call, answer).await? else { return Ok(None) };
    notice(call, "catch up", &format!("{} marked as read. U takes it back.", messages(done.messages())))
        .await?;
    Ok(Some(done))
}

/// Takes back what catching up did; false if that didn't work.
async fn take_back(call: &mut Call, reader: &Reader, done: &CaughtUp) -> Result<bool, EndReason> {
    let answer = call.domain.messaging.take_back(reader, done).await;
    let Some(new) = show_error(call, answer).await? else { return Ok(false) };
    let be = if new == 1 { "is" } else { "are" };
    notice(call, "catch up", &format!("{} {be} new again.", messages(new))).await?;
    Ok(true)
}
