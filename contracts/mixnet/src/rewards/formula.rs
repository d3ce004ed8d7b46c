//! The reward formulas (`docs/protocol/mixnet-contract.md` §9): pure functions, for the contract
//! and for whoever foresees what it will do.
//!
//! Numbers are unsigned with 18 decimals and every step rounds down. The order of operations
//! determines every digit and must not change.

use crate::types::{
    Delegation, InitialRewardingParams, IntervalRewardParams, IntervalRewardingParamsUpdate, NodeRewarding,
    Performance, RewardedSetParams, RewardingParams, WorkFactor,
};
use cosmwasm_std::{CheckedFromRatioError, Decimal, Decimal256, DivideByZeroError, OverflowError, Uint128};
use nym_contracts_common::Percent;
use thiserror::Error;

/// A result that no number with 18 decimals in 128 bits can express.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum ArithmeticError {
    /// Too large, or below zero.
    #[error("a reward calculation leaves the range of numbers: the parameters cannot be meant like this")]
    Overflow,
    /// Nothing to divide by.
    #[error("a reward calculation divides by zero: no set, stake or interval may be empty")]
    DivisionByZero,
}

impl From<OverflowError> for ArithmeticError {
    fn from(_: OverflowError) -> Self {
        ArithmeticError::Overflow
    }
}

impl From<CheckedFromRatioError> for ArithmeticError {
    fn from(error: CheckedFromRatioError) -> Self {
        match error {
            CheckedFromRatioError::DivideByZero => ArithmeticError::DivisionByZero,
            CheckedFromRatioError::Overflow => ArithmeticError::Overflow,
        }
    }
}

impl From<DivideByZeroError> for ArithmeticError {
    fn from(_: DivideByZeroError) -> Self {
        ArithmeticError::DivisionByZero
    }
}

/// Base units as a decimal.
///
/// # Errors
/// When there are more than about 3.4 · 10^20.
pub fn decimal(amount: Uint128) -> Result<Decimal, ArithmeticError> {
    Decimal::from_atomics(amount, 0).map_err(|_| ArithmeticError::Overflow)
}

/// B: what one epoch pays at most, in base units.
///
/// # Errors
/// When an interval has no epochs.
pub fn epoch_reward_budget(
    reward_pool: Decimal,
    interval_pool_emission: Percent,
    epochs_in_interval: u32,
) -> Result<Decimal, ArithmeticError> {
    let per_epoch = reward_pool.checked_div(whole(epochs_in_interval))?;
    Ok(per_epoch.checked_mul(interval_pool_emission.value())?)
}

/// σ★: the stake above which a node earns no more, in base units.
///
/// # Errors
/// When the rewarded set is empty or its sizes sum to more than 32 bits hold.
pub fn stake_saturation_point(
    staking_supply: Decimal,
    rewarded_set: &RewardedSetParams,
) -> Result<Decimal, ArithmeticError> {
    Ok(staking_supply.checked_div(rewarded_set_size(rewarded_set)?)?)
}

/// What nodes of the two kinds do of an epoch's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkFactors {
    /// ω_a: of gateways and nodes of layers.
    pub active: WorkFactor,
    /// ω_s: of standby nodes.
    pub standby: WorkFactor,
}

/// The work of active and standby nodes in a rewarded set of these sizes. Whoever reports more
/// nodes than the parameters allow for has to enlarge the sizes first
/// ([`RewardedSetParams::at_least`]).
///
/// # Errors
/// When the rewarded set is empty, or `active_set_work_factor` is too large or below 1 with
/// nothing but standby nodes.
pub fn work_factors(
    active_set_work_factor: Decimal,
    rewarded_set: &RewardedSetParams,
) -> Result<WorkFactors, ArithmeticError> {
    let size = rewarded_set_size(rewarded_set)?;
    let standby_size = whole(rewarded_set.standby);
    let beyond_one = active_set_work_factor.checked_sub(Decimal::one())?;
    let shares = active_set_work_factor.checked_mul(size)?.checked_sub(beyond_one.checked_mul(standby_size)?)?;
    let standby = Decimal::one().checked_div(shares)?;
    Ok(WorkFactors { active: active_set_work_factor.checked_mul(standby)?, standby })
}

impl IntervalRewardParams {
    /// The parameters of a new contract.
    ///
    /// # Errors
    /// When the rewarded set is empty or an interval has no epochs.
    pub fn initial(initial: &InitialRewardingParams, epochs_in_interval: u32) -> Result<Self, ArithmeticError> {
        Ok(IntervalRewardParams {
            reward_pool: initial.initial_reward_pool,
            staking_supply: initial.initial_staking_supply,
            staking_supply_scale_factor: initial.staking_supply_scale_factor,
            epoch_reward_budget: epoch_reward_budget(
                initial.initial_reward_pool,
                initial.interval_pool_emission,
                epochs_in_interval,
            )?,
            stake_saturation_point: stake_saturation_point(
                initial.initial_staking_supply,
                &initial.rewarded_set_params,
            )?,
            sybil_resistance: initial.sybil_resistance,
            active_set_work_factor: initial.active_set_work_factor,
            interval_pool_emission: initial.interval_pool_emission,
        })
    }
}

impl RewardingParams {
    /// The parameters after an update (§9.8). Whether the sizes are allowed is not checked here.
    ///
    /// # Errors
    /// When the rewarded set is empty or an interval has no epochs.
    pub fn updated(
        &self,
        update: &IntervalRewardingParamsUpdate,
        epochs_in_interval: u32,
    ) -> Result<Self, ArithmeticError> {
        let mut new = *self;
        let interval = &mut new.interval;
        assign(&mut interval.reward_pool, update.reward_pool);
        assign(&mut interval.staking_supply, update.staking_supply);
        assign(&mut interval.staking_supply_scale_factor, update.staking_supply_scale_factor);
        assign(&mut interval.sybil_resistance, update.sybil_resistance_percent);
        assign(&mut interval.active_set_work_factor, update.active_set_work_factor);
        assign(&mut interval.interval_pool_emission, update.interval_pool_emission);
        assign(&mut new.rewarded_set, update.rewarded_set_params);
        if update.reward_pool.is_some() || update.interval_pool_emission.is_some() {
            new.recompute_budget(epochs_in_interval)?;
        }
        if update.staking_supply.is_some() || update.rewarded_set_params.is_some() {
            new.interval.stake_saturation_point =
                stake_saturation_point(new.interval.staking_supply, &new.rewarded_set)?;
        }
        Ok(new)
    }

    /// The parameters of the next interval (§9.7): `removed` base units left the pool, `added`
    /// joined it. A pool that an admin has made smaller than what was paid is empty afterwards:
    /// an epoch must not fail for it.
    ///
    /// # Errors
    /// When the rewarded set is empty or an interval has no epochs.
    pub fn next_interval(
        &self,
        removed: Decimal,
        added: Decimal,
        epochs_in_interval: u32,
    ) -> Result<Self, ArithmeticError> {
        let mut new = *self;
        let interval = &mut new.interval;
        interval.reward_pool = interval.reward_pool.saturating_sub(removed).saturating_add(added);
        let growth = removed.checked_mul(interval.staking_supply_scale_factor.value())?;
        interval.staking_supply = interval.staking_supply.saturating_add(growth);
        interval.stake_saturation_point = stake_saturation_point(interval.staking_supply, &self.rewarded_set)?;
        new.recompute_budget(epochs_in_interval)?;
        Ok(new)
    }

    /// Sets the epoch budget that follows from pool, emission and length of an interval.
    ///
    /// # Errors
    /// When an interval has no epochs.
    pub fn recompute_budget(&mut self, epochs_in_interval: u32) -> Result<(), ArithmeticError> {
        self.interval.epoch_reward_budget =
            epoch_reward_budget(self.interval.reward_pool, self.interval.interval_pool_emission, epochs_in_interval)?;
        Ok(())
    }
}

/// What a node earns in an epoch, in base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RewardDistribution {
    /// For its operator.
    pub operator: Decimal,
    /// For its delegators together.
    pub delegates: Decimal,
}

impl NodeRewarding {
    /// The node's stake: of its operator and its delegators.
    ///
    /// # Errors
    /// When the sum is out of range.
    pub fn bond(&self) -> Result<Decimal, ArithmeticError> {
        Ok(self.operator.checked_add(self.delegates)?)
    }

    /// The node's stake as a share of the saturation point, also above 1.
    ///
    /// # Errors
    /// When there is no saturation point.
    pub fn uncapped_saturation(&self, params: &RewardingParams) -> Result<Decimal, ArithmeticError> {
        Ok(self.bond()?.checked_div(params.interval.stake_saturation_point)?)
    }

    /// σ: the node's stake as a share of the saturation point, at most 1.
    ///
    /// # Errors
    /// When the stake is out of range.
    pub fn bond_saturation(&self, params: &RewardingParams) -> Result<Decimal, ArithmeticError> {
        saturation(self.bond()?, params)
    }

    /// λ: the operator's stake as a share of the saturation point, at most 1.
    ///
    /// # Errors
    /// Never in a network with a saturation point.
    pub fn pledge_saturation(&self, params: &RewardingParams) -> Result<Decimal, ArithmeticError> {
        saturation(self.operator, params)
    }

    /// R: what the node earns in an epoch, in base units (§9.3).
    ///
    /// # Errors
    /// When the numbers leave their range.
    pub fn epoch_reward(
        &self,
        params: &RewardingParams,
        performance: Performance,
        work: WorkFactor,
    ) -> Result<Decimal, ArithmeticError> {
        let alpha = params.interval.sybil_resistance.value();
        let size = rewarded_set_size(&params.rewarded_set)?;
        let own_stake = alpha.checked_mul(self.pledge_saturation(params)?)?.checked_div(size)?;
        Ok(params
            .interval
            .epoch_reward_budget
            .checked_mul(performance.value())?
            .checked_mul(self.bond_saturation(params)?)?
            .checked_mul(work.checked_add(own_stake)?)?
            .checked_div(Decimal::one().checked_add(alpha)?)?)
    }

    /// Divides a reward between the operator and the delegators (§9.4).
    ///
    /// # Errors
    /// When the numbers leave their range.
    pub fn divide(
        &self,
        reward: Decimal,
        performance: Performance,
        epochs_in_interval: u32,
    ) -> Result<RewardDistribution, ArithmeticError> {
        let cost = Decimal::checked_from_ratio(self.cost_params.interval_operating_cost.amount, epochs_in_interval)?
            .checked_mul(performance.value())?;
        if reward <= cost {
            return Ok(RewardDistribution { operator: reward, delegates: Decimal::zero() });
        }
        let profit = reward.checked_sub(cost)?;
        let margin = self.cost_params.profit_margin_percent.value();
        let share = self.operator.checked_div(self.bond()?)?;
        let operator_profit =
            profit.checked_mul(margin.checked_add(Decimal::one().checked_sub(margin)?.checked_mul(share)?)?)?;
        Ok(RewardDistribution {
            operator: operator_profit.checked_add(cost)?,
            delegates: profit.checked_sub(operator_profit)?,
        })
    }

    /// What a delegation has earned since it was made or last paid out, in base units (§9.6).
    ///
    /// # Errors
    /// When the numbers leave their range.
    pub fn accrued(&self, delegation: &Delegation) -> Result<Decimal, ArithmeticError> {
        let since = delegation.cumulative_reward_ratio;
        let unit_reward = self.total_unit_reward.checked_sub(since)?;
        // The product of a few percent of the unit and a large delegation has more than 128 bits
        // although the result is small.
        let earned = Decimal256::from(unit_reward)
            .checked_mul(Decimal256::from(decimal(delegation.amount.amount)?))?
            .checked_div(Decimal256::from(since.checked_add(self.unit_delegation)?))?;
        Decimal::try_from(earned).map_err(|_| ArithmeticError::Overflow)
    }
}

impl RewardedSetParams {
    /// Sizes that are at least those of the set that was there, for work factors that sum to at
    /// most 1 also when parameters were changed during the epoch.
    #[must_use]
    pub fn at_least(&self, actual: &RewardedSetParams) -> RewardedSetParams {
        RewardedSetParams {
            entry_gateways: self.entry_gateways.max(actual.entry_gateways),
            exit_gateways: self.exit_gateways.max(actual.exit_gateways),
            mixnodes: self.mixnodes.max(actual.mixnodes),
            standby: self.standby.max(actual.standby),
        }
    }
}

fn saturation(stake: Decimal, params: &RewardingParams) -> Result<Decimal, ArithmeticError> {
    let point = params.interval.stake_saturation_point;
    if stake > point {
        return Ok(Decimal::one());
    }
    Ok(stake.checked_div(point)?)
}

fn rewarded_set_size(rewarded_set: &RewardedSetParams) -> Result<Decimal, ArithmeticError> {
    rewarded_set.rewarded_set_size().map(whole).ok_or(ArithmeticError::Overflow)
}

fn whole(number: u32) -> Decimal {
    Decimal::from_ratio(number, 1u32)
}

fn assign<T>(field: &mut T, update: Option<T>) {
    if let Some(new) = update {
        *field = new;
    }
}
