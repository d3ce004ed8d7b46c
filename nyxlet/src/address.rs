//! Account addresses: raw bytes inside, bech32 with prefix `n` outside.

use bech32::{Bech32, Hrp, primitives::decode::CheckedHrpstring};
use sha2::{Digest, Sha256};

/// The human-readable part of every account address.
pub const PREFIX: &str = "n";

/// The longest address, in bytes.
pub const MAX_LENGTH: usize = 255;

/// The bech32 text of an address; an empty address has an empty text.
pub fn encode(address: &[u8]) -> String {
    if address.is_empty() {
        return String::new();
    }
    // A contract address has 32 bytes, the SDK allows 255: more than BIP-173 text may hold, so the length rule is off.
    let hrp = Hrp::parse_unchecked(PREFIX);
    bech32::encode_lower::<LongBech32>(hrp, address).unwrap_or_default()
}

/// The bytes of a bech32 text.
///
/// # Errors
/// The text that the SDK's address codec gives, without codespace: callers wrap it.
pub fn decode(text: &str) -> Result<Vec<u8>, String> {
    if text.trim().is_empty() {
        return Err("empty address string is not allowed".into());
    }
    let parsed = CheckedHrpstring::new::<LongBech32>(text).map_err(|error| format!("decoding bech32 failed: {error}"))?;
    let prefix = parsed.hrp();
    if prefix.to_lowercase() != PREFIX {
        return Err(format!("invalid Bech32 prefix; expected {PREFIX}, got {prefix}"));
    }
    let address: Vec<u8> = parsed.byte_iter().collect();
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

/// Bech32 with room for the SDK's longest address.
enum LongBech32 {}

impl bech32::Checksum for LongBech32 {
    type MidstateRepr = <Bech32 as bech32::Checksum>::MidstateRepr;
    const CODE_LENGTH: usize = 1023;
    const CHECKSUM_LENGTH: usize = Bech32::CHECKSUM_LENGTH;
    const GENERATOR_SH: [u32; 5] = Bech32::GENERATOR_SH;
    const TARGET_RESIDUE: u32 = Bech32::TARGET_RESIDUE;
}
