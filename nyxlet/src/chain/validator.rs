//! The one validator of the chain: its key signs a real precommit for every block, so that light clients verify them.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ed25519_dalek::{Signer as _, SigningKey};
use prost::Message as _;
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};
use tendermint_proto::v0_38::{
    crypto::{PublicKey, public_key::Sum},
    types::{
        BlockId, BlockIdFlag, CanonicalBlockId, CanonicalPartSetHeader, CanonicalVote, Commit, CommitSig,
        SignedMsgType, SimpleValidator,
    },
};
use zeroize::Zeroizing;

use super::{block::timestamp, merkle};
use crate::clock::Nanos;

/// The voting power of the validator; any positive number serves, since it is alone.
pub const VOTING_POWER: i64 = 10;

/// Why there is no validator key.
#[derive(Debug, thiserror::Error)]
pub enum ValidatorError {
    /// The file cannot be read or written.
    #[error("cannot use the validator key {path}: {reason}; give the home folder read and write permission")]
    File {
        /// The key file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The file holds no key.
    #[error("{path} holds no ed25519 validator key; restore it, or remove the home folder to begin a new chain")]
    Content {
        /// The key file.
        path: String,
    },
}

/// The validator's signing key.
pub struct Validator {
    key: SigningKey,
}

impl Validator {
    /// The validator of a chain in memory: its key follows from the chain id, so that it protects nothing.
    pub fn derived(chain_id: &str) -> Self {
        let seed: [u8; 32] = Sha256::digest(format!("nyxlet validator of {chain_id}")).into();
        Self { key: SigningKey::from_bytes(&seed) }
    }

    /// The validator of a home folder; its key is made on the first start and kept in `validator_key.json`, in the
    /// format of CometBFT's `priv_validator_key.json`, readable by its owner alone.
    ///
    /// # Errors
    /// [`ValidatorError`].
    pub fn of_home(home: &Path) -> Result<Self, ValidatorError> {
        let path = home.join("validator_key.json");
        let file_error = |error: std::io::Error| ValidatorError::File {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        match fs::read_to_string(&path) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                Self::parse(&text).ok_or_else(|| ValidatorError::Content { path: path.display().to_string() })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut seed = Zeroizing::new([0; 32]);
                rand::rngs::OsRng.fill_bytes(seed.as_mut_slice());
                let validator = Self { key: SigningKey::from_bytes(&seed) };
                fs::create_dir_all(home).map_err(file_error)?;
                let mut file =
                    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(file_error)?;
                file.write_all(validator.document().as_bytes()).map_err(file_error)?;
                file.sync_all().map_err(file_error)?;
                Ok(validator)
            }
            Err(error) => Err(file_error(error)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let document: serde_json::Value = serde_json::from_str(text).ok()?;
        let encoded = document.get("priv_key")?.get("value")?.as_str()?;
        let bytes = Zeroizing::new(BASE64.decode(encoded).ok()?);
        let pair: &[u8; 64] = bytes.as_slice().try_into().ok()?;
        Some(Self { key: SigningKey::from_keypair_bytes(pair).ok()? })
    }

    fn document(&self) -> Zeroizing<String> {
        let pair = Zeroizing::new(self.key.to_keypair_bytes());
        let document = serde_json::json!({
            "address": hex::encode_upper(self.address()),
            "pub_key": { "type": "tendermint/PubKeyEd25519", "value": BASE64.encode(self.public_key()) },
            "priv_key": { "type": "tendermint/PrivKeyEd25519", "value": BASE64.encode(pair.as_slice()) },
        });
        Zeroizing::new(format!("{document:#}\n"))
    }

    /// The ed25519 public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// The first 20 bytes of the hash of the public key.
    pub fn address(&self) -> [u8; 20] {
        let hash: [u8; 32] = Sha256::digest(self.public_key()).into();
        let mut address = [0; 20];
        address.copy_from_slice(&hash[..20]);
        address
    }

    /// The hash of the set of validators.
    pub fn set_hash(&self) -> merkle::Hash {
        let member = SimpleValidator {
            pub_key: Some(PublicKey { sum: Some(Sum::Ed25519(self.public_key().to_vec())) }),
            voting_power: VOTING_POWER,
        };
        merkle::root(&[member.encode_to_vec()])
    }

    /// The commit of a block: the validator's precommit, signed at `time`.
    pub fn commit(&self, chain_id: &str, height: u64, block_id: &BlockId, time: Nanos) -> Commit {
        let height = i64::try_from(height).unwrap_or(i64::MAX);
        let parts = block_id.part_set_header.clone().unwrap_or_default();
        let vote = CanonicalVote {
            r#type: SignedMsgType::Precommit.into(),
            height,
            round: 0,
            block_id: Some(CanonicalBlockId {
                hash: block_id.hash.clone(),
                part_set_header: Some(CanonicalPartSetHeader { total: parts.total, hash: parts.hash }),
            }),
            timestamp: Some(timestamp(time)),
            chain_id: chain_id.to_owned(),
        };
        let signature = self.key.sign(&vote.encode_length_delimited_to_vec());
        Commit {
            height,
            round: 0,
            block_id: Some(block_id.clone()),
            signatures: vec![CommitSig {
                block_id_flag: BlockIdFlag::Commit.into(),
                validator_address: self.address().to_vec(),
                timestamp: Some(timestamp(time)),
                signature: signature.to_bytes().to_vec(),
            }],
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_home_keeps_its_key() {
        let home = tempfile::tempdir().unwrap();
        let first = Validator::of_home(home.path()).unwrap();
        let second = Validator::of_home(home.path()).unwrap();
        assert_eq!(first.public_key(), second.public_key());
        let path = home.path().join("validator_key.json");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        fs::write(&path, "{}").unwrap();
        assert!(matches!(Validator::of_home(home.path()), Err(ValidatorError::Content { .. })));
    }

    #[test]
    fn chains_in_memory_have_their_own_keys() {
        assert_eq!(Validator::derived("nyx").public_key(), Validator::derived("nyx").public_key());
        assert_ne!(Validator::derived("nyx").public_key(), Validator::derived("other").public_key());
    }
}
