//! What could be withdrawn, and what this epoch would add.

use super::delegations::find;
use crate::error::ContractError;
use crate::msg::{EstimatedCurrentEpochRewardResponse, PendingRewardResponse};
use crate::nodes::{find_bond_of_owner, is_bonded};
use crate::rewards::{RewardDistribution, decimal, work_factors};
use crate::roles::role_of;
use crate::state::{INTERVAL, REWARDING, REWARDING_PARAMS, bonds};
use crate::types::{NodeId, NodeRewarding, NymNodeBond, Performance, WorkFactor};
use cosmwasm_std::{Addr, Coin, Decimal, Storage};

pub(super) fn of_operator(storage: &dyn Storage, owner: &Addr) -> Result<PendingRewardResponse, ContractError> {
    of_bond(storage, find_bond_of_owner(storage, owner)?)
}

pub(super) fn of_node_operator(storage: &dyn Storage, node_id: NodeId) -> Result<PendingRewardResponse, ContractError> {
    of_bond(storage, bonds().may_load(storage, node_id)?)
}

fn of_bond(storage: &dyn Storage, bond: Option<NymNodeBond>) -> Result<PendingRewardResponse, ContractError> {
    let Some(bond) = bond else {
        return Ok(PendingRewardResponse::default());
    };
    let node = REWARDING.load(storage, bond.node_id)?;
    let earned = node.operator_reward(&bond.original_pledge)?;
    Ok(pending(bond.original_pledge, earned, !bond.is_unbonding))
}

pub(super) fn of_delegator(
    storage: &dyn Storage,
    node_id: NodeId,
    delegator: &Addr,
    through_proxy: bool,
) -> Result<PendingRewardResponse, ContractError> {
    let node = REWARDING.may_load(storage, node_id)?;
    let delegation = find(storage, node_id, delegator, through_proxy)?;
    let (Some(node), Some(delegation)) = (node, delegation) else {
        return Ok(PendingRewardResponse::default());
    };
    let earned = node.accrued(&delegation)?;
    Ok(pending(delegation.amount, earned, is_bonded(storage, node_id)?))
}

fn pending(staked: Coin, earned: Decimal, still_bonded: bool) -> PendingRewardResponse {
    PendingRewardResponse {
        amount_earned: Some(floored(earned, &staked)),
        amount_earned_detailed: Some(earned),
        amount_staked: Some(staked),
        mixnode_still_fully_bonded: still_bonded,
        node_still_fully_bonded: still_bonded,
    }
}

pub(super) fn operator_estimate(
    storage: &dyn Storage,
    node_id: NodeId,
    performance: Performance,
    work: Option<WorkFactor>,
) -> Result<EstimatedCurrentEpochRewardResponse, ContractError> {
    let Some(node) = REWARDING.may_load(storage, node_id)? else {
        return Ok(EstimatedCurrentEpochRewardResponse::default());
    };
    let bond = bonds().may_load(storage, node_id)?.ok_or(ContractError::NymNodeBondNotFound { node_id })?;
    let distribution = if bond.is_unbonding {
        RewardDistribution::default()
    } else {
        expected(storage, node_id, &node, performance, work)?
    };
    Ok(estimate(bond.original_pledge, node.operator, distribution.operator))
}

pub(super) fn delegator_estimate(
    storage: &dyn Storage,
    delegator: &Addr,
    node_id: NodeId,
    performance: Performance,
    work: Option<WorkFactor>,
) -> Result<EstimatedCurrentEpochRewardResponse, ContractError> {
    let node = REWARDING.may_load(storage, node_id)?;
    let delegation = find(storage, node_id, delegator, false)?;
    let (Some(node), Some(delegation)) = (node, delegation) else {
        return Ok(EstimatedCurrentEpochRewardResponse::default());
    };
    let value = arithmetic(decimal(delegation.amount.amount)?.checked_add(node.accrued(&delegation)?))?;
    let share = if is_bonded(storage, node_id)? {
        let distribution = expected(storage, node_id, &node, performance, work)?;
        let part = arithmetic(value.checked_div(node.delegates))?;
        arithmetic(part.checked_mul(distribution.delegates))?
    } else {
        Decimal::zero()
    };
    Ok(estimate(delegation.amount, value, share))
}

/// What a node would earn in this epoch: nothing without performance or work.
fn expected(
    storage: &dyn Storage,
    node_id: NodeId,
    node: &NodeRewarding,
    performance: Performance,
    work: Option<WorkFactor>,
) -> Result<RewardDistribution, ContractError> {
    let params = REWARDING_PARAMS.load(storage)?;
    let work = match work {
        Some(work) => Some(work),
        None => match role_of(storage, node_id)? {
            Some(role) => {
                let factor = params.interval.active_set_work_factor;
                let factors = work_factors(factor, &params.rewarded_set)?;
                Some(if role.is_active() { factors.active } else { factors.standby })
            }
            None => None,
        },
    };
    let Some(work) = work.filter(|_| !performance.is_zero()) else {
        return Ok(RewardDistribution::default());
    };
    let reward = node.epoch_reward(&params, performance, work)?;
    let epochs_in_interval = INTERVAL.load(storage)?.epochs_in_interval();
    Ok(node.divide(reward, performance, epochs_in_interval)?)
}

fn estimate(original_stake: Coin, value: Decimal, estimation: Decimal) -> EstimatedCurrentEpochRewardResponse {
    EstimatedCurrentEpochRewardResponse {
        current_stake_value: Some(floored(value, &original_stake)),
        current_stake_value_detailed_amount: Some(value),
        estimation: Some(floored(estimation, &original_stake)),
        detailed_estimation_amount: Some(estimation),
        original_stake: Some(original_stake),
    }
}

/// Whole base units, in the denomination of `like`.
fn floored(amount: Decimal, like: &Coin) -> Coin {
    Coin { amount: amount.to_uint_floor(), denom: like.denom.clone() }
}

fn arithmetic<E>(result: Result<Decimal, E>) -> Result<Decimal, ContractError>
where
    crate::rewards::ArithmeticError: From<E>,
{
    Ok(result.map_err(crate::rewards::ArithmeticError::from)?)
}
