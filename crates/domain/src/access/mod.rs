//! The access language: one small expression that says who may, where and when. `docs/access.md` explains it.
//!
//! It is pure and names nothing else of the domain, so that it can be fuzzed by itself.

mod near;
mod parse;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Local, Timelike, Utc};
use serde::{Deserialize, Serialize};

pub use self::near::near;
pub use self::parse::{RuleError, RuleHelp, RuleMistake, RulePart, WORDS};

/// The longest rule, in characters.
pub const LONGEST: usize = 1000;
/// The longest flag, in characters.
pub const LONGEST_FLAG: usize = 24;
/// Charsets that rules may name.
const CHARSETS: [&str; 4] = ["ascii", "cp437", "petscii", "utf8"];
/// Days that rules may name, Monday first.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Whether a flag can be called that: a word of letters, digits, hyphens and underscores.
pub fn is_flag(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=LONGEST_FLAG).contains(&name.len()) && name.chars().all(plain)
}

/// What rules are asked about. Of a caller the domain knows all but `calls` and `posts` without looking them up; what a
/// call is like, the call alone knows.
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
    /// When the account was made; a guest has none.
    pub created: Option<DateTime<Utc>>,
    /// How often the caller has called, this call included.
    pub calls: i64,
    /// How many messages they have posted.
    pub posts: i64,
    /// Where the board's own clock stands.
    pub now: DateTime<Local>,
    /// Of the call: nobody on the way reads along.
    pub secure: bool,
    /// Of the call: the terminal moves its cursor and shows colours; without, it gets words alone.
    pub ansi: bool,
    /// Of the call: the terminal's charset, `ascii`, `cp437`, `petscii` or `utf8`.
    pub charset: &'static str,
    /// Of the call: the terminal's width in cells.
    pub columns: i64,
    /// Of the call: the terminal's height in cells.
    pub rows: i64,
}

impl Facts {
    /// What is known of every guest.
    pub fn guest() -> Self {
        Self { guest: true, now: Local::now(), ..Self::default() }
    }

    /// The account's age in whole days.
    fn age(&self) -> i64 {
        self.created.map_or(0, |created| (self.now.to_utc() - created).num_days())
    }

    /// Minutes since midnight.
    fn minute(&self) -> u32 {
        self.now.hour() * 60 + self.now.minute()
    }

    /// The day, Monday 0 to Sunday 6.
    fn day(&self) -> u32 {
        self.now.weekday().num_days_from_monday()
    }
}

/// A rule that says who may. What is read is written the same way again, in small letters and without brackets that
/// change nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccessRule(Rule);

impl AccessRule {
    /// Everybody may.
    pub const ALL: Self = Self(Rule::All);
    /// Nobody may.
    pub const NONE: Self = Self(Rule::None);

    /// Reads a rule that may name these flags and no others. Errors say what was expected, and where.
    pub fn parse(text: &str, flags: &BTreeSet<String>) -> Result<Self, RuleError> {
        parse::rule(text, Some(flags), true).map(Self)
    }

    /// Whether a caller of whom these facts are true may.
    pub fn allows(&self, facts: &Facts) -> bool {
        self.0.allows(facts)
    }

    /// Whether the rule asks for calls or posts, which must be looked up in the records.
    pub fn asks_records(&self) -> bool {
        self.0.asks_records()
    }
}

/// Reads a rule that may name any flag.
impl FromStr for AccessRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        parse::rule(text, None, true).map(Self)
    }
}

impl TryFrom<String> for AccessRule {
    type Error = RuleError;

    fn try_from(text: String) -> Result<Self, RuleError> {
        text.parse()
    }
}

impl From<AccessRule> for String {
    fn from(rule: AccessRule) -> Self {
        rule.to_string()
    }
}

impl fmt::Display for AccessRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A rule about callers, whatever they call with. What stays when a call is over has such rules: the domain knows by
/// itself what they ask.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct CallerRule(AccessRule);

impl CallerRule {
    /// Reads a rule that may name these flags and no others, and nothing of a call. Errors say what was expected, and
    /// where.
    pub fn parse(text: &str, flags: &BTreeSet<String>) -> Result<Self, RuleError> {
        parse::rule(text, Some(flags), false).map(|rule| Self(AccessRule(rule)))
    }

    /// Nobody may.
    pub(crate) const NONE: Self = Self(AccessRule::NONE);

    /// Reads a rule that was checked when it was set.
    pub(crate) fn stored(text: &str) -> Result<Self, RuleError> {
        parse::rule(text, None, false).map(|rule| Self(AccessRule(rule)))
    }

    /// Whether a caller of whom these facts are true may.
    pub fn allows(&self, facts: &Facts) -> bool {
        self.0.allows(facts)
    }

    /// Whether the rule asks for calls or posts, which must be looked up in the records.
    pub fn asks_records(&self) -> bool {
        self.0.asks_records()
    }

    /// Whether it says that sysops alone may, or not even they.
    pub fn is_for_sysops(&self) -> bool {
        matches!(self.0.0, Rule::Sysop | Rule::None)
    }
}

impl fmt::Display for CallerRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A rule taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Rule {
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
    Time(u32, u32),
    /// From a day of the week to another, both included, over Sunday if the first is the later one.
    Day(u32, u32),
    /// Whom the rule refuses.
    Not(Box<Rule>),
    /// Whom all allow.
    And(Vec<Rule>),
    /// Whom any allows.
    Or(Vec<Rule>),
}

/// What can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
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
    const NAMES: [(&str, Self); 7] = [
        ("level", Self::Level),
        ("columns", Self::Columns),
        ("rows", Self::Rows),
        ("age", Self::Age),
        ("calls", Self::Calls),
        ("posts", Self::Posts),
        ("ratio", Self::Ratio),
    ];

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, figure)| *figure == self).map_or("", |(name, _)| name)
    }

    fn of(self, facts: &Facts) -> i64 {
        match self {
            Self::Level => facts.level,
            Self::Columns => facts.columns,
            Self::Rows => facts.rows,
            Self::Age => facts.age(),
            Self::Calls => facts.calls,
            Self::Posts => facts.posts,
            Self::Ratio => facts.posts.saturating_mul(100) / facts.calls.max(1),
        }
    }
}

/// How it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
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
    fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::AtMost => "<=",
            Self::Below => "<",
            Self::Equal => "=",
        }
    }

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
    fn allows(&self, facts: &Facts) -> bool {
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
            Self::Time(from, to) if from <= to => (from..to).contains(&&facts.minute()),
            Self::Time(from, to) => !(to..from).contains(&&facts.minute()),
            Self::Day(from, to) if from <= to => (from..=to).contains(&&facts.day()),
            Self::Day(from, to) => facts.day() >= *from || facts.day() <= *to,
            Self::Not(rule) => !rule.allows(facts),
            Self::And(rules) => rules.iter().all(|rule| rule.allows(facts)),
            Self::Or(rules) => rules.iter().any(|rule| rule.allows(facts)),
        }
    }

    fn asks_records(&self) -> bool {
        match self {
            Self::Compare(figure, ..) => matches!(figure, Figure::Calls | Figure::Posts | Figure::Ratio),
            Self::Not(rule) => rule.asks_records(),
            Self::And(rules) | Self::Or(rules) => rules.iter().any(Self::asks_records),
            _ => false,
        }
    }

    /// Writes a part of a larger rule, in brackets where it would come apart without them.
    fn write_part(&self, f: &mut fmt::Formatter<'_>, apart: bool) -> fmt::Result {
        if apart { write!(f, "({self})") } else { fmt::Display::fmt(self, f) }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |day: &u32| usize::try_from(*day).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or("");
        let joined = |f: &mut fmt::Formatter<'_>, rules: &[Self], word: &str, apart: fn(&Self) -> bool| {
            rules.iter().enumerate().try_for_each(|(n, rule)| {
                f.write_str(if n == 0 { "" } else { word })?;
                rule.write_part(f, apart(rule))
            })
        };
        match self {
            Self::All => f.write_str("all"),
            Self::None => f.write_str("none"),
            Self::Sysop => f.write_str("sysop"),
            Self::Guest => f.write_str("guest"),
            Self::Secure => f.write_str("secure"),
            Self::Ansi => f.write_str("ansi"),
            Self::Flag(name) => write!(f, "flag {name}"),
            Self::Charset(name) => write!(f, "charset {name}"),
            Self::Compare(figure, order, number) => write!(f, "{} {} {number}", figure.name(), order.sign()),
            Self::Time(from, to) => {
                write!(f, "time {:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
            }
            Self::Day(from, to) if from == to => write!(f, "day {}", day(from)),
            Self::Day(from, to) => write!(f, "day {}-{}", day(from), day(to)),
            Self::Not(rule) if **rule == Self::Ansi => f.write_str("plain"),
            Self::Not(rule) => {
                f.write_str("not ")?;
                rule.write_part(f, matches!(**rule, Self::And(_) | Self::Or(_)))
            }
            Self::And(rules) => joined(f, rules, " and ", |rule| matches!(rule, Self::And(_) | Self::Or(_))),
            Self::Or(rules) => joined(f, rules, " or ", |rule| matches!(rule, Self::Or(_))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeDelta, TimeZone};
    use proptest::prelude::*;

    /// A Saturday in winter, eleven in the evening by the board's clock.
    fn saturday() -> DateTime<Local> {
        Local.with_ymd_and_hms(2026, 1, 17, 23, 0, 0).unwrap()
    }

    fn rule(text: &str) -> AccessRule {
        text.parse().unwrap()
    }

    fn caller() -> Facts {
        Facts {
            level: 10,
            flags: BTreeSet::from(["elite".to_owned()]),
            ansi: true,
            charset: "cp437",
            columns: 80,
            rows: 24,
            created: Some(saturday().to_utc() - TimeDelta::days(30)),
            calls: 20,
            posts: 5,
            now: saturday(),
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
            assert_eq!(rule(text).allows(&caller()), allowed, "{text}");
        }
    }

    #[test]
    fn nobody_has_a_ratio_of_nothing() {
        let fresh = Facts { calls: 0, posts: 3, ..caller() };
        assert!(rule("ratio >= 300").allows(&fresh));
    }

    #[test]
    fn only_some_figures_stand_in_the_records() {
        assert!(rule("sysop or not (guest or ratio > 5)").asks_records());
        assert!(!rule("level > 5 and age > 3 and flag calls").asks_records());
    }

    #[test]
    fn a_rule_is_written_as_it_is_read() {
        let table = [
            ("ALL", "all"),
            ("(((sysop)))", "sysop"),
            ("sysop  or(level>=10 and not guest)", "sysop or level >= 10 and not guest"),
            ("(sysop or guest) and flag Elite", "(sysop or guest) and flag Elite"),
            ("not (sysop or guest)", "not (sysop or guest)"),
            ("not plain or not ansi", "not plain or plain"),
            ("posts == +5", "posts = 5"),
            ("(all and none) and all", "(all and none) and all"),
            ("time 6:05-24:00 or day SAT or day fri-mon", "time 06:05-24:00 or day sat or day fri-mon"),
        ];
        for (text, written) in table {
            assert_eq!(rule(text).to_string(), written, "{text}");
            assert_eq!(rule(written), rule(text), "{text}");
        }
        let json = serde_json::to_string(&rule("flag elite AND posts > 1")).unwrap();
        assert_eq!(json, r#""flag elite and posts > 1""#);
        assert_eq!(serde_json::from_str::<AccessRule>(&json).unwrap(), rule("flag elite and posts > 1"));
        assert!(serde_json::from_str::<AccessRule>(r#""flag""#).is_err());
    }

    #[test]
    fn what_stays_knows_nothing_of_a_call() {
        let none = BTreeSet::new();
        for word in ["secure", "ansi", "plain", "charset utf8", "columns >= 80", "rows < 25"] {
            let text = format!("sysop or not {word}");
            let error = CallerRule::parse(&text, &none).unwrap_err();
            assert_eq!(error.at.start, 13, "{text}");
            assert!(matches!(error.mistake, RuleMistake::OfACall(_)), "{error:?}");
            assert!(AccessRule::parse(&text, &none).is_ok());
        }
        let all =
            "sysop or level > 5 and age > 1 and posts > 1 and calls > 1 and ratio > 1 or guest and day sat";
        assert_eq!(CallerRule::parse(all, &none).unwrap().to_string(), all);
    }

    fn rules() -> impl Strategy<Value = Rule> {
        let figure = (0..Figure::NAMES.len()).prop_map(|n| Figure::NAMES[n].1);
        let orders = [Order::AtLeast, Order::Above, Order::AtMost, Order::Below, Order::Equal];
        let order = (0..orders.len()).prop_map(move |n| orders[n]);
        let leaf = prop_oneof![
            Just(Rule::All),
            Just(Rule::Ansi),
            "[a-z0-9_-]{1,24}".prop_map(Rule::Flag),
            (0..CHARSETS.len()).prop_map(|n| Rule::Charset(CHARSETS[n])),
            (figure, order, any::<i64>()).prop_map(|(figure, order, n)| Rule::Compare(figure, order, n)),
            (0..720_u32, 721..=1440_u32).prop_map(|(from, to)| Rule::Time(from, to)),
            (0..7_u32, 0..7_u32).prop_map(|(from, to)| Rule::Day(from, to)),
        ];
        leaf.prop_recursive(6, 24, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|rule| Rule::Not(Box::new(rule))),
                proptest::collection::vec(inner.clone(), 2..4).prop_map(Rule::And),
                proptest::collection::vec(inner, 2..4).prop_map(Rule::Or),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_rule_is_read_as_it_is_written(rule in rules()) {
            let text = rule.to_string();
            prop_assume!(text.len() <= LONGEST);
            prop_assert_eq!(parse::rule(&text, None, true), Ok(rule), "{}", text);
        }
    }
}
