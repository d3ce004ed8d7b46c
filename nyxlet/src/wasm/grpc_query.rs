//! The query service `cosmwasm.wasm.v1.Query`.

use std::sync::Arc;

use bytes::Bytes;
use cosmos_sdk_proto::cosmos::base::query::v1beta1::PageRequest;
use prost::Message;

use super::account;
use super::error::{WasmError, no_such_code, no_such_contract};
use super::keeper::{Keeper, plain};
use super::proto::{CodeInfo, ContractCodeHistoryEntry, Model};
use super::proto_query::{
    CodeInfoResponse, QueryAllContractStateResponse, QueryBuildAddressRequest, QueryBuildAddressResponse,
    QueryCodeInfoResponse, QueryCodeRequest, QueryCodeResponse, QueryCodesRequest, QueryCodesResponse,
    QueryContractHistoryResponse, QueryContractInfoRequest, QueryContractInfoResponse, QueryContractStateRequest,
    QueryContractStateResponse, QueryContractsByCodeRequest, QueryContractsResponse, QueryPagedByAddressRequest,
    QueryParamsResponse, QueryPinnedCodesRequest, QueryPinnedCodesResponse, QueryWasmLimitsConfigResponse,
};
use super::storage::ContractStorage;
use super::{address as contract_address, go_json, keys};
use crate::address;
use crate::app::Context;
use crate::error::{ExecError, ExecResult, Root, SdkError, Status};
use crate::gas::{GasError, GasMeter};
use crate::modules::paging::{DEFAULT_LIMIT, paginate};
use crate::store::StoreKey;

/// Entries that one page may have.
const MAX_PAGE: u64 = 100;
/// Gas of computing an address.
const BUILD_ADDRESS_COST: u64 = 10;
/// Path of the service.
pub const SERVICE: &str = "/cosmwasm.wasm.v1.Query/";

/// Answers a method of the service; `None` for an unknown method.
pub fn answer(keeper: &Arc<Keeper>, ctx: &Context, method: &str, request: &[u8]) -> Option<ExecResult<Vec<u8>>> {
    Some(match method {
        "ContractInfo" => run(request, |request| contract_info(keeper, ctx, request)),
        "ContractHistory" => run(request, |request| contract_history(ctx, request)),
        "ContractsByCode" => run(request, |request| contracts_by_code(ctx, request)),
        "ContractsByCreator" => run(request, |request| contracts_by_creator(ctx, request)),
        "AllContractState" => run(request, |request| all_contract_state(ctx, request)),
        "RawContractState" => run(request, |request| raw_contract_state(ctx, request)),
        "SmartContractState" => run(request, |request| smart_contract_state(keeper, ctx, request)),
        "Code" => run(request, |request| code(keeper, ctx, request)),
        "CodeInfo" => run(request, |request| code_info(keeper, ctx, request)),
        "Codes" => run(request, |request| codes(ctx, request)),
        "PinnedCodes" => run(request, |request| pinned_codes(ctx, request)),
        "Params" => run(request, |()| Ok(QueryParamsResponse { params: keeper.params(ctx)? })),
        "WasmLimitsConfig" => run(request, |()| Ok(QueryWasmLimitsConfigResponse { config: "{}".into() })),
        "BuildAddress" => run(request, |request| {
            let answer = build_address(&request);
            ctx.gas.consume(BUILD_ADDRESS_COST, "build address")?;
            answer
        }),
        _ => return None,
    })
}

fn run<Q: Message + Default, A: Message>(request: &[u8], work: impl FnOnce(Q) -> ExecResult<A>) -> ExecResult<Vec<u8>> {
    let request = Q::decode(request).map_err(|error| SdkError::undecodable_request(&error))?;
    work(request).map(|answer| answer.encode_to_vec())
}

fn contract_info(
    keeper: &Keeper,
    ctx: &Context,
    request: QueryContractInfoRequest,
) -> ExecResult<QueryContractInfoResponse> {
    let contract = decode_address(&request.address)?;
    let contract_info =
        keeper.contract_info(&ctx.kv(StoreKey::Wasm), &contract)?.ok_or_else(|| no_such_contract(&request.address))?;
    Ok(QueryContractInfoResponse { address: address::encode(&contract), contract_info })
}

fn contract_history(ctx: &Context, request: QueryPagedByAddressRequest) -> ExecResult<QueryContractHistoryResponse> {
    let contract = decode_address(&request.address)?;
    let page = page_request(request.pagination)?;
    let prefix = keys::history_prefix(&contract);
    let (entries, page) =
        paginate(&ctx.kv(StoreKey::Wasm), &prefix, Some(&page), |_, value| decode::<ContractCodeHistoryEntry>(value))?;
    Ok(QueryContractHistoryResponse { entries, pagination: Some(page) })
}

fn contracts_by_code(ctx: &Context, request: QueryContractsByCodeRequest) -> ExecResult<QueryContractsResponse> {
    require_code_id(request.code_id)?;
    indexed_contracts(ctx, &keys::by_code_prefix(request.code_id), request.pagination)
}

fn contracts_by_creator(ctx: &Context, request: QueryPagedByAddressRequest) -> ExecResult<QueryContractsResponse> {
    let page = page_request(request.pagination)?;
    let creator = decode_address(&request.address)?;
    indexed_contracts(ctx, &keys::by_creator_prefix(&creator), Some(page))
}

fn indexed_contracts(
    ctx: &Context,
    prefix: &[u8],
    pagination: Option<PageRequest>,
) -> ExecResult<QueryContractsResponse> {
    let page = page_request(pagination)?;
    let (contracts, page) = paginate(&ctx.kv(StoreKey::Wasm), prefix, Some(&page), |key, _| {
        Ok(address::encode(key.get(keys::POSITION_LENGTH..).unwrap_or_default()))
    })?;
    Ok(QueryContractsResponse { contracts, pagination: Some(page) })
}

fn all_contract_state(ctx: &Context, request: QueryPagedByAddressRequest) -> ExecResult<QueryAllContractStateResponse> {
    let contract = decode_address(&request.address)?;
    let page = page_request(request.pagination)?;
    require_contract(ctx, &contract)?;
    let prefix = keys::contract_store(&contract);
    let (models, page) = paginate(&ctx.kv(StoreKey::Wasm), &prefix, Some(&page), |key, value| {
        Ok(Model { key: key.to_vec(), value: value.to_vec() })
    })?;
    Ok(QueryAllContractStateResponse { models, pagination: Some(page) })
}

fn raw_contract_state(ctx: &Context, request: QueryContractStateRequest) -> ExecResult<QueryContractStateResponse> {
    let contract = decode_address(&request.address)?;
    require_contract(ctx, &contract)?;
    if request.query_data.is_empty() {
        return Ok(QueryContractStateResponse::default());
    }
    let value = ContractStorage::new(ctx, &contract).read(&request.query_data)?;
    Ok(QueryContractStateResponse { data: value.map(Vec::from).unwrap_or_default() })
}

fn smart_contract_state(
    keeper: &Arc<Keeper>,
    ctx: &Context,
    request: QueryContractStateRequest,
) -> ExecResult<QueryContractStateResponse> {
    if !go_json::is_valid(&request.query_data) {
        return Err(invalid_argument("invalid query data"));
    }
    let contract = decode_address(&request.address)?;
    let meter = GasMeter::new(ctx.gas.remaining().min(keeper.query_gas_limit));
    match keeper.query_smart(&ctx.with_gas(meter.clone()), &contract, &request.query_data) {
        Ok(Some(data)) => Ok(QueryContractStateResponse { data }),
        Ok(None) => Err(no_such_contract(&address::encode(&contract)).into()),
        Err(ExecError::Gas(GasError::OutOfGas { descriptor })) => Err(Root::OutOfGas
            .wrap(format_args!(
                "out of gas in location: {descriptor}; gasWanted: {}, gasUsed: {}",
                meter.limit(),
                meter.consumed()
            ))
            .into()),
        Err(ExecError::Gas(_) | ExecError::Panic(_)) => Err(Root::Panic.error().into()),
        Err(error) => Err(error),
    }
}

fn code(keeper: &Keeper, ctx: &Context, request: QueryCodeRequest) -> ExecResult<QueryCodeResponse> {
    let info = require_code(keeper, ctx, request.code_id)?;
    let checksum = info.code_hash.as_slice().try_into().map_err(|_| plain("Checksum not of length 32"))?;
    let data = keeper.engine.code(&checksum).map_err(|text| plain(format!("loading wasm code: {text}")))?;
    Ok(QueryCodeResponse { code_info: Some(code_info_response(request.code_id, info)), data })
}

fn code_info(keeper: &Keeper, ctx: &Context, request: QueryCodeRequest) -> ExecResult<QueryCodeInfoResponse> {
    let info = require_code(keeper, ctx, request.code_id)?;
    Ok(QueryCodeInfoResponse {
        code_id: request.code_id,
        creator: info.creator,
        checksum: info.code_hash,
        instantiate_permission: info.instantiate_config,
    })
}

fn codes(ctx: &Context, request: QueryCodesRequest) -> ExecResult<QueryCodesResponse> {
    let page = page_request(request.pagination)?;
    let kv = ctx.kv(StoreKey::Wasm);
    let (code_infos, page) = paginate(&kv, keys::CODE_PREFIX, Some(&page), |key, value| {
        Ok(code_info_response(code_id_of(key)?, decode::<CodeInfo>(value)?))
    })?;
    Ok(QueryCodesResponse { code_infos, pagination: Some(page) })
}

fn pinned_codes(ctx: &Context, request: QueryPinnedCodesRequest) -> ExecResult<QueryPinnedCodesResponse> {
    let page = page_request(request.pagination)?;
    let kv = ctx.kv(StoreKey::Wasm);
    let (code_ids, page) = paginate(&kv, keys::PINNED_PREFIX, Some(&page), |key, _| code_id_of(key))?;
    Ok(QueryPinnedCodesResponse { code_ids, pagination: Some(page) })
}

fn build_address(request: &QueryBuildAddressRequest) -> ExecResult<QueryBuildAddressResponse> {
    let checksum = from_hex(&request.code_hash).map_err(|error| plain(format!("invalid code hash: {error}")))?;
    let creator = account::decode(&request.creator_address)
        .map_err(|error| plain(format!("invalid creator address: {}", error.log)))?;
    let salt = from_hex(&request.salt).map_err(|error| plain(format!("invalid salt: {error}")))?;
    if salt.is_empty() {
        return Err(invalid_argument("empty salt"));
    }
    if !request.init_args.is_empty() && !go_json::is_valid(&request.init_args) {
        return Err(WasmError::Invalid.error().into());
    }
    if checksum.len() != 32 {
        return Err(ExecError::Panic("invalid checksum".into()));
    }
    if salt.len() > contract_address::MAX_SALT {
        let text = format!("salt: cannot be longer than {} characters: exceeds limit", contract_address::MAX_SALT);
        return Err(ExecError::Panic(text));
    }
    let contract = contract_address::predictable(&checksum, &creator, &salt, &request.init_args);
    Ok(QueryBuildAddressResponse { address: address::encode(&contract) })
}

fn code_info_response(code_id: u64, info: CodeInfo) -> CodeInfoResponse {
    CodeInfoResponse {
        code_id,
        creator: info.creator,
        data_hash: info.code_hash,
        instantiate_permission: info.instantiate_config,
    }
}

fn code_id_of(key: &[u8]) -> ExecResult<u64> {
    let bytes = key.try_into().map_err(|_| ExecError::Panic("a code key does not end in 8 bytes".into()))?;
    Ok(u64::from_be_bytes(bytes))
}

fn require_code_id(code_id: u64) -> ExecResult<()> {
    if code_id == 0 { Err(WasmError::Invalid.wrap("code id").into()) } else { Ok(()) }
}

fn require_code(keeper: &Keeper, ctx: &Context, code_id: u64) -> ExecResult<CodeInfo> {
    require_code_id(code_id)?;
    let info = keeper.code_info(&ctx.kv(StoreKey::Wasm), code_id)?;
    info.ok_or_else(|| no_such_code(code_id).into())
}

fn require_contract(ctx: &Context, contract: &[u8]) -> ExecResult<()> {
    if ctx.kv(StoreKey::Wasm).has(&keys::contract(contract))? {
        Ok(())
    } else {
        Err(no_such_contract(&address::encode(contract)).into())
    }
}

/// Pages of this service go by key only, with at most [`MAX_PAGE`] entries.
fn page_request(request: Option<PageRequest>) -> ExecResult<PageRequest> {
    let Some(mut request) = request else {
        return Ok(PageRequest { limit: DEFAULT_LIMIT, ..PageRequest::default() });
    };
    if request.offset != 0 || request.count_total {
        return Err(invalid_argument("offset and count queries not supported"));
    }
    if request.limit == 0 || request.limit > MAX_PAGE {
        request.limit = MAX_PAGE;
    }
    Ok(request)
}

fn invalid_argument(text: &str) -> ExecError {
    SdkError::status(Status::InvalidArgument, text).into()
}

fn decode_address(text: &str) -> ExecResult<Vec<u8>> {
    Ok(account::decode(text)?)
}

fn decode<M: Message + Default>(value: &Bytes) -> ExecResult<M> {
    M::decode(value.as_ref()).map_err(|error| ExecError::Panic(error.to_string()))
}

fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    hex::decode(text).map_err(|error| match error {
        hex::FromHexError::OddLength => "encoding/hex: odd length hex string".to_owned(),
        hex::FromHexError::InvalidHexCharacter { c, .. } => {
            format!("encoding/hex: invalid byte: U+{:04X} '{c}'", u32::from(c))
        }
        hex::FromHexError::InvalidStringLength => error.to_string(),
    })
}
