//! What the bank stores, with the keys of the SDK.

use bytes::Bytes;
use cosmos_sdk_proto::cosmos::bank::v1beta1::{Metadata, Params};
use prost::Message;

use super::Coin;
use crate::{
    app::Context,
    error::{ExecError, ExecResult},
    store::{Order, StoreKey},
};

pub(super) const SUPPLY_PREFIX: u8 = 0;
pub(super) const METADATA_PREFIX: u8 = 1;
const BALANCE_PREFIX: u8 = 2;
const OWNER_PREFIX: u8 = 3;
pub(super) const SEND_ENABLED_PREFIX: u8 = 4;
const PARAMS_KEY: u8 = 5;

/// The balance of an address in base units.
///
/// # Errors
/// Out of gas.
pub fn balance(ctx: &Context, address: &[u8], denom: &str) -> ExecResult<u128> {
    let stored = ctx.kv(StoreKey::Bank).get(&balance_key(address, denom))?;
    stored.map_or(Ok(0), |bytes| amount(&bytes))
}

/// Every balance of an address, ordered by denom.
///
/// # Errors
/// Out of gas.
pub fn all_balances(ctx: &Context, address: &[u8]) -> ExecResult<Vec<Coin>> {
    let prefix = balances_prefix(address);
    let mut iter = ctx.kv(StoreKey::Bank).prefix(&prefix, Order::Ascending)?;
    let mut coins = Vec::new();
    while let Some((key, value)) = iter.current() {
        coins.push(Coin { denom: text(&key[prefix.len()..])?, amount: amount(value)? });
        iter.advance()?;
    }
    Ok(coins)
}

/// Stores a balance, or removes it when it is 0.
///
/// # Errors
/// Out of gas.
pub(super) fn set_balance(ctx: &Context, address: &[u8], denom: &str, amount: u128) -> ExecResult<()> {
    let kv = ctx.kv(StoreKey::Bank);
    let (balance, owner) = (balance_key(address, denom), owner_key(denom, address));
    if amount == 0 {
        kv.delete(owner)?;
        return kv.delete(balance);
    }
    kv.set(owner, Bytes::new())?;
    kv.set(balance, digits(amount))
}

/// The supply of a denom in base units.
///
/// # Errors
/// Out of gas.
pub fn supply(ctx: &Context, denom: &str) -> ExecResult<u128> {
    let stored = ctx.kv(StoreKey::Bank).get(&keyed(SUPPLY_PREFIX, denom))?;
    stored.map_or(Ok(0), |bytes| amount(&bytes))
}

/// Stores the supply of a denom, or removes it when it is 0.
///
/// # Errors
/// Out of gas.
pub(super) fn set_supply(ctx: &Context, denom: &str, amount: u128) -> ExecResult<()> {
    let kv = ctx.kv(StoreKey::Bank);
    let key = keyed(SUPPLY_PREFIX, denom);
    if amount == 0 { kv.delete(key) } else { kv.set(key, digits(amount)) }
}

/// The metadata of a denom.
///
/// # Errors
/// Out of gas.
pub(super) fn metadata(ctx: &Context, denom: &str) -> ExecResult<Option<Metadata>> {
    let stored = ctx.kv(StoreKey::Bank).get(&keyed(METADATA_PREFIX, denom))?;
    stored.map(|bytes| decode_metadata(&bytes)).transpose()
}

pub(super) fn decode_metadata(bytes: &[u8]) -> ExecResult<Metadata> {
    Metadata::decode(bytes).map_err(|error| ExecError::Panic(format!("stored metadata: {error}")))
}

pub(super) fn set_metadata(ctx: &Context, metadata: &Metadata) -> ExecResult<()> {
    ctx.kv(StoreKey::Bank).set(keyed(METADATA_PREFIX, &metadata.base), metadata.encode_to_vec())
}

pub(super) fn params(ctx: &Context) -> ExecResult<Params> {
    let Some(bytes) = ctx.kv(StoreKey::Bank).get(&[PARAMS_KEY])? else { return Ok(Params::default()) };
    Params::decode(bytes).map_err(|error| ExecError::Panic(format!("stored bank parameters: {error}")))
}

pub(super) fn set_params(ctx: &Context, params: &Params) -> ExecResult<()> {
    ctx.kv(StoreKey::Bank).set(vec![PARAMS_KEY], params.encode_to_vec())
}

/// Stores the switch of a denom.
pub(super) fn set_send_enabled(ctx: &Context, denom: &str, enabled: bool) -> ExecResult<()> {
    let value = if enabled { Bytes::from_static(&[8, 1]) } else { Bytes::new() };
    ctx.kv(StoreKey::Bank).set(keyed(SEND_ENABLED_PREFIX, denom), value)
}

/// Whether a denom may be sent: its own switch, or the default.
pub(super) fn is_send_enabled(ctx: &Context, denom: &str, default: bool) -> ExecResult<bool> {
    Ok(send_enabled(ctx, denom)?.unwrap_or(default))
}

/// The switch of a denom, when it has one.
pub(super) fn send_enabled(ctx: &Context, denom: &str) -> ExecResult<Option<bool>> {
    let kv = ctx.kv(StoreKey::Bank);
    let key = keyed(SEND_ENABLED_PREFIX, denom);
    if !kv.has(&key)? {
        return Ok(None);
    }
    // A protobuf bool: true is field 1 with value 1, false is empty.
    Ok(Some(kv.get(&key)?.is_some_and(|value| !value.is_empty())))
}

/// The prefix of all balances of an address: `2 ‖ length ‖ address`.
pub(super) fn balances_prefix(address: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(address.len() + 2);
    key.push(BALANCE_PREFIX);
    length_prefixed(&mut key, address);
    key
}

/// The prefix of all owners of a denom: `3 ‖ denom ‖ 0`.
pub(super) fn owners_prefix(denom: &str) -> Vec<u8> {
    [&[OWNER_PREFIX], denom.as_bytes(), &[0]].concat()
}

pub(super) fn keyed(prefix: u8, denom: &str) -> Vec<u8> {
    [&[prefix], denom.as_bytes()].concat()
}

pub(super) fn amount(bytes: &[u8]) -> ExecResult<u128> {
    std::str::from_utf8(bytes)
        .ok()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| ExecError::Panic("a stored amount is no number".into()))
}

pub(super) fn text(bytes: &[u8]) -> ExecResult<String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| ExecError::Panic("a stored denom is no text".into()))
}

fn digits(amount: u128) -> Vec<u8> {
    amount.to_string().into_bytes()
}

fn balance_key(address: &[u8], denom: &str) -> Vec<u8> {
    let mut key = balances_prefix(address);
    key.extend_from_slice(denom.as_bytes());
    key
}

fn owner_key(denom: &str, address: &[u8]) -> Vec<u8> {
    let mut key = owners_prefix(denom);
    length_prefixed(&mut key, address);
    key
}

/// Appends an address behind its length as a varint.
fn length_prefixed(key: &mut Vec<u8>, address: &[u8]) {
    prost::encoding::encode_varint(address.len() as u64, key);
    key.extend_from_slice(address);
}
