//! The key of an account. It is derived once, kept out of logs, and wiped when it is dropped.

use std::fmt;

use bip39::{Language, Mnemonic};
use cosmrs::{
    AccountId,
    bip32::{DerivationPath, XPrv},
    crypto::{PublicKey, secp256k1},
};
use k256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use zeroize::Zeroizing;

use crate::ClientError;

/// A secp256k1 key and the account that it signs for.
pub struct Signer {
    key: secp256k1::SigningKey,
    public_key: PublicKey,
    address: AccountId,
}

impl Signer {
    /// The account with this index of a mnemonic: derivation path `m/44'/118'/0'/0/index`, no passphrase
    /// (`docs/protocol/quorum-contracts.md §10.1`).
    ///
    /// # Errors
    /// [`ClientError::Mnemonic`] for words that are no English BIP-39 mnemonic, without repeating them.
    pub fn from_mnemonic(words: &str, index: u32, prefix: &str) -> Result<Self, ClientError> {
        let words = Zeroizing::new(words.split_whitespace().collect::<Vec<_>>().join(" "));
        let mnemonic = Mnemonic::parse_in(Language::English, words.as_str())
            .map_err(|error| ClientError::Mnemonic { reason: describe(&error) })?;
        let seed = Zeroizing::new(mnemonic.to_seed_normalized(""));
        let wrong = |error: cosmrs::bip32::Error| ClientError::Mnemonic { reason: error.to_string() };
        let path: DerivationPath = format!("m/44'/118'/0'/0/{index}").parse().map_err(wrong)?;
        let key = XPrv::derive_from_path(seed.as_slice(), &path).map_err(wrong)?;
        Self::from_key(key.into(), prefix)
    }

    fn from_key(key: secp256k1::SigningKey, prefix: &str) -> Result<Self, ClientError> {
        let public_key = key.public_key();
        let address = public_key
            .account_id(prefix)
            .map_err(|reason| ClientError::Address { value: prefix.into(), reason: reason.to_string() })?;
        Ok(Self { key, public_key, address })
    }

    /// The account.
    pub fn address(&self) -> &AccountId {
        &self.address
    }

    /// Its public key.
    pub fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// ECDSA over SHA-256 of the message: 64 bytes, r then s, s in its lower half.
    ///
    /// # Errors
    /// [`ClientError::Message`] when the key cannot sign.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ClientError> {
        let signature = self.key.sign(message).map_err(|reason| ClientError::message("a signature", reason))?;
        Ok(signature.to_vec())
    }

    pub(crate) fn key(&self) -> &secp256k1::SigningKey {
        &self.key
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("address", &self.address.as_ref()).finish_non_exhaustive()
    }
}

/// Whether the signature is one of the key over the message, as [`Signer::sign`] makes it.
///
/// # Errors
/// [`ClientError::Message`] for a key that is not secp256k1 or a signature that is not 64 bytes of valid numbers.
pub fn verify_signature(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<bool, ClientError> {
    let key = VerifyingKey::from_sec1_bytes(&key.to_bytes())
        .map_err(|_| ClientError::message("a signature check", "the public key is not a secp256k1 key"))?;
    let signature = Signature::from_slice(signature)
        .map_err(|_| ClientError::message("a signature check", "a signature is 64 bytes, given as 128 hex digits"))?;
    Ok(key.verify(message, &signature).is_ok())
}

/// The library's own text would repeat words of the mnemonic.
fn describe(error: &bip39::Error) -> String {
    match error {
        bip39::Error::BadWordCount(count) => format!("it has {count} words"),
        bip39::Error::UnknownWord(index) => format!("word {} is not in the list", index + 1),
        bip39::Error::InvalidChecksum => "its checksum is wrong, so a word is mistyped or misplaced".into(),
        _ => "it is malformed".into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{Signer, verify_signature};

    const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
        abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

    #[test]
    fn the_known_mnemonic_gives_the_known_account() {
        let signer = Signer::from_mnemonic(WORDS, 0, "n").unwrap();
        assert_eq!(signer.address().as_ref(), "n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6");
        let second = Signer::from_mnemonic(&format!("  {}\n", WORDS.replace(' ', "\n")), 1, "n").unwrap();
        assert_ne!(second.address(), signer.address());
    }

    #[test]
    fn signatures_verify_and_wrong_ones_do_not() {
        let signer = Signer::from_mnemonic(WORDS, 0, "n").unwrap();
        let signature = signer.sign(b"message").unwrap();
        assert_eq!(signature.len(), 64);
        assert!(verify_signature(&signer.public_key(), b"message", &signature).unwrap());
        assert!(!verify_signature(&signer.public_key(), b"massage", &signature).unwrap());
        assert!(verify_signature(&signer.public_key(), b"message", &signature[1..]).is_err());
    }

    #[test]
    fn neither_errors_nor_debug_output_show_words() {
        for (words, reason) in [
            ("abandon zebra", "2 words"),
            (&WORDS.replace("art", "zoo"), "checksum"),
            (&WORDS.replace("art", "arty"), "word 24"),
        ] {
            let error = Signer::from_mnemonic(words, 0, "n").unwrap_err().to_string();
            assert!(error.contains(reason) && !error.contains("abandon") && !error.contains("arty"), "{error}");
        }
        let shown = format!("{:?}", Signer::from_mnemonic(WORDS, 0, "n").unwrap());
        assert_eq!(shown, "Signer { address: \"n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6\", .. }");
    }
}
