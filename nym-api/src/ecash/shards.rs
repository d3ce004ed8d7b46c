//! This signer's shards of spent tickets.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use nym_api_requests::filter::{ShardKind, ShardLog};
use nym_ecash::EcashDay;
use parking_lot::Mutex;

use crate::in_order::InOrder;
use crate::storage::{Result, Storage};

/// One list per spend day; the entries are in the database, so the lists are rebuilt at the start.
#[derive(Debug)]
pub(super) struct Shards {
    key: SigningKey,
    days: Mutex<BTreeMap<EcashDay, Day>>,
}

#[derive(Debug)]
struct Day {
    log: ShardLog,
    queue: InOrder<u64>,
}

impl Day {
    fn of(day: EcashDay, key: &SigningKey, entries: &[u64]) -> Self {
        let mut log = ShardLog::new(ShardKind::Signer, day, &key.verifying_key());
        entries.iter().for_each(|entry| log.append(*entry));
        Self { log, queue: InOrder::starting_at(entries.len()) }
    }
}

impl Shards {
    pub(super) async fn restore(storage: &Storage, key: &SigningKey) -> Result<Self> {
        let mut days = BTreeMap::new();
        for day in storage.shard_days().await? {
            days.insert(day, Day::of(day, key, &storage.shard(day).await?));
        }
        Ok(Self { key: key.clone(), days: Mutex::new(days) })
    }

    /// Adds an entry that is stored at this position. Readers see entries in the order of the database, for ever.
    pub(super) fn append(&self, day: EcashDay, position: usize, fingerprint: u64) {
        let mut days = self.days.lock();
        let shard = days.entry(day).or_insert_with(|| Day::of(day, &self.key, &[]));
        for fingerprint in shard.queue.push(position, fingerprint) {
            shard.log.append(fingerprint);
        }
    }

    /// A signed segment from an entry on; a day without entries has an empty list. `None` beyond the end.
    pub(super) fn segment(&self, day: EcashDay, from: u64, limit: usize) -> Option<Vec<u8>> {
        let days = self.days.lock();
        match days.get(&day) {
            Some(shard) => shard.log.segment(from, limit, &self.key),
            None => ShardLog::new(ShardKind::Signer, day, &self.key.verifying_key()).segment(from, limit, &self.key),
        }
    }

    /// Days with their numbers of entries.
    pub(super) fn days(&self) -> Vec<(EcashDay, usize)> {
        self.days.lock().iter().map(|(day, shard)| (*day, shard.log.len())).collect()
    }

    pub(super) fn forget_before(&self, day: EcashDay) {
        self.days.lock().retain(|kept, _| *kept >= day);
    }
}
