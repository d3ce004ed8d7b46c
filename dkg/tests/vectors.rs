//! The published vectors: those of the protocol reference and our own, a whole dealing among them.
//!
//! `vectors/README.md` describes the format. `NYM_DKG_WRITE_VECTORS=1 cargo test -p nym-dkg --test vectors` writes our
//! own anew.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{node, rng};
use nym_dkg::{Dealing, KeyPair, PublicKeyWithProof, Receivers, RecoveredVerificationKeys, keep_searching};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

#[derive(Deserialize)]
struct Published {
    public_key_with_proof: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Ceremony {
    /// Where the receivers' keys, in this order, come from: their key files would be 24 kB each.
    threshold: usize,
    receivers: Vec<Receiver>,
    dealers: Vec<Dealer>,
    recovered: Hex,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Receiver {
    node: u64,
    public_key_with_proof: Hex,
    /// x of the decryption key.
    secret: Hex,
    decryption_key_sha256: Hex,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Dealer {
    node: u64,
    dealing: Hex,
    /// One per receiver.
    shares: Vec<Hex>,
}

#[derive(Debug, PartialEq, Eq)]
struct Hex(Vec<u8>);

impl Serialize for Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(text).map(Hex).map_err(serde::de::Error::custom)
    }
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name)
}

#[test]
fn published_key_decodes_and_verifies() {
    let published: Published = serde_json::from_slice(&std::fs::read(path("published.json")).unwrap()).unwrap();
    let bytes = hex::decode(published.public_key_with_proof).unwrap();
    let key = PublicKeyWithProof::from_bytes(&bytes).unwrap();
    key.verify().unwrap();
    assert_eq!(key.to_bytes().as_slice(), bytes);
}

/// Deterministic: everything is drawn from ChaCha20 with the seed 32×`2a`.
fn make() -> Ceremony {
    let mut rng = rng(42);
    let threshold = 2;
    let pairs: Vec<_> = [2u64, 3, 7].map(|index| (index, KeyPair::generate(&mut rng))).into();
    let receivers = Receivers::new(pairs.iter().map(|(index, pair)| (node(*index), pair.public.key()))).unwrap();
    let dealings: Vec<_> =
        [2u64, 7].map(|dealer| (dealer, Dealing::create(&receivers, threshold, &mut rng).unwrap())).into();
    let contributions: Vec<_> =
        dealings.iter().map(|(dealer, dealing)| (node(*dealer), dealing.coefficients())).collect();
    let recovered = RecoveredVerificationKeys::recover(threshold, &contributions, &receivers).unwrap();
    Ceremony {
        threshold,
        receivers: pairs
            .iter()
            .map(|(index, pair)| Receiver {
                node: *index,
                public_key_with_proof: Hex(pair.public.to_bytes().to_vec()),
                secret: Hex(pair.decryption.to_key_file().unwrap()[8..40].to_vec()),
                decryption_key_sha256: Hex(Sha256::digest(&*pair.decryption.to_bytes()).to_vec()),
            })
            .collect(),
        dealers: dealings
            .iter()
            .map(|(dealer, dealing)| Dealer {
                node: *dealer,
                dealing: Hex(dealing.to_bytes()),
                shares: pairs
                    .iter()
                    .map(|(index, pair)| {
                        let share =
                            dealing.decrypt_share(&pair.decryption, &receivers, node(*index), &mut keep_searching);
                        Hex(share.unwrap().to_bytes().to_vec())
                    })
                    .collect(),
            })
            .collect(),
        recovered: Hex(recovered.to_bytes()),
    }
}

#[test]
fn our_ceremony_is_reproduced_byte_by_byte() {
    let path = path("ceremony.json");
    let made = make();
    if std::env::var_os("NYM_DKG_WRITE_VECTORS").is_some() {
        let mut text = serde_json::to_string_pretty(&made).unwrap();
        text.push('\n');
        std::fs::write(&path, text).unwrap();
    }
    let stored: Ceremony = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(made, stored);
}

#[test]
fn our_ceremony_verifies_from_its_bytes_alone() {
    let stored: Ceremony = serde_json::from_slice(&std::fs::read(path("ceremony.json")).unwrap()).unwrap();
    let mut rng = rng(1);
    let registered: Vec<(u64, String)> = stored
        .receivers
        .iter()
        .map(|receiver| {
            let key = PublicKeyWithProof::from_bytes(&receiver.public_key_with_proof.0).unwrap();
            (receiver.node, key.to_base58())
        })
        .collect();
    let (receivers, refused) = Receivers::admit(registered.iter().map(|(index, text)| (*index, text.as_str())));
    assert_eq!(refused, []);
    let dealings: Vec<(u64, Dealing)> =
        stored.dealers.iter().map(|dealer| (dealer.node, Dealing::from_bytes(&dealer.dealing.0).unwrap())).collect();
    for ((_, dealing), dealer) in dealings.iter().zip(&stored.dealers) {
        dealing.verify(&receivers, stored.threshold, None, &mut rng).unwrap();
        assert_eq!(dealing.to_bytes(), dealer.dealing.0);
        for (receiver, share) in stored.receivers.iter().zip(&dealer.shares) {
            let share = nym_curve::Scalar::from_slice(&share.0).unwrap();
            assert!(dealing.coefficients().contains(node(receiver.node), &share));
        }
    }
    let contributions: Vec<_> =
        dealings.iter().map(|(dealer, dealing)| (node(*dealer), dealing.coefficients())).collect();
    let recovered = RecoveredVerificationKeys::recover(stored.threshold, &contributions, &receivers).unwrap();
    assert_eq!(recovered.to_bytes(), stored.recovered.0);
}
