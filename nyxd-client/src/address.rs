//! Addresses: reading them, and knowing a contract's before it stands.

use cosmrs::AccountId;
use cosmwasm_std::{CanonicalAddr, instantiate2_address};

use crate::ClientError;

/// Reads an account or contract address of the chain with this prefix.
///
/// # Errors
/// [`ClientError::Address`] for bad bech32, another prefix, or a length that no address has.
pub fn parse_address(value: &str, prefix: &str) -> Result<AccountId, ClientError> {
    let wrong = |reason: String| ClientError::Address { value: value.into(), reason };
    let address: AccountId = value.parse().map_err(|_| wrong("it is no bech32 address, or mistyped".into()))?;
    if address.prefix() != prefix {
        return Err(wrong(format!("it starts with {:?}, not with {prefix:?}", address.prefix())));
    }
    match address.to_bytes().len() {
        20 | 32 => Ok(address),
        length => Err(wrong(format!("it holds {length} bytes, an account holds 20 and a contract 32"))),
    }
}

/// The address that `instantiate2` gives: it depends on the code's checksum (SHA-256 of the unzipped wasm), the creator
/// and the salt, not on what else happened on the chain.
///
/// # Errors
/// [`ClientError::Message`] for a checksum that is not 32 bytes, or a salt that is empty or longer than 64 bytes.
pub fn contract_address(checksum: &[u8], creator: &AccountId, salt: &[u8]) -> Result<AccountId, ClientError> {
    let creator_bytes = CanonicalAddr::from(creator.to_bytes());
    let address = instantiate2_address(checksum, &creator_bytes, salt)
        .map_err(|reason| ClientError::message("an instantiate2 address", reason))?;
    AccountId::new(creator.prefix(), address.as_slice())
        .map_err(|reason| ClientError::message("an instantiate2 address", reason))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{contract_address, parse_address};

    const ACCOUNT: &str = "n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6";

    #[test]
    fn mistyped_and_foreign_addresses_are_refused() {
        assert_eq!(parse_address(ACCOUNT, "n").unwrap().as_ref(), ACCOUNT);
        for (bad, reason) in [
            ("", "bech32"),
            ("n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg7", "bech32"),
            ("cosmos14hj2tavq8fpesdwxxcu44rty3hh90vhujrvcmstl4zr3txmfvw9s4hmalr", "starts with"),
        ] {
            let error = parse_address(bad, "n").unwrap_err().to_string();
            assert!(error.contains(reason), "{bad}: {error}");
        }
    }

    #[test]
    fn predicted_addresses_depend_on_every_part() {
        let creator = parse_address(ACCOUNT, "n").unwrap();
        let address = contract_address(&[1; 32], &creator, b"salt").unwrap();
        assert_eq!(address.to_bytes().len(), 32);
        assert_ne!(address, contract_address(&[2; 32], &creator, b"salt").unwrap());
        assert_ne!(address, contract_address(&[1; 32], &creator, b"salz").unwrap());
        assert!(contract_address(&[1; 31], &creator, b"salt").is_err());
        assert!(contract_address(&[1; 32], &creator, b"").is_err());
    }
}
