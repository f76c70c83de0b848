//! The paper portfolio: what one holds, and buying and selling at the last price.

use dialtone_domain::Cents;
use dialtone_domain::market::{Fill, Holding, Portfolio, START_CASH, Side};

use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::ui::{Bar, CellText, Column, List, ListOutcome, Panel, Picture, Share, pick, read, styles};
use crate::ui::{Text, ViewerOutcome};

use super::trade::{coloured, side, trade};
use super::{format, pager, show_error};

const COLUMNS: [Column; 5] = [
    Column::new("symbol", 7, styles::KEY),
    Column::new("shares", 10, styles::WORDS).right(),
    Column::new("last", 0, styles::WORDS).right().spare(),
    Column::new("worth", 14, styles::NAME).right(),
    Column::new("gain", 10, styles::WORDS).right().spare(),
];
/// Bars of the chart: cash, the largest holdings, and the rest together.
const BARS: usize = 3;

/// A part of the whole in thousandths.
fn share(part: Cents, whole: Cents) -> u16 {
    let thousandths = i128::from(part.0) * 1000 / i128::from(whole.0.max(1));
    u16::try_from(thousandths.clamp(0, 1000)).unwrap_or(0)
}

fn bar(label: &str, part: Cents, whole: Cents) -> Share {
    let share = share(part, whole);
    Share { label: label.to_owned(), share, figure: format!("{:>3} %", (share + 5) / 10) }
}

/// How the whole is spread: cash, then the largest holdings, what is left in one.
fn spread(portfolio: &Portfolio) -> Vec<Share> {
    let mut holdings: Vec<&Holding> = portfolio.holdings.iter().collect();
    holdings.sort_by_key(|holding| std::cmp::Reverse(holding.value));
    let mut bars = vec![bar("cash", portfolio.cash, portfolio.total)];
    let alone = if holdings.len() < BARS { holdings.len() } else { BARS - 2 };
    let (alone, rest) = holdings.split_at(alone.min(holdings.len()));
    bars.extend(alone.iter().map(|holding| bar(holding.symbol.as_str(), holding.value, portfolio.total)));
    if !rest.is_empty() {
        let sum = Cents(rest.iter().map(|holding| holding.value.0).sum());
        bars.push(bar("others", sum, portfolio.total));
    }
    bars
}

fn about(portfolio: &Portfolio) -> Panel {
    Panel {
        title: "how it is spread".into(),
        pairs: vec![
            ("worth", portfolio.total.to_string()),
            ("in cash", portfolio.cash.to_string()),
            ("so far", format::change(START_CASH, portfolio.total)),
        ],
        words: String::new(),
        picture: Some(Picture::Bars(spread(portfolio))),
    }
}

fn row(holding: &Holding) -> Vec<CellText> {
    vec![
        (holding.symbol.to_string(), None),
        (holding.shares.to_string(), None),
        (holding.price.to_string(), None),
        (holding.value.to_string(), None),
        coloured(holding.cost, holding.value),
    ]
}

/// Shows the caller's portfolio until they leave.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    let mut bar = Bar::default();
    loop {
        let answer = call.domain.market.portfolio(&call.caller).await;
        let Some(portfolio) = show_error(call, answer).await? else { return Ok(()) };
        let subtitle = format!("worth {}, {} of it in cash", portfolio.total, portfolio.cash);
        call.enter("portfolio", "your portfolio", &subtitle);
        if portfolio.holdings.is_empty() {
            match nothing_yet(call, &portfolio).await? {
                ViewerOutcome::Key('H') => history(call).await?,
                ViewerOutcome::Key(key) => trade(call, side(key), None).await?,
                ViewerOutcome::Pages => pager(call).await?,
                _ => return Ok(()),
            }
            continue;
        }
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: portfolio.holdings.iter().map(row).collect(),
            keys: vec![("B", "buy"), ("S", "sell"), ("H", "history")],
            bar: std::mem::take(&mut bar),
            about: Some(Box::new(|_| about(&portfolio))),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        let symbol = portfolio.holdings.get(bar.chosen).map(|holding| holding.symbol.clone());
        match picked {
            ListOutcome::Key('H') => history(call).await?,
            ListOutcome::Key(key) => trade(call, side(key), symbol.as_ref()).await?,
            ListOutcome::Row(_) => trade(call, Side::Sell, symbol.as_ref()).await?,
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            ListOutcome::More | ListOutcome::News => {}
        }
    }
}

/// A portfolio without shares: what there is to begin with.
async fn nothing_yet(call: &mut Call, portfolio: &Portfolio) -> Result<ViewerOutcome, EndReason> {
    let text = Text {
        heading: Panel {
            title: "paper money".into(),
            pairs: vec![("in cash", portfolio.cash.to_string()), ("shares", "none yet".to_owned())],
            ..Panel::default()
        },
        body: "No shares yet. B buys some at the last price; the money is paper, and so is the loss.".into(),
        keys: vec![("B", "buy"), ("S", "sell"), ("H", "history")],
        ..Text::default()
    };
    read(call, &text).await
}

fn filled(fill: &Fill, language: &Language) -> Vec<CellText> {
    let side = if fill.side == Side::Buy { "buy" } else { "sell" };
    vec![
        (format::ago(language, fill.at), None),
        (side.to_owned(), None),
        (fill.symbol.to_string(), None),
        (fill.shares.to_string(), None),
        (fill.total.to_string(), None),
    ]
}

fn order(fill: &Fill) -> Panel {
    let verb = if fill.side == Side::Buy { "bought" } else { "sold" };
    Panel {
        title: format!("{verb} {} {}", fill.shares, fill.symbol),
        pairs: vec![
            ("at", fill.price.to_string()),
            ("for", fill.total.to_string()),
            ("when", format::moment(fill.at)),
            ("cash left", fill.cash_left.to_string()),
        ],
        ..Panel::default()
    }
}

async fn history(call: &mut Call) -> Result<(), EndReason> {
    const COLUMNS: [Column; 5] = [
        Column::new("when", 10, styles::ASIDE),
        Column::new("", 5, styles::WORDS),
        Column::new("symbol", 7, styles::KEY),
        Column::new("shares", 10, styles::WORDS).right().spare(),
        Column::new("for", 13, styles::NAME).right(),
    ];
    /// Orders shown.
    const SHOWN: i64 = 200;
    let answer = call.domain.market.history(&call.caller, SHOWN).await;
    let Some(fills) = show_error(call, answer).await? else { return Ok(()) };
    call.enter("portfolio", "your orders", "newest first");
    let mut list = List {
        columns: COLUMNS.to_vec(),
        rows: fills.iter().map(|fill| filled(fill, call.language())).collect(),
        about: Some(Box::new(|n| fills.get(n).map(order).unwrap_or_default())),
        empty: "No orders yet.".into(),
        ..List::default()
    };
    loop {
        match pick(call, &mut list).await? {
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            _ => {}
        }
    }
}
