//! Deposits (`docs/protocol/quorum-contracts.md` §3.4).

use crate::constants::events;
use crate::error::ContractError;
use crate::state::{
    CONFIG, CUSTOM_PRICE_AMOUNTS, CUSTOM_PRICE_DEPOSITS, DEFAULT_PRICE_AMOUNTS, DEFAULT_PRICE_DEPOSITS, NEXT_DEPOSIT,
    POOL_COUNTERS, REDUCED_DEPOSITS, save_deposit_key,
};
use cosmwasm_std::{Addr, Coin, DepsMut, Event, MessageInfo, Response, StdError, StdResult, Storage};
use nym_contracts_common::decode_signing_key;

/// Takes a deposit for the key that will sign for it.
#[inline(never)]
pub(crate) fn deposit(deps: DepsMut, info: &MessageInfo, identity_key: &str) -> Result<Response, ContractError> {
    let default = CONFIG.load(deps.storage)?.deposit_amount;
    let amount = cw_utils::must_pay(info, &default.denom)?;
    let received = Coin { denom: default.denom.clone(), amount };
    if received == default {
        count_default(deps.storage, &received)?;
    } else {
        match REDUCED_DEPOSITS.may_load(deps.storage, &info.sender)? {
            Some(reduced) if received == reduced => count_custom(deps.storage, &info.sender, &received)?,
            reduced => return Err(ContractError::WrongAmount { received, required: reduced.unwrap_or(default) }),
        }
    }
    POOL_COUNTERS.update(deps.storage, |mut counters| -> StdResult<_> {
        counters.total_deposited = sum(&counters.total_deposited, &received)?;
        Ok(counters)
    })?;

    // With any other key the deposit would be lost.
    let key = decode_signing_key(identity_key)?;
    let deposit_id = NEXT_DEPOSIT.load(deps.storage)?;
    let next = deposit_id.checked_add(1).ok_or_else(|| StdError::generic_err("all numbers of deposits are used"))?;
    NEXT_DEPOSIT.save(deps.storage, &next)?;
    save_deposit_key(deps.storage, deposit_id, &key);
    let event = Event::new(events::DEPOSITED_FUNDS).add_attribute(events::DEPOSIT_ID, deposit_id.to_string());
    Ok(Response::new().add_event(event).set_data(deposit_id.to_be_bytes()))
}

fn count_default(storage: &mut dyn Storage, amount: &Coin) -> StdResult<()> {
    DEFAULT_PRICE_DEPOSITS.update(storage, |count| StdResult::Ok(count + 1))?;
    DEFAULT_PRICE_AMOUNTS.update(storage, |total| sum(&total, amount))?;
    Ok(())
}

fn count_custom(storage: &mut dyn Storage, account: &Addr, amount: &Coin) -> StdResult<()> {
    CUSTOM_PRICE_DEPOSITS.update(storage, account, |count| StdResult::Ok(count.unwrap_or_default() + 1))?;
    CUSTOM_PRICE_AMOUNTS.update(storage, account, |total| match total {
        Some(total) => sum(&total, amount),
        None => Ok(amount.clone()),
    })?;
    Ok(())
}

/// Both are of the denomination of prices, which never changes.
pub(crate) fn sum(one: &Coin, other: &Coin) -> StdResult<Coin> {
    Ok(Coin { denom: one.denom.clone(), amount: one.amount.checked_add(other.amount)? })
}
