//! Protobuf messages of the query service `cosmwasm.wasm.v1.Query`. See [`super::proto`].

#![allow(missing_docs, reason = "field and message names are the protocol's own; the module says where they come from")]

use cosmos_sdk_proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};
use prost::Message;

use super::proto::{AccessConfig, ContractCodeHistoryEntry, ContractInfo, Model, Params};

/// Requests whose only field is an address (`ContractInfo`).
#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryContractInfoRequest {
    #[prost(string, tag = "1")]
    pub address: String,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryContractInfoResponse {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(message, required, tag = "2")]
    pub contract_info: ContractInfo,
}

/// Paged request about one address: `ContractHistory`, `AllContractState` and `ContractsByCreator`.
#[derive(Clone, PartialEq, Message)]
pub struct QueryPagedByAddressRequest {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(message, optional, tag = "2")]
    pub pagination: Option<PageRequest>,
}

#[derive(Clone, PartialEq, Message)]
pub struct QueryContractHistoryResponse {
    #[prost(message, repeated, tag = "1")]
    pub entries: Vec<ContractCodeHistoryEntry>,
    #[prost(message, optional, tag = "2")]
    pub pagination: Option<PageResponse>,
}

#[derive(Clone, PartialEq, Message)]
pub struct QueryContractsByCodeRequest {
    #[prost(uint64, tag = "1")]
    pub code_id: u64,
    #[prost(message, optional, tag = "2")]
    pub pagination: Option<PageRequest>,
}

/// Answer with addresses: `ContractsByCode` and `ContractsByCreator`.
#[derive(Clone, PartialEq, Message)]
pub struct QueryContractsResponse {
    #[prost(string, repeated, tag = "1")]
    pub contracts: Vec<String>,
    #[prost(message, optional, tag = "2")]
    pub pagination: Option<PageResponse>,
}

#[derive(Clone, PartialEq, Message)]
pub struct QueryAllContractStateResponse {
    #[prost(message, repeated, tag = "1")]
    pub models: Vec<Model>,
    #[prost(message, optional, tag = "2")]
    pub pagination: Option<PageResponse>,
}

/// Request of `RawContractState` and `SmartContractState`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryContractStateRequest {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(bytes = "vec", tag = "2")]
    pub query_data: Vec<u8>,
}

/// Answer of `RawContractState` and `SmartContractState`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryContractStateResponse {
    #[prost(bytes = "vec", tag = "1")]
    pub data: Vec<u8>,
}

/// Request of `Code` and `CodeInfo`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryCodeRequest {
    #[prost(uint64, tag = "1")]
    pub code_id: u64,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryCodeInfoResponse {
    #[prost(uint64, tag = "1")]
    pub code_id: u64,
    #[prost(string, tag = "2")]
    pub creator: String,
    #[prost(bytes = "vec", tag = "3")]
    pub checksum: Vec<u8>,
    #[prost(message, required, tag = "4")]
    pub instantiate_permission: AccessConfig,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct CodeInfoResponse {
    #[prost(uint64, tag = "1")]
    pub code_id: u64,
    #[prost(string, tag = "2")]
    pub creator: String,
    #[prost(bytes = "vec", tag = "3")]
    pub data_hash: Vec<u8>,
    #[prost(message, required, tag = "6")]
    pub instantiate_permission: AccessConfig,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryCodeResponse {
    #[prost(message, optional, tag = "1")]
    pub code_info: Option<CodeInfoResponse>,
    #[prost(bytes = "vec", tag = "2")]
    pub data: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct QueryCodesRequest {
    #[prost(message, optional, tag = "1")]
    pub pagination: Option<PageRequest>,
}

#[derive(Clone, PartialEq, Message)]
pub struct QueryCodesResponse {
    #[prost(message, repeated, tag = "1")]
    pub code_infos: Vec<CodeInfoResponse>,
    #[prost(message, optional, tag = "2")]
    pub pagination: Option<PageResponse>,
}

#[derive(Clone, PartialEq, Message)]
pub struct QueryPinnedCodesRequest {
    #[prost(message, optional, tag = "2")]
    pub pagination: Option<PageRequest>,
}

#[derive(Clone, PartialEq, Message)]
pub struct QueryPinnedCodesResponse {
    #[prost(uint64, repeated, tag = "1")]
    pub code_ids: Vec<u64>,
    #[prost(message, optional, tag = "2")]
    pub pagination: Option<PageResponse>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryParamsResponse {
    #[prost(message, required, tag = "1")]
    pub params: Params,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryWasmLimitsConfigResponse {
    #[prost(string, tag = "1")]
    pub config: String,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryBuildAddressRequest {
    #[prost(string, tag = "1")]
    pub code_hash: String,
    #[prost(string, tag = "2")]
    pub creator_address: String,
    #[prost(string, tag = "3")]
    pub salt: String,
    #[prost(bytes = "vec", tag = "4")]
    pub init_args: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct QueryBuildAddressResponse {
    #[prost(string, tag = "1")]
    pub address: String,
}
