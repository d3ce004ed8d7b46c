//! What signers publish about the ticketbooks they issued (`docs/protocol/nym-api.md` §7.3), and their status.

use std::collections::BTreeMap;

use nym_ecash::{EcashDay, IssuedTicketbook, MerkleProof};
use serde::{Deserialize, Serialize};

use crate::encoding;
use crate::signed::SignedMessage;

/// A deposit and where its leaf stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitedDeposit {
    /// The deposit.
    pub deposit_id: u32,
    /// Position of its leaf.
    pub merkle_index: usize,
}

/// Body of the answer of `issued-ticketbooks-for`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedTicketbooksForResponseBody {
    /// The date.
    #[serde(with = "encoding::date")]
    pub expiration_date: EcashDay,
    /// Deposits with a ticketbook of this date, in order of their leaves.
    pub deposits: Vec<CommitedDeposit>,
    /// Root of the tree, lower-case hex; absent for an empty one.
    pub merkle_root: Option<String>,
}

/// Body of the request of `issued-ticketbooks-challenge-commitment` and `issued-ticketbooks-data`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedTicketbooksRequestBody {
    /// The date.
    #[serde(with = "encoding::date")]
    pub expiration_date: EcashDay,
    /// Deposits that are asked for.
    pub deposits: Vec<u32>,
}

/// Body of the answer of `issued-ticketbooks-challenge-commitment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedTicketbooksChallengeCommitmentResponseBody {
    /// The date.
    #[serde(with = "encoding::date")]
    pub expiration_date: EcashDay,
    /// What was asked.
    pub original_request: SignedMessage<IssuedTicketbooksRequestBody>,
    /// Most deposits in one data request.
    pub max_data_response_size: usize,
    /// That the leaves of these deposits are in the tree.
    pub merkle_proof: MerkleProof,
}

/// Body of the answer of `issued-ticketbooks-data`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedTicketbooksDataResponseBody {
    /// The date.
    #[serde(with = "encoding::date")]
    pub expiration_date: EcashDay,
    /// Ticketbooks by deposit.
    pub partial_ticketbooks: BTreeMap<u32, IssuedTicketbook>,
    /// What was asked.
    pub original_request: SignedMessage<IssuedTicketbooksRequestBody>,
}

/// A count with both of its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedTicketbooksCount {
    /// Day of issuance.
    #[serde(with = "encoding::date")]
    pub issuance_date: EcashDay,
    /// Last day of validity.
    #[serde(with = "encoding::date")]
    pub expiration_date: EcashDay,
    /// Ticketbooks.
    pub count: u64,
}

/// Answer of `issued-ticketbooks-count`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedTicketbooksCountResponse {
    /// Newest first.
    pub issued: Vec<IssuedTicketbooksCount>,
}

/// A count by day of issuance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuanceCount {
    /// Day of issuance.
    #[serde(with = "encoding::date")]
    pub issuance_date: EcashDay,
    /// Ticketbooks.
    pub count: u64,
}

/// A count by expiration date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpirationCount {
    /// Last day of validity.
    #[serde(with = "encoding::date")]
    pub expiration_date: EcashDay,
    /// Ticketbooks.
    pub count: u64,
}

/// Answer of `issued-ticketbooks-for-count`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedTicketbooksForCountResponse {
    /// The date.
    #[serde(with = "encoding::date")]
    pub expiration_date: EcashDay,
    /// All of them.
    pub total: u64,
    /// By day of issuance.
    pub issued: Vec<IssuanceCount>,
}

/// Answer of `issued-ticketbooks-on-count`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedTicketbooksOnCountResponse {
    /// The day.
    #[serde(with = "encoding::date")]
    pub issuance_date: EcashDay,
    /// All of them.
    pub total: u64,
    /// By expiration date.
    pub issued: Vec<ExpirationCount>,
}

/// Body of the answer of `signer-status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignerStatusBody {
    /// The signer's time, RFC 3339.
    pub current_time: String,
    /// Epoch of the keys in service.
    pub dkg_ecash_epoch_id: u64,
    /// Whether the signer is switched off.
    pub signer_disabled: bool,
    /// Whether it is one of the signers in service.
    pub is_ecash_signer: bool,
    /// Whether it holds its signing key.
    pub has_signing_keys: bool,
}
