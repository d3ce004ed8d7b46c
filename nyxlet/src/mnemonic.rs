//! The accounts of a mnemonic: keys at m/44'/118'/0'/0/i, as every wallet of a Cosmos chain derives them.

use bip32::{DerivationPath, XPrv};
use bip39::Mnemonic;
use ripemd::Ripemd160;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::address;

/// The mnemonic used when none is given: the one that development chains everywhere share. Everybody knows its keys;
/// whatever they hold on a public network is lost.
pub const PUBLIC_MNEMONIC: &str = "test test test test test test test test test test test junk";

/// The most accounts that are derived from one mnemonic.
pub const MAX_ACCOUNTS: u32 = 10_000;

/// Why a mnemonic gives no accounts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MnemonicError {
    /// A number of words that no mnemonic has.
    #[error("the mnemonic has {0} words; give 12, 15, 18, 21 or 24")]
    WordCount(usize),
    /// A word outside the list. Only its place is told, the word is secret.
    #[error("word {0} of the mnemonic is not in the English word list; check its spelling")]
    UnknownWord(usize),
    /// The words do not belong together.
    #[error("the mnemonic's checksum is wrong; check the order of its words")]
    Checksum,
    /// Something else.
    #[error("the mnemonic gives no key: {0}; choose another one")]
    Derivation(String),
}

/// An account of a mnemonic.
pub struct DerivedAccount {
    /// Its place in the derivation path.
    pub index: u32,
    /// Its bech32 address.
    pub address: String,
    /// Its secret key.
    pub secret: Zeroizing<[u8; 32]>,
}

/// The first `count` accounts of a mnemonic.
///
/// # Errors
/// [`MnemonicError`].
pub fn derive_accounts(words: &str, count: u32) -> Result<Vec<DerivedAccount>, MnemonicError> {
    let mnemonic = Mnemonic::parse(words.trim()).map_err(|error| match error {
        bip39::Error::BadWordCount(count) => MnemonicError::WordCount(count),
        bip39::Error::UnknownWord(index) => MnemonicError::UnknownWord(index + 1),
        bip39::Error::InvalidChecksum => MnemonicError::Checksum,
        other => MnemonicError::Derivation(other.to_string()),
    })?;
    let seed = Zeroizing::new(mnemonic.to_seed(""));
    let wrong = |error: bip32::Error| MnemonicError::Derivation(error.to_string());
    let parent: DerivationPath = "m/44'/118'/0'/0".parse().map_err(wrong)?;
    let parent = XPrv::derive_from_path(seed.as_slice(), &parent).map_err(wrong)?;
    (0..count)
        .map(|index| {
            let key = parent.derive_child(bip32::ChildNumber::new(index, false).map_err(wrong)?).map_err(wrong)?;
            let public = key.public_key().to_bytes();
            let hash = Ripemd160::digest(Sha256::digest(public));
            Ok(DerivedAccount { index, address: address::encode(&hash), secret: Zeroizing::new(key.to_bytes()) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_known_words_give_the_known_address() {
        let words = format!("{}art", "abandon ".repeat(23));
        let accounts = derive_accounts(&words, 2).unwrap();
        assert_eq!(accounts[0].address, "n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6");
        assert_ne!(accounts[1].address, accounts[0].address);
    }

    #[test]
    fn wrong_words_say_what_is_wrong_without_repeating_them() {
        assert_eq!(derive_accounts("abandon abandon", 1).err(), Some(MnemonicError::WordCount(2)));
        let misspelt = PUBLIC_MNEMONIC.replacen("test", "tset", 1);
        assert_eq!(derive_accounts(&misspelt, 1).err(), Some(MnemonicError::UnknownWord(1)));
        let disordered = format!("{}abandon", "abandon ".repeat(11));
        assert_eq!(derive_accounts(&disordered, 1).err(), Some(MnemonicError::Checksum));
        assert_eq!(derive_accounts(PUBLIC_MNEMONIC, 10).unwrap().len(), 10);
    }
}
