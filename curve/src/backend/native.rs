//! blst: assembly for every native target.
#![allow(unsafe_code, reason = "blst is C; each call below states why its pointers and lengths are right")]

use blst::{blst_fp12, blst_fr, blst_p1, blst_p1_affine, blst_p2, blst_p2_affine, blst_scalar};
pub(crate) use blstrs::{G1Affine, G1Projective, G2Affine, G2Projective, Scalar};
use std::ptr;

/// Which arithmetic is compiled in.
pub(crate) const NAME: &str = "blst";

/// `bytes` as a little-endian 512-bit integer, mod q.
pub(crate) fn scalar_from_wide(bytes: &[u8; 64]) -> Scalar {
    let mut scalar = blst_scalar::default();
    let mut fr = blst_fr::default();
    // SAFETY: `bytes` is 64 readable bytes and its length is passed; both outputs are owned locals.
    unsafe {
        blst::blst_scalar_from_le_bytes(&mut scalar, bytes.as_ptr(), bytes.len());
        blst::blst_fr_from_scalar(&mut fr, &scalar);
    }
    Scalar::from(fr)
}

pub(crate) fn hash_to_g1(message: &[u8], domain: &[u8]) -> G1Projective {
    G1Projective::hash_to_curve(message, domain, &[])
}

pub(crate) fn hash_to_g2(message: &[u8], domain: &[u8]) -> G2Projective {
    G2Projective::hash_to_curve(message, domain, &[])
}

macro_rules! point_functions {
    ($projective:ident, $affine:ident, $raw:ident, $raw_affine:ident, $mult:ident, $to_affine:ident, $sum:ident,
     $pippenger:ident, $scratch:ident, $add:ident, $name_add:ident, $name_mul:ident, $name_affine:ident, $name_sum:ident, $name_msm:ident) => {
        /// Product with the `bits` low bits of a little-endian scalar. Constant time in the scalar.
        pub(crate) fn $name_mul(point: &$projective, scalar: &[u8; 32], bits: usize) -> $projective {
            debug_assert!(bits <= 256);
            let mut out = <$projective as group::Group>::identity();
            // SAFETY: the scalar holds 32 bytes, enough for `bits` ≤ 256.
            unsafe { blst::$mult(out.as_mut(), point.as_ref(), scalar.as_ptr(), bits) };
            out
        }

        /// sum += point in constant time, for points that are known to differ: the formula cannot double.
        pub(crate) fn $name_add(sum: &mut $projective, point: &$affine) {
            let before: *const $raw = sum.as_ref();
            // SAFETY: both are valid points, and blst allows its output to be one of its inputs.
            unsafe { blst::$add(sum.as_mut(), before, point.as_ref()) };
        }

        /// All points in affine form with one field inversion per chunk of about a thousand.
        pub(crate) fn $name_affine(points: &[$projective]) -> Vec<$affine> {
            let mut out = vec![$affine::default(); points.len()];
            if !points.is_empty() {
                let source: [*const $raw; 2] = [points.as_ptr().cast(), ptr::null()];
                // SAFETY: the wrappers are `repr(transparent)`; a null second pointer tells blst that the points are
                // contiguous, and both slices hold `points.len()` elements.
                unsafe { blst::$to_affine(out.as_mut_ptr().cast::<$raw_affine>(), source.as_ptr(), points.len()) };
            }
            out
        }

        /// Sum of affine points by trees of affine additions (variable time).
        pub(crate) fn $name_sum(points: &[$affine]) -> $projective {
            let mut out = <$projective as group::Group>::identity();
            if !points.is_empty() {
                let source: [*const $raw_affine; 2] = [points.as_ptr().cast(), ptr::null()];
                // SAFETY: as above, contiguous points with their true count.
                unsafe { blst::$sum(out.as_mut(), source.as_ptr(), points.len()) };
            }
            out
        }

        /// Pippenger over the `bits` low bits of little-endian scalars, `bits.div_ceil(8)` bytes each (variable time).
        /// The points must not contain the identity.
        pub(crate) fn $name_msm(points: &[$affine], scalars: &[u8], bits: usize) -> $projective {
            assert_eq!(scalars.len(), points.len() * bits.div_ceil(8), "one scalar of `bits` bits per point");
            let mut out = <$projective as group::Group>::identity();
            if points.is_empty() || bits == 0 {
                return out;
            }
            let source: [*const $raw_affine; 2] = [points.as_ptr().cast(), ptr::null()];
            let digits: [*const u8; 2] = [scalars.as_ptr(), ptr::null()];
            // SAFETY: the scratch has the size blst asks for (in bytes, rounded up to limbs); points and scalars are
            // contiguous and their lengths were asserted to agree.
            unsafe {
                let mut scratch = vec![0u64; blst::$scratch(points.len()).div_ceil(8)];
                blst::$pippenger(
                    out.as_mut(),
                    source.as_ptr(),
                    points.len(),
                    digits.as_ptr(),
                    bits,
                    scratch.as_mut_ptr(),
                );
            }
            out
        }
    };
}

point_functions!(
    G1Projective,
    G1Affine,
    blst_p1,
    blst_p1_affine,
    blst_p1_mult,
    blst_p1s_to_affine,
    blst_p1s_add,
    blst_p1s_mult_pippenger,
    blst_p1s_mult_pippenger_scratch_sizeof,
    blst_p1_add_affine,
    g1_add_distinct,
    g1_mul,
    g1_batch_affine,
    g1_sum,
    g1_msm
);
point_functions!(
    G2Projective,
    G2Affine,
    blst_p2,
    blst_p2_affine,
    blst_p2_mult,
    blst_p2s_to_affine,
    blst_p2s_add,
    blst_p2s_mult_pippenger,
    blst_p2s_mult_pippenger_scratch_sizeof,
    blst_p2_add_affine,
    g2_add_distinct,
    g2_mul,
    g2_batch_affine,
    g2_sum,
    g2_msm
);

/// A G2 point ready for pairings. blst evaluates all terms in one loop that shares its squarings; for that loop the
/// affine point is the fastest form (stored lines would have to be evaluated term by term, each with its own squarings).
#[derive(Clone)]
pub(crate) struct Prepared(G2Affine);

impl From<&G2Affine> for Prepared {
    fn from(point: &G2Affine) -> Self {
        Self(*point)
    }
}

#[derive(Clone, Copy)]
pub(crate) struct MillerLoop(blst_fp12);

/// Product of the Miller loops of all terms; terms with an identity contribute one.
pub(crate) fn multi_miller_loop(terms: &[(&G1Affine, &Prepared)]) -> MillerLoop {
    let mut ps: Vec<*const blst_p1_affine> = Vec::with_capacity(terms.len());
    let mut qs: Vec<*const blst_p2_affine> = Vec::with_capacity(terms.len());
    for (p, q) in terms {
        if !is_identity_g1(p) && !is_identity_g2(&q.0) {
            ps.push(p.as_ref());
            qs.push(q.0.as_ref());
        }
    }
    let mut out = blst_fp12::default();
    if !ps.is_empty() {
        // SAFETY: both arrays hold `ps.len()` valid pointers into `terms`, which outlives the call.
        unsafe { blst::blst_miller_loop_n(&mut out, qs.as_ptr(), ps.as_ptr(), ps.len()) };
    }
    MillerLoop(out)
}

fn is_identity_g1(point: &G1Affine) -> bool {
    use group::prime::PrimeCurveAffine;
    bool::from(point.is_identity())
}

fn is_identity_g2(point: &G2Affine) -> bool {
    use group::prime::PrimeCurveAffine;
    bool::from(point.is_identity())
}

impl MillerLoop {
    pub(crate) fn product(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }

    pub(crate) fn final_exponentiation(self) -> Gt {
        Gt(self.0.final_exp())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gt(blst_fp12);

impl Gt {
    pub(crate) fn identity() -> Self {
        Self(blst_fp12::default())
    }

    pub(crate) fn product(&self, other: &Self) -> Self {
        Self(self.0 * other.0)
    }

    pub(crate) fn square(&self) -> Self {
        let mut out = blst_fp12::default();
        // SAFETY: both are valid field elements; elements of the target group are cyclotomic.
        unsafe { blst::blst_fp12_cyclotomic_sqr(&mut out, &self.0) };
        Self(out)
    }

    pub(crate) fn inverse(&self) -> Self {
        let mut out = self.0;
        // SAFETY: `out` is a valid field element; in the target group the conjugate is the inverse.
        unsafe { blst::blst_fp12_conjugate(&mut out) };
        Self(out)
    }

    pub(crate) fn to_bytes(self) -> [u8; 576] {
        self.0.to_bendian()
    }
}

/// One piece of a scalar: a little-endian integer, to be multiplied by the endomorphism's power of its position.
pub(crate) type Piece = [u8; 32];

pub(crate) fn g1_split(scalar: &[u8; 32]) -> Vec<Piece> {
    super::endomorphism::split_g1(scalar).map(|part| widen(&part.to_le_bytes())).to_vec()
}

pub(crate) fn g2_split(scalar: &[u8; 32]) -> Vec<Piece> {
    super::endomorphism::split_g2(scalar).map(|part| widen(&part.to_le_bytes())).to_vec()
}

pub(crate) use super::endomorphism::{times_z as g2_endomorphism, times_z_squared as g1_endomorphism};

fn widen(bytes: &[u8]) -> Piece {
    let mut piece = [0; 32];
    piece[..bytes.len()].copy_from_slice(bytes);
    piece
}
