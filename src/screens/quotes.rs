//! The tape: quotes as they change.

use dialtone_domain::market::Side;

use crate::ui::{Call, Column, Leave, List, Picked, pick, theme};

use super::trade::{coloured, side, trade};
use super::{pager, said, words};

const COLUMNS: [Column; 5] = [
    Column::new("symbol", 7, theme::KEY),
    Column::new("name", 0, theme::NAME),
    Column::new("last", 12, theme::WORDS).right(),
    Column::new("today", 10, theme::WORDS).right(),
    Column::new("as of", 8, theme::ASIDE).right().spare(),
];

/// Shows the quotes until the caller leaves; they change on the screen as the feed brings them.
pub async fn show(call: &mut Call) -> Result<(), Leave> {
    call.registration.plug().update(|interest| interest.quotes = true);
    let result = watch(call).await;
    call.registration.plug().update(|interest| interest.quotes = false);
    result
}

async fn watch(call: &mut Call) -> Result<(), Leave> {
    let mut chosen = 0;
    loop {
        let answer = call.domain.market.quotes().await;
        let Some(quotes) = said(call, answer).await? else { return Ok(()) };
        let stale = quotes.iter().any(|quote| quote.stale);
        call.enter(
            "quotes",
            "the tape",
            if stale { "the feed is silent: old prices" } else { "paper money, made-up companies" },
        );
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: quotes
                .iter()
                .map(|quote| {
                    vec![
                        (quote.symbol.to_string(), None),
                        (quote.name.clone(), None),
                        (quote.price.to_string(), None),
                        coloured(quote.open, quote.price),
                        (words::ago(quote.at), quote.stale.then_some(theme::DANGER)),
                    ]
                })
                .collect(),
            empty: "The tape is blank: the feed has not begun.".into(),
            keys: if call.caller.guest { vec![] } else { vec![("B", "buy"), ("S", "sell")] },
            chosen,
            live: true,
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        chosen = list.chosen;
        match picked {
            Picked::Row(n) if !call.caller.guest => {
                if let Some(quote) = quotes.get(n) {
                    trade(call, Side::Buy, Some(&quote.symbol)).await?;
                }
            }
            Picked::Key(key) => {
                if let Some(quote) = quotes.get(chosen) {
                    trade(call, side(key), Some(&quote.symbol)).await?;
                }
            }
            Picked::Pages => pager(call).await?,
            Picked::Back => return Ok(()),
            Picked::Row(_) | Picked::More | Picked::News => {}
        }
    }
}
