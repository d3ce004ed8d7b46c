//! The entry points.

#[cfg(feature = "entry-points")]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult, to_json_binary};
use cw3_flex_multisig::contract as stock;
use cw3_flex_multisig::msg::InstantiateMsg as StockInstantiateMsg;
use cw3_flex_multisig::state::CONFIG as STOCK_CONFIG;
use nym_contracts_common::{check_and_bump_contract_version, store_build_information};

use crate::error::MultisigError;
use crate::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use crate::propose::propose;
use crate::state::{CONFIG, Config};

/// The cw2 name and version of the published contract, which clients know
/// (`docs/protocol/quorum-contracts.md` §1.5).
const CW2_NAME: &str = "crates.io:cw3-flex-multisig";
const CW2_VERSION: &str = "2.0.0";

/// Sets the group, the contracts that may propose, and the voting rules.
///
/// # Errors
/// When an address is not one, the group is no group, or the threshold is out of range.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn instantiate(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, MultisigError> {
    let ecash = deps.api.addr_validate(&msg.coconut_bandwidth_contract_address)?;
    let dkg = deps.api.addr_validate(&msg.coconut_dkg_contract_address)?;
    let published = StockInstantiateMsg {
        group_addr: msg.group_addr,
        threshold: msg.threshold,
        max_voting_period: msg.max_voting_period,
        executor: msg.executor,
        proposal_deposit: msg.proposal_deposit,
    };
    let response = stock::instantiate(deps.branch(), env, info, published)?;
    let config = Config::new(STOCK_CONFIG.load(deps.storage)?, ecash, dkg);
    CONFIG.save(deps.storage, &config)?;
    store_build_information(deps.storage, env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))?;
    Ok(response)
}

/// Proposes, votes, executes or closes.
///
/// # Errors
/// When the sender has no right to, or the proposal's status forbids it.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response, MultisigError> {
    match msg {
        ExecuteMsg::Propose { title, description, msgs, latest } => {
            propose(deps, &env, &info, title, description, msgs, latest)
        }
        published @ (ExecuteMsg::Vote { .. }
        | ExecuteMsg::Execute { .. }
        | ExecuteMsg::Close { .. }
        | ExecuteMsg::MemberChangedHook(_)) => Ok(stock::execute(deps, env, info, published)?),
    }
}

/// Answers proposals, votes, voters, the threshold and the configuration.
///
/// # Errors
/// When what is asked for does not exist.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Config {} => to_json_binary(&CONFIG.load(deps.storage)?),
        published => stock::query(deps, env, published),
    }
}

/// Replaces the contracts that may propose and refreshes the build information, after checking
/// that the stored contract is this one and not newer.
///
/// # Errors
/// When it is another contract or a newer version, or an address is not one.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, msg: MigrateMsg) -> Result<Response, MultisigError> {
    check_and_bump_contract_version(deps.storage, CW2_NAME, CW2_VERSION)?;
    store_build_information(deps.storage, env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))?;
    let mut config = CONFIG.load(deps.storage)?;
    config.coconut_bandwidth_addr = deps.api.addr_validate(&msg.coconut_bandwidth_address)?;
    config.coconut_dkg_addr = deps.api.addr_validate(&msg.coconut_dkg_address)?;
    CONFIG.save(deps.storage, &config)?;
    Ok(Response::new())
}
