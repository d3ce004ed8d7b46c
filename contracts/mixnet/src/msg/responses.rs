//! Answers of the contract. Field names and order are the wire's; nothing may be added.

use crate::types::{
    Delegation, DelegationKey, EpochEventId, EpochId, GatewayBond, HistoricalNymNodeVersionEntry, Interval,
    IntervalEventId, KeyRotationId, MixNodeBond, MixNodeDetails, NodeId, NodeRewarding, NymNodeBond, NymNodeDetails,
    PendingEpochEvent, PendingEpochEventData, PendingIntervalEvent, PendingIntervalEventData, PreassignedGatewayId,
    RewardedSetMetadata, UnbondedMixNode, UnbondedNymNode,
};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Coin, Decimal};
use nym_contracts_common::IdentityKey;

/// The current release of the node software.
#[cw_serde]
pub struct CurrentNymNodeVersionResponse {
    /// The release.
    pub version: Option<HistoricalNymNodeVersionEntry>,
}

/// A page of releases of the node software.
#[cw_serde]
pub struct NymNodeVersionHistoryResponse {
    /// Releases, oldest first.
    pub history: Vec<HistoricalNymNodeVersionEntry>,
    /// Where the next page starts.
    pub start_next_after: Option<u32>,
}

/// Where the network is in time.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct CurrentIntervalResponse {
    /// The interval and its current epoch.
    pub interval: Interval,
    /// Time of the block in seconds since the start of 1970.
    pub current_blocktime: u64,
    /// Whether the interval is over.
    pub is_current_interval_over: bool,
    /// Whether the epoch is over.
    pub is_current_epoch_over: bool,
}

/// A page of bonded nodes.
#[cw_serde]
pub struct PagedNymNodeBondsResponse {
    /// Nodes by ascending number.
    pub nodes: Vec<NymNodeBond>,
    /// Where the next page starts.
    pub start_next_after: Option<NodeId>,
}

/// A page of bonded nodes with stake and queued changes.
#[cw_serde]
pub struct PagedNymNodeDetailsResponse {
    /// Nodes by ascending number.
    pub nodes: Vec<NymNodeDetails>,
    /// Where the next page starts.
    pub start_next_after: Option<NodeId>,
}

/// A node that has left.
#[cw_serde]
pub struct UnbondedNodeResponse {
    /// The number that was asked for.
    pub node_id: NodeId,
    /// The node.
    pub details: Option<UnbondedNymNode>,
}

/// A page of nodes that have left.
#[cw_serde]
pub struct PagedUnbondedNymNodesResponse {
    /// Nodes by ascending number.
    pub nodes: Vec<UnbondedNymNode>,
    /// Where the next page starts.
    pub start_next_after: Option<NodeId>,
}

/// The node that an account owns.
#[cw_serde]
pub struct NodeOwnershipResponse {
    /// The account that was asked for.
    pub address: Addr,
    /// The node.
    pub details: Option<NymNodeDetails>,
}

/// A bonded node.
#[cw_serde]
pub struct NodeDetailsResponse {
    /// The number that was asked for.
    pub node_id: NodeId,
    /// The node.
    pub details: Option<NymNodeDetails>,
}

/// The bonded node with an identity.
#[cw_serde]
pub struct NodeDetailsByIdentityResponse {
    /// The identity that was asked for.
    pub identity_key: IdentityKey,
    /// The node.
    pub details: Option<NymNodeDetails>,
}

/// Stake and rewards of a node.
#[cw_serde]
pub struct NodeRewardingDetailsResponse {
    /// The number that was asked for.
    pub node_id: NodeId,
    /// Stake and rewards.
    pub rewarding_details: Option<NodeRewarding>,
}

/// How far a node's stake is from saturation.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct StakeSaturationResponse {
    /// The number that was asked for.
    pub node_id: NodeId,
    /// Share of the saturation point, at most 1.
    pub current_saturation: Option<Decimal>,
    /// Share of the saturation point, also above 1.
    pub uncapped_saturation: Option<Decimal>,
}

/// The nodes that have a role.
#[cw_serde]
pub struct EpochAssignmentResponse {
    /// The epoch that they have it in.
    pub epoch_id: EpochId,
    /// Their numbers.
    pub nodes: Vec<NodeId>,
}

/// The outline of a rewarded set.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct RolesMetadataResponse {
    /// The outline.
    pub metadata: RewardedSetMetadata,
}

/// A page of one node's delegations.
#[cw_serde]
pub struct PagedNodeDelegationsResponse {
    /// Delegations by ascending owner.
    pub delegations: Vec<Delegation>,
    /// Owner after which the next page starts.
    pub start_next_after: Option<String>,
}

/// A page of one account's delegations.
#[cw_serde]
pub struct PagedDelegatorDelegationsResponse {
    /// Delegations by ascending node.
    pub delegations: Vec<Delegation>,
    /// Where the next page starts.
    pub start_next_after: Option<DelegationKey>,
}

/// The delegation of one account to one node.
#[cw_serde]
pub struct NodeDelegationResponse {
    /// The delegation.
    pub delegation: Option<Delegation>,
    /// Old name of `node_still_bonded`.
    pub mixnode_still_bonded: bool,
    /// Whether the node is bonded and not leaving.
    pub node_still_bonded: bool,
}

/// A page of all delegations.
#[cw_serde]
pub struct PagedAllDelegationsResponse {
    /// Delegations by ascending node, then owner.
    pub delegations: Vec<Delegation>,
    /// Where the next page starts.
    pub start_next_after: Option<DelegationKey>,
}

/// What could be withdrawn.
#[cw_serde]
#[derive(Default)]
pub struct PendingRewardResponse {
    /// What was put in.
    pub amount_staked: Option<Coin>,
    /// What a withdrawal would pay.
    pub amount_earned: Option<Coin>,
    /// The same before it is cut to whole base units.
    pub amount_earned_detailed: Option<Decimal>,
    /// Old name of `node_still_fully_bonded`.
    pub mixnode_still_fully_bonded: bool,
    /// Whether the node is bonded and not leaving.
    pub node_still_fully_bonded: bool,
}

/// What would be earned in this epoch.
#[cw_serde]
#[derive(Default)]
pub struct EstimatedCurrentEpochRewardResponse {
    /// What was put in.
    pub original_stake: Option<Coin>,
    /// What it is worth with its rewards.
    pub current_stake_value: Option<Coin>,
    /// The same before it is cut to whole base units.
    pub current_stake_value_detailed_amount: Option<Decimal>,
    /// What this epoch would add.
    pub estimation: Option<Coin>,
    /// The same before it is cut to whole base units.
    pub detailed_estimation_amount: Option<Decimal>,
}

/// A page of requests that wait for the end of the epoch.
#[cw_serde]
pub struct PendingEpochEventsResponse {
    /// Seconds until they can be executed, 0 when they can.
    pub seconds_until_executable: i64,
    /// The requests in order.
    pub events: Vec<PendingEpochEvent>,
    /// Where the next page starts.
    pub start_next_after: Option<u32>,
}

/// A page of requests that wait for the end of the interval.
#[cw_serde]
pub struct PendingIntervalEventsResponse {
    /// Seconds until they can be executed, 0 when they can.
    pub seconds_until_executable: i64,
    /// The requests in order.
    pub events: Vec<PendingIntervalEvent>,
    /// Where the next page starts.
    pub start_next_after: Option<u32>,
}

/// One request that waits for the end of the epoch.
#[cw_serde]
pub struct PendingEpochEventResponse {
    /// The place in the queue that was asked for.
    pub event_id: EpochEventId,
    /// The request.
    pub event: Option<PendingEpochEventData>,
}

/// One request that waits for the end of the interval.
#[cw_serde]
pub struct PendingIntervalEventResponse {
    /// The place in the queue that was asked for.
    pub event_id: IntervalEventId,
    /// The request.
    pub event: Option<PendingIntervalEventData>,
}

/// Lengths of both queues.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct NumberOfPendingEventsResponse {
    /// Requests that wait for the end of the epoch.
    pub epoch_events: u32,
    /// Requests that wait for the end of the interval.
    pub interval_events: u32,
}

/// The current period of packet keys.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct KeyRotationIdResponse {
    /// Its number.
    pub rotation_id: KeyRotationId,
}

/// A page of mixnodes.
#[cw_serde]
pub struct PagedMixnodeBondsResponse {
    /// The mixnodes.
    pub nodes: Vec<MixNodeBond>,
    /// Page size.
    pub per_page: usize,
    /// Where the next page starts.
    pub start_next_after: Option<NodeId>,
}

/// A page of mixnodes with stake.
#[cw_serde]
pub struct PagedMixnodesDetailsResponse {
    /// The mixnodes.
    pub nodes: Vec<MixNodeDetails>,
    /// Page size.
    pub per_page: usize,
    /// Where the next page starts.
    pub start_next_after: Option<NodeId>,
}

/// A page of mixnodes that have left.
#[cw_serde]
pub struct PagedUnbondedMixnodesResponse {
    /// The mixnodes.
    pub nodes: Vec<(NodeId, UnbondedMixNode)>,
    /// Page size.
    pub per_page: usize,
    /// Where the next page starts.
    pub start_next_after: Option<NodeId>,
}

/// The mixnode that an account owns.
#[cw_serde]
pub struct MixOwnershipResponse {
    /// The account that was asked for.
    pub address: Addr,
    /// The mixnode.
    pub mixnode_details: Option<MixNodeDetails>,
}

/// A mixnode.
#[cw_serde]
pub struct MixnodeDetailsResponse {
    /// The number that was asked for.
    pub mix_id: NodeId,
    /// The mixnode.
    pub mixnode_details: Option<MixNodeDetails>,
}

/// The mixnode with an identity.
#[cw_serde]
pub struct MixnodeDetailsByIdentityResponse {
    /// The identity that was asked for.
    pub identity_key: IdentityKey,
    /// The mixnode.
    pub mixnode_details: Option<MixNodeDetails>,
}

/// Stake and rewards of a node under the old name.
#[cw_serde]
pub struct MixnodeRewardingDetailsResponse {
    /// The number that was asked for.
    pub mix_id: NodeId,
    /// Stake and rewards.
    pub rewarding_details: Option<NodeRewarding>,
}

/// How far a node's stake is from saturation, under the old name.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct MixStakeSaturationResponse {
    /// The number that was asked for.
    pub mix_id: NodeId,
    /// Share of the saturation point, at most 1.
    pub current_saturation: Option<Decimal>,
    /// Share of the saturation point, also above 1.
    pub uncapped_saturation: Option<Decimal>,
}

/// A mixnode that has left.
#[cw_serde]
pub struct UnbondedMixnodeResponse {
    /// The number that was asked for.
    pub mix_id: NodeId,
    /// The mixnode.
    pub unbonded_info: Option<UnbondedMixNode>,
}

/// A page of gateways.
#[cw_serde]
pub struct PagedGatewayResponse {
    /// The gateways.
    pub nodes: Vec<GatewayBond>,
    /// Page size.
    pub per_page: usize,
    /// Where the next page starts.
    pub start_next_after: Option<IdentityKey>,
}

/// The gateway with an identity.
#[cw_serde]
pub struct GatewayBondResponse {
    /// The identity that was asked for.
    pub identity: IdentityKey,
    /// The gateway.
    pub gateway: Option<GatewayBond>,
}

/// The gateway that an account owns.
#[cw_serde]
pub struct GatewayOwnershipResponse {
    /// The account that was asked for.
    pub address: Addr,
    /// The gateway.
    pub gateway: Option<GatewayBond>,
}

/// A page of numbers that gateways will have as nym-nodes.
#[cw_serde]
pub struct PreassignedGatewayIdsResponse {
    /// Identities and numbers.
    pub ids: Vec<PreassignedGatewayId>,
    /// Where the next page starts.
    pub start_next_after: Option<IdentityKey>,
}
