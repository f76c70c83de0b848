//! The boards, with what is new on each.

use crate::ui::{Call, Column, Leave, List, Picked, pick, theme};

use super::{pager, said, threads, words};

const COLUMNS: [Column; 5] = [
    Column::new("board", 22, theme::NAME),
    Column::new("about", 0, theme::WORDS).spare(),
    Column::new("messages", 8, theme::WORDS).right().spare(),
    Column::new("new", 5, theme::FIGURE).right(),
    Column::new("last", 10, theme::ASIDE).right(),
];

/// Shows the boards this caller may read until they leave.
pub async fn show(call: &mut Call) -> Result<(), Leave> {
    let mut chosen = 0;
    loop {
        let answer = call.domain.messaging.boards(&call.caller).await;
        let Some(boards) = said(call, answer).await? else { return Ok(()) };
        let new: i64 = boards.iter().map(|board| board.unread).sum();
        let subtitle = match new {
            0 => "nothing new".to_owned(),
            new => words::count(new, "new message", "new messages"),
        };
        call.enter("boards", "message boards", &subtitle);
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: boards
                .iter()
                .map(|summary| {
                    let name = match summary.board.read_only {
                        true => format!("{} (read only)", summary.board.name),
                        false => summary.board.name.clone(),
                    };
                    vec![
                        (name, None),
                        (summary.board.description.clone(), None),
                        (summary.messages.to_string(), None),
                        if summary.unread > 0 {
                            (summary.unread.to_string(), None)
                        } else {
                            ("·".to_owned(), Some(theme::ASIDE))
                        },
                        (summary.last_post.map(words::ago).unwrap_or_default(), None),
                    ]
                })
                .collect(),
            empty: "There is no board here that you may read.".into(),
            chosen,
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        chosen = list.chosen;
        match picked {
            Picked::Row(n) => {
                if let Some(summary) = boards.get(n) {
                    threads::show(call, summary.board.id).await?;
                }
            }
            Picked::Pages => pager(call).await?,
            Picked::Back => return Ok(()),
            Picked::Key(_) | Picked::More | Picked::News => {}
        }
    }
}
