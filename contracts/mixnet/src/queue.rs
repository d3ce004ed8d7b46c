//! The two queues of requests: one is executed at the end of every epoch, the other at the end of
//! every interval (`docs/protocol/mixnet-contract.md` §8.4, §8.5).
//!
//! A request that cannot be carried out is dropped and named in its event; it never holds up the
//! ones behind it or the epoch. Each request therefore computes everything that can fail before it
//! writes anything.

use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::execution::{EpochExecution, execute_epoch_event, execute_interval_event};
use crate::msg::NumberOfPendingEventsResponse;
use crate::state::{
    EPOCH_EVENTS, INTERVAL_EVENTS, LAST_EPOCH_EVENT, LAST_EXECUTED_EPOCH_EVENT, LAST_EXECUTED_INTERVAL_EVENT,
    LAST_INTERVAL_EVENT,
};
use crate::types::{
    EpochEventId, IntervalEventId, PendingEpochEventData, PendingEpochEventKind, PendingIntervalEventData,
    PendingIntervalEventKind,
};
use cosmwasm_std::{Env, Event, Response, StdResult, Storage};

/// Queues a request for the end of the epoch.
pub(crate) fn push_epoch_event(
    storage: &mut dyn Storage,
    env: &Env,
    kind: PendingEpochEventKind,
) -> StdResult<EpochEventId> {
    let id = LAST_EPOCH_EVENT.load(storage)?.saturating_add(1);
    LAST_EPOCH_EVENT.save(storage, &id)?;
    let created_at = env.block.height;
    EPOCH_EVENTS.save(storage, id, &PendingEpochEventData { created_at, kind })?;
    Ok(id)
}

/// Queues a request for the end of the interval.
pub(crate) fn push_interval_event(
    storage: &mut dyn Storage,
    env: &Env,
    kind: PendingIntervalEventKind,
) -> StdResult<IntervalEventId> {
    let id = LAST_INTERVAL_EVENT.load(storage)?.saturating_add(1);
    LAST_INTERVAL_EVENT.save(storage, &id)?;
    let created_at = env.block.height;
    INTERVAL_EVENTS.save(storage, id, &PendingIntervalEventData { created_at, kind })?;
    Ok(id)
}

/// How many requests wait in both queues.
pub(crate) fn lengths(storage: &dyn Storage) -> StdResult<NumberOfPendingEventsResponse> {
    let epoch = (LAST_EPOCH_EVENT.load(storage)?, LAST_EXECUTED_EPOCH_EVENT.load(storage)?);
    let interval = (LAST_INTERVAL_EVENT.load(storage)?, LAST_EXECUTED_INTERVAL_EVENT.load(storage)?);
    Ok(NumberOfPendingEventsResponse {
        epoch_events: epoch.0.saturating_sub(epoch.1),
        interval_events: interval.0.saturating_sub(interval.1),
    })
}

/// Executes at most `limit` requests of the epoch queue, adds what they report and pay to
/// `response`, and returns how many there were.
pub(crate) fn execute_epoch_events(
    storage: &mut dyn Storage,
    env: &Env,
    limit: u32,
    response: &mut Response,
) -> Result<u32, ContractError> {
    let first = LAST_EXECUTED_EPOCH_EVENT.load(storage)?.saturating_add(1);
    let count = lengths(storage)?.epoch_events.min(limit);
    for id in first..first.saturating_add(count) {
        // A hole in the queue would be a contradiction, but no reason to stop the network.
        if let Some(event) = EPOCH_EVENTS.may_load(storage, id)? {
            EPOCH_EVENTS.remove(storage, id);
            let EpochExecution { payment, event } = execute_epoch_event(storage, env, event)?;
            response.messages.extend(payment.map(cosmwasm_std::SubMsg::new));
            response.events.extend(event);
        }
        LAST_EXECUTED_EPOCH_EVENT.save(storage, &id)?;
    }
    response.events.push(executed(events::EXECUTE_PENDING_EPOCH_EVENTS, count));
    Ok(count)
}

/// Executes at most `limit` requests of the interval queue and adds what they report to
/// `response`.
pub(crate) fn execute_interval_events(
    storage: &mut dyn Storage,
    limit: u32,
    response: &mut Response,
) -> Result<(), ContractError> {
    let first = LAST_EXECUTED_INTERVAL_EVENT.load(storage)?.saturating_add(1);
    let count = lengths(storage)?.interval_events.min(limit);
    for id in first..first.saturating_add(count) {
        if let Some(event) = INTERVAL_EVENTS.may_load(storage, id)? {
            INTERVAL_EVENTS.remove(storage, id);
            response.events.extend(execute_interval_event(storage, event)?);
        }
        LAST_EXECUTED_INTERVAL_EVENT.save(storage, &id)?;
    }
    response.events.push(executed(events::EXECUTE_PENDING_INTERVAL_EVENTS, count));
    Ok(())
}

fn executed(name: &str, count: u32) -> Event {
    Event::new(name).add_attribute(attributes::NUMBER_OF_EVENTS_EXECUTED, count.to_string())
}
