//! Codes and contracts of a document.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{AppStateError, number};
use crate::wasm::proto::{
    AbsoluteTxPosition, AccessConfig, AccessType, CodeInfo, ContractCodeHistoryEntry, ContractInfo, HistoryOperation,
    Params,
};

/// Codes, contracts, and the counters of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WasmState {
    /// The module's parameters.
    pub params: Params,
    /// Codes.
    pub codes: Vec<LoadedCode>,
    /// Contracts.
    pub contracts: Vec<LoadedContract>,
    /// Counters: key and next number.
    pub sequences: Vec<(Vec<u8>, u64)>,
}

/// A code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedCode {
    /// Its number.
    pub id: u64,
    /// What is stored of it.
    pub info: CodeInfo,
    /// The wasm.
    pub wasm: Vec<u8>,
    /// Whether governance pinned it.
    pub pinned: bool,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedContract {
    /// Bech32 address.
    pub address: String,
    /// What is stored of it.
    pub info: ContractInfo,
    /// Its storage: key and value.
    pub state: Vec<(Vec<u8>, Vec<u8>)>,
    /// The history of its code, oldest first.
    pub history: Vec<ContractCodeHistoryEntry>,
}

#[derive(Deserialize)]
pub(super) struct Document {
    params: ParamsDocument,
    #[serde(default)]
    codes: Vec<CodeDocument>,
    #[serde(default)]
    contracts: Vec<ContractDocument>,
    #[serde(default)]
    sequences: Vec<SequenceDocument>,
}

#[derive(Deserialize)]
struct ParamsDocument {
    code_upload_access: AccessDocument,
    instantiate_default_permission: String,
}

#[derive(Deserialize)]
struct AccessDocument {
    permission: String,
    #[serde(default)]
    addresses: Vec<String>,
}

#[derive(Deserialize)]
struct CodeDocument {
    #[serde(deserialize_with = "number::read")]
    code_id: u64,
    code_info: CodeInfoDocument,
    code_bytes: String,
    #[serde(default)]
    pinned: bool,
}

#[derive(Deserialize)]
struct CodeInfoDocument {
    code_hash: String,
    creator: String,
    instantiate_config: AccessDocument,
}

#[derive(Deserialize)]
struct ContractDocument {
    contract_address: String,
    contract_info: ContractInfoDocument,
    #[serde(default)]
    contract_state: Vec<EntryDocument>,
    contract_code_history: Vec<HistoryDocument>,
}

#[derive(Deserialize)]
struct ContractInfoDocument {
    #[serde(deserialize_with = "number::read")]
    code_id: u64,
    creator: String,
    #[serde(default)]
    admin: String,
    #[serde(default)]
    label: String,
    created: Option<PositionDocument>,
    #[serde(default)]
    ibc_port_id: String,
    #[serde(default)]
    ibc2_port_id: String,
}

#[derive(Deserialize)]
struct PositionDocument {
    #[serde(deserialize_with = "number::read")]
    block_height: u64,
    #[serde(deserialize_with = "number::read")]
    tx_index: u64,
}

#[derive(Deserialize)]
struct EntryDocument {
    /// Hexadecimal.
    key: String,
    /// Base64; `null` for an empty value.
    value: Option<String>,
}

#[derive(Deserialize)]
struct HistoryDocument {
    operation: String,
    #[serde(deserialize_with = "number::read")]
    code_id: u64,
    updated: Option<PositionDocument>,
    /// The JSON that the contract was sent.
    msg: Box<RawValue>,
}

#[derive(Deserialize)]
struct SequenceDocument {
    id_key: String,
    #[serde(deserialize_with = "number::read")]
    value: u64,
}

impl Document {
    pub(super) fn read(self) -> Result<WasmState, AppStateError> {
        Ok(WasmState {
            params: Params {
                code_upload_access: self.params.code_upload_access.read()?,
                instantiate_default_permission: access_type(&self.params.instantiate_default_permission)? as i32,
            },
            codes: self.codes.into_iter().map(CodeDocument::read).collect::<Result<_, _>>()?,
            contracts: self.contracts.into_iter().map(ContractDocument::read).collect::<Result<_, _>>()?,
            sequences: self
                .sequences
                .into_iter()
                .map(|sequence| Ok((base64(&sequence.id_key, "app_state.wasm.sequences")?, sequence.value)))
                .collect::<Result<_, AppStateError>>()?,
        })
    }
}

impl AccessDocument {
    fn read(self) -> Result<AccessConfig, AppStateError> {
        Ok(AccessConfig { permission: access_type(&self.permission)? as i32, addresses: self.addresses })
    }
}

impl CodeDocument {
    fn read(self) -> Result<LoadedCode, AppStateError> {
        let member = "app_state.wasm.codes";
        Ok(LoadedCode {
            id: self.code_id,
            info: CodeInfo {
                code_hash: base64(&self.code_info.code_hash, member)?,
                creator: self.code_info.creator,
                instantiate_config: self.code_info.instantiate_config.read()?,
            },
            wasm: base64(&self.code_bytes, member)?,
            pinned: self.pinned,
        })
    }
}

impl ContractDocument {
    fn read(self) -> Result<LoadedContract, AppStateError> {
        let member = "app_state.wasm.contracts";
        let info = self.contract_info;
        let entry = |entry: EntryDocument| {
            let key = hex::decode(&entry.key).map_err(|error| AppStateError::member(member, error))?;
            Ok((key, base64(entry.value.as_deref().unwrap_or_default(), member)?))
        };
        Ok(LoadedContract {
            address: self.contract_address,
            info: ContractInfo {
                code_id: info.code_id,
                creator: info.creator,
                admin: info.admin,
                label: info.label,
                created: info.created.as_ref().map(PositionDocument::read),
                ibc_port_id: info.ibc_port_id,
                ibc2_port_id: info.ibc2_port_id,
            },
            state: self.contract_state.into_iter().map(entry).collect::<Result<_, AppStateError>>()?,
            history: self.contract_code_history.into_iter().map(HistoryDocument::read).collect::<Result<_, _>>()?,
        })
    }
}

impl PositionDocument {
    fn read(&self) -> AbsoluteTxPosition {
        AbsoluteTxPosition { block_height: self.block_height, tx_index: self.tx_index }
    }
}

impl HistoryDocument {
    fn read(self) -> Result<ContractCodeHistoryEntry, AppStateError> {
        let operation = match self.operation.strip_prefix("CONTRACT_CODE_HISTORY_OPERATION_TYPE_") {
            Some("INIT") => HistoryOperation::Init,
            Some("MIGRATE") => HistoryOperation::Migrate,
            Some("GENESIS") => HistoryOperation::Genesis,
            _ => {
                let reason = format!("a history has the operation {:?}", self.operation);
                return Err(AppStateError::member("app_state.wasm.contracts", reason));
            }
        };
        Ok(ContractCodeHistoryEntry {
            operation: operation as i32,
            code_id: self.code_id,
            updated: self.updated.as_ref().map(PositionDocument::read),
            msg: self.msg.get().as_bytes().to_vec(),
        })
    }
}

fn access_type(text: &str) -> Result<AccessType, AppStateError> {
    match text {
        "Unspecified" => Ok(AccessType::Unspecified),
        "Nobody" => Ok(AccessType::Nobody),
        "Everybody" => Ok(AccessType::Everybody),
        "AnyOfAddresses" => Ok(AccessType::AnyOfAddresses),
        _ => Err(AppStateError::member("app_state.wasm", format!("{text:?} is no permission"))),
    }
}

fn base64(text: &str, member: &'static str) -> Result<Vec<u8>, AppStateError> {
    BASE64.decode(text).map_err(|error| AppStateError::member(member, error))
}
