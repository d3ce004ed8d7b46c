//! The public part of known generations, as one JSON file.

use std::path::Path;

use nym_ecash::VerificationKeyAuth;
use serde::{Deserialize, Serialize};

use super::{KeyError, PublicGeneration, SignerShare};
use crate::files::write_public;

/// What is remembered across restarts.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) in_service: Option<u64>,
    pub(super) generations: Vec<PublicGeneration>,
}

#[derive(Default, Serialize, Deserialize)]
struct StoredRecord {
    in_service: Option<u64>,
    generations: Vec<StoredGeneration>,
}

#[derive(Serialize, Deserialize)]
struct StoredGeneration {
    epoch_id: u64,
    threshold: usize,
    signers: Vec<StoredSigner>,
}

#[derive(Serialize, Deserialize)]
struct StoredSigner {
    index: u64,
    owner: String,
    announce_address: url::Url,
    identity: Option<[u8; 32]>,
    key: String,
}

pub(super) fn load(path: &Path) -> Result<Record, KeyError> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Record::default()),
        Err(source) => return Err(KeyError::File { action: "read", path: path.to_owned(), source }),
    };
    // The chain has all of it: a damaged file costs one refresh, not the start.
    let stored: StoredRecord = match serde_json::from_slice(&text) {
        Ok(stored) => stored,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the record of key generations is damaged and is rebuilt from the chain");
            return Ok(Record::default());
        }
    };
    let generations = stored
        .generations
        .into_iter()
        .map(|generation| PublicGeneration {
            epoch_id: generation.epoch_id,
            threshold: generation.threshold,
            signers: generation.signers.into_iter().filter_map(read_signer).collect(),
        })
        .collect();
    Ok(Record { in_service: stored.in_service, generations })
}

fn read_signer(stored: StoredSigner) -> Option<SignerShare> {
    Some(SignerShare {
        index: stored.index,
        owner: stored.owner,
        announce_address: stored.announce_address,
        identity: stored.identity,
        key: VerificationKeyAuth::from_base58(&stored.key).ok()?,
    })
}

pub(super) fn store(path: &Path, record: &Record) -> Result<(), KeyError> {
    let stored = StoredRecord {
        in_service: record.in_service,
        generations: record
            .generations
            .iter()
            .map(|generation| StoredGeneration {
                epoch_id: generation.epoch_id,
                threshold: generation.threshold,
                signers: generation
                    .signers
                    .iter()
                    .map(|signer| StoredSigner {
                        index: signer.index,
                        owner: signer.owner.clone(),
                        announce_address: signer.announce_address.clone(),
                        identity: signer.identity,
                        key: signer.key.to_base58(),
                    })
                    .collect(),
            })
            .collect(),
    };
    let text = serde_json::to_vec_pretty(&stored).expect("plain structures always serialise");
    write_public(path, &text).map_err(|source| KeyError::File { action: "write", path: path.to_owned(), source })
}
