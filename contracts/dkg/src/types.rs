//! Records that travel and are stored.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Timestamp};
use nym_contracts_common::ContractSafeBytes;
use std::collections::BTreeMap;
use std::fmt;

pub use nym_contracts_common::quorum::ProposalId;

/// Number of a ceremony, from 0. It counts ceremonies that were started, not keys that came of them.
pub type EpochId = u64;
/// Number of a dealer, from 1, for ever.
pub type NodeIndex = u64;
/// Number of a dealing of one dealer, from 0.
pub type DealingIndex = u32;
/// Number of a chunk of one dealing, from 0.
pub type ChunkIndex = u16;

/// How long the states last, in seconds (`docs/protocol/quorum-contracts.md` §4.1).
#[cw_serde]
#[derive(Copy, Eq)]
pub struct TimeConfiguration {
    /// Registration.
    pub public_key_submission_time_secs: u64,
    /// Exchange of dealings.
    pub dealing_exchange_time_secs: u64,
    /// Bringing verification keys.
    pub verification_key_submission_time_secs: u64,
    /// Voting on them.
    pub verification_key_validation_time_secs: u64,
    /// Executing the votes.
    pub verification_key_finalization_time_secs: u64,
    /// Between ceremonies.
    pub in_progress_time_secs: u64,
}

impl Default for TimeConfiguration {
    fn default() -> Self {
        TimeConfiguration {
            public_key_submission_time_secs: 600,
            dealing_exchange_time_secs: 300,
            verification_key_submission_time_secs: 300,
            verification_key_validation_time_secs: 60,
            verification_key_finalization_time_secs: 60,
            in_progress_time_secs: 1_209_600,
        }
    }
}

/// What a ceremony needs to go on, and when it is tried again.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct CeremonyRules {
    /// Dealers that a ceremony needs at least. Two thirds of the voting members are needed in any case, so that a few
    /// fast ones cannot make the key alone.
    pub minimum_dealers: u32,
    /// Seconds between a failed ceremony and its next attempt while older keys are in service. Each further failure
    /// doubles them, up to a day.
    pub retry_delay_secs: u64,
}

impl Default for CeremonyRules {
    fn default() -> Self {
        CeremonyRules { minimum_dealers: 1, retry_delay_secs: 1800 }
    }
}

/// Where a ceremony stands.
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub enum EpochState {
    /// Nothing has begun.
    #[default]
    WaitingInitialisation,
    /// Registration.
    PublicKeySubmission {
        /// Whether an existing key is shared anew.
        resharing: bool,
    },
    /// Exchange of dealings.
    DealingExchange {
        /// Whether an existing key is shared anew.
        resharing: bool,
    },
    /// Bringing verification keys.
    VerificationKeySubmission {
        /// Whether an existing key is shared anew.
        resharing: bool,
    },
    /// Voting on them.
    VerificationKeyValidation {
        /// Whether an existing key is shared anew.
        resharing: bool,
    },
    /// Executing the votes.
    VerificationKeyFinalization {
        /// Whether an existing key is shared anew.
        resharing: bool,
    },
    /// Keys are in service and no ceremony runs.
    InProgress,
}

impl EpochState {
    /// Whether the running ceremony shares an existing key anew; `None` when none runs.
    #[must_use]
    pub const fn resharing(self) -> Option<bool> {
        match self {
            EpochState::WaitingInitialisation | EpochState::InProgress => None,
            EpochState::PublicKeySubmission { resharing }
            | EpochState::DealingExchange { resharing }
            | EpochState::VerificationKeySubmission { resharing }
            | EpochState::VerificationKeyValidation { resharing }
            | EpochState::VerificationKeyFinalization { resharing } => Some(resharing),
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            EpochState::WaitingInitialisation => "waiting_initialisation",
            EpochState::PublicKeySubmission { .. } => "public_key_submission",
            EpochState::DealingExchange { .. } => "dealing_exchange",
            EpochState::VerificationKeySubmission { .. } => "verification_key_submission",
            EpochState::VerificationKeyValidation { .. } => "verification_key_validation",
            EpochState::VerificationKeyFinalization { .. } => "verification_key_finalization",
            EpochState::InProgress => "in_progress",
        }
    }

    /// Whether keys are in service and no ceremony runs.
    #[must_use]
    pub const fn is_in_progress(self) -> bool {
        matches!(self, EpochState::InProgress)
    }
}

impl fmt::Display for EpochState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            EpochState::WaitingInitialisation => "waiting for initialisation",
            EpochState::PublicKeySubmission { .. } => "registration of dealers",
            EpochState::DealingExchange { .. } => "exchange of dealings",
            EpochState::VerificationKeySubmission { .. } => "submission of verification keys",
            EpochState::VerificationKeyValidation { .. } => "validation of verification keys",
            EpochState::VerificationKeyFinalization { .. } => "finalization of verification keys",
            EpochState::InProgress => "in progress",
        };
        match self.resharing() {
            Some(true) => write!(formatter, "{name} (resharing)"),
            _ => formatter.write_str(name),
        }
    }
}

/// How many have acted in a ceremony.
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub struct StateProgress {
    /// Dealers that registered.
    pub registered_dealers: u32,
    /// Those among them that hold a share of the key in service, when it is shared anew.
    pub registered_resharing_dealers: u32,
    /// Complete dealings.
    pub submitted_dealings: u32,
    /// Verification keys that were brought.
    pub submitted_key_shares: u32,
    /// Verification keys that were accepted.
    pub verified_keys: u32,
}

/// The current ceremony, or the keys that came of the last one that succeeded (`docs/protocol/quorum-contracts.md` §4.2).
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub struct Epoch {
    /// Where it stands.
    pub state: EpochState,
    /// Its number.
    pub epoch_id: EpochId,
    /// How many have acted.
    pub state_progress: StateProgress,
    /// How long the states last.
    pub time_configuration: TimeConfiguration,
    /// When this state ends.
    #[serde(alias = "finish_timestamp")]
    pub deadline: Option<Timestamp>,
}

/// What a dealer registers.
#[cw_serde]
pub struct DealerRegistrationDetails {
    /// Base58 of encryption key and proof.
    pub bte_public_key_with_proof: String,
    /// Base58 of the ed25519 public key.
    pub ed25519_identity: String,
    /// Base URL of the API.
    pub announce_address: String,
}

/// A dealer of an epoch.
#[cw_serde]
pub struct DealerDetails {
    /// Its account.
    pub address: Addr,
    /// Base58 of encryption key and proof.
    pub bte_public_key_with_proof: String,
    /// Base58 of the ed25519 public key.
    pub ed25519_identity: String,
    /// Base URL of the API.
    pub announce_address: String,
    /// Its number.
    pub assigned_index: NodeIndex,
}

/// What an account is to the current epoch.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum DealerType {
    /// A dealer of it.
    Current {
        /// Its number.
        assigned_index: NodeIndex,
    },
    /// A dealer of an earlier one.
    Past {
        /// Its number.
        assigned_index: NodeIndex,
    },
    /// Nothing.
    Unknown,
}

/// The size of a chunk.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct DealingChunkInfo {
    /// Bytes.
    pub size: u64,
}

/// A chunk of a dealing.
#[cw_serde]
#[derive(Eq)]
pub struct PartialContractDealing {
    /// Which of the dealer's dealings.
    pub dealing_index: DealingIndex,
    /// Which chunk of it.
    pub chunk_index: ChunkIndex,
    /// Its bytes.
    pub data: ContractSafeBytes,
}

/// Whether a chunk was brought.
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub struct ChunkSubmissionStatus {
    /// Height of its block.
    pub submission_height: Option<u64>,
}

/// An announced chunk.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct SubmittedChunk {
    /// Its size.
    pub info: DealingChunkInfo,
    /// Whether it was brought.
    pub status: ChunkSubmissionStatus,
}

/// An announced dealing.
#[cw_serde]
#[derive(Eq)]
pub struct DealingMetadata {
    /// Which of the dealer's dealings.
    pub dealing_index: DealingIndex,
    /// Its chunks.
    pub submitted_chunks: BTreeMap<ChunkIndex, SubmittedChunk>,
}

impl DealingMetadata {
    /// Whether all chunks were brought.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.submitted_chunks.values().all(|chunk| chunk.status.submission_height.is_some())
    }
}

/// How far a dealing has come.
#[cw_serde]
#[derive(Eq, Default)]
pub struct DealingStatus {
    /// Whether it was announced.
    pub has_metadata: bool,
    /// Whether all chunks were brought.
    pub fully_submitted: bool,
    /// Chunk by chunk.
    pub chunk_submission_status: BTreeMap<ChunkIndex, ChunkSubmissionStatus>,
}

/// A verification key that a dealer derived.
#[cw_serde]
pub struct ContractVKShare {
    /// Base58 of the key.
    pub share: String,
    /// Base URL of the dealer's API.
    pub announce_address: String,
    /// The dealer's number.
    pub node_index: NodeIndex,
    /// The dealer's account.
    pub owner: Addr,
    /// The ceremony.
    pub epoch_id: EpochId,
    /// Whether the quorum accepted it.
    pub verified: bool,
}

/// A verification key with the proposal that decides on it.
#[cw_serde]
pub struct KeyShare {
    /// The key, accepted or not.
    pub share: ContractVKShare,
    /// The proposal's number in the multisig; absent where an older contract had stored the share.
    pub proposal_id: Option<ProposalId>,
}

/// Keys that one ceremony made. Shares, dealers and threshold lie under its epoch: `get_verification_keys`,
/// `get_epoch_dealers`, `get_epoch_threshold`.
#[cw_serde]
pub struct KeyGeneration {
    /// The ceremony.
    pub epoch_id: EpochId,
    /// Shares that are needed to sign.
    pub threshold: u64,
    /// Accepted shares.
    pub verified_keys: u32,
    /// Whether it has the same master key as the generation before it.
    pub resharing: bool,
    /// When it went into service.
    pub in_service_since: Timestamp,
    /// When it was replaced; absent for the one in service.
    pub retired_at: Option<Timestamp>,
    /// Until when ticketbooks that it signed can be spent; absent for the one in service.
    pub usable_until: Option<Timestamp>,
}

/// A ceremony that failed while older keys were in service, and is to be tried again.
#[cw_serde]
#[derive(Eq)]
pub struct PendingRetry {
    /// The ceremony that failed last.
    pub failed_epoch_id: EpochId,
    /// Whether it shared an existing key anew; so will the next attempt.
    pub resharing: bool,
    /// Failures in a row.
    pub failures: u32,
    /// Why the last one failed.
    pub reason: CeremonyFailure,
    /// When anyone may begin the next attempt with `advance_epoch_state`.
    pub not_before: Timestamp,
}

/// Why a ceremony failed.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum CeremonyFailure {
    /// Too few registered.
    TooFewDealers {
        /// Registered.
        registered: u32,
        /// Needed.
        needed: u32,
    },
    /// Too few that hold a share of the key registered to share it anew.
    TooFewResharingDealers {
        /// Registered.
        registered: u32,
        /// Needed.
        needed: u32,
    },
    /// Too few complete dealings of one kind.
    TooFewDealings {
        /// The dealing that fewest brought.
        dealing_index: DealingIndex,
        /// Brought.
        submitted: u32,
        /// Needed.
        needed: u32,
    },
    /// Too few verification keys were brought.
    TooFewKeyShares {
        /// Brought.
        submitted: u32,
        /// Needed.
        needed: u32,
    },
    /// Too few verification keys were accepted.
    TooFewVerifiedKeys {
        /// Accepted.
        verified: u32,
        /// Needed.
        needed: u32,
    },
    /// The admin gave it up.
    Cancelled {},
}

impl fmt::Display for CeremonyFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CeremonyFailure::TooFewDealers { registered, needed } => {
                write!(formatter, "{registered} dealers registered, {needed} are needed")
            }
            CeremonyFailure::TooFewResharingDealers { registered, needed } => {
                write!(formatter, "{registered} holders of the key registered, {needed} are needed")
            }
            CeremonyFailure::TooFewDealings { dealing_index, submitted, needed } => {
                write!(formatter, "{submitted} dealers completed dealing {dealing_index}, {needed} are needed")
            }
            CeremonyFailure::TooFewKeyShares { submitted, needed } => {
                write!(formatter, "{submitted} verification keys were brought, {needed} are needed")
            }
            CeremonyFailure::TooFewVerifiedKeys { verified, needed } => {
                write!(formatter, "{verified} verification keys were accepted, {needed} are needed")
            }
            CeremonyFailure::Cancelled {} => formatter.write_str("the admin gave it up"),
        }
    }
}

/// A dealer's place that changed hands.
#[cw_serde]
pub struct OwnershipTransfer {
    /// The place.
    pub node_index: NodeIndex,
    /// Who had it.
    pub from: Addr,
    /// Who got it.
    pub to: Addr,
}

/// Settings that never change.
#[cw_serde]
pub struct State {
    /// Denomination that pays.
    pub mix_denom: String,
    /// The multisig contract.
    pub multisig_addr: Addr,
    /// The group contract.
    pub group_addr: cw4::Cw4Contract,
    /// Dealings per dealer.
    pub key_size: u32,
}
