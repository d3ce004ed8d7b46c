//! The chain's clock: block time runs with the wall clock plus an offset that callers move, and never stands still or
//! goes back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Nanoseconds since the Unix epoch. Good until the year 2262, as the time of a CosmWasm block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Nanos(pub i64);

impl Nanos {
    /// What the machine's clock says.
    pub fn wall() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
    }

    /// Whole seconds, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// The part of a second, 0 to 999,999,999.
    pub fn subsecond(self) -> i32 {
        i32::try_from(self.0.rem_euclid(1_000_000_000)).unwrap_or_default()
    }

    /// That much later, at most the last moment that can be expressed.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// RFC 3339 in UTC with as many digits of the second as needed, as Go prints a time.
    pub fn rfc3339(self) -> String {
        let Ok(moment) = time::OffsetDateTime::from_unix_timestamp(self.seconds()) else { return String::new() };
        let (hour, minute, second) = moment.time().as_hms();
        let date = format!(
            "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}",
            moment.year(),
            u8::from(moment.month()),
            moment.day()
        );
        let fraction = format!("{:09}", self.subsecond());
        match fraction.trim_end_matches('0') {
            "" => format!("{date}Z"),
            digits => format!("{date}.{digits}Z"),
        }
    }

    /// The moment an RFC 3339 text names.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let moment = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
        i64::try_from(moment.unix_timestamp_nanos()).ok().map(Self)
    }
}

/// Why the clock cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// Block time would go back.
    #[error("the chain stands at {chain}, its time cannot go back to {wanted}; choose a later moment")]
    Backwards {
        /// The moment of the last block.
        chain: String,
        /// The moment asked for.
        wanted: String,
    },
    /// Beyond what 64 bits of nanoseconds express.
    #[error("block time ends in the year 2262; warp less far")]
    TooFar,
}

/// The clock of one chain.
#[derive(Debug, Clone, Copy)]
pub struct ChainClock {
    /// Added to the wall clock, in nanoseconds.
    offset: i64,
    last_block: Nanos,
}

impl ChainClock {
    /// A clock whose last block stands at `last_block` and which runs `offset` nanoseconds before the wall clock.
    pub fn new(last_block: Nanos, offset: i64) -> Self {
        Self { offset, last_block }
    }

    /// Nanoseconds by which the chain runs before the wall clock.
    pub fn offset(&self) -> i64 {
        self.offset
    }

    /// The moment of the last block.
    pub fn last_block(&self) -> Nanos {
        self.last_block
    }

    /// The time a block would have now: the wall clock plus the offset, and always later than the last block.
    pub fn now(&self, wall: Nanos) -> Nanos {
        let shifted = wall.0.saturating_add(self.offset);
        Nanos(shifted.max(self.last_block.0.saturating_add(1)))
    }

    /// Notes that a block was committed.
    pub fn committed(&mut self, block: Nanos) {
        self.last_block = block;
    }

    /// Moves the clock on.
    ///
    /// # Errors
    /// [`ClockError::TooFar`].
    pub fn warp_by(&mut self, wall: Nanos, by: Duration) -> Result<(), ClockError> {
        let by = i64::try_from(by.as_nanos()).map_err(|_| ClockError::TooFar)?;
        let to = self.now(wall).0.checked_add(by).ok_or(ClockError::TooFar)?;
        self.warp_to(wall, Nanos(to))
    }

    /// Sets the clock to a moment later than the last block.
    ///
    /// # Errors
    /// [`ClockError::Backwards`] or [`ClockError::TooFar`].
    pub fn warp_to(&mut self, wall: Nanos, to: Nanos) -> Result<(), ClockError> {
        if to <= self.last_block {
            return Err(ClockError::Backwards { chain: self.last_block.rfc3339(), wanted: to.rfc3339() });
        }
        self.offset = to.0.checked_sub(wall.0).ok_or(ClockError::TooFar)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn times_print_as_go_prints_them() {
        assert_eq!(Nanos(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(Nanos(1_700_000_000_120_000_000).rfc3339(), "2023-11-14T22:13:20.12Z");
        assert_eq!(Nanos(1_700_000_000_000_000_001).rfc3339(), "2023-11-14T22:13:20.000000001Z");
        assert_eq!(Nanos::parse_rfc3339("2023-11-14T22:13:20.12Z"), Some(Nanos(1_700_000_000_120_000_000)));
        assert_eq!(Nanos::parse_rfc3339("yesterday"), None);
    }

    #[test]
    fn time_never_stands_still() {
        let mut clock = ChainClock::new(Nanos(100), 0);
        let next = clock.now(Nanos(50));
        assert_eq!(next, Nanos(101));
        clock.committed(next);
        assert_eq!(clock.now(Nanos(50)), Nanos(102));
        assert_eq!(clock.now(Nanos(500)), Nanos(500));
    }

    #[test]
    fn a_warp_persists_as_an_offset() {
        let mut clock = ChainClock::new(Nanos(100), 0);
        clock.warp_by(Nanos(200), Duration::from_secs(3600)).unwrap();
        assert_eq!(clock.now(Nanos(200)), Nanos(200 + 3_600_000_000_000));
        assert_eq!(clock.now(Nanos(300)), Nanos(300 + 3_600_000_000_000));
        assert!(matches!(clock.warp_to(Nanos(300), Nanos(100)), Err(ClockError::Backwards { .. })));
        assert_eq!(clock.warp_by(Nanos(300), Duration::from_secs(u64::MAX)), Err(ClockError::TooFar));
    }
}
