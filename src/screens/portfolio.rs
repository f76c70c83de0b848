//! The paper portfolio: what one holds, and buying and selling at the last price.

use dialtone_domain::market::Side;

use crate::ui::{Call, Column, Leave, List, Picked, pick, theme};

use super::trade::{coloured, side, trade};
use super::{pager, said};

const COLUMNS: [Column; 5] = [
    Column::new("symbol", 7, theme::KEY),
    Column::new("shares", 12, theme::WORDS).right(),
    Column::new("last", 0, theme::WORDS).right().spare(),
    Column::new("worth", 16, theme::NAME).right(),
    Column::new("gain", 10, theme::WORDS).right(),
];

/// Shows the caller's portfolio until they leave.
pub async fn show(call: &mut Call) -> Result<(), Leave> {
    let mut chosen = 0;
    loop {
        let answer = call.domain.market.portfolio(&call.caller).await;
        let Some(portfolio) = said(call, answer).await? else { return Ok(()) };
        let subtitle = format!("worth {}, {} of it in cash", portfolio.total, portfolio.cash);
        call.enter("portfolio", "your portfolio", &subtitle);
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: portfolio
                .holdings
                .iter()
                .map(|holding| {
                    vec![
                        (holding.symbol.to_string(), None),
                        (holding.shares.to_string(), None),
                        (holding.price.to_string(), None),
                        (holding.value.to_string(), None),
                        coloured(holding.cost, holding.value),
                    ]
                })
                .collect(),
            empty: "No shares yet. B buys some; the money is paper.".into(),
            keys: vec![("B", "buy"), ("S", "sell"), ("H", "history")],
            chosen,
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        chosen = list.chosen;
        let symbol = portfolio.holdings.get(chosen).map(|holding| holding.symbol.clone());
        match picked {
            Picked::Key('H') => history(call).await?,
            Picked::Key(key) => trade(call, side(key), symbol.as_ref()).await?,
            Picked::Pages => pager(call).await?,
            Picked::Back => return Ok(()),
            _ => {}
        }
    }
}

async fn history(call: &mut Call) -> Result<(), Leave> {
    const COLUMNS: [Column; 5] = [
        Column::new("when", 10, theme::ASIDE),
        Column::new("", 5, theme::WORDS),
        Column::new("symbol", 7, theme::KEY),
        Column::new("shares", 12, theme::WORDS).right(),
        Column::new("for", 18, theme::NAME).right(),
    ];
    /// Orders shown.
    const SHOWN: i64 = 200;
    let answer = call.domain.market.history(&call.caller, SHOWN).await;
    let Some(fills) = said(call, answer).await? else { return Ok(()) };
    call.enter("portfolio", "your orders", "newest first");
    let mut list = List {
        columns: COLUMNS.to_vec(),
        rows: fills
            .iter()
            .map(|fill| {
                let side = if fill.side == Side::Buy { "buy" } else { "sell" };
                vec![
                    (super::words::ago(fill.at), None),
                    (side.to_owned(), None),
                    (fill.symbol.to_string(), None),
                    (fill.shares.to_string(), None),
                    (fill.total.to_string(), None),
                ]
            })
            .collect(),
        empty: "No orders yet.".into(),
        ..List::default()
    };
    while !matches!(pick(call, &mut list).await?, Picked::Back | Picked::Pages) {}
    Ok(())
}
