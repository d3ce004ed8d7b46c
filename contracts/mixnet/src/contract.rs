//! Entry points: what a chain calls.

use crate::constants::{CONTRACT_NAME, CONTRACT_VERSION, INITIAL_MINIMUM_PLEDGE, PACKAGE_NAME};
use crate::error::ContractError;
use crate::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use crate::state::{
    ADMIN, CUMULATIVE_EPOCH_WORK, EPOCH_STATUS, INTERVAL, LAST_EPOCH_EVENT, LAST_EXECUTED_EPOCH_EVENT,
    LAST_EXECUTED_INTERVAL_EVENT, LAST_INTERVAL_EVENT, PENDING_POOL_CHANGE, REWARDING_PARAMS, STATE,
};
use crate::types::{
    ConfigScoreParams, ContractState, ContractStateParams, DelegationsParams, EpochState, EpochStatus, Interval,
    IntervalRewardParams, OperatorsParams, PendingPoolChange, RewardingParams,
};
use crate::{
    delegations, epochs, intervals, key_rotation, nodes, params, pledges, queries, rewards, roles, settings, versions,
};
#[cfg(feature = "entry-points")]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Addr, Binary, Coin, Decimal, Deps, DepsMut, Env, MessageInfo, Response, Uint128};
use nym_contracts_common::{check_and_bump_contract_version, store_build_information};

/// Begins a contract (`docs/protocol/mixnet-contract.md` §2.1).
///
/// # Errors
/// When an address is malformed or a parameter impossible.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn instantiate(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    let interval = Interval::beginning(msg.epochs_in_interval, msg.epoch_duration, env.block.time.seconds())?;
    let initial = &msg.initial_rewarding_params;
    let rewarding_params = RewardingParams {
        interval: IntervalRewardParams::initial(initial, msg.epochs_in_interval)?,
        rewarded_set: initial.rewarded_set_params,
    };
    let state = ContractState {
        owner: Some(info.sender.clone()),
        rewarding_validator_address: deps.api.addr_validate(&msg.rewarding_validator_address)?,
        vesting_contract_address: deps.api.addr_validate(&msg.vesting_contract_address)?,
        node_families_contract_address: match &msg.node_families_contract_address {
            Some(address) => deps.api.addr_validate(address)?,
            None => Addr::unchecked(""),
        },
        params: ContractStateParams {
            delegations_params: DelegationsParams::default(),
            operators_params: OperatorsParams {
                minimum_pledge: Coin {
                    denom: msg.rewarding_denom.clone(),
                    amount: Uint128::new(INITIAL_MINIMUM_PLEDGE),
                },
                profit_margin: msg.profit_margin,
                interval_operating_cost: msg.interval_operating_cost,
            },
            config_score_params: ConfigScoreParams {
                version_weights: msg.version_score_weights,
                version_score_formula_params: msg.version_score_params,
            },
        },
        rewarding_denom: msg.rewarding_denom,
    };
    let status =
        EpochStatus { being_advanced_by: state.rewarding_validator_address.clone(), state: EpochState::InProgress };

    ADMIN.set(deps.branch(), Some(info.sender))?;
    STATE.save(deps.storage, &state)?;
    INTERVAL.save(deps.storage, &interval)?;
    EPOCH_STATUS.save(deps.storage, &status)?;
    for counter in [LAST_EPOCH_EVENT, LAST_EXECUTED_EPOCH_EVENT, LAST_INTERVAL_EVENT, LAST_EXECUTED_INTERVAL_EVENT] {
        counter.save(deps.storage, &0)?;
    }
    REWARDING_PARAMS.save(deps.storage, &rewarding_params)?;
    PENDING_POOL_CHANGE.save(deps.storage, &PendingPoolChange::default())?;
    CUMULATIVE_EPOCH_WORK.save(deps.storage, &Decimal::zero())?;
    roles::initialise(deps.storage)?;
    versions::initialise(deps.storage, &env, msg.current_nym_node_version)?;
    key_rotation::initialise(deps.storage, msg.key_validity_in_epochs)?;
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    store_build_information(deps.storage, PACKAGE_NAME, CONTRACT_VERSION)?;
    Ok(Response::new())
}

/// Carries out a message (`docs/protocol/mixnet-contract.md` §3, §5.2).
///
/// # Errors
/// When the message is refused; each reason is a [`ContractError`].
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response, ContractError> {
    // The handlers are `#[inline(never)]`: merged into this function they need more local variables
    // than the 100 that a chain allows.
    let env = &env;
    match msg {
        ExecuteMsg::BondNymNode { node, cost_params, owner_signature } => {
            nodes::bond_nym_node(deps, env, &info, node, cost_params, &owner_signature)
        }
        ExecuteMsg::UnbondNymNode {} => nodes::unbond_nym_node(deps, env, &info),
        ExecuteMsg::UpdateNodeConfig { update } => nodes::update_node_config(deps, &info, update),
        ExecuteMsg::PledgeMore {} => pledges::pledge_more(deps, env, &info),
        ExecuteMsg::DecreasePledge { decrease_by } => pledges::decrease_pledge(deps, env, &info, decrease_by),
        ExecuteMsg::UpdateCostParams { new_costs } => pledges::update_cost_params(deps, env, &info, new_costs),
        ExecuteMsg::WithdrawOperatorReward {} => rewards::withdraw_operator_reward(deps, &info),
        ExecuteMsg::Delegate { node_id } => delegations::delegate(deps, env, &info, node_id),
        ExecuteMsg::Undelegate { node_id } => delegations::undelegate(deps, env, &info, node_id),
        ExecuteMsg::WithdrawDelegatorReward { node_id } => rewards::withdraw_delegator_reward(deps, &info, node_id),

        ExecuteMsg::BeginEpochTransition {} => epochs::begin_epoch_transition(deps, env, &info),
        ExecuteMsg::RewardNode { node_id, params } => rewards::reward_node(deps, env, &info, node_id, params),
        ExecuteMsg::ReconcileEpochEvents { limit } => epochs::reconcile_epoch_events(deps, env, &info, limit),
        ExecuteMsg::AssignRoles { assignment } => roles::assign_roles(deps, env, &info, assignment),

        ExecuteMsg::UpdateAdmin { admin } => settings::update_admin(deps, info, &admin),
        ExecuteMsg::UpdateRewardingValidatorAddress { address } => {
            settings::update_rewarding_validator_address(deps, &info, &address)
        }
        ExecuteMsg::UpdateContractStateParams { update } => settings::update_contract_state_params(deps, &info, update),
        ExecuteMsg::UpdateCurrentNymNodeSemver { current_version } => {
            versions::update_current_nym_node_semver(deps, env, &info, current_version)
        }
        ExecuteMsg::UpdateActiveSetDistribution { update, force_immediately } => {
            params::update_active_set_distribution(deps, env, &info, update, force_immediately)
        }
        ExecuteMsg::UpdateRewardingParams { updated_params, force_immediately } => {
            params::update_rewarding_params(deps, env, &info, updated_params, force_immediately)
        }
        ExecuteMsg::UpdateIntervalConfig { epochs_in_interval, epoch_duration_secs, force_immediately } => {
            intervals::update_interval_config(
                deps,
                env,
                &info,
                epochs_in_interval,
                epoch_duration_secs,
                force_immediately,
            )
        }
        legacy => execute_legacy(deps, env, info, legacy),
    }
}

/// Messages about what no longer exists (`docs/protocol/mixnet-contract.md` §5.2).
#[inline(never)]
fn execute_legacy(deps: DepsMut, env: &Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response, ContractError> {
    let owner = info.sender.clone();
    match msg {
        ExecuteMsg::BondMixnode { mix_node, cost_params, owner_signature } => {
            nodes::bond_mixnode(deps, env, &info, mix_node, cost_params, &owner_signature)
        }
        ExecuteMsg::BondGateway { gateway, owner_signature } => {
            nodes::bond_gateway(deps, env, &info, gateway, &owner_signature)
        }
        ExecuteMsg::UnbondMixnode {}
        | ExecuteMsg::UpdateMixnodeConfig { .. }
        | ExecuteMsg::MigrateMixnode {}
        | ExecuteMsg::MigrateVestedMixNode {} => Err(ContractError::NoAssociatedMixNodeBond { owner }),
        ExecuteMsg::UnbondGateway {} | ExecuteMsg::UpdateGatewayConfig { .. } | ExecuteMsg::MigrateGateway { .. } => {
            Err(ContractError::NoAssociatedGatewayBond { owner })
        }
        ExecuteMsg::MigrateVestedDelegation { mix_id } => {
            Err(ContractError::NotAVestingDelegation { owner, node_id: mix_id })
        }
        _ => Err(ContractError::DisabledVestingOperation),
    }
}

/// Answers a question (`docs/protocol/mixnet-contract.md` §4, §5.1).
///
/// # Errors
/// When an address is malformed or storage contradicts itself.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    queries::answer(deps, &env, msg)
}

/// Moves the contract to this code (`docs/protocol/mixnet-contract.md` §2.2).
///
/// # Errors
/// When the stored contract is another or newer one, or the address is malformed.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, msg: MigrateMsg) -> Result<Response, ContractError> {
    store_build_information(deps.storage, PACKAGE_NAME, CONTRACT_VERSION)?;
    check_and_bump_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    if msg.unsafe_skip_state_updates == Some(false) {
        key_rotation::reset(deps.storage)?;
    }
    if let Some(address) = msg.vesting_contract_address {
        let mut state = STATE.load(deps.storage)?;
        state.vesting_contract_address = deps.api.addr_validate(&address)?;
        STATE.save(deps.storage, &state)?;
    }
    if let Some(address) = msg.node_families_contract_address {
        let mut state = STATE.load(deps.storage)?;
        state.node_families_contract_address = deps.api.addr_validate(&address)?;
        STATE.save(deps.storage, &state)?;
    }
    Ok(Response::new())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use cosmwasm_std::testing::{mock_dependencies, mock_env};

    /// What scenarios cannot reach, because it needs the storage of other code. What else is refused is tested beside the
    /// check.
    #[test]
    fn newer_contracts_cannot_be_migrated_from() {
        let mut deps = mock_dependencies();
        cw2::set_contract_version(&mut deps.storage, CONTRACT_NAME, "99.0.0").unwrap();
        let refusal = migrate(deps.as_mut(), mock_env(), MigrateMsg::default()).unwrap_err();
        assert!(matches!(refusal, ContractError::FailedMigration(_)), "{refusal}");
        assert!(refusal.to_string().contains("the stored version 99.0.0 is newer"), "{refusal}");
    }
}
