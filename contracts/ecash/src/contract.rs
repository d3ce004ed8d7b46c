//! Entry points: what a chain calls.

use crate::constants::{CONTRACT_NAME, CONTRACT_VERSION, PACKAGE_NAME, TICKETBOOK_SIZE};
use crate::error::ContractError;
use crate::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use crate::prices::ensure_reduced;
use crate::state::{
    ADMIN, CONFIG, Config, DEFAULT_PRICE_AMOUNTS, DEFAULT_PRICE_DEPOSITS, EXPECTED_INVARIANTS, Invariants, MULTISIG,
    NEXT_DEPOSIT, POOL_COUNTERS, REDUCED_DEPOSITS,
};
use crate::types::PoolCounters;
use crate::{blacklist, deposits, forfeits, payouts, prices, proposals, queries};
#[cfg(feature = "entry-points")]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Coin, Deps, DepsMut, Env, MessageInfo, Reply, Response, Uint128};
use cw4::Cw4Contract;
use nym_contracts_common::{check_and_bump_contract_version, store_build_information};

/// Begins a contract (`docs/protocol/quorum-contracts.md` §3.1).
///
/// # Errors
/// When an address is malformed.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn instantiate(
    mut deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    let multisig = deps.api.addr_validate(&msg.multisig_addr)?;
    let config = Config {
        group_addr: Cw4Contract(deps.api.addr_validate(&msg.group_addr)?),
        holding_account: deps.api.addr_validate(&msg.holding_account)?,
        deposit_amount: msg.deposit_amount,
    };
    let nothing = Coin { denom: config.deposit_amount.denom.clone(), amount: Uint128::zero() };
    ADMIN.set(deps.branch(), Some(info.sender))?;
    MULTISIG.set(deps.branch(), Some(multisig))?;
    CONFIG.save(deps.storage, &config)?;
    EXPECTED_INVARIANTS.save(deps.storage, &Invariants { ticket_book_size: TICKETBOOK_SIZE })?;
    NEXT_DEPOSIT.save(deps.storage, &0)?;
    DEFAULT_PRICE_DEPOSITS.save(deps.storage, &0)?;
    DEFAULT_PRICE_AMOUNTS.save(deps.storage, &nothing)?;
    let counters = PoolCounters {
        total_deposited: nothing.clone(),
        total_redeemed: nothing,
        tickets_requested_and_not_redeemed: 0,
    };
    POOL_COUNTERS.save(deps.storage, &counters)?;
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    store_build_information(deps.storage, PACKAGE_NAME, CONTRACT_VERSION)?;
    Ok(Response::new())
}

/// Carries out a message (`docs/protocol/quorum-contracts.md` §3.2, §15.1).
///
/// # Errors
/// When the message is refused; each reason is a [`ContractError`].
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response, ContractError> {
    // The handlers are `#[inline(never)]`: merged into this function they need more local variables than the 100 that
    // a chain allows.
    let env = &env;
    match msg {
        ExecuteMsg::DepositTicketBookFunds { identity_key } => deposits::deposit(deps, &info, &identity_key),
        ExecuteMsg::RequestRedemption { commitment_bs58, number_of_tickets } => {
            payouts::request_redemption(deps, env, &info, commitment_bs58, number_of_tickets)
        }
        ExecuteMsg::RedeemTickets { n, gw: _ } => payouts::redeem_tickets(deps, &info, n),
        ExecuteMsg::RequestPayout { commitment_bs58, number_of_tickets } => {
            payouts::request_payout(deps, env, &info, commitment_bs58, number_of_tickets)
        }
        ExecuteMsg::PayForTickets { n, gw, commitment_bs58 } => {
            payouts::pay_for_tickets(deps, env, &info, n, &gw, &commitment_bs58)
        }

        ExecuteMsg::UpdateAdmin { admin } => prices::update_admin(deps, info, &admin),
        ExecuteMsg::UpdateDefaultDepositValue { new_deposit } => prices::update_default(deps, &info, new_deposit),
        ExecuteMsg::SetReducedDepositPrice { address, deposit } => prices::set_reduced(deps, &info, &address, deposit),
        ExecuteMsg::RemoveReducedDepositPrice { address } => prices::remove_reduced(deps, &info, &address),
        ExecuteMsg::ProposeAdminAction { action } => proposals::propose_admin_action(deps, env, &info, &action),

        ExecuteMsg::ProposeToBlacklist { public_key: _ } => Err(ContractError::BlacklistingNeedsEvidence),
        ExecuteMsg::ProposeBlacklisting { public_key, evidence } => {
            blacklist::propose_blacklisting(deps, env, &info, public_key, evidence)
        }
        ExecuteMsg::AddToBlacklist { public_key } => blacklist::add_to_blacklist(deps, env, &info, public_key),
        ExecuteMsg::DropRejectedBlacklisting { public_key } => blacklist::drop_rejected(deps, public_key),
        ExecuteMsg::ProposeForfeit { deposit_id, public_key, evidence } => {
            forfeits::propose_forfeit(deps, env, &info, deposit_id, public_key, evidence)
        }
        ExecuteMsg::ForfeitDeposit { deposit_id, public_key } => {
            forfeits::forfeit_deposit(deps, env, &info, deposit_id, public_key)
        }
    }
}

/// Hears from the multisig which number a proposal got.
///
/// # Errors
/// When it does not tell.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn reply(deps: DepsMut, env: Env, reply: Reply) -> Result<Response, ContractError> {
    proposals::answered(deps, &env, reply)
}

/// Answers a question (`docs/protocol/quorum-contracts.md` §3.3, §15.1).
///
/// # Errors
/// When an address or commitment is malformed, or storage contradicts itself.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    queries::answer(deps, msg)
}

/// Moves the contract to this code (`docs/protocol/quorum-contracts.md` §3.7).
///
/// # Errors
/// When the stored contract is another or newer one, or a reduced price is impossible.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, msg: MigrateMsg) -> Result<Response, ContractError> {
    store_build_information(deps.storage, PACKAGE_NAME, CONTRACT_VERSION)?;
    check_and_bump_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    // Contracts from before prices differed counted no deposits by price: all were at the default price then.
    if DEFAULT_PRICE_DEPOSITS.may_load(deps.storage)?.is_none() {
        let (count, counters) = (NEXT_DEPOSIT.load(deps.storage)?, POOL_COUNTERS.load(deps.storage)?);
        DEFAULT_PRICE_DEPOSITS.save(deps.storage, &count)?;
        DEFAULT_PRICE_AMOUNTS.save(deps.storage, &counters.total_deposited)?;
    }
    for account in msg.initial_whitelist {
        let address = deps.api.addr_validate(account.address.as_str())?;
        ensure_reduced(deps.storage, &account.deposit)?;
        REDUCED_DEPOSITS.save(deps.storage, &address, &account.deposit)?;
    }
    Ok(Response::new())
}
