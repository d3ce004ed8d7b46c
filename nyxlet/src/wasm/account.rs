//! Addresses as this module reads them. A node has two readers with different words: the address codec of the bank, and
//! the older one of wasmd, whose words contracts and clients see here.

use crate::address::{self, PREFIX};
use crate::error::{Root, SdkError};

/// Lengths of the addresses of keys and of contracts: wasmd takes no others.
const LENGTHS: [usize; 2] = [20, 32];

/// The bytes of a bech32 text.
///
/// # Errors
/// What is wrong with the text, in wasmd's words.
pub fn decode(text: &str) -> Result<Vec<u8>, SdkError> {
    if text.trim().is_empty() {
        return Err(SdkError::unregistered("empty address string is not allowed"));
    }
    let (prefix, account) = address::bech32::decode(text)
        .map_err(|error| SdkError::unregistered(format!("decoding bech32 failed: {error}")))?;
    if prefix != PREFIX {
        let text = format!("invalid Bech32 prefix; expected {PREFIX}, got {prefix}");
        return Err(SdkError::unregistered(text));
    }
    check(&account)?;
    Ok(account)
}

/// Checks the length of an address.
///
/// # Errors
/// It is neither the address of a key nor of a contract.
pub fn check(address: &[u8]) -> Result<(), SdkError> {
    if LENGTHS.contains(&address.len()) { Ok(()) } else { Err(Root::InvalidAddress.error()) }
}

/// The bech32 text of an address.
pub fn encode(account: &[u8]) -> String {
    address::encode(account)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const ACCOUNT: &str = "n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6";

    #[test]
    fn reads_what_it_writes_in_either_case() {
        let bytes = decode(ACCOUNT).unwrap();
        assert_eq!(bytes.len(), 20);
        assert_eq!(encode(&bytes), ACCOUNT);
        assert_eq!(decode(&ACCOUNT.to_uppercase()).unwrap(), bytes);
        let contract = "n14hj2tavq8fpesdwxxcu44rty3hh90vhujrvcmstl4zr3txmfvw9sjyvg3g";
        assert_eq!(encode(&decode(contract).unwrap()), contract);
    }

    #[test]
    fn says_what_is_wrong_in_the_words_of_a_node() {
        let wrong = |text: &str| decode(text).unwrap_err().log;
        assert_eq!(wrong(" "), "empty address string is not allowed");
        assert_eq!(wrong("n1bad"), "decoding bech32 failed: invalid bech32 string length 5");
        // An address of another chain whose account is all zeros.
        let foreign = "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a";
        assert_eq!(wrong(foreign), "invalid Bech32 prefix; expected n, got cosmos");
        let short = address::encode(&[1; 19]);
        let error = decode(&short).unwrap_err();
        assert_eq!((error.codespace.as_ref(), error.code, error.log.as_str()), ("sdk", 7, "invalid address"));
    }
}
