//! Why the contract refuses (`docs/protocol/quorum-contracts.md` §3.9).

use crate::types::{DepositId, ProposalId};
use cosmwasm_std::{Addr, Coin, StdError};
use cw_controllers::AdminError;
use cw_utils::PaymentError;
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

    #[error("a deposit is one coin: {0}")]
    Payment(#[from] PaymentError),
    #[error("the deposit is {required}, not {received}")]
    WrongAmount { received: Coin, required: Coin },
    #[error(transparent)]
    MalformedEd25519Identity(#[from] MalformedSigningKey),
    #[error("there is no deposit {deposit_id}")]
    NoSuchDeposit { deposit_id: DepositId },
    #[error("deposit {deposit_id} is stored with {length} bytes, not 32")]
    MalformedDeposit { deposit_id: DepositId, length: usize },

    #[error("prices are in '{expected}', not in '{received}'")]
    WrongPriceDenom { received: String, expected: String },
    #[error("a reduced price is below the default of {default}, and {received} is not")]
    ReducedPriceNotLower { received: Coin, default: Coin },
    #[error(
        "the default price of {new} would not be above the reduced price {reduced} of {address}: remove or lower that first"
    )]
    DefaultPriceNotHigher { new: Coin, reduced: Coin, address: Addr },
    #[error("a ticketbook has {size} tickets and costs at least as many base units, which {received} is below")]
    PriceBelowTicketbookSize { received: Coin, size: u64 },
    #[error("{address} has no reduced price")]
    NoReducedPrice { address: Addr },
    #[error("the contract was made for ticketbooks of {stored} tickets, this code is for {compiled}")]
    TicketbookSizeChanged { stored: u64, compiled: u64 },

    #[error("'{commitment}' is not a commitment to tickets: it has to be the base58 form of 32 bytes")]
    MalformedCommitment { commitment: String },
    #[error("there is nothing to pay for no tickets")]
    NoTickets,
    #[error("{requested} tickets cannot be paid for: deposits cover {payable} more")]
    MoreTicketsThanDeposits { requested: u64, payable: u64 },
    #[error("{amount} cannot be paid: of the deposits {left} is left")]
    MoreThanDeposits { amount: Coin, left: Coin },
    #[error("the tickets of the commitment {commitment} were paid for already")]
    AlreadyPaid { commitment: String },
    #[error(
        "{gateway} has asked for a payment already (proposal {proposal_id}): wait until it is decided and executed"
    )]
    PayoutPending { gateway: Addr, proposal_id: ProposalId },
    #[error("{gateway} has not asked to be paid for the commitment {commitment}")]
    NoSuchPayout { gateway: Addr, commitment: String },

    #[error("only voting members of the group may do this, and {sender} is none")]
    NotInGroup { sender: Addr },
    #[error(
        "a key is not blacklisted without evidence: use 'propose_blacklisting' with both spendings of the ticket instead"
    )]
    BlacklistingNeedsEvidence,
    #[error("'{key}' is not an ecash user key: it has to be the base58 form of 48 bytes")]
    MalformedPublicKey { key: String },
    #[error("a spending has between 1 and {maximum} bytes, not {length}")]
    SpendingLength { length: usize, maximum: usize },
    #[error("two spendings that are the same convict nobody")]
    SameSpendings,
    #[error("the key {key} is on the blacklist since block {height}")]
    AlreadyBlacklisted { key: String, height: u64 },
    #[error("nobody has proposed to blacklist the key {key}")]
    NoBlacklistProposal { key: String },
    #[error("no proposal against the key {key} was voted down or has expired")]
    NothingToDrop { key: String },

    #[error("the key {key} is not on the blacklist for good: only deposits of those that are can be withheld")]
    NotBlacklisted { key: String },
    #[error("deposit {deposit_id} is withheld since block {height}")]
    AlreadyForfeited { deposit_id: DepositId, height: u64 },
    #[error("a withdrawal request has between 1 and {maximum} bytes, not {length}")]
    WithdrawalRequestLength { length: usize, maximum: usize },
    #[error("the key of deposit {deposit_id} has not signed this request")]
    RequestNotSigned { deposit_id: DepositId },

    #[error("the admin is not the multisig, so that a vote cannot do this: the admin can")]
    AdminIsNotTheMultisig,
}
