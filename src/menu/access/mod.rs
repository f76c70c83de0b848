//! The access language: one small expression that says who may, where and when. `docs/menus.md` has its grammar.

mod parse;

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Local, Timelike};

pub use self::parse::{RuleError, WORDS};

/// What rules are asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Access level: guest 0, new 10, trusted 50, sysop 100.
    pub level: i64,
    /// Flags the sysop gave.
    pub flags: BTreeSet<String>,
    /// A sysop.
    pub sysop: bool,
    /// A guest.
    pub guest: bool,
    /// Nobody on the way reads along.
    pub secure: bool,
    /// The terminal moves its cursor and shows colours; without, it gets words alone.
    pub ansi: bool,
    /// The terminal's charset, one of [`CHARSETS`].
    pub charset: &'static str,
    /// The terminal's width in cells.
    pub columns: i64,
    /// The terminal's height in cells.
    pub rows: i64,
    /// The account's age in whole days; a guest has none.
    pub age: i64,
    /// How often the caller has called, this call included.
    pub calls: i64,
    /// How many messages they have posted.
    pub posts: i64,
    /// Where the board's own clock stands.
    pub now: Moment,
}

/// A minute of the week, by the board's own clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// The day, Monday 0 to Sunday 6.
    pub day: u8,
    /// Minutes since midnight.
    pub minute: u16,
}

impl From<&DateTime<Local>> for Moment {
    fn from(time: &DateTime<Local>) -> Self {
        let day = u8::try_from(time.weekday().num_days_from_monday()).unwrap_or(0);
        Self { day, minute: u16::try_from(time.hour() * 60 + time.minute()).unwrap_or(0) }
    }
}

/// Charsets that rules may name.
pub const CHARSETS: [&str; 4] = ["ascii", "cp437", "petscii", "utf8"];

/// Days that rules may name, in the order of [`Moment::day`].
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A checked access rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Rule {
    /// Everybody.
    #[default]
    All,
    /// Nobody.
    None,
    /// Sysops.
    Sysop,
    /// Guests.
    Guest,
    /// Callers on a line nobody reads along.
    Secure,
    /// Callers whose terminal shows more than words.
    Ansi,
    /// Callers with this flag.
    Flag(String),
    /// Callers whose terminal has this charset.
    Charset(&'static str),
    /// A figure of the caller against a number.
    Compare(Figure, Order, i64),
    /// From a minute of the day up to another, over midnight if the first is the later one.
    Time(u16, u16),
    /// From a day of the week to another, both included, over Sunday if the first is the later one.
    Day(u8, u8),
    /// Whom the rule refuses.
    Not(Box<Rule>),
    /// Whom all allow.
    And(Vec<Rule>),
    /// Whom any allows.
    Or(Vec<Rule>),
}

/// What can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Access level.
    Level,
    /// Terminal width.
    Columns,
    /// Terminal height.
    Rows,
    /// Days since the account was made.
    Age,
    /// Calls.
    Calls,
    /// Posts.
    Posts,
    /// Posts to a hundred calls.
    Ratio,
}

impl Figure {
    fn of(self, facts: &Facts) -> i64 {
        match self {
            Self::Level => facts.level,
            Self::Columns => facts.columns,
            Self::Rows => facts.rows,
            Self::Age => facts.age,
            Self::Calls => facts.calls,
            Self::Posts => facts.posts,
            Self::Ratio => facts.posts.saturating_mul(100) / facts.calls.max(1),
        }
    }
}

/// How it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
    /// `=`
    Equal,
}

impl Order {
    fn holds(self, value: i64, number: i64) -> bool {
        match self {
            Self::AtLeast => value >= number,
            Self::Above => value > number,
            Self::AtMost => value <= number,
            Self::Below => value < number,
            Self::Equal => value == number,
        }
    }
}

impl Rule {
    /// Reads a rule. Errors say what was expected, and where.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        parse::rule(text, None)
    }

    /// Reads a rule that may name these flags and no others.
    pub fn parse_with(text: &str, flags: &BTreeSet<String>) -> Result<Self, RuleError> {
        parse::rule(text, Some(flags))
    }

    /// Whether a caller of whom these facts are true may.
    pub fn allows(&self, facts: &Facts) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Sysop => facts.sysop,
            Self::Guest => facts.guest,
            Self::Secure => facts.secure,
            Self::Ansi => facts.ansi,
            Self::Flag(name) => facts.flags.contains(name),
            Self::Charset(name) => facts.charset == *name,
            Self::Compare(figure, order, number) => order.holds(figure.of(facts), *number),
            Self::Time(from, to) if from <= to => (from..to).contains(&&facts.now.minute),
            Self::Time(from, to) => !(to..from).contains(&&facts.now.minute),
            Self::Day(from, to) if from <= to => (from..=to).contains(&&facts.now.day),
            Self::Day(from, to) => facts.now.day >= *from || facts.now.day <= *to,
            Self::Not(rule) => !rule.allows(facts),
            Self::And(rules) => rules.iter().all(|rule| rule.allows(facts)),
            Self::Or(rules) => rules.iter().any(|rule| rule.allows(facts)),
        }
    }

    /// Whether the rule asks for calls or posts, which must be looked up in the records.
    pub fn asks_records(&self) -> bool {
        match self {
            Self::Compare(figure, ..) => matches!(figure, Figure::Calls | Figure::Posts | Figure::Ratio),
            Self::Not(rule) => rule.asks_records(),
            Self::And(rules) | Self::Or(rules) => rules.iter().any(Self::asks_records),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Facts {
        Facts {
            level: 10,
            flags: BTreeSet::from(["elite".to_owned()]),
            ansi: true,
            charset: "cp437",
            columns: 80,
            rows: 24,
            age: 30,
            calls: 20,
            posts: 5,
            now: Moment { day: 5, minute: 23 * 60 },
            ..Facts::default()
        }
    }

    #[test]
    fn rules_say_who_may() {
        let table = [
            ("all", true),
            ("none", false),
            ("sysop or (level >= 10 and not guest and columns>=80)", true),
            ("level > 10", false),
            ("level = 10", true),
            ("level < 10 or rows <= 24", true),
            ("flag elite", true),
            ("flag Elite", false),
            ("FLAG elite AND NOT Sysop", true),
            ("secure", false),
            ("ansi and not plain", true),
            ("charset cp437", true),
            ("charset utf8 or charset ascii", false),
            ("age >= 30 and calls >= 20 and posts >= 5", true),
            ("ratio >= 25", true),
            ("ratio > 25", false),
            ("time 22:00-06:00", true),
            ("time 06:00-22:00", false),
            ("time 06:00-23:00", false),
            ("time 23:00-23:01", true),
            ("day sat", true),
            ("day mon-fri", false),
            ("day fri-sun", true),
            ("day sat-mon", true),
            ("not (day sat and time 00:00-24:00)", false),
            ("sysop and guest or ansi", true),
            ("sysop and (guest or ansi)", false),
        ];
        for (text, allowed) in table {
            assert_eq!(Rule::parse(text).unwrap().allows(&caller()), allowed, "{text}");
        }
    }

    #[test]
    fn nobody_has_a_ratio_of_nothing() {
        let fresh = Facts { calls: 0, posts: 3, ..caller() };
        assert!(Rule::parse("ratio >= 300").unwrap().allows(&fresh));
    }

    #[test]
    fn only_some_figures_stand_in_the_records() {
        assert!(Rule::parse("sysop or not (guest or ratio > 5)").unwrap().asks_records());
        assert!(!Rule::parse("level > 5 and age > 3 and flag calls").unwrap().asks_records());
    }
}
