//! Bytes that decoders must survive (feature `testing`): the runner of the decoder tests of the crates above.
//!
//! A run mutates a valid encoding: bits, bytes, counts and lengths, insertions, removals, truncation, and sometimes
//! noise. Reading a point costs a square root and a subgroup check, hundreds of times more than anything else in a
//! decoder, so most inputs are made from a skeleton: the same encoding with the identity in place of every point whose
//! decoder accepts that. Lengths, counts and structure are reached all the same; a share of the inputs keeps the points.

use crate::{G1Affine, G2Affine};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::ops::Range;

/// A decoder that says whether it accepted the bytes; it must not panic whatever they are.
pub type Accepts = fn(&[u8]) -> bool;

/// What is mutated for one decoder.
#[derive(Clone, Debug)]
pub struct Seed {
    /// A valid encoding.
    pub bytes: Vec<u8>,
    /// A valid encoding of the same shape that decodes fast, if replacing points by the identity does not give one.
    pub skeleton: Option<Vec<u8>>,
}

impl From<Vec<u8>> for Seed {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, skeleton: None }
    }
}

/// Feeds each of the named decoders `NYM_FUZZ_INPUTS` inputs (2,000 unless set) and reports the counts line by line.
/// `NYM_FUZZ_TARGET` picks one decoder. `seed` gives a valid input to mutate for each name.
///
/// # Panics
/// If a decoder panics or refuses its seed, or if the variables make no sense.
pub fn survive_mutations<S: Into<Seed>>(
    decoders: impl IntoIterator<Item = (&'static str, Accepts)>,
    seed: impl Fn(&str) -> S,
    report: impl Fn(&str),
) {
    let inputs = std::env::var("NYM_FUZZ_INPUTS")
        .map_or(2000, |count| count.parse().expect("NYM_FUZZ_INPUTS is the number of inputs"));
    let only = std::env::var("NYM_FUZZ_TARGET").ok();
    let mut found = false;
    for (name, accepts) in decoders {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        found = true;
        let seed = seed(name).into();
        let given = std::iter::once(&seed.bytes).chain(&seed.skeleton);
        assert!(given.map(Vec::as_slice).all(accepts), "{name} refuses its own encoding");
        let mutations = Mutations::new(seed, accepts);
        let mut rng = ChaCha20Rng::from_seed([0x5e; 32]);
        let mut input = Vec::new();
        let mut accepted = 0u64;
        for round in 0..inputs {
            mutations.make(round, &mut rng, &mut input);
            accepted += u64::from(accepts(&input));
        }
        report(&format!("{name}: {inputs} inputs, {accepted} decoded, no panic"));
    }
    assert!(found, "NYM_FUZZ_TARGET names no decoder: {only:?}");
}

/// An encoding to mutate, with and without its points.
struct Mutations {
    seed: Vec<u8>,
    skeleton: Vec<u8>,
    /// Every so many inputs keep the points.
    real_every: u64,
}

impl Mutations {
    fn new(seed: Seed, accepts: Accepts) -> Self {
        let Seed { bytes: seed, skeleton } = seed;
        let points = points(&seed);
        let real_every = match points.len() {
            0 => 1,
            1..=3 => 16,
            4..=63 => 1024,
            _ => 16_384,
        };
        let skeleton = skeleton.unwrap_or_else(|| without_points(&seed, &points, accepts));
        Self { seed, skeleton, real_every }
    }

    fn make(&self, round: u64, rng: &mut ChaCha20Rng, input: &mut Vec<u8>) {
        input.clear();
        if one_in(8, rng) {
            input.resize(below(300, rng), 0);
            rng.fill_bytes(input);
            return;
        }
        let kept = round.is_multiple_of(self.real_every);
        input.extend_from_slice(if kept { &self.seed } else { &self.skeleton });
        for _ in 0..=below(3, rng) {
            mutate(input, rng);
        }
    }
}

/// The encoding with identities for points, or for those of them that may be the identity.
fn without_points(seed: &[u8], points: &[Range<usize>], accepts: Accepts) -> Vec<u8> {
    let mut all = seed.to_vec();
    points.iter().for_each(|at| all[at.clone()].copy_from_slice(&identity(at.len())));
    if accepts(&all) {
        return all;
    }
    let mut some = seed.to_vec();
    for at in points {
        some[at.clone()].copy_from_slice(&identity(at.len()));
        if !accepts(&some) {
            some[at.clone()].copy_from_slice(&seed[at.clone()]);
        }
    }
    some
}

/// Where compressed points lie: bytes that are none pass for one by chance with probability 2^−100 at most.
fn points(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut position = 0;
    while position < bytes.len() {
        let rest = &bytes[position..];
        let is = |length: usize, decodes: fn(&[u8]) -> bool| rest.get(..length).is_some_and(decodes);
        let length = if rest[0] & 0x80 == 0 {
            1
        } else if is(G2Affine::LEN, |bytes| G2Affine::from_slice(bytes).is_ok()) {
            G2Affine::LEN
        } else if is(G1Affine::LEN, |bytes| G1Affine::from_slice(bytes).is_ok()) {
            G1Affine::LEN
        } else {
            1
        };
        if length > 1 {
            found.push(position..position + length);
        }
        position += length;
    }
    found
}

fn identity(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    bytes[0] = 0xc0;
    bytes
}

fn mutate(input: &mut Vec<u8>, rng: &mut ChaCha20Rng) {
    /// Counts at and around the limits of the formats.
    const COUNTS: [u32; 14] = [0, 1, 2, 3, 4, 7, 31, 33, 49, 51, 255, 257, 1 << 24, u32::MAX];
    /// Markers of variable-length integers, flags of points, and the ends of a byte.
    const BYTES: [u8; 11] = [0, 1, 0x7f, 0x80, 0xc0, 0xe0, 0xfb, 0xfc, 0xfd, 0xfe, 0xff];
    let position = below(input.len(), rng);
    match below(8, rng) {
        0 => input.truncate(position),
        1 => input.insert(position, BYTES[below(BYTES.len(), rng)]),
        2 => input.insert(position, rng.next_u32().to_le_bytes()[0]),
        _ if input.is_empty() => {}
        3 => _ = input.remove(position),
        4 => input[position] = BYTES[below(BYTES.len(), rng)],
        // Where counts and lengths live: the first bytes, or anywhere, in either byte order.
        5 if input.len() > 8 => {
            let last = input.len() - 8;
            let start = if one_in(2, rng) { below(16, rng) } else { position }.min(last);
            let count = u64::from(COUNTS[below(COUNTS.len(), rng)]);
            match below(3, rng) {
                0 => input[start..start + 4].copy_from_slice(&count.to_be_bytes()[4..]),
                1 => input[start..start + 8].copy_from_slice(&count.to_le_bytes()),
                _ => input[start..start + 8].copy_from_slice(&count.to_be_bytes()),
            }
        }
        _ => input[position] ^= 1 << below(8, rng),
    }
}

fn one_in(count: usize, rng: &mut ChaCha20Rng) -> bool {
    below(count, rng) == 0
}

/// A number in 0..bound, 0 if the bound is 0.
fn below(bound: usize, rng: &mut ChaCha20Rng) -> usize {
    let bound = u64::try_from(bound.max(1)).expect("a usize has 64 bits at most");
    usize::try_from(rng.next_u64() % bound).expect("below a usize")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{G1, Point, Scalar};

    #[test]
    fn finds_points_and_replaces_those_that_may_be_the_identity() {
        let point = (G1::generator() * Scalar::from(5)).to_affine().to_bytes();
        let mut seed = vec![0xff, 0x80, 7];
        seed.extend(point);
        seed.extend(G2Affine::generator().to_bytes());
        seed.push(0x90);
        assert_eq!(points(&seed), [3..51, 51..147]);
        // The second point must stay.
        let mutations = Mutations::new(seed.clone().into(), |bytes| bytes[51] != 0xc0);
        assert_eq!(mutations.skeleton[3..51], identity(48));
        assert_eq!(mutations.skeleton[51..], seed[51..]);
    }

    #[test]
    fn the_same_inputs_in_every_run_and_many_kinds() {
        let mutations = Mutations::new(vec![1; 40].into(), |_| true);
        let run = || {
            let mut rng = ChaCha20Rng::from_seed([1; 32]);
            (0..500)
                .map(|round| {
                    let mut input = Vec::new();
                    mutations.make(round, &mut rng, &mut input);
                    input
                })
                .collect::<Vec<_>>()
        };
        let inputs = run();
        assert_eq!(inputs, run());
        assert!(inputs.iter().any(|input| input.len() < 40) && inputs.iter().any(|input| input.len() > 40));
        let distinct: std::collections::HashSet<_> = inputs.iter().collect();
        assert!(distinct.len() > 300, "{} distinct inputs", distinct.len());
    }

    #[test]
    #[should_panic(expected = "refuses its own encoding")]
    fn a_seed_that_is_refused_is_a_defect() {
        survive_mutations([("nothing", (|_| false) as Accepts)], |_| vec![1], |_| {});
    }
}
