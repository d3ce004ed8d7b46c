//! Why the contract refuses (`docs/protocol/mixnet-contract.md` §12). What that section lists and
//! nothing can cause any more is not defined here; the crate's README says why for each.

use crate::rewards::ArithmeticError;
use crate::types::{EpochEventId, EpochId, EpochState, InvalidInterval, NodeId, Range, Role};
use cosmwasm_std::{Addr, Coin, Decimal, StdError, Uint128};
use cw_controllers::AdminError;
use nym_contracts_common::{MalformedIdentityKey, MigrationError, Percent};
use thiserror::Error;

/// Why the contract refuses a message or a question.
#[derive(Debug, Error, PartialEq)]
#[allow(missing_docs, reason = "the texts say it all")]
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Admin(#[from] AdminError),
    #[error("only the rewarding validator may do this")]
    Unauthorized,
    #[error("{current} is turning this epoch: it has to finish, or be late by the length of an epoch")]
    RewardingValidatorMismatch { current: Addr },
    #[error("cannot migrate: {0}")]
    FailedMigration(#[from] MigrationError),

    #[error("a node is bonded with at least {minimum}, not {received}")]
    InsufficientPledge { received: Coin, minimum: Coin },
    #[error("the least delegation is {minimum}, not {received}")]
    InsufficientDelegation { received: Coin, minimum: Coin },
    #[error("send the pledge with this message")]
    NoBondFound,
    #[error("send what is to be delegated with this message")]
    EmptyDelegation,
    #[error("expected coins of '{expected}', not of '{received}'")]
    WrongDenom { received: String, expected: String },
    #[error("send one coin, not several")]
    MultipleDenoms,
    #[error("a decrease by zero changes nothing")]
    ZeroCoinAmount,
    #[error("{amount} is more than the {supply} base units that exist")]
    AmountAboveSupply { amount: Uint128, supply: Uint128 },
    #[error("a pledge of {current} cannot shrink by {decrease_by}: at least {minimum} has to stay")]
    InvalidPledgeReduction { current: Coin, decrease_by: Coin, minimum: Coin },
    #[error("a change of the pledge is queued already (epoch event {pending_event_id}): wait for the end of the epoch")]
    PendingPledgeChange { pending_event_id: EpochEventId },

    #[error("the host has {length} bytes: at most {maximum} are allowed")]
    HostTooLong { length: usize, maximum: usize },
    #[error(transparent)]
    MalformedEd25519IdentityKey(#[from] MalformedIdentityKey),
    #[error("an ed25519 signature has 64 bytes, not {length}")]
    MalformedEd25519Signature { length: usize },
    #[error(
        "the node's signature does not match: it has to cover this node, these funds, this sender and the nonce {nonce}"
    )]
    InvalidEd25519Signature { nonce: u32 },
    #[error("{owner} has bonded node {node_id} already: an account bonds one node")]
    AlreadyOwnsNymNode { owner: Addr, node_id: NodeId },

    #[error("no node {node_id} is bonded")]
    NymNodeBondNotFound { node_id: NodeId },
    #[error("{owner} has bonded no node")]
    NoAssociatedNodeBond { owner: Addr },
    #[error("{owner} has bonded no mixnode: mixnodes are nym-nodes now")]
    NoAssociatedMixNodeBond { owner: Addr },
    #[error("{owner} has bonded no gateway: gateways are nym-nodes now")]
    NoAssociatedGatewayBond { owner: Addr },
    #[error("node {node_id} is leaving")]
    NodeIsUnbonding { node_id: NodeId },
    #[error("{address} has delegated nothing to node {node_id}")]
    NodeDelegationNotFound { node_id: NodeId, address: Addr },

    #[error("the epoch is not over: it started at {start} and ends at {end}, and it is {now} (seconds since 1970)")]
    EpochInProgress { now: u64, start: i64, end: i64 },
    #[error("the next epoch is being prepared ({state}): try again when it has begun")]
    EpochAdvancementInProgress { state: EpochState },
    #[error("nodes are not being rewarded: the epoch is {state}")]
    UnexpectedNonRewardingEpochState { state: EpochState },
    #[error("node {node_id} has been rewarded in epoch {epoch} already, or its turn has passed")]
    NodeAlreadyRewarded { node_id: NodeId, epoch: EpochId },
    #[error("node {node_id} is beyond the rewarded set, whose last node is {final_node_id}")]
    NodeBeyondRewardedSet { node_id: NodeId, final_node_id: NodeId },
    #[error("queued requests are not being executed: the epoch is {state}")]
    EpochNotInEventReconciliationState { state: EpochState },
    #[error("roles are not being assigned: the epoch is {state}")]
    EpochNotInRoleAssignmentState { state: EpochState },
    #[error("the next role to assign is {expected}, not {got}")]
    UnexpectedRoleAssignment { expected: Role, got: Role },
    #[error("{assigned} nodes are too many for the role {role}: at most {allowed} are allowed")]
    IllegalRoleCount { role: Role, assigned: usize, allowed: u32 },
    #[error("the work of this epoch's nodes sums to {work}, which is more than 1")]
    TotalWorkAboveOne { work: Decimal },

    #[error("no parameter is given")]
    EmptyParamsChangeMsg,
    #[error("no section of the settings is given")]
    EmptyStateUpdateMsg,
    #[error("entry gateways, exit gateways and mixnodes: there has to be at least one of each")]
    EmptyRoleAssignment,
    #[error("{mixnodes} mixnodes cannot be divided into three equal layers")]
    UnevenLayerAssignment { mixnodes: u32 },
    #[error("the active set cannot have more nodes than the rewarded set, which has {rewarded_set_size}")]
    InvalidActiveSetSize { rewarded_set_size: u32 },
    #[error("the sizes of the rewarded set sum to nothing, or to more than 32 bits hold")]
    InvalidRewardedSetSize,
    #[error(transparent)]
    InvalidInterval(#[from] InvalidInterval),
    #[error("packet keys have to be valid for at least {minimum} epochs, not {given}")]
    TooShortRotationInterval { given: u32, minimum: u32 },

    #[error("a profit margin of {provided} is not allowed: the range is {range}")]
    ProfitMarginOutsideRange { provided: Percent, range: Range<Percent> },
    #[error("an operating cost of {provided} base units is not allowed: the range is {range}")]
    OperatingCostOutsideRange { provided: Uint128, range: Range<Uint128> },
    #[error("'{provided}' is not a semantic version")]
    InvalidNymNodeSemver { provided: String },
    #[error("{provided} is not greater than the current version {current}")]
    NonIncreasingSemver { provided: String, current: String },

    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
    #[error("what is stored contradicts itself: {comment}")]
    InconsistentState { comment: String },

    #[error("the vesting contract cannot act for accounts any more: send this from the account itself")]
    DisabledVestingOperation,
    #[error("{owner} has delegated nothing to node {node_id} through the vesting contract")]
    NotAVestingDelegation { owner: Addr, node_id: NodeId },
}
