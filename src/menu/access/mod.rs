//! The access language: one small expression that says who may.
//!
//! ```text
//! rule  = term { "or" term }          term = factor { "and" factor }
//! factor = "not" factor | "(" rule ")" | "all" | "none" | "sysop" | "guest" | "secure"
//!        | "flag" NAME | ("level" | "columns" | "rows") OP NUMBER
//! OP = ">=" | ">" | "<=" | "<" | "="
//! ```

use std::collections::BTreeSet;
use std::ops::Range;

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
    /// The terminal's width in cells.
    pub columns: i64,
    /// The terminal's height in cells.
    pub rows: i64,
}

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
    /// Callers with this flag.
    Flag(String),
    /// A figure of the caller against a number.
    Compare(Figure, Order, i64),
    /// Whom the rule refuses.
    Not(Box<Rule>),
    /// Whom both allow.
    And(Box<Rule>, Box<Rule>),
    /// Whom either allows.
    Or(Box<Rule>, Box<Rule>),
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

/// What is wrong with a rule, and where in its text (bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// In words.
    pub message: String,
    /// Where.
    pub at: Range<usize>,
}

/// How deep a rule may nest.
const DEPTH: usize = 32;

impl Rule {
    /// Reads a rule. Errors say what was expected, and where.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let mut parser = Parser { words: words(text), next: 0, end: text.len(), depth: 0 };
        let rule = parser.rule()?;
        match parser.peek() {
            None => Ok(rule),
            Some((word, at)) => {
                Err(RuleError { message: format!("\"{word}\" is not expected here: use and, or"), at })
            }
        }
    }

    /// Whether a caller of whom these facts are true may.
    pub fn allows(&self, facts: &Facts) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Sysop => facts.sysop,
            Self::Guest => facts.guest,
            Self::Secure => facts.secure,
            Self::Flag(name) => facts.flags.contains(name),
            Self::Compare(figure, order, number) => {
                let value = match figure {
                    Figure::Level => facts.level,
                    Figure::Columns => facts.columns,
                    Figure::Rows => facts.rows,
                };
                match order {
                    Order::AtLeast => value >= *number,
                    Order::Above => value > *number,
                    Order::AtMost => value <= *number,
                    Order::Below => value < *number,
                    Order::Equal => value == *number,
                }
            }
            Self::Not(rule) => !rule.allows(facts),
            Self::And(a, b) => a.allows(facts) && b.allows(facts),
            Self::Or(a, b) => a.allows(facts) || b.allows(facts),
        }
    }
}

/// Words, operators and brackets of a rule with their places.
fn words(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found: Vec<(String, Range<usize>)> = Vec::new();
    let mut class_before = ' ';
    for (at, c) in text.char_indices() {
        let class = match c {
            '(' | ')' => c,
            '<' | '>' | '=' => '=',
            c if c.is_whitespace() => ' ',
            _ => 'a',
        };
        let end = at + c.len_utf8();
        match found.last_mut() {
            Some((word, place)) if class == class_before && matches!(class, '=' | 'a') => {
                word.push(c);
                place.end = end;
            }
            _ if class != ' ' => found.push((c.to_string(), at..end)),
            _ => {}
        }
        class_before = class;
    }
    found
}

struct Parser {
    words: Vec<(String, Range<usize>)>,
    next: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<(&str, Range<usize>)> {
        self.words.get(self.next).map(|(word, at)| (word.as_str(), at.clone()))
    }

    fn take(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|(next, _)| next.eq_ignore_ascii_case(word));
        self.next += usize::from(is);
        is
    }

    fn want(&mut self, what: &str) -> Result<(String, Range<usize>), RuleError> {
        let Some((word, at)) = self.words.get(self.next).cloned() else {
            return Err(RuleError {
                message: format!("{what} is missing at the end"),
                at: self.end..self.end,
            });
        };
        self.next += 1;
        Ok((word, at))
    }

    fn rule(&mut self) -> Result<Rule, RuleError> {
        let mut rule = self.term()?;
        while self.take("or") {
            rule = Rule::Or(Box::new(rule), Box::new(self.term()?));
        }
        Ok(rule)
    }

    fn term(&mut self) -> Result<Rule, RuleError> {
        let mut rule = self.factor()?;
        while self.take("and") {
            rule = Rule::And(Box::new(rule), Box::new(self.factor()?));
        }
        Ok(rule)
    }

    fn factor(&mut self) -> Result<Rule, RuleError> {
        let (word, at) = self.want("who may")?;
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(RuleError { message: format!("more than {DEPTH} levels deep"), at });
        }
        let rule = match word.to_ascii_lowercase().as_str() {
            "all" => Rule::All,
            "none" => Rule::None,
            "sysop" => Rule::Sysop,
            "guest" => Rule::Guest,
            "secure" => Rule::Secure,
            "not" => Rule::Not(Box::new(self.factor()?)),
            "flag" => Rule::Flag(self.want("the flag's name")?.0),
            "level" => self.compare(Figure::Level)?,
            "columns" => self.compare(Figure::Columns)?,
            "rows" => self.compare(Figure::Rows)?,
            "(" => {
                let inner = self.rule()?;
                let (close, at) = self.want("\")\"")?;
                if close != ")" {
                    return Err(RuleError {
                        message: format!("\")\" is expected here, not \"{close}\""),
                        at,
                    });
                }
                inner
            }
            _ => {
                let message = format!(
                    "\"{word}\" is no rule: all, none, sysop, guest, secure, flag NAME, level >= 10, columns, rows, not"
                );
                return Err(RuleError { message, at });
            }
        };
        self.depth -= 1;
        Ok(rule)
    }

    fn compare(&mut self, figure: Figure) -> Result<Rule, RuleError> {
        let (order, at) = self.want("a comparison such as >= 10")?;
        let order = match order.as_str() {
            ">=" => Order::AtLeast,
            ">" => Order::Above,
            "<=" => Order::AtMost,
            "<" => Order::Below,
            "=" | "==" => Order::Equal,
            other => {
                return Err(RuleError {
                    message: format!("\"{other}\" compares nothing: >=, >, <=, <, ="),
                    at,
                });
            }
        };
        let (number, at) = self.want("a number")?;
        let number =
            number.parse().map_err(|_| RuleError { message: format!("\"{number}\" is not a number"), at })?;
        Ok(Rule::Compare(figure, order, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(level: i64) -> Facts {
        Facts { level, columns: 80, rows: 24, ..Facts::default() }
    }

    #[test]
    fn rules_say_who_may() {
        let rule = Rule::parse("sysop or (level >= 10 and not guest and columns>=80)").unwrap();
        assert!(rule.allows(&facts(10)));
        assert!(!rule.allows(&facts(9)));
        assert!(!rule.allows(&Facts { guest: true, ..facts(10) }));
        assert!(rule.allows(&Facts { sysop: true, guest: true, ..facts(0) }));
        let flagged = Rule::parse("flag elite").unwrap();
        assert!(flagged.allows(&Facts { flags: BTreeSet::from(["elite".to_owned()]), ..facts(0) }));
        assert!(!flagged.allows(&facts(100)));
    }

    #[test]
    fn mistakes_have_a_place() {
        let at = |text: &str| Rule::parse(text).unwrap_err().at;
        assert_eq!(at("sysopp"), 0..6);
        assert_eq!(at("level >> 3"), 6..8);
        assert_eq!(at("level >= x"), 9..10);
        assert_eq!(at("guest sysop"), 6..11);
        assert_eq!(at("(guest"), 6..6);
        assert_eq!(at(""), 0..0);
        assert!(Rule::parse(&"not ".repeat(100)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z()<>= 0-9é]{0,60}") {
            if let Err(error) = Rule::parse(&text) {
                prop_assert!(text.get(error.at).is_some());
            }
        }
    }
}
