//! Answers of the contract. Those up to [`PagedVKSharesResponse`] have the members that published clients decode;
//! nothing may be added to them.

use crate::types::{
    ChunkIndex, ChunkSubmissionStatus, ContractVKShare, DealerDetails, DealerRegistrationDetails, DealerType,
    DealingIndex, DealingMetadata, DealingStatus, EpochId, EpochState, KeyGeneration, KeyShare, NodeIndex,
    PendingRetry, ProposalId, StateProgress,
};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, Timestamp};
use nym_contracts_common::ContractSafeBytes;
use std::collections::BTreeMap;

/// Whether `advance_epoch_state` would be taken: when either flag is set.
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub struct StateAdvanceResponse {
    /// Where the ceremony stands.
    pub current_state: EpochState,
    /// How many have acted.
    pub progress: StateProgress,
    /// When the state ends.
    pub deadline: Option<Timestamp>,
    /// Whether it has ended.
    pub reached_deadline: bool,
    /// Whether all have acted.
    pub is_complete: bool,
}

/// What a dealer registered.
#[cw_serde]
pub struct RegisteredDealerDetails {
    /// It, if it did.
    pub details: Option<DealerRegistrationDetails>,
}

/// A dealer.
#[cw_serde]
pub struct DealerDetailsResponse {
    /// Present for a dealer of the current epoch.
    pub details: Option<DealerDetails>,
    /// What the account is.
    pub dealer_type: DealerType,
}

/// A page of dealers' accounts.
#[cw_serde]
pub struct PagedDealerAddressesResponse {
    /// Ascending.
    pub dealers: Vec<Addr>,
    /// Where the next page starts.
    pub start_next_after: Option<Addr>,
}

/// A page of dealers.
#[cw_serde]
pub struct PagedDealerResponse {
    /// By account.
    pub dealers: Vec<DealerDetails>,
    /// The size of full pages.
    pub per_page: usize,
    /// Where the next page starts.
    pub start_next_after: Option<Addr>,
}

/// A page of dealers' numbers.
#[cw_serde]
pub struct PagedDealerIndexResponse {
    /// By account.
    pub indices: Vec<(Addr, NodeIndex)>,
    /// Where the next page starts.
    pub start_next_after: Option<Addr>,
}

/// An announced dealing.
#[cw_serde]
pub struct DealingMetadataResponse {
    /// The epoch.
    pub epoch_id: EpochId,
    /// The dealer.
    pub dealer: Addr,
    /// Which of its dealings.
    pub dealing_index: DealingIndex,
    /// What was announced.
    pub metadata: Option<DealingMetadata>,
}

/// How far all dealings of a dealer have come.
#[cw_serde]
pub struct DealerDealingsStatusResponse {
    /// The epoch.
    pub epoch_id: EpochId,
    /// The dealer.
    pub dealer: Addr,
    /// Whether all are complete.
    pub all_dealings_fully_submitted: bool,
    /// One by one.
    pub dealing_submission_status: BTreeMap<DealingIndex, DealingStatus>,
}

/// How far a dealing has come.
#[cw_serde]
pub struct DealingStatusResponse {
    /// The epoch.
    pub epoch_id: EpochId,
    /// The dealer.
    pub dealer: Addr,
    /// Which of its dealings.
    pub dealing_index: DealingIndex,
    /// How far it has come.
    pub status: DealingStatus,
}

/// Whether a chunk was brought.
#[cw_serde]
pub struct DealingChunkStatusResponse {
    /// The epoch.
    pub epoch_id: EpochId,
    /// The dealer.
    pub dealer: Addr,
    /// Which of its dealings.
    pub dealing_index: DealingIndex,
    /// Which chunk.
    pub chunk_index: ChunkIndex,
    /// Whether it was brought.
    pub status: ChunkSubmissionStatus,
}

/// A chunk of a dealing.
#[cw_serde]
pub struct DealingChunkResponse {
    /// The epoch.
    pub epoch_id: EpochId,
    /// The dealer.
    pub dealer: Addr,
    /// Which of its dealings.
    pub dealing_index: DealingIndex,
    /// Which chunk.
    pub chunk_index: ChunkIndex,
    /// Its bytes, if it was brought.
    pub chunk: Option<ContractSafeBytes>,
}

/// The verification key of one dealer.
#[cw_serde]
pub struct VkShareResponse {
    /// The dealer.
    pub owner: Addr,
    /// The epoch.
    pub epoch_id: EpochId,
    /// The key, if it was brought.
    pub share: Option<ContractVKShare>,
}

/// A page of verification keys.
#[cw_serde]
pub struct PagedVKSharesResponse {
    /// By account.
    pub shares: Vec<ContractVKShare>,
    /// The size of full pages.
    pub per_page: usize,
    /// Where the next page starts.
    pub start_next_after: Option<Addr>,
}

/// Which keys sign now, which older ones have still to be accepted, and what comes next.
#[cw_serde]
pub struct KeyGenerationsResponse {
    /// Sign and issue with these; absent until the first ceremony has succeeded.
    pub in_service: Option<KeyGeneration>,
    /// Accept tickets of these, too; the one that was replaced last comes first.
    pub outgoing: Vec<KeyGeneration>,
    /// The ceremony that runs; absent when none does.
    pub ceremony: Option<RunningCeremony>,
    /// A failed ceremony that is to be tried again.
    pub retry: Option<PendingRetry>,
}

/// A ceremony that runs.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct RunningCeremony {
    /// Its number.
    pub epoch_id: EpochId,
    /// Where it stands.
    pub state: EpochState,
    /// When this state ends.
    pub deadline: Option<Timestamp>,
}

/// A page of key generations.
#[cw_serde]
pub struct PagedKeyGenerationsResponse {
    /// By ascending epoch.
    pub generations: Vec<KeyGeneration>,
    /// Where the next page starts.
    pub start_next_after: Option<EpochId>,
}

/// A page of verification keys with their proposals.
#[cw_serde]
pub struct PagedKeySharesResponse {
    /// By account.
    pub shares: Vec<KeyShare>,
    /// Where the next page starts.
    pub start_next_after: Option<Addr>,
}

/// A dealing in one piece.
#[cw_serde]
pub struct DealingResponse {
    /// The epoch.
    pub epoch_id: EpochId,
    /// The dealer.
    pub dealer: Addr,
    /// Which of its dealings.
    pub dealing_index: DealingIndex,
    /// Its bytes (base64) once all chunks were brought.
    pub dealing: Option<Binary>,
}

/// A page of dealers' progress.
#[cw_serde]
pub struct PagedCeremonyProgressResponse {
    /// By account.
    pub dealers: Vec<DealerProgress>,
    /// Where the next page starts.
    pub start_next_after: Option<Addr>,
}

/// How far a dealer has come.
#[cw_serde]
pub struct DealerProgress {
    /// Its account.
    pub dealer: Addr,
    /// Its number.
    pub node_index: NodeIndex,
    /// Base URL of its API.
    pub announce_address: String,
    /// Complete dealings.
    pub complete_dealings: u32,
    /// Whether it brought a verification key.
    pub key_share_submitted: bool,
    /// The proposal that decides on that key.
    pub proposal_id: Option<ProposalId>,
    /// Whether the key was accepted.
    pub key_share_verified: bool,
}
