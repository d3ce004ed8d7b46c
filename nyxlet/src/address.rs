//! Account addresses: raw bytes inside, bech32 with prefix `n` outside.

pub(crate) mod bech32;

use sha2::{Digest, Sha256};

/// The human-readable part of every account address.
pub const PREFIX: &str = "n";

/// The longest address, in bytes.
pub const MAX_LENGTH: usize = 255;

/// The bech32 text of an address; an empty address has an empty text.
pub fn encode(address: &[u8]) -> String {
    if address.is_empty() { String::new() } else { bech32::encode(PREFIX, address) }
}

/// The bytes of a bech32 text.
///
/// # Errors
/// The text that the SDK's address codec gives, without codespace: callers wrap it.
pub fn decode(text: &str) -> Result<Vec<u8>, String> {
    if text.trim().is_empty() {
        return Err("empty address string is not allowed".into());
    }
    let (prefix, address) = bech32::decode(text).map_err(|error| format!("decoding bech32 failed: {error}"))?;
    if prefix != PREFIX {
        return Err(format!(
            "hrp does not match bech32 prefix: expected '{PREFIX}' got '{prefix}': internal logic error"
        ));
    }
    check(&address)?;
    Ok(address)
}

/// Checks the length of an address.
///
/// # Errors
/// The address is empty or longer than [`MAX_LENGTH`].
pub fn check(address: &[u8]) -> Result<(), String> {
    if address.is_empty() {
        return Err("addresses cannot be empty: unknown address".into());
    }
    if address.len() > MAX_LENGTH {
        return Err(format!("address max length is {MAX_LENGTH}, got {}: unknown address", address.len()));
    }
    Ok(())
}

/// The address of a module account: the first 20 bytes of the hash of its name.
pub fn module(name: &str) -> Vec<u8> {
    Sha256::digest(name.as_bytes())[..20].to_vec()
}
