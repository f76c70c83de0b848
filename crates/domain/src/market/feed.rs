//! A simulated feed: prices that wander like prices do. Pure, and the same for the same seed.

use super::{MAX_PRICE, Quote, Symbol};
use crate::money::Cents;
use rand::Rng;
use std::collections::BTreeMap;

/// The widest step of an ordinary tick, in hundredths of a percent.
const STEP: i64 = 40;
/// The widest step on a day with news.
const NEWS_STEP: i64 = 400;
/// One tick in so many brings news.
const NEWS_EVERY: u32 = 60;
/// How strongly a price is drawn to where it began, at most, in hundredths of a percent: without it a walk of
/// many years ends at a cent or at the ceiling.
const PULL: i64 = 10;

/// A random walk in whole cents, never below one cent nor above [`MAX_PRICE`].
#[derive(Debug, Clone, Default)]
pub struct SimulatedFeed {
    home: BTreeMap<Symbol, Cents>,
}

impl SimulatedFeed {
    /// A feed that takes the first price it sees of a share as where that share belongs.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next price of each quote.
    pub fn next(&mut self, rng: &mut impl Rng, quotes: &[Quote]) -> Vec<(Symbol, Cents)> {
        let mut tick = |quote: &Quote| {
            let home = *self.home.entry(quote.symbol.clone()).or_insert(quote.price);
            (quote.symbol.clone(), step(rng, quote.price, home))
        };
        quotes.iter().map(&mut tick).collect()
    }
}

fn step(rng: &mut impl Rng, price: Cents, home: Cents) -> Cents {
    let price = price.0.clamp(1, MAX_PRICE.0);
    let widest = if rng.random_ratio(1, NEWS_EVERY) { NEWS_STEP } else { STEP };
    let pull = (home.0.clamp(1, MAX_PRICE.0) - price) * PULL / price;
    let by = rng.random_range(-widest..=widest) + pull.clamp(-PULL, PULL);
    let change = match price * by / 10_000 {
        0 => by.signum(),
        change => change,
    };
    Cents((price + change).clamp(1, MAX_PRICE.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    fn quote(symbol: &str, cents: i64) -> Quote {
        let (symbol, price) = (symbol.parse().unwrap(), Cents(cents));
        Quote { symbol, name: "Test".into(), price, open: price, at: Utc::now(), stale: false }
    }

    fn walk(seed: u64, first: i64, ticks: usize) -> Vec<i64> {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut feed = SimulatedFeed::new();
        let mut quotes = vec![quote("TRUNK", first)];
        let mut prices = Vec::new();
        for _ in 0..ticks {
            quotes[0].price = feed.next(&mut rng, &quotes)[0].1;
            prices.push(quotes[0].price.0);
        }
        prices
    }

    #[test]
    fn the_same_seed_walks_the_same_way() {
        assert_eq!(walk(7, 12_000, 500), walk(7, 12_000, 500));
        assert_ne!(walk(7, 12_000, 500), walk(8, 12_000, 500));
    }

    #[test]
    fn prices_move_stay_in_bounds_and_come_home() {
        for (seed, first) in [(1, 1), (2, 25), (3, 12_000), (4, MAX_PRICE.0)] {
            let prices = walk(seed, first, 50_000);
            assert!(prices.iter().all(|p| (1..=MAX_PRICE.0).contains(p)));
            assert!(prices.windows(2).filter(|pair| pair[0] != pair[1]).count() > 25_000, "{first} moves");
            assert!(prices.iter().all(|p| *p < first * 8 + 100), "{first} does not run away");
        }
    }

    #[test]
    fn prices_out_of_bounds_are_brought_back() {
        let mut rng = SmallRng::seed_from_u64(1);
        for wild in [i64::MIN, -1, 0, i64::MAX] {
            let (_, next) = SimulatedFeed::new().next(&mut rng, &[quote("TRUNK", wild)])[0].clone();
            assert!((Cents(1)..=MAX_PRICE).contains(&next));
        }
    }
}
