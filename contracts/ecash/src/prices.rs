//! Prices and the admin (`docs/protocol/quorum-contracts.md` §3.2).

use crate::constants::TICKETBOOK_SIZE;
use crate::error::ContractError;
use crate::state::{ADMIN, CONFIG, EXPECTED_INVARIANTS, REDUCED_DEPOSITS};
use cosmwasm_std::{Coin, DepsMut, MessageInfo, Order, Response, Storage};

/// Names another admin.
#[inline(never)]
pub(crate) fn update_admin(deps: DepsMut, info: MessageInfo, admin: &str) -> Result<Response, ContractError> {
    let admin = deps.api.addr_validate(admin)?;
    Ok(ADMIN.execute_update_admin(deps, info, Some(admin))?)
}

/// Changes the default price. It stays above every reduced one, or the reduced ones would no longer be reductions.
#[inline(never)]
pub(crate) fn update_default(deps: DepsMut, info: &MessageInfo, new_deposit: Coin) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    let mut config = CONFIG.load(deps.storage)?;
    ensure_possible(deps.storage, &config.deposit_amount.denom, &new_deposit)?;
    for entry in REDUCED_DEPOSITS.range(deps.storage, None, None, Order::Ascending) {
        let (address, reduced) = entry?;
        if reduced.amount >= new_deposit.amount {
            return Err(ContractError::DefaultPriceNotHigher { new: new_deposit, reduced, address });
        }
    }
    let text = new_deposit.to_string();
    config.deposit_amount = new_deposit;
    CONFIG.save(deps.storage, &config)?;
    Ok(Response::new().add_attribute("updated_deposit", text))
}

/// Gives an account a lower price.
#[inline(never)]
pub(crate) fn set_reduced(
    deps: DepsMut,
    info: &MessageInfo,
    address: &str,
    deposit: Coin,
) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    let account = deps.api.addr_validate(address)?;
    ensure_reduced(deps.storage, &deposit)?;
    REDUCED_DEPOSITS.save(deps.storage, &account, &deposit)?;
    Ok(Response::new()
        .add_attribute("action", "set_reduced_deposit_price")
        .add_attribute("address", account)
        .add_attribute("deposit", deposit.to_string()))
}

/// Takes an account's lower price away.
#[inline(never)]
pub(crate) fn remove_reduced(deps: DepsMut, info: &MessageInfo, address: &str) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    let address = deps.api.addr_validate(address)?;
    if !REDUCED_DEPOSITS.has(deps.storage, &address) {
        return Err(ContractError::NoReducedPrice { address });
    }
    REDUCED_DEPOSITS.remove(deps.storage, &address);
    Ok(Response::new().add_attribute("action", "remove_reduced_deposit_price").add_attribute("address", address))
}

/// Whether `deposit` can be a reduced price.
pub(crate) fn ensure_reduced(storage: &dyn Storage, deposit: &Coin) -> Result<(), ContractError> {
    let default = CONFIG.load(storage)?.deposit_amount;
    ensure_possible(storage, &default.denom, deposit)?;
    if deposit.amount >= default.amount {
        return Err(ContractError::ReducedPriceNotLower { received: deposit.clone(), default });
    }
    Ok(())
}

/// A price is in the denomination of all prices, and no ticket is free.
fn ensure_possible(storage: &dyn Storage, denom: &str, price: &Coin) -> Result<(), ContractError> {
    let stored = EXPECTED_INVARIANTS.load(storage)?.ticket_book_size;
    if stored != TICKETBOOK_SIZE {
        return Err(ContractError::TicketbookSizeChanged { stored, compiled: TICKETBOOK_SIZE });
    }
    if price.denom != denom {
        return Err(ContractError::WrongPriceDenom { received: price.denom.clone(), expected: denom.to_owned() });
    }
    if price.amount.u128() < u128::from(TICKETBOOK_SIZE) {
        return Err(ContractError::PriceBelowTicketbookSize { received: price.clone(), size: TICKETBOOK_SIZE });
    }
    Ok(())
}
