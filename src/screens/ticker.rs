//! The tape in one line: what moved most today, for the tagline. Pipe codes count in ANSI order here.

use std::cmp::Reverse;

use dialtone_domain::market::Quote;
use dialtone_terminal::pipe;
use dialtone_terminal::text::width;

/// What stands between two shares.
const BETWEEN: &str = "|08  ·  ";

/// The shares that moved most since midnight, as many as fit into `columns`, with pipe codes for gain and loss; empty
/// while there are no prices.
pub fn line(quotes: &[Quote], columns: u16) -> String {
    let mut moved: Vec<(&Quote, i64)> = quotes.iter().map(|quote| (quote, hundredths(quote))).collect();
    moved.sort_by_key(|(_, by)| Reverse(by.abs()));
    let share = |(quote, by): &(&Quote, i64)| {
        let (colour, sign) = if *by < 0 { ("|12", '-') } else { ("|10", '+') };
        let symbol = pipe::escape(quote.symbol.as_str());
        format!("|07{symbol} {} {colour}{sign}{}.{:02} %", quote.price, by.abs() / 100, by.abs() % 100)
    };
    let mut line = String::new();
    for share in moved.iter().map(share) {
        let longer = if line.is_empty() { share } else { format!("{line}{BETWEEN}{share}") };
        if width(&pipe::strip(&longer)) > usize::from(columns) {
            break;
        }
        line = longer;
    }
    line
}

/// The change since midnight in hundredths of a percent.
fn hundredths(quote: &Quote) -> i64 {
    let change = i128::from(quote.price.0 - quote.open.0) * 10_000 / i128::from(quote.open.0.max(1));
    i64::try_from(change).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialtone_domain::Cents;

    fn quote(symbol: &str, open: i64, price: i64) -> Quote {
        let symbol = symbol.parse().unwrap();
        let at = chrono::Utc::now();
        Quote { symbol, name: String::new(), price: Cents(price), open: Cents(open), at, stale: false }
    }

    #[test]
    fn what_moved_most_stands_first() {
        let quotes = [quote("BUSY", 10_000, 10_010), quote("TRUNK", 10_000, 9_750)];
        let line = line(&quotes, 76);
        assert_eq!(pipe::strip(&line), "TRUNK $97.50 -2.50 %  ·  BUSY $100.10 +0.10 %");
        assert_eq!(pipe::strip(&super::line(&quotes, 30)), "TRUNK $97.50 -2.50 %");
        assert_eq!(super::line(&[], 76), "");
    }
}
