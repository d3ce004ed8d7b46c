//! Every decoder against random and mutated bytes: an error or a value, never a panic, and a value encodes to its bytes.
//!
//! `cargo test -p nym-dkg` feeds a few thousand inputs to each. The long run is
//! `NYM_FUZZ_INPUTS=10000000 cargo test --release -p nym-dkg --test decoders -- --nocapture`; the same decoders are
//! targets of `dkg/fuzz` for a coverage-guided run.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{key_pairs, parties, rng};
use nym_dkg::decoders::{DECODERS, Decoder};
use nym_dkg::{Dealing, RecoveredVerificationKeys};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::ops::Range;

const RECEIVERS: usize = 2;
const THRESHOLD: usize = 2;

/// A valid input per decoder, and where its points lie.
fn seed(name: &str) -> (Vec<u8>, Vec<Range<usize>>) {
    let (receivers, parties) = parties(RECEIVERS);
    let mut rng = rng(61);
    let dealing = Dealing::create(&receivers, THRESHOLD, &mut rng).unwrap();
    let pair = &key_pairs()[0];
    let bytes = dealing.to_bytes();
    let (coefficients, ciphertexts) = (4..200, 204..4816);
    let (sharing, chunking) = (4820..5076, 5080..bytes.len());
    let recovered = || {
        let contributions: Vec<_> = parties.iter().map(|(index, _)| (*index, dealing.coefficients())).collect();
        RecoveredVerificationKeys::recover(THRESHOLD, &contributions, &receivers).unwrap().to_bytes()
    };
    let spread =
        |start: usize, size: usize, count: usize| (0..count).map(move |i| start + size * i..start + size * (i + 1));
    let of_ciphertexts = |start: usize| {
        spread(start, 48, 32)
            .chain(spread(start + 1536, 96, 16))
            .chain(spread(start + 3076, 48, 16 * RECEIVERS))
            .collect::<Vec<_>>()
    };
    let of_chunking = |start: usize| {
        spread(start, 48, 1)
            .chain(spread(start + 52, 48, 32))
            .chain(spread(start + 1592, 48, 32))
            .chain(spread(start + 3132, 48, RECEIVERS + 2))
            .collect::<Vec<_>>()
    };
    let of_sharing = |start: usize| vec![start..start + 48, start + 48..start + 144, start + 144..start + 192];
    let of_key = |start: usize| {
        let mut points = vec![start..start + 48, start + 48..start + 144];
        points.extend(spread(start + 148, 96, 257));
        points
    };
    match name {
        "public_key_with_proof" => (pair.public.to_bytes().to_vec(), spread(0, 48, 2).collect()),
        "public_coefficients" => (bytes[coefficients].to_vec(), spread(4, 96, THRESHOLD).collect()),
        "ciphertexts" => (bytes[ciphertexts].to_vec(), of_ciphertexts(0)),
        "proof_of_sharing" => (bytes[sharing].to_vec(), of_sharing(0)),
        "proof_of_chunking" => (bytes[chunking].to_vec(), of_chunking(0)),
        "dealing" => {
            let mut points: Vec<_> = spread(8, 96, THRESHOLD).collect();
            points.extend(of_ciphertexts(ciphertexts.start));
            points.extend(of_sharing(sharing.start));
            points.extend(of_chunking(chunking.start));
            (bytes, points)
        }
        "recovered_verification_keys" => {
            (recovered(), std::iter::once(0..96).chain(spread(100, 96, RECEIVERS)).collect())
        }
        "decryption_key" => (pair.decryption.to_bytes().to_vec(), of_key(0)),
        "key_file" => (pair.decryption.to_key_file().unwrap().to_vec(), of_key(40)),
        "key_texts" => (pair.public.to_pem().into_bytes(), vec![]),
        other => unreachable!("no seed for {other}"),
    }
}

/// The same shape with identities for points, which decode a hundred times faster: the long run is about lengths, counts
/// and encodings, and reaches them all this way.
fn skeleton(seed: &[u8], points: &[Range<usize>]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for point in points {
        bytes[point.clone()].fill(0);
        bytes[point.start] = 0xc0;
    }
    bytes
}

fn mutate(seed: &[u8], rng: &mut ChaCha20Rng, input: &mut Vec<u8>) {
    input.clear();
    let pick = |rng: &mut ChaCha20Rng, bound: usize| usize::try_from(rng.next_u64() % (bound.max(1) as u64)).unwrap();
    if rng.next_u32().is_multiple_of(8) {
        input.resize(pick(rng, 300), 0);
        rng.fill_bytes(input);
        return;
    }
    input.extend_from_slice(seed);
    for _ in 0..=rng.next_u32() % 3 {
        let position = pick(rng, input.len());
        match rng.next_u32() % 6 {
            0 => input.truncate(position),
            1 => input.insert(position.min(input.len()), rng.next_u32().to_le_bytes()[0]),
            2 if !input.is_empty() => _ = input.remove(position),
            3 if !input.is_empty() => input[position] = [0, 0xff, 0x7f, 0x80, 0xc0, 0xe0][pick(rng, 6)],
            // Where counts and lengths live: the first bytes, or a small number somewhere.
            4 if input.len() > 4 => {
                let start = if rng.next_u32().is_multiple_of(2) {
                    pick(rng, 8).min(input.len() - 4)
                } else {
                    position.min(input.len() - 4)
                };
                let count = [0, 1, 2, 31, 33, 255, 257, u32::MAX][pick(rng, 8)];
                input[start..start + 4].copy_from_slice(&count.to_be_bytes());
            }
            _ if !input.is_empty() => input[position] ^= 1 << (rng.next_u32() % 8),
            _ => {}
        }
    }
}

fn run(decoder: &Decoder, inputs: u64) -> u64 {
    let (seed, points) = seed(decoder.name);
    assert!((decoder.accepts)(&seed), "{} refuses its own encoding", decoder.name);
    let skeleton = skeleton(&seed, &points);
    let mut rng = ChaCha20Rng::from_seed([0x5e; 32]);
    let mut input = Vec::new();
    // Long inputs of real points take milliseconds.
    let real_every = if points.len() < 4 { 16 } else { 1024 };
    let mut accepted = 0;
    for round in 0..inputs {
        mutate(if round.is_multiple_of(real_every) { &seed } else { &skeleton }, &mut rng, &mut input);
        accepted += u64::from((decoder.accepts)(&input));
    }
    accepted
}

#[test]
#[allow(clippy::print_stdout, reason = "the long run reports its counts")]
fn every_decoder_survives() {
    let inputs = std::env::var("NYM_FUZZ_INPUTS").map_or(2000, |count| count.parse().unwrap());
    let only = std::env::var("NYM_FUZZ_TARGET").ok();
    for decoder in DECODERS.iter().filter(|decoder| only.as_ref().is_none_or(|name| name == decoder.name)) {
        let accepted = run(decoder, inputs);
        println!("{}: {inputs} inputs, {accepted} decoded, no panic", decoder.name);
    }
}
