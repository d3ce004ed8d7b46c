//! What an ecash signer is told.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::durations;
use super::secret::empty_is_none;

/// The ecash signer and dealer.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EcashSigner {
    /// Whether this process signs and deals.
    pub enabled: bool,
    /// Where other signers and clients reach this process.
    #[serde(with = "empty_is_none")]
    pub announce_address: Option<Url>,
    /// Files.
    pub storage_paths: EcashPaths,
    /// Intervals and limits.
    pub debug: EcashDebug,
}

/// Files of [`EcashSigner`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EcashPaths {
    /// State of key generations.
    pub dkg_persistent_state_path: PathBuf,
    /// Signing key; archived ones stand beside it.
    #[serde(alias = "coconut_key_path")]
    pub ecash_key_path: PathBuf,
    /// Secret key that dealings are decrypted with.
    pub decryption_key_path: PathBuf,
    /// Its public counterpart with proof.
    pub public_key_with_proof_path: PathBuf,
}

/// Intervals and limits of [`EcashSigner`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EcashDebug {
    /// How often the driver of key generations looks at the chain.
    #[serde(with = "durations")]
    pub dkg_contract_polling_rate: Duration,
    /// How much longer each signer waits than the one before it, where one acts for all in a key generation.
    #[serde(with = "durations")]
    pub dkg_stagger: Duration,
    /// How often old data is removed.
    #[serde(with = "durations")]
    pub stale_data_cleaner_interval: Duration,
    /// Days that issued ticketbooks are kept after their expiration.
    pub issued_ticketbooks_retention_period_days: u32,
    /// Days that verified tickets are kept after they were spent.
    pub verified_tickets_retention_period_days: u32,
    /// Days that evidence against double spenders is kept after it was found, once the quorum has decided. The chain keeps
    /// what was voted on for ever; the copy here is for whoever disputes a decision.
    pub evidence_retention_period_days: u32,
    /// Most ticketbooks in one answer to a rewarder, at least 50.
    pub maximum_size_of_data_request: usize,
    /// How often keys in service and proposals are looked at.
    #[serde(with = "durations")]
    pub quorum_polling_rate: Duration,
    /// How often other signers' shards of spent tickets are read.
    #[serde(with = "durations")]
    pub spent_tickets_polling_rate: Duration,
    /// How long the first of several tickets waits for more to be verified with. A lone one does not wait.
    #[serde(with = "durations")]
    pub verification_window: Duration,
    /// Most tickets verified together.
    pub verification_batch: usize,
    /// Signatures and verifications computed at the same time; 0 is the number of processors.
    pub workers: usize,
    /// Accept payments without the coin-index proof, as clients up to 1.21 make them. Whoever holds one valid
    /// ticketbook can then make any number of tickets.
    pub accept_payments_without_coin_index_proof: bool,
    /// Least balance of the account in base units; a signer does not start below it.
    pub minimum_balance: u64,
}

impl Default for EcashDebug {
    fn default() -> Self {
        Self {
            dkg_contract_polling_rate: Duration::from_secs(30),
            dkg_stagger: Duration::from_secs(2),
            stale_data_cleaner_interval: Duration::from_secs(2 * 3600),
            issued_ticketbooks_retention_period_days: 2,
            verified_tickets_retention_period_days: 8,
            evidence_retention_period_days: 30,
            maximum_size_of_data_request: 100,
            quorum_polling_rate: Duration::from_secs(10),
            spent_tickets_polling_rate: Duration::from_secs(30),
            verification_window: Duration::from_millis(4),
            verification_batch: 64,
            workers: 0,
            accept_payments_without_coin_index_proof: false,
            minimum_balance: 100_000_000,
        }
    }
}
