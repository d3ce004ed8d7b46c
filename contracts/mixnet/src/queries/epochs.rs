//! Epochs, roles, queued requests and packet keys.

use super::{after, limit_of};
use crate::constants::pages;
use crate::msg::{
    CurrentIntervalResponse, EpochAssignmentResponse, KeyRotationIdResponse, PendingEpochEventsResponse,
    PendingIntervalEventsResponse, RolesMetadataResponse,
};
use crate::roles::{active_metadata, active_nodes};
use crate::state::{EPOCH_EVENTS, INTERVAL, INTERVAL_EVENTS, KEY_ROTATION};
use crate::types::{PendingEpochEvent, PendingIntervalEvent, Role};
use cosmwasm_std::{Env, Order, StdResult, Storage};

pub(super) fn current_interval(storage: &dyn Storage, env: &Env) -> StdResult<CurrentIntervalResponse> {
    let interval = INTERVAL.load(storage)?;
    let now = env.block.time.seconds();
    Ok(CurrentIntervalResponse {
        interval,
        current_blocktime: now,
        is_current_interval_over: interval.is_interval_over(now),
        is_current_epoch_over: interval.is_epoch_over(now),
    })
}

pub(super) fn role_assignment(storage: &dyn Storage, role: Role) -> StdResult<EpochAssignmentResponse> {
    Ok(EpochAssignmentResponse { epoch_id: active_metadata(storage)?.epoch_id, nodes: active_nodes(storage, role)? })
}

pub(super) fn rewarded_set_metadata(storage: &dyn Storage) -> StdResult<RolesMetadataResponse> {
    Ok(RolesMetadataResponse { metadata: active_metadata(storage)? })
}

pub(super) fn pending_epoch_events(
    storage: &dyn Storage,
    env: &Env,
    limit: Option<u32>,
    start_after: Option<u32>,
) -> StdResult<PendingEpochEventsResponse> {
    let events = EPOCH_EVENTS
        .range(storage, after(start_after), None, Order::Ascending)
        .take(limit_of(limit, pages::PENDING_EVENTS))
        .map(|entry| entry.map(|(id, event)| PendingEpochEvent { id, event }))
        .collect::<StdResult<Vec<_>>>()?;
    let now = env.block.time.seconds();
    Ok(PendingEpochEventsResponse {
        seconds_until_executable: INTERVAL.load(storage)?.seconds_until_epoch_end(now),
        start_next_after: events.last().map(|event| event.id),
        events,
    })
}

pub(super) fn pending_interval_events(
    storage: &dyn Storage,
    env: &Env,
    limit: Option<u32>,
    start_after: Option<u32>,
) -> StdResult<PendingIntervalEventsResponse> {
    let events = INTERVAL_EVENTS
        .range(storage, after(start_after), None, Order::Ascending)
        .take(limit_of(limit, pages::PENDING_EVENTS))
        .map(|entry| entry.map(|(id, event)| PendingIntervalEvent { id, event }))
        .collect::<StdResult<Vec<_>>>()?;
    let now = env.block.time.seconds();
    Ok(PendingIntervalEventsResponse {
        seconds_until_executable: INTERVAL.load(storage)?.seconds_until_interval_end(now),
        start_next_after: events.last().map(|event| event.id),
        events,
    })
}

pub(super) fn key_rotation_id(storage: &dyn Storage) -> StdResult<KeyRotationIdResponse> {
    let epoch = INTERVAL.load(storage)?.current_epoch_absolute_id();
    Ok(KeyRotationIdResponse { rotation_id: KEY_ROTATION.load(storage)?.rotation_id(epoch) })
}
