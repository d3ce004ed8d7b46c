//! The queries of `cosmos.bank.v1beta1.Query`.

use cosmos_sdk_proto::cosmos::{
    bank::v1beta1::{
        DenomOwner, QueryAllBalancesRequest, QueryAllBalancesResponse, QueryBalanceRequest, QueryBalanceResponse,
        QueryDenomMetadataRequest, QueryDenomMetadataResponse, QueryDenomOwnersRequest, QueryDenomOwnersResponse,
        QueryDenomsMetadataRequest, QueryDenomsMetadataResponse, QueryParamsResponse, QuerySendEnabledRequest,
        QuerySendEnabledResponse, QuerySpendableBalanceByDenomRequest, QuerySpendableBalanceByDenomResponse,
        QuerySpendableBalancesRequest, QuerySpendableBalancesResponse, QuerySupplyOfRequest, QuerySupplyOfResponse,
        QueryTotalSupplyRequest, QueryTotalSupplyResponse, SendEnabled,
    },
    base::{
        query::v1beta1::{PageRequest, PageResponse},
        v1beta1::Coin as ProtoCoin,
    },
};
use prost::Message;

use super::state::{
    METADATA_PREFIX, SEND_ENABLED_PREFIX, SUPPLY_PREFIX, amount, balance, balances_prefix, decode_metadata, metadata,
    owners_prefix, params, send_enabled, supply, text,
};
use crate::{
    address,
    app::Context,
    error::{ExecResult, SdkError, Status},
    modules::{auth, coins, paging::paginate},
    store::StoreKey,
};

pub(super) fn answer(ctx: &Context, method: &str, request: &[u8]) -> Option<ExecResult<Vec<u8>>> {
    Some(match method {
        "Balance" => one(ctx, request),
        "AllBalances" => all(ctx, request),
        "SpendableBalances" => spendable(ctx, request),
        "SpendableBalanceByDenom" => spendable_one(ctx, request),
        "TotalSupply" => total_supply(ctx, request),
        "SupplyOf" => supply_of(ctx, request),
        "Params" => params(ctx).map(|params| QueryParamsResponse { params: Some(params) }.encode_to_vec()),
        "DenomMetadata" | "DenomMetadataByQueryString" => denom_metadata(ctx, request),
        "DenomsMetadata" => denoms_metadata(ctx, request),
        "DenomOwners" | "DenomOwnersByQuery" => denom_owners(ctx, request),
        "SendEnabled" => send_enabled_switches(ctx, request),
        _ => return None,
    })
}

fn one(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QueryBalanceRequest = decode(request)?;
    check_denom(&request.denom)?;
    let owner = parse_address(&request.address)?;
    let coin = coin(&request.denom, balance(ctx, &owner, &request.denom)?);
    Ok(QueryBalanceResponse { balance: Some(coin) }.encode_to_vec())
}

fn all(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QueryAllBalancesRequest = decode(request)?;
    let owner = parse_address(&request.address)?;
    let (mut balances, pagination) = page_of_balances(ctx, &owner, request.pagination.as_ref())?;
    if request.resolve_denom {
        for coin in &mut balances {
            if let Some(metadata) = metadata(ctx, &coin.denom)? {
                coin.denom = metadata.display;
            }
        }
    }
    Ok(QueryAllBalancesResponse { balances, pagination: Some(pagination) }.encode_to_vec())
}

fn spendable(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QuerySpendableBalancesRequest = decode(request)?;
    let owner = parse_address(&request.address)?;
    let (balances, pagination) = page_of_balances(ctx, &owner, request.pagination.as_ref())?;
    // The node walks the balances and reads the account again to subtract what vesting would lock.
    super::all_balances(ctx, &owner)?;
    auth::account(ctx, &owner)?;
    Ok(QuerySpendableBalancesResponse { balances, pagination: Some(pagination) }.encode_to_vec())
}

fn spendable_one(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QuerySpendableBalanceByDenomRequest = decode(request)?;
    let owner = parse_address(&request.address)?;
    check_denom(&request.denom)?;
    let coin = coin(&request.denom, balance(ctx, &owner, &request.denom)?);
    auth::account(ctx, &owner)?;
    Ok(QuerySpendableBalanceByDenomResponse { balance: Some(coin) }.encode_to_vec())
}

fn total_supply(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QueryTotalSupplyRequest = decode(request)?;
    let (supply, pagination) =
        paginate(&ctx.kv(StoreKey::Bank), &[SUPPLY_PREFIX], request.pagination.as_ref(), |key, value| {
            Ok(coin(&text(key)?, amount(value)?))
        })?;
    Ok(QueryTotalSupplyResponse { supply, pagination: Some(pagination) }.encode_to_vec())
}

fn supply_of(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QuerySupplyOfRequest = decode(request)?;
    check_denom(&request.denom)?;
    let amount = Some(coin(&request.denom, supply(ctx, &request.denom)?));
    Ok(QuerySupplyOfResponse { amount }.encode_to_vec())
}

fn denom_metadata(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QueryDenomMetadataRequest = decode(request)?;
    check_denom(&request.denom)?;
    let Some(metadata) = metadata(ctx, &request.denom)? else {
        let text = format!("client metadata for denom {}", request.denom);
        return Err(SdkError::status(Status::NotFound, text).into());
    };
    Ok(QueryDenomMetadataResponse { metadata: Some(metadata) }.encode_to_vec())
}

fn denoms_metadata(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QueryDenomsMetadataRequest = decode(request)?;
    let convert = |_: &[u8], value: &bytes::Bytes| decode_metadata(value);
    let (metadatas, pagination) =
        paginate(&ctx.kv(StoreKey::Bank), &[METADATA_PREFIX], request.pagination.as_ref(), convert)?;
    Ok(QueryDenomsMetadataResponse { metadatas, pagination: Some(pagination) }.encode_to_vec())
}

fn denom_owners(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QueryDenomOwnersRequest = decode(request)?;
    check_denom(&request.denom)?;
    let prefix = owners_prefix(&request.denom);
    let (denom_owners, pagination) =
        paginate(&ctx.kv(StoreKey::Bank), &prefix, request.pagination.as_ref(), |key, _| {
            // The key is the address behind its length; addresses are shorter than 128 bytes here.
            let owner = key.get(1..).unwrap_or_default();
            let balance = Some(coin(&request.denom, balance(ctx, owner, &request.denom)?));
            Ok(DenomOwner { address: address::encode(owner), balance })
        })?;
    Ok(QueryDenomOwnersResponse { denom_owners, pagination: Some(pagination) }.encode_to_vec())
}

fn send_enabled_switches(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QuerySendEnabledRequest = decode(request)?;
    let mut response = QuerySendEnabledResponse::default();
    if request.denoms.is_empty() {
        let (switches, pagination) =
            paginate(&ctx.kv(StoreKey::Bank), &[SEND_ENABLED_PREFIX], request.pagination.as_ref(), |key, value| {
                Ok(SendEnabled { denom: text(key)?, enabled: !value.is_empty() })
            })?;
        (response.send_enabled, response.pagination) = (switches, Some(pagination));
    }
    for denom in request.denoms {
        if let Some(enabled) = send_enabled(ctx, &denom)? {
            response.send_enabled.push(SendEnabled { denom, enabled });
        }
    }
    Ok(response.encode_to_vec())
}

fn page_of_balances(
    ctx: &Context,
    owner: &[u8],
    request: Option<&PageRequest>,
) -> ExecResult<(Vec<ProtoCoin>, PageResponse)> {
    paginate(&ctx.kv(StoreKey::Bank), &balances_prefix(owner), request, |key, value| {
        Ok(coin(&text(key)?, amount(value)?))
    })
}

fn coin(denom: &str, amount: u128) -> ProtoCoin {
    ProtoCoin { denom: denom.to_owned(), amount: amount.to_string() }
}

fn check_denom(denom: &str) -> Result<(), SdkError> {
    coins::check_denom(denom).map_err(|error| SdkError::status(Status::InvalidArgument, error))
}

fn parse_address(text: &str) -> Result<Vec<u8>, SdkError> {
    address::decode(text)
        .map_err(|error| SdkError::status(Status::InvalidArgument, format!("invalid address: {error}")))
}

fn decode<M: Message + Default>(request: &[u8]) -> ExecResult<M> {
    M::decode(request).map_err(|error| SdkError::undecodable_request(&error).into())
}
