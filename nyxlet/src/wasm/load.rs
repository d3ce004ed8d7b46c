//! Codes and contracts of another chain.

use bytes::Bytes;
use cosmwasm_vm_std::Checksum;
use prost::Message;

use super::history::{append_history, position_bytes};
use super::keeper::{Keeper, checksum_of, plain};
use super::keys;
use crate::address;
use crate::app::Context;
use crate::app_state::{LoadedCode, LoadedContract, WasmState};
use crate::error::ExecResult;
use crate::gas::GasKv;
use crate::store::StoreKey;

/// Writes them as a node imports them; the state is refused when the code's checksum is another one, or a contract has
/// no code.
pub(super) fn write(keeper: &Keeper, ctx: &Context, state: &WasmState) -> ExecResult<()> {
    let kv = ctx.kv(StoreKey::Wasm);
    kv.set(keys::PARAMS, state.params.encode_to_vec())?;
    for code in &state.codes {
        write_code(keeper, &kv, code)?;
    }
    for contract in &state.contracts {
        write_contract(&kv, contract)?;
    }
    for (key, next) in &state.sequences {
        kv.set(key.clone(), next.to_be_bytes().to_vec())?;
    }
    Ok(())
}

fn write_code(keeper: &Keeper, kv: &GasKv, code: &LoadedCode) -> ExecResult<()> {
    let wrong = |reason: &dyn std::fmt::Display| plain(format!("code {} of the loaded state: {reason}", code.id));
    let expected: Checksum = checksum_of(&code.info)?;
    let found = keeper.engine.store_code(&code.wasm, u64::MAX, true).result.map_err(|error| wrong(&error))?;
    if found != expected {
        return Err(wrong(&format!("its checksum is {found}, not {expected}")));
    }
    keeper.engine.analyze(&found).map_err(|error| wrong(&error))?;
    kv.set(keys::code(code.id), code.info.encode_to_vec())?;
    if code.pinned {
        kv.set(keys::pinned(code.id), Bytes::from_static(&[1]))?;
    }
    Ok(())
}

fn write_contract(kv: &GasKv, contract: &LoadedContract) -> ExecResult<()> {
    let LoadedContract { address: text, info, state, history } = contract;
    let wrong = |reason: &str| plain(format!("contract {text} of the loaded state: {reason}"));
    let bytes = address::decode(text).map_err(|error| wrong(&error))?;
    let creator = address::decode(&info.creator).map_err(|error| wrong(&error))?;
    let (Some(first), Some(last)) = (history.first(), history.last()) else {
        return Err(wrong("it has no history"));
    };
    if !kv.has(&keys::code(info.code_id))? {
        return Err(wrong(&format!("its code {} is missing", info.code_id)));
    }
    for entry in history {
        append_history(kv, &bytes, entry)?;
    }
    kv.set(keys::contract(&bytes), info.encode_to_vec())?;
    let (newest, oldest) = (last.updated.unwrap_or_default(), first.updated.unwrap_or_default());
    kv.set(keys::by_code(info.code_id, &position_bytes(&newest), &bytes), Bytes::new())?;
    kv.set(keys::by_creator(&creator, &position_bytes(&oldest), &bytes), Bytes::new())?;
    let prefix = keys::contract_store(&bytes);
    for (key, value) in state {
        kv.set([prefix.as_slice(), key].concat(), value.clone())?;
    }
    Ok(())
}
