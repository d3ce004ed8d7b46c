//! The history of a contract's code.

use bytes::Bytes;
use prost::Message;

use super::keeper::decode;
use super::keys;
use super::proto::{AbsoluteTxPosition, ContractCodeHistoryEntry};
use crate::address;
use crate::error::{ExecError, ExecResult};
use crate::gas::GasKv;
use crate::store::Order;

/// The position inside an index key: height, then gas, both big endian.
pub fn position_bytes(position: &AbsoluteTxPosition) -> [u8; keys::POSITION_LENGTH] {
    let mut bytes = [0; keys::POSITION_LENGTH];
    bytes[..8].copy_from_slice(&position.block_height.to_be_bytes());
    bytes[8..].copy_from_slice(&position.tx_index.to_be_bytes());
    bytes
}

/// Adds an entry behind the newest.
///
/// # Errors
/// Out of gas.
pub fn append_history(kv: &GasKv, contract: &[u8], entry: &ContractCodeHistoryEntry) -> ExecResult<()> {
    let last = newest_history(kv, contract)?.map_or(0, |(position, _)| position);
    kv.set(keys::history(contract, last + 1), entry.encode_to_vec())
}

/// The newest entry.
///
/// # Errors
/// Out of gas; the contract has no history.
pub fn last_history(kv: &GasKv, contract: &[u8]) -> ExecResult<ContractCodeHistoryEntry> {
    match newest_history(kv, contract)? {
        Some((_, stored)) => decode(stored),
        None => Err(ExecError::Panic(format!("no history for {}", address::encode(contract)))),
    }
}

/// Position and bytes of the newest history entry. Keys of another length belong to a longer address with this one as
/// its beginning.
fn newest_history(kv: &GasKv, contract: &[u8]) -> ExecResult<Option<(u64, Bytes)>> {
    let prefix = keys::history_prefix(contract);
    let mut entries = kv.prefix(&prefix, Order::Descending)?;
    while let Some((key, value)) = entries.current() {
        if let Ok(position) = <[u8; 8]>::try_from(&key[prefix.len()..]) {
            return Ok(Some((u64::from_be_bytes(position), value.clone())));
        }
        entries.advance()?;
    }
    Ok(None)
}
