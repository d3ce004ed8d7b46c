//! Decimal numbers of any length, compared without rounding.

use std::cmp::Ordering;

/// A decimal number as digits: amounts in events exceed every machine integer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    negative: bool,
    /// Without leading zeros.
    whole: String,
    /// Without trailing zeros.
    fraction: String,
}

impl Number {
    /// Reads `12`, `-3.50`; `None` when anything else stands in the text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0').to_owned(), fraction.trim_end_matches('0').to_owned());
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !zero, whole, fraction })
    }

    /// Reads the number a text begins with: 8 of `8unym`.
    pub(crate) fn leading(text: &str) -> Option<Self> {
        let whole = text.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &text[whole..];
        let fraction = rest.strip_prefix('.').map_or(0, |tail| tail.bytes().take_while(u8::is_ascii_digit).count());
        let end = if fraction > 0 { whole + 1 + fraction } else { whole };
        if whole == 0 { None } else { Self::parse(&text[..end]) }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = || {
            (self.whole.len().cmp(&other.whole.len()))
                .then_with(|| self.whole.cmp(&other.whole))
                .then_with(|| self.fraction.cmp(&other.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => size(),
            (true, true) => size().reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn numbers_order_by_value() {
        let ascending =
            ["-10.5", "-10", "-0.1", "0", "0.05", "0.5", "7", "10", "10.01", "340282366920938463463374607431768211456"];
        for pair in ascending.windows(2) {
            assert!(Number::parse(pair[0]).unwrap() < Number::parse(pair[1]).unwrap(), "{pair:?}");
        }
        assert_eq!(Number::parse("007.50"), Number::parse("7.5"));
        assert_eq!(Number::parse("-0"), Number::parse("0"));
    }

    #[test]
    fn only_numbers_are_numbers() {
        for text in ["", ".", "-", "1e5", "5unym", "0x1"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        assert_eq!(Number::leading("6.5stake"), Number::parse("6.5"));
        assert_eq!(Number::leading("5unym"), Number::parse("5"));
        assert_eq!(Number::leading("unym5"), None);
    }
}
