//! What the chain says of a key generation, read once per pass.

use std::collections::{BTreeMap, BTreeSet};

/// A picture of the contracts, as far as the phase of the key generation needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The latest block when reading began.
    pub block: Block,
    /// DKG epoch: the number of the key generation attempt.
    pub epoch: u64,
    /// Where the attempt stands.
    pub phase: Phase,
    /// Whether a new share of the old key is made, instead of a new key.
    pub resharing: bool,
    /// When the phase ends at the latest, in seconds since 1970; `None` while nothing runs.
    pub deadline: Option<u64>,
    /// Whether the contract would go on to the next phase if asked.
    pub can_advance: bool,
    /// Components of a key, and dealings per dealer.
    pub key_size: u32,
    /// Signatures needed under the key in the making; known once registration is closed.
    pub threshold: Option<u64>,
    /// The key generation that serves while this one is made.
    pub in_service: Option<InService>,
    /// A failed attempt that is to be repeated.
    pub retry: Option<Retry>,
    /// Who votes, in the order of their addresses.
    pub members: BTreeSet<String>,
    /// Who registered in this DKG epoch, by node index.
    pub dealers: BTreeMap<u64, Dealer>,
    /// Where this signer is to be reached about earlier keys that are still accepted; only asked for of one that is no
    /// dealer of this DKG epoch.
    pub outgoing_address: Option<String>,
    /// How many complete dealings each dealer has on chain, by node index. Not asked for outside the phases that need
    /// them: those of a key generation that is over are pruned.
    pub complete_dealings: BTreeMap<u64, u32>,
    /// Chunk by chunk, what this signer itself has on chain; read while dealings are exchanged.
    pub own_dealings: Dealings,
    /// Published key shares of this DKG epoch, by their owner's address.
    pub shares: BTreeMap<String, Share>,
    /// Proposals to confirm shares, by number.
    pub proposals: BTreeMap<u64, Proposal>,
}

/// A block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Its height.
    pub height: u64,
    /// Its time, in seconds since 1970.
    pub time: u64,
}

/// The phases of a key generation, in their order (`docs/protocol/quorum-contracts.md` §4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Nobody has asked for a key yet.
    #[default]
    WaitingInitialisation,
    /// Dealers register.
    Registration,
    /// Dealers deal.
    DealingExchange,
    /// Signers publish their key shares.
    ShareSubmission,
    /// Signers vote on the shares of the others.
    ShareValidation,
    /// Shares that were voted for are confirmed.
    ShareFinalisation,
    /// A key serves, the new one or, after a failure, the old one.
    InProgress,
}

/// The key generation in service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InService {
    /// Its DKG epoch.
    pub epoch: u64,
    /// Signatures needed under it.
    pub threshold: u64,
    /// How many signers hold a verified share of it.
    pub signers: u32,
    /// Its verified shares, by node index: base58 of the verification key.
    pub shares: BTreeMap<u64, String>,
}

/// A failed key generation that is to be repeated while the old key serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retry {
    /// The attempt that failed.
    pub failed_epoch: u64,
    /// Why, in words.
    pub reason: String,
    /// When the next attempt may begin, in seconds since 1970.
    pub not_before: u64,
}

/// A registration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dealer {
    /// The signer's account.
    pub address: String,
    /// Base58 of its encryption key with proof.
    pub encryption_key: String,
    /// Base URL of its nym-api.
    pub announce_address: String,
}

/// A dealer's dealings on chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dealings {
    /// By number of the dealing: its chunks, and whether each is there. Missing: not announced.
    pub announced: BTreeMap<u32, BTreeMap<u16, bool>>,
}

impl Dealings {
    /// Whether this dealing is there with all its chunks.
    pub fn is_complete(&self, dealing: u32) -> bool {
        self.announced.get(&dealing).is_some_and(|chunks| chunks.values().all(|there| *there))
    }
}

/// A published key share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Node index of its owner.
    pub node: u64,
    /// Base58 of the verification key.
    pub key: String,
    /// Whether the quorum has confirmed it.
    pub verified: bool,
    /// The proposal to confirm it.
    pub proposal: Option<u64>,
}

/// A proposal of the multisig to confirm a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What the votes have come to.
    pub status: ProposalStatus,
    /// Who has voted, and whether yes. The contract that made the proposal is among them, without weight.
    pub votes: BTreeMap<String, bool>,
    /// When voting ends, in seconds since 1970.
    pub expires: Option<u64>,
}

/// What the votes on a proposal have come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalStatus {
    /// Votes are taken.
    Open,
    /// Enough said yes; anyone may execute it.
    Passed,
    /// Enough said no, or its time is over.
    Rejected,
    /// It has taken effect.
    Executed,
}

impl Facts {
    /// The registration of an account in this DKG epoch, with its node index.
    pub fn dealer(&self, address: &str) -> Option<(u64, &Dealer)> {
        self.dealers.iter().find(|(_, dealer)| dealer.address == address).map(|(node, dealer)| (*node, dealer))
    }

    /// Whether what dealers sent is final: nothing can be added any more.
    pub fn dealings_are_closed(&self) -> bool {
        self.phase > Phase::DealingExchange
    }

    /// Whether every dealing of this dealer is there.
    pub fn has_all_dealings(&self, node: u64) -> bool {
        self.complete_dealings.get(&node).is_some_and(|complete| *complete == self.key_size)
    }

    /// Whether a vote on this proposal would still be counted.
    pub fn is_votable(&self, proposal: &Proposal) -> bool {
        let undecided = matches!(proposal.status, ProposalStatus::Open | ProposalStatus::Passed);
        undecided && proposal.expires.is_none_or(|end| self.block.time < end)
    }

    /// Who deals: everybody, or those who hold a verified share of the key that is reshared.
    pub fn may_deal(&self, node: u64) -> bool {
        let holds_base = |base: &InService| base.shares.contains_key(&node);
        self.dealers.contains_key(&node) && (!self.resharing || self.in_service.as_ref().is_some_and(holds_base))
    }
}
