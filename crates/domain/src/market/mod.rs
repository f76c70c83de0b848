//! Quotes of invented companies and paper portfolios: whole cents only, every order through an escrow.
//!
//! Locks are taken in one order: account, order, holding, ledger. The account comes first, so the orders of one
//! user follow one another and those of different users never meet.

mod companies;
mod error;
pub mod feed;
mod orders;
mod portfolio;
mod quotes;
mod symbol;

pub use error::MarketError;
pub use orders::{Fill, MAX_ORDER, Order, Side, Trader};
pub use portfolio::{Holding, Portfolio, START_CASH};
pub use quotes::{MAX_PRICE, Quote, STALE_AFTER};
pub use symbol::Symbol;

use crate::db::Store;

/// The market service. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Market {
    store: Store,
}

impl Market {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }
}
