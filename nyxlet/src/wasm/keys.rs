//! Keys of the wasm store. Gas counts key bytes, so the layout is part of the price of every call.

/// Length of a contract address in bytes.
pub const CONTRACT_ADDRESS_LENGTH: usize = 32;

/// Bytes of a transaction position inside an index key: height and gas position, both big endian.
pub const POSITION_LENGTH: usize = 16;

const CODE: u8 = 0x01;
const CONTRACT: u8 = 0x02;
const CONTRACT_STORE: u8 = 0x03;
const SEQUENCE: u8 = 0x04;
const HISTORY: u8 = 0x05;
const BY_CODE: u8 = 0x06;
const PINNED: u8 = 0x07;
const BY_CREATOR: u8 = 0x09;

/// Counter of transactions within a block, kept by the ante handler.
pub const TX_COUNTER: &[u8] = &[0x08];
/// Module parameters.
pub const PARAMS: &[u8] = &[0x10];
/// Prefix of all code infos.
pub const CODE_PREFIX: &[u8] = &[CODE];
/// Prefix of the pinned code ids.
pub const PINNED_PREFIX: &[u8] = &[PINNED];
/// Prefix of all contract infos.
pub const CONTRACT_PREFIX: &[u8] = &[CONTRACT];

/// Key of the next code id.
pub fn last_code_id() -> Vec<u8> {
    join(SEQUENCE, &[b"lastCodeId"])
}

/// Key of the next instance id.
pub fn last_contract_id() -> Vec<u8> {
    join(SEQUENCE, &[b"lastContractId"])
}

/// Key of one code info.
pub fn code(code_id: u64) -> Vec<u8> {
    join(CODE, &[&code_id.to_be_bytes()])
}

/// Key of one contract info.
pub fn contract(address: &[u8]) -> Vec<u8> {
    join(CONTRACT, &[address])
}

/// Prefix of a contract's own state.
pub fn contract_store(address: &[u8]) -> Vec<u8> {
    join(CONTRACT_STORE, &[address])
}

/// Prefix of a contract's history entries.
pub fn history_prefix(address: &[u8]) -> Vec<u8> {
    join(HISTORY, &[address])
}

/// Key of one history entry; positions count from 1.
pub fn history(address: &[u8], position: u64) -> Vec<u8> {
    join(HISTORY, &[address, &position.to_be_bytes()])
}

/// Prefix of the index of contracts by code id.
pub fn by_code_prefix(code_id: u64) -> Vec<u8> {
    join(BY_CODE, &[&code_id.to_be_bytes()])
}

/// Entry of the index of contracts by code id.
pub fn by_code(code_id: u64, position: &[u8; POSITION_LENGTH], address: &[u8]) -> Vec<u8> {
    join(BY_CODE, &[&code_id.to_be_bytes(), position, address])
}

/// Prefix of the index of contracts by creator. The creator is length-prefixed: addresses differ in length.
pub fn by_creator_prefix(creator: &[u8]) -> Vec<u8> {
    join(BY_CREATOR, &[&[length_byte(creator)], creator])
}

/// Entry of the index of contracts by creator.
pub fn by_creator(creator: &[u8], position: &[u8; POSITION_LENGTH], address: &[u8]) -> Vec<u8> {
    join(BY_CREATOR, &[&[length_byte(creator)], creator, position, address])
}

/// Key that marks a code id as pinned.
pub fn pinned(code_id: u64) -> Vec<u8> {
    join(PINNED, &[&code_id.to_be_bytes()])
}

fn length_byte(address: &[u8]) -> u8 {
    u8::try_from(address.len()).expect("addresses are checked to have at most 255 bytes")
}

fn join(prefix: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    key.push(prefix);
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}
