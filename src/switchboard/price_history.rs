//! The last prices of every share, as this instance heard them: what charts are drawn from.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use dialtone_domain::events::QuoteTick;

/// Prices kept of each share: at a price every five seconds, twenty minutes.
const KEPT: usize = 240;

/// The last prices of every share.
#[derive(Debug, Default)]
pub struct PriceHistory(Mutex<HashMap<String, VecDeque<i64>>>);

impl PriceHistory {
    /// Takes new prices. Only listed shares have any, so their number is bounded.
    pub(super) fn feed(&self, ticks: &[QuoteTick]) {
        let mut tape = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for tick in ticks {
            let prices = tape.entry(tick.symbol.clone()).or_default();
            if prices.len() == KEPT {
                prices.pop_front();
            }
            prices.push_back(tick.cents);
        }
    }

    /// The prices of a share in cents, oldest first.
    pub fn of(&self, symbol: &str) -> Vec<i64> {
        let tape = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tape.get(symbol).map(|prices| prices.iter().copied().collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_prices_go() {
        let tape = PriceHistory::default();
        for cents in 0..300 {
            tape.feed(&[QuoteTick { symbol: "TRUNK".into(), cents }]);
        }
        let prices = tape.of("TRUNK");
        assert_eq!((prices.len(), prices.first(), prices.last()), (KEPT, Some(&60), Some(&299)));
        assert!(tape.of("BUSY").is_empty());
    }
}
