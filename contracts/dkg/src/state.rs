//! The storage layout, which is a public interface: tools read it raw (`docs/protocol/quorum-contracts.md` §4.9, §15.2).
//! Names and encodings must not change.

use crate::types::{
    CeremonyRules, ChunkIndex, ContractVKShare, DealerRegistrationDetails, DealingIndex, DealingMetadata, Epoch,
    EpochId, NodeIndex, OwnershipTransfer, PendingRetry, ProposalId, State, StateProgress,
};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, StdResult, Storage, Timestamp};
use cw_controllers::Admin;
use cw_storage_plus::{Index, IndexList, IndexedMap, Item, Map, MultiIndex, SnapshotItem, Strategy};

/// Who administers the contract.
pub const ADMIN: Admin = Admin::new("dkg-admin");
/// The multisig contract.
pub const MULTISIG: Admin = Admin::new("multisig");
/// Settings that never change.
pub const STATE: Item<State> = Item::new("state");

/// The current epoch at every height; authoritative.
pub const HISTORICAL_EPOCH: SnapshotItem<Epoch> = SnapshotItem::new(
    "historical_epoch",
    "historical_epoch__checkpoints",
    "historical_epoch__changelog",
    Strategy::EveryBlock,
);
/// The same without history, for tools that read it raw.
pub const CURRENT_EPOCH: Item<Epoch> = Item::new("current_epoch");
/// Threshold of the current epoch, once its dealers are known.
pub const THRESHOLD: Item<u64> = Item::new("threshold");
/// Thresholds of all epochs.
pub const EPOCH_THRESHOLDS: Map<EpochId, u64> = Map::new("epoch_thresholds");
/// The last number given to a dealer.
pub const NODE_INDEX_COUNTER: Item<NodeIndex> = Item::new("node_index_counter");
/// Numbers of dealers.
pub const DEALER_INDEX: Map<&Addr, NodeIndex> = Map::new("dealer_index");
/// What dealers registered, by epoch.
pub const EPOCH_DEALERS: Map<(EpochId, &Addr), DealerRegistrationDetails> = Map::new("epoch_dealers");
/// Places that changed hands, by former owner, height and place of the transaction in its block.
pub const TRANSFER_LOG: Map<(&Addr, u64, u32), OwnershipTransfer> = Map::new("transfer_log");
/// Announced dealings.
pub const DEALINGS_METADATA: Map<(EpochId, &Addr, DealingIndex), DealingMetadata> = Map::new("dealings_metadata");
/// Chunks of dealings: raw bytes, not JSON. The nested key is written as one of four parts.
pub const DEALINGS: Map<((EpochId, &Addr, DealingIndex), ChunkIndex), ()> = Map::new("dealing");

/// Indices of [`vk_shares`].
pub struct ShareIndices<'a> {
    /// By epoch.
    pub epoch_id: MultiIndex<'a, EpochId, ContractVKShare, (&'a Addr, EpochId)>,
}

impl IndexList<ContractVKShare> for ShareIndices<'_> {
    fn get_indexes(&'_ self) -> Box<dyn Iterator<Item = &'_ dyn Index<ContractVKShare>> + '_> {
        let indices: [&dyn Index<ContractVKShare>; 1] = [&self.epoch_id];
        Box::new(indices.into_iter())
    }
}

/// Verification keys, by owner and epoch.
#[must_use]
pub fn vk_shares<'a>() -> IndexedMap<(&'a Addr, EpochId), ContractVKShare, ShareIndices<'a>> {
    IndexedMap::new("vksp", ShareIndices { epoch_id: MultiIndex::new(|_, share| share.epoch_id, "vksp", "vkse") })
}

/// What a ceremony needs to go on, and when it is tried again.
pub const RULES: Item<CeremonyRules> = Item::new("ceremony_rules");
/// The number of the last ceremony that was begun.
pub const LAST_EPOCH_ID: Item<EpochId> = Item::new("last_epoch_id");
/// The epoch whose keys are in service; absent until there are any.
pub const KEYS_IN_SERVICE: Item<EpochId> = Item::new("keys_in_service");
/// Keys that are or were in service.
pub const GENERATIONS: Map<EpochId, Generation> = Map::new("key_generations");
/// A failed ceremony that is to be tried again.
pub const PENDING_RETRY: Item<PendingRetry> = Item::new("pending_retry");
/// Ceremonies that failed since keys last went into service.
pub const FAILURES: Item<u32> = Item::new("ceremony_failures");
/// Complete dealings by epoch and index.
pub const COMPLETE_DEALINGS: Map<(EpochId, DealingIndex), u32> = Map::new("complete_dealings");
/// The proposals that decide on verification keys.
pub const SHARE_PROPOSALS: Map<(EpochId, &Addr), ProposalId> = Map::new("share_proposals");
/// Whose proposal the reply of the multisig belongs to; absent when to none. Lives within one transaction.
pub const PENDING_SHARE: Item<(EpochId, Addr)> = Item::new("pending_share");

/// Keys that are or were in service.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Generation {
    /// Shares that are needed to sign.
    pub threshold: u64,
    /// Whether the master key is the one before.
    pub resharing: bool,
    /// How many had acted in its ceremony.
    pub progress: StateProgress,
    /// When it went into service.
    pub in_service_since: Timestamp,
    /// When it was replaced.
    pub retired_at: Option<Timestamp>,
}

/// Stores the current epoch.
///
/// # Errors
/// When it has no JSON form.
pub fn save_epoch(storage: &mut dyn Storage, epoch: &Epoch, height: u64) -> StdResult<()> {
    CURRENT_EPOCH.save(storage, epoch)?;
    HISTORICAL_EPOCH.save(storage, epoch, height)
}

/// The current epoch.
///
/// # Errors
/// When none is stored.
pub fn load_epoch(storage: &dyn Storage) -> StdResult<Epoch> {
    HISTORICAL_EPOCH.load(storage)
}
