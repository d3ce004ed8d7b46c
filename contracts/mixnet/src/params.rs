//! Parameters of rewarding and sizes of the rewarded set, as the admin changes them
//! (`docs/protocol/mixnet-contract.md` §3.4, §9.8).

use crate::epochs::ensure_epoch_in_progress;
use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::queue::{push_epoch_event, push_interval_event};
use crate::state::{ADMIN, INTERVAL, REWARDING_PARAMS};
use crate::types::{
    ActiveSetUpdate, BlockHeight, IntervalRewardingParamsUpdate, PendingEpochEventKind, PendingIntervalEventKind,
    RewardedSetParams, RewardingParams,
};
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response, Storage, to_json_string};

/// Divides the rewarded set anew between active and standby nodes.
#[inline(never)]
pub(crate) fn update_active_set_distribution(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    update: ActiveSetUpdate,
    force_immediately: bool,
) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    divided(&REWARDING_PARAMS.load(deps.storage)?.rewarded_set, &update)?;
    let interval = INTERVAL.load(deps.storage)?;
    let now = env.block.time.seconds();
    if force_immediately || interval.is_epoch_over(now) {
        apply_active_set_update(deps.storage, &update)?;
        let event = active_set_update_event(env.block.height, &update);
        return Ok(Response::new().add_event(event));
    }
    ensure_epoch_in_progress(deps.storage)?;
    push_epoch_event(deps.storage, env, PendingEpochEventKind::UpdateActiveSet { update })?;
    let event = with_sizes(Event::new(events::PENDING_ACTIVE_SET_UPDATE), &update)
        .add_attribute(attributes::APPROXIMATE_TIME_LEFT_SECS, interval.seconds_until_interval_end(now).to_string());
    Ok(Response::new().add_event(event))
}

/// Divides the rewarded set now. Nothing else follows: its size stays.
pub(crate) fn apply_active_set_update(
    storage: &mut dyn Storage,
    update: &ActiveSetUpdate,
) -> Result<(), ContractError> {
    let mut params = REWARDING_PARAMS.load(storage)?;
    params.rewarded_set = divided(&params.rewarded_set, update)?;
    REWARDING_PARAMS.save(storage, &params)?;
    Ok(())
}

/// What is reported when the rewarded set has been divided.
pub(crate) fn active_set_update_event(created_at: BlockHeight, update: &ActiveSetUpdate) -> Event {
    let event = Event::new(events::ACTIVE_SET_UPDATE).add_attribute(attributes::CREATED_AT, created_at.to_string());
    with_sizes(event, update)
}

fn with_sizes(event: Event, update: &ActiveSetUpdate) -> Event {
    event
        .add_attribute(attributes::NUM_MIXNODES, update.mixnodes.to_string())
        .add_attribute(attributes::NUM_ENTRY_GATEWAYS, update.entry_gateways.to_string())
        .add_attribute(attributes::NUM_EXIT_GATEWAYS, update.exit_gateways.to_string())
}

/// The sizes after a division; what is not active stands by.
fn divided(current: &RewardedSetParams, update: &ActiveSetUpdate) -> Result<RewardedSetParams, ContractError> {
    let &ActiveSetUpdate { entry_gateways, exit_gateways, mixnodes } = update;
    let new = RewardedSetParams { entry_gateways, exit_gateways, mixnodes, standby: 0 };
    ensure_no_role_empty(&new)?;
    let rewarded_set_size = current.rewarded_set_size().ok_or(ContractError::InvalidRewardedSetSize)?;
    let standby = new
        .active_set_size()
        .and_then(|active| rewarded_set_size.checked_sub(active))
        .ok_or(ContractError::InvalidActiveSetSize { rewarded_set_size })?;
    Ok(RewardedSetParams { standby, ..new })
}

/// Changes the parameters of rewarding.
#[inline(never)]
pub(crate) fn update_rewarding_params(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    update: IntervalRewardingParamsUpdate,
    force_immediately: bool,
) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    if update == IntervalRewardingParamsUpdate::default() {
        return Err(ContractError::EmptyParamsChangeMsg);
    }
    let interval = INTERVAL.load(deps.storage)?;
    let now = env.block.time.seconds();
    if force_immediately || interval.is_interval_over(now) {
        let event = apply_rewarding_params_update(deps.storage, env.block.height, &update)?;
        return Ok(Response::new().add_event(event));
    }
    ensure_epoch_in_progress(deps.storage)?;
    // Checked when it is asked for: an update that turned out impossible at the end of the
    // interval would have nobody to tell.
    updated(deps.storage, &update)?;
    push_interval_event(deps.storage, env, PendingIntervalEventKind::UpdateRewardingParams { update })?;
    Ok(Response::new().add_event(
        Event::new(events::PENDING_REWARDING_PARAMS_UPDATE)
            .add_attribute(attributes::REWARDING_PARAMS_UPDATE, to_json_string(&update)?)
            .add_attribute(
                attributes::APPROXIMATE_TIME_LEFT_SECS,
                interval.seconds_until_interval_end(now).to_string(),
            ),
    ))
}

/// Changes the parameters of rewarding now.
pub(crate) fn apply_rewarding_params_update(
    storage: &mut dyn Storage,
    created_at: BlockHeight,
    update: &IntervalRewardingParamsUpdate,
) -> Result<Event, ContractError> {
    let params = updated(storage, update)?;
    REWARDING_PARAMS.save(storage, &params)?;
    Ok(Event::new(events::REWARDING_PARAMS_UPDATE)
        .add_attribute(attributes::CREATED_AT, created_at.to_string())
        .add_attribute(attributes::REWARDING_PARAMS_UPDATE, to_json_string(update)?)
        .add_attribute(attributes::UPDATED_REWARDING_PARAMS, to_json_string(&params.interval)?))
}

fn updated(storage: &dyn Storage, update: &IntervalRewardingParamsUpdate) -> Result<RewardingParams, ContractError> {
    if let Some(sizes) = &update.rewarded_set_params {
        ensure_valid_rewarded_set(sizes)?;
    }
    let epochs_in_interval = INTERVAL.load(storage)?.epochs_in_interval();
    Ok(REWARDING_PARAMS.load(storage)?.updated(update, epochs_in_interval)?)
}

/// Each kind of node is there, layers are equal, and the sizes can be summed.
fn ensure_valid_rewarded_set(sizes: &RewardedSetParams) -> Result<(), ContractError> {
    ensure_no_role_empty(sizes)?;
    if !sizes.mixnodes.is_multiple_of(3) {
        return Err(ContractError::UnevenLayerAssignment { mixnodes: sizes.mixnodes });
    }
    sizes.rewarded_set_size().map(|_| ()).ok_or(ContractError::InvalidRewardedSetSize)
}

fn ensure_no_role_empty(sizes: &RewardedSetParams) -> Result<(), ContractError> {
    if [sizes.entry_gateways, sizes.exit_gateways, sizes.mixnodes].contains(&0) {
        return Err(ContractError::EmptyRoleAssignment);
    }
    Ok(())
}
