//! Coins that come with a message, and coins that go out.

use crate::constants::TOKEN_SUPPLY;
use crate::error::ContractError;
use cosmwasm_std::{Addr, BankMsg, Coin, Uint128};

/// The pledge that was sent: one coin, of the right kind, at least `minimum`.
pub(crate) fn pledge(funds: &[Coin], minimum: &Coin) -> Result<Coin, ContractError> {
    let pledge = one_coin(funds, &minimum.denom)?.ok_or(ContractError::NoBondFound)?;
    if pledge.amount < minimum.amount {
        return Err(ContractError::InsufficientPledge { received: pledge, minimum: minimum.clone() });
    }
    Ok(pledge)
}

/// What was sent to enlarge a pledge: one coin of the pledge's kind.
pub(crate) fn pledge_increase(funds: &[Coin], denom: &str) -> Result<Coin, ContractError> {
    one_coin(funds, denom)?.ok_or(ContractError::NoBondFound)
}

/// What was sent to be delegated: one coin of the kind `denom`, at least the amount of `minimum`.
pub(crate) fn delegation(funds: &[Coin], denom: &str, minimum: Option<&Coin>) -> Result<Coin, ContractError> {
    let delegation = one_coin(funds, denom)?.ok_or(ContractError::EmptyDelegation)?;
    match minimum {
        Some(minimum) if delegation.amount < minimum.amount => {
            Err(ContractError::InsufficientDelegation { received: delegation, minimum: minimum.clone() })
        }
        _ => Ok(delegation),
    }
}

/// The only coin, if it is of the kind `denom`; `None` when nothing was sent.
fn one_coin(funds: &[Coin], denom: &str) -> Result<Option<Coin>, ContractError> {
    let coin = match funds {
        [] => return Ok(None),
        [coin] => coin,
        _ => return Err(ContractError::MultipleDenoms),
    };
    if coin.denom != denom {
        return Err(ContractError::WrongDenom { received: coin.denom.clone(), expected: denom.to_owned() });
    }
    // Checked when it comes in: what waits in a queue must not fail when its turn comes.
    ensure_existing(coin.amount)?;
    Ok(Some(coin.clone()).filter(|coin| !coin.amount.is_zero()))
}

fn ensure_existing(amount: Uint128) -> Result<(), ContractError> {
    let supply = Uint128::new(TOKEN_SUPPLY);
    if amount > supply {
        return Err(ContractError::AmountAboveSupply { amount, supply });
    }
    Ok(())
}

/// The payment of `amount`; none when there is nothing to pay, which a chain would refuse.
pub(crate) fn pay(recipient: &Addr, amount: Coin) -> Option<BankMsg> {
    (!amount.amount.is_zero()).then(|| BankMsg::Send { to_address: recipient.to_string(), amount: vec![amount] })
}
