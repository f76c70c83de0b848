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
use std::ops::Range;

use super::{CHARSETS, DAYS, Figure, Order, Rule};
use crate::mistakes::near;

/// What a rule may begin with.
pub const WORDS: [&str; 19] = [
    "all", "none", "sysop", "guest", "secure", "ansi", "plain", "flag", "charset", "level", "columns",
    "rows", "age", "calls", "posts", "ratio", "time", "day", "not",
];

/// How deep a rule may nest.
const DEPTH: usize = 32;

/// What is wrong with a rule, and where in its text (bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// In words.
    pub message: String,
    /// What may have been meant.
    pub help: Option<String>,
    /// Where.
    pub at: Range<usize>,
}

fn wrong(message: impl Into<String>, at: Range<usize>) -> RuleError {
    RuleError { message: message.into(), help: None, at }
}

/// Something that is not one of these words: the nearest of them, or all.
fn not_one_of(message: String, word: &str, known: &[&str], at: Range<usize>) -> RuleError {
    let help = match near(word, known.iter().copied()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => format!("there are: {}", known.join(", ")),
    };
    RuleError { message, help: Some(help), at }
}

/// Reads a whole rule; with `flags`, only those may be named.
pub(super) fn rule(text: &str, flags: Option<&BTreeSet<String>>) -> Result<Rule, RuleError> {
    let mut parser = Parser { words: words(text), next: 0, end: text.len(), depth: 0, flags };
    let rule = parser.rule()?;
    match parser.peek() {
        None => Ok(rule),
        Some((")", at)) => Err(wrong("nothing was opened that this closes", at)),
        Some((word, at)) => {
            Err(wrong(format!("\"{word}\" is not expected here: and, or, or the end of the rule is"), at))
        }
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

    fn want(&mut self, what: &str) -> Result<(&'a str, Range<usize>), RuleError> {
        let Some((word, at)) = self.peek() else {
            return Err(wrong(format!("the rule ends here, and {what} is missing"), self.end..self.end));
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
        let (word, at) = self.want("who may")?;
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(wrong(format!("more than {DEPTH} levels deep"), at));
        }
        let rule = match word.to_ascii_lowercase().as_str() {
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
            "level" => self.compare(Figure::Level)?,
            "columns" => self.compare(Figure::Columns)?,
            "rows" => self.compare(Figure::Rows)?,
            "age" => self.compare(Figure::Age)?,
            "calls" => self.compare(Figure::Calls)?,
            "posts" => self.compare(Figure::Posts)?,
            "ratio" => self.compare(Figure::Ratio)?,
            "time" => self.time()?,
            "day" => self.day()?,
            "(" => {
                let inner = self.rule()?;
                let (close, at) = self.want("\")\"")?;
                if close != ")" {
                    return Err(wrong(format!("\")\" is expected here, not \"{close}\""), at));
                }
                inner
            }
            _ => return Err(not_one_of(format!("\"{word}\" says nothing of who may"), word, &WORDS, at)),
        };
        self.depth -= 1;
        Ok(rule)
    }

    fn flag(&mut self) -> Result<Rule, RuleError> {
        let (name, at) = self.want("the flag's name")?;
        match self.flags {
            Some(flags) if !flags.contains(name) => {
                let known: Vec<&str> = flags.iter().map(String::as_str).collect();
                let message = format!("nobody has declared the flag \"{name}\"");
                if known.is_empty() {
                    let help = format!("declare it at the top of the file: flags = [\"{name}\"]");
                    return Err(RuleError { message, help: Some(help), at });
                }
                Err(not_one_of(message, name, &known, at))
            }
            _ => Ok(Rule::Flag(name.to_owned())),
        }
    }

    fn charset(&mut self) -> Result<Rule, RuleError> {
        let (name, at) = self.want("a charset")?;
        match CHARSETS.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(known) => Ok(Rule::Charset(known)),
            None => Err(not_one_of(format!("there is no charset \"{name}\""), name, &CHARSETS, at)),
        }
    }

    fn compare(&mut self, figure: Figure) -> Result<Rule, RuleError> {
        let (order, at) = self.want("a comparison such as >= 10")?;
        let order = match order {
            ">=" => Order::AtLeast,
            ">" => Order::Above,
            "<=" => Order::AtMost,
            "<" => Order::Below,
            "=" | "==" => Order::Equal,
            other => return Err(wrong(format!("\"{other}\" compares nothing: >=, >, <=, < and = do"), at)),
        };
        let (number, at) = self.want("a number")?;
        match number.parse() {
            Ok(number) => Ok(Rule::Compare(figure, order, number)),
            Err(_) => Err(wrong(format!("\"{number}\" is not a number"), at)),
        }
    }

    fn time(&mut self) -> Result<Rule, RuleError> {
        let (words, at) = self.want("a time such as 22:00-06:00")?;
        let minutes = |text: &str| -> Option<u16> {
            let (hours, minutes) = text.split_once(':')?;
            let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
            (minutes < 60 && hours < 24 || hours == 24 && minutes == 0).then_some(hours * 60 + minutes)
        };
        let span = words.split_once('-').and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
        match span {
            Some((from, to)) if from != to => Ok(Rule::Time(from, to)),
            _ => Err(wrong(format!("\"{words}\" is no time of the day such as 22:00-06:00"), at)),
        }
    }

    fn day(&mut self) -> Result<Rule, RuleError> {
        let (words, at) = self.want("a day such as sat, or mon-fri")?;
        let (from, to) = words.split_once('-').unwrap_or((words, words));
        let day = |name: &str| {
            let at = DAYS.iter().position(|known| known.eq_ignore_ascii_case(name));
            at.and_then(|at| u8::try_from(at).ok())
        };
        match (day(from), day(to)) {
            (Some(from), Some(to)) => Ok(Rule::Day(from, to)),
            (None, _) => Err(not_one_of(format!("\"{from}\" is no day"), from, &DAYS, at)),
            (_, None) => Err(not_one_of(format!("\"{to}\" is no day"), to, &DAYS, at)),
        }
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
    use proptest::prelude::*;

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
            assert_eq!(Rule::parse(text).unwrap_err().at, at, "{text}");
        }
    }

    #[test]
    fn what_was_meant_is_offered() {
        let help = |text: &str| Rule::parse(text).unwrap_err().help.unwrap_or_default();
        assert_eq!(help("sysopp"), "did you mean \"sysop\"?");
        assert_eq!(help("charset cp473"), "did you mean \"cp437\"?");
        assert!(help("xyzzy").starts_with("there are: all, none, sysop"), "{}", help("xyzzy"));
    }

    #[test]
    fn flags_must_be_declared() {
        let flags = BTreeSet::from(["elite".to_owned(), "co-sysop".to_owned()]);
        assert!(Rule::parse_with("flag co-sysop and flag elite", &flags).is_ok());
        let error = Rule::parse_with("sysop or flag elit", &flags).unwrap_err();
        assert_eq!((error.at, error.help.as_deref()), (14..18, Some("did you mean \"elite\"?")));
        let error = Rule::parse_with("flag elite", &BTreeSet::new()).unwrap_err();
        assert_eq!(error.help.as_deref(), Some("declare it at the top of the file: flags = [\"elite\"]"));
    }

    #[test]
    fn long_rules_are_read_and_deep_ones_refused() {
        assert!(Rule::parse(&"not ".repeat(100)).is_err());
        assert!(Rule::parse(&"(".repeat(100_000)).is_err());
        let long = format!("guest{}", " and guest or guest".repeat(50_000));
        assert!(!Rule::parse(&long).unwrap().allows(&Default::default()));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z()<>= 0-9:é-]{0,60}") {
            if let Err(error) = Rule::parse(&text) {
                prop_assert!(text.get(error.at).is_some());
            }
        }

        #[test]
        fn any_words_are_read_or_refused(picked in proptest::collection::vec(0..30usize, 0..40)) {
            let more = ["(", ")", "and", "or", ">=", "10", "sat", "22:00-06:00", "cp437", "-", "é"];
            let text: Vec<&str> =
                picked.iter().map(|n| WORDS.iter().chain(&more).copied().nth(*n).unwrap()).collect();
            let text = text.join(" ");
            match Rule::parse(&text) {
                Ok(rule) => { rule.allows(&Default::default()); }
                Err(error) => prop_assert!(text.get(error.at).is_some()),
            }
        }
    }
}
