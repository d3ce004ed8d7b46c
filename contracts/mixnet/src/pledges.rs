//! Changes of a pledge and of what an operator keeps.

use crate::epochs::ensure_epoch_in_progress;
use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::funds;
use crate::nodes::{bond_of_owner, ensure_allowed_costs, ensure_no_pledge_change, pending_changes};
use crate::queue::{push_epoch_event, push_interval_event};
use crate::state::{PENDING_CHANGES, STATE};
use crate::types::{NodeCostParams, NodeId, NymNodeBond, PendingEpochEventKind, PendingIntervalEventKind};
use cosmwasm_std::{Coin, DepsMut, Env, Event, MessageInfo, Response, StdResult, Storage, to_json_string};

/// Queues an addition to the sender's pledge.
#[inline(never)]
pub(crate) fn pledge_more(deps: DepsMut, env: &Env, info: &MessageInfo) -> Result<Response, ContractError> {
    let bond = changeable_bond(deps.storage, info)?;
    let amount = funds::pledge_increase(&info.funds, &bond.original_pledge.denom)?;
    let node_id = bond.node_id;
    let kind = PendingEpochEventKind::NymNodePledgeMore { node_id, amount: amount.clone() };
    queue_pledge_change(deps.storage, env, node_id, kind)?;
    Ok(pending_event(events::PENDING_PLEDGE_INCREASE, node_id, &amount))
}

/// Queues a reduction of the sender's pledge.
#[inline(never)]
pub(crate) fn decrease_pledge(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    decrease_by: Coin,
) -> Result<Response, ContractError> {
    let bond = changeable_bond(deps.storage, info)?;
    let minimum = STATE.load(deps.storage)?.params.operators_params.minimum_pledge;
    if decrease_by.denom != minimum.denom {
        let (received, expected) = (decrease_by.denom, minimum.denom);
        return Err(ContractError::WrongDenom { received, expected });
    }
    if decrease_by.amount.is_zero() {
        return Err(ContractError::ZeroCoinAmount);
    }
    if bond.original_pledge.amount.saturating_sub(decrease_by.amount) < minimum.amount {
        let current = bond.original_pledge;
        return Err(ContractError::InvalidPledgeReduction { current, decrease_by, minimum });
    }
    let node_id = bond.node_id;
    let kind = PendingEpochEventKind::NymNodeDecreasePledge { node_id, decrease_by: decrease_by.clone() };
    queue_pledge_change(deps.storage, env, node_id, kind)?;
    Ok(pending_event(events::PENDING_PLEDGE_DECREASE, node_id, &decrease_by))
}

/// Queues a change of what the sender keeps as an operator.
#[inline(never)]
pub(crate) fn update_cost_params(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    new_costs: NodeCostParams,
) -> Result<Response, ContractError> {
    ensure_allowed_costs(&STATE.load(deps.storage)?.params.operators_params, &new_costs)?;
    ensure_epoch_in_progress(deps.storage)?;
    let bond = bond_of_owner(deps.storage, &info.sender)?;
    bond.ensure_not_unbonding()?;
    let node_id = bond.node_id;
    let costs = to_json_string(&new_costs)?;
    let kind = PendingIntervalEventKind::ChangeNymNodeCostParams { node_id, new_costs };
    let mut changes = pending_changes(deps.storage, node_id)?;
    changes.cost_params_change = Some(push_interval_event(deps.storage, env, kind)?);
    PENDING_CHANGES.save(deps.storage, node_id, &changes)?;
    Ok(Response::new().add_event(
        Event::new(events::PENDING_COST_PARAMS_UPDATE)
            .add_attribute(attributes::NODE_ID, node_id.to_string())
            .add_attribute(attributes::UPDATED_COST_PARAMS, costs),
    ))
}

/// The sender's node, whose pledge may be changed now.
fn changeable_bond(storage: &dyn Storage, info: &MessageInfo) -> Result<NymNodeBond, ContractError> {
    ensure_epoch_in_progress(storage)?;
    let bond = bond_of_owner(storage, &info.sender)?;
    bond.ensure_not_unbonding()?;
    ensure_no_pledge_change(storage, bond.node_id)?;
    Ok(bond)
}

fn queue_pledge_change(
    storage: &mut dyn Storage,
    env: &Env,
    node_id: NodeId,
    kind: PendingEpochEventKind,
) -> StdResult<()> {
    let mut changes = pending_changes(storage, node_id)?;
    changes.pledge_change = Some(push_epoch_event(storage, env, kind)?);
    PENDING_CHANGES.save(storage, node_id, &changes)
}

fn pending_event(name: &str, node_id: NodeId, amount: &Coin) -> Response {
    Response::new().add_event(
        Event::new(name)
            .add_attribute(attributes::NODE_ID, node_id.to_string())
            .add_attribute(attributes::AMOUNT, amount.to_string()),
    )
}
