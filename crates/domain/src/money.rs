//! Sums of money as whole cents; independent of what is bought with them.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A sum of money in cents of one dollar; may be negative. Never a float.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, sqlx::Type,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Cents(pub i64);

impl Cents {
    /// Nothing.
    pub const ZERO: Cents = Cents(0);

    /// The sum, or `None` when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Cents) -> Option<Cents> {
        self.0.checked_add(other.0).map(Cents)
    }

    /// The difference, or `None` when it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Cents) -> Option<Cents> {
        self.0.checked_sub(other.0).map(Cents)
    }

    /// So many times this sum, or `None` when it does not fit.
    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Cents> {
        self.0.checked_mul(times).map(Cents)
    }
}

/// Written as `$1,234.56`, a negative sum as `-$1,234.56`; widths and alignment are honoured.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let (dollars, cents) = (magnitude / 100, magnitude % 100);
        let digits = dollars.to_string();
        let mut text = String::with_capacity(digits.len() * 2 + 5);
        text.push_str(if self.0 < 0 { "-$" } else { "$" });
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                text.push(',');
            }
            text.push(digit);
        }
        text.push_str(&format!(".{cents:02}"));
        f.pad(&text)
    }
}

/// What was typed is not a sum of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Write a sum of money like 1,234.56.")]
pub struct ParseCentsError;

/// Reads `1234`, `1,234.5`, `$1,234.56` and `-$1.00`. Commas, where there are any, stand between groups of three.
impl FromStr for Cents {
    type Err = ParseCentsError;

    fn from_str(s: &str) -> Result<Cents, ParseCentsError> {
        let s = s.trim();
        let (negative, s) = s.strip_prefix('-').map_or((false, s), |rest| (true, rest));
        let s = s.strip_prefix('$').unwrap_or(s);
        let (whole, fraction) = s.split_once('.').unwrap_or((s, "0"));
        if fraction.is_empty() || fraction.len() > 2 || !all_digits(fraction) {
            return Err(ParseCentsError);
        }
        let dollars: i64 = ungroup(whole)?.parse().map_err(|_| ParseCentsError)?;
        let part: i64 = fraction.parse().map_err(|_| ParseCentsError)?;
        let part = if fraction.len() == 1 { part * 10 } else { part };
        let (dollars, part) = if negative { (-dollars, -part) } else { (dollars, part) };
        let cents = dollars.checked_mul(100).and_then(|c| c.checked_add(part));
        cents.map(Cents).ok_or(ParseCentsError)
    }
}

fn all_digits(s: &str) -> bool {
    s.bytes().all(|b| b.is_ascii_digit())
}

fn ungroup(whole: &str) -> Result<String, ParseCentsError> {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let grouped = whole.contains(',');
    if first.is_empty() || !all_digits(first) || (grouped && first.len() > 3) {
        return Err(ParseCentsError);
    }
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !all_digits(group) {
            return Err(ParseCentsError);
        }
        digits.push_str(group);
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shows_dollars_with_commas_and_cents() {
        let shown = [0, 7, 100, 99_999, 123_456, 100_000_000, -5, -123_456, i64::MAX, i64::MIN];
        let shown: Vec<String> = shown.iter().map(|c| Cents(*c).to_string()).collect();
        assert_eq!(
            shown,
            [
                "$0.00",
                "$0.07",
                "$1.00",
                "$999.99",
                "$1,234.56",
                "$1,000,000.00",
                "-$0.05",
                "-$1,234.56",
                "$92,233,720,368,547,758.07",
                "-$92,233,720,368,547,758.08",
            ]
        );
        assert_eq!(format!("{:>10}", Cents(123)), "     $1.23");
    }

    #[test]
    fn reads_what_people_write() {
        for (text, cents) in
            [("12", 1200), ("1,234.5", 123_450), (" $1,234.56 ", 123_456), ("-$0.07", -7), ("0.1", 10)]
        {
            assert_eq!(text.parse(), Ok(Cents(cents)), "{text}");
        }
        for text in
            ["", "$", "-", ".", "1.", "1.234", "1,23", ",123", "1234,567", "1 000", "+1", "1e3", "１", "1.-5"]
        {
            assert_eq!(text.parse::<Cents>(), Err(ParseCentsError), "{text}");
        }
        assert_eq!("92233720368547759".parse::<Cents>(), Err(ParseCentsError));
    }

    #[test]
    fn arithmetic_that_does_not_fit_is_refused() {
        assert_eq!(Cents(i64::MAX).checked_add(Cents(1)), None);
        assert_eq!(Cents(i64::MIN).checked_sub(Cents(1)), None);
        assert_eq!(Cents(i64::MAX).checked_mul(2), None);
        assert_eq!(Cents(250).checked_mul(4), Some(Cents(1000)));
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(cents in (i64::MIN + 1)..=i64::MAX) {
            prop_assert_eq!(Cents(cents).to_string().parse(), Ok(Cents(cents)));
        }
    }
}
