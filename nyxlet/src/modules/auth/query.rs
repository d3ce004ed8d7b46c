//! The queries of `cosmos.auth.v1beta1.Query`.

use cosmos_sdk_proto::cosmos::auth::v1beta1::{
    AddressBytesToStringRequest, AddressBytesToStringResponse, AddressStringToBytesRequest,
    AddressStringToBytesResponse, BaseAccount, Bech32PrefixResponse, QueryAccountAddressByIdRequest,
    QueryAccountAddressByIdResponse, QueryAccountInfoRequest, QueryAccountInfoResponse, QueryAccountRequest,
    QueryAccountResponse, QueryAccountsRequest, QueryAccountsResponse, QueryModuleAccountByNameRequest,
    QueryModuleAccountByNameResponse, QueryModuleAccountsResponse, QueryParamsResponse,
};
use prost::Message;

use super::{ACCOUNT_PREFIX, Account, MODULE_ACCOUNTS, account, module_account, number_key, params};
use crate::{
    address,
    app::Context,
    error::{ExecError, ExecResult, SdkError, Status},
    modules::paging::paginate,
    store::StoreKey,
};

pub(super) fn answer(ctx: &Context, method: &str, request: &[u8]) -> Option<ExecResult<Vec<u8>>> {
    Some(match method {
        "Account" => by_address(ctx, request),
        "AccountInfo" => info(ctx, request),
        "Accounts" => all(ctx, request),
        "AccountAddressByID" => address_by_id(ctx, request),
        "Params" => params(ctx).map(|params| QueryParamsResponse { params: Some(params) }.encode_to_vec()),
        "ModuleAccounts" => module_accounts(ctx),
        "ModuleAccountByName" => module_account_by_name(ctx, request),
        "Bech32Prefix" => Ok(Bech32PrefixResponse { bech32_prefix: address::PREFIX.into() }.encode_to_vec()),
        "AddressBytesToString" => bytes_to_string(request),
        "AddressStringToBytes" => string_to_bytes(request),
        _ => return None,
    })
}

/// Decodes the request of a query.
///
/// # Errors
/// The bytes are no such message.
fn decode<M: Message + Default>(request: &[u8]) -> Result<M, ExecError> {
    M::decode(request).map_err(|error| SdkError::undecodable_request(&error).into())
}

fn by_address(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QueryAccountRequest = decode(request)?;
    let account = require(ctx, &request.address, "Address cannot be empty")?;
    Ok(QueryAccountResponse { account: Some(account.to_any()) }.encode_to_vec())
}

fn info(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QueryAccountInfoRequest = decode(request)?;
    let account = require(ctx, &request.address, "address cannot be empty")?;
    let info = BaseAccount { address: request.address, ..account.as_base().clone() };
    Ok(QueryAccountInfoResponse { info: Some(info) }.encode_to_vec())
}

fn all(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QueryAccountsRequest = decode(request)?;
    let convert = |_: &[u8], value: &bytes::Bytes| Account::decode(value).map(|account| account.to_any());
    let (accounts, pagination) =
        paginate(&ctx.kv(StoreKey::Auth), &[ACCOUNT_PREFIX], request.pagination.as_ref(), convert)?;
    Ok(QueryAccountsResponse { accounts, pagination: Some(pagination) }.encode_to_vec())
}

#[allow(deprecated, reason = "the deprecated field must be refused")]
fn address_by_id(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let request: QueryAccountAddressByIdRequest = decode(request)?;
    if request.id != 0 {
        let text = "requesting with id isn't supported, try to request using account-id";
        return Err(SdkError::status(Status::InvalidArgument, text).into());
    }
    let number = request.account_id;
    let address = ctx.kv(StoreKey::Auth).get(&number_key(number))?.ok_or_else(|| {
        SdkError::status(Status::NotFound, format!("account address not found with account number {number}"))
    })?;
    Ok(QueryAccountAddressByIdResponse { account_address: address::encode(&address) }.encode_to_vec())
}

fn module_accounts(ctx: &Context) -> ExecResult<Vec<u8>> {
    let accounts = MODULE_ACCOUNTS
        .iter()
        .map(|(name, _)| module_account(ctx, name).map(|account| account.to_any()))
        .collect::<ExecResult<_>>()?;
    Ok(QueryModuleAccountsResponse { accounts }.encode_to_vec())
}

fn module_account_by_name(ctx: &Context, request: &[u8]) -> ExecResult<Vec<u8>> {
    let name = decode::<QueryModuleAccountByNameRequest>(request)?.name;
    if name.is_empty() {
        return Err(SdkError::status(Status::InvalidArgument, "module name is empty").into());
    }
    if !MODULE_ACCOUNTS.iter().any(|(known, _)| *known == name) {
        return Err(SdkError::status(Status::NotFound, format!("account {name} not found")).into());
    }
    let account = module_account(ctx, &name)?;
    Ok(QueryModuleAccountByNameResponse { account: Some(account.to_any()) }.encode_to_vec())
}

fn bytes_to_string(request: &[u8]) -> ExecResult<Vec<u8>> {
    let bytes = decode::<AddressBytesToStringRequest>(request)?.address_bytes;
    if bytes.is_empty() {
        return Err(SdkError::unregistered("empty address bytes is not allowed").into());
    }
    Ok(AddressBytesToStringResponse { address_string: address::encode(&bytes) }.encode_to_vec())
}

fn string_to_bytes(request: &[u8]) -> ExecResult<Vec<u8>> {
    let text = decode::<AddressStringToBytesRequest>(request)?.address_string;
    let address_bytes = address::decode(&text).map_err(SdkError::unregistered)?;
    Ok(AddressStringToBytesResponse { address_bytes }.encode_to_vec())
}

fn require(ctx: &Context, text: &str, empty: &str) -> ExecResult<Account> {
    if text.is_empty() {
        return Err(SdkError::status(Status::InvalidArgument, empty).into());
    }
    let address = address::decode(text).map_err(SdkError::unregistered)?;
    let found = account(ctx, &address)?;
    found.ok_or_else(|| SdkError::status(Status::NotFound, format!("account {text} not found")).into())
}
