//! Amounts of denoms.

use std::fmt;

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin as ProtoCoin;

use crate::error::{Root, SdkError};

/// An amount of a denom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coin {
    /// Denom.
    pub denom: String,
    /// Base units.
    pub amount: u128,
}

impl Coin {
    /// `amount` base units of `denom`.
    pub fn new(amount: u128, denom: impl Into<String>) -> Self {
        Self { denom: denom.into(), amount }
    }
}

impl fmt::Display for Coin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.amount, self.denom)
    }
}

impl From<&Coin> for ProtoCoin {
    fn from(coin: &Coin) -> Self {
        ProtoCoin { denom: coin.denom.clone(), amount: coin.amount.to_string() }
    }
}

/// The text of a list of coins: comma-separated, empty for none.
pub fn text(coins: &[Coin]) -> String {
    join(coins.iter().map(ToString::to_string))
}

/// The text of a list of coins as a message carries it, whether valid or not.
pub fn raw_text(coins: &[ProtoCoin]) -> String {
    join(coins.iter().map(|coin| {
        let amount = if coin.amount.is_empty() { "<nil>" } else { &coin.amount };
        format!("{amount}{}", coin.denom)
    }))
}

/// Reads a valid list of coins: sorted by denom without duplicates, denoms well-formed, amounts positive.
///
/// # Errors
/// `invalid coins` with the text of the list.
pub fn parse(coins: &[ProtoCoin]) -> Result<Vec<Coin>, SdkError> {
    let invalid = || Root::InvalidCoins.wrap(raw_text(coins));
    let mut parsed: Vec<Coin> = Vec::with_capacity(coins.len());
    for coin in coins {
        let amount = parse_amount(&coin.amount).ok_or_else(invalid)?;
        let follows = parsed.last().is_none_or(|last| last.denom < coin.denom);
        if amount == 0 || !follows || !is_denom(&coin.denom) {
            return Err(invalid());
        }
        parsed.push(Coin::new(amount, coin.denom.clone()));
    }
    Ok(parsed)
}

/// Whether the list is valid.
pub fn is_valid(coins: &[Coin]) -> bool {
    coins.iter().all(|coin| coin.amount > 0 && is_denom(&coin.denom))
        && coins.windows(2).all(|pair| pair[0].denom < pair[1].denom)
}

/// Whether the text is a denom: a letter and 2 to 127 letters, digits or `/:._-`.
pub fn is_denom(text: &str) -> bool {
    let bytes = text.as_bytes();
    (3..=128).contains(&bytes.len())
        && bytes[0].is_ascii_alphabetic()
        && bytes[1..].iter().all(|byte| byte.is_ascii_alphanumeric() || b"/:._-".contains(byte))
}

/// Checks a denom.
///
/// # Errors
/// The SDK's text.
pub fn check_denom(text: &str) -> Result<(), String> {
    if is_denom(text) { Ok(()) } else { Err(format!("invalid denom: {text}")) }
}

fn parse_amount(text: &str) -> Option<u128> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn proto(coins: &[(&str, &str)]) -> Vec<ProtoCoin> {
        coins.iter().map(|(amount, denom)| ProtoCoin { denom: (*denom).into(), amount: (*amount).into() }).collect()
    }

    #[test]
    fn a_valid_list_is_sorted_positive_and_without_duplicates() {
        assert_eq!(text(&parse(&proto(&[("1", "unym"), ("2", "unyx")])).unwrap()), "1unym,2unyx");
        for bad in [
            &[("2", "unyx"), ("1", "unym")][..],
            &[("1", "unym"), ("1", "unym")],
            &[("0", "unym")],
            &[("-5", "unym")],
            &[("", "unym")],
            &[("1", "un")],
            &[("1", "1nym")],
        ] {
            let error = parse(&proto(bad)).unwrap_err();
            assert_eq!((error.code, error.codespace.as_ref()), (10, "sdk"), "{bad:?}");
        }
        assert_eq!(parse(&proto(&[("-5", "unym")])).unwrap_err().log, "-5unym: invalid coins");
    }
}
