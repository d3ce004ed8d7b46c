//! A share of a whole.

use cosmwasm_std::{Decimal, StdError};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A share between 0 and 1. In JSON the decimal text of the share: twenty percent is `"0.2"`;
/// more than `"1"` is refused (`docs/protocol/mixnet-contract.md` §1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Percent(Decimal);

/// A value that is no percentage.
#[derive(Debug, Error, PartialEq)]
pub enum PercentError {
    /// More than the whole.
    #[error("{value} is more than the whole: a percentage is between 0 and 1")]
    AboveOne {
        /// The value that was given.
        value: Decimal,
    },
    /// Not a decimal number.
    #[error(transparent)]
    NotADecimal(#[from] StdError),
}

impl Percent {
    /// The share `value` of a whole.
    ///
    /// # Errors
    /// When the value is above 1.
    pub fn new(value: Decimal) -> Result<Self, PercentError> {
        if value > Decimal::one() {
            return Err(PercentError::AboveOne { value });
        }
        Ok(Percent(value))
    }

    /// Nothing.
    #[must_use]
    pub const fn zero() -> Self {
        Percent(Decimal::zero())
    }

    /// The whole.
    #[must_use]
    pub const fn hundred() -> Self {
        Percent(Decimal::one())
    }

    /// `percent` hundredths of a whole.
    ///
    /// # Errors
    /// When there are more than a hundred.
    pub fn from_percentage_value(percent: u64) -> Result<Self, PercentError> {
        Percent::new(Decimal::percent(percent))
    }

    /// The share as a decimal between 0 and 1.
    #[must_use]
    pub const fn value(self) -> Decimal {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is the whole.
    #[must_use]
    pub fn is_hundred(self) -> bool {
        self == Percent::hundred()
    }
}

impl TryFrom<Decimal> for Percent {
    type Error = PercentError;

    fn try_from(value: Decimal) -> Result<Self, PercentError> {
        Percent::new(value)
    }
}

impl From<Percent> for Decimal {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    /// Reads the share: `0.2`, not `20%`.
    fn from_str(text: &str) -> Result<Self, PercentError> {
        Percent::new(text.parse()?)
    }
}

impl fmt::Display for Percent {
    /// Writes hundredths, for people: `20%`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = self.0 * Decimal::from_ratio(100u32, 1u32);
        write!(formatter, "{hundredths}%")
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Percent::new(Decimal::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use cosmwasm_std::{from_json, to_json_string};

    #[test]
    fn json_is_the_share_as_text() {
        assert_eq!(to_json_string(&Percent::from_percentage_value(20).unwrap()).unwrap(), r#""0.2""#);
        assert_eq!(from_json::<Percent>(r#""1""#).unwrap(), Percent::hundred());
        assert_eq!(from_json::<Percent>(r#""0.20""#).unwrap().value(), Decimal::percent(20));
        for wrong in [r#""1.1""#, r#""1.000000000000000001""#, "0.2", r#"".5""#, r#""0.1000000000000000000""#] {
            assert!(from_json::<Percent>(wrong).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn people_read_hundredths() {
        assert_eq!("0.125".parse::<Percent>().unwrap().to_string(), "12.5%");
        assert_eq!(Percent::hundred().to_string(), "100%");
        assert!(Percent::from_percentage_value(101).is_err());
    }
}
