//! Figures, times and drafts in few words.

use chrono::{DateTime, Local, Utc};
use dialtone_domain::Cents;
use dialtone_domain::messaging::SavedDraft;

use crate::ui::{CellText, styles};

/// How long ago what is less than a minute old is.
pub const NOW: &str = "now";

/// How long ago, in at most ten characters: `now`, `12 min`, `3 h`, `5 days`, `2026-03-09`.
pub fn ago(at: DateTime<Utc>) -> String {
    let minutes = (Utc::now() - at).num_minutes();
    match minutes {
        ..1 => NOW.to_owned(),
        1..60 => format!("{minutes} min"),
        60..1440 => format!("{} h", minutes / 60),
        1440..2880 => "1 day".to_owned(),
        2880..43_200 => format!("{} days", minutes / 1440),
        _ => at.with_timezone(&Local).format("%Y-%m-%d").to_string(),
    }
}

/// [`ago`] in a sentence: `just now`, `12 min ago`, `on 2026-03-09`.
pub fn when(at: DateTime<Utc>) -> String {
    match ago(at).as_str() {
        NOW => "just now".to_owned(),
        date if date.contains('-') => format!("on {date}"),
        span => format!("{span} ago"),
    }
}

/// An unfinished message and its board: `"A riddle" on Code`.
pub fn unfinished(saved: &SavedDraft) -> String {
    let board = if saved.board_name.is_empty() { "a board that's gone" } else { &saved.board_name };
    format!("\"{}\" on {board}", saved.draft.subject)
}

/// A moment by the board's clock.
pub fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%a %d %b %Y, %H:%M").to_string()
}

/// A day by the board's calendar.
pub fn day(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%d %b %Y").to_string()
}

/// A time of day by the board's clock.
pub fn clock(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%H:%M").to_string()
}

/// `1 reply`, `3 replies`.
pub fn count(number: i64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A sum without its cents, for where there is little room: `$104,210`.
pub fn whole(sum: Cents) -> String {
    let text = sum.to_string();
    text.split_once('.').map_or_else(|| text.clone(), |(whole, _)| whole.to_owned())
}

/// The change from one price to another as a signed percentage, in hundredths of a percent computed without floats.
pub fn change(from: Cents, to: Cents) -> String {
    let basis = i128::from(to.0 - from.0) * 10_000 / i128::from(from.0.max(1));
    let sign = if basis < 0 { '-' } else { '+' };
    format!("{sign}{}.{:02} %", basis.abs() / 100, basis.abs() % 100)
}

/// The mark of what is new in the first column of a list.
pub fn mark(new: bool) -> CellText {
    (if new { "■" } else { " " }.to_owned(), None)
}

/// A count of what is new, or a dot for nothing.
pub fn figure(new: i64) -> CellText {
    if new > 0 { (new.to_string(), None) } else { ("·".to_owned(), Some(styles::ASIDE)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn times_are_few_words() {
        let table = [(0, "now"), (90, "1 min"), (7200, "2 h"), (90_000, "1 day"), (400_000, "4 days")];
        for (seconds, words) in table {
            assert_eq!(ago(Utc::now() - TimeDelta::seconds(seconds)), words);
        }
        assert_eq!(when(Utc::now()), "just now");
    }

    #[test]
    fn changes_are_exact() {
        assert_eq!(change(Cents(10_000), Cents(10_123)), "+1.23 %");
        assert_eq!(change(Cents(10_000), Cents(9_999)), "-0.01 %");
        assert_eq!(change(Cents(0), Cents(5)), "+500.00 %");
    }
}
