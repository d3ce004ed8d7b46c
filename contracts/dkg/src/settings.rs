//! Settings and the admin (`docs/protocol/quorum-contracts.md` §15.2).

use crate::constants::{ADMIN_PROPOSAL_TITLE, MAX_RETRY_DELAY_SECS, MAX_STATE_SECS};
use crate::dealers::ensure_member;
use crate::error::ContractError;
use crate::msg::AdminAction;
use crate::state::{ADMIN, RULES, STATE, load_epoch, save_epoch};
use crate::types::{CeremonyRules, TimeConfiguration};
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response, StdResult, SubMsg, WasmMsg, to_json_binary, to_json_string};
use nym_contracts_common::quorum::{Proposed, propose};
use serde::Serialize;

/// The number of the only reply that is asked for.
pub(crate) const PROPOSAL_REPLY: u64 = 1;

/// A message of the contract to itself, which the multisig sends once it was voted for.
pub(crate) fn to_itself(env: &Env, message: &impl Serialize) -> StdResult<WasmMsg> {
    let msg = to_json_binary(message)?;
    Ok(WasmMsg::Execute { contract_addr: env.contract.address.to_string(), msg, funds: vec![] })
}

/// Names another admin.
#[inline(never)]
pub(crate) fn update_admin(deps: DepsMut, info: MessageInfo, admin: &str) -> Result<Response, ContractError> {
    let admin = deps.api.addr_validate(admin)?;
    Ok(ADMIN.execute_update_admin(deps, info, Some(admin))?)
}

/// Changes how long the states last, from the next one on.
#[inline(never)]
pub(crate) fn update_times(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    times: TimeConfiguration,
) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    ensure_possible_times(&times)?;
    let mut epoch = load_epoch(deps.storage)?;
    epoch.time_configuration = times;
    save_epoch(deps.storage, &epoch, env.block.height)?;
    Ok(Response::new().add_attribute("action", "update_time_configuration"))
}

/// Changes what a ceremony needs to go on, and when it is tried again.
#[inline(never)]
pub(crate) fn update_rules(
    deps: DepsMut,
    info: &MessageInfo,
    rules: &CeremonyRules,
) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    ensure_possible_rules(rules)?;
    RULES.save(deps.storage, rules)?;
    Ok(Response::new().add_attribute("action", "update_ceremony_rules"))
}

/// Proposes what only the admin may do, when the admin is the multisig.
#[inline(never)]
pub(crate) fn propose_admin_action(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    action: &AdminAction,
) -> Result<Response, ContractError> {
    ensure_member(deps.as_ref(), &info.sender)?;
    let multisig = STATE.load(deps.storage)?.multisig_addr;
    if ADMIN.get(deps.as_ref())?.as_ref() != Some(&multisig) {
        return Err(ContractError::AdminIsNotTheMultisig);
    }
    let (message, description) = (to_itself(env, action)?, to_json_string(action)?);
    let proposed = Proposed { title: ADMIN_PROPOSAL_TITLE, description, message, latest: None };
    Ok(Response::new().add_submessage(SubMsg::new(propose(&multisig, proposed)?)))
}

/// A state that lasts no time would end before anybody can act; one that lasts too long would overflow the clock.
pub(crate) fn ensure_possible_times(times: &TimeConfiguration) -> Result<(), ContractError> {
    let all = [
        times.public_key_submission_time_secs,
        times.dealing_exchange_time_secs,
        times.verification_key_submission_time_secs,
        times.verification_key_validation_time_secs,
        times.verification_key_finalization_time_secs,
        times.in_progress_time_secs,
    ];
    match all.into_iter().find(|seconds| !(1..=MAX_STATE_SECS).contains(seconds)) {
        Some(seconds) => Err(ContractError::ImpossibleTime { seconds, maximum: MAX_STATE_SECS }),
        None => Ok(()),
    }
}

pub(crate) fn ensure_possible_rules(rules: &CeremonyRules) -> Result<(), ContractError> {
    if rules.minimum_dealers == 0 {
        return Err(ContractError::NoMinimumOfDealers);
    }
    if !(1..=MAX_RETRY_DELAY_SECS).contains(&rules.retry_delay_secs) {
        return Err(ContractError::ImpossibleTime { seconds: rules.retry_delay_secs, maximum: MAX_RETRY_DELAY_SECS });
    }
    Ok(())
}
