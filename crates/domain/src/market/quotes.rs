//! Prices: the last one of each share, and how they come in.

use super::{Market, MarketError, Symbol};
use crate::EventBody;
use crate::db::{in_tx, now, on_db};
use crate::events::QuoteTick;
use crate::money::Cents;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// A price older than this is shown as stale: the feed is not running.
pub const STALE_AFTER: TimeDelta = TimeDelta::minutes(5);
/// The highest price taken from a feed. With the bounds on shares it keeps every sum within 64 bits.
pub const MAX_PRICE: Cents = Cents(100_000_000);
/// The most prices taken in one batch: each is a statement of one transaction.
const BATCH: usize = 500;

/// The last price of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The share.
    pub symbol: Symbol,
    /// The company.
    pub name: String,
    /// Price of one share.
    pub price: Cents,
    /// Price at the last midnight, UTC.
    pub open: Cents,
    /// When the price came in.
    pub at: DateTime<Utc>,
    /// The price is older than [`STALE_AFTER`].
    pub stale: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    symbol: Symbol,
    name: String,
    price: Cents,
    open: Cents,
    quoted_at: DateTime<Utc>,
}

impl Market {
    /// All quotes by symbol.
    pub async fn quotes(&self) -> Result<Vec<Quote>, MarketError> {
        let rows: Vec<Row> = on_db!(self.store, db => sqlx::query_as(
            "SELECT symbol, name, price, open, quoted_at FROM quotes ORDER BY symbol")
            .fetch_all(db).await)?;
        let now = now();
        let quote = |row: Row| Quote {
            symbol: row.symbol,
            name: row.name,
            price: row.price,
            open: row.open,
            at: row.quoted_at,
            stale: is_stale(row.quoted_at, now),
        };
        Ok(rows.into_iter().map(quote).collect())
    }

    /// Takes a batch of prices from a feed: one transaction, one event. Of two prices for one share the later in
    /// the batch counts; shares that are not listed are passed over.
    ///
    /// Invalid, and nothing is changed, when a price is below a cent or above [`MAX_PRICE`], or when there are
    /// more than 500 of them.
    pub async fn publish(&self, ticks: &[(Symbol, Cents)]) -> Result<(), MarketError> {
        if ticks.len() > BATCH {
            return Err(MarketError::Invalid(format!("A batch has at most {BATCH} prices.")));
        }
        if let Some((symbol, price)) = ticks.iter().find(|(_, price)| !(Cents(1)..=MAX_PRICE).contains(price))
        {
            return Err(MarketError::Invalid(format!("{price} is no price for {symbol}.")));
        }
        let at = now();
        let midnight = at.date_naive().and_time(NaiveTime::MIN).and_utc();
        let mut tx = self.store.begin().await?;
        let mut quotes = Vec::new();
        // By symbol, so that two batches lock the same rows in the same order.
        for (symbol, price) in
            ticks.iter().map(|(symbol, price)| (symbol, *price)).collect::<BTreeMap<_, _>>()
        {
            let moved = in_tx!(tx, db => sqlx::query(
                "UPDATE quotes SET open = CASE WHEN quoted_at < $3 THEN price ELSE open END, \
                        price = $2, quoted_at = $4 WHERE symbol = $1")
                .bind(symbol).bind(price).bind(midnight).bind(at)
                .execute(db).await.map(|done| done.rows_affected()))?;
            if moved > 0 {
                quotes.push(QuoteTick { symbol: symbol.to_string(), cents: price.0 });
            }
        }
        if !quotes.is_empty() {
            tx.event(EventBody::QuotesUpdated { quotes });
            tx.commit().await?;
        }
        Ok(())
    }
}

pub(super) fn is_stale(quoted: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - quoted > STALE_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_stale_after_five_minutes() {
        let quoted = now();
        assert!(!is_stale(quoted, quoted + STALE_AFTER));
        assert!(is_stale(quoted, quoted + STALE_AFTER + TimeDelta::microseconds(1)));
        assert!(!is_stale(quoted, quoted - TimeDelta::hours(1)), "a clock that was set back");
    }
}
