//! The messages that reward a node and pay rewards out.

use crate::delegations;
use crate::epochs::{ensure_advancing_epoch, ensure_epoch_over};
use crate::error::ContractError;
use crate::events::{self, attributes, no_reward};
use crate::funds::pay;
use crate::nodes::{bond_of_owner, ensure_bonded};
use crate::state::{
    CUMULATIVE_EPOCH_WORK, EPOCH_STATUS, INTERVAL, PENDING_POOL_CHANGE, REWARDING, REWARDING_PARAMS, STATE, delegations,
};
use crate::types::{EpochState, Interval, NodeId, NodeRewarding, NodeRewardingParameters};
use cosmwasm_std::{Coin, Decimal, DepsMut, Env, Event, MessageInfo, Response, Storage};

/// Rewards one node of the rewarded set (`docs/protocol/mixnet-contract.md` §9.5).
#[inline(never)]
pub(crate) fn reward_node(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    node_id: NodeId,
    params: NodeRewardingParameters,
) -> Result<Response, ContractError> {
    ensure_advancing_epoch(deps.storage, env, &info.sender)?;
    let interval = INTERVAL.load(deps.storage)?;
    ensure_epoch_over(&interval, env)?;
    note_progress(deps.storage, &interval, node_id)?;

    let epoch = interval.current_epoch_absolute_id();
    let event = Event::new(events::NODE_REWARDING).add_attribute(attributes::INTERVAL_DETAILS, epoch.to_string());
    let nothing = |event: Event, reason: &str| {
        Ok(Response::new().add_event(
            event
                .add_attribute(attributes::NODE_ID, node_id.to_string())
                .add_attribute(attributes::NO_REWARD_REASON, reason),
        ))
    };

    let Some(mut node) = REWARDING.may_load(deps.storage, node_id)?.filter(|node| !node.operator.is_zero()) else {
        return nothing(event, no_reward::BOND_NOT_FOUND);
    };
    if node.last_rewarded_epoch == epoch {
        // Numbers ascend, so this node was bonded in this epoch after its number had got a role.
        // It earns from the next epoch on; were this an error, no epoch would come any more.
        return nothing(event, no_reward::BONDED_THIS_EPOCH);
    }
    if params.performance.is_zero() || params.work_factor.is_zero() {
        node.last_rewarded_epoch = epoch;
        REWARDING.save(deps.storage, node_id, &node)?;
        return nothing(event, no_reward::ZERO_PERFORMANCE_OR_WORK);
    }

    let prior = (node.delegates, node.total_unit_reward);
    let (operator, delegates) = pay_epoch(deps.storage, &interval, &mut node, params)?;
    REWARDING.save(deps.storage, node_id, &node)?;
    Ok(Response::new().add_event(
        event
            .add_attribute(attributes::PRIOR_DELEGATES, prior.0.to_string())
            .add_attribute(attributes::PRIOR_UNIT_REWARD, prior.1.to_string())
            .add_attribute(attributes::NODE_ID, node_id.to_string())
            .add_attribute(attributes::OPERATOR_REWARD, operator.to_string())
            .add_attribute(attributes::DELEGATES_REWARD, delegates.to_string()),
    ))
}

/// Moves the state of the epoch on to this node, or past the last one.
fn note_progress(storage: &mut dyn Storage, interval: &Interval, node_id: NodeId) -> Result<(), ContractError> {
    let mut status = EPOCH_STATUS.load(storage)?;
    let EpochState::Rewarding { last_rewarded, final_node_id } = status.state else {
        return Err(ContractError::UnexpectedNonRewardingEpochState { state: status.state });
    };
    if last_rewarded >= node_id {
        let epoch = interval.current_epoch_absolute_id();
        return Err(ContractError::NodeAlreadyRewarded { node_id, epoch });
    }
    if node_id > final_node_id {
        // Beyond it the state could never end.
        return Err(ContractError::NodeBeyondRewardedSet { node_id, final_node_id });
    }
    status.state = if node_id == final_node_id {
        EpochState::ReconcilingEvents
    } else {
        EpochState::Rewarding { last_rewarded: node_id, final_node_id }
    };
    EPOCH_STATUS.save(storage, &status)?;
    Ok(())
}

/// Computes and books the reward of a node that earns something.
fn pay_epoch(
    storage: &mut dyn Storage,
    interval: &Interval,
    node: &mut NodeRewarding,
    NodeRewardingParameters { performance, work_factor }: NodeRewardingParameters,
) -> Result<(Decimal, Decimal), ContractError> {
    let work = CUMULATIVE_EPOCH_WORK
        .load(storage)?
        .checked_add(work_factor)
        .map_err(|_| ContractError::TotalWorkAboveOne { work: work_factor })?;
    if work > Decimal::one() {
        return Err(ContractError::TotalWorkAboveOne { work });
    }
    CUMULATIVE_EPOCH_WORK.save(storage, &work)?;

    // Ranges may have been narrowed since the node was bonded.
    let limits = STATE.load(storage)?.params.operators_params;
    let costs = &mut node.cost_params;
    costs.profit_margin_percent = limits.profit_margin.nearest(costs.profit_margin_percent);
    costs.interval_operating_cost.amount = limits.interval_operating_cost.nearest(costs.interval_operating_cost.amount);

    let params = REWARDING_PARAMS.load(storage)?;
    let reward = node.epoch_reward(&params, performance, work_factor)?;
    let distribution = node.divide(reward, performance, interval.epochs_in_interval())?;
    node.earn(distribution, interval.current_epoch_absolute_id())?;

    let mut change = PENDING_POOL_CHANGE.load(storage)?;
    change.removed = change.removed.saturating_add(reward);
    PENDING_POOL_CHANGE.save(storage, &change)?;
    Ok((distribution.operator, distribution.delegates))
}

/// Pays out the operator's reward.
#[inline(never)]
pub(crate) fn withdraw_operator_reward(deps: DepsMut, info: &MessageInfo) -> Result<Response, ContractError> {
    let bond = bond_of_owner(deps.storage, &info.sender)?;
    bond.ensure_not_unbonding()?;
    let mut node = rewarding_of(deps.storage, bond.node_id)?;
    let amount =
        Coin { amount: node.withdraw_operator_reward(&bond.original_pledge)?, denom: bond.original_pledge.denom };
    REWARDING.save(deps.storage, bond.node_id, &node)?;
    let event = Event::new(events::WITHDRAW_OPERATOR_REWARD)
        .add_attribute(attributes::OWNER, &info.sender)
        .add_attribute(attributes::AMOUNT, amount.to_string())
        .add_attribute(attributes::MIX_ID, bond.node_id.to_string());
    Ok(Response::new().add_messages(pay(&info.sender, amount)).add_event(event))
}

/// Pays out a delegator's reward.
#[inline(never)]
pub(crate) fn withdraw_delegator_reward(
    deps: DepsMut,
    info: &MessageInfo,
    node_id: NodeId,
) -> Result<Response, ContractError> {
    let mut delegation = delegations::existing(deps.storage, node_id, &info.sender)?;
    ensure_bonded(deps.storage, node_id)?;
    let mut node = rewarding_of(deps.storage, node_id)?;
    let amount =
        Coin { amount: node.withdraw_delegator_reward(&mut delegation)?, denom: delegation.amount.denom.clone() };
    let key = (node_id, info.sender.to_string());
    delegations().save(deps.storage, key, &delegation)?;
    REWARDING.save(deps.storage, node_id, &node)?;
    let event = Event::new(events::WITHDRAW_DELEGATOR_REWARD)
        .add_attribute(attributes::DELEGATOR, &info.sender)
        .add_attribute(attributes::AMOUNT, amount.to_string())
        .add_attribute(attributes::DELEGATION_TARGET, node_id.to_string());
    Ok(Response::new().add_messages(pay(&info.sender, amount)).add_event(event))
}

/// The account of a node that has one for certain.
fn rewarding_of(storage: &dyn Storage, node_id: NodeId) -> Result<NodeRewarding, ContractError> {
    REWARDING.may_load(storage, node_id)?.ok_or_else(|| ContractError::InconsistentState {
        comment: format!("node {node_id} is bonded but has no stake"),
    })
}
