//! What contracts do with accounts and coins.

use cosmos_sdk_proto::cosmos::bank::v1beta1::{
    Metadata, QueryDenomMetadataRequest, QueryDenomMetadataResponse, QueryDenomsMetadataRequest,
    QueryDenomsMetadataResponse,
};
use cosmos_sdk_proto::cosmos::base::query::v1beta1::PageRequest;
use prost::Message;

use super::error::{CODESPACE, WasmError};
use super::wire_query::{DenomMetadata, DenomUnit};
use crate::address;
use crate::app::Context;
use crate::error::{ExecError, ExecResult, Root};
use crate::modules::coins::Coin;
use crate::modules::{auth, bank};

/// Gives a new contract its account, or keeps an account that nobody has used.
///
/// # Errors
/// The account has a key or has sent transactions, or gas runs out.
pub fn claim_account(ctx: &Context, contract: &[u8]) -> ExecResult<()> {
    match auth::account(ctx, contract)? {
        None => {
            let account = auth::new_account(ctx, contract)?;
            auth::set_account(ctx, contract, &account)
        }
        Some(account) if account.sequence() != 0 || account.public_key().is_some() || account.as_module().is_some() => {
            Err(WasmError::AccountExists.wrap("address is claimed by external account").into())
        }
        Some(_) => Ok(()),
    }
}

/// Moves coins as a bank message would, without its `message` events.
///
/// # Errors
/// A denom that may not be sent, a recipient that may not receive, missing coins, out of gas.
pub fn transfer(ctx: &Context, from: &[u8], to: &[u8], amount: &[Coin]) -> ExecResult<()> {
    let inner = ctx.with_new_events();
    bank::require_send_enabled(&inner, amount)?;
    if auth::is_blocked(to) {
        let text = format!("{} is not allowed to receive funds", address::encode(to));
        return Err(Root::Unauthorized.wrap(text).into());
    }
    bank::send_coins(&inner, from, to, amount)?;
    let events = inner.events.take().into_iter().filter(|event| event.r#type != "message");
    ctx.events.emit_all(events);
    Ok(())
}

/// Burns coins of a contract.
///
/// # Errors
/// Missing coins, out of gas.
pub fn burn(ctx: &Context, contract: &[u8], amount: &[Coin]) -> ExecResult<()> {
    bank::send_to_module(ctx, contract, CODESPACE, amount).map_err(|error| error.wrap("transfer to module"))?;
    bank::burn_coins(ctx, CODESPACE, amount).map_err(|error| error.wrap("burn coins"))
}

/// One balance.
///
/// # Errors
/// Out of gas.
pub fn balance(ctx: &Context, account: &[u8], denom: &str) -> ExecResult<Coin> {
    Ok(Coin { denom: denom.to_owned(), amount: bank::balance(ctx, account, denom)? })
}

/// Every balance, sorted by denomination.
///
/// # Errors
/// Out of gas.
pub fn all_balances(ctx: &Context, account: &[u8]) -> ExecResult<Vec<Coin>> {
    bank::all_balances(ctx, account)
}

/// Supply of a denomination.
///
/// # Errors
/// Out of gas.
pub fn supply(ctx: &Context, denom: &str) -> ExecResult<Coin> {
    Ok(Coin { denom: denom.to_owned(), amount: bank::supply(ctx, denom)? })
}

/// Metadata of a denomination; `None` when there is none.
///
/// # Errors
/// Out of gas.
pub fn denom_metadata(ctx: &Context, denom: &str) -> ExecResult<Option<DenomMetadata>> {
    let request = QueryDenomMetadataRequest { denom: denom.to_owned() };
    match ask_bank::<QueryDenomMetadataResponse>(ctx, "DenomMetadata", &request) {
        Ok(answer) => Ok(answer.metadata.map(for_contract)),
        Err(ExecError::Sdk(_)) => Ok(None),
        Err(unwinding) => Err(unwinding),
    }
}

/// A page of the metadata of all denominations, and where to go on.
///
/// # Errors
/// A malformed page, out of gas.
pub fn all_denom_metadata(
    ctx: &Context,
    key: Vec<u8>,
    limit: u32,
    reverse: bool,
) -> ExecResult<(Vec<DenomMetadata>, Vec<u8>)> {
    let pagination = PageRequest { key, limit: limit.into(), reverse, ..PageRequest::default() };
    let request = QueryDenomsMetadataRequest { pagination: Some(pagination) };
    let answer =
        ask_bank::<QueryDenomsMetadataResponse>(ctx, "DenomsMetadata", &request).map_err(|error| match error {
            ExecError::Sdk(_) => Root::InvalidRequest.error().into(),
            unwinding => unwinding,
        })?;
    let next_key = answer.pagination.map(|page| page.next_key).unwrap_or_default();
    Ok((answer.metadatas.into_iter().map(for_contract).collect(), next_key))
}

fn ask_bank<A: Message + Default>(ctx: &Context, method: &str, request: &impl Message) -> ExecResult<A> {
    let path = format!("/cosmos.bank.v1beta1.Query/{method}");
    let answer = ctx
        .router
        .query(ctx, &path, &request.encode_to_vec())
        .ok_or_else(|| ExecError::Panic(format!("no module answers {path}")))??;
    A::decode(answer.as_slice()).map_err(|error| ExecError::Panic(error.to_string()))
}

fn for_contract(metadata: Metadata) -> DenomMetadata {
    DenomMetadata {
        description: metadata.description,
        denom_units: metadata
            .denom_units
            .into_iter()
            .map(|unit| DenomUnit { denom: unit.denom, exponent: unit.exponent, aliases: unit.aliases })
            .collect(),
        base: metadata.base,
        display: metadata.display,
        name: metadata.name,
        symbol: metadata.symbol,
        uri: metadata.uri,
        uri_hash: metadata.uri_hash,
    }
}
