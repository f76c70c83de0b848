//! The companies a new market lists. All of them are invented, and so is what they make.

use super::{Market, MarketError};
use crate::db::{in_tx, now};

/// Symbol, name, first price in cents.
const COMPANIES: &[(&str, &str, i64)] = &[
    ("BAUDS", "Three Hundred Baud Acoustics", 30_000),
    ("BLUBX", "Blue Box Confectionery", 2_600),
    ("CARRL", "Carrier Lost Insurance", 1_450),
    ("COPPR", "Last Mile Copper & Twine", 4_425),
    ("CRBAR", "Crossbar & Daughters", 7_150),
    ("HOOKS", "Switchhook Leisure", 985),
    ("LURKR", "Lurker Optics", 3_333),
    ("NOTCH", "Double Notch Diskettes", 525),
    ("NULLM", "Null Modem Matchmakers", 1_875),
    ("PAYFN", "Payphone Preservation Trust", 25),
    ("TRUNK", "Longhaul Trunk & Toll", 12_040),
    ("WARDL", "War Dial Research", 9_999),
];

impl Market {
    /// Lists the first companies. Those listed already keep their prices.
    pub async fn seed(&self) -> Result<(), MarketError> {
        let at = now();
        let mut tx = self.store.begin().await?;
        for (symbol, name, cents) in COMPANIES {
            in_tx!(tx, db => sqlx::query(
                "INSERT INTO quotes (symbol, name, price, open, quoted_at) VALUES ($1, $2, $3, $3, $4) \
                 ON CONFLICT (symbol) DO NOTHING")
                .bind(*symbol).bind(*name).bind(*cents).bind(at).execute(db).await.map(drop))?;
        }
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Symbol;
    use super::COMPANIES;

    #[test]
    fn every_company_can_be_traded() {
        for (symbol, name, cents) in COMPANIES {
            assert_eq!(symbol.parse::<Symbol>().unwrap().as_str(), *symbol);
            assert!(!name.is_empty() && name.len() <= 28 && *cents >= 1);
        }
        assert!(COMPANIES.is_sorted_by(|a, b| a.0 < b.0), "one lock order, no symbol twice");
    }
}
