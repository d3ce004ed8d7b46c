//! Addresses of contracts: derived from counters, or predictable from code, creator and salt.

use sha2::{Digest, Sha256};

/// Longest salt of a predictable address, in bytes.
pub const MAX_SALT: usize = 64;

/// Address of the `instance_id`-th contract, running code `code_id`.
pub fn classic(code_id: u64, instance_id: u64) -> Vec<u8> {
    module_address(&[&code_id.to_be_bytes(), &instance_id.to_be_bytes()])
}

/// Address that anyone can compute before the contract exists. `init_msg` is empty unless the creator fixed it.
pub fn predictable(checksum: &[u8], creator: &[u8], salt: &[u8], init_msg: &[u8]) -> Vec<u8> {
    let lengths = [checksum, creator, salt, init_msg].map(|part| (part.len() as u64).to_be_bytes());
    module_address(&[&lengths[0], checksum, &lengths[1], creator, &lengths[2], salt, &lengths[3], init_msg])
}

/// ADR-028 address of the `wasm` module for a key given in parts.
fn module_address(key: &[&[u8]]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(Sha256::digest(b"module"));
    hasher.update(b"wasm\0");
    for part in key {
        hasher.update(part);
    }
    hasher.finalize().to_vec()
}
