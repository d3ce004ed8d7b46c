//! Parties of ceremonies, shared by the integration tests.
#![allow(dead_code, reason = "every test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use nym_dkg::{KeyPair, NodeIndex, PublicKey, Receivers};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::OnceLock;

pub fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

pub fn node(index: u64) -> NodeIndex {
    NodeIndex::new(index).unwrap()
}

/// Eight key pairs, generated once per test program.
pub fn key_pairs() -> &'static [KeyPair] {
    static PAIRS: OnceLock<Vec<KeyPair>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        let mut rng = rng(77);
        (0..8).map(|_| KeyPair::generate(&mut rng)).collect()
    })
}

/// The first `n` key pairs under uneven indices 3, 5, 7, ….
pub fn parties(n: usize) -> (Receivers, Vec<(NodeIndex, &'static KeyPair)>) {
    let parties: Vec<_> = (1u64..).zip(&key_pairs()[..n]).map(|(i, pair)| (node(2 * i + 1), pair)).collect();
    let receivers = Receivers::new(parties.iter().map(|(index, pair)| (*index, public(pair)))).unwrap();
    (receivers, parties)
}

pub fn public(pair: &KeyPair) -> PublicKey {
    pair.public.key()
}
