//! Names of the events that the contract reports and of their attributes
//! (`docs/protocol/mixnet-contract.md` §3). On chain an event's name has the prefix `wasm-`, and its
//! first attribute is `_contract_address`.

/// A node was bonded.
pub const NYM_NODE_BONDING: &str = "v2_nymnode_bonding";
/// A node will leave at the end of the epoch.
pub const PENDING_NYM_NODE_UNBONDING: &str = "v2_pending_nymnode_unbonding";
/// A node left.
pub const NYM_NODE_UNBONDING: &str = "v2_nymnode_unbonding";
/// A pledge will grow at the end of the epoch.
pub const PENDING_PLEDGE_INCREASE: &str = "v2_pending_pledge_increase";
/// A pledge grew.
pub const PLEDGE_INCREASE: &str = "v2_pledge_increase";
/// A pledge will shrink at the end of the epoch.
pub const PENDING_PLEDGE_DECREASE: &str = "v2_pending_pledge_decrease";
/// A pledge shrank.
pub const PLEDGE_DECREASE: &str = "v2_pledge_decrease";
/// What an operator keeps will change at the end of the interval.
pub const PENDING_COST_PARAMS_UPDATE: &str = "v2_pending_cost_params_update";
/// What an operator keeps changed.
pub const COST_PARAMS_UPDATE: &str = "v2_cost_params_update";
/// An operator was paid.
pub const WITHDRAW_OPERATOR_REWARD: &str = "v2_withdraw_operator_reward";
/// Stake will be added at the end of the epoch.
pub const PENDING_DELEGATION: &str = "v2_pending_delegation";
/// Stake was added, or (without an amount) given back because the node had gone.
pub const DELEGATION: &str = "v2_delegation";
/// Stake will be taken back at the end of the epoch.
pub const PENDING_UNDELEGATION: &str = "v2_pending_undelegation";
/// Stake was taken back.
pub const UNDELEGATION: &str = "v2_undelegation";
/// A delegator was paid.
pub const WITHDRAW_DELEGATOR_REWARD: &str = "v2_withdraw_delegator_reward";
/// The transition to the next epoch began.
pub const BEGINNING_EPOCH_TRANSITION: &str = "v2_beginning_epoch_transition";
/// A node was rewarded, or not and why.
pub const NODE_REWARDING: &str = "v2_node_rewarding";
/// Queued requests are about to be executed.
pub const RECONCILE_PENDING_EVENTS: &str = "v2_reconcile_pending_events";
/// Requests of the epoch queue were executed.
pub const EXECUTE_PENDING_EPOCH_EVENTS: &str = "v2_execute_pending_epoch_events";
/// Requests of the interval queue were executed.
pub const EXECUTE_PENDING_INTERVAL_EVENTS: &str = "v2_execute_pending_interval_events";
/// A role was assigned.
pub const ROLE_ASSIGNMENT: &str = "v2_role_assignment";
/// The next epoch began.
pub const ADVANCE_EPOCH: &str = "v2_advance_epoch";
/// Another account turns epochs.
pub const REWARDING_VALIDATOR_ADDRESS_UPDATE: &str = "v2_rewarding_validator_address_update";
/// Settings changed.
pub const SETTINGS_UPDATE: &str = "v2_settings_update";
/// A release was announced.
pub const NYM_NODE_SEMVER_UPDATE: &str = "v2_nym_node_semver_update";
/// The rewarded set will be divided anew at the end of the epoch.
pub const PENDING_ACTIVE_SET_UPDATE: &str = "v2_pending_active_set_update";
/// The rewarded set was divided anew.
pub const ACTIVE_SET_UPDATE: &str = "v2_active_set_update";
/// Parameters of rewarding will change at the end of the interval.
pub const PENDING_REWARDING_PARAMS_UPDATE: &str = "v2_pending_interval_rewarding_params_update";
/// Parameters of rewarding changed.
pub const REWARDING_PARAMS_UPDATE: &str = "v2_interval_rewarding_params_update";
/// The length of intervals or epochs will change at the end of the interval.
pub const PENDING_INTERVAL_CONFIG_UPDATE: &str = "v2_pending_interval_config_update";
/// The length of intervals or epochs changed.
pub const INTERVAL_CONFIG_UPDATE: &str = "v2_interval_config_update";

/// Names of attributes.
pub mod attributes {
    /// Number of a node.
    pub const NODE_ID: &str = "node_id";
    /// Number of a node, under its old name.
    pub const MIX_ID: &str = "mix_id";
    /// Number of the node that stake goes to or rewards come from.
    pub const DELEGATION_TARGET: &str = "delegation_target";
    /// Identity key of a node.
    pub const IDENTITY: &str = "identity";
    /// Account that owns a node.
    pub const OWNER: &str = "owner";
    /// Account that delegates.
    pub const DELEGATOR: &str = "delegator";
    /// A coin.
    pub const AMOUNT: &str = "amount";
    /// Height of the block in which a queued request was made.
    pub const CREATED_AT: &str = "created_at";
    /// JSON of cost parameters.
    pub const UPDATED_COST_PARAMS: &str = "updated_mixnode_cost_params";
    /// A node's `total_unit_reward`.
    pub const UNIT_REWARD: &str = "unit_reward";
    /// Number of the epoch that ends.
    pub const CURRENT_EPOCH: &str = "current_epoch";
    /// Number of the epoch that begins.
    pub const NEW_CURRENT_EPOCH: &str = "new_current_epoch";
    /// Number of the epoch that a reward is for.
    pub const INTERVAL_DETAILS: &str = "interval_details";
    /// The delegators' stake before a reward.
    pub const PRIOR_DELEGATES: &str = "prior_delegates";
    /// A node's `total_unit_reward` before a reward.
    pub const PRIOR_UNIT_REWARD: &str = "prior_unit_reward";
    /// What the operator earned.
    pub const OPERATOR_REWARD: &str = "operator_reward";
    /// What the delegators earned.
    pub const DELEGATES_REWARD: &str = "delegates_reward";
    /// Why there was nothing to earn.
    pub const NO_REWARD_REASON: &str = "no_reward_reason";
    /// How many requests were executed.
    pub const NUMBER_OF_EVENTS_EXECUTED: &str = "number_of_events_executed";
    /// A role in words.
    pub const ROLE: &str = "role";
    /// How many nodes got the role.
    pub const NODE_COUNT: &str = "node_count";
    /// Account that turned epochs until now.
    pub const OLD_REWARDING_VALIDATOR_ADDRESS: &str = "old_rewarding_validator_address";
    /// Account that turns epochs from now on.
    pub const NEW_REWARDING_VALIDATOR_ADDRESS: &str = "new_rewarding_validator_address";
    /// A coin, or `empty`.
    pub const NEW_MINIMUM_DELEGATION: &str = "new_minimum_delegation";
    /// A coin.
    pub const NEW_MINIMUM_PLEDGE: &str = "new_minimum_pledge";
    /// A range of percentages.
    pub const NEW_PROFIT_MARGIN_RANGE: &str = "new_profit_margin_range";
    /// A range of amounts.
    pub const NEW_INTERVAL_OPERATING_COST_RANGE: &str = "new_interval_operating_cost_range";
    /// Weights of version components.
    pub const NEW_VERSION_WEIGHTS: &str = "new_version_weights_range";
    /// Parameters of the version score.
    pub const NEW_VERSION_SCORE_FORMULA_PARAMS: &str = "new_version_score_formula_params";
    /// Version of a release.
    pub const NEW_CURRENT_SEMVER: &str = "new_current_semver";
    /// Its place in the history.
    pub const NEW_CURRENT_SEMVER_ID: &str = "new_current_semver_id";
    /// Mixnodes of the active set.
    pub const NUM_MIXNODES: &str = "num_mixnodes";
    /// Entry gateways of the active set.
    pub const NUM_ENTRY_GATEWAYS: &str = "num_entry_gateways";
    /// Exit gateways of the active set.
    pub const NUM_EXIT_GATEWAYS: &str = "num_exit_gateways";
    /// Seconds until a queued change is made.
    pub const APPROXIMATE_TIME_LEFT_SECS: &str = "approximate_time_left_secs";
    /// Why a queued change could not be made.
    pub const ERROR_MESSAGE: &str = "error_message";
    /// JSON of the changes that were asked for.
    pub const REWARDING_PARAMS_UPDATE: &str = "interval_rewarding_params_update";
    /// JSON of the parameters after a change.
    pub const UPDATED_REWARDING_PARAMS: &str = "updated_interval_rewarding_params";
    /// Seconds of an epoch.
    pub const NEW_EPOCH_DURATION_SECS: &str = "new_epoch_durations_secs";
    /// Epochs of an interval.
    pub const NEW_EPOCHS_IN_INTERVAL: &str = "new_epochs_in_interval";
    /// What a message did, in events of message kinds that every contract has.
    pub const ACTION: &str = "action";
    /// The new admin.
    pub const ADMIN: &str = "admin";
    /// Account that sent a message.
    pub const SENDER: &str = "sender";
}

/// Values of [`attributes::NO_REWARD_REASON`].
pub mod no_reward {
    /// The node had left.
    pub const BOND_NOT_FOUND: &str = "bond_not_found";
    /// The node was bonded in this very epoch, after its number had got a role.
    pub const BONDED_THIS_EPOCH: &str = "bonded_this_epoch";
    /// Its performance or its work was zero.
    pub const ZERO_PERFORMANCE_OR_WORK: &str = "zero_performance_or_work";
}
