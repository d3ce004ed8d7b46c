//! A scalar as sixteen 16-bit chunks, the form in which it is encrypted (`docs/protocol/crypto.md` §8.1).

use nym_curve::{G1, G1Affine, Point, Scalar};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Chunks of one share.
pub const CHUNKS: usize = 16;
/// Bits of one chunk.
pub(crate) const CHUNK_BITS: usize = 16;
/// B, one more than the largest chunk.
pub(crate) const CHUNK_BASE: u64 = 1 << CHUNK_BITS;

/// s = Σ B^j·s_j. Honest chunks are below 2^16; a malicious dealer of a test may hold others.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Chunked(pub(crate) [i64; CHUNKS]);

impl Chunked {
    pub(crate) fn from_scalar(share: &Scalar) -> Self {
        let mut bytes = share.to_bytes();
        let mut chunks = [0; CHUNKS];
        for (chunk, pair) in chunks.iter_mut().zip(bytes.chunks_exact(2)) {
            *chunk = i64::from(u16::from_le_bytes([pair[0], pair[1]]));
        }
        bytes.zeroize();
        Self(chunks)
    }
}

/// Σ B^j·values_j.
pub(crate) fn recombine(values: &[Scalar; CHUNKS]) -> Scalar {
    let base = Scalar::from(CHUNK_BASE);
    values.iter().rev().fold(Scalar::ZERO, |sum, value| sum * base + value)
}

/// Σ B^j·points_j by sixteen doublings a step.
pub(crate) fn recombine_points(points: &[G1Affine; CHUNKS]) -> G1 {
    points.iter().rev().fold(G1::identity(), |mut sum, point| {
        for _ in 0..CHUNK_BITS {
            sum = sum.double();
        }
        sum + *point
    })
}

/// 1, B, …, B^15.
pub(crate) fn chunk_weights() -> [Scalar; CHUNKS] {
    let base = Scalar::from(CHUNK_BASE);
    let mut weight = Scalar::ONE;
    std::array::from_fn(|_| {
        let current = weight;
        weight *= base;
        current
    })
}
