//! Answers to questions (`docs/protocol/quorum-contracts.md` §4.8, §15.2).

mod dealers;
mod dealings;
mod epochs;
mod shares;

use crate::constants::pages::PageSize;
use crate::error::ContractError;
use crate::msg::QueryMsg;
use crate::state::{ADMIN, EPOCH_THRESHOLDS, HISTORICAL_EPOCH, RULES, STATE, THRESHOLD, load_epoch};
use cosmwasm_std::{Addr, Binary, Deps, Env, StdResult, to_json_binary};
use nym_contracts_common::page_limit;

/// Answers a question.
pub(crate) fn answer(deps: Deps, env: &Env, question: QueryMsg) -> Result<Binary, ContractError> {
    let storage = deps.storage;
    let answer = match question {
        QueryMsg::GetState {} => to_json_binary(&STATE.load(storage)?),
        QueryMsg::GetCurrentEpochState {} => to_json_binary(&load_epoch(storage)?),
        QueryMsg::GetEpochStateAtHeight { height } => {
            to_json_binary(&HISTORICAL_EPOCH.may_load_at_height(storage, height)?)
        }
        QueryMsg::GetCurrentEpochThreshold {} => to_json_binary(&THRESHOLD.may_load(storage)?),
        QueryMsg::GetEpochThreshold { epoch_id } => to_json_binary(&EPOCH_THRESHOLDS.may_load(storage, epoch_id)?),
        QueryMsg::CanAdvanceState {} => to_json_binary(&epochs::can_advance(deps, env)?),
        QueryMsg::GetCW2ContractVersion {} => to_json_binary(&cw2::get_contract_version(storage)?),
        QueryMsg::Admin {} => to_json_binary(&ADMIN.query_admin(deps)?),
        QueryMsg::GetKeyGenerations {} => to_json_binary(&epochs::key_generations(storage, env)?),
        QueryMsg::GetKeyGenerationsHistory { limit, start_after } => {
            to_json_binary(&epochs::history(storage, limit, start_after)?)
        }
        QueryMsg::GetCeremonyRules {} => to_json_binary(&RULES.load(storage)?),

        QueryMsg::GetRegisteredDealer { dealer_address, epoch_id } => {
            to_json_binary(&dealers::registered(storage, &deps.api.addr_validate(&dealer_address)?, epoch_id)?)
        }
        QueryMsg::GetDealerDetails { dealer_address } => {
            to_json_binary(&dealers::details(storage, deps.api.addr_validate(&dealer_address)?)?)
        }
        QueryMsg::GetEpochDealersAddresses { epoch_id, limit, start_after } => {
            to_json_binary(&dealers::addresses(storage, epoch_id, limit, after(deps, start_after)?.as_ref())?)
        }
        QueryMsg::GetEpochDealers { epoch_id, limit, start_after } => {
            to_json_binary(&dealers::page(storage, epoch_id, limit, after(deps, start_after)?.as_ref())?)
        }
        QueryMsg::GetCurrentDealers { limit, start_after } => {
            let epoch_id = load_epoch(storage)?.epoch_id;
            to_json_binary(&dealers::page(storage, epoch_id, limit, after(deps, start_after)?.as_ref())?)
        }
        QueryMsg::GetDealerIndices { limit, start_after } => {
            to_json_binary(&dealers::indices(storage, limit, after(deps, start_after)?.as_ref())?)
        }
        QueryMsg::GetCeremonyProgress { epoch_id, limit, start_after } => {
            to_json_binary(&dealers::progress(storage, epoch_id, limit, after(deps, start_after)?.as_ref())?)
        }

        QueryMsg::GetDealingsMetadata { epoch_id, dealer, dealing_index } => {
            to_json_binary(&dealings::metadata(storage, epoch_id, deps.api.addr_validate(&dealer)?, dealing_index)?)
        }
        QueryMsg::GetDealerDealingsStatus { epoch_id, dealer } => {
            to_json_binary(&dealings::all_status(storage, epoch_id, deps.api.addr_validate(&dealer)?)?)
        }
        QueryMsg::GetDealingStatus { epoch_id, dealer, dealing_index } => {
            to_json_binary(&dealings::status(storage, epoch_id, deps.api.addr_validate(&dealer)?, dealing_index)?)
        }
        QueryMsg::GetDealingChunkStatus { epoch_id, dealer, dealing_index, chunk_index } => {
            let dealer = deps.api.addr_validate(&dealer)?;
            to_json_binary(&dealings::chunk_status(storage, epoch_id, dealer, dealing_index, chunk_index)?)
        }
        QueryMsg::GetDealingChunk { epoch_id, dealer, dealing_index, chunk_index } => {
            let dealer = deps.api.addr_validate(&dealer)?;
            to_json_binary(&dealings::chunk_bytes(storage, epoch_id, dealer, dealing_index, chunk_index))
        }
        QueryMsg::GetDealing { epoch_id, dealer, dealing_index } => {
            to_json_binary(&dealings::whole(storage, epoch_id, deps.api.addr_validate(&dealer)?, dealing_index)?)
        }

        QueryMsg::GetVerificationKey { epoch_id, owner } => {
            to_json_binary(&shares::of_owner(storage, epoch_id, deps.api.addr_validate(&owner)?)?)
        }
        QueryMsg::GetVerificationKeys { epoch_id, limit, start_after } => {
            to_json_binary(&shares::page(storage, epoch_id, limit, after(deps, start_after)?.as_ref())?)
        }
        QueryMsg::GetKeyShares { epoch_id, limit, start_after } => {
            to_json_binary(&shares::page_with_proposals(storage, epoch_id, limit, after(deps, start_after)?.as_ref())?)
        }
    };
    Ok(answer?)
}

/// How many elements of a list are asked for.
fn limit_of(requested: Option<u32>, (default, maximum): PageSize) -> usize {
    page_limit(requested, default, maximum)
}

fn after(deps: Deps, start_after: Option<String>) -> StdResult<Option<Addr>> {
    start_after.map(|address| deps.api.addr_validate(&address)).transpose()
}
