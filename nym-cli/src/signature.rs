//! Signatures of accounts over texts.

use std::fmt;

use nyxd_client::{PublicKey, QueryClient, Signer, parse_address, verify_signature};
use serde::Serialize;

use crate::{CliError, account};

/// A signed text (`docs/protocol/clients-and-exit.md §1.3`).
#[derive(Clone, Debug, Serialize)]
pub struct Signed {
    /// The account that signed.
    pub account_id: String,
    /// Its key.
    pub public_key: PublicKey,
    /// The signature, upper-case hex.
    pub signature_as_hex: String,
}

/// Signs a text: ECDSA over the SHA-256 of its UTF-8 bytes.
///
/// # Errors
/// When the key cannot sign.
pub fn sign(signer: &Signer, message: &str) -> Result<Signed, CliError> {
    Ok(Signed {
        account_id: signer.address().to_string(),
        public_key: signer.public_key(),
        signature_as_hex: hex::encode_upper(signer.sign(message.as_bytes())?),
    })
}

/// A signature that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Always true: a signature that does not hold is an error.
    pub valid: bool,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature is valid")
    }
}

/// Whose key a signature is checked with: a key as JSON, or an address, whose key the chain is asked for.
///
/// # Errors
/// For what is neither, and for an account whose key the chain does not know.
pub async fn resolve_key(
    key_or_address: &str,
    queries: impl FnOnce() -> Result<QueryClient, CliError>,
) -> Result<PublicKey, CliError> {
    if key_or_address.trim_start().starts_with('{') {
        return PublicKey::from_json(key_or_address)
            .map_err(|reason| CliError::value("the public key", key_or_address, reason));
    }
    let queries = queries()?;
    let address = parse_address(key_or_address, queries.prefix())?;
    account::public_key(&queries, &address).await
}

/// Checks a signature that was made by [`sign`].
///
/// # Errors
/// [`CliError::Value`] when the signature does not hold or is not 64 bytes in hex.
pub fn verify(key: &PublicKey, signature_hex: &str, message: &str) -> Result<Verified, CliError> {
    let refused = |reason: &str| CliError::value("the signature", signature_hex, reason);
    let signature = hex::decode(signature_hex.trim()).map_err(|_| refused("it is not hex"))?;
    if verify_signature(key, message.as_bytes(), &signature)? {
        return Ok(Verified { valid: true });
    }
    Err(refused("it is not one of this key over this message"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{sign, verify};
    use nyxd_client::{PublicKey, Signer};

    const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    #[test]
    fn a_signature_holds_for_its_text_and_key_only() {
        let signer = Signer::from_mnemonic(WORDS, 0, "n").unwrap();
        let signed = sign(&signer, "hello").unwrap();
        assert_eq!(signed.signature_as_hex.len(), 128);
        assert_eq!(signed.signature_as_hex, signed.signature_as_hex.to_uppercase());
        let json = serde_json::to_value(&signed).unwrap();
        assert_eq!(json["public_key"]["@type"], "/cosmos.crypto.secp256k1.PubKey");

        let key = PublicKey::from_json(&json["public_key"].to_string()).unwrap();
        assert!(verify(&key, &signed.signature_as_hex, "hello").unwrap().valid);
        assert!(verify(&key, &signed.signature_as_hex.to_lowercase(), "hello").unwrap().valid);
        assert!(verify(&key, &signed.signature_as_hex, "hallo").is_err());
        assert!(verify(&key, "zz", "hello").is_err());
        let other = Signer::from_mnemonic(WORDS, 1, "n").unwrap().public_key();
        assert!(verify(&other, &signed.signature_as_hex, "hello").is_err());
    }
}
