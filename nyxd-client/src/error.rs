//! What can go wrong between this client and a chain.

use std::time::Duration;

use cosmrs::AccountId;
use tendermint::Hash;

use crate::ChainFailure;

/// Why a query or a transaction gave no answer. Messages say what to do; none holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The network description has no chain endpoint.
    #[error("the network {network:?} names no chain endpoint: set NYXD in its env file or pass --nyxd-url")]
    NoEndpoint {
        /// The network's name.
        network: String,
    },
    /// An address of the node cannot be used.
    #[error("cannot use {url} as a chain endpoint: {reason}")]
    Endpoint {
        /// The address.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A request did not come back, or came back as something that is no answer.
    #[error("{what} at {url} failed: {reason}; check that the node runs and that the address is its RPC port")]
    Rpc {
        /// What was asked.
        what: &'static str,
        /// The node.
        url: String,
        /// The transport's words.
        reason: String,
    },
    /// The node answered with an error of its own.
    #[error("the node refused {what}: {reason}")]
    Refused {
        /// What was asked.
        what: &'static str,
        /// The node's words.
        reason: String,
    },
    /// A request took longer than its deadline.
    #[error("{what} at {url} took longer than {} s: check that the node runs, or raise the request timeout", limit.as_secs_f32())]
    Deadline {
        /// What was asked.
        what: &'static str,
        /// The node.
        url: String,
        /// The deadline.
        limit: Duration,
    },
    /// The chain refused or failed something; the failure says at which stage.
    #[error(transparent)]
    Chain(#[from] ChainFailure),
    /// An answer does not have the promised form.
    #[error("cannot read the chain's answer to {what}: {reason}; client and chain or contract versions may differ")]
    Answer {
        /// What was asked.
        what: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// Something cannot be put into a message.
    #[error("cannot build {what}: {reason}")]
    Message {
        /// The message.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// A string that should be an address is none.
    #[error("{value:?} is not an address of this chain: {reason}")]
    Address {
        /// The string.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A mnemonic cannot be used. Its words are not repeated.
    #[error("the mnemonic cannot be used: {reason}; it must be 12, 15, 18, 21 or 24 words of the English BIP-39 list")]
    Mnemonic {
        /// What is wrong with it.
        reason: String,
    },
    /// No transaction or transfer has ever touched the account.
    #[error("account {address} does not exist on {chain_id} yet: send it some coins first")]
    NoAccount {
        /// The account.
        address: AccountId,
        /// The chain.
        chain_id: String,
    },
    /// The node never saw a public key of the account.
    #[error("account {address} has no public key on the chain yet: it is published by the account's first transaction")]
    NoPublicKey {
        /// The account.
        address: AccountId,
    },
    /// A broadcast got no answer, so the transaction may or may not be on its way.
    #[error(
        "it is unknown whether transaction {hash} was accepted ({reason}): look for it with `tx get {hash}` before sending it again"
    )]
    Uncertain {
        /// The transaction.
        hash: Hash,
        /// Why there was no answer.
        reason: String,
    },
    /// A transaction was accepted but is in no block yet.
    #[error(
        "transaction {hash} was accepted but is in no block after {} s{}: it may still be included, look for it with `tx get {hash}`",
        waited.as_secs_f32(), last.as_ref().map(|last| format!(" ({last})")).unwrap_or_default()
    )]
    NotIncluded {
        /// The transaction.
        hash: Hash,
        /// How long it was waited for.
        waited: Duration,
        /// The node's last words on it.
        last: Option<String>,
    },
    /// Another program kept using the account's sequence numbers.
    #[error(
        "the sequence of account {address} changed {attempts} times while this transaction was sent: stop the other program that uses the account"
    )]
    SequenceContended {
        /// The account.
        address: AccountId,
        /// How often it was tried.
        attempts: u32,
    },
    /// An expected event or attribute is not in a transaction.
    #[error("transaction {hash} has no event {kind:?} with attribute {key:?}")]
    MissingEvent {
        /// The transaction.
        hash: Hash,
        /// The event's kind.
        kind: String,
        /// The attribute's key.
        key: String,
    },
}

impl ClientError {
    pub(crate) fn answer(what: impl Into<String>, reason: impl ToString) -> Self {
        Self::Answer { what: what.into(), reason: reason.to_string() }
    }

    pub(crate) fn message(what: &'static str, reason: impl ToString) -> Self {
        Self::Message { what, reason: reason.to_string() }
    }

    /// The chain's own failure, if that is what this is.
    pub fn chain_failure(&self) -> Option<&ChainFailure> {
        match self {
            Self::Chain(failure) => Some(failure),
            _ => None,
        }
    }
}
