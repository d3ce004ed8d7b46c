//! Stake, rewards and the parameters that determine them.

use super::{EpochId, NodeCostParams, Performance, RewardedSetParams, WorkFactor};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::Decimal;
use nym_contracts_common::Percent;

/// Stake and rewards of one node (`docs/protocol/mixnet-contract.md` §9.5, §9.6).
#[cw_serde]
pub struct NodeRewarding {
    /// What the operator keeps.
    pub cost_params: NodeCostParams,
    /// The operator's stake in base units: pledge and rewards.
    pub operator: Decimal,
    /// The delegators' stake in base units: delegations and rewards.
    pub delegates: Decimal,
    /// What a delegation of `unit_delegation` made at the very beginning would have earned.
    pub total_unit_reward: Decimal,
    /// The imagined delegation that `total_unit_reward` counts for, in base units.
    pub unit_delegation: Decimal,
    /// The last epoch for which the node was rewarded (or seen with nothing to reward).
    pub last_rewarded_epoch: EpochId,
    /// How many accounts delegate to the node.
    pub unique_delegations: u32,
}

/// What the rewarder says about one node in one epoch.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct NodeRewardingParameters {
    /// How well it did.
    pub performance: Performance,
    /// Its share of the epoch's work.
    pub work_factor: WorkFactor,
}

/// Parameters that stay the same during an interval; amounts in base units
/// (`docs/protocol/mixnet-contract.md` §9.2).
#[cw_serde]
#[derive(Copy, Eq)]
pub struct IntervalRewardParams {
    /// P: what is left to be paid as rewards.
    pub reward_pool: Decimal,
    /// Y: what could be staked.
    pub staking_supply: Decimal,
    /// β: share of what leaves the pool that adds to the staking supply.
    pub staking_supply_scale_factor: Percent,
    /// B: what one epoch pays at most.
    pub epoch_reward_budget: Decimal,
    /// σ★: stake above which a node earns no more.
    pub stake_saturation_point: Decimal,
    /// α: weight of the operator's own stake.
    pub sybil_resistance: Percent,
    /// f: how many times a standby node's work an active node does.
    pub active_set_work_factor: Decimal,
    /// e: share of the pool that one interval pays at most.
    pub interval_pool_emission: Percent,
}

/// All parameters of rewarding.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct RewardingParams {
    /// Amounts and shares.
    pub interval: IntervalRewardParams,
    /// Sizes of the rewarded set.
    pub rewarded_set: RewardedSetParams,
}

/// Parameters of rewarding that a new contract starts with.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct InitialRewardingParams {
    /// P in base units.
    pub initial_reward_pool: Decimal,
    /// Y in base units.
    pub initial_staking_supply: Decimal,
    /// β.
    pub staking_supply_scale_factor: Percent,
    /// α.
    pub sybil_resistance: Percent,
    /// f.
    pub active_set_work_factor: Decimal,
    /// e.
    pub interval_pool_emission: Percent,
    /// Sizes of the rewarded set.
    pub rewarded_set_params: RewardedSetParams,
}

/// A change of the parameters of rewarding; absent fields stay as they are.
#[cw_serde]
#[derive(Copy, Default, Eq)]
pub struct IntervalRewardingParamsUpdate {
    /// P in base units; the epoch budget follows.
    pub reward_pool: Option<Decimal>,
    /// Y in base units; the saturation point follows.
    pub staking_supply: Option<Decimal>,
    /// β; nothing follows until the next interval.
    pub staking_supply_scale_factor: Option<Percent>,
    /// α.
    pub sybil_resistance_percent: Option<Percent>,
    /// f.
    pub active_set_work_factor: Option<Decimal>,
    /// e; the epoch budget follows.
    pub interval_pool_emission: Option<Percent>,
    /// Sizes of the rewarded set; the saturation point follows.
    pub rewarded_set_params: Option<RewardedSetParams>,
}

/// What the next interval changes in the reward pool.
#[cw_serde]
#[derive(Copy, Default, Eq)]
pub struct PendingPoolChange {
    /// Rewards given in this interval, in base units.
    pub removed: Decimal,
    /// Amounts to be added, in base units; nothing adds today.
    pub added: Decimal,
}
