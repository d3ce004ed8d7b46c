//! Questions to the contract.

#![cfg_attr(
    target_arch = "wasm32",
    allow(unused_imports, reason = "the answers' types are named for schemas, which wasm has not")
)]

use super::responses::*;
use crate::types::{
    ContractState, ContractStateParams, DelegationKey, EpochEventId, EpochStatus, IntervalEventId, KeyRotationState,
    NodeId, Nonce, Performance, RewardingParams, Role, WorkFactor,
};
use cosmwasm_schema::{QueryResponses, cw_serde};
use cw_controllers::AdminResponse;
use cw2::ContractVersion;
use nym_contracts_common::{ContractBuildInformation, IdentityKey};

/// Questions to the contract (`docs/protocol/mixnet-contract.md` §4, §5.1).
///
/// Lists come in pages: ask again with `start_after` set to the answer's `start_next_after` until
/// that is null.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// Who administers the contract.
    #[returns(AdminResponse)]
    Admin {},
    /// Where the running code came from.
    #[returns(ContractBuildInformation)]
    GetContractVersion {},
    /// Name and version that migrations compare.
    #[returns(ContractVersion)]
    #[serde(rename = "get_cw2_contract_version")]
    GetCW2ContractVersion {},
    /// Who turns epochs.
    #[returns(String)]
    GetRewardingValidatorAddress {},
    /// Settings.
    #[returns(ContractStateParams)]
    GetStateParams {},
    /// Accounts and settings.
    #[returns(ContractState)]
    GetState {},
    /// The current release of the node software.
    #[returns(CurrentNymNodeVersionResponse)]
    GetCurrentNymNodeVersion {},
    /// All releases of the node software.
    #[returns(NymNodeVersionHistoryResponse)]
    GetNymNodeVersionHistory {
        /// Page size.
        limit: Option<u32>,
        /// Last entry of the page before.
        start_after: Option<u32>,
    },
    /// Parameters of rewarding.
    #[returns(RewardingParams)]
    GetRewardingParams {},
    /// What the epoch waits for.
    #[returns(EpochStatus)]
    GetEpochStatus {},
    /// Where the network is in time.
    #[returns(CurrentIntervalResponse)]
    GetCurrentIntervalDetails {},

    /// Bonded nodes.
    #[returns(PagedNymNodeBondsResponse)]
    GetNymNodeBondsPaged {
        /// Page size.
        limit: Option<u32>,
        /// Last node of the page before.
        start_after: Option<NodeId>,
    },
    /// Bonded nodes with stake and queued changes.
    #[returns(PagedNymNodeDetailsResponse)]
    GetNymNodesDetailedPaged {
        /// Page size.
        limit: Option<u32>,
        /// Last node of the page before.
        start_after: Option<NodeId>,
    },
    /// A node that has left.
    #[returns(UnbondedNodeResponse)]
    GetUnbondedNymNode {
        /// Its number.
        node_id: NodeId,
    },
    /// Nodes that have left.
    #[returns(PagedUnbondedNymNodesResponse)]
    GetUnbondedNymNodesPaged {
        /// Page size.
        limit: Option<u32>,
        /// Last node of the page before.
        start_after: Option<NodeId>,
    },
    /// Nodes of one owner that have left.
    #[returns(PagedUnbondedNymNodesResponse)]
    GetUnbondedNymNodesByOwnerPaged {
        /// The owner.
        owner: String,
        /// Page size.
        limit: Option<u32>,
        /// Last node of the page before.
        start_after: Option<NodeId>,
    },
    /// Nodes of one identity that have left.
    #[returns(PagedUnbondedNymNodesResponse)]
    GetUnbondedNymNodesByIdentityKeyPaged {
        /// The identity.
        identity_key: IdentityKey,
        /// Page size.
        limit: Option<u32>,
        /// Last node of the page before.
        start_after: Option<NodeId>,
    },
    /// The node that an account owns.
    #[returns(NodeOwnershipResponse)]
    GetOwnedNymNode {
        /// The account.
        address: String,
    },
    /// A bonded node.
    #[returns(NodeDetailsResponse)]
    GetNymNodeDetails {
        /// Its number.
        node_id: NodeId,
    },
    /// The bonded node with an identity.
    #[returns(NodeDetailsByIdentityResponse)]
    GetNymNodeDetailsByIdentityKey {
        /// The identity.
        node_identity: IdentityKey,
    },
    /// Stake and rewards of a node, also of one that left delegations behind.
    #[returns(NodeRewardingDetailsResponse)]
    GetNodeRewardingDetails {
        /// The node.
        node_id: NodeId,
    },
    /// How far a node's stake is from saturation.
    #[returns(StakeSaturationResponse)]
    GetNodeStakeSaturation {
        /// The node.
        node_id: NodeId,
    },
    /// The nodes that have a role in this epoch.
    #[returns(EpochAssignmentResponse)]
    GetRoleAssignment {
        /// The role.
        role: Role,
    },
    /// The outline of this epoch's rewarded set.
    #[returns(RolesMetadataResponse)]
    GetRewardedSetMetadata {},

    /// Delegations to one node.
    #[returns(PagedNodeDelegationsResponse)]
    #[serde(alias = "get_mixnode_delegations")]
    GetNodeDelegations {
        /// The node.
        #[serde(alias = "mix_id")]
        node_id: NodeId,
        /// Last owner of the page before.
        start_after: Option<String>,
        /// Page size.
        limit: Option<u32>,
    },
    /// Delegations of one account.
    #[returns(PagedDelegatorDelegationsResponse)]
    GetDelegatorDelegations {
        /// The account.
        delegator: String,
        /// Last delegation of the page before.
        start_after: Option<DelegationKey>,
        /// Page size.
        limit: Option<u32>,
    },
    /// The delegation of one account to one node.
    #[returns(NodeDelegationResponse)]
    GetDelegationDetails {
        /// The node.
        #[serde(alias = "mix_id")]
        node_id: NodeId,
        /// The account.
        delegator: String,
        /// Vesting contract of old delegations; there are none.
        proxy: Option<String>,
    },
    /// All delegations.
    #[returns(PagedAllDelegationsResponse)]
    GetAllDelegations {
        /// Last delegation of the page before.
        start_after: Option<DelegationKey>,
        /// Page size.
        limit: Option<u32>,
    },

    /// What an operator could withdraw.
    #[returns(PendingRewardResponse)]
    GetPendingOperatorReward {
        /// The operator.
        address: String,
    },
    /// What the operator of a node could withdraw.
    #[returns(PendingRewardResponse)]
    #[serde(alias = "get_pending_mix_node_operator_reward")]
    GetPendingNodeOperatorReward {
        /// The node.
        #[serde(alias = "mix_id")]
        node_id: NodeId,
    },
    /// What a delegator could withdraw.
    #[returns(PendingRewardResponse)]
    GetPendingDelegatorReward {
        /// The delegator.
        address: String,
        /// The node.
        #[serde(alias = "mix_id")]
        node_id: NodeId,
        /// Vesting contract of old delegations; there are none.
        proxy: Option<String>,
    },
    /// What an operator would earn in this epoch.
    #[returns(EstimatedCurrentEpochRewardResponse)]
    GetEstimatedCurrentEpochOperatorReward {
        /// The node.
        node_id: NodeId,
        /// Performance to assume.
        estimated_performance: Performance,
        /// Share of the work to assume; by the node's role when absent.
        estimated_work: Option<WorkFactor>,
    },
    /// What a delegator would earn in this epoch.
    #[returns(EstimatedCurrentEpochRewardResponse)]
    GetEstimatedCurrentEpochDelegatorReward {
        /// The delegator.
        address: String,
        /// The node.
        node_id: NodeId,
        /// Performance to assume.
        estimated_performance: Performance,
        /// Share of the work to assume; by the node's role when absent.
        estimated_work: Option<WorkFactor>,
    },

    /// Requests that wait for the end of the epoch.
    #[returns(PendingEpochEventsResponse)]
    GetPendingEpochEvents {
        /// Page size.
        limit: Option<u32>,
        /// Last request of the page before.
        start_after: Option<u32>,
    },
    /// Requests that wait for the end of the interval.
    #[returns(PendingIntervalEventsResponse)]
    GetPendingIntervalEvents {
        /// Page size.
        limit: Option<u32>,
        /// Last request of the page before.
        start_after: Option<u32>,
    },
    /// One request that waits for the end of the epoch.
    #[returns(PendingEpochEventResponse)]
    GetPendingEpochEvent {
        /// Place in the queue.
        event_id: EpochEventId,
    },
    /// One request that waits for the end of the interval.
    #[returns(PendingIntervalEventResponse)]
    GetPendingIntervalEvent {
        /// Place in the queue.
        event_id: IntervalEventId,
    },
    /// Lengths of both queues.
    #[returns(NumberOfPendingEventsResponse)]
    GetNumberOfPendingEvents {},

    /// The number that the account's next bonding signature contains.
    #[returns(Nonce)]
    GetSigningNonce {
        /// The account.
        address: String,
    },
    /// When packet keys change.
    #[returns(KeyRotationState)]
    GetKeyRotationState {},
    /// The current period of packet keys.
    #[returns(KeyRotationIdResponse)]
    GetKeyRotationId {},

    /// Mixnodes: none.
    #[returns(PagedMixnodeBondsResponse)]
    GetMixNodeBonds {
        /// Page size.
        limit: Option<u32>,
        /// Last node of the page before.
        start_after: Option<NodeId>,
    },
    /// Mixnodes with stake: none.
    #[returns(PagedMixnodesDetailsResponse)]
    GetMixNodesDetailed {
        /// Page size.
        limit: Option<u32>,
        /// Last node of the page before.
        start_after: Option<NodeId>,
    },
    /// Mixnodes that have left: none.
    #[returns(PagedUnbondedMixnodesResponse)]
    GetUnbondedMixNodes {
        /// Page size.
        limit: Option<u32>,
        /// Last node of the page before.
        start_after: Option<NodeId>,
    },
    /// Mixnodes of one owner that have left: none.
    #[returns(PagedUnbondedMixnodesResponse)]
    GetUnbondedMixNodesByOwner {
        /// The owner.
        owner: String,
        /// Page size.
        limit: Option<u32>,
        /// Last node of the page before.
        start_after: Option<NodeId>,
    },
    /// Mixnodes of one identity that have left: none.
    #[returns(PagedUnbondedMixnodesResponse)]
    GetUnbondedMixNodesByIdentityKey {
        /// The identity.
        identity_key: IdentityKey,
        /// Page size.
        limit: Option<u32>,
        /// Last node of the page before.
        start_after: Option<NodeId>,
    },
    /// The mixnode that an account owns: none.
    #[returns(MixOwnershipResponse)]
    GetOwnedMixnode {
        /// The account.
        address: String,
    },
    /// A mixnode: none.
    #[returns(MixnodeDetailsResponse)]
    GetMixnodeDetails {
        /// Its number.
        mix_id: NodeId,
    },
    /// The mixnode with an identity: none.
    #[returns(MixnodeDetailsByIdentityResponse)]
    GetBondedMixnodeDetailsByIdentity {
        /// The identity.
        mix_identity: IdentityKey,
    },
    /// Stake and rewards of any node under the old name.
    #[returns(MixnodeRewardingDetailsResponse)]
    GetMixnodeRewardingDetails {
        /// The node.
        mix_id: NodeId,
    },
    /// How far any node's stake is from saturation, under the old name.
    #[returns(MixStakeSaturationResponse)]
    GetStakeSaturation {
        /// The node.
        mix_id: NodeId,
    },
    /// A mixnode that has left: none.
    #[returns(UnbondedMixnodeResponse)]
    GetUnbondedMixNodeInformation {
        /// The node.
        mix_id: NodeId,
    },
    /// Gateways: none.
    #[returns(PagedGatewayResponse)]
    GetGateways {
        /// Last identity of the page before.
        start_after: Option<IdentityKey>,
        /// Page size.
        limit: Option<u32>,
    },
    /// The gateway with an identity: none.
    #[returns(GatewayBondResponse)]
    GetGatewayBond {
        /// The identity.
        identity: IdentityKey,
    },
    /// The gateway that an account owns: none.
    #[returns(GatewayOwnershipResponse)]
    GetOwnedGateway {
        /// The account.
        address: String,
    },
    /// Numbers that gateways will have as nym-nodes: none.
    #[returns(PreassignedGatewayIdsResponse)]
    GetPreassignedGatewayIds {
        /// Last identity of the page before.
        start_after: Option<IdentityKey>,
        /// Page size.
        limit: Option<u32>,
    },
}
