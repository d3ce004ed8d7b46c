//! The first challenge of the proof of chunking: a stream of bytes grown from a seed.

use crate::proofs::chunking::RUNS;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// `groups` × 32 challenges of eight bits each, grown from `seed` (`docs/protocol/crypto.md` §8.5).
///
/// The keystream is ChaCha20 with 64-bit counter and zero nonce, taken eight bytes at a time; a group whose seventh byte
/// has its top bit set is discarded, of the others the eighth byte is the challenge.
pub(crate) fn challenges(seed: [u8; 32], groups: usize) -> Vec<[u8; RUNS]> {
    let mut stream = Stream { rng: ChaCha20Rng::from_seed(seed), block: [0; BLOCK], next: BLOCK };
    let mut out = vec![[0u8; RUNS]; groups];
    for challenge in out.iter_mut().flatten() {
        *challenge = stream.challenge();
    }
    out
}

const BLOCK: usize = 4096;

struct Stream {
    rng: ChaCha20Rng,
    block: [u8; BLOCK],
    next: usize,
}

impl Stream {
    fn challenge(&mut self) -> u8 {
        loop {
            if self.next == BLOCK {
                self.rng.fill_bytes(&mut self.block);
                self.next = 0;
            }
            let group = &self.block[self.next..self.next + 8];
            self.next += 8;
            if group[6] & 0x80 == 0 {
                return group[7];
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn stream_matches_the_published_bytes() {
        for vector in crate::published::published().oracle {
            let seed = hex::decode(vector.seed).unwrap().try_into().unwrap();
            assert_eq!(challenges(seed, 1)[0][..vector.challenges.len()], vector.challenges);
        }
    }
}
