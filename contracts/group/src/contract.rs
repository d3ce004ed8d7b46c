//! The entry points.

#[cfg(feature = "entry-points")]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult};
use cw4_group::ContractError;
use nym_contracts_common::{MigrationError, check_and_bump_contract_version, store_build_information};

use crate::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};

pub use cw4_group::contract::{
    create, execute_update_members, query_list_members, query_member, query_total_weight, update_members,
};

/// The cw2 name and version of the published contract, which clients know
/// (`docs/protocol/quorum-contracts.md` §1.5).
const CW2_NAME: &str = "crates.io:cw4-group";
const CW2_VERSION: &str = "2.0.0";

/// Sets the admin and the first members.
///
/// # Errors
/// When a member is named twice, an address is not one, or the weights overflow.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn instantiate(deps: DepsMut, env: Env, info: MessageInfo, msg: InstantiateMsg) -> Result<Response, ContractError> {
    store_build_information(deps.storage, env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))?;
    cw4_group::contract::instantiate(deps, env, info, msg)
}

/// Changes the admin, the members or the hooks.
///
/// # Errors
/// When the sender is not the admin, or the change is impossible.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response, ContractError> {
    cw4_group::contract::execute(deps, env, info, msg)
}

/// Answers who is a member, with which weight, now or at a height.
///
/// # Errors
/// When an address is not one.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    cw4_group::contract::query(deps, env, msg)
}

/// Refreshes the build information after checking that the stored contract is this one and not
/// newer.
///
/// # Errors
/// When it is another contract or a newer version.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, MigrateMsg {}: MigrateMsg) -> Result<Response, MigrationError> {
    check_and_bump_contract_version(deps.storage, CW2_NAME, CW2_VERSION)?;
    store_build_information(deps.storage, env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))?;
    Ok(Response::new())
}
