//! E-cash days: UTC dates that stand in signatures as the Unix time of their midnight (`docs/protocol/crypto.md` §6.2).

use crate::parameters::{SECONDS_PER_DAY, VALIDITY_DAYS};
use crate::{EcashError, Result};
use nym_curve::Scalar;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use time::{Date, Month};

/// A UTC day whose midnight fits an unsigned 32-bit Unix time and is not zero.
///
/// Serde: `YYYY-MM-DD` in human-readable formats (the array `[year, ordinal]` is read as well), year and ordinal day
/// as two integers otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EcashDay(u32);

impl EcashDay {
    /// The day that contains the given Unix time.
    ///
    /// # Errors
    /// [`EcashError::NotADay`] outside 1970-01-02 to 2106-02-07.
    pub fn containing(unix_seconds: i64) -> Result<Self> {
        u32::try_from(unix_seconds.div_euclid(i64::from(SECONDS_PER_DAY)))
            .ok()
            .filter(|day| (1..=u32::MAX / SECONDS_PER_DAY).contains(day))
            .map(Self)
            .ok_or(EcashError::NotADay(unix_seconds))
    }

    /// The day whose midnight is the given Unix time.
    ///
    /// # Errors
    /// [`EcashError::NotADay`] if it is no midnight or out of range.
    pub fn from_timestamp(unix_seconds: u32) -> Result<Self> {
        if unix_seconds.is_multiple_of(SECONDS_PER_DAY) {
            Self::containing(i64::from(unix_seconds))
        } else {
            Err(EcashError::NotADay(i64::from(unix_seconds)))
        }
    }

    /// Unix time of the day's midnight.
    pub fn timestamp(self) -> u32 {
        self.0 * SECONDS_PER_DAY
    }

    /// From a Julian day number.
    ///
    /// # Errors
    /// [`EcashError::NotADay`] out of range.
    pub fn from_julian_day(julian: i32) -> Result<Self> {
        Self::containing((i64::from(julian) - UNIX_EPOCH_JULIAN) * i64::from(SECONDS_PER_DAY))
    }

    /// The Julian day number.
    pub fn julian_day(self) -> i32 {
        i32::try_from(i64::from(self.0) + UNIX_EPOCH_JULIAN).expect("days of 32-bit Unix times are small")
    }

    /// Expiration date of a ticketbook issued on this day.
    ///
    /// # Errors
    /// [`EcashError::NotADay`] in the last week of the range.
    pub fn default_expiration(self) -> Result<Self> {
        self.plus_days(u32::from(VALIDITY_DAYS) - 1)
    }

    /// First day on which a ticketbook that expires on this day can be spent.
    ///
    /// # Errors
    /// [`EcashError::NotADay`] in the first week of the range.
    pub fn first_spending_day(self) -> Result<Self> {
        self.minus_days(u32::from(VALIDITY_DAYS) - 1)
    }

    /// `days` later.
    ///
    /// # Errors
    /// [`EcashError::NotADay`] after the end of the range.
    pub fn plus_days(self, days: u32) -> Result<Self> {
        Self::containing((i64::from(self.0) + i64::from(days)) * i64::from(SECONDS_PER_DAY))
    }

    /// `days` earlier.
    ///
    /// # Errors
    /// [`EcashError::NotADay`] before the start of the range.
    pub fn minus_days(self, days: u32) -> Result<Self> {
        Self::containing((i64::from(self.0) - i64::from(days)) * i64::from(SECONDS_PER_DAY))
    }

    /// Whether a ticketbook that expires on this day is expired on `today`.
    pub fn is_expired(self, today: Self) -> bool {
        self < today
    }

    pub(crate) fn attribute(self) -> Scalar {
        Scalar::from(u64::from(self.timestamp()))
    }

    fn date(self) -> Date {
        Date::from_julian_day(self.julian_day()).expect("days of 32-bit Unix times are dates")
    }

    fn from_date(date: Date) -> Result<Self> {
        Self::from_julian_day(date.to_julian_day())
    }
}

const UNIX_EPOCH_JULIAN: i64 = 2_440_588;

impl fmt::Display for EcashDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date().to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl fmt::Debug for EcashDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EcashDay {
    type Err = EcashError;

    fn from_str(text: &str) -> Result<Self> {
        let malformed = || EcashError::Malformed { object: "date", reason: format!("{text:?} is not YYYY-MM-DD") };
        let number = |range: std::ops::Range<usize>| -> Option<u16> {
            let digits = text.get(range)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let separators = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        let parsed = || {
            let (year, month, day) =
                (number(0..4)?, u8::try_from(number(5..7)?).ok()?, u8::try_from(number(8..10)?).ok()?);
            Date::from_calendar_date(i32::from(year), Month::try_from(month).ok()?, day).ok()
        };
        let date = separators.then(parsed).flatten().ok_or_else(malformed)?;
        Self::from_date(date)
    }
}

impl Serialize for EcashDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            let (year, ordinal) = self.date().to_ordinal_date();
            (year, ordinal).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for EcashDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(DayVisitor)
        } else {
            deserializer.deserialize_tuple(2, DayVisitor)
        }
    }
}

struct DayVisitor;

impl<'de> Visitor<'de> for DayVisitor {
    type Value = EcashDay;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date: \"YYYY-MM-DD\" or [year, day of the year]")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<EcashDay, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<EcashDay, A::Error> {
        let year: i32 = sequence.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let ordinal: u16 = sequence.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
        let date = Date::from_ordinal_date(year, ordinal).map_err(A::Error::custom)?;
        EcashDay::from_date(date).map_err(A::Error::custom)
    }
}

/// Serde for fields that are `YYYY-MM-DD` in every format.
pub(crate) mod date_string {
    use super::EcashDay;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(day: &EcashDay, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EcashDay, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
