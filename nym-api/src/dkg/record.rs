//! What this signer remembers of one key generation, beside the facts on chain.

use std::collections::BTreeMap;

use nym_curve::G2Affine;
use serde::{Deserialize, Serialize};

/// The steps of one DKG epoch that cannot be read off the chain. Written before the transaction that makes it public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The DKG epoch.
    pub epoch: u64,
    /// What came of the dealings, once the exchange is over and every dealer is judged.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// How this signer votes, by number of the proposal.
    #[serde(default)]
    pub ballots: BTreeMap<u64, Ballot>,
}

/// What the dealings gave. It is a function of public data alone, so that all honest signers have the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Dealers that are left out, with the reason, by node index.
    pub rejected: BTreeMap<u64, String>,
    /// Dealers whose dealings all count, by node index.
    pub accepted: Vec<u64>,
    /// The keys, or why there are none.
    pub keys: Result<PublicKeys, String>,
}

/// The public half of a key generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    /// The common key, one point per component: α, β²_0, β²_1, ….
    pub master: Vec<G2Affine>,
    /// The same of each receiver, by node index.
    pub partials: BTreeMap<u64, Vec<G2Affine>>,
}

/// A decided vote on another signer's key share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    /// Whose share it is.
    pub owner: String,
    /// Why not, `None` for yes.
    pub objection: Option<String>,
}

impl Record {
    /// Nothing done yet.
    pub fn new(epoch: u64) -> Self {
        Self { epoch, outcome: None, ballots: BTreeMap::new() }
    }

    /// The public keys, if the dealings gave any.
    pub fn keys(&self) -> Option<&PublicKeys> {
        self.outcome.as_ref().and_then(|outcome| outcome.keys.as_ref().ok())
    }
}

impl Outcome {
    /// No key can come of this epoch at all.
    pub(super) fn impossible(reason: &nym_dkg::DkgError) -> Self {
        Self { rejected: BTreeMap::new(), accepted: Vec::new(), keys: Err(reason.to_string()) }
    }
}
