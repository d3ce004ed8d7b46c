//! Epochs, intervals and key rotations (`docs/protocol/mixnet-contract.md` §8).

use super::{EpochId, IntervalId, KeyRotationId, NodeId, Role};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::Addr;
use std::fmt;
use std::time::Duration;
use thiserror::Error;
use time::OffsetDateTime;

/// Where the network is in time: an interval is a number of epochs of equal length.
///
/// ```
/// use nym_mixnet_contract::types::Interval;
/// use std::time::Duration;
///
/// // 720 epochs of an hour, beginning at the 1000th second of 1970.
/// let first = Interval::beginning(720, Duration::from_secs(3600), 1000)?;
/// assert_eq!(first.epoch_end_unix(), 4600);
/// assert!(first.is_epoch_over(4600) && !first.is_interval_over(4600));
/// assert_eq!(first.advanced().current_epoch_absolute_id(), 1);
/// # Ok::<(), nym_mixnet_contract::types::InvalidInterval>(())
/// ```
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Interval {
    pub(crate) id: IntervalId,
    pub(crate) epochs_in_interval: u32,
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub(crate) current_epoch_start: OffsetDateTime,
    pub(crate) current_epoch_id: EpochId,
    pub(crate) epoch_length: Duration,
    pub(crate) total_elapsed_epochs: EpochId,
}

/// Times that make no interval.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum InvalidInterval {
    /// No epochs.
    #[error("an interval has at least one epoch")]
    EpochsInIntervalZero,
    /// Epochs without length.
    #[error("an epoch lasts at least one second")]
    EpochDurationZero,
    /// Epochs of a fraction of a second, or of more than a century.
    #[error("an epoch lasts a whole number of seconds, at most 2^32, not {} ns", .length.as_nanos())]
    EpochDurationOutOfRange {
        /// The length that was given.
        length: Duration,
    },
    /// A start that no calendar shows.
    #[error("an epoch cannot start {seconds} seconds after the start of 1970")]
    Start {
        /// Seconds since the start of 1970.
        seconds: u64,
    },
}

/// The longest epoch. It keeps every time of an interval inside the calendar, so that arithmetic
/// on them cannot fail.
const LONGEST_EPOCH: Duration = Duration::from_secs(1 << 32);

impl Interval {
    /// The first interval of a contract, whose first epoch starts `start` seconds after the start
    /// of 1970.
    ///
    /// # Errors
    /// When there are no epochs, they have no length, or the start is beyond the calendar.
    pub fn beginning(epochs_in_interval: u32, epoch_length: Duration, start: u64) -> Result<Self, InvalidInterval> {
        let current_epoch_start = i64::try_from(start)
            .ok()
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .ok_or(InvalidInterval::Start { seconds: start })?;
        Ok(Interval {
            id: 0,
            epochs_in_interval: valid_epochs(epochs_in_interval)?,
            current_epoch_start,
            current_epoch_id: 0,
            epoch_length: valid_length(epoch_length)?,
            total_elapsed_epochs: 0,
        })
    }

    /// Number of the interval.
    #[must_use]
    pub const fn interval_id(&self) -> IntervalId {
        self.id
    }

    /// Number of the epoch within the interval, from 0.
    #[must_use]
    pub const fn current_epoch_id(&self) -> EpochId {
        self.current_epoch_id
    }

    /// Number of the epoch since the contract began, from 0.
    #[must_use]
    pub const fn current_epoch_absolute_id(&self) -> EpochId {
        self.total_elapsed_epochs
    }

    /// Epochs of an interval.
    #[must_use]
    pub const fn epochs_in_interval(&self) -> u32 {
        self.epochs_in_interval
    }

    /// Length of an epoch.
    #[must_use]
    pub const fn epoch_length(&self) -> Duration {
        self.epoch_length
    }

    /// When the current epoch started.
    #[must_use]
    pub const fn current_epoch_start(&self) -> OffsetDateTime {
        self.current_epoch_start
    }

    /// When the current epoch started, in seconds since the start of 1970.
    #[must_use]
    pub const fn epoch_start_unix(&self) -> i64 {
        self.current_epoch_start.unix_timestamp()
    }

    /// When the current epoch ends, in seconds since the start of 1970.
    #[must_use]
    pub fn epoch_end_unix(&self) -> i64 {
        self.epoch_start_unix().saturating_add(self.epoch_seconds())
    }

    /// When the current interval ends, in seconds since the start of 1970.
    #[must_use]
    pub fn interval_end_unix(&self) -> i64 {
        let epochs_left = self.epochs_in_interval.saturating_sub(self.current_epoch_id);
        self.epoch_start_unix().saturating_add(self.epoch_seconds().saturating_mul(i64::from(epochs_left)))
    }

    /// Whether the current epoch is over at `now` (seconds since the start of 1970).
    #[must_use]
    pub fn is_epoch_over(&self, now: u64) -> bool {
        is_past(self.epoch_end_unix(), now)
    }

    /// Whether the current interval is over at `now` (seconds since the start of 1970). Judged by
    /// time alone: after a long halt this holds before the last epoch of the interval is reached.
    #[must_use]
    pub fn is_interval_over(&self, now: u64) -> bool {
        is_past(self.interval_end_unix(), now)
    }

    /// Seconds from `now` until the current epoch is over, 0 when it is.
    #[must_use]
    pub fn seconds_until_epoch_end(&self, now: u64) -> i64 {
        seconds_until(self.epoch_end_unix(), now)
    }

    /// Seconds from `now` until the current interval is over, 0 when it is.
    #[must_use]
    pub fn seconds_until_interval_end(&self, now: u64) -> i64 {
        seconds_until(self.interval_end_unix(), now)
    }

    /// The next epoch. It starts where this one ends, however late that is noticed.
    #[must_use]
    pub fn advanced(&self) -> Self {
        let last_of_interval = self.current_epoch_id >= self.epochs_in_interval.saturating_sub(1);
        Interval {
            id: if last_of_interval { self.id.saturating_add(1) } else { self.id },
            current_epoch_id: if last_of_interval { 0 } else { self.current_epoch_id + 1 },
            current_epoch_start: self.current_epoch_start.saturating_add(time::Duration::seconds(self.epoch_seconds())),
            total_elapsed_epochs: self.total_elapsed_epochs.saturating_add(1),
            ..*self
        }
    }

    /// Changes the length of intervals and epochs; the epoch in progress is stretched or cut.
    ///
    /// # Errors
    /// When there are no epochs or they have no length.
    pub fn reconfigured(&self, epochs_in_interval: u32, epoch_length: Duration) -> Result<Self, InvalidInterval> {
        let epochs_in_interval = valid_epochs(epochs_in_interval)?;
        Ok(Interval {
            id: self.id.saturating_add(self.current_epoch_id / epochs_in_interval),
            current_epoch_id: self.current_epoch_id % epochs_in_interval,
            epochs_in_interval,
            epoch_length: valid_length(epoch_length)?,
            ..*self
        })
    }

    fn epoch_seconds(&self) -> i64 {
        i64::try_from(self.epoch_length.as_secs()).unwrap_or(i64::MAX)
    }
}

fn valid_epochs(epochs_in_interval: u32) -> Result<u32, InvalidInterval> {
    if epochs_in_interval == 0 {
        return Err(InvalidInterval::EpochsInIntervalZero);
    }
    Ok(epochs_in_interval)
}

fn valid_length(epoch_length: Duration) -> Result<Duration, InvalidInterval> {
    if epoch_length.is_zero() {
        return Err(InvalidInterval::EpochDurationZero);
    }
    if epoch_length.subsec_nanos() != 0 || epoch_length > LONGEST_EPOCH {
        return Err(InvalidInterval::EpochDurationOutOfRange { length: epoch_length });
    }
    Ok(epoch_length)
}

fn is_past(moment: i64, now: u64) -> bool {
    i64::try_from(now).is_ok_and(|now| moment <= now)
}

fn seconds_until(moment: i64, now: u64) -> i64 {
    i64::try_from(now).map_or(0, |now| moment.saturating_sub(now).max(0))
}

/// What an epoch waits for (`docs/protocol/mixnet-contract.md` §8.2).
#[cw_serde]
#[derive(Copy, Eq)]
pub enum EpochState {
    /// Its end, or the beginning of the transition to the next epoch.
    #[serde(alias = "InProgress")]
    InProgress,
    /// Rewards of the nodes of the rewarded set.
    #[serde(alias = "Rewarding")]
    Rewarding {
        /// The node that was rewarded last, 0 before the first.
        last_rewarded: NodeId,
        /// The node whose reward ends this state.
        final_node_id: NodeId,
    },
    /// Execution of the queued requests.
    #[serde(alias = "ReconcilingEvents")]
    ReconcilingEvents,
    /// The nodes of the next role.
    RoleAssignment {
        /// The role that is to be assigned next.
        next: Role,
    },
}

impl fmt::Display for EpochState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EpochState::InProgress => write!(formatter, "in progress"),
            EpochState::Rewarding { last_rewarded, final_node_id } => {
                write!(formatter, "rewarding nodes (last {last_rewarded}, to end with {final_node_id})")
            }
            EpochState::ReconcilingEvents => write!(formatter, "executing queued requests"),
            EpochState::RoleAssignment { next } => write!(formatter, "assigning roles ({next} next)"),
        }
    }
}

/// What an epoch waits for, and who moves it on.
#[cw_serde]
pub struct EpochStatus {
    /// Account that performs the transition.
    pub being_advanced_by: Addr,
    /// What is waited for.
    pub state: EpochState,
}

/// When nodes change the keys that open packets (`docs/protocol/mixnet-contract.md` §8.7).
#[cw_serde]
#[derive(Copy, Eq)]
pub struct KeyRotationState {
    /// Epochs for which a key is valid.
    pub validity_epochs: u32,
    /// Epoch in which rotation 0 began.
    pub initial_epoch_id: EpochId,
}

impl KeyRotationState {
    /// The rotation that `epoch` belongs to; epochs before the initial one belong to rotation 0.
    #[must_use]
    pub const fn rotation_id(&self, epoch: EpochId) -> KeyRotationId {
        match epoch.saturating_sub(self.initial_epoch_id).checked_div(self.validity_epochs) {
            Some(id) => id,
            // No contract stores a rotation without epochs.
            None => 0,
        }
    }

    /// The first epoch of the rotation that `epoch` belongs to.
    #[must_use]
    pub const fn current_rotation_start(&self, epoch: EpochId) -> EpochId {
        self.initial_epoch_id.saturating_add(self.validity_epochs.saturating_mul(self.rotation_id(epoch)))
    }

    /// The first epoch of the rotation after the one that `epoch` belongs to.
    #[must_use]
    pub const fn next_rotation_start(&self, epoch: EpochId) -> EpochId {
        self.current_rotation_start(epoch).saturating_add(self.validity_epochs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/protocol/mixnet-contract.md §8.7
    #[test]
    fn rotations_are_counted_from_their_first_epoch() {
        let fresh = KeyRotationState { validity_epochs: 24, initial_epoch_id: 0 };
        assert_eq!([0, 23, 24, 47, 48].map(|epoch| fresh.rotation_id(epoch)), [0, 0, 1, 1, 2]);
        let later = KeyRotationState { validity_epochs: 24, initial_epoch_id: 10_000 };
        assert_eq!([123, 10_000, 10_023, 10_024].map(|epoch| later.rotation_id(epoch)), [0, 0, 0, 1]);
        assert_eq!([123, 10_023, 10_024].map(|epoch| later.current_rotation_start(epoch)), [10_000, 10_000, 10_024]);
        assert_eq!([123, 10_023, 10_024].map(|epoch| later.next_rotation_start(epoch)), [10_024, 10_024, 10_048]);
    }
}
