//! The bank at height 0.

use std::collections::BTreeMap;

use cosmos_sdk_proto::cosmos::bank::v1beta1::{DenomUnit, Metadata, Params};

use super::state::{set_balance, set_metadata, set_params, set_supply};
use crate::{
    address,
    app::{Context, Genesis},
    error::{ExecResult, Root},
};

pub(super) fn write(ctx: &Context, genesis: &Genesis) -> ExecResult<()> {
    #[allow(deprecated, reason = "the field is part of the message")]
    let params = Params { send_enabled: Vec::new(), default_send_enabled: true };
    set_params(ctx, &params)?;

    let mut supply = BTreeMap::<&str, u128>::new();
    for account in &genesis.accounts {
        let invalid = |error: &str| Root::InvalidCoins.wrap(format!("genesis account {}: {error}", account.address));
        let owner = address::decode(&account.address).map_err(|error| invalid(&error))?;
        for (denom, amount) in &account.coins {
            set_balance(ctx, &owner, denom, *amount)?;
            let sum = supply.entry(denom).or_default();
            *sum = sum.checked_add(*amount).ok_or_else(|| invalid("the supply does not fit 128 bits"))?;
        }
    }
    for (denom, amount) in supply {
        set_supply(ctx, denom, amount)?;
    }
    for (base, display) in [("unym", "nym"), ("unyx", "nyx")] {
        set_metadata(ctx, &metadata(base, display))?;
    }
    Ok(())
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
