//! The transition from one epoch to the next (`docs/protocol/mixnet-contract.md` §8.2–§8.4):
//! rewards, queued requests, roles. One account performs all of it.

use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::queue;
use crate::state::{
    ACTIVE_BUCKET, CUMULATIVE_EPOCH_WORK, EPOCH_STATUS, INTERVAL, PENDING_POOL_CHANGE, REWARDING_PARAMS,
    ROLES_METADATA, STATE,
};
use crate::types::{EpochState, EpochStatus, Interval, PendingPoolChange, RewardedSetMetadata, Role};
use cosmwasm_std::{Addr, Decimal, DepsMut, Env, Event, MessageInfo, Response, Storage};

/// Begins the transition.
#[inline(never)]
pub(crate) fn begin_epoch_transition(deps: DepsMut, env: &Env, info: &MessageInfo) -> Result<Response, ContractError> {
    if info.sender != STATE.load(deps.storage)?.rewarding_validator_address {
        return Err(ContractError::Unauthorized);
    }
    let interval = INTERVAL.load(deps.storage)?;
    ensure_epoch_over(&interval, env)?;
    ensure_epoch_in_progress(deps.storage)?;

    let epoch = interval.current_epoch_absolute_id();
    let active = ACTIVE_BUCKET.load(deps.storage)?;
    let next_set = RewardedSetMetadata::empty(epoch.saturating_add(1));
    ROLES_METADATA.save(deps.storage, active.other().storage_byte(), &next_set)?;
    CUMULATIVE_EPOCH_WORK.save(deps.storage, &Decimal::zero())?;

    let final_node_id = ROLES_METADATA.load(deps.storage, active.storage_byte())?.highest_rewarded_id();
    let state = if final_node_id == 0 {
        EpochState::ReconcilingEvents
    } else {
        EpochState::Rewarding { last_rewarded: 0, final_node_id }
    };
    let status = EpochStatus { being_advanced_by: info.sender.clone(), state };
    EPOCH_STATUS.save(deps.storage, &status)?;
    Ok(Response::new().add_event(
        Event::new(events::BEGINNING_EPOCH_TRANSITION).add_attribute(attributes::CURRENT_EPOCH, epoch.to_string()),
    ))
}

/// Executes queued requests, at most `limit` of them.
#[inline(never)]
pub(crate) fn reconcile_epoch_events(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    limit: Option<u32>,
) -> Result<Response, ContractError> {
    let mut status = ensure_advancing_epoch(deps.storage, env, &info.sender)?;
    if status.state != EpochState::ReconcilingEvents {
        return Err(ContractError::EpochNotInEventReconciliationState { state: status.state });
    }
    let interval = INTERVAL.load(deps.storage)?;
    ensure_epoch_over(&interval, env)?;
    let is_interval_over = interval.is_interval_over(env.block.time.seconds());

    let limit = limit.unwrap_or(u32::MAX);
    let mut response = Response::new().add_event(Event::new(events::RECONCILE_PENDING_EVENTS));
    let executed = queue::execute_epoch_events(deps.storage, env, limit, &mut response)?;
    if is_interval_over {
        let left = limit.saturating_sub(executed);
        queue::execute_interval_events(deps.storage, left, &mut response)?;
    }

    let left = queue::lengths(deps.storage)?;
    if left.epoch_events == 0 && (!is_interval_over || left.interval_events == 0) {
        status.state = EpochState::RoleAssignment { next: Role::first() };
        EPOCH_STATUS.save(deps.storage, &status)?;
    }
    Ok(response)
}

/// Begins the next epoch, and the next interval if this one is over.
pub(crate) fn advance_epoch(storage: &mut dyn Storage, env: &Env, status: EpochStatus) -> Result<Event, ContractError> {
    let interval = INTERVAL.load(storage)?;
    if interval.is_interval_over(env.block.time.seconds()) {
        let change = PENDING_POOL_CHANGE.load(storage)?;
        let params = REWARDING_PARAMS.load(storage)?.next_interval(
            change.removed,
            change.added,
            interval.epochs_in_interval(),
        )?;
        REWARDING_PARAMS.save(storage, &params)?;
        PENDING_POOL_CHANGE.save(storage, &PendingPoolChange::default())?;
    }
    let next = interval.advanced();
    INTERVAL.save(storage, &next)?;
    EPOCH_STATUS.save(storage, &EpochStatus { state: EpochState::InProgress, ..status })?;
    Ok(Event::new(events::ADVANCE_EPOCH)
        .add_attribute(attributes::NEW_CURRENT_EPOCH, next.current_epoch_absolute_id().to_string()))
}

/// No transition is under way. Requests of users wait for that.
pub(crate) fn ensure_epoch_in_progress(storage: &dyn Storage) -> Result<(), ContractError> {
    let state = EPOCH_STATUS.load(storage)?.state;
    if state != EpochState::InProgress {
        return Err(ContractError::EpochAdvancementInProgress { state });
    }
    Ok(())
}

/// The time of the epoch has passed.
pub(crate) fn ensure_epoch_over(interval: &Interval, env: &Env) -> Result<(), ContractError> {
    let now = env.block.time.seconds();
    if !interval.is_epoch_over(now) {
        let (start, end) = (interval.epoch_start_unix(), interval.epoch_end_unix());
        return Err(ContractError::EpochInProgress { now, start, end });
    }
    Ok(())
}

/// The sender performs the transition, or takes it over: an account that has been replaced as
/// rewarding validator and does not finish would otherwise hold up every epoch to come. The new
/// one waits for the length of an epoch, so that the two do not get into each other's way.
pub(crate) fn ensure_advancing_epoch(
    storage: &mut dyn Storage,
    env: &Env,
    sender: &Addr,
) -> Result<EpochStatus, ContractError> {
    let mut status = EPOCH_STATUS.load(storage)?;
    if *sender == status.being_advanced_by {
        return Ok(status);
    }
    if *sender != STATE.load(storage)?.rewarding_validator_address {
        return Err(ContractError::Unauthorized);
    }
    let late = INTERVAL.load(storage)?.advanced().is_epoch_over(env.block.time.seconds());
    if !late {
        return Err(ContractError::RewardingValidatorMismatch { current: status.being_advanced_by });
    }
    status.being_advanced_by = sender.clone();
    EPOCH_STATUS.save(storage, &status)?;
    Ok(status)
}
