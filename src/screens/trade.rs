//! Buying and selling at the last price.

use dialtone_domain::Cents;
use dialtone_domain::market::{Order, Side, Symbol};
use dialtone_terminal::Style;
use uuid::Uuid;

use crate::call::{Call, EndReason};
use crate::ui::{CellText, Field, Form, notice, styles};

use super::{format, show_error};

/// A change in the colour of its sign.
pub fn coloured(from: Cents, to: Cents) -> CellText {
    (format::change(from, to), Some(way(from, to)))
}

/// The colour of what has gone up or down.
pub fn way(from: Cents, to: Cents) -> Style {
    match to.0.cmp(&from.0) {
        std::cmp::Ordering::Less => styles::DANGER,
        std::cmp::Ordering::Equal => styles::ASIDE,
        std::cmp::Ordering::Greater => styles::GAIN,
    }
}

/// What B and S stand for.
pub fn side(key: char) -> Side {
    if key == 'S' { Side::Sell } else { Side::Buy }
}

/// Asks for symbol and shares and places the order.
pub async fn trade(call: &mut Call, side: Side, symbol: Option<&Symbol>) -> Result<(), EndReason> {
    let answer = call.domain.market.trader(&call.caller).await;
    let Some(trader) = show_error(call, answer).await? else { return Ok(()) };
    let (title, verb) = match side {
        Side::Buy => ("buy", "bought"),
        Side::Sell => ("sell", "sold"),
    };
    call.enter("trade", title, "at the last price");
    let mut form = Form::new("");
    let field = Field::open("symbol", "as on the tape", 8).suggesting(symbol.map_or("", Symbol::as_str));
    let Some(answer) = form.ask(call, &field).await? else { return Ok(()) };
    let parsed = answer.parse::<Symbol>();
    let Some(symbol) = show_error(call, parsed).await? else { return Ok(()) };
    form.keep("symbol", symbol.as_str());
    let field =
        Field::open("shares", "a whole number", 9).checked(|answer| match answer.trim().parse::<i64>() {
            Ok(1..) => Ok(()),
            _ => Err("A whole number of shares, one or more."),
        });
    let Some(answer) = form.ask(call, &field).await? else { return Ok(()) };
    let Ok(shares) = answer.trim().parse() else { return Ok(()) };
    // One key for this order, however often it has to be sent.
    let order = Order { key: Uuid::new_v4(), side, symbol, shares };
    let answer = call.domain.market.order(&trader, order).await;
    if let Some(fill) = show_error(call, answer).await? {
        let words = format!(
            "You {verb} {} {} at {} for {}.\n{} in cash remains.",
            fill.shares, fill.symbol, fill.price, fill.total, fill.cash_left
        );
        notice(call, "done", &words).await?;
    }
    Ok(())
}
