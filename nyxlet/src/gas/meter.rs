//! The gas meter of a transaction, message or query.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Why gas could not be consumed. The descriptor names what was being paid for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GasError {
    /// More gas was consumed than the limit allows. The consumption stays on the meter.
    #[error("out of gas in location: {descriptor}")]
    OutOfGas {
        /// What was being paid for.
        descriptor: Cow<'static, str>,
    },
    /// The consumption does not fit 64 bits.
    #[error("gas overflow in location: {descriptor}")]
    Overflow {
        /// What was being paid for.
        descriptor: Cow<'static, str>,
    },
    /// More gas was given back than had been consumed.
    #[error("negative gas consumed in location: {descriptor}")]
    Negative {
        /// What was given back.
        descriptor: Cow<'static, str>,
    },
}

/// Counts gas against a limit. Clones are the same meter.
#[derive(Debug, Clone)]
pub struct GasMeter {
    limit: Option<u64>,
    consumed: Arc<AtomicU64>,
}

impl GasMeter {
    /// A meter that refuses consumption above `limit`.
    pub fn new(limit: u64) -> Self {
        Self { limit: Some(limit), consumed: Arc::default() }
    }

    /// A meter without a limit.
    pub fn infinite() -> Self {
        Self { limit: None, consumed: Arc::default() }
    }

    /// Gas consumed so far. May be above the limit after a failed consumption.
    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// Gas consumed so far, at most the limit.
    pub fn consumed_to_limit(&self) -> u64 {
        self.limit.map_or(self.consumed(), |limit| self.consumed().min(limit))
    }

    /// Gas left: 0 past the limit, `u64::MAX` without one.
    pub fn remaining(&self) -> u64 {
        self.limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.consumed()))
    }

    /// The limit, `u64::MAX` when there is none.
    pub fn limit(&self) -> u64 {
        self.limit.unwrap_or(u64::MAX)
    }

    /// Whether the meter has no limit.
    pub fn is_infinite(&self) -> bool {
        self.limit.is_none()
    }

    /// Whether more than the limit was consumed.
    pub fn is_past_limit(&self) -> bool {
        self.limit.is_some_and(|limit| self.consumed() > limit)
    }

    /// Whether nothing is left.
    pub fn is_out_of_gas(&self) -> bool {
        self.limit.is_some_and(|limit| self.consumed() >= limit)
    }

    /// Consumes `amount` for what `descriptor` names.
    ///
    /// # Errors
    /// The limit is passed (the consumption stays counted), or the sum does not fit 64 bits.
    pub fn consume(&self, amount: u64, descriptor: impl Into<Cow<'static, str>>) -> Result<(), GasError> {
        let Some(sum) = self.consumed().checked_add(amount) else {
            self.consumed.store(u64::MAX, Ordering::Relaxed);
            return Err(GasError::Overflow { descriptor: descriptor.into() });
        };
        self.consumed.store(sum, Ordering::Relaxed);
        if self.limit.is_some_and(|limit| sum > limit) {
            return Err(GasError::OutOfGas { descriptor: descriptor.into() });
        }
        Ok(())
    }

    /// Gives back `amount`.
    ///
    /// # Errors
    /// Less than `amount` had been consumed.
    pub fn refund(&self, amount: u64, descriptor: impl Into<Cow<'static, str>>) -> Result<(), GasError> {
        let Some(rest) = self.consumed().checked_sub(amount) else {
            return Err(GasError::Negative { descriptor: descriptor.into() });
        };
        self.consumed.store(rest, Ordering::Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn consumption_past_the_limit_stays_counted() {
        let meter = GasMeter::new(10);
        meter.consume(10, "exact").unwrap();
        assert!(meter.is_out_of_gas() && !meter.is_past_limit());
        let error = meter.consume(5, "WriteFlat").unwrap_err();
        assert_eq!(error.to_string(), "out of gas in location: WriteFlat");
        assert_eq!((meter.consumed(), meter.consumed_to_limit(), meter.remaining()), (15, 10, 0));
    }

    #[test]
    fn overflow_and_negative_refunds_are_errors() {
        let meter = GasMeter::infinite();
        meter.consume(7, "a").unwrap();
        meter.refund(7, "a").unwrap();
        assert_eq!(meter.refund(1, "b").unwrap_err(), GasError::Negative { descriptor: "b".into() });
        meter.consume(u64::MAX, "c").unwrap();
        assert_eq!(meter.consume(1, "d").unwrap_err(), GasError::Overflow { descriptor: "d".into() });
        assert_eq!(meter.remaining(), u64::MAX);
    }

    #[test]
    fn clones_are_one_meter() {
        let meter = GasMeter::new(100);
        meter.clone().consume(40, "x").unwrap();
        assert_eq!(meter.remaining(), 60);
    }
}
