//! A provider's view: the filters of all days that matter, kept up to date from one API's aggregate.

use std::collections::BTreeMap;

use ed25519_dalek::VerifyingKey;
use nym_ecash::{EcashDay, VALIDITY_DAYS};

use super::{DayFilter, ShardError, ShardKind, ShardReader, fingerprint, is_kept};
use crate::client::{ClientError, NymApiClient};

/// Segments fetched per day and refresh; the rest comes with the next one.
const SEGMENTS_AT_ONCE: usize = 32;

/// Why a refresh ended early. What was read until then is used.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The API gave no answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The API gave a wrong one; turn to another.
    #[error("the spent tickets of {day} cannot be used: {source}")]
    Shard {
        /// The day.
        day: EcashDay,
        /// What is wrong.
        #[source]
        source: ShardError,
    },
}

/// Filters built from the aggregate of one nym-api. The API is trusted to aggregate, and for no verdict: who trusts none
/// reads all signers' shards with [`super::Aggregator`] instead.
#[derive(Debug)]
pub struct SpentTicketsFollower {
    identity: VerifyingKey,
    days: BTreeMap<EcashDay, (ShardReader, DayFilter)>,
}

impl SpentTicketsFollower {
    /// Nothing read; `identity` is the API's ed25519 key as the chain has it.
    pub fn new(identity: VerifyingKey) -> Self {
        Self { identity, days: BTreeMap::new() }
    }

    /// Fetches what was appended to every day that still matters, and forgets the others. Returns the number of new
    /// entries.
    ///
    /// # Errors
    /// [`FollowError`].
    pub async fn refresh(&mut self, api: &NymApiClient, today: EcashDay) -> Result<usize, FollowError> {
        self.days.retain(|day, _| is_kept(*day, today));
        let mut news = 0;
        for back in (0..u32::from(VALIDITY_DAYS)).rev() {
            let Ok(day) = today.minus_days(back) else { continue };
            let identity = self.identity;
            let (reader, filter) = self
                .days
                .entry(day)
                .or_insert_with(|| (ShardReader::new(ShardKind::Aggregate, day, identity), DayFilter::new()));
            for _ in 0..SEGMENTS_AT_ONCE {
                let segment = api.spent_tickets_segment(ShardKind::Aggregate, day, reader.position()).await?;
                let entries = reader.accept(&segment).map_err(|source| FollowError::Shard { day, source })?;
                if entries.is_empty() {
                    break;
                }
                news += entries.len();
                entries.into_iter().for_each(|entry| {
                    filter.insert(entry);
                });
            }
        }
        Ok(news)
    }

    /// Whether a ticket may have been spent: ask the signers before serving it.
    pub fn is_suspect(&self, serial: &[u8; 48]) -> bool {
        let fingerprint = fingerprint(serial);
        self.days.values().any(|(_, filter)| filter.contains(fingerprint))
    }

    /// Entries known of all days.
    pub fn entries(&self) -> u64 {
        self.days.values().map(|(_, filter)| filter.entries()).sum()
    }
}
