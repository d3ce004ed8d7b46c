//! Requests of delegators. What they ask for happens at the end of the epoch.

use crate::epochs::ensure_epoch_in_progress;
use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::funds;
use crate::nodes::ensure_bonded;
use crate::queue::push_epoch_event;
use crate::state::{STATE, delegations};
use crate::types::{Delegation, NodeId, PendingEpochEventKind};
use cosmwasm_std::{Addr, DepsMut, Env, Event, MessageInfo, Response, Storage};

/// Queues a delegation of the coin that was sent.
#[inline(never)]
pub(crate) fn delegate(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    node_id: NodeId,
) -> Result<Response, ContractError> {
    ensure_epoch_in_progress(deps.storage)?;
    let state = STATE.load(deps.storage)?;
    let minimum = state.params.delegations_params.minimum_delegation;
    let amount = funds::delegation(&info.funds, &state.rewarding_denom, minimum.as_ref())?;
    ensure_bonded(deps.storage, node_id)?;
    let event = Event::new(events::PENDING_DELEGATION)
        .add_attribute(attributes::DELEGATOR, &info.sender)
        .add_attribute(attributes::AMOUNT, amount.to_string())
        .add_attribute(attributes::DELEGATION_TARGET, node_id.to_string());
    let owner = info.sender.clone();
    let kind = PendingEpochEventKind::Delegate { owner, node_id, amount, proxy: None };
    push_epoch_event(deps.storage, env, kind)?;
    Ok(Response::new().add_event(event))
}

/// Queues the return of the sender's whole delegation.
#[inline(never)]
pub(crate) fn undelegate(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    node_id: NodeId,
) -> Result<Response, ContractError> {
    ensure_epoch_in_progress(deps.storage)?;
    existing(deps.storage, node_id, &info.sender)?;
    let owner = info.sender.clone();
    let kind = PendingEpochEventKind::Undelegate { owner, node_id, proxy: None };
    push_epoch_event(deps.storage, env, kind)?;
    Ok(Response::new().add_event(
        Event::new(events::PENDING_UNDELEGATION)
            .add_attribute(attributes::DELEGATOR, &info.sender)
            .add_attribute(attributes::MIX_ID, node_id.to_string()),
    ))
}

/// The delegation of an account to a node.
pub(crate) fn existing(storage: &dyn Storage, node_id: NodeId, owner: &Addr) -> Result<Delegation, ContractError> {
    delegations()
        .may_load(storage, (node_id, owner.to_string()))?
        .ok_or_else(|| ContractError::NodeDelegationNotFound { node_id, address: owner.clone() })
}
