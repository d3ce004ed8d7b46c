//! Questions to the contract.

#![cfg_attr(
    target_arch = "wasm32",
    allow(unused_imports, reason = "the answers' types are named for schemas, which wasm has not")
)]

use super::responses::*;
use crate::types::{ChunkIndex, DealingIndex, Epoch, EpochId, State};
use cosmwasm_schema::{QueryResponses, cw_serde};
use cw_controllers::AdminResponse;
use cw2::ContractVersion;

/// Questions to the contract (`docs/protocol/quorum-contracts.md` §4.8, §15.2).
///
/// Lists come in pages: ask again with `start_after` set to the answer's `start_next_after` until that is null.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// Settings.
    #[returns(State)]
    GetState {},
    /// The current ceremony, or the keys in service while none runs.
    #[returns(Epoch)]
    GetCurrentEpochState {},
    /// The same before a block.
    #[returns(Option<Epoch>)]
    GetEpochStateAtHeight {
        /// Height of the block.
        height: u64,
    },
    /// Threshold of the current epoch; null until its dealers are known.
    #[returns(Option<u64>)]
    GetCurrentEpochThreshold {},
    /// Threshold of an epoch; null if its dealers never were known.
    #[returns(Option<u64>)]
    GetEpochThreshold {
        /// The epoch.
        epoch_id: EpochId,
    },
    /// Whether `advance_epoch_state` would be taken.
    #[returns(StateAdvanceResponse)]
    CanAdvanceState {},
    /// What a dealer registered for an epoch.
    #[returns(RegisteredDealerDetails)]
    GetRegisteredDealer {
        /// Its account.
        dealer_address: String,
        /// The epoch, by default the current one.
        epoch_id: Option<EpochId>,
    },
    /// A dealer of the current or an earlier epoch.
    #[returns(DealerDetailsResponse)]
    GetDealerDetails {
        /// Its account.
        dealer_address: String,
    },
    /// Accounts of the dealers of an epoch.
    #[returns(PagedDealerAddressesResponse)]
    GetEpochDealersAddresses {
        /// The epoch.
        epoch_id: EpochId,
        /// Page size.
        limit: Option<u32>,
        /// Last account of the page before.
        start_after: Option<String>,
    },
    /// Dealers of an epoch, by account.
    #[returns(PagedDealerResponse)]
    GetEpochDealers {
        /// The epoch.
        epoch_id: EpochId,
        /// Page size.
        limit: Option<u32>,
        /// Last account of the page before.
        start_after: Option<String>,
    },
    /// Dealers of the current epoch, by account.
    #[returns(PagedDealerResponse)]
    GetCurrentDealers {
        /// Page size.
        limit: Option<u32>,
        /// Last account of the page before.
        start_after: Option<String>,
    },
    /// Numbers of all who ever were dealers, by account.
    #[returns(PagedDealerIndexResponse)]
    GetDealerIndices {
        /// Page size.
        limit: Option<u32>,
        /// Last account of the page before.
        start_after: Option<String>,
    },
    /// An announced dealing.
    #[returns(DealingMetadataResponse)]
    GetDealingsMetadata {
        /// The epoch.
        epoch_id: EpochId,
        /// The dealer.
        dealer: String,
        /// Which of its dealings.
        dealing_index: DealingIndex,
    },
    /// How far all dealings of a dealer have come.
    #[returns(DealerDealingsStatusResponse)]
    GetDealerDealingsStatus {
        /// The epoch.
        epoch_id: EpochId,
        /// The dealer.
        dealer: String,
    },
    /// How far a dealing has come.
    #[returns(DealingStatusResponse)]
    GetDealingStatus {
        /// The epoch.
        epoch_id: EpochId,
        /// The dealer.
        dealer: String,
        /// Which of its dealings.
        dealing_index: DealingIndex,
    },
    /// Whether a chunk was brought.
    #[returns(DealingChunkStatusResponse)]
    GetDealingChunkStatus {
        /// The epoch.
        epoch_id: EpochId,
        /// The dealer.
        dealer: String,
        /// Which of its dealings.
        dealing_index: DealingIndex,
        /// Which chunk.
        chunk_index: ChunkIndex,
    },
    /// A chunk of a dealing.
    #[returns(DealingChunkResponse)]
    GetDealingChunk {
        /// The epoch.
        epoch_id: EpochId,
        /// The dealer.
        dealer: String,
        /// Which of its dealings.
        dealing_index: DealingIndex,
        /// Which chunk.
        chunk_index: ChunkIndex,
    },
    /// The verification key of one dealer, accepted or not.
    #[returns(VkShareResponse)]
    GetVerificationKey {
        /// The epoch.
        epoch_id: EpochId,
        /// The dealer.
        owner: String,
    },
    /// Verification keys of an epoch, by account. While its ceremony runs all are shown; afterwards only those that
    /// were accepted, so that one that was not cannot spoil the list for those who read it.
    #[returns(PagedVKSharesResponse)]
    GetVerificationKeys {
        /// The epoch.
        epoch_id: EpochId,
        /// Page size.
        limit: Option<u32>,
        /// Last account of the page before.
        start_after: Option<String>,
    },
    /// Name and version that migrations compare.
    #[returns(ContractVersion)]
    #[serde(rename = "get_cw2_contract_version")]
    GetCW2ContractVersion {},

    /// Who administers the contract.
    #[returns(AdminResponse)]
    Admin {},
    /// Which keys sign now, which older ones have still to be accepted, what ceremony runs, and whether one is to be
    /// tried again.
    #[returns(KeyGenerationsResponse)]
    GetKeyGenerations {},
    /// All key generations that ever were in service, by ascending epoch.
    #[returns(PagedKeyGenerationsResponse)]
    GetKeyGenerationsHistory {
        /// Page size.
        limit: Option<u32>,
        /// Last epoch of the page before.
        start_after: Option<EpochId>,
    },
    /// What a ceremony needs to go on, and when it is tried again.
    #[returns(crate::types::CeremonyRules)]
    GetCeremonyRules {},
    /// All verification keys of an epoch, accepted or not, with the proposals that decide on them, by account.
    #[returns(PagedKeySharesResponse)]
    GetKeyShares {
        /// The epoch.
        epoch_id: EpochId,
        /// Page size.
        limit: Option<u32>,
        /// Last account of the page before.
        start_after: Option<String>,
    },
    /// A complete dealing in one piece.
    #[returns(DealingResponse)]
    GetDealing {
        /// The epoch.
        epoch_id: EpochId,
        /// The dealer.
        dealer: String,
        /// Which of its dealings.
        dealing_index: DealingIndex,
    },
    /// How far every dealer of an epoch has come, by account: what a progress display shows.
    #[returns(PagedCeremonyProgressResponse)]
    GetCeremonyProgress {
        /// The epoch.
        epoch_id: EpochId,
        /// Page size.
        limit: Option<u32>,
        /// Last account of the page before.
        start_after: Option<String>,
    },
}
