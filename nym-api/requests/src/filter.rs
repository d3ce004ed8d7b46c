//! Shards of spent tickets and the filters made of them (`docs/protocol/spent-tickets.md`).
//!
//! Every signer keeps one append-only list of fingerprints per UTC spend day, its *shard*, and signs what it hands out
//! ([`ShardLog`], [`ShardReader`]). Whoever reads the shards of a generation's signers counts a fingerprint once `t` of
//! them report it ([`Aggregator`]) and sets its bits in the day's [`DayFilter`]. A hit is a suspicion, never a verdict:
//! the provider settles it by asking the signers. Nodes fetch what was appended since they last asked, not filters.

mod aggregate;
mod bits;
mod follower;
mod shard;

pub use aggregate::{Aggregator, MAX_UNCONFIRMED};
pub use bits::{BITS_PER_DAY, DayFilter};
pub use follower::{FollowError, SpentTicketsFollower};
pub use shard::{MAX_SEGMENT_ENTRIES, MAX_SEGMENT_LENGTH, ShardError, ShardKind, ShardLog, ShardReader};

use nym_ecash::{EcashDay, VALIDITY_DAYS};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::encoding;

/// Version of everything in this module.
pub const VERSION: u8 = 1;
/// Bytes of an entry.
pub const ENTRY_LENGTH: usize = 5;

/// What stands for a ticket: the first 40 bits of a hash of its serial number.
pub fn fingerprint(serial: &[u8; 48]) -> u64 {
    let hash = Sha256::new().chain_update(b"nym spent ticket 1").chain_update(serial).finalize();
    hash[..ENTRY_LENGTH].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Whether the tickets spent on `spend_day` can be spent again on `today`: their books live for a week.
pub fn is_kept(spend_day: EcashDay, today: EcashDay) -> bool {
    spend_day.plus_days(u32::from(VALIDITY_DAYS) - 1).is_ok_and(|last| last >= today)
}

/// Answer of `spent-tickets`: what a signer has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpentTicketsStatus {
    /// [`VERSION`].
    pub version: u8,
    /// The ed25519 key, base58, that signs this API's shards.
    pub identity: String,
    /// Signers that must report a ticket before it counts.
    pub threshold: usize,
    /// Days, oldest first.
    pub days: Vec<SpentTicketsDay>,
}

/// The shards of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpentTicketsDay {
    /// The day of spending.
    #[serde(with = "encoding::date")]
    pub spend_date: EcashDay,
    /// Entries of this API's own shard.
    pub shard_entries: u64,
    /// Entries that it has aggregated.
    pub aggregate_entries: u64,
}
