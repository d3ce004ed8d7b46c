//! The bank at height 0.

use std::collections::BTreeMap;

use cosmos_sdk_proto::cosmos::bank::v1beta1::{DenomUnit, Metadata, Params};

use super::{
    Coin,
    send::send_coins,
    state::{balance, set_balance, set_metadata, set_params, set_send_enabled, set_supply},
};
use crate::{
    address,
    app::{Context, Genesis},
    error::{ExecResult, Root},
};

/// The account of what validators have bonded.
const BONDED_POOL: &str = "bonded_tokens_pool";

pub(super) fn write(ctx: &Context, genesis: &Genesis) -> ExecResult<()> {
    let loaded = genesis.state.as_ref().map(|state| &state.bank);
    let default_send_enabled = loaded.is_none_or(|bank| bank.default_send_enabled);
    #[allow(deprecated, reason = "the field is part of the message")]
    let params = Params { send_enabled: Vec::new(), default_send_enabled };
    set_params(ctx, &params)?;
    for (denom, enabled) in loaded.iter().flat_map(|bank| &bank.send_enabled) {
        set_send_enabled(ctx, denom, *enabled)?;
    }

    let mut supply = BTreeMap::<String, u128>::new();
    let of_state = loaded.iter().flat_map(|bank| &bank.balances).map(|one| (&one.address, &one.coins));
    let funded = genesis.accounts.iter().map(|account| (&account.address, &account.coins));
    for (text, coins) in of_state.chain(funded) {
        let invalid = |error: &str| Root::InvalidCoins.wrap(format!("genesis account {text}: {error}"));
        let owner = address::decode(text).map_err(|error| invalid(&error))?;
        for (denom, amount) in coins {
            let too_much = || invalid("the supply does not fit 128 bits");
            let sum = supply.entry(denom.clone()).or_default();
            *sum = sum.checked_add(*amount).ok_or_else(too_much)?;
            // An account of the loaded state may be funded as well.
            let held = balance(ctx, &owner, denom)?;
            set_balance(ctx, &owner, denom, held.checked_add(*amount).ok_or_else(too_much)?)?;
        }
    }
    for (denom, amount) in supply {
        set_supply(ctx, &denom, amount)?;
    }
    for bond in genesis.state.iter().flat_map(|state| &state.bonds) {
        let coins = [Coin { denom: bond.denom.clone(), amount: bond.amount }];
        send_coins(ctx, &bond.account, &address::module(BONDED_POOL), &coins)?;
    }
    match loaded {
        Some(bank) => bank.metadata.iter().try_for_each(|metadata| set_metadata(ctx, metadata)),
        None => [("unym", "nym"), ("unyx", "nyx")]
            .iter()
            .try_for_each(|(base, display)| set_metadata(ctx, &metadata(base, display))),
    }
}

/// The metadata of a denom with a display unit of 10^6 base units.
fn metadata(base: &str, display: &str) -> Metadata {
    let unit = |denom: &str, exponent| DenomUnit { denom: denom.into(), exponent, aliases: Vec::new() };
    Metadata {
        description: format!("The {display} token"),
        denom_units: vec![unit(base, 0), unit(display, 6)],
        base: base.into(),
        display: display.into(),
        name: display.to_uppercase(),
        symbol: display.to_uppercase(),
        uri: String::new(),
        uri_hash: String::new(),
    }
}
