//! The state machine (`docs/protocol/quorum-contracts.md` §4.3, §15.2).
//!
//! A ceremony ends in one of two ways: its keys go into service, or the keys that were in service stay there and the
//! ceremony is tried again. Only when there are no keys yet, the next attempt begins at once.

use crate::completion::{is_complete, obstacle, threshold_of};
use crate::constants::{MAX_RETRY_DELAY_SECS, events};
use crate::error::ContractError;
use crate::state::{
    ADMIN, EPOCH_THRESHOLDS, FAILURES, GENERATIONS, Generation, KEYS_IN_SERVICE, LAST_EPOCH_ID, PENDING_RETRY, RULES,
    THRESHOLD, load_epoch, save_epoch,
};
use crate::types::{CeremonyFailure, Epoch, EpochId, EpochState, PendingRetry, StateProgress, TimeConfiguration};
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response, StdResult, Storage, Timestamp};

/// Begins the first ceremony.
#[inline(never)]
pub(crate) fn initiate(deps: DepsMut, env: &Env, info: &MessageInfo) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    if load_epoch(deps.storage)?.state != EpochState::WaitingInitialisation {
        return Err(ContractError::AlreadyInitialised);
    }
    Ok(Response::new().add_event(begin(deps.storage, env, false)?))
}

/// Begins a ceremony while keys are in service.
#[inline(never)]
pub(crate) fn trigger(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    resharing: bool,
) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    let current = load_epoch(deps.storage)?.state;
    if !current.is_in_progress() {
        return Err(ContractError::CeremonyRunning { current });
    }
    if resharing && !KEYS_IN_SERVICE.exists(deps.storage) {
        return Err(ContractError::NothingToReshare);
    }
    FAILURES.remove(deps.storage);
    Ok(Response::new().add_event(begin(deps.storage, env, resharing)?))
}

/// Gives the running ceremony up, and forgets a retry.
#[inline(never)]
pub(crate) fn cancel(deps: DepsMut, env: &Env, info: &MessageInfo) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    let epoch = load_epoch(deps.storage)?;
    let running = epoch.state.resharing().is_some();
    if !running && !PENDING_RETRY.exists(deps.storage) {
        return Err(ContractError::NothingToCancel);
    }
    PENDING_RETRY.remove(deps.storage);
    FAILURES.remove(deps.storage);
    let mut events = Vec::new();
    if running {
        events.push(failure_event(epoch.epoch_id, CeremonyFailure::Cancelled {}));
    }
    events.push(match KEYS_IN_SERVICE.may_load(deps.storage)? {
        Some(in_service) => {
            let deadline = env.block.time.plus_seconds(epoch.time_configuration.in_progress_time_secs);
            restore(deps.storage, env, &epoch, in_service, deadline)?
        }
        None => {
            THRESHOLD.remove(deps.storage);
            let waiting = Epoch {
                state: EpochState::WaitingInitialisation,
                epoch_id: epoch.epoch_id,
                state_progress: StateProgress::default(),
                time_configuration: epoch.time_configuration,
                deadline: None,
            };
            enter(deps.storage, env, &waiting)?
        }
    });
    Ok(Response::new().add_events(events))
}

/// Moves to the next state, if it is time or all have acted.
#[inline(never)]
pub(crate) fn advance(deps: DepsMut, env: &Env) -> Result<Response, ContractError> {
    let epoch = load_epoch(deps.storage)?;
    if epoch.state == EpochState::WaitingInitialisation {
        return Err(ContractError::WaitingInitialisation);
    }
    if !is_complete(deps.as_ref(), &epoch)?
        && let Some(seconds) = seconds_left(&epoch, env)
    {
        return Err(ContractError::TooEarly { seconds });
    }
    let events = match obstacle(deps.as_ref(), &epoch)? {
        Some(reason) => fail(deps.storage, env, &epoch, reason)?,
        None => go_on(deps.storage, env, epoch)?,
    };
    Ok(Response::new().add_events(events))
}

/// Seconds until the deadline, at least one; `None` once it is reached.
pub(crate) fn seconds_left(epoch: &Epoch, env: &Env) -> Option<u64> {
    let deadline = epoch.deadline?;
    (deadline > env.block.time).then(|| deadline.minus_nanos(env.block.time.nanos()).nanos().div_ceil(1_000_000_000))
}

fn go_on(storage: &mut dyn Storage, env: &Env, mut epoch: Epoch) -> Result<Vec<Event>, ContractError> {
    epoch.state = match epoch.state {
        EpochState::WaitingInitialisation => return Err(ContractError::WaitingInitialisation),
        EpochState::PublicKeySubmission { resharing } => {
            let threshold = threshold_of(epoch.state_progress.registered_dealers);
            THRESHOLD.save(storage, &threshold)?;
            EPOCH_THRESHOLDS.save(storage, epoch.epoch_id, &threshold)?;
            EpochState::DealingExchange { resharing }
        }
        EpochState::DealingExchange { resharing } => EpochState::VerificationKeySubmission { resharing },
        EpochState::VerificationKeySubmission { resharing } => EpochState::VerificationKeyValidation { resharing },
        EpochState::VerificationKeyValidation { resharing } => EpochState::VerificationKeyFinalization { resharing },
        EpochState::VerificationKeyFinalization { resharing } => return succeed(storage, env, epoch, resharing),
        EpochState::InProgress => match PENDING_RETRY.may_load(storage)? {
            Some(retry) => return Ok(vec![begin(storage, env, retry.resharing)?]),
            None => EpochState::InProgress,
        },
    };
    epoch.deadline = Some(env.block.time.plus_seconds(duration(&epoch.time_configuration, epoch.state)));
    Ok(vec![enter(storage, env, &epoch)?])
}

/// Begins a ceremony under a number that no ceremony had.
fn begin(storage: &mut dyn Storage, env: &Env, resharing: bool) -> Result<Event, ContractError> {
    let epoch_id = LAST_EPOCH_ID.may_load(storage)?.map_or(0, |last| last + 1);
    LAST_EPOCH_ID.save(storage, &epoch_id)?;
    THRESHOLD.remove(storage);
    PENDING_RETRY.remove(storage);
    let state = EpochState::PublicKeySubmission { resharing };
    let time_configuration = load_epoch(storage)?.time_configuration;
    let deadline = Some(env.block.time.plus_seconds(duration(&time_configuration, state)));
    let state_progress = StateProgress::default();
    Ok(enter(storage, env, &Epoch { state, epoch_id, state_progress, time_configuration, deadline })?)
}

/// Puts the new keys into service and retires the old ones.
fn succeed(
    storage: &mut dyn Storage,
    env: &Env,
    mut epoch: Epoch,
    resharing: bool,
) -> Result<Vec<Event>, ContractError> {
    let now = env.block.time;
    if let Some(old) = KEYS_IN_SERVICE.may_load(storage)? {
        GENERATIONS.update(storage, old, |generation| match generation {
            Some(generation) => Ok(Generation { retired_at: Some(now), ..generation }),
            None => Err(cosmwasm_std::StdError::not_found("the key generation in service")),
        })?;
    }
    let threshold = THRESHOLD.load(storage)?;
    put_into_service(storage, &epoch, threshold, resharing, now)?;
    FAILURES.remove(storage);
    epoch.state = EpochState::InProgress;
    epoch.deadline = Some(now.plus_seconds(epoch.time_configuration.in_progress_time_secs));
    let keys = Event::new(events::KEYS_IN_SERVICE)
        .add_attribute("epoch_id", epoch.epoch_id.to_string())
        .add_attribute("threshold", threshold.to_string());
    Ok(vec![keys, enter(storage, env, &epoch)?])
}

/// Records the keys of an epoch as those in service.
pub(crate) fn put_into_service(
    storage: &mut dyn Storage,
    epoch: &Epoch,
    threshold: u64,
    resharing: bool,
    in_service_since: Timestamp,
) -> StdResult<()> {
    let progress = epoch.state_progress;
    let generation = Generation { threshold, resharing, progress, in_service_since, retired_at: None };
    GENERATIONS.save(storage, epoch.epoch_id, &generation)?;
    KEYS_IN_SERVICE.save(storage, &epoch.epoch_id)
}

fn fail(
    storage: &mut dyn Storage,
    env: &Env,
    epoch: &Epoch,
    reason: CeremonyFailure,
) -> Result<Vec<Event>, ContractError> {
    match (KEYS_IN_SERVICE.may_load(storage)?, epoch.state) {
        // Nobody waits for older keys: registration just goes on, and who has registered need not do it again.
        (None, EpochState::PublicKeySubmission { .. }) => {
            let seconds = duration(&epoch.time_configuration, epoch.state);
            let deadline = Some(env.block.time.plus_seconds(seconds));
            save_epoch(storage, &Epoch { deadline, ..*epoch }, env.block.height)?;
            let event = Event::new(events::REGISTRATION_PROLONGED)
                .add_attribute("epoch_id", epoch.epoch_id.to_string())
                .add_attribute("reason", reason.to_string());
            Ok(vec![event])
        }
        (None, _) => Ok(vec![failure_event(epoch.epoch_id, reason), begin(storage, env, false)?]),
        (Some(in_service), state) => {
            let failures = FAILURES.may_load(storage)?.unwrap_or_default().saturating_add(1);
            FAILURES.save(storage, &failures)?;
            let not_before = env.block.time.plus_seconds(retry_delay(RULES.load(storage)?.retry_delay_secs, failures));
            let (failed_epoch_id, resharing) = (epoch.epoch_id, state.resharing().unwrap_or_default());
            PENDING_RETRY.save(storage, &PendingRetry { failed_epoch_id, resharing, failures, reason, not_before })?;
            Ok(vec![failure_event(epoch.epoch_id, reason), restore(storage, env, epoch, in_service, not_before)?])
        }
    }
}

/// The rules' delay, doubled with every further failure, up to a day.
fn retry_delay(first: u64, failures: u32) -> u64 {
    let doubled = 1u64.checked_shl(failures.saturating_sub(1)).and_then(|factor| first.checked_mul(factor));
    doubled.unwrap_or(MAX_RETRY_DELAY_SECS).min(MAX_RETRY_DELAY_SECS)
}

/// Goes back to the epoch whose keys are in service, as if the ceremony had not been. Its number is not used again.
fn restore(
    storage: &mut dyn Storage,
    env: &Env,
    epoch: &Epoch,
    in_service: EpochId,
    deadline: Timestamp,
) -> Result<Event, ContractError> {
    let generation = GENERATIONS.load(storage, in_service)?;
    THRESHOLD.save(storage, &generation.threshold)?;
    let restored = Epoch {
        state: EpochState::InProgress,
        epoch_id: in_service,
        state_progress: generation.progress,
        time_configuration: epoch.time_configuration,
        deadline: Some(deadline),
    };
    Ok(enter(storage, env, &restored)?)
}

fn enter(storage: &mut dyn Storage, env: &Env, epoch: &Epoch) -> StdResult<Event> {
    save_epoch(storage, epoch, env.block.height)?;
    let event = Event::new(events::STATE_CHANGE)
        .add_attribute("epoch_id", epoch.epoch_id.to_string())
        .add_attribute("state", epoch.state.name());
    Ok(match epoch.state.resharing() {
        Some(resharing) => event.add_attribute("resharing", resharing.to_string()),
        None => event,
    })
}

fn failure_event(epoch_id: EpochId, reason: CeremonyFailure) -> Event {
    Event::new(events::CEREMONY_FAILED)
        .add_attribute("epoch_id", epoch_id.to_string())
        .add_attribute("reason", reason.to_string())
}

/// Seconds of a state.
fn duration(times: &TimeConfiguration, state: EpochState) -> u64 {
    match state {
        EpochState::WaitingInitialisation => 0,
        EpochState::PublicKeySubmission { .. } => times.public_key_submission_time_secs,
        EpochState::DealingExchange { .. } => times.dealing_exchange_time_secs,
        EpochState::VerificationKeySubmission { .. } => times.verification_key_submission_time_secs,
        EpochState::VerificationKeyValidation { .. } => times.verification_key_validation_time_secs,
        EpochState::VerificationKeyFinalization { .. } => times.verification_key_finalization_time_secs,
        EpochState::InProgress => times.in_progress_time_secs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_come_ever_more_rarely_and_at_least_once_a_day() {
        let delays: Vec<u64> = [1, 2, 3, 6, 7, 63, 64, 65, u32::MAX].map(|failures| retry_delay(1800, failures)).into();
        assert_eq!(delays, [1800, 3600, 7200, 57_600, 86_400, 86_400, 86_400, 86_400, 86_400]);
        assert_eq!(retry_delay(0, 1), 0);
    }
}
