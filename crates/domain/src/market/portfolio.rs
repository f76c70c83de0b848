//! What a trader has: paper money, opened at the first look, and shares at what they cost.

use super::{Market, MarketError, Symbol};
use crate::db::{DbError, Tx, in_tx, now, on_db};
use crate::money::Cents;
use crate::{Caller, UserId};

/// What everybody begins with: $100,000.00.
pub const START_CASH: Cents = Cents(10_000_000);

/// Shares of one company in a portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The share.
    pub symbol: Symbol,
    /// How many.
    pub shares: i64,
    /// What they cost together. A sale takes its part of it, rounded down.
    pub cost: Cents,
    /// The last price of one.
    pub price: Cents,
    /// What they are worth together at that price.
    pub value: Cents,
}

/// All a trader has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portfolio {
    /// Money not invested.
    pub cash: Cents,
    /// Shares by symbol.
    pub holdings: Vec<Holding>,
    /// Cash and the value of all shares.
    pub total: Cents,
}

#[derive(sqlx::FromRow)]
struct Row {
    cash: Cents,
    symbol: Option<Symbol>,
    shares: Option<i64>,
    cost: Option<Cents>,
    price: Option<Cents>,
}

impl Market {
    /// What `who` has, with [`START_CASH`] at the first look. Forbidden to guests.
    pub async fn portfolio(&self, who: &Caller) -> Result<Portfolio, MarketError> {
        let user = self.trader(who).await?.user();
        let mut rows = self.portfolio_rows(user).await?;
        if rows.is_empty() {
            let mut tx = self.store.begin().await?;
            hold_account(&mut tx, user).await?;
            tx.commit().await?;
            rows = self.portfolio_rows(user).await?;
        }
        total(rows).ok_or_else(|| MarketError::Conflict("That is more money than there is.".into()))
    }

    /// One statement, so that cash and shares are of one moment.
    async fn portfolio_rows(&self, user: UserId) -> Result<Vec<Row>, DbError> {
        on_db!(self.store, db => sqlx::query_as(
            "SELECT a.cash, h.symbol, h.shares, h.cost, q.price FROM accounts a \
             LEFT JOIN holdings h ON h.user_id = a.user_id AND h.shares > 0 \
             LEFT JOIN quotes q ON q.symbol = h.symbol WHERE a.user_id = $1 ORDER BY h.symbol")
            .bind(user).fetch_all(db).await)
    }
}

/// Adds up, or `None` when there is no account or a sum does not fit, which the bounds on prices, shares and
/// cash forbid.
fn total(rows: Vec<Row>) -> Option<Portfolio> {
    let cash = rows.first()?.cash;
    let mut portfolio = Portfolio { cash, holdings: Vec::new(), total: cash };
    for row in rows {
        let Row { symbol: Some(symbol), shares: Some(shares), cost: Some(cost), price: Some(price), .. } =
            row
        else {
            continue;
        };
        let value = price.checked_mul(shares)?;
        portfolio.total = portfolio.total.checked_add(value)?;
        portfolio.holdings.push(Holding { symbol, shares, cost, price, value });
    }
    Some(portfolio)
}

/// Opens the account if there is none, keeps it to this transaction until it ends, and tells its cash.
pub(super) async fn hold_account(tx: &mut Tx, user: UserId) -> Result<Cents, DbError> {
    let at = now();
    let (cash, orders): (Cents, i64) = in_tx!(tx, db => sqlx::query_as(
        "INSERT INTO accounts (user_id, cash, orders, opened_at) VALUES ($1, $2, 0, $3) \
         ON CONFLICT (user_id) DO UPDATE SET orders = accounts.orders + 1 RETURNING cash, orders")
        .bind(user).bind(START_CASH).bind(at).fetch_one(db).await)?;
    if orders == 0 {
        in_tx!(tx, db => sqlx::query("INSERT INTO ledger (user_id, amount, booked_at) VALUES ($1, $2, $3)")
            .bind(user).bind(START_CASH).bind(at).execute(db).await.map(drop))?;
    }
    Ok(cash)
}
