//! The query language of CometBFT 0.38 over events: conditions joined by AND, each a tag, an operator and mostly an
//! argument: `tm.event='Tx' AND message.action CONTAINS 'bank' AND tx.height >= 5 AND transfer.amount EXISTS`.

use super::number::Number;
use crate::clock::Nanos;

/// The longest query that is accepted, in bytes.
pub const MAX_QUERY_LENGTH: usize = 512;

/// Why a text is no query, in the words of a CometBFT node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Longer than [`MAX_QUERY_LENGTH`].
    #[error("maximum query length exceeded")]
    TooLong,
    /// A word where another kind of word must stand.
    #[error("offset {offset}: got {got}, wanted {wanted}")]
    Unexpected {
        /// Where the word begins, in bytes.
        offset: usize,
        /// What kind of word stands there.
        got: &'static str,
        /// What kinds may stand there.
        wanted: String,
    },
    /// The text ends within a condition.
    #[error("offset {offset}: EOF")]
    Ends {
        /// The length of the text.
        offset: usize,
    },
    /// A character that begins no word.
    #[error("offset {offset}: invalid input {character} at offset {end}")]
    Character {
        /// Where the word begins.
        offset: usize,
        /// The character.
        character: char,
        /// Where the character ends.
        end: usize,
    },
    /// A TIME or DATE that is none.
    #[error("offset {offset}: invalid {kind} value: {text:?} is not of the form {form}")]
    Moment {
        /// Where the word begins.
        offset: usize,
        /// TIME or DATE.
        kind: &'static str,
        /// What stands there.
        text: String,
        /// The form it must have.
        form: &'static str,
    },
}

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `CONTAINS`
    Contains,
    /// `EXISTS`
    Exists,
}

/// What a condition compares with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// Nothing: `EXISTS`.
    None,
    /// A quoted text.
    Text(String),
    /// A decimal number as it was written.
    Number(String),
    /// A moment: `TIME 2026-01-01T00:00:00Z`.
    Time(Nanos),
    /// A day: `DATE 2026-01-01`.
    Date(Nanos),
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Event type and attribute key with a dot between: `message.action`.
    pub tag: String,
    /// The comparison.
    pub operator: Operator,
    /// What is compared with.
    pub argument: Argument,
}

/// All conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(pub Vec<Condition>);

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// [`QueryError`], with the place of the first word that does not fit.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.len() > MAX_QUERY_LENGTH {
            return Err(QueryError::TooLong);
        }
        let mut scanner = Scanner { text, at: 0 };
        let mut conditions = vec![condition(&mut scanner)?];
        while let Some(word) = scanner.next()? {
            if word.token != Token::And {
                return Err(unexpected(&word, &[Token::And]));
            }
            conditions.push(condition(&mut scanner)?);
        }
        Ok(Self(conditions))
    }

    /// Whether each condition holds for some attribute of `events`, given as (tag, value) pairs. This is the rule of
    /// subscriptions, where conditions may be met by different events.
    pub fn matches<'a, I>(&self, events: I) -> bool
    where
        I: Iterator<Item = (&'a str, &'a str)> + Clone,
    {
        self.0.iter().all(|condition| {
            events.clone().any(|(tag, value)| {
                tag == condition.tag && condition.holds(value)
                    || (condition.operator == Operator::Exists && type_of(tag) == condition.tag)
            })
        })
    }
}

/// The event type of a tag: all before the last dot.
fn type_of(tag: &str) -> &str {
    tag.rsplit_once('.').map_or(tag, |(kind, _)| kind)
}

impl Condition {
    /// Whether the condition holds for a value of its tag. Numbers compare with the number a value begins with, so
    /// that `amount > 5` holds for `8unym`.
    pub fn holds(&self, value: &str) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let ordering = match &self.argument {
            Argument::None => return true,
            Argument::Text(text) if self.operator == Operator::Contains => return value.contains(text.as_str()),
            Argument::Text(text) => return value == text,
            Argument::Number(number) => {
                let (Some(value), Some(number)) = (Number::leading(value), Number::parse(number)) else { return false };
                value.cmp(&number)
            }
            Argument::Time(moment) => match Nanos::parse_rfc3339(value) {
                Some(value) => value.cmp(moment),
                None => return false,
            },
            Argument::Date(day) => match parse_date(value) {
                Some(value) => value.cmp(day),
                None => return false,
            },
        };
        match self.operator {
            Operator::Equal => ordering == Equal,
            Operator::Less => ordering == Less,
            Operator::LessOrEqual => ordering != Greater,
            Operator::Greater => ordering == Greater,
            Operator::GreaterOrEqual => ordering != Less,
            Operator::Contains | Operator::Exists => true,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Tag,
    Text,
    Number,
    Time,
    Date,
    And,
    Contains,
    Exists,
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Token {
    /// The name a CometBFT node gives the kind of word in its errors.
    fn name(self) -> &'static str {
        match self {
            Token::Tag => "tag",
            Token::Text => "string",
            Token::Number => "number",
            Token::Time => "timestamp",
            Token::Date => "datestamp",
            Token::And => "AND operator",
            Token::Contains => "CONTAINS operator",
            Token::Exists => "EXISTS operator",
            Token::Equal => "= operator",
            Token::Less => "< operator",
            Token::LessOrEqual => "<= operator",
            Token::Greater => "> operator",
            Token::GreaterOrEqual => ">= operator",
        }
    }
}

struct Word<'a> {
    token: Token,
    text: &'a str,
    offset: usize,
}

fn unexpected(word: &Word<'_>, wanted: &[Token]) -> QueryError {
    let names: Vec<&str> = wanted.iter().map(|token| token.name()).collect();
    let wanted = match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    };
    QueryError::Unexpected { offset: word.offset, got: word.token.name(), wanted }
}

fn condition(scanner: &mut Scanner<'_>) -> Result<Condition, QueryError> {
    let tag = scanner.require(&[Token::Tag])?.text.to_owned();
    let operator = match scanner
        .require(&[
            Token::LessOrEqual,
            Token::GreaterOrEqual,
            Token::Less,
            Token::Greater,
            Token::Equal,
            Token::Contains,
            Token::Exists,
        ])?
        .token
    {
        Token::LessOrEqual => Operator::LessOrEqual,
        Token::GreaterOrEqual => Operator::GreaterOrEqual,
        Token::Less => Operator::Less,
        Token::Greater => Operator::Greater,
        Token::Contains => Operator::Contains,
        Token::Exists => Operator::Exists,
        _ => Operator::Equal,
    };
    let allowed: &[Token] = match operator {
        Operator::Exists => return Ok(Condition { tag, operator, argument: Argument::None }),
        Operator::Contains => &[Token::Text],
        Operator::Equal => &[Token::Number, Token::Time, Token::Date, Token::Text],
        _ => &[Token::Number, Token::Time, Token::Date],
    };
    let word = scanner.require(allowed)?;
    let moment = |kind, form, parsed: Option<Nanos>| {
        parsed.ok_or_else(|| QueryError::Moment { offset: word.offset, kind, text: word.text.to_owned(), form })
    };
    let argument = match word.token {
        Token::Text => Argument::Text(word.text.to_owned()),
        Token::Number => Argument::Number(word.text.to_owned()),
        Token::Time => Argument::Time(moment("TIME", "2006-01-02T15:04:05Z", Nanos::parse_rfc3339(word.text))?),
        _ => Argument::Date(moment("DATE", "2006-01-02", parse_date(word.text))?),
    };
    Ok(Condition { tag, operator, argument })
}

fn parse_date(text: &str) -> Option<Nanos> {
    (text.len() == 10).then(|| Nanos::parse_rfc3339(&format!("{text}T00:00:00Z"))).flatten()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn require(&mut self, wanted: &[Token]) -> Result<Word<'a>, QueryError> {
        let word = self.next()?.ok_or(QueryError::Ends { offset: self.text.len() })?;
        if wanted.contains(&word.token) { Ok(word) } else { Err(unexpected(&word, wanted)) }
    }

    fn next(&mut self) -> Result<Option<Word<'a>>, QueryError> {
        self.take_while(char::is_whitespace);
        let offset = self.at;
        let Some(first) = self.peek() else { return Ok(None) };
        let word = |token, text| Ok(Some(Word { token, text, offset }));
        match first {
            '0'..='9' => {
                self.take_while(|c| c.is_ascii_digit());
                if self.peek() == Some('.') {
                    self.at += 1;
                    self.take_while(|c| c.is_ascii_digit());
                }
                word(Token::Number, &self.text[offset..self.at])
            }
            '\'' => {
                self.at += 1;
                let text = self.take_while(|c| c != '\'');
                if self.peek().is_none() {
                    return Err(QueryError::Ends { offset });
                }
                self.at += 1;
                word(Token::Text, text)
            }
            '=' | '<' | '>' => {
                self.at += 1;
                let or_equal = first != '=' && self.peek() == Some('=');
                self.at += usize::from(or_equal);
                let token = match (first, or_equal) {
                    ('<', false) => Token::Less,
                    ('<', true) => Token::LessOrEqual,
                    ('>', false) => Token::Greater,
                    ('>', true) => Token::GreaterOrEqual,
                    _ => Token::Equal,
                };
                word(token, &self.text[offset..self.at])
            }
            c if c == '_' || c.is_alphanumeric() => {
                let text = self.take_while(|c| c == '.' || c == '_' || c == '-' || c.is_alphanumeric());
                let moment_follows = self.peek() == Some(' ');
                match text {
                    "AND" => word(Token::And, text),
                    "EXISTS" => word(Token::Exists, text),
                    "CONTAINS" => word(Token::Contains, text),
                    "TIME" if moment_follows => {
                        self.at += 1;
                        word(Token::Time, self.take_while(|c| c.is_ascii_digit() || "-T:+Z".contains(c)))
                    }
                    "DATE" if moment_follows => {
                        self.at += 1;
                        word(Token::Date, self.take_while(|c| c.is_ascii_digit() || c == '-'))
                    }
                    _ => word(Token::Tag, text),
                }
            }
            other => {
                let end = offset + other.len_utf8();
                Err(QueryError::Character { offset, character: other, end })
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let start = self.at;
        let rest = &self.text[start..];
        self.at = start + rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        &self.text[start..self.at]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn matches(query: &str, events: &[(&str, &str)]) -> bool {
        Query::parse(query).unwrap().matches(events.iter().copied())
    }

    #[test]
    fn conditions_read_as_written() {
        let query = Query::parse("tm.event='Tx' AND a.b>=5 AND c CONTAINS 'x y' AND d.e EXISTS").unwrap();
        assert_eq!(query.0.len(), 4);
        assert_eq!(query.0[0].argument, Argument::Text("Tx".into()));
        assert_eq!(
            (query.0[1].operator, &query.0[1].argument),
            (Operator::GreaterOrEqual, &Argument::Number("5".into()))
        );
        assert_eq!(query.0[2].tag, "c");
        assert_eq!(query.0[3].operator, Operator::Exists);
    }

    #[test]
    fn every_operator_compares() {
        let events = [("a.n", "8unym"), ("a.s", "hello world"), ("a.t", "2026-03-01T00:00:00Z"), ("a.d", "2026-03-01")];
        for (query, holds) in [
            ("a.n = 8", true),
            ("a.n < 8", false),
            ("a.n <= 8", true),
            ("a.n > 7.5", true),
            ("a.n >= 8.5", false),
            ("a.s = 'hello world'", true),
            ("a.s = 'hello'", false),
            ("a.s CONTAINS 'lo wo'", true),
            ("a.t > TIME 2026-02-01T00:00:00Z", true),
            ("a.t = TIME 2026-03-01T01:00:00+01:00", true),
            ("a.d < DATE 2026-02-01", false),
            ("a.d = DATE 2026-03-01", true),
            ("a.x EXISTS", false),
            ("a EXISTS", true),
            ("a.n > 3 AND a.s CONTAINS 'world'", true),
            ("a.n > 3 AND a.s CONTAINS 'mars'", false),
        ] {
            assert_eq!(matches(query, &events), holds, "{query}");
        }
    }

    #[test]
    fn errors_name_the_place() {
        for (query, error) in [
            ("", "offset 0: EOF"),
            ("a", "offset 1: EOF"),
            ("a.b > 'x'", "offset 6: got string, wanted number, timestamp or datestamp"),
            ("a.b = 1 OR c = 2", "offset 8: got tag, wanted AND operator"),
            ("a.b = 'open", "offset 6: EOF"),
            ("a.b ~ 1", "offset 4: invalid input ~ at offset 5"),
        ] {
            assert_eq!(Query::parse(query).unwrap_err().to_string(), error, "{query}");
        }
        assert!(Query::parse("a > TIME yesterday").is_err());
        assert_eq!(Query::parse(&"a".repeat(513)), Err(QueryError::TooLong));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = Query::parse(&text);
        }
    }
}
