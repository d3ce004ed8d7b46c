//! The length of intervals and epochs, as the admin changes it
//! (`docs/protocol/mixnet-contract.md` §3.4, §8.1).

use crate::epochs::ensure_epoch_in_progress;
use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::queue::push_interval_event;
use crate::state::{ADMIN, INTERVAL, REWARDING_PARAMS};
use crate::types::{BlockHeight, PendingIntervalEventKind};
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response, Storage, to_json_string};
use std::time::Duration;

/// Changes the length of intervals and epochs.
#[inline(never)]
pub(crate) fn update_interval_config(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    epochs_in_interval: u32,
    epoch_duration_secs: u64,
    force_immediately: bool,
) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    let interval = INTERVAL.load(deps.storage)?;
    interval.reconfigured(epochs_in_interval, Duration::from_secs(epoch_duration_secs))?;
    let now = env.block.time.seconds();
    if force_immediately || interval.is_interval_over(now) {
        let event = apply_interval_config(deps.storage, env.block.height, epochs_in_interval, epoch_duration_secs)?;
        return Ok(Response::new().add_event(event));
    }
    ensure_epoch_in_progress(deps.storage)?;
    let kind = PendingIntervalEventKind::UpdateIntervalConfig { epochs_in_interval, epoch_duration_secs };
    push_interval_event(deps.storage, env, kind)?;
    let event = Event::new(events::PENDING_INTERVAL_CONFIG_UPDATE);
    Ok(Response::new().add_event(
        with_lengths(event, epochs_in_interval, epoch_duration_secs).add_attribute(
            attributes::APPROXIMATE_TIME_LEFT_SECS,
            interval.seconds_until_interval_end(now).to_string(),
        ),
    ))
}

/// Changes the length of intervals and epochs now; the budget of an epoch follows.
pub(crate) fn apply_interval_config(
    storage: &mut dyn Storage,
    created_at: BlockHeight,
    epochs_in_interval: u32,
    epoch_duration_secs: u64,
) -> Result<Event, ContractError> {
    let interval =
        INTERVAL.load(storage)?.reconfigured(epochs_in_interval, Duration::from_secs(epoch_duration_secs))?;
    let mut params = REWARDING_PARAMS.load(storage)?;
    params.recompute_budget(epochs_in_interval)?;
    let params_json = to_json_string(&params.interval)?;
    INTERVAL.save(storage, &interval)?;
    REWARDING_PARAMS.save(storage, &params)?;
    let event =
        Event::new(events::INTERVAL_CONFIG_UPDATE).add_attribute(attributes::CREATED_AT, created_at.to_string());
    Ok(with_lengths(event, epochs_in_interval, epoch_duration_secs)
        .add_attribute(attributes::UPDATED_REWARDING_PARAMS, params_json))
}

fn with_lengths(event: Event, epochs_in_interval: u32, epoch_duration_secs: u64) -> Event {
    event
        .add_attribute(attributes::NEW_EPOCH_DURATION_SECS, epoch_duration_secs.to_string())
        .add_attribute(attributes::NEW_EPOCHS_IN_INTERVAL, epochs_in_interval.to_string())
}
