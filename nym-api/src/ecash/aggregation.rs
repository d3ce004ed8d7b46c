//! All signers' shards, read and counted: a ticket is in the aggregate once `t` signers of the generation in service
//! report it (`docs/protocol/spent-tickets.md`).

use std::collections::{BTreeMap, HashMap};

use ed25519_dalek::{SigningKey, VerifyingKey};
use nym_api_requests::filter::{
    Aggregator, MAX_SEGMENT_ENTRIES, ShardError, ShardKind, ShardLog, ShardReader, SpentTicketsDay, SpentTicketsStatus,
    VERSION, is_kept,
};
use nym_ecash::EcashDay;
use parking_lot::Mutex;

use super::Ecash;
use crate::error::ApiResult;
use crate::keys::{Generation, SignerShare};
use crate::storage::{Result, Storage};

/// Segments read of one signer and day in a round.
const SEGMENTS_AT_ONCE: usize = 16;

/// The aggregate of every day.
#[derive(Debug)]
pub(super) struct Aggregates {
    key: SigningKey,
    days: Mutex<BTreeMap<EcashDay, Day>>,
    /// Held for a whole round, since the list is appended to after what was read is on disk.
    round: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Day {
    log: ShardLog,
    counted: Counted,
}

/// The state of counting, for the signers of one generation.
#[derive(Debug)]
struct Counted {
    epoch_id: Option<u64>,
    aggregator: Aggregator,
    readers: HashMap<u64, ShardReader>,
    entries: Vec<u64>,
}

impl Day {
    fn of(day: EcashDay, key: &SigningKey, entries: Vec<u64>) -> Self {
        let mut log = ShardLog::new(ShardKind::Aggregate, day, &key.verifying_key());
        entries.iter().for_each(|entry| log.append(*entry));
        let mut aggregator = Aggregator::new(1, 0);
        aggregator.restore(&entries);
        Self { log, counted: Counted { epoch_id: None, aggregator, readers: HashMap::new(), entries } }
    }

    /// After a rotation signers are counted anew; what was confirmed stays.
    fn count_for(&mut self, generation: &Generation) {
        if self.counted.epoch_id == Some(generation.epoch_id()) {
            return;
        }
        let mut aggregator = Aggregator::new(generation.threshold(), generation.public.signers.len());
        aggregator.restore(&self.counted.entries);
        self.counted.aggregator = aggregator;
        self.counted.readers.clear();
        self.counted.epoch_id = Some(generation.epoch_id());
    }
}

impl Aggregates {
    pub(super) async fn restore(storage: &Storage, key: &SigningKey) -> Result<Self> {
        let mut days = BTreeMap::new();
        for day in storage.shard_days().await? {
            days.insert(day, Day::of(day, key, storage.aggregate(day).await?));
        }
        Ok(Self { key: key.clone(), days: Mutex::new(days), round: tokio::sync::Mutex::new(()) })
    }

    fn with_day<T>(&self, day: EcashDay, generation: &Generation, act: impl FnOnce(&mut Day) -> T) -> T {
        let mut days = self.days.lock();
        let entry = days.entry(day).or_insert_with(|| Day::of(day, &self.key, Vec::new()));
        entry.count_for(generation);
        act(entry)
    }

    /// A signed segment; as [`super::shards::Shards::segment`].
    fn segment(&self, day: EcashDay, from: u64, limit: usize) -> Option<Vec<u8>> {
        let days = self.days.lock();
        match days.get(&day) {
            Some(entry) => entry.log.segment(from, limit, &self.key),
            None => ShardLog::new(ShardKind::Aggregate, day, &self.key.verifying_key()).segment(from, limit, &self.key),
        }
    }

    fn lengths(&self) -> Vec<(EcashDay, usize)> {
        self.days.lock().iter().map(|(day, entry)| (*day, entry.log.len())).collect()
    }

    pub(super) fn forget_before(&self, day: EcashDay) {
        self.days.lock().retain(|kept, _| *kept >= day);
    }
}

/// Reads all signers' shards, round after round.
pub(super) async fn follow_signers(ecash: Ecash) {
    let shared = &ecash.shared;
    while shared.shutdown.sleep(shared.config.debug.spent_tickets_polling_rate).await {
        match ecash.aggregate_spent_tickets().await {
            Ok(0) => {}
            Ok(news) => tracing::debug!(news, "aggregated spent tickets"),
            Err(error) => tracing::warn!(%error, "spent tickets were not aggregated"),
        }
    }
}

impl Ecash {
    /// One round: what every signer appended since the last one. Returns the number of newly confirmed tickets.
    ///
    /// # Errors
    /// Of clock and database; signers that do not answer, or answer wrongly, are named in the log and left out.
    pub async fn aggregate_spent_tickets(&self) -> ApiResult<usize> {
        let _round = self.shared.aggregates.round.lock().await;
        let Some(generation) = self.shared.generations.in_service() else { return Ok(0) };
        let today = self.today().await?;
        let rounds = generation.public.signers.iter().enumerate().map(|(place, signer)| {
            let generation = &generation;
            async move {
                if let Err(reason) = self.read_signer(generation, place, signer, today).await {
                    tracing::debug!(index = signer.index, reason, "a signer's spent tickets were not read");
                }
            }
        });
        futures::future::join_all(rounds).await;
        self.store_confirmed(&generation).await
    }

    async fn read_signer(
        &self,
        generation: &Generation,
        place: usize,
        signer: &SignerShare,
        today: EcashDay,
    ) -> std::result::Result<(), String> {
        let identity = signer
            .identity
            .and_then(|identity| VerifyingKey::from_bytes(&identity).ok())
            .ok_or("it registered no ed25519 identity")?;
        let is_own = generation.own.as_ref().is_some_and(|own| own.index == signer.index);
        let peer = self.peer(&signer.announce_address);
        let days: Vec<(EcashDay, u64)> = if is_own {
            self.shared.shards.days().into_iter().map(|(day, entries)| (day, entries as u64)).collect()
        } else {
            let status = peer.spent_tickets().await.map_err(|error| error.to_string())?;
            status.days.into_iter().take(32).map(|day| (day.spend_date, day.shard_entries)).collect()
        };
        for (day, entries) in days {
            if day > today || !is_kept(day, today) {
                continue;
            }
            for _ in 0..SEGMENTS_AT_ONCE {
                let position = self.shared.aggregates.with_day(day, generation, |state| {
                    let reader = state
                        .counted
                        .readers
                        .entry(signer.index)
                        .or_insert_with(|| ShardReader::new(ShardKind::Signer, day, identity));
                    (state.counted.aggregator.takes_from(place) && reader.position() < entries)
                        .then(|| reader.position())
                });
                let Some(position) = position else { break };
                let segment = if is_own {
                    self.shared.shards.segment(day, position, MAX_SEGMENT_ENTRIES).ok_or("its own shard shrank")?
                } else {
                    peer.spent_tickets_segment(ShardKind::Signer, day, position)
                        .await
                        .map_err(|error| error.to_string())?
                };
                let read = self.shared.aggregates.with_day(day, generation, |state| {
                    let reader = state.counted.readers.get_mut(&signer.index)?;
                    let entries = match reader.accept(&segment) {
                        Ok(entries) => entries,
                        Err(error) => return Some(Err(error)),
                    };
                    for entry in &entries {
                        if state.counted.aggregator.report(place, *entry) {
                            state.counted.entries.push(*entry);
                        }
                    }
                    Some(Ok(entries.len()))
                });
                match read {
                    Some(Ok(read)) if read > 0 => {}
                    Some(Err(error)) => {
                        self.shared.metrics.bad_shards.inc();
                        if !matches!(error, ShardError::Elsewhere { .. }) {
                            tracing::warn!(index = signer.index, %day, %error, "a signer's shard cannot be used");
                        }
                        return Err(error.to_string());
                    }
                    _ => break,
                }
            }
        }
        Ok(())
    }

    /// What was confirmed in memory goes to disk and then into the published list.
    async fn store_confirmed(&self, generation: &Generation) -> ApiResult<usize> {
        let days: Vec<EcashDay> = self.shared.aggregates.days.lock().keys().copied().collect();
        let mut news = 0;
        for day in days {
            let (first, entries) = self.shared.aggregates.with_day(day, generation, |state| {
                let first = state.log.len();
                (first, state.counted.entries[first..].to_vec())
            });
            if entries.is_empty() {
                continue;
            }
            news += entries.len();
            self.shared.storage.append_aggregate(day, first, entries.clone()).await?;
            self.shared.aggregates.with_day(day, generation, |state| {
                // Rounds do not overlap, so the list still ends where it did.
                entries.iter().for_each(|entry| state.log.append(*entry));
            });
        }
        Ok(news)
    }

    /// What there is to read here.
    pub(crate) fn spent_tickets_status(&self) -> SpentTicketsStatus {
        let mut days: BTreeMap<EcashDay, SpentTicketsDay> = BTreeMap::new();
        let empty = |day| SpentTicketsDay { spend_date: day, shard_entries: 0, aggregate_entries: 0 };
        for (day, entries) in self.shared.shards.days() {
            days.entry(day).or_insert_with(|| empty(day)).shard_entries = entries as u64;
        }
        for (day, entries) in self.shared.aggregates.lengths() {
            days.entry(day).or_insert_with(|| empty(day)).aggregate_entries = entries as u64;
        }
        SpentTicketsStatus {
            version: VERSION,
            identity: bs58::encode(self.shared.identity.verifying_key().as_bytes()).into_string(),
            threshold: self.shared.generations.in_service().map_or(0, |generation| generation.threshold()),
            days: days.into_values().collect(),
        }
    }

    /// A segment of either list.
    pub(crate) fn spent_tickets_segment(&self, kind: ShardKind, day: EcashDay, from: u64) -> Option<Vec<u8>> {
        match kind {
            ShardKind::Signer => self.shared.shards.segment(day, from, MAX_SEGMENT_ENTRIES),
            ShardKind::Aggregate => self.shared.aggregates.segment(day, from, MAX_SEGMENT_ENTRIES),
        }
    }
}
