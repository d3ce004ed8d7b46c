//! Why the contract refuses (`docs/protocol/quorum-contracts.md` §4.10).

use crate::types::{ChunkIndex, DealingIndex, EpochId, EpochState, ProposalId};
use cosmwasm_std::{Addr, StdError};
use cw_controllers::AdminError;
use nym_contracts_common::quorum::ProposalReplyError;
use nym_contracts_common::{MalformedSigningKey, MigrationError};
use thiserror::Error;

/// Why the contract refuses a message or a question.
#[derive(Debug, Error, PartialEq)]
#[allow(missing_docs, reason = "the texts say it all")]
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Admin(#[from] AdminError),
    #[error("cannot migrate: {0}")]
    FailedMigration(#[from] MigrationError),
    #[error(transparent)]
    ProposalReply(#[from] ProposalReplyError),
    #[error("no reply with the number {id} is expected")]
    UnknownReply { id: u64 },

    #[error("no ceremony has begun yet: the admin begins the first one")]
    WaitingInitialisation,
    #[error("the first ceremony has begun already")]
    AlreadyInitialised,
    #[error("this is not possible during '{current}', only during '{expected}'")]
    WrongState { current: EpochState, expected: String },
    #[error("it is too early for the next state: {seconds} seconds are left, or until all have acted")]
    TooEarly { seconds: u64 },
    #[error("a ceremony is running ({current}): it has to end, or be cancelled, before another begins")]
    CeremonyRunning { current: EpochState },
    #[error("no keys are in service that could be shared anew")]
    NothingToReshare,
    #[error("no ceremony is running and none is to be tried again")]
    NothingToCancel,

    #[error("a state lasts between 1 and {maximum} seconds, not {seconds}")]
    ImpossibleTime { seconds: u64, maximum: u64 },
    #[error("a ceremony needs at least one dealer")]
    NoMinimumOfDealers,
    #[error("a key has between 1 and {maximum} scalars, not {key_size}")]
    ImpossibleKeySize { key_size: u32, maximum: u32 },

    #[error("only voting members of the group may do this, and {address} is none")]
    NotInGroup { address: Addr },
    #[error("{dealer} is registered for epoch {epoch_id} already")]
    AlreadyADealer { dealer: Addr, epoch_id: EpochId },
    #[error("{dealer} is no dealer of epoch {epoch_id}")]
    NotADealer { dealer: Addr, epoch_id: EpochId },
    #[error("{dealer} has no accepted share of the keys of epoch {epoch_id}, which are shared anew")]
    NotAHolder { dealer: Addr, epoch_id: EpochId },
    #[error("{address} has a place as a dealer already, which it would lose")]
    AlreadyHasAPlace { address: Addr },
    #[error(transparent)]
    MalformedIdentity(#[from] MalformedSigningKey),
    #[error("an encryption key with its proof is the base58 form of {expected} bytes")]
    MalformedEncryptionKey { expected: usize },
    #[error("'{address}' cannot be announced: it has to be an http or https URL of at most {maximum} characters")]
    MalformedAnnounceAddress { address: String, maximum: usize },

    #[error("dealing {dealing_index} was announced already")]
    MetadataExists { dealing_index: DealingIndex },
    #[error("dealing {dealing_index} was not announced by {dealer} in epoch {epoch_id}")]
    NoMetadata { dealer: Addr, epoch_id: EpochId, dealing_index: DealingIndex },
    #[error("a dealer has {key_size} dealings, counted from 0, so that there is no dealing {dealing_index}")]
    DealingOutOfRange { dealing_index: DealingIndex, key_size: u32 },
    #[error("dealing {dealing_index} has no chunks, or an empty one")]
    EmptyMetadata { dealing_index: DealingIndex },
    #[error("dealing {dealing_index} has {chunks} chunks: at most {maximum} are allowed")]
    TooFragmented { dealing_index: DealingIndex, chunks: usize, maximum: usize },
    #[error("all chunks of dealing {dealing_index} but the last one have to be of one size, and chunk {chunk} is not")]
    UnevenChunks { dealing_index: DealingIndex, chunk: usize },
    #[error("a chunk of dealing {dealing_index} has {size} bytes: at most {maximum} are allowed")]
    ChunkTooLarge { dealing_index: DealingIndex, size: u64, maximum: u64 },
    #[error("dealing {dealing_index} has {size} bytes: at most {maximum} are allowed")]
    DealingTooLarge { dealing_index: DealingIndex, size: u64, maximum: u64 },
    #[error("chunk {chunk_index} of dealing {dealing_index} was not announced")]
    ChunkNotDeclared { dealing_index: DealingIndex, chunk_index: ChunkIndex },
    #[error("chunk {chunk_index} of dealing {dealing_index} was brought at height {height} already")]
    ChunkAlreadyCommitted { dealing_index: DealingIndex, chunk_index: ChunkIndex, height: u64 },
    #[error("chunk {chunk_index} of dealing {dealing_index} was announced with {announced} bytes and has {length}")]
    ChunkLength { dealing_index: DealingIndex, chunk_index: ChunkIndex, announced: u64, length: usize },

    #[error("{owner} has brought a verification key for epoch {epoch_id} already")]
    ShareExists { owner: Addr, epoch_id: EpochId },
    #[error("{owner} has brought no verification key for epoch {epoch_id}")]
    NoShare { owner: Addr, epoch_id: EpochId },
    #[error("a verification key is base58 text of 1 to {maximum} characters")]
    MalformedShare { maximum: usize },
    #[error("the verification key of {owner} in epoch {epoch_id} was accepted already")]
    AlreadyVerified { owner: Addr, epoch_id: EpochId },
    #[error(
        "the verification key of {owner} in epoch {epoch_id} is decided on by proposal {proposal_id}, which is not the one that is being executed"
    )]
    OtherProposal { owner: Addr, epoch_id: EpochId, proposal_id: ProposalId },

    #[error("this message has no place in a transaction")]
    OutsideTransaction,
    #[error("the admin is not the multisig, so that a vote cannot do this: the admin can")]
    AdminIsNotTheMultisig,
}
