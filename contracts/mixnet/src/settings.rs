//! Accounts and settings, as the admin changes them (`docs/protocol/mixnet-contract.md` §3.4).

use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::state::{ADMIN, STATE};
use crate::types::{ConfigScoreParamsUpdate, ContractStateParamsUpdate, DelegationsParams, OperatorsParamsUpdate};
use cosmwasm_std::{DepsMut, Event, MessageInfo, Response};

/// Hands administration over.
#[inline(never)]
pub(crate) fn update_admin(mut deps: DepsMut, info: MessageInfo, admin: &str) -> Result<Response, ContractError> {
    let admin = deps.api.addr_validate(admin)?;
    let response = ADMIN.execute_update_admin(deps.branch(), info, Some(admin.clone()))?;
    let mut state = STATE.load(deps.storage)?;
    state.owner = Some(admin);
    STATE.save(deps.storage, &state)?;
    Ok(response)
}

/// Changes who turns epochs.
#[inline(never)]
pub(crate) fn update_rewarding_validator_address(
    deps: DepsMut,
    info: &MessageInfo,
    address: &str,
) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    let new = deps.api.addr_validate(address)?;
    let mut state = STATE.load(deps.storage)?;
    let old = std::mem::replace(&mut state.rewarding_validator_address, new.clone());
    STATE.save(deps.storage, &state)?;
    Ok(Response::new().add_event(
        Event::new(events::REWARDING_VALIDATOR_ADDRESS_UPDATE)
            .add_attribute(attributes::OLD_REWARDING_VALIDATOR_ADDRESS, old)
            .add_attribute(attributes::NEW_REWARDING_VALIDATOR_ADDRESS, new),
    ))
}

/// Changes settings.
#[inline(never)]
pub(crate) fn update_contract_state_params(
    deps: DepsMut,
    info: &MessageInfo,
    update: ContractStateParamsUpdate,
) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    if update == ContractStateParamsUpdate::default() {
        return Err(ContractError::EmptyStateUpdateMsg);
    }
    let mut state = STATE.load(deps.storage)?;
    let params = &mut state.params;
    let mut event = Event::new(events::SETTINGS_UPDATE);
    if let Some(delegations) = update.delegations_params {
        event = with_delegations(event, &delegations);
        params.delegations_params = delegations;
    }
    if let Some(operators) = update.operators_params {
        event = with_operators(event, &operators);
        let OperatorsParamsUpdate { minimum_pledge, profit_margin, interval_operating_cost } = operators;
        let current = &mut params.operators_params;
        assign(&mut current.minimum_pledge, minimum_pledge);
        assign(&mut current.profit_margin, profit_margin);
        assign(&mut current.interval_operating_cost, interval_operating_cost);
    }
    if let Some(score) = update.config_score_params {
        event = with_config_score(event, score);
        let current = &mut params.config_score_params;
        assign(&mut current.version_weights, score.version_weights);
        assign(&mut current.version_score_formula_params, score.version_score_formula_params);
    }
    STATE.save(deps.storage, &state)?;
    Ok(Response::new().add_event(event))
}

fn with_delegations(event: Event, update: &DelegationsParams) -> Event {
    let minimum = match &update.minimum_delegation {
        Some(minimum) => minimum.to_string(),
        None => "empty".to_owned(),
    };
    event.add_attribute(attributes::NEW_MINIMUM_DELEGATION, minimum)
}

fn with_operators(mut event: Event, update: &OperatorsParamsUpdate) -> Event {
    if let Some(minimum) = &update.minimum_pledge {
        event = event.add_attribute(attributes::NEW_MINIMUM_PLEDGE, minimum.to_string());
    }
    if let Some(range) = &update.profit_margin {
        event = event.add_attribute(attributes::NEW_PROFIT_MARGIN_RANGE, range.to_string());
    }
    if let Some(range) = &update.interval_operating_cost {
        event = event.add_attribute(attributes::NEW_INTERVAL_OPERATING_COST_RANGE, range.to_string());
    }
    event
}

fn with_config_score(mut event: Event, update: ConfigScoreParamsUpdate) -> Event {
    if let Some(weights) = update.version_weights {
        event = event.add_attribute(attributes::NEW_VERSION_WEIGHTS, format!("{weights:?}"));
    }
    if let Some(formula) = update.version_score_formula_params {
        let name = attributes::NEW_VERSION_SCORE_FORMULA_PARAMS;
        event = event.add_attribute(name, format!("{formula:?}"));
    }
    event
}

fn assign<T>(field: &mut T, update: Option<T>) {
    if let Some(new) = update {
        *field = new;
    }
}
