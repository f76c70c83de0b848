//! Figures, times and drafts in few words.

use chrono::{DateTime, Local, Utc};
use dialtone_domain::Cents;
use dialtone_domain::messaging::SavedDraft;

use crate::lang::{Language, say};
use crate::ui::{CellText, styles};

/// How long ago something was: a number and its unit, as messages take them; none where the date says more.
fn span(at: DateTime<Utc>) -> Option<(&'static str, i64)> {
    let minutes = (Utc::now() - at).num_minutes();
    match minutes {
        ..1 => Some(("now", 0)),
        1..60 => Some(("minutes", minutes)),
        60..1440 => Some(("hours", minutes / 60)),
        1440..43_200 => Some(("days", minutes / 1440)),
        _ => None,
    }
}

fn date(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d").to_string()
}

/// Whether it was less than a minute ago.
pub fn is_now(at: DateTime<Utc>) -> bool {
    matches!(span(at), Some(("now", _)))
}

/// How long ago, in at most ten columns: `now`, `12 min`, `3 h`, `5 days`, `2026-03-09`.
pub fn ago(language: &Language, at: DateTime<Utc>) -> String {
    match span(at) {
        Some((unit, number)) => say!(language, "ago", unit = unit, number = number),
        None => date(at),
    }
}

/// [`ago`] in a sentence: `just now`, `12 min ago`, `on 2026-03-09`.
pub fn when(language: &Language, at: DateTime<Utc>) -> String {
    match span(at) {
        Some((unit, number)) => say!(language, "when", unit = unit, number = number),
        None => say!(language, "when-on", date = date(at)),
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
    use crate::lang::english;
    use chrono::TimeDelta;

    #[test]
    fn times_are_few_words() {
        let table = [(0, "now"), (90, "1 min"), (7200, "2 h"), (90_000, "1 day"), (400_000, "4 days")];
        for (seconds, words) in table {
            assert_eq!(ago(english(), Utc::now() - TimeDelta::seconds(seconds)), words);
        }
        assert_eq!(when(english(), Utc::now()), "just now");
    }

    #[test]
    fn changes_are_exact() {
        assert_eq!(change(Cents(10_000), Cents(10_123)), "+1.23 %");
        assert_eq!(change(Cents(10_000), Cents(9_999)), "-0.01 %");
        assert_eq!(change(Cents(0), Cents(5)), "+500.00 %");
    }
}
