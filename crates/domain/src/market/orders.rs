//! Orders at the last price. What an order needs is set aside with it (RESERVED) and then changes hands (SETTLED)
//! or comes back (RELEASED), in one transaction; an order that has ended never changes again.

use super::portfolio::hold_account;
use super::quotes::is_stale;
use super::{Market, MarketError, Symbol};
use crate::db::{DbError, Tx, in_tx, now, on_db};
use crate::money::Cents;
use crate::users::authority;
use crate::{Caller, EventBody, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;
use uuid::Uuid;

/// The most shares in one order.
pub const MAX_ORDER: i64 = 1_000_000;
/// The most shares of one company in one portfolio: at the highest price they are worth 10^17 cents, so the
/// value of some ninety such holdings still fits 64 bits.
const MAX_HOLDING: i64 = 1_000_000_000;
/// The most cash in one account, for the same reason.
const MAX_CASH: Cents = Cents(100_000_000_000_000_000);
/// Fills shown at once.
const HISTORY: i64 = 200;

/// Which way shares go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Cash becomes shares.
    Buy,
    /// Shares become cash.
    Sell,
}

impl Side {
    /// As the database has it.
    fn column(self) -> &'static str {
        match self {
            Side::Buy => "BUY",
            Side::Sell => "SELL",
        }
    }
}

/// `buy` or `sell`.
impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Side::Buy => "buy",
            Side::Sell => "sell",
        })
    }
}

/// May trade. Made by [`Market::trader`] alone.
#[derive(Debug, Clone)]
pub struct Trader {
    user: UserId,
}

impl Trader {
    pub(super) fn user(&self) -> UserId {
        self.user
    }
}

/// An order at whatever the last price is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The same order sent again carries the same key, and is carried out once.
    pub key: Uuid,
    /// Buy or sell.
    pub side: Side,
    /// What.
    pub symbol: Symbol,
    /// How many: 1 to [`MAX_ORDER`].
    pub shares: i64,
}

/// An order that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// Bought or sold.
    pub side: Side,
    /// What.
    pub symbol: Symbol,
    /// How many.
    pub shares: i64,
    /// The price of one.
    pub price: Cents,
    /// The price of all.
    pub total: Cents,
    /// Cash in the account afterwards.
    pub cash_left: Cents,
    /// When.
    pub at: DateTime<Utc>,
}

/// What the order would change, with the account held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
struct Before {
    price: Cents,
    quoted_at: DateTime<Utc>,
    shares: i64,
    cost: Cents,
}

#[derive(Debug, PartialEq, Eq)]
struct After {
    cash: Cents,
    /// What is booked: negative for a purchase.
    amount: Cents,
    shares: i64,
    cost: Cents,
}

#[derive(sqlx::FromRow)]
struct Row {
    side: String,
    symbol: Symbol,
    shares: i64,
    price: Cents,
    total: Cents,
    cash_left: Option<Cents>,
    reason: Option<String>,
    placed_at: DateTime<Utc>,
}

impl Market {
    /// Lets `who` trade, or says why not: guests have no portfolio.
    pub async fn trader(&self, who: &Caller) -> Result<Trader, MarketError> {
        if who.guest {
            let words = "Guests may watch, not trade: call again as NEW to join.";
            return Err(MarketError::Forbidden(words.into()));
        }
        Ok(Trader { user: who.id })
    }

    /// Carries out an order at the last price. An order whose key has been used gives the answer it gave then.
    ///
    /// Invalid when it is for no shares or too many, NotFound when the symbol is not traded, Conflict, with the
    /// sums, when the trader has not what it takes, when the last price is stale, or when the key belongs to another
    /// order.
    pub async fn order(&self, trader: &Trader, order: Order) -> Result<Fill, MarketError> {
        if !(1..=MAX_ORDER).contains(&order.shares) {
            return Err(MarketError::Invalid("An order is for 1 to 1,000,000 shares.".into()));
        }
        let user = trader.user;
        let at = now();
        let mut tx = self.store.begin().await?;
        authority::current(&mut tx, user).await?;
        let cash = hold_account(&mut tx, user).await?;
        let before: Option<Before> = in_tx!(tx, db => sqlx::query_as(
            "SELECT q.price, q.quoted_at, COALESCE(h.shares, 0) AS shares, COALESCE(h.cost, 0) AS cost FROM quotes q \
             LEFT JOIN holdings h ON h.symbol = q.symbol AND h.user_id = $1 WHERE q.symbol = $2")
            .bind(user).bind(&order.symbol).fetch_optional(db).await)?;
        let before = before.ok_or_else(|| MarketError::NotFound(order.symbol.to_string()))?;
        let total = before.price.checked_mul(order.shares).ok_or_else(too_much)?;

        let reserved: Option<i64> = in_tx!(tx, db => sqlx::query_scalar(
            "INSERT INTO orders (user_id, order_key, side, symbol, shares, price, total, state, placed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'RESERVED', $8) \
             ON CONFLICT (user_id, order_key) DO NOTHING RETURNING id")
            .bind(user).bind(order.key).bind(order.side.column()).bind(&order.symbol).bind(order.shares)
            .bind(before.price).bind(total).bind(at).fetch_optional(db).await)?;
        let Some(id) = reserved else {
            drop(tx);
            return self.answered_before(user, order).await;
        };
        // Only now: an order that was answered before is answered the same, however old the price has become.
        if is_stale(before.quoted_at, at) {
            return Err(MarketError::Conflict(silent(&order, at - before.quoted_at)));
        }
        match weigh(&order, total, cash, before) {
            Err(reason) => {
                release(&mut tx, id, &reason).await?;
                tx.commit().await?;
                Err(MarketError::Conflict(reason))
            }
            Ok(after) => {
                settle(&mut tx, user, id, &order.symbol, &after, at).await?;
                tx.event(EventBody::OrderSettled {
                    user,
                    symbol: order.symbol.to_string(),
                    side: order.side.to_string(),
                    shares: order.shares,
                    cents: total.0,
                });
                tx.commit().await?;
                let Order { side, symbol, shares, .. } = order;
                Ok(Fill { side, symbol, shares, price: before.price, total, cash_left: after.cash, at })
            }
        }
    }

    /// The orders of `who` that were carried out, newest first, at most 200.
    pub async fn history(&self, who: &Caller, limit: i64) -> Result<Vec<Fill>, MarketError> {
        let rows: Vec<Row> = on_db!(self.store, db => sqlx::query_as(
            "SELECT side, symbol, shares, price, total, cash_left, reason, placed_at FROM orders \
             WHERE user_id = $1 AND state = 'SETTLED' ORDER BY id DESC LIMIT $2")
            .bind(who.id).bind(limit.clamp(1, HISTORY)).fetch_all(db).await)?;
        Ok(rows.into_iter().filter_map(|row| row.answer().ok()).collect())
    }

    async fn answered_before(&self, user: UserId, order: Order) -> Result<Fill, MarketError> {
        let row: Option<Row> = on_db!(self.store, db => sqlx::query_as(
            "SELECT side, symbol, shares, price, total, cash_left, reason, placed_at FROM orders \
             WHERE user_id = $1 AND order_key = $2")
            .bind(user).bind(order.key).fetch_optional(db).await)?;
        match row {
            Some(row)
                if (row.side.as_str(), &row.symbol, row.shares)
                    == (order.side.column(), &order.symbol, order.shares) =>
            {
                row.answer()
            }
            _ => Err(MarketError::Conflict("That order was placed before, for something else.".into())),
        }
    }
}

impl Row {
    fn answer(self) -> Result<Fill, MarketError> {
        let side = if self.side == Side::Buy.column() { Side::Buy } else { Side::Sell };
        let Row { symbol, shares, price, total, cash_left, reason, placed_at: at, .. } = self;
        match cash_left {
            Some(cash_left) => Ok(Fill { side, symbol, shares, price, total, cash_left, at }),
            None => Err(MarketError::Conflict(reason.unwrap_or_default())),
        }
    }
}

fn too_much() -> MarketError {
    MarketError::Invalid("That is more money than there is.".into())
}

/// Why nothing is traded at a price of that age.
fn silent(order: &Order, age: TimeDelta) -> String {
    let age = match (age.num_minutes(), age.num_hours(), age.num_days()) {
        (minutes, ..=1, _) => format!("{minutes} minutes"),
        (_, hours, ..=1) => format!("{hours} hours"),
        (_, _, days) => format!("{days} days"),
    };
    let done = match order.side {
        Side::Buy => "bought",
        Side::Sell => "sold",
    };
    format!("The feed is silent: the last price of {} is {age} old. Nothing was {done}.", order.symbol)
}

/// What the order would leave, or why it cannot be.
fn weigh(order: &Order, total: Cents, cash: Cents, before: Before) -> Result<After, String> {
    let Order { side, symbol, shares, .. } = order;
    let plural = |n: i64| if n == 1 { "share" } else { "shares" };
    match side {
        Side::Buy => {
            let left = cash.checked_sub(total).filter(|left| *left >= Cents::ZERO).ok_or_else(|| {
                let verb = if *shares == 1 { "costs" } else { "cost" };
                format!("Not enough cash: {shares} {} {verb} {total}, you have {cash}.", plural(*shares))
            })?;
            let held = before.shares.checked_add(*shares).filter(|held| *held <= MAX_HOLDING);
            let (Some(held), Some(cost)) = (held, before.cost.checked_add(total)) else {
                return Err(format!("No one may hold more than {MAX_HOLDING} shares of {symbol}."));
            };
            Ok(After { cash: left, amount: Cents(-total.0), shares: held, cost })
        }
        Side::Sell => {
            let held = before.shares;
            let Some(left) = held.checked_sub(*shares).filter(|left| *left >= 0) else {
                return Err(match held {
                    0 => format!("You have no shares of {symbol}."),
                    _ => format!("Not enough shares: you have {held} {} of {symbol}.", plural(held)),
                });
            };
            let Some(cash) = cash.checked_add(total).filter(|cash| *cash <= MAX_CASH) else {
                return Err(format!("No account may hold more than {MAX_CASH}."));
            };
            // What is left keeps its part of the cost. 128 bits: a cost times a number of shares.
            let sold = i128::from(before.cost.0) * i128::from(*shares) / i128::from(held.max(1));
            let sold = i64::try_from(sold).map_err(|_| too_much().to_string())?;
            Ok(After { cash, amount: total, shares: left, cost: Cents(before.cost.0 - sold) })
        }
    }
}

async fn settle(
    tx: &mut Tx,
    user: UserId,
    order: i64,
    symbol: &Symbol,
    after: &After,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let paid = in_tx!(tx, db => sqlx::query(
        "UPDATE accounts SET cash = cash + $2 WHERE user_id = $1 AND cash + $2 = $3")
        .bind(user).bind(after.amount).bind(after.cash).execute(db).await.map(|done| done.rows_affected()))?;
    in_tx!(tx, db => sqlx::query(
        "INSERT INTO holdings (user_id, symbol, shares, cost) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id, symbol) DO UPDATE SET shares = excluded.shares, cost = excluded.cost")
        .bind(user).bind(symbol).bind(after.shares).bind(after.cost).execute(db).await.map(drop))?;
    in_tx!(tx, db => sqlx::query(
        "INSERT INTO ledger (user_id, order_id, amount, booked_at) VALUES ($1, $2, $3, $4)")
        .bind(user).bind(order).bind(after.amount).bind(at).execute(db).await.map(drop))?;
    let settled = in_tx!(tx, db => sqlx::query(
        "UPDATE orders SET state = 'SETTLED', cash_left = $2 WHERE id = $1 AND state = 'RESERVED'")
        .bind(order).bind(after.cash).execute(db).await.map(|done| done.rows_affected()))?;
    expect_one(paid.min(settled), order)
}

async fn release(tx: &mut Tx, order: i64, reason: &str) -> Result<(), DbError> {
    let released = in_tx!(tx, db => sqlx::query(
        "UPDATE orders SET state = 'RELEASED', reason = $2 WHERE id = $1 AND state = 'RESERVED'")
        .bind(order).bind(reason).execute(db).await.map(|done| done.rows_affected()))?;
    expect_one(released, order)
}

/// The account is held and the order is new, so each step finds its row. Should one ever not, nothing is kept.
fn expect_one(rows: u64, order: i64) -> Result<(), DbError> {
    if rows == 1 {
        return Ok(());
    }
    tracing::error!(market.order = order, "an order lost its account or its escrow");
    Err(DbError::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(side: Side, shares: i64, cash: i64, before: (i64, i64, i64)) -> Result<After, String> {
        let order = Order { key: Uuid::nil(), side, symbol: "TRUNK".parse().unwrap(), shares };
        let (price, cost) = (Cents(before.0), Cents(before.2));
        let before = Before { price, quoted_at: DateTime::UNIX_EPOCH, shares: before.1, cost };
        weigh(&order, before.price.checked_mul(shares).unwrap(), Cents(cash), before)
    }

    #[test]
    fn a_purchase_takes_cash_and_adds_to_the_cost() {
        let after = weighed(Side::Buy, 10, 1_000, (100, 5, 350)).unwrap();
        assert_eq!(after, After { cash: Cents(0), amount: Cents(-1_000), shares: 15, cost: Cents(1_350) });
    }

    #[test]
    fn a_sale_takes_its_part_of_the_cost_and_the_last_share_the_rest() {
        let after = weighed(Side::Sell, 1, 0, (500, 3, 1_000)).unwrap();
        assert_eq!(after, After { cash: Cents(500), amount: Cents(500), shares: 2, cost: Cents(667) });
        assert_eq!(weighed(Side::Sell, 3, 0, (500, 3, 1_000)).unwrap().cost, Cents(0));
    }

    #[test]
    fn refusals_name_the_sums() {
        let refused = |side, shares, cash, before| weighed(side, shares, cash, before).unwrap_err();
        assert_eq!(
            refused(Side::Buy, 120, 100_000, (1_029, 0, 0)),
            "Not enough cash: 120 shares cost $1,234.80, you have $1,000.00."
        );
        assert_eq!(
            refused(Side::Buy, 1, 99, (100, 0, 0)),
            "Not enough cash: 1 share costs $1.00, you have $0.99."
        );
        assert_eq!(refused(Side::Sell, 1, 0, (100, 0, 0)), "You have no shares of TRUNK.");
        assert_eq!(refused(Side::Sell, 2, 0, (100, 1, 9)), "Not enough shares: you have 1 share of TRUNK.");
        assert!(weighed(Side::Buy, 1, 100, (1, MAX_HOLDING, 0)).is_err());
        assert!(weighed(Side::Sell, 1, MAX_CASH.0, (1, 1, 0)).is_err());
    }
}
