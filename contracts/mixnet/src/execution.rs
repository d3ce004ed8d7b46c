//! What queued requests do when their time has come (`docs/protocol/mixnet-contract.md` §8.5).

use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::funds::pay;
use crate::intervals;
use crate::nodes::{is_bonded, pending_changes};
use crate::params;
use crate::state::{PENDING_CHANGES, REWARDING, bonds, delegations, unbonded};
use crate::types::{
    BlockHeight, Delegation, NodeCostParams, NodeId, NodeRewarding, NymNodeBond, PendingEpochEventData,
    PendingEpochEventKind, PendingIntervalEventData, PendingIntervalEventKind, UnbondedNymNode,
};
use cosmwasm_std::{Addr, BankMsg, Coin, Env, Event, StdResult, Storage, Uint128, to_json_string};

/// What a request of the epoch queue pays and reports.
#[derive(Default)]
pub(crate) struct EpochExecution {
    pub(crate) payment: Option<BankMsg>,
    pub(crate) event: Option<Event>,
}

/// Carries out one request of the epoch queue. An error means that storage itself fails; what is
/// wrong with the request is in its event.
#[inline(never)]
pub(crate) fn execute_epoch_event(
    storage: &mut dyn Storage,
    env: &Env,
    PendingEpochEventData { created_at, kind }: PendingEpochEventData,
) -> Result<EpochExecution, ContractError> {
    match kind {
        PendingEpochEventKind::Delegate { owner, node_id, amount, .. } => {
            delegate(storage, env, created_at, owner, node_id, amount)
        }
        PendingEpochEventKind::Undelegate { owner, node_id, .. } => {
            let name = events::UNDELEGATION;
            or_dropped(undelegate(storage, created_at, &owner, node_id), name, created_at, node_id)
        }
        PendingEpochEventKind::NymNodePledgeMore { node_id, amount } => {
            let change = PledgeChange::Increase(amount);
            change_pledge(storage, created_at, node_id, &change)
        }
        PendingEpochEventKind::NymNodeDecreasePledge { node_id, decrease_by } => {
            let change = PledgeChange::Decrease(decrease_by);
            change_pledge(storage, created_at, node_id, &change)
        }
        PendingEpochEventKind::UnbondNymNode { node_id } => {
            let name = events::NYM_NODE_UNBONDING;
            or_dropped(unbond(storage, env, created_at, node_id), name, created_at, node_id)
        }
        PendingEpochEventKind::UpdateActiveSet { update } => {
            let event = match params::apply_active_set_update(storage, &update) {
                Ok(()) => params::active_set_update_event(created_at, &update),
                Err(error) => {
                    Event::new(events::ACTIVE_SET_UPDATE).add_attribute(attributes::ERROR_MESSAGE, error.to_string())
                }
            };
            Ok(EpochExecution { payment: None, event: Some(event) })
        }
    }
}

/// Carries out one request of the interval queue, on the same terms.
#[inline(never)]
pub(crate) fn execute_interval_event(
    storage: &mut dyn Storage,
    PendingIntervalEventData { created_at, kind }: PendingIntervalEventData,
) -> Result<Option<Event>, ContractError> {
    let (name, result) = match kind {
        PendingIntervalEventKind::ChangeNymNodeCostParams { node_id, new_costs } => {
            return Ok(change_cost_params(storage, created_at, node_id, new_costs)?);
        }
        PendingIntervalEventKind::UpdateRewardingParams { update } => {
            (events::REWARDING_PARAMS_UPDATE, params::apply_rewarding_params_update(storage, created_at, &update))
        }
        PendingIntervalEventKind::UpdateIntervalConfig { epochs_in_interval, epoch_duration_secs } => (
            events::INTERVAL_CONFIG_UPDATE,
            intervals::apply_interval_config(storage, created_at, epochs_in_interval, epoch_duration_secs),
        ),
    };
    Ok(Some(result.unwrap_or_else(|error| dropped(name, created_at, &error))))
}

/// Adds stake. If the node has gone, or the addition is impossible, the coin goes back.
fn delegate(
    storage: &mut dyn Storage,
    env: &Env,
    created_at: BlockHeight,
    owner: Addr,
    node_id: NodeId,
    amount: Coin,
) -> Result<EpochExecution, ContractError> {
    let key = (node_id, owner.to_string());
    let outcome = match REWARDING.may_load(storage, node_id)? {
        Some(node) if is_bonded(storage, node_id)? => {
            let old = delegations().may_load(storage, key.clone())?;
            merged(env, node, old, &owner, node_id, &amount).ok()
        }
        _ => None,
    };
    let target = node_id.to_string();
    let Some((node, delegation)) = outcome else {
        let event = Event::new(events::DELEGATION)
            .add_attribute(attributes::DELEGATOR, &owner)
            .add_attribute(attributes::DELEGATION_TARGET, target);
        return Ok(EpochExecution { payment: pay(&owner, amount), event: Some(event) });
    };
    delegations().save(storage, key, &delegation)?;
    REWARDING.save(storage, node_id, &node)?;
    let event = Event::new(events::DELEGATION)
        .add_attribute(attributes::CREATED_AT, created_at.to_string())
        .add_attribute(attributes::DELEGATOR, owner)
        .add_attribute(attributes::AMOUNT, amount.to_string())
        .add_attribute(attributes::DELEGATION_TARGET, target)
        .add_attribute(attributes::UNIT_REWARD, node.total_unit_reward.to_string());
    Ok(EpochExecution { payment: None, event: Some(event) })
}

/// The node and the delegation after `added` has joined what its owner has there already.
fn merged(
    env: &Env,
    mut node: NodeRewarding,
    old: Option<Delegation>,
    owner: &Addr,
    node_id: NodeId,
    added: &Coin,
) -> Result<(NodeRewarding, Delegation), ContractError> {
    let mut amount = added.clone();
    if let Some(old) = old {
        amount.amount =
            amount.amount.checked_add(node.undelegate(&old)?).map_err(crate::rewards::ArithmeticError::from)?;
    }
    node.add_delegation(amount.amount)?;
    let delegation = Delegation {
        owner: owner.clone(),
        node_id,
        cumulative_reward_ratio: node.total_unit_reward,
        amount,
        height: env.block.height,
        proxy: None,
    };
    Ok((node, delegation))
}

/// Gives back a delegation with its reward. One that has gone already leaves nothing to do.
fn undelegate(
    storage: &mut dyn Storage,
    created_at: BlockHeight,
    owner: &Addr,
    node_id: NodeId,
) -> Result<EpochExecution, ContractError> {
    let key = (node_id, owner.to_string());
    let Some(delegation) = delegations().may_load(storage, key.clone())? else {
        return Ok(EpochExecution::default());
    };
    let mut node = REWARDING.load(storage, node_id)?;
    let amount = node.undelegate(&delegation)?;
    delegations().replace(storage, key, None, Some(&delegation))?;
    REWARDING.save(storage, node_id, &node)?;
    let event = Event::new(events::UNDELEGATION)
        .add_attribute(attributes::CREATED_AT, created_at.to_string())
        .add_attribute(attributes::DELEGATOR, owner)
        .add_attribute(attributes::MIX_ID, node_id.to_string());
    let payment = pay(owner, Coin { amount, denom: delegation.amount.denom });
    Ok(EpochExecution { payment, event: Some(event) })
}

enum PledgeChange {
    Increase(Coin),
    Decrease(Coin),
}

impl PledgeChange {
    const fn amount(&self) -> &Coin {
        match self {
            PledgeChange::Increase(amount) | PledgeChange::Decrease(amount) => amount,
        }
    }

    const fn event_name(&self) -> &'static str {
        match self {
            PledgeChange::Increase(_) => events::PLEDGE_INCREASE,
            PledgeChange::Decrease(_) => events::PLEDGE_DECREASE,
        }
    }
}

/// Changes a pledge. Whatever comes of it, the next change may be asked for.
fn change_pledge(
    storage: &mut dyn Storage,
    created_at: BlockHeight,
    node_id: NodeId,
    change: &PledgeChange,
) -> Result<EpochExecution, ContractError> {
    let mut changes = pending_changes(storage, node_id)?;
    changes.pledge_change = None;
    PENDING_CHANGES.save(storage, node_id, &changes)?;
    let result = try_change_pledge(storage, created_at, node_id, change);
    or_dropped(result, change.event_name(), created_at, node_id)
}

fn try_change_pledge(
    storage: &mut dyn Storage,
    created_at: BlockHeight,
    node_id: NodeId,
    change: &PledgeChange,
) -> Result<EpochExecution, ContractError> {
    let old = bonds().may_load(storage, node_id)?.ok_or(ContractError::NymNodeBondNotFound { node_id })?;
    let mut node = REWARDING.load(storage, node_id)?;
    let mut new = old.clone();
    let payment = match change {
        PledgeChange::Increase(Coin { amount, .. }) => {
            node.increase_pledge(*amount)?;
            new.original_pledge.amount = checked(new.original_pledge.amount.checked_add(*amount))?;
            None
        }
        PledgeChange::Decrease(coin) => {
            node.decrease_pledge(coin.amount)?;
            new.original_pledge.amount = checked(new.original_pledge.amount.checked_sub(coin.amount))?;
            pay(&old.owner, coin.clone())
        }
    };
    bonds().replace(storage, node_id, Some(&new), Some(&old))?;
    REWARDING.save(storage, node_id, &node)?;
    let event = Event::new(change.event_name())
        .add_attribute(attributes::CREATED_AT, created_at.to_string())
        .add_attribute(attributes::NODE_ID, node_id.to_string())
        .add_attribute(attributes::AMOUNT, change.amount().to_string());
    Ok(EpochExecution { payment, event: Some(event) })
}

fn checked(result: Result<Uint128, cosmwasm_std::OverflowError>) -> Result<Uint128, ContractError> {
    Ok(result.map_err(crate::rewards::ArithmeticError::from)?)
}

/// Lets a node leave: pays its operator, keeps what delegators have until they take it.
fn unbond(
    storage: &mut dyn Storage,
    env: &Env,
    created_at: BlockHeight,
    node_id: NodeId,
) -> Result<EpochExecution, ContractError> {
    let bond = bonds().may_load(storage, node_id)?.ok_or(ContractError::NymNodeBondNotFound { node_id })?;
    let node = REWARDING.load(storage, node_id)?;
    let NymNodeBond { owner, original_pledge, node: description, .. } = bond.clone();
    let payment = pay(&owner, Coin { amount: node.operator.to_uint_floor(), denom: original_pledge.denom });
    bonds().replace(storage, node_id, None, Some(&bond))?;
    if node.unique_delegations == 0 {
        REWARDING.remove(storage, node_id);
    } else {
        let operator = cosmwasm_std::Decimal::zero();
        REWARDING.save(storage, node_id, &NodeRewarding { operator, ..node })?;
    }
    let left =
        UnbondedNymNode { identity_key: description.identity_key, node_id, owner, unbonding_height: env.block.height };
    unbonded().save(storage, node_id, &left)?;
    let event = Event::new(events::NYM_NODE_UNBONDING)
        .add_attribute(attributes::CREATED_AT, created_at.to_string())
        .add_attribute(attributes::NODE_ID, node_id.to_string());
    Ok(EpochExecution { payment, event: Some(event) })
}

/// Changes what an operator keeps, if the operator is still there.
fn change_cost_params(
    storage: &mut dyn Storage,
    created_at: BlockHeight,
    node_id: NodeId,
    cost_params: NodeCostParams,
) -> StdResult<Option<Event>> {
    let Some(node) = REWARDING.may_load(storage, node_id)?.filter(|node| !node.operator.is_zero()) else {
        return Ok(None);
    };
    let event = Event::new(events::COST_PARAMS_UPDATE)
        .add_attribute(attributes::CREATED_AT, created_at.to_string())
        .add_attribute(attributes::MIX_ID, node_id.to_string())
        .add_attribute(attributes::UPDATED_COST_PARAMS, to_json_string(&cost_params)?);
    REWARDING.save(storage, node_id, &NodeRewarding { cost_params, ..node })?;
    let mut changes = pending_changes(storage, node_id)?;
    changes.cost_params_change = None;
    PENDING_CHANGES.save(storage, node_id, &changes)?;
    Ok(Some(event))
}

/// What a request of a node did, or why it was dropped.
fn or_dropped(
    result: Result<EpochExecution, ContractError>,
    name: &str,
    created_at: BlockHeight,
    node_id: NodeId,
) -> Result<EpochExecution, ContractError> {
    Ok(result.unwrap_or_else(|error| EpochExecution {
        payment: None,
        event: Some(dropped(name, created_at, &error).add_attribute(attributes::NODE_ID, node_id.to_string())),
    }))
}

fn dropped(name: &str, created_at: BlockHeight, error: &ContractError) -> Event {
    Event::new(name)
        .add_attribute(attributes::CREATED_AT, created_at.to_string())
        .add_attribute(attributes::ERROR_MESSAGE, error.to_string())
}
