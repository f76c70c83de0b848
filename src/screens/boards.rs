//! The boards, with what is new on each.

use std::sync::Arc;

use dialtone_domain::messaging::BoardSummary;

use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::ui::{Bar, CellText, Column, List, ListOutcome, Live, Panel, pick, styles};

use super::{format, pager, show_error, threads};

const COLUMNS: [Column; 6] = [
    Column::new("", 1, styles::FIGURE).picture(),
    Column::new("board", 22, styles::NAME),
    Column::new("about", 0, styles::WORDS).spare(),
    Column::new("messages", 8, styles::WORDS).right().spare(),
    Column::new("new", 5, styles::FIGURE).right(),
    Column::new("last", 10, styles::ASIDE).right(),
];

fn row(summary: &BoardSummary, language: &Language) -> Vec<CellText> {
    vec![
        format::mark(summary.unread > 0),
        (summary.board.name.clone(), None),
        (summary.board.description.clone(), None),
        (summary.messages.to_string(), None),
        format::figure(summary.unread),
        (summary.last_post.map(|at| format::ago(language, at)).unwrap_or_default(), None),
    ]
}

fn about(summary: &BoardSummary, language: &Language) -> Panel {
    let writes = if summary.board.read_only { "the sysop writes, all read" } else { "all who call" };
    let last = summary.last_post.map_or_else(|| "nobody yet".to_owned(), |at| format::when(language, at));
    Panel {
        title: summary.board.name.clone(),
        pairs: vec![
            ("messages", format!("{}, {} new", summary.messages, summary.unread)),
            ("last one", last),
            ("for", writes.to_owned()),
        ],
        words: summary.board.description.clone(),
        picture: None,
    }
}

/// Shows the boards this caller may read until they leave.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    let (mut bar, mut on) = (Bar::default(), None);
    loop {
        let answer = call.domain.messaging.boards(&call.caller).await;
        let Some(boards) = show_error(call, answer).await? else { return Ok(()) };
        let new: i64 = boards.iter().map(|board| board.unread).sum();
        let subtitle = match new {
            0 => "nothing new".to_owned(),
            new => format::count(new, "new message", "new messages"),
        };
        bar.follow(on, boards.iter().map(|board| board.board.id));
        call.enter("boards", "message boards", &subtitle);
        let language = Arc::clone(call.language());
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: boards.iter().map(|board| row(board, &language)).collect(),
            empty: "There is no board here that you may read.".into(),
            bar: std::mem::take(&mut bar),
            live: Live::Messages,
            about: Some(Box::new(|n| boards.get(n).map(|board| about(board, &language)).unwrap_or_default())),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        on = boards.get(bar.chosen).map(|board| board.board.id);
        match picked {
            ListOutcome::Row(n) => {
                if let Some(summary) = boards.get(n) {
                    threads::show(call, summary.board.id).await?;
                }
            }
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            ListOutcome::Key(_) | ListOutcome::More | ListOutcome::News => {}
        }
    }
}
