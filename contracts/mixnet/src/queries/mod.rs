//! Answers to questions (`docs/protocol/mixnet-contract.md` §4).

mod delegations;
mod epochs;
mod legacy;
mod nodes;
mod rewards;
mod settings;

use crate::constants::{CONTRACT_VERSION, PACKAGE_NAME, pages::PageSize};
use crate::error::ContractError;
use crate::msg::QueryMsg;
use crate::state::{ADMIN, EPOCH_EVENTS, EPOCH_STATUS, INTERVAL_EVENTS, KEY_ROTATION, NONCES, REWARDING_PARAMS, STATE};
use cosmwasm_std::{Binary, Deps, Env, StdResult, to_json_binary};
use cw_storage_plus::{Bound, PrimaryKey};
use nym_contracts_common::{ContractBuildInformation, page_limit};

/// Answers a question.
pub(crate) fn answer(deps: Deps, env: &Env, question: QueryMsg) -> Result<Binary, ContractError> {
    let storage = deps.storage;
    let answer = match question {
        QueryMsg::Admin {} => to_json_binary(&ADMIN.query_admin(deps)?),
        QueryMsg::GetContractVersion {} => {
            to_json_binary(&ContractBuildInformation::of(PACKAGE_NAME, CONTRACT_VERSION))
        }
        QueryMsg::GetCW2ContractVersion {} => to_json_binary(&cw2::get_contract_version(storage)?),
        QueryMsg::GetRewardingValidatorAddress {} => to_json_binary(&STATE.load(storage)?.rewarding_validator_address),
        QueryMsg::GetStateParams {} => to_json_binary(&STATE.load(storage)?.params),
        QueryMsg::GetState {} => to_json_binary(&STATE.load(storage)?),
        QueryMsg::GetCurrentNymNodeVersion {} => to_json_binary(&settings::current_version(storage)?),
        QueryMsg::GetNymNodeVersionHistory { limit, start_after } => {
            to_json_binary(&settings::version_history(storage, limit, start_after)?)
        }
        QueryMsg::GetRewardingParams {} => to_json_binary(&REWARDING_PARAMS.load(storage)?),
        QueryMsg::GetEpochStatus {} => to_json_binary(&EPOCH_STATUS.load(storage)?),
        QueryMsg::GetCurrentIntervalDetails {} => to_json_binary(&epochs::current_interval(storage, env)?),

        QueryMsg::GetNymNodeBondsPaged { limit, start_after } => {
            to_json_binary(&nodes::bonds_page(storage, limit, start_after)?)
        }
        QueryMsg::GetNymNodesDetailedPaged { limit, start_after } => {
            to_json_binary(&nodes::details_page(storage, limit, start_after)?)
        }
        QueryMsg::GetUnbondedNymNode { node_id } => to_json_binary(&nodes::unbonded_node(storage, node_id)?),
        QueryMsg::GetUnbondedNymNodesPaged { limit, start_after } => {
            to_json_binary(&nodes::unbonded_page(storage, limit, start_after)?)
        }
        QueryMsg::GetUnbondedNymNodesByOwnerPaged { owner, limit, start_after } => {
            let owner = deps.api.addr_validate(&owner)?;
            to_json_binary(&nodes::unbonded_page_of_owner(storage, owner, limit, start_after)?)
        }
        QueryMsg::GetUnbondedNymNodesByIdentityKeyPaged { identity_key, limit, start_after } => {
            to_json_binary(&nodes::unbonded_page_of_identity(storage, identity_key, limit, start_after)?)
        }
        QueryMsg::GetOwnedNymNode { address } => {
            to_json_binary(&nodes::owned(storage, deps.api.addr_validate(&address)?)?)
        }
        QueryMsg::GetNymNodeDetails { node_id } => to_json_binary(&nodes::details(storage, node_id)?),
        QueryMsg::GetNymNodeDetailsByIdentityKey { node_identity } => {
            to_json_binary(&nodes::details_by_identity(storage, node_identity)?)
        }
        QueryMsg::GetNodeRewardingDetails { node_id } => to_json_binary(&nodes::rewarding_details(storage, node_id)?),
        QueryMsg::GetNodeStakeSaturation { node_id } => to_json_binary(&nodes::stake_saturation(storage, node_id)?),
        QueryMsg::GetRoleAssignment { role } => to_json_binary(&epochs::role_assignment(storage, role)?),
        QueryMsg::GetRewardedSetMetadata {} => to_json_binary(&epochs::rewarded_set_metadata(storage)?),

        QueryMsg::GetNodeDelegations { node_id, start_after, limit } => {
            to_json_binary(&delegations::page_of_node(storage, node_id, start_after, limit)?)
        }
        QueryMsg::GetDelegatorDelegations { delegator, start_after, limit } => {
            let delegator = deps.api.addr_validate(&delegator)?;
            to_json_binary(&delegations::page_of_delegator(storage, delegator, start_after, limit)?)
        }
        QueryMsg::GetDelegationDetails { node_id, delegator, proxy } => {
            let delegator = deps.api.addr_validate(&delegator)?;
            let through_proxy = is_through_proxy(deps, proxy)?;
            to_json_binary(&delegations::details(storage, node_id, &delegator, through_proxy)?)
        }
        QueryMsg::GetAllDelegations { start_after, limit } => {
            to_json_binary(&delegations::page_of_all(storage, start_after, limit)?)
        }

        QueryMsg::GetPendingOperatorReward { address } => {
            to_json_binary(&rewards::of_operator(storage, &deps.api.addr_validate(&address)?)?)
        }
        QueryMsg::GetPendingNodeOperatorReward { node_id } => {
            to_json_binary(&rewards::of_node_operator(storage, node_id)?)
        }
        QueryMsg::GetPendingDelegatorReward { address, node_id, proxy } => {
            let delegator = deps.api.addr_validate(&address)?;
            let through_proxy = is_through_proxy(deps, proxy)?;
            to_json_binary(&rewards::of_delegator(storage, node_id, &delegator, through_proxy)?)
        }
        QueryMsg::GetEstimatedCurrentEpochOperatorReward { node_id, estimated_performance, estimated_work } => {
            to_json_binary(&rewards::operator_estimate(storage, node_id, estimated_performance, estimated_work)?)
        }
        QueryMsg::GetEstimatedCurrentEpochDelegatorReward {
            address,
            node_id,
            estimated_performance,
            estimated_work,
        } => to_json_binary(&rewards::delegator_estimate(
            storage,
            &deps.api.addr_validate(&address)?,
            node_id,
            estimated_performance,
            estimated_work,
        )?),

        QueryMsg::GetPendingEpochEvents { limit, start_after } => {
            to_json_binary(&epochs::pending_epoch_events(storage, env, limit, start_after)?)
        }
        QueryMsg::GetPendingIntervalEvents { limit, start_after } => {
            to_json_binary(&epochs::pending_interval_events(storage, env, limit, start_after)?)
        }
        QueryMsg::GetPendingEpochEvent { event_id } => {
            let event = EPOCH_EVENTS.may_load(storage, event_id)?;
            to_json_binary(&crate::msg::PendingEpochEventResponse { event_id, event })
        }
        QueryMsg::GetPendingIntervalEvent { event_id } => {
            let event = INTERVAL_EVENTS.may_load(storage, event_id)?;
            to_json_binary(&crate::msg::PendingIntervalEventResponse { event_id, event })
        }
        QueryMsg::GetNumberOfPendingEvents {} => to_json_binary(&crate::queue::lengths(storage)?),

        QueryMsg::GetSigningNonce { address } => {
            let address = deps.api.addr_validate(&address)?;
            to_json_binary(&NONCES.may_load(storage, address)?.unwrap_or_default())
        }
        QueryMsg::GetKeyRotationState {} => to_json_binary(&KEY_ROTATION.load(storage)?),
        QueryMsg::GetKeyRotationId {} => to_json_binary(&epochs::key_rotation_id(storage)?),

        legacy => return legacy::answer(deps, legacy),
    };
    Ok(answer?)
}

/// How many elements of a list are asked for.
fn limit_of(requested: Option<u32>, (default, maximum): PageSize) -> usize {
    page_limit(requested, default, maximum)
}

/// Where a page starts that follows `start_after`.
fn after<'a, K: PrimaryKey<'a>>(start_after: Option<K>) -> Option<Bound<'a, K>> {
    start_after.map(Bound::exclusive)
}

/// Whether an old delegation through the vesting contract is meant. There are none.
fn is_through_proxy(deps: Deps, proxy: Option<String>) -> StdResult<bool> {
    proxy.map_or(Ok(false), |proxy| deps.api.addr_validate(&proxy).map(|_| true))
}
