//! Protobuf messages of `cosmwasm.wasm.v1` as wasmd v0.61 puts them on the wire and into its store.
//!
//! They are written out here because the published Rust bindings are generated from older releases: they lack
//! `ibc2_port_id`, label updates, address building and the limits query, and a missing field changes stored bytes and
//! with them gas. Fields that Go marks non-nullable are `required`, so that they are written even when they are empty.
//!
//! Source: `docs/protocol/mixnet-contract.md` §1 (engine version).

#![allow(missing_docs, reason = "field and message names are the protocol's own; the module says where they come from")]

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin;
use prost::Message;

/// Who may upload or instantiate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum AccessType {
    Unspecified = 0,
    Nobody = 1,
    Everybody = 3,
    AnyOfAddresses = 4,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct AccessConfig {
    #[prost(enumeration = "AccessType", tag = "1")]
    pub permission: i32,
    #[prost(string, repeated, tag = "3")]
    pub addresses: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct Params {
    #[prost(message, required, tag = "1")]
    pub code_upload_access: AccessConfig,
    #[prost(enumeration = "AccessType", tag = "2")]
    pub instantiate_default_permission: i32,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct CodeInfo {
    #[prost(bytes = "vec", tag = "1")]
    pub code_hash: Vec<u8>,
    #[prost(string, tag = "2")]
    pub creator: String,
    #[prost(message, required, tag = "5")]
    pub instantiate_config: AccessConfig,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct ContractInfo {
    #[prost(uint64, tag = "1")]
    pub code_id: u64,
    #[prost(string, tag = "2")]
    pub creator: String,
    #[prost(string, tag = "3")]
    pub admin: String,
    #[prost(string, tag = "4")]
    pub label: String,
    #[prost(message, optional, tag = "5")]
    pub created: Option<AbsoluteTxPosition>,
    #[prost(string, tag = "6")]
    pub ibc_port_id: String,
    #[prost(string, tag = "8")]
    pub ibc2_port_id: String,
}

/// What a history entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum HistoryOperation {
    Unspecified = 0,
    Init = 1,
    Migrate = 2,
    Genesis = 3,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct ContractCodeHistoryEntry {
    #[prost(enumeration = "HistoryOperation", tag = "1")]
    pub operation: i32,
    #[prost(uint64, tag = "2")]
    pub code_id: u64,
    #[prost(message, optional, tag = "3")]
    pub updated: Option<AbsoluteTxPosition>,
    #[prost(bytes = "vec", tag = "4")]
    pub msg: Vec<u8>,
}

/// Height and, as the position within the block, the gas that earlier transactions of the block consumed.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct AbsoluteTxPosition {
    #[prost(uint64, tag = "1")]
    pub block_height: u64,
    #[prost(uint64, tag = "2")]
    pub tx_index: u64,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct Model {
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

// Transactions

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgStoreCode {
    #[prost(string, tag = "1")]
    pub sender: String,
    #[prost(bytes = "vec", tag = "2")]
    pub wasm_byte_code: Vec<u8>,
    #[prost(message, optional, tag = "5")]
    pub instantiate_permission: Option<AccessConfig>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgStoreCodeResponse {
    #[prost(uint64, tag = "1")]
    pub code_id: u64,
    #[prost(bytes = "vec", tag = "2")]
    pub checksum: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct MsgInstantiateContract {
    #[prost(string, tag = "1")]
    pub sender: String,
    #[prost(string, tag = "2")]
    pub admin: String,
    #[prost(uint64, tag = "3")]
    pub code_id: u64,
    #[prost(string, tag = "4")]
    pub label: String,
    #[prost(bytes = "vec", tag = "5")]
    pub msg: Vec<u8>,
    #[prost(message, repeated, tag = "6")]
    pub funds: Vec<Coin>,
}

/// Answer of both instantiate messages: they have the same fields.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgInstantiateContractResponse {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(bytes = "vec", tag = "2")]
    pub data: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct MsgInstantiateContract2 {
    #[prost(string, tag = "1")]
    pub sender: String,
    #[prost(string, tag = "2")]
    pub admin: String,
    #[prost(uint64, tag = "3")]
    pub code_id: u64,
    #[prost(string, tag = "4")]
    pub label: String,
    #[prost(bytes = "vec", tag = "5")]
    pub msg: Vec<u8>,
    #[prost(message, repeated, tag = "6")]
    pub funds: Vec<Coin>,
    #[prost(bytes = "vec", tag = "7")]
    pub salt: Vec<u8>,
    #[prost(bool, tag = "8")]
    pub fix_msg: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct MsgExecuteContract {
    #[prost(string, tag = "1")]
    pub sender: String,
    #[prost(string, tag = "2")]
    pub contract: String,
    #[prost(bytes = "vec", tag = "3")]
    pub msg: Vec<u8>,
    #[prost(message, repeated, tag = "5")]
    pub funds: Vec<Coin>,
}

/// Answer of the messages whose only result is the contract's data: execute, migrate and sudo.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ContractDataResponse {
    #[prost(bytes = "vec", tag = "1")]
    pub data: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgMigrateContract {
    #[prost(string, tag = "1")]
    pub sender: String,
    #[prost(string, tag = "2")]
    pub contract: String,
    #[prost(uint64, tag = "3")]
    pub code_id: u64,
    #[prost(bytes = "vec", tag = "4")]
    pub msg: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgUpdateAdmin {
    #[prost(string, tag = "1")]
    pub sender: String,
    #[prost(string, tag = "2")]
    pub new_admin: String,
    #[prost(string, tag = "3")]
    pub contract: String,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgClearAdmin {
    #[prost(string, tag = "1")]
    pub sender: String,
    #[prost(string, tag = "3")]
    pub contract: String,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgUpdateInstantiateConfig {
    #[prost(string, tag = "1")]
    pub sender: String,
    #[prost(uint64, tag = "2")]
    pub code_id: u64,
    #[prost(message, optional, tag = "3")]
    pub new_instantiate_permission: Option<AccessConfig>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgUpdateContractLabel {
    #[prost(string, tag = "1")]
    pub sender: String,
    #[prost(string, tag = "2")]
    pub new_label: String,
    #[prost(string, tag = "3")]
    pub contract: String,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgUpdateParams {
    #[prost(string, tag = "1")]
    pub authority: String,
    #[prost(message, required, tag = "2")]
    pub params: Params,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgSudoContract {
    #[prost(string, tag = "1")]
    pub authority: String,
    #[prost(string, tag = "2")]
    pub contract: String,
    #[prost(bytes = "vec", tag = "3")]
    pub msg: Vec<u8>,
}

/// Body of both pinning messages, `MsgPinCodes` and `MsgUnpinCodes`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgPinCodes {
    #[prost(string, tag = "1")]
    pub authority: String,
    #[prost(uint64, repeated, tag = "2")]
    pub code_ids: Vec<u64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct MsgStoreAndInstantiateContract {
    #[prost(string, tag = "1")]
    pub authority: String,
    #[prost(bytes = "vec", tag = "3")]
    pub wasm_byte_code: Vec<u8>,
    #[prost(message, optional, tag = "4")]
    pub instantiate_permission: Option<AccessConfig>,
    #[prost(bool, tag = "5")]
    pub unpin_code: bool,
    #[prost(string, tag = "6")]
    pub admin: String,
    #[prost(string, tag = "7")]
    pub label: String,
    #[prost(bytes = "vec", tag = "8")]
    pub msg: Vec<u8>,
    #[prost(message, repeated, tag = "9")]
    pub funds: Vec<Coin>,
    #[prost(string, tag = "10")]
    pub source: String,
    #[prost(string, tag = "11")]
    pub builder: String,
    #[prost(bytes = "vec", tag = "12")]
    pub code_hash: Vec<u8>,
}

/// Body of `MsgAddCodeUploadParamsAddresses` and `MsgRemoveCodeUploadParamsAddresses`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgCodeUploadParamsAddresses {
    #[prost(string, tag = "1")]
    pub authority: String,
    #[prost(string, repeated, tag = "2")]
    pub addresses: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgStoreAndMigrateContract {
    #[prost(string, tag = "1")]
    pub authority: String,
    #[prost(bytes = "vec", tag = "2")]
    pub wasm_byte_code: Vec<u8>,
    #[prost(message, optional, tag = "3")]
    pub instantiate_permission: Option<AccessConfig>,
    #[prost(string, tag = "4")]
    pub contract: String,
    #[prost(bytes = "vec", tag = "5")]
    pub msg: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct MsgStoreAndMigrateContractResponse {
    #[prost(uint64, tag = "1")]
    pub code_id: u64,
    #[prost(bytes = "vec", tag = "2")]
    pub checksum: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    pub data: Vec<u8>,
}
