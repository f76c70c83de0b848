//! Reads the access language.
//!
//! ```text
//! rule   = term { "or" term }          term = factor { "and" factor }
//! factor = "not" factor | "(" rule ")" | "all" | "none" | "sysop" | "guest" | "secure" | "ansi" | "plain"
//!        | "flag" NAME | "charset" CHARSET | FIGURE OP NUMBER | "time" HH:MM-HH:MM | "day" DAY [ "-" DAY ]
//! FIGURE = "level" | "columns" | "rows" | "age" | "calls" | "posts" | "ratio"
//! OP     = ">=" | ">" | "<=" | "<" | "="
//! ```

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use thiserror::Error;

use super::{CHARSETS, DAYS, Figure, LONGEST, LONGEST_FLAG, Order, Rule, is_flag, near};

/// What a rule may begin with.
pub const WORDS: [&str; 19] = [
    "all", "none", "sysop", "guest", "secure", "ansi", "plain", "flag", "charset", "level", "columns",
    "rows", "age", "calls", "posts", "ratio", "time", "day", "not",
];
/// Those of them that ask about a call.
const OF_A_CALL: [&str; 6] = ["secure", "ansi", "plain", "charset", "columns", "rows"];

/// How deep a rule may nest.
const DEPTH: usize = 32;
/// A list longer than this helps nobody.
const LIST: usize = 24;

/// What is wrong with a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{mistake}")]
pub struct RuleError {
    /// What.
    pub mistake: RuleMistake,
    /// What may have been meant.
    pub help: Option<RuleHelp>,
    /// Where in the rule's text, in bytes.
    pub at: Range<usize>,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleMistake {
    /// It has more than [`LONGEST`] characters.
    #[error("this has {0} characters; at most {LONGEST} fit")]
    TooLong(usize),
    /// It has a character that is no text.
    #[error("a rule has no control characters")]
    Control,
    /// It ends too early.
    #[error("the rule ends here, and {0} is missing")]
    Missing(RulePart),
    /// It nests too deep.
    #[error("more than {DEPTH} levels deep")]
    TooDeep,
    /// A bracket closes that none has opened.
    #[error("nothing was opened that this closes")]
    NothingOpen,
    /// It goes on where it should end.
    #[error("\"{0}\" is not expected here: and, or, or the end of the rule is")]
    Surplus(String),
    /// Something stands where a bracket should close.
    #[error("\")\" is expected here, not \"{0}\"")]
    Unclosed(String),
    /// A word that rules do not have.
    #[error("\"{0}\" says nothing of who may")]
    NoWord(String),
    /// A word that asks about a call, where a rule outlasts all calls.
    #[error("\"{0}\" asks what somebody calls with, and this rule is about who they are")]
    OfACall(String),
    /// No flag can be called that.
    #[error("a flag is a word of at most {LONGEST_FLAG} letters, digits, hyphens and underscores")]
    NoFlag(String),
    /// A flag that is not declared.
    #[error("nobody has declared the flag \"{0}\"")]
    UnknownFlag(String),
    /// No charset.
    #[error("there is no charset \"{0}\"")]
    NoCharset(String),
    /// No sign to compare by.
    #[error("\"{0}\" compares nothing: >=, >, <=, < and = do")]
    NoComparison(String),
    /// No number, or one too large.
    #[error("\"{0}\" is not a number")]
    NoNumber(String),
    /// No time of the day.
    #[error("\"{0}\" is no time of the day such as 22:00-06:00")]
    NoTime(String),
    /// No day of the week.
    #[error("\"{0}\" is no day")]
    NoDay(String),
}

/// A part of a rule that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulePart {
    /// Who may.
    Word,
    /// `)`
    Bracket,
    /// The name of a flag.
    Flag,
    /// The name of a charset.
    Charset,
    /// A sign and a number.
    Comparison,
    /// A number.
    Number,
    /// A time of the day.
    Time,
    /// A day of the week.
    Day,
}

impl fmt::Display for RulePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Word => "who may",
            Self::Bracket => "\")\"",
            Self::Flag => "the flag's name",
            Self::Charset => "a charset",
            Self::Comparison => "a comparison such as >= 10",
            Self::Number => "a number",
            Self::Time => "a time such as 22:00-06:00",
            Self::Day => "a day such as sat, or mon-fri",
        })
    }
}

/// What may have been meant.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleHelp {
    /// This word.
    #[error("did you mean \"{0}\"?")]
    Meant(String),
    /// One of these.
    #[error("there are: {}", .0.join(", "))]
    OneOf(Vec<String>),
    /// The flag, which is to be declared.
    #[error("declare it at the top of menus.toml: flags = [\"{0}\"]")]
    Declare(String),
}

fn wrong(mistake: RuleMistake, at: Range<usize>) -> RuleError {
    RuleError { mistake, help: None, at }
}

/// Something that is not one of these words: the nearest of them, or all.
fn not_one_of<'a, K>(mistake: RuleMistake, word: &str, known: K, at: Range<usize>) -> RuleError
where
    K: Iterator<Item = &'a str> + Clone,
{
    let help = match near(word, known.clone()) {
        Some(meant) => Some(RuleHelp::Meant(meant.to_owned())),
        None => {
            let list: Vec<String> = known.take(LIST + 1).map(str::to_owned).collect();
            (list.len() <= LIST).then_some(RuleHelp::OneOf(list))
        }
    };
    RuleError { mistake, help, at }
}

/// Reads a whole rule; with `flags`, only those may be named, and of a call only with `of_a_call`.
pub(super) fn rule(text: &str, flags: Option<&BTreeSet<String>>, of_a_call: bool) -> Result<Rule, RuleError> {
    let characters = text.chars().count();
    if characters > LONGEST {
        return Err(wrong(RuleMistake::TooLong(characters), 0..text.len()));
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| c.is_control() && !c.is_whitespace()) {
        return Err(wrong(RuleMistake::Control, at..at + c.len_utf8()));
    }
    let mut parser = Parser { words: words(text), next: 0, end: text.len(), depth: 0, flags, of_a_call };
    let rule = parser.rule()?;
    match parser.peek() {
        None => Ok(rule),
        Some((")", at)) => Err(wrong(RuleMistake::NothingOpen, at)),
        Some((word, at)) => Err(wrong(RuleMistake::Surplus(word.to_owned()), at)),
    }
}

/// Words, operators and brackets of a rule with their places.
fn words(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut found: Vec<(&str, Range<usize>)> = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let class = match c {
            '(' | ')' => c,
            '<' | '>' | '=' => '=',
            c if c.is_whitespace() => ' ',
            _ => 'a',
        };
        let end = at + c.len_utf8();
        match found.last_mut() {
            Some((word, place)) if class == before && matches!(class, '=' | 'a') => {
                place.end = end;
                *word = text.get(place.clone()).unwrap_or_default();
            }
            _ if class != ' ' => found.push((text.get(at..end).unwrap_or_default(), at..end)),
            _ => {}
        }
        before = class;
    }
    found
}

struct Parser<'a> {
    words: Vec<(&'a str, Range<usize>)>,
    next: usize,
    end: usize,
    depth: usize,
    flags: Option<&'a BTreeSet<String>>,
    of_a_call: bool,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<(&'a str, Range<usize>)> {
        self.words.get(self.next).map(|(word, at)| (*word, at.clone()))
    }

    fn take(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|(next, _)| next.eq_ignore_ascii_case(word));
        self.next += usize::from(is);
        is
    }

    fn want(&mut self, what: RulePart) -> Result<(&'a str, Range<usize>), RuleError> {
        let Some((word, at)) = self.peek() else {
            return Err(wrong(RuleMistake::Missing(what), self.end..self.end));
        };
        self.next += 1;
        Ok((word, at))
    }

    fn rule(&mut self) -> Result<Rule, RuleError> {
        let first = self.term()?;
        let mut terms = vec![first];
        while self.take("or") {
            terms.push(self.term()?);
        }
        Ok(one_or(terms, Rule::Or))
    }

    fn term(&mut self) -> Result<Rule, RuleError> {
        let first = self.factor()?;
        let mut factors = vec![first];
        while self.take("and") {
            factors.push(self.factor()?);
        }
        Ok(one_or(factors, Rule::And))
    }

    fn factor(&mut self) -> Result<Rule, RuleError> {
        let (word, at) = self.want(RulePart::Word)?;
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(wrong(RuleMistake::TooDeep, at));
        }
        let small = word.to_ascii_lowercase();
        if !self.of_a_call && OF_A_CALL.contains(&small.as_str()) {
            let others = WORDS.into_iter().filter(|word| !OF_A_CALL.contains(word));
            let help = Some(RuleHelp::OneOf(others.map(str::to_owned).collect()));
            return Err(RuleError { mistake: RuleMistake::OfACall(small), help, at });
        }
        let rule = match small.as_str() {
            "all" => Rule::All,
            "none" => Rule::None,
            "sysop" => Rule::Sysop,
            "guest" => Rule::Guest,
            "secure" => Rule::Secure,
            "ansi" => Rule::Ansi,
            "plain" => Rule::Not(Box::new(Rule::Ansi)),
            "not" => Rule::Not(Box::new(self.factor()?)),
            "flag" => self.flag()?,
            "charset" => self.charset()?,
            "time" => self.time()?,
            "day" => self.day()?,
            "(" => {
                let inner = self.rule()?;
                let (close, at) = self.want(RulePart::Bracket)?;
                if close != ")" {
                    return Err(wrong(RuleMistake::Unclosed(close.to_owned()), at));
                }
                inner
            }
            name => match Figure::NAMES.into_iter().find(|(known, _)| *known == name) {
                Some((_, figure)) => self.compare(figure)?,
                None => {
                    let mistake = RuleMistake::NoWord(word.to_owned());
                    return Err(not_one_of(mistake, word, WORDS.into_iter(), at));
                }
            },
        };
        self.depth -= 1;
        Ok(rule)
    }

    fn flag(&mut self) -> Result<Rule, RuleError> {
        let (name, at) = self.want(RulePart::Flag)?;
        if !is_flag(name) {
            return Err(wrong(RuleMistake::NoFlag(name.to_owned()), at));
        }
        match self.flags {
            Some(flags) if flags.is_empty() => {
                let help = Some(RuleHelp::Declare(name.to_owned()));
                Err(RuleError { mistake: RuleMistake::UnknownFlag(name.to_owned()), help, at })
            }
            Some(flags) if !flags.contains(name) => {
                let mistake = RuleMistake::UnknownFlag(name.to_owned());
                Err(not_one_of(mistake, name, flags.iter().map(String::as_str), at))
            }
            _ => Ok(Rule::Flag(name.to_owned())),
        }
    }

    fn charset(&mut self) -> Result<Rule, RuleError> {
        let (name, at) = self.want(RulePart::Charset)?;
        match CHARSETS.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(known) => Ok(Rule::Charset(known)),
            None => Err(not_one_of(RuleMistake::NoCharset(name.to_owned()), name, CHARSETS.into_iter(), at)),
        }
    }

    fn compare(&mut self, figure: Figure) -> Result<Rule, RuleError> {
        let (order, at) = self.want(RulePart::Comparison)?;
        let order = match order {
            ">=" => Order::AtLeast,
            ">" => Order::Above,
            "<=" => Order::AtMost,
            "<" => Order::Below,
            "=" | "==" => Order::Equal,
            other => return Err(wrong(RuleMistake::NoComparison(other.to_owned()), at)),
        };
        let (number, at) = self.want(RulePart::Number)?;
        match number.parse() {
            Ok(number) => Ok(Rule::Compare(figure, order, number)),
            Err(_) => Err(wrong(RuleMistake::NoNumber(number.to_owned()), at)),
        }
    }

    fn time(&mut self) -> Result<Rule, RuleError> {
        let (words, at) = self.want(RulePart::Time)?;
        let minutes = |text: &str| -> Option<u32> {
            let (hours, minutes) = text.split_once(':')?;
            let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
            (minutes < 60 && hours < 24 || hours == 24 && minutes == 0).then_some(hours * 60 + minutes)
        };
        let span = words.split_once('-').and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
        match span {
            Some((from, to)) if from != to => Ok(Rule::Time(from, to)),
            _ => Err(wrong(RuleMistake::NoTime(words.to_owned()), at)),
        }
    }

    fn day(&mut self) -> Result<Rule, RuleError> {
        let (words, at) = self.want(RulePart::Day)?;
        let (from, to) = words.split_once('-').unwrap_or((words, words));
        let day = |name: &str| match (0..).zip(DAYS).find(|(_, known)| known.eq_ignore_ascii_case(name)) {
            Some((day, _)) => Ok(day),
            None => Err(not_one_of(RuleMistake::NoDay(name.to_owned()), name, DAYS.into_iter(), at.clone())),
        };
        Ok(Rule::Day(day(from)?, day(to)?))
    }
}

fn one_or(mut rules: Vec<Rule>, several: fn(Vec<Rule>) -> Rule) -> Rule {
    match (rules.len(), rules.pop()) {
        (1, Some(rule)) => rule,
        (_, last) => {
            rules.extend(last);
            several(rules)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{AccessRule, Facts};
    use proptest::prelude::*;

    fn refused(text: &str) -> RuleError {
        text.parse::<AccessRule>().unwrap_err()
    }

    #[test]
    fn mistakes_have_a_place() {
        let table = [
            ("sysopp", 0..6),
            ("level >> 3", 6..8),
            ("level >= x", 9..10),
            ("guest sysop", 6..11),
            ("guest)", 5..6),
            ("(guest", 6..6),
            ("(guest sysop)", 7..12),
            ("", 0..0),
            ("not", 3..3),
            ("charset latin1", 8..14),
            ("time 25:00-26:00", 5..16),
            ("time 6-22", 5..9),
            ("time 06:00-06:00", 5..16),
            ("day mon-fry", 4..11),
        ];
        for (text, at) in table {
            assert_eq!(refused(text).at, at, "{text}");
        }
    }

    #[test]
    fn what_was_meant_is_offered() {
        let help = |text: &str| refused(text).help.map(|help| help.to_string()).unwrap_or_default();
        assert_eq!(help("sysopp"), "did you mean \"sysop\"?");
        assert_eq!(help("charset cp473"), "did you mean \"cp437\"?");
        assert!(help("xyzzy").starts_with("there are: all, none, sysop"), "{}", help("xyzzy"));
    }

    #[test]
    fn flags_must_be_declared() {
        let flags = BTreeSet::from(["elite".to_owned(), "co-sysop".to_owned()]);
        assert!(AccessRule::parse("flag co-sysop and flag elite", &flags).is_ok());
        let error = AccessRule::parse("sysop or flag elit", &flags).unwrap_err();
        assert_eq!((error.at, error.help), (14..18, Some(RuleHelp::Meant("elite".to_owned()))));
        let error = AccessRule::parse("flag elite", &BTreeSet::new()).unwrap_err();
        assert_eq!(error.help, Some(RuleHelp::Declare("elite".to_owned())));
        for name in ["(", ">=", "élite", "a-flag-of-more-than-24-chs"] {
            assert!(matches!(refused(&format!("flag {name}")).mistake, RuleMistake::NoFlag(_)), "{name}");
        }
    }

    #[test]
    fn hostile_rules_are_refused() {
        assert_eq!(refused(&"not ".repeat(100)).mistake, RuleMistake::TooDeep);
        assert_eq!(refused(&"(".repeat(999)).mistake, RuleMistake::TooDeep);
        assert_eq!(refused(&"(".repeat(200_000)).mistake, RuleMistake::TooLong(200_000));
        let long = format!("guest{}", " or guest".repeat(110));
        assert!(!long.parse::<AccessRule>().unwrap().allows(&Facts::default()));
        for (text, at) in [("sysop\u{1b}[2J", 5..6), ("\0", 0..1), ("guest or é\u{9b}31m", 11..13)] {
            assert_eq!((refused(text).mistake, refused(text).at), (RuleMistake::Control, at), "{text:?}");
        }
        assert!("sysop\r\n\tor guest".parse::<AccessRule>().is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z()<>= 0-9:é-]{0,60}") {
            if let Err(error) = text.parse::<AccessRule>() {
                prop_assert!(text.get(error.at).is_some());
            }
        }

        #[test]
        fn any_words_are_read_or_refused(picked in proptest::collection::vec(0..30usize, 0..40)) {
            let more = ["(", ")", "and", "or", ">=", "10", "sat", "22:00-06:00", "cp437", "-", "é"];
            let text: Vec<&str> =
                picked.iter().map(|n| WORDS.iter().chain(&more).copied().nth(*n).unwrap()).collect();
            let text = text.join(" ");
            match text.parse::<AccessRule>() {
                Ok(rule) => { rule.allows(&Facts::default()); }
                Err(error) => prop_assert!(text.get(error.at).is_some()),
            }
        }
    }
}
