//! What the contract knows about: nodes, delegations, roles, intervals, rewards and settings.
//!
//! Field order is the order in storage and on the wire (`docs/protocol/mixnet-contract.md` §1.3).

mod delegation;
mod interval;
mod legacy;
mod node;
mod pending;
mod reward;
mod role;
mod settings;
mod version;

pub use delegation::{Delegation, DelegationKey};
pub use interval::{EpochState, EpochStatus, Interval, InvalidInterval, KeyRotationState};
pub use legacy::{
    Gateway, GatewayBond, MixNode, MixNodeBond, MixNodeDetails, PendingMixNodeChanges, PreassignedGatewayId,
    UnbondedMixNode,
};
pub use node::{
    NodeConfigUpdate, NodeCostParams, NymNode, NymNodeBond, NymNodeDetails, PendingNodeChanges, UnbondedNymNode,
};
pub use pending::{
    PendingEpochEvent, PendingEpochEventData, PendingEpochEventKind, PendingIntervalEvent, PendingIntervalEventData,
    PendingIntervalEventKind,
};
pub use reward::{
    InitialRewardingParams, IntervalRewardParams, IntervalRewardingParamsUpdate, NodeRewarding,
    NodeRewardingParameters, PendingPoolChange, RewardingParams,
};
pub use role::{
    ActiveSetUpdate, RewardedSetMetadata, RewardedSetParams, Role, RoleAssignment, RoleBucket, RoleMetadata,
};
pub use settings::{
    ConfigScoreParams, ConfigScoreParamsUpdate, ContractState, ContractStateParams, ContractStateParamsUpdate,
    DelegationsParams, OperatingCostRange, OperatorsParams, OperatorsParamsUpdate, OutdatedVersionWeights,
    ProfitMarginRange, Range, VersionScoreFormulaParams,
};
pub use version::{HistoricalNymNodeVersion, HistoricalNymNodeVersionEntry, TotalVersionDifference};

use cosmwasm_std::Decimal;
use nym_contracts_common::Percent;

/// Number of a node; the first node is 1, numbers are never given twice.
pub type NodeId = u32;
/// Number of an epoch since the contract began.
pub type EpochId = u32;
/// Number of an interval.
pub type IntervalId = u32;
/// Number of an event in the epoch queue, from 1.
pub type EpochEventId = u32;
/// Number of an event in the interval queue, from 1.
pub type IntervalEventId = u32;
/// Number of a period of packet keys.
pub type KeyRotationId = u32;
/// Count of an account's successful bonds, part of what the next bond signs.
pub type Nonce = u32;
/// Height of a block.
pub type BlockHeight = u64;
/// How well a node did, between 0 and 1.
pub type Performance = Percent;
/// A node's share of the epoch's work; all shares of an epoch sum to at most 1.
pub type WorkFactor = Decimal;
