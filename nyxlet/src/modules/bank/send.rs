//! Moving, minting and burning coins.

use super::{
    Coin,
    state::{balance, set_balance, set_supply, supply},
};
use crate::{
    address,
    app::{Context, event},
    error::{ExecError, ExecResult, Root},
    modules::{auth, coins},
};

/// Moves coins between accounts, with the SDK's events, and creates the recipient's account when it has none.
///
/// # Errors
/// The list of coins is invalid (code 10), the sender has too little (code 5), out of gas.
pub fn send_coins(ctx: &Context, from: &[u8], to: &[u8], amount: &[Coin]) -> ExecResult<()> {
    require_valid(amount)?;
    let (sender, recipient) = (address::encode(from), address::encode(to));
    spend(ctx, from, &sender, amount)?;
    receive(ctx, to, &recipient, amount)?;
    auth::create_if_absent(ctx, to)?;
    ctx.events.emit_all([
        event("transfer", [("recipient", recipient), ("sender", sender.clone()), ("amount", coins::text(amount))]),
        event("message", [("sender", sender)]),
    ]);
    Ok(())
}

/// Moves coins from an account to a module's account.
///
/// # Errors
/// As [`send_coins`].
pub fn send_to_module(ctx: &Context, from: &[u8], module: &str, amount: &[Coin]) -> ExecResult<()> {
    auth::module_account(ctx, module)?;
    send_coins(ctx, from, &address::module(module), amount)
}

/// Creates coins on a module's account.
///
/// # Errors
/// The module has no permission to mint, the list of coins is invalid, the supply would not fit 128 bits, out of gas.
pub fn mint_coins(ctx: &Context, module: &str, amount: &[Coin]) -> ExecResult<()> {
    require_permission(ctx, module, "minter", "mint")?;
    require_valid(amount)?;
    let module = address::module(module);
    receive(ctx, &module, &address::encode(&module), amount)?;
    for coin in amount {
        let sum = supply(ctx, &coin.denom)?.checked_add(coin.amount).ok_or_else(overflow)?;
        set_supply(ctx, &coin.denom, sum)?;
    }
    ctx.events.emit(event("coinbase", [("minter", address::encode(&module)), ("amount", coins::text(amount))]));
    Ok(())
}

/// Destroys coins of a module's account.
///
/// # Errors
/// The module has no permission to burn, the list of coins is invalid, the account has too little, out of gas.
pub fn burn_coins(ctx: &Context, module: &str, amount: &[Coin]) -> ExecResult<()> {
    require_permission(ctx, module, "burner", "burn")?;
    require_valid(amount)?;
    let module = address::module(module);
    spend(ctx, &module, &address::encode(&module), amount)?;
    for coin in amount {
        let rest = supply(ctx, &coin.denom)?.checked_sub(coin.amount).ok_or_else(overflow)?;
        set_supply(ctx, &coin.denom, rest)?;
    }
    ctx.events.emit(event("burn", [("burner", address::encode(&module)), ("amount", coins::text(amount))]));
    Ok(())
}

/// Takes coins from an account.
pub(super) fn spend(ctx: &Context, from: &[u8], sender: &str, amount: &[Coin]) -> ExecResult<()> {
    // Vesting accounts would lock coins; the node reads the account to see, and charges for it.
    auth::account(ctx, from)?;
    for coin in amount {
        let held = balance(ctx, from, &coin.denom)?;
        let Some(rest) = held.checked_sub(coin.amount) else {
            let text = format!("spendable balance {held}{} is smaller than {coin}", coin.denom);
            return Err(Root::InsufficientFunds.wrap(text).into());
        };
        set_balance(ctx, from, &coin.denom, rest)?;
    }
    ctx.events.emit(event("coin_spent", [("spender", sender.to_owned()), ("amount", coins::text(amount))]));
    Ok(())
}

/// Gives coins to an account.
pub(super) fn receive(ctx: &Context, to: &[u8], recipient: &str, amount: &[Coin]) -> ExecResult<()> {
    for coin in amount {
        let sum = balance(ctx, to, &coin.denom)?.checked_add(coin.amount).ok_or_else(overflow)?;
        set_balance(ctx, to, &coin.denom, sum)?;
    }
    ctx.events.emit(event("coin_received", [("receiver", recipient.to_owned()), ("amount", coins::text(amount))]));
    Ok(())
}

fn require_valid(amount: &[Coin]) -> ExecResult<()> {
    if coins::is_valid(amount) { Ok(()) } else { Err(Root::InvalidCoins.wrap(coins::text(amount)).into()) }
}

fn require_permission(ctx: &Context, module: &str, permission: &str, verb: &str) -> ExecResult<()> {
    let account = auth::module_account(ctx, module)?;
    let granted = account.as_module().is_some_and(|(_, permissions)| permissions.iter().any(|held| held == permission));
    if granted {
        return Ok(());
    }
    let text = format!("module account {module} does not have permissions to {verb} tokens: unauthorized");
    Err(ExecError::Panic(text))
}

fn overflow() -> ExecError {
    ExecError::Panic("Int overflow".into())
}
