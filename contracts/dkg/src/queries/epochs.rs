//! Epochs and key generations.

use super::limit_of;
use crate::ceremony::seconds_left;
use crate::completion::is_complete;
use crate::constants::{OUTGOING_KEYS_SECS, pages};
use crate::error::ContractError;
use crate::msg::{KeyGenerationsResponse, PagedKeyGenerationsResponse, RunningCeremony, StateAdvanceResponse};
use crate::state::{GENERATIONS, Generation, KEYS_IN_SERVICE, PENDING_RETRY, load_epoch};
use crate::types::{EpochId, EpochState, KeyGeneration};
use cosmwasm_std::{Deps, Env, Order, StdResult, Storage};
use cw_storage_plus::Bound;

pub(super) fn can_advance(deps: Deps, env: &Env) -> Result<StateAdvanceResponse, ContractError> {
    let epoch = load_epoch(deps.storage)?;
    if epoch.state == EpochState::WaitingInitialisation {
        return Ok(StateAdvanceResponse::default());
    }
    Ok(StateAdvanceResponse {
        current_state: epoch.state,
        progress: epoch.state_progress,
        deadline: epoch.deadline,
        reached_deadline: seconds_left(&epoch, env).is_none(),
        is_complete: is_complete(deps, &epoch)?,
    })
}

pub(super) fn key_generations(storage: &dyn Storage, env: &Env) -> StdResult<KeyGenerationsResponse> {
    let epoch = load_epoch(storage)?;
    let in_service = KEYS_IN_SERVICE.may_load(storage)?;
    let in_service = match in_service {
        Some(epoch_id) => Some(described(epoch_id, GENERATIONS.load(storage, epoch_id)?)),
        None => None,
    };
    let mut outgoing = Vec::new();
    for entry in GENERATIONS.range(storage, None, None, Order::Descending) {
        let (epoch_id, generation) = entry?;
        let generation = described(epoch_id, generation);
        match generation.usable_until {
            None => {}
            Some(until) if until > env.block.time => outgoing.push(generation),
            // Later epochs are replaced later, so that all others are over, too.
            Some(_) => break,
        }
    }
    let ceremony = epoch.state.resharing().map(|_| RunningCeremony {
        epoch_id: epoch.epoch_id,
        state: epoch.state,
        deadline: epoch.deadline,
    });
    Ok(KeyGenerationsResponse { in_service, outgoing, ceremony, retry: PENDING_RETRY.may_load(storage)? })
}

pub(super) fn history(
    storage: &dyn Storage,
    limit: Option<u32>,
    start_after: Option<EpochId>,
) -> StdResult<PagedKeyGenerationsResponse> {
    let generations = GENERATIONS
        .range(storage, start_after.map(Bound::exclusive), None, Order::Ascending)
        .take(limit_of(limit, pages::GENERATIONS))
        .map(|entry| entry.map(|(epoch_id, generation)| described(epoch_id, generation)))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = generations.last().map(|generation| generation.epoch_id);
    Ok(PagedKeyGenerationsResponse { generations, start_next_after })
}

fn described(epoch_id: EpochId, generation: Generation) -> KeyGeneration {
    KeyGeneration {
        epoch_id,
        threshold: generation.threshold,
        verified_keys: generation.progress.verified_keys,
        resharing: generation.resharing,
        in_service_since: generation.in_service_since,
        retired_at: generation.retired_at,
        usable_until: generation.retired_at.map(|retired| retired.plus_seconds(OUTGOING_KEYS_SECS)),
    }
}
