//! What can go wrong while this signer takes part in a key generation.

use std::path::PathBuf;

use nym_dkg::DkgError;
use nym_ecash::EcashError;

/// Why a step of a key generation did not work. The next pass tries again unless the message says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyError {
    /// The chain did not answer, or refused.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A record could not be read or written. Nothing was sent to the chain.
    #[error(
        "cannot {action} {}: {source}; check that the disk has space and that this user owns the folder", path.display()
    )]
    Storage {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A record that holds something else than what was written there.
    #[error("{} is damaged: {reason}; restore it from a backup, or move it away to sit out DKG epoch {epoch}", path.display())]
    DamagedRecord {
        /// The file.
        path: PathBuf,
        /// The DKG epoch that it belongs to.
        epoch: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The secret key of the generation that is reshared is not on this machine.
    #[error(
        "the signing key of generation {generation} is not in the store: this signer can receive a share but deal none"
    )]
    NoBaseKey {
        /// The key generation.
        generation: u64,
    },
    /// A computation failed that cannot fail with verified dealings and intact records.
    #[error("the key generation of DKG epoch {epoch} cannot be concluded here: {source}")]
    Dealings {
        /// The DKG epoch.
        epoch: u64,
        /// What the computation reports.
        source: DkgError,
    },
    /// The derived key has a form that the e-cash scheme refuses.
    #[error("the key derived in DKG epoch {epoch} cannot sign: {source}")]
    Key {
        /// The DKG epoch.
        epoch: u64,
        /// What the scheme reports.
        source: EcashError,
    },
    /// A message could not be written as JSON.
    #[error("cannot write a message to a contract: {0}")]
    Message(#[from] serde_json::Error),
    /// The signing key could not be kept. Nothing was sent to the chain.
    #[error(transparent)]
    Keys(#[from] crate::keys::KeyError),
    /// A thread of computation died.
    #[error("a computation of the key generation ended early: {0}; the next pass starts it again")]
    Computation(#[from] tokio::task::JoinError),
}

/// Why the chain gave no useful answer.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The contract or a check of the chain refused. Sending the same again helps only once something has changed.
    #[error("the chain refused {what}: {reason}")]
    Refused {
        /// What was asked or sent.
        what: String,
        /// The chain's words.
        reason: String,
    },
    /// No answer, or one that leaves open what happened. The facts on chain will tell.
    #[error("the chain gave no answer to {what}: {reason}")]
    Unreachable {
        /// What was asked or sent.
        what: String,
        /// The transport's words.
        reason: String,
    },
    /// Another program uses the account, so that every number is taken before it can be used. The chain answers.
    #[error("{what} was not sent: {reason}")]
    Contended {
        /// What was to be sent.
        what: String,
        /// The client's words.
        reason: String,
    },
    /// An answer of another form.
    #[error("the answer to {what} cannot be read: {reason}; contract and nym-api versions may differ")]
    Unreadable {
        /// What was asked.
        what: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The chain moved on while its facts were read.
    #[error("the DKG epoch changed while it was read: it is read again")]
    Moved,
}

impl ChainError {
    /// Whether the chain itself said no.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

impl CeremonyError {
    /// Whether the chain itself said no.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Chain(error) if error.is_refusal())
    }
}
