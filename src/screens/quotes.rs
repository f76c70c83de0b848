//! The tape: quotes as they change, each with the way it came.

use dialtone_domain::Cents;
use dialtone_domain::market::{Quote, Side};

use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::switchboard::PriceHistory;
use crate::ui::{Bar, CellText, Column, List, ListOutcome, Live, Panel, Picture, chart, pick, styles};

use super::trade::{coloured, side, trade, way};
use super::{format, pager, show_error, ticker};

const COLUMNS: [Column; 6] = [
    Column::new("symbol", 7, styles::KEY),
    Column::new("name", 0, styles::NAME).spare(),
    Column::new("lately", SPARK, styles::HEADING).spare().picture(),
    Column::new("last", 11, styles::WORDS).right(),
    Column::new("today", 10, styles::WORDS).right(),
    Column::new(AS_OF, 7, styles::ASIDE).right().spare(),
];
/// When a price was heard, for tapes that lag.
const AS_OF: &str = "as of";
/// Columns of the small chart in a row.
const SPARK: u16 = 8;

/// The prices that a chart is drawn from: those this instance heard, or the day's first and last.
fn prices(tape: &PriceHistory, quote: &Quote) -> Vec<i64> {
    let mut heard = tape.of(quote.symbol.as_str());
    if heard.last().is_some_and(|last| *last != quote.price.0) {
        // The records are a moment ahead of the news of them.
        heard.push(quote.price.0);
    }
    if heard.len() < 2 { vec![quote.open.0, quote.price.0] } else { heard }
}

fn row(tape: &PriceHistory, quote: &Quote, language: &Language) -> Vec<CellText> {
    let way = Some(way(quote.open, quote.price));
    vec![
        (quote.symbol.to_string(), None),
        (quote.name.clone(), None),
        (chart::spark(&prices(tape, quote), usize::from(SPARK)), way),
        (quote.price.to_string(), way),
        coloured(quote.open, quote.price),
        (format::ago(language, quote.at), quote.stale.then_some(styles::DANGER)),
    ]
}

fn about(tape: &PriceHistory, quote: &Quote) -> Panel {
    let values = prices(tape, quote);
    let (low, high) = chart::bounds(&values);
    Panel {
        title: format!("{}  {}", quote.symbol, quote.name),
        pairs: vec![
            ("lately", format!("{} to {}", Cents(low), Cents(high))),
            ("opened", quote.open.to_string()),
        ],
        words: String::new(),
        picture: Some(Picture::Columns { values, base: quote.open.0 }),
    }
}

/// Sets what the tape in one line, and the market's figure, say.
pub fn prices_are(call: &mut Call, quotes: &[Quote]) {
    let open: i64 = quotes.iter().map(|quote| quote.open.0).sum();
    let price: i64 = quotes.iter().map(|quote| quote.price.0).sum();
    call.screen.values.set("TK", ticker::line(quotes, call.screen.terminal.columns.saturating_sub(4)));
    call.screen.values.set("MI", format::change(Cents(open), Cents(price)));
}

/// Shows the quotes until the caller leaves; they change on the screen as the feed brings them.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    call.subscription.handle().update(|filter| filter.quotes = true);
    let result = watch(call).await;
    call.subscription.handle().update(|filter| filter.quotes = false);
    result
}

async fn watch(call: &mut Call) -> Result<(), EndReason> {
    let mut bar = Bar::default();
    let switchboard = std::sync::Arc::clone(&call.server.switchboard);
    let tape = switchboard.prices();
    loop {
        let answer = call.domain.market.quotes().await;
        let Some(quotes) = show_error(call, answer).await? else { return Ok(()) };
        prices_are(call, &quotes);
        let stale = quotes.iter().any(|quote| quote.stale);
        // A price of this minute needs no saying so.
        let old = quotes.iter().any(|quote| !format::is_now(quote.at));
        call.enter(
            "quotes",
            "the tape",
            if stale { "the feed is silent: old prices" } else { "paper money, made-up companies" },
        );
        let mut list = List {
            columns: COLUMNS.into_iter().filter(|column| old || column.title != AS_OF).collect(),
            rows: quotes.iter().map(|quote| row(tape, quote, call.language())).collect(),
            empty: "The tape is blank: the feed has not begun.".into(),
            keys: if call.caller.is_guest() { vec![] } else { vec![("B", "buy"), ("S", "sell")] },
            bar: std::mem::take(&mut bar),
            live: Live::Prices,
            about: Some(Box::new(|n| quotes.get(n).map(|quote| about(tape, quote)).unwrap_or_default())),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        match picked {
            ListOutcome::Row(n) if !call.caller.is_guest() => {
                if let Some(quote) = quotes.get(n) {
                    trade(call, Side::Buy, Some(&quote.symbol)).await?;
                }
            }
            ListOutcome::Key(key) => {
                if let Some(quote) = quotes.get(bar.chosen) {
                    trade(call, side(key), Some(&quote.symbol)).await?;
                }
            }
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            ListOutcome::Row(_) | ListOutcome::More | ListOutcome::News => {}
        }
    }
}
