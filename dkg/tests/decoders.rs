//! Every decoder against random and mutated bytes: an error or a value, never a panic, and a value encodes to its bytes.
//!
//! `cargo test -p nym-dkg` feeds a few thousand inputs to each. The long run is
//! `NYM_FUZZ_INPUTS=10000000 cargo test --release -p nym-dkg --test decoders -- --nocapture`; the same decoders are
//! targets of `dkg/fuzz` for a coverage-guided run.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{key_pairs, parties, rng};
use nym_curve::testing::{Seed, survive_mutations};
use nym_curve::{G1Affine, G2Affine};
use nym_dkg::decoders::DECODERS;
use nym_dkg::{Dealing, DecryptionKey, RecoveredVerificationKeys};

const RECEIVERS: usize = 2;
const THRESHOLD: usize = 2;

/// A valid input per decoder.
fn seed(name: &str) -> Seed {
    let (receivers, parties) = parties(RECEIVERS);
    let dealing = Dealing::create(&receivers, THRESHOLD, &mut rng(61)).unwrap();
    let pair = &key_pairs()[0];
    let bytes = dealing.to_bytes();
    let bytes = match name {
        "public_key_with_proof" => pair.public.to_bytes().to_vec(),
        "public_coefficients" => bytes[4..200].to_vec(),
        "ciphertexts" => bytes[204..4816].to_vec(),
        "proof_of_sharing" => bytes[4820..5076].to_vec(),
        "proof_of_chunking" => bytes[5080..].to_vec(),
        "dealing" => bytes,
        "recovered_verification_keys" => {
            let contributions: Vec<_> = parties.iter().map(|(index, _)| (*index, dealing.coefficients())).collect();
            RecoveredVerificationKeys::recover(THRESHOLD, &contributions, &receivers).unwrap().to_bytes()
        }
        "decryption_key" => pair.decryption.to_bytes().to_vec(),
        "key_file" => {
            return Seed {
                bytes: pair.decryption.to_key_file().unwrap().to_vec(),
                skeleton: Some(key_file_of_zero(&pair.decryption)),
            };
        }
        "key_texts" => pair.public.to_pem().into_bytes(),
        other => unreachable!("no seed for {other}"),
    };
    bytes.into()
}

/// The key file of x = 0 and ρ = 0, all of whose points are the identity: a key file's points must belong to its x, and
/// reading 259 of them takes tens of milliseconds.
fn key_file_of_zero(key: &DecryptionKey) -> Vec<u8> {
    let file = key.to_key_file().unwrap();
    let mut zero = file[..8].to_vec();
    zero.extend([0; 32]);
    zero.extend(G1Affine::identity().to_bytes());
    zero.extend(G2Affine::identity().to_bytes());
    zero.extend(256u32.to_be_bytes());
    zero.extend(G2Affine::identity().to_bytes().repeat(257));
    assert_eq!(zero.len(), file.len());
    zero
}

#[test]
#[allow(clippy::print_stdout, reason = "the long run reports its counts")]
fn every_decoder_survives() {
    let decoders = DECODERS.iter().map(|decoder| (decoder.name, decoder.accepts));
    survive_mutations(decoders, seed, |line| println!("{line}"));
}
