//! bls12_381: pure Rust, for targets without a C toolchain.

use bls12_381::hash_to_curve::{ExpandMsgXmd, HashToCurve};
pub(crate) use bls12_381::{G1Affine, G1Projective, G2Affine, G2Projective, Scalar};
use bls12_381::{G2Prepared, MillerLoopResult};

/// Which arithmetic is compiled in.
pub(crate) const NAME: &str = "bls12_381";

/// `bytes` as a little-endian 512-bit integer, mod q.
pub(crate) fn scalar_from_wide(bytes: &[u8; 64]) -> Scalar {
    Scalar::from_bytes_wide(bytes)
}

pub(crate) fn hash_to_g1(message: &[u8], domain: &[u8]) -> G1Projective {
    <G1Projective as HashToCurve<ExpandMsgXmd<sha2_09::Sha256>>>::hash_to_curve(message, domain)
}

pub(crate) fn hash_to_g2(message: &[u8], domain: &[u8]) -> G2Projective {
    <G2Projective as HashToCurve<ExpandMsgXmd<sha2_09::Sha256>>>::hash_to_curve(message, domain)
}

macro_rules! point_functions {
    ($projective:ident, $affine:ident, $name_add:ident, $name_mul:ident, $name_affine:ident, $name_sum:ident, $name_msm:ident) => {
        /// Product with the `bits` low bits of a little-endian scalar. Constant time in the scalar.
        pub(crate) fn $name_mul(point: &$projective, scalar: &[u8; 32], bits: usize) -> $projective {
            use subtle::ConditionallySelectable;
            let mut sum = $projective::identity();
            for bit in (0..bits).rev() {
                sum = sum.double();
                let added = sum + point;
                let choice = subtle::Choice::from((scalar[bit / 8] >> (bit % 8)) & 1);
                sum = $projective::conditional_select(&sum, &added, choice);
            }
            sum
        }

        /// sum += point; the library's formula is complete.
        pub(crate) fn $name_add(sum: &mut $projective, point: &$affine) {
            *sum += point;
        }

        /// All points in affine form with one field inversion.
        pub(crate) fn $name_affine(points: &[$projective]) -> Vec<$affine> {
            let mut out = vec![$affine::identity(); points.len()];
            $projective::batch_normalize(points, &mut out);
            out
        }

        /// Sum of affine points (variable time).
        pub(crate) fn $name_sum(points: &[$affine]) -> $projective {
            points.iter().fold($projective::identity(), |sum, point| sum + point)
        }

        /// Pippenger over the `bits` low bits of little-endian scalars, `bits.div_ceil(8)` bytes each (variable time).
        pub(crate) fn $name_msm(points: &[$affine], scalars: &[u8], bits: usize) -> $projective {
            let stride = bits.div_ceil(8);
            assert_eq!(scalars.len(), points.len() * stride, "one scalar of `bits` bits per point");
            let width = window_for(points.len());
            let mut total = $projective::identity();
            for window in (0..bits.div_ceil(width)).rev() {
                for _ in 0..width {
                    total = total.double();
                }
                let mut buckets = vec![$projective::identity(); (1 << width) - 1];
                for (point, scalar) in points.iter().zip(scalars.chunks_exact(stride.max(1))) {
                    let digit = digit(scalar, window * width, width.min(bits - window * width));
                    if digit != 0 {
                        buckets[digit - 1] += point;
                    }
                }
                let mut running = $projective::identity();
                for bucket in buckets.iter().rev() {
                    running += bucket;
                    total += running;
                }
            }
            total
        }
    };
}

point_functions!(G1Projective, G1Affine, g1_add_distinct, g1_mul, g1_batch_affine, g1_sum, g1_msm);
point_functions!(G2Projective, G2Affine, g2_add_distinct, g2_mul, g2_batch_affine, g2_sum, g2_msm);

/// Bucket width that balances n additions per window against 2^width.
fn window_for(points: usize) -> usize {
    match points {
        0..=3 => 2,
        4..=15 => 3,
        16..=63 => 4,
        64..=255 => 6,
        256..=1023 => 7,
        _ => 9,
    }
}

/// Bits `from..from + width` of a little-endian integer.
fn digit(scalar: &[u8], from: usize, width: usize) -> usize {
    (0..width).fold(0, |value, offset| {
        let bit = from + offset;
        value | (usize::from((scalar[bit / 8] >> (bit % 8)) & 1) << offset)
    })
}

/// A G2 point with its line coefficients computed once.
#[derive(Clone)]
pub(crate) struct Prepared(G2Prepared);

impl From<&G2Affine> for Prepared {
    fn from(point: &G2Affine) -> Self {
        Self(G2Prepared::from(*point))
    }
}

#[derive(Clone, Copy)]
pub(crate) struct MillerLoop(MillerLoopResult);

/// Product of the Miller loops of all terms; terms with an identity contribute one.
pub(crate) fn multi_miller_loop(terms: &[(&G1Affine, &Prepared)]) -> MillerLoop {
    let terms: Vec<_> = terms.iter().map(|(p, q)| (*p, &q.0)).collect();
    MillerLoop(bls12_381::multi_miller_loop(&terms))
}

impl MillerLoop {
    pub(crate) fn product(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    pub(crate) fn final_exponentiation(self) -> Gt {
        Gt(self.0.final_exponentiation())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gt(bls12_381::Gt);

impl Gt {
    pub(crate) fn identity() -> Self {
        Self(bls12_381::Gt::identity())
    }

    pub(crate) fn product(&self, other: &Self) -> Self {
        Self(self.0 + other.0)
    }

    pub(crate) fn square(&self) -> Self {
        Self(self.0.double())
    }

    pub(crate) fn inverse(&self) -> Self {
        Self(-self.0)
    }
}

/// A scalar is used whole: the library does not give access to coordinates, so there is no endomorphism.
pub(crate) type Piece = [u8; 32];

pub(crate) fn g1_split(scalar: &[u8; 32]) -> Vec<Piece> {
    vec![*scalar]
}

pub(crate) fn g2_split(scalar: &[u8; 32]) -> Vec<Piece> {
    vec![*scalar]
}

/// Never applied, since scalars have one piece.
pub(crate) fn g1_endomorphism(point: &G1Affine) -> G1Affine {
    *point
}

/// Never applied, since scalars have one piece.
pub(crate) fn g2_endomorphism(point: &G2Affine) -> G2Affine {
    *point
}
