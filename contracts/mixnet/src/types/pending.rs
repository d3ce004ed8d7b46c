//! Requests that wait for the end of the epoch or of the interval
//! (`docs/protocol/mixnet-contract.md` §8.5).

use super::{
    ActiveSetUpdate, BlockHeight, EpochEventId, IntervalEventId, IntervalRewardingParamsUpdate, NodeCostParams, NodeId,
};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Coin};

/// A request that waits for the end of the epoch.
#[cw_serde]
pub struct PendingEpochEvent {
    /// Place in the queue.
    pub id: EpochEventId,
    /// The request.
    pub event: PendingEpochEventData,
}

/// When a request was made, and what it asks for.
#[cw_serde]
pub struct PendingEpochEventData {
    /// Block of the request.
    pub created_at: BlockHeight,
    /// What it asks for.
    pub kind: PendingEpochEventKind,
}

/// What waits for the end of an epoch.
#[cw_serde]
pub enum PendingEpochEventKind {
    /// Add stake to a node.
    Delegate {
        /// Account that delegates.
        owner: Addr,
        /// The node.
        #[serde(alias = "mix_id")]
        node_id: NodeId,
        /// What it adds; the contract holds it already.
        amount: Coin,
        /// Always absent.
        proxy: Option<Addr>,
    },
    /// Take all of an account's stake from a node.
    Undelegate {
        /// Account that had delegated.
        owner: Addr,
        /// The node.
        #[serde(alias = "mix_id")]
        node_id: NodeId,
        /// Always absent.
        proxy: Option<Addr>,
    },
    /// Add to a pledge.
    NymNodePledgeMore {
        /// The node.
        node_id: NodeId,
        /// What is added; the contract holds it already.
        amount: Coin,
    },
    /// Take from a pledge.
    NymNodeDecreasePledge {
        /// The node.
        node_id: NodeId,
        /// What is taken.
        decrease_by: Coin,
    },
    /// Leave the network.
    UnbondNymNode {
        /// The node.
        node_id: NodeId,
    },
    /// Divide the rewarded set anew.
    UpdateActiveSet {
        /// The new split.
        update: ActiveSetUpdate,
    },
}

/// A request that waits for the end of the interval.
#[cw_serde]
pub struct PendingIntervalEvent {
    /// Place in the queue.
    pub id: IntervalEventId,
    /// The request.
    pub event: PendingIntervalEventData,
}

/// When a request was made, and what it asks for.
#[cw_serde]
pub struct PendingIntervalEventData {
    /// Block of the request.
    pub created_at: BlockHeight,
    /// What it asks for.
    pub kind: PendingIntervalEventKind,
}

/// What waits for the end of an interval.
#[cw_serde]
pub enum PendingIntervalEventKind {
    /// Change what an operator keeps.
    ChangeNymNodeCostParams {
        /// The node.
        node_id: NodeId,
        /// What it keeps from then on.
        new_costs: NodeCostParams,
    },
    /// Change the parameters of rewarding.
    UpdateRewardingParams {
        /// The changes.
        update: IntervalRewardingParamsUpdate,
    },
    /// Change the length of intervals and epochs.
    UpdateIntervalConfig {
        /// Epochs of an interval.
        epochs_in_interval: u32,
        /// Seconds of an epoch.
        epoch_duration_secs: u64,
    },
}
