//! Codes, and what is stored of contracts; `calls` runs them.
//!
//! The order of reads and writes in here is the order of a wasmd node, since each of them is charged.

use std::io::{ErrorKind, Read};

use bytes::Bytes;
use cosmwasm_vm_std::Checksum;
use prost::Message;

use super::engine::Engine;
use super::error::{WasmError, no_such_code, no_such_contract};
use super::gas_register::{self, GAS_MULTIPLIER};
use super::keys;
use super::proto::{AccessConfig, AccessType, CodeInfo, ContractInfo, Params};
use crate::address;
use crate::app::{Context, ExecMode, event};
use crate::error::{ExecError, ExecResult, Root, SdkError};
use crate::gas::{GasError, GasKv};
use crate::store::StoreKey;

/// Largest wasm, in bytes, packed or not.
pub const MAX_WASM: usize = 800 * 1024;
/// The state of the module behind its messages and queries.
pub struct Keeper {
    /// The virtual machine.
    pub engine: Engine,
    /// SDK gas that a client's smart query may use.
    pub query_gas_limit: u64,
}

impl Keeper {
    /// Stores code and returns its id and checksum.
    ///
    /// # Errors
    /// No permission, code that is too big, malformed or refused by the machine's checks, out of gas.
    pub fn store_code(
        &self,
        ctx: &Context,
        creator: &[u8],
        wasm: &[u8],
        permission: Option<&AccessConfig>,
    ) -> ExecResult<(u64, Checksum)> {
        let creator_text = address::encode(creator);
        let default_access =
            AccessType::try_from(self.params(ctx)?.instantiate_default_permission).unwrap_or(AccessType::Unspecified);
        let default_config = AccessConfig::for_creator(default_access, &creator_text);
        let config = permission.cloned().unwrap_or_else(|| default_config.clone());
        let upload = self.params(ctx)?.code_upload_access;
        if !upload.allows(&creator_text) || !config.is_subset_of(&default_config) {
            return Err(Root::Unauthorized.wrap("can not create code").into());
        }

        let unpacked;
        let wasm = if wasm.starts_with(&[0x1f, 0x8b, 0x08]) {
            ctx.gas.consume(gas_register::uncompress_cost(wasm.len()), "Uncompress gzip bytecode")?;
            unpacked = uncompress(wasm)
                .map_err(|text| WasmError::CreateFailed.wrap(format_args!("uncompress wasm archive: {text}")))?;
            &unpacked
        } else {
            wasm
        };

        let simulated = ctx.mode == ExecMode::Simulate;
        let stored = self.engine.store_code(wasm, runtime_gas(ctx)?, !simulated);
        consume_runtime_gas(ctx, stored.gas_used)?;
        let checksum = stored.result.map_err(|text| WasmError::CreateFailed.wrap(text))?;
        if !simulated {
            self.engine.analyze(&checksum).map_err(|text| WasmError::CreateFailed.wrap(text))?;
        }
        let kv = ctx.kv(StoreKey::Wasm);
        let code_id = next_id(&kv, keys::last_code_id())?;
        let info =
            CodeInfo { code_hash: checksum.as_slice().to_vec(), creator: creator_text, instantiate_config: config };
        kv.set(keys::code(code_id), info.encode_to_vec())?;

        let attributes = [("code_checksum", checksum.to_hex()), ("code_id", code_id.to_string())];
        // wasmd's source adds the required capabilities to a copy of the event; what it emits has none.
        ctx.events.emit(event("store_code", attributes));
        Ok((code_id, checksum))
    }

    /// The contract and the checksum of its code.
    pub(super) fn instance(&self, kv: &GasKv, contract: &[u8]) -> ExecResult<(ContractInfo, Checksum)> {
        let info = self.contract_info(kv, contract)?.ok_or_else(|| no_such_contract(&address::encode(contract)))?;
        let code = self.code_info(kv, info.code_id)?.ok_or_else(|| no_such_code(info.code_id))?;
        Ok((info, checksum_of(&code)?))
    }

    /// The contract, if `caller` is its admin.
    ///
    /// # Errors
    /// No such contract, or no permission with `refusal` as context.
    pub fn contract_to_modify(
        &self,
        kv: &GasKv,
        contract: &[u8],
        caller: &[u8],
        refusal: &str,
    ) -> ExecResult<ContractInfo> {
        let info = self.contract_info(kv, contract)?.ok_or_else(|| Root::InvalidRequest.wrap("unknown contract"))?;
        if info.admin.is_empty() || info.admin != address::encode(caller) {
            return Err(Root::Unauthorized.wrap(refusal).into());
        }
        Ok(info)
    }

    /// What is stored of a contract.
    ///
    /// # Errors
    /// Out of gas.
    pub fn contract_info(&self, kv: &GasKv, contract: &[u8]) -> ExecResult<Option<ContractInfo>> {
        kv.get(&keys::contract(contract))?.map(decode).transpose()
    }

    /// What is stored of a code.
    ///
    /// # Errors
    /// Out of gas.
    pub fn code_info(&self, kv: &GasKv, code_id: u64) -> ExecResult<Option<CodeInfo>> {
        kv.get(&keys::code(code_id))?.map(decode).transpose()
    }

    /// The module's parameters.
    ///
    /// # Errors
    /// Out of gas.
    pub fn params(&self, ctx: &Context) -> ExecResult<Params> {
        let stored = ctx.kv(StoreKey::Wasm).get(keys::PARAMS)?;
        decode(stored.ok_or_else(|| {
            ExecError::Panic(
                "collections: not found: key 'no_key' of type github.com/cosmos/gogoproto/cosmwasm.wasm.v1.Params"
                    .into(),
            )
        })?)
    }

    /// Whether governance pinned a code.
    ///
    /// # Errors
    /// Out of gas.
    pub fn is_pinned(&self, kv: &GasKv, code_id: u64) -> ExecResult<bool> {
        kv.has(&keys::pinned(code_id))
    }

    /// Whether loading this code is cheap: it is pinned, or this transaction has loaded it before.
    pub(super) fn discount(&self, ctx: &Context, kv: &GasKv, checksum: &Checksum, code_id: u64) -> ExecResult<bool> {
        if self.is_pinned(kv, code_id)? {
            return Ok(true);
        }
        Ok(ctx.tx_contracts.as_ref().is_some_and(|loaded| !loaded.insert(checksum.as_slice())))
    }
}

/// CosmWasm gas that is left for a contract.
pub(super) fn runtime_gas(ctx: &Context) -> ExecResult<u64> {
    if ctx.gas.is_out_of_gas() {
        return Ok(0);
    }
    if ctx.gas.is_infinite() || ctx.gas.limit() == u64::MAX {
        return Ok(u64::MAX);
    }
    let left = ctx.gas.limit() - ctx.gas.consumed_to_limit();
    let overflow = || GasError::Overflow { descriptor: "ToWasmVMGas".into() };
    Ok(left.checked_mul(GAS_MULTIPLIER).ok_or_else(overflow)?)
}

/// Charges what the machine used.
pub(super) fn consume_runtime_gas(ctx: &Context, gas_used: u64) -> ExecResult<()> {
    ctx.gas.consume(gas_used / GAS_MULTIPLIER, "wasm contract")?;
    if ctx.gas.is_out_of_gas() {
        let descriptor = "Wasm engine function execution".into();
        return Err(GasError::OutOfGas { descriptor }.into());
    }
    Ok(())
}

pub(super) fn checksum_of(code: &CodeInfo) -> ExecResult<Checksum> {
    Checksum::try_from(code.code_hash.as_slice()).map_err(|_| WasmError::Vm.wrap("Checksum not of length 32").into())
}

pub(super) fn decode<M: Message + Default>(stored: Bytes) -> ExecResult<M> {
    M::decode(stored).map_err(|error| ExecError::Panic(error.to_string()))
}

pub(super) fn next_id(kv: &GasKv, key: Vec<u8>) -> ExecResult<u64> {
    let id = match kv.get(&key)? {
        None => 1,
        Some(stored) => {
            let bytes = <[u8; 8]>::try_from(stored.as_ref());
            u64::from_be_bytes(bytes.map_err(|_| ExecError::Panic("a counter is not 8 bytes long".into()))?)
        }
    };
    kv.set(key, (id + 1).to_be_bytes().to_vec())?;
    Ok(id)
}

/// Unpacks the first member of a gzip archive.
fn uncompress(archive: &[u8]) -> Result<Vec<u8>, String> {
    let too_big = || format!("max {MAX_WASM} bytes: exceeds limit");
    if archive.len() > MAX_WASM {
        return Err(too_big());
    }
    let mut wasm = Vec::new();
    let limit = MAX_WASM as u64 + 1;
    flate2::read::GzDecoder::new(archive).take(limit).read_to_end(&mut wasm).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        _ => format!("gzip: {error}"),
    })?;
    if wasm.len() > MAX_WASM { Err(too_big()) } else { Ok(wasm) }
}

/// An ordinary failure without a registered code.
pub fn plain(text: impl Into<String>) -> ExecError {
    ExecError::Sdk(SdkError::unregistered(text))
}
