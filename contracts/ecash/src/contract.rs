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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::msg::DepositsStatistics;
    use crate::state::DEPOSITS;
    use cosmwasm_std::testing::{mock_dependencies, mock_env};
    use cosmwasm_std::{Storage, SubMsgResult, coin, from_json, to_json_vec};

    /// What scenarios cannot reach, because it needs the storage of other code. What else is refused is tested beside the
    /// check.
    #[test]
    fn newer_contracts_cannot_be_migrated_from() {
        let mut deps = mock_dependencies();
        cw2::set_contract_version(&mut deps.storage, CONTRACT_NAME, "99.0.0").unwrap();
        let refusal = migrate(deps.as_mut(), mock_env(), MigrateMsg::default()).unwrap_err();
        assert!(refusal.to_string().contains("the stored version 99.0.0 is newer"), "{refusal}");
    }

    /// Storage from before prices differed, under the old name of the price.
    #[test]
    fn deposits_of_older_code_were_at_the_default_price() {
        let mut deps = mock_dependencies();
        cw2::set_contract_version(&mut deps.storage, CONTRACT_NAME, "0.1.0").unwrap();
        let config =
            r#"{"group_addr":"g","holding_account":"h","default_deposit_amount":{"denom":"unym","amount":"75"}}"#;
        deps.storage.set(b"config", config.as_bytes());
        NEXT_DEPOSIT.save(&mut deps.storage, &3).unwrap();
        let counters = PoolCounters {
            total_deposited: coin(225, "unym"),
            total_redeemed: coin(0, "unym"),
            tickets_requested_and_not_redeemed: 0,
        };
        POOL_COUNTERS.save(&mut deps.storage, &counters).unwrap();
        migrate(deps.as_mut(), mock_env(), MigrateMsg::default()).unwrap();
        let answer = query(deps.as_ref(), mock_env(), QueryMsg::GetDepositsStatistics {}).unwrap();
        let statistics: DepositsStatistics = from_json(&answer).unwrap();
        assert_eq!(statistics.total_deposits_made_with_default_price, 3);
        assert_eq!(statistics.total_deposited_with_default_price, coin(225, "unym"));
        let price: Coin =
            from_json(query(deps.as_ref(), mock_env(), QueryMsg::GetDefaultDepositAmount {}).unwrap()).unwrap();
        assert_eq!(price, coin(75, "unym"));

        // A deposit that is no key, and a ticketbook size that has changed.
        deps.storage.set(&DEPOSITS.key(0), &[7; 31]);
        let refusal = query(deps.as_ref(), mock_env(), QueryMsg::GetDeposit { deposit_id: 0 }).unwrap_err();
        assert_eq!(refusal, ContractError::MalformedDeposit { deposit_id: 0, length: 31 });
        EXPECTED_INVARIANTS.save(&mut deps.storage, &Invariants { ticket_book_size: 49 }).unwrap();
        let refusal = ensure_reduced(&deps.storage, &coin(60, "unym")).unwrap_err();
        assert_eq!(refusal, ContractError::TicketbookSizeChanged { stored: 49, compiled: 50 });
    }

    #[test]
    fn replies_that_nobody_asked_for_are_refused() {
        let mut deps = mock_dependencies();
        let answer = |id| Reply { id, payload: Binary::default(), gas_used: 0, result: SubMsgResult::Err("no".into()) };
        assert_eq!(reply(deps.as_mut(), mock_env(), answer(7)), Err(ContractError::UnknownReply { id: 7 }));
        assert!(matches!(reply(deps.as_mut(), mock_env(), answer(1)), Err(ContractError::ProposalReply(_))));
    }

    #[test]
    fn the_old_spelling_of_a_price_change_is_taken() {
        let old = br#"{"update_deposit_value":{"new_deposit":{"denom":"unym","amount":"75"}}}"#;
        let message: ExecuteMsg = from_json(old).unwrap();
        let new = r#"{"update_default_deposit_value":{"new_deposit":{"denom":"unym","amount":"75"}}}"#;
        assert_eq!(String::from_utf8(to_json_vec(&message).unwrap()).unwrap(), new);
    }
}
