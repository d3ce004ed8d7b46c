//! Messages that change the contract.

use crate::types::{CeremonyRules, DealingChunkInfo, DealingIndex, PartialContractDealing, TimeConfiguration};
use cosmwasm_schema::cw_serde;

/// What a new contract starts with (`docs/protocol/quorum-contracts.md` §4.1).
#[cw_serde]
pub struct InstantiateMsg {
    /// The group contract.
    pub group_addr: String,
    /// The multisig contract.
    pub multisig_addr: String,
    /// How long the states last.
    pub time_configuration: Option<TimeConfiguration>,
    /// Denomination that pays; only told to those who ask.
    pub mix_denom: String,
    /// Scalars of the secret key, which is the number of dealings per dealer: 5 for ecash.
    pub key_size: u32,
    /// What a ceremony needs to go on, and when it is tried again; defaults when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceremony_rules: Option<CeremonyRules>,
}

/// Migrates to newer code of the same contract.
#[cw_serde]
pub struct MigrateMsg {}

/// Messages that change the contract (`docs/protocol/quorum-contracts.md` §4.4, §15.2).
#[cw_serde]
pub enum ExecuteMsg {
    /// Begin the first ceremony. Admin only.
    InitiateDkg {},
    /// Take part in the ceremony. Voting members of the group only, while registration is open.
    RegisterDealer {
        /// Base58 of 128 bytes: encryption key and proof.
        bte_key_with_proof: String,
        /// Base58 of the signer's ed25519 public key.
        identity_key: String,
        /// Base URL of the signer's API.
        announce_address: String,
        /// Whether the ceremony shares an existing key anew.
        resharing: bool,
    },
    /// Announce the chunks of a dealing, each at most 2048 bytes, together at most 102400.
    CommitDealingsMetadata {
        /// Which of the dealer's dealings.
        dealing_index: DealingIndex,
        /// Its chunks in order.
        chunks: Vec<DealingChunkInfo>,
        /// Whether the ceremony shares an existing key anew.
        resharing: bool,
    },
    /// Bring a chunk of an announced dealing, while dealings are exchanged.
    CommitDealingsChunk {
        /// The chunk.
        chunk: PartialContractDealing,
    },
    /// Bring the verification key that the sender derived. Proposes to the multisig that it is right; the number of
    /// the proposal is the attribute `proposal_id` of the first `wasm` event.
    CommitVerificationKeyShare {
        /// Base58 of the verification key.
        share: String,
        /// Whether the ceremony shares an existing key anew.
        resharing: bool,
    },
    /// Accept a verification key. Multisig only, and only by the proposal that was made for this very share.
    VerifyVerificationKeyShare {
        /// Who brought it.
        owner: String,
        /// Whether the ceremony shares an existing key anew.
        resharing: bool,
    },
    /// Move to the next state, if it is time or all have acted. Anyone.
    AdvanceEpochState {},
    /// Begin a ceremony for a new master key. Admin only, while keys are in service and no ceremony runs.
    TriggerReset {},
    /// Begin a ceremony that shares the master key in service anew. Admin only, as above.
    TriggerResharing {},
    /// Hand the sender's place as a dealer to another voting member.
    TransferOwnership {
        /// Who gets it; not a dealer yet.
        transfer_to: String,
    },
    /// Change where the sender's API is reached.
    UpdateAnnounceAddress {
        /// The new base URL.
        new_address: String,
    },

    /// Name another admin. Admin only, as all below unless said otherwise; the admin may be the multisig.
    UpdateAdmin {
        /// The new admin.
        admin: String,
    },
    /// Change how long the states last, from the next state on.
    UpdateTimeConfiguration {
        /// The new times.
        time_configuration: TimeConfiguration,
    },
    /// Change what a ceremony needs to go on, and when it is tried again.
    UpdateCeremonyRules {
        /// The new rules.
        ceremony_rules: CeremonyRules,
    },
    /// Give the running ceremony up, without a retry, and forget a retry that waits. Keys in service stay in service;
    /// without any, the contract waits for another `initiate_dkg`.
    CancelCeremony {},
    /// Propose something that only the admin may do, for when the admin is the multisig. Voting members of the group
    /// only. The number of the proposal is the attribute `proposal_id` of the first `wasm` event.
    ProposeAdminAction {
        /// What to do.
        action: AdminAction,
    },
    /// Delete dealings of past ceremonies, which nobody needs any more. Anyone; every ceremony also deletes some.
    PruneDealings {
        /// How many chunks at most, by default and at most 200.
        limit: Option<u32>,
    },
}

/// What only the admin may do; in JSON exactly the [`ExecuteMsg`] of the same name.
#[cw_serde]
pub enum AdminAction {
    /// As [`ExecuteMsg::InitiateDkg`].
    InitiateDkg {},
    /// As [`ExecuteMsg::TriggerReset`].
    TriggerReset {},
    /// As [`ExecuteMsg::TriggerResharing`].
    TriggerResharing {},
    /// As [`ExecuteMsg::UpdateAdmin`].
    UpdateAdmin {
        /// The new admin.
        admin: String,
    },
    /// As [`ExecuteMsg::UpdateTimeConfiguration`].
    UpdateTimeConfiguration {
        /// The new times.
        time_configuration: TimeConfiguration,
    },
    /// As [`ExecuteMsg::UpdateCeremonyRules`].
    UpdateCeremonyRules {
        /// The new rules.
        ceremony_rules: CeremonyRules,
    },
    /// As [`ExecuteMsg::CancelCeremony`].
    CancelCeremony {},
}
