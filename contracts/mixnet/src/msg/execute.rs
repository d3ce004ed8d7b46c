//! Messages that change the contract.

use crate::types::{
    ActiveSetUpdate, ContractStateParamsUpdate, Gateway, InitialRewardingParams, IntervalRewardingParamsUpdate,
    MixNode, NodeConfigUpdate, NodeCostParams, NodeId, NodeRewardingParameters, NymNode, OperatingCostRange,
    OutdatedVersionWeights, ProfitMarginRange, RoleAssignment, VersionScoreFormulaParams,
};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::Coin;
use nym_contracts_common::MessageSignature;
use std::time::Duration;

/// What a new contract starts with (`docs/protocol/mixnet-contract.md` §2.1).
#[cw_serde]
pub struct InstantiateMsg {
    /// Account that turns epochs and reports performance.
    pub rewarding_validator_address: String,
    /// Address of the vesting contract; any valid address will do.
    pub vesting_contract_address: String,
    /// Address of the contract of node families; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_families_contract_address: Option<String>,
    /// Denomination of pledges, delegations and rewards.
    pub rewarding_denom: String,
    /// Epochs of an interval, at least one.
    pub epochs_in_interval: u32,
    /// Length of an epoch, a whole number of seconds.
    pub epoch_duration: Duration,
    /// Parameters of rewarding.
    pub initial_rewarding_params: InitialRewardingParams,
    /// Version of the node software that is current.
    pub current_nym_node_version: String,
    /// What each step of a version component costs.
    #[serde(default)]
    pub version_score_weights: OutdatedVersionWeights,
    /// How that cost becomes a score.
    #[serde(default)]
    pub version_score_params: VersionScoreFormulaParams,
    /// Allowed profit margins.
    #[serde(default)]
    pub profit_margin: ProfitMarginRange,
    /// Allowed operating costs of an interval, in base units.
    #[serde(default)]
    pub interval_operating_cost: OperatingCostRange,
    /// Epochs for which a packet key is valid: 24 when absent, at least 3.
    #[serde(default)]
    pub key_validity_in_epochs: Option<u32>,
}

/// What a migration changes besides the code (`docs/protocol/mixnet-contract.md` §2.2).
#[cw_serde]
#[derive(Default)]
pub struct MigrateMsg {
    /// `false` starts key rotation anew at the current epoch. Absent means `true` here: a rotation
    /// that jumps back to 0 separates nodes from clients, so nobody gets it without asking.
    #[serde(default)]
    pub unsafe_skip_state_updates: Option<bool>,
    /// The new address of the vesting contract.
    #[serde(default)]
    pub vesting_contract_address: Option<String>,
    /// The new address of the contract of node families.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_families_contract_address: Option<String>,
}

/// Messages that change the contract (`docs/protocol/mixnet-contract.md` §3, §5.2).
///
/// Unless said otherwise the sender acts for the node that it owns, and requests that wait for the
/// end of an epoch or interval are taken only while an epoch is in progress.
#[cw_serde]
pub enum ExecuteMsg {
    /// Bond a node with the attached coin as the pledge.
    BondNymNode {
        /// The node.
        node: NymNode,
        /// What its operator keeps.
        cost_params: NodeCostParams,
        /// The node's signature over the bonding payload (§7).
        owner_signature: MessageSignature,
    },
    /// Leave at the end of the epoch.
    UnbondNymNode {},
    /// Change how the node is reached, at once.
    UpdateNodeConfig {
        /// The changes.
        update: NodeConfigUpdate,
    },
    /// Add the attached coin to the pledge at the end of the epoch.
    PledgeMore {},
    /// Take from the pledge at the end of the epoch.
    DecreasePledge {
        /// What is taken.
        decrease_by: Coin,
    },
    /// Change what the operator keeps, at the end of the interval.
    #[serde(alias = "update_mixnode_cost_params", alias = "UpdateMixnodeCostParams")]
    UpdateCostParams {
        /// What it keeps from then on.
        new_costs: NodeCostParams,
    },
    /// Pay out the operator's rewards.
    WithdrawOperatorReward {},
    /// Delegate the attached coin at the end of the epoch.
    #[serde(alias = "delegate_to_mixnode", alias = "DelegateToMixnode")]
    Delegate {
        /// The node.
        #[serde(alias = "mix_id")]
        node_id: NodeId,
    },
    /// Take back all of a delegation at the end of the epoch.
    #[serde(alias = "undelegate_from_mixnode", alias = "UndelegateFromMixnode")]
    Undelegate {
        /// The node.
        #[serde(alias = "mix_id")]
        node_id: NodeId,
    },
    /// Pay out a delegator's rewards.
    WithdrawDelegatorReward {
        /// The node.
        #[serde(alias = "mix_id")]
        node_id: NodeId,
    },

    /// Begin the transition to the next epoch. Rewarding validator only.
    BeginEpochTransition {},
    /// Reward one node; numbers strictly ascend. Only who began the transition.
    RewardNode {
        /// The node.
        #[serde(alias = "mix_id")]
        node_id: NodeId,
        /// Its performance and share of the work.
        params: NodeRewardingParameters,
    },
    /// Execute queued requests. Only who began the transition.
    ReconcileEpochEvents {
        /// The most requests to execute; all when absent.
        limit: Option<u32>,
    },
    /// Assign the nodes of one role for the next epoch; the last role begins that epoch.
    /// Only who began the transition.
    AssignRoles {
        /// The role and its nodes.
        assignment: RoleAssignment,
    },

    /// Hand over administration. Admin only, as all below.
    UpdateAdmin {
        /// The new admin.
        admin: String,
    },
    /// Change who turns epochs; a transition in progress stays with who began it.
    UpdateRewardingValidatorAddress {
        /// The new account.
        address: String,
    },
    /// Change settings.
    UpdateContractStateParams {
        /// The changes.
        update: ContractStateParamsUpdate,
    },
    /// Announce a release of the node software.
    UpdateCurrentNymNodeSemver {
        /// Its version, greater than the current one.
        current_version: String,
    },
    /// Divide the rewarded set anew between active and standby nodes.
    UpdateActiveSetDistribution {
        /// The new split.
        update: ActiveSetUpdate,
        /// Do it at once rather than at the end of the epoch.
        force_immediately: bool,
    },
    /// Change the parameters of rewarding.
    UpdateRewardingParams {
        /// The changes.
        updated_params: IntervalRewardingParamsUpdate,
        /// Do it at once rather than at the end of the interval.
        force_immediately: bool,
    },
    /// Change the length of intervals and epochs.
    UpdateIntervalConfig {
        /// Epochs of an interval.
        epochs_in_interval: u32,
        /// Seconds of an epoch.
        epoch_duration_secs: u64,
        /// Do it at once rather than at the end of the interval.
        force_immediately: bool,
    },

    /// Old form of bonding: the mixnode becomes a nym-node (§5.2).
    BondMixnode {
        /// The mixnode.
        mix_node: MixNode,
        /// What its operator keeps.
        cost_params: NodeCostParams,
        /// The node's signature over the mixnode payload (§7.3).
        owner_signature: MessageSignature,
    },
    /// Old form of bonding: the gateway becomes a nym-node (§5.2).
    BondGateway {
        /// The gateway.
        gateway: Gateway,
        /// The node's signature over the gateway payload (§7.3).
        owner_signature: MessageSignature,
    },
    /// There are no mixnodes: always an error.
    UnbondMixnode {},
    /// There are no mixnodes: always an error.
    UpdateMixnodeConfig {
        /// Not looked at.
        new_config: LegacyMixNodeConfig,
    },
    /// There are no mixnodes: always an error.
    MigrateMixnode {},
    /// There are no gateways: always an error.
    UnbondGateway {},
    /// There are no gateways: always an error.
    UpdateGatewayConfig {
        /// Not looked at.
        new_config: LegacyGatewayConfig,
    },
    /// There are no gateways: always an error.
    MigrateGateway {
        /// Not looked at.
        cost_params: Option<NodeCostParams>,
    },
    /// There are no mixnodes: always an error.
    MigrateVestedMixNode {},
    /// There are no delegations through vesting: always an error.
    MigrateVestedDelegation {
        /// The mixnode.
        mix_id: NodeId,
    },

    // Everything that once came through the vesting contract is refused whatever it says, so the
    // fields of these messages are neither named nor read.
    /// No longer possible: always an error.
    BondMixnodeOnBehalf {},
    /// No longer possible: always an error.
    PledgeMoreOnBehalf {},
    /// No longer possible: always an error.
    DecreasePledgeOnBehalf {},
    /// No longer possible: always an error.
    UnbondMixnodeOnBehalf {},
    /// No longer possible: always an error.
    UpdateMixnodeCostParamsOnBehalf {},
    /// No longer possible: always an error.
    UpdateMixnodeConfigOnBehalf {},
    /// No longer possible: always an error.
    BondGatewayOnBehalf {},
    /// No longer possible: always an error.
    UnbondGatewayOnBehalf {},
    /// No longer possible: always an error.
    UpdateGatewayConfigOnBehalf {},
    /// No longer possible: always an error.
    DelegateToMixnodeOnBehalf {},
    /// No longer possible: always an error.
    UndelegateFromMixnodeOnBehalf {},
    /// No longer possible: always an error.
    WithdrawOperatorRewardOnBehalf {},
    /// No longer possible: always an error.
    WithdrawDelegatorRewardOnBehalf {},
}

/// How a mixnode was reached.
#[cw_serde]
pub struct LegacyMixNodeConfig {
    /// Host name or address.
    pub host: String,
    /// Port for packets.
    pub mix_port: u16,
    /// Port for latency measurement.
    pub verloc_port: u16,
    /// Port of the HTTP interface.
    pub http_api_port: u16,
    /// Version of its software.
    pub version: String,
}

/// How a gateway was reached.
#[cw_serde]
pub struct LegacyGatewayConfig {
    /// Host name or address.
    pub host: String,
    /// Port for packets.
    pub mix_port: u16,
    /// Port for clients.
    pub clients_port: u16,
    /// Where it stands.
    pub location: String,
    /// Version of its software.
    pub version: String,
}
