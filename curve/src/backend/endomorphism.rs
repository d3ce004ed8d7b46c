//! The fast endomorphisms of the two groups, which turn one long product into several short ones.
//!
//! With z = −0xd201000000010000 the parameter of the curve, multiplication by z² in G1 is (x, y) → (βx, −y) and
//! multiplication by |z| in G2 is (x, y) → (c·x̄, d·ȳ). The constants are read off multiples of the generators, so they
//! cannot disagree with the arithmetic.
#![allow(unsafe_code, reason = "blst is C; every call passes references to initialised field elements")]

use super::{G1Affine, G1Projective, G2Affine, G2Projective, g1_mul, g2_mul};
use blst::{blst_fp, blst_fp2};
use group::{Curve, Group};
use std::sync::LazyLock;

/// |z|.
const Z: u64 = 0xd201_0000_0001_0000;
/// z².
const Z_SQUARED: u128 = (Z as u128) * (Z as u128);

/// k = k0 + k1·z² with both parts below 2^128, little-endian.
pub(crate) fn split_g1(scalar: &[u8; 32]) -> [u128; 2] {
    let (mut quotient, mut rest) = (0u128, 0u128);
    for bit in (0..256).rev() {
        let overflows = rest >> 127 == 1;
        rest = (rest << 1) | u128::from((scalar[bit / 8] >> (bit % 8)) & 1);
        // A canonical scalar is below z⁴, so the quotient has at most 128 bits and no bit is lost.
        quotient <<= 1;
        if overflows || rest >= Z_SQUARED {
            rest = rest.wrapping_sub(Z_SQUARED);
            quotient |= 1;
        }
    }
    [rest, quotient]
}

/// k = Σ k_i·|z|^i with all parts below 2^64.
pub(crate) fn split_g2(scalar: &[u8; 32]) -> [u64; 4] {
    let mut limbs = [0u64; 4];
    for (limb, bytes) in limbs.iter_mut().zip(scalar.as_chunks::<8>().0) {
        *limb = u64::from_le_bytes(*bytes);
    }
    let mut digits = [0u64; 4];
    for digit in &mut digits {
        let mut rest = 0u128;
        for limb in limbs.iter_mut().rev() {
            let value = (rest << 64) | u128::from(*limb);
            *limb = u64::try_from(value / u128::from(Z)).expect("the rest is below the divisor");
            rest = value % u128::from(Z);
        }
        *digit = u64::try_from(rest).expect("a rest is below the divisor");
    }
    debug_assert_eq!(limbs, [0; 4], "a canonical scalar is below z⁴");
    digits
}

/// z²·point.
pub(crate) fn times_z_squared(point: &G1Affine) -> G1Affine {
    static BETA: LazyLock<blst_fp> = LazyLock::new(|| {
        let mut scalar = [0; 32];
        scalar[..16].copy_from_slice(&Z_SQUARED.to_le_bytes());
        let generator = G1Affine::from(G1Projective::generator());
        let multiple = g1_mul(&G1Projective::generator(), &scalar, 128).to_affine();
        let (mut inverse, mut beta) = (blst_fp::default(), blst_fp::default());
        // SAFETY: see the module's allow.
        unsafe {
            blst::blst_fp_inverse(&mut inverse, &generator.as_ref().x);
            blst::blst_fp_mul(&mut beta, &inverse, &multiple.as_ref().x);
        }
        beta
    });
    let mut out = -point;
    // SAFETY: see the module's allow.
    unsafe { blst::blst_fp_mul(&mut out.as_mut().x, &point.as_ref().x, &*BETA) };
    out
}

/// |z|·point.
pub(crate) fn times_z(point: &G2Affine) -> G2Affine {
    static FACTORS: LazyLock<[blst_fp2; 2]> = LazyLock::new(|| {
        let mut scalar = [0; 32];
        scalar[..8].copy_from_slice(&Z.to_le_bytes());
        let generator = G2Affine::from(G2Projective::generator());
        let multiple = g2_mul(&G2Projective::generator(), &scalar, 64).to_affine();
        let factor = |from: &blst_fp2, to: &blst_fp2| {
            let conjugate = conjugate(from);
            let (mut inverse, mut factor) = (blst_fp2::default(), blst_fp2::default());
            // SAFETY: see the module's allow.
            unsafe {
                blst::blst_fp2_inverse(&mut inverse, &conjugate);
                blst::blst_fp2_mul(&mut factor, &inverse, to);
            }
            factor
        };
        [factor(&generator.as_ref().x, &multiple.as_ref().x), factor(&generator.as_ref().y, &multiple.as_ref().y)]
    });
    let mut out = G2Affine::default();
    // SAFETY: see the module's allow.
    unsafe {
        blst::blst_fp2_mul(&mut out.as_mut().x, &conjugate(&point.as_ref().x), &FACTORS[0]);
        blst::blst_fp2_mul(&mut out.as_mut().y, &conjugate(&point.as_ref().y), &FACTORS[1]);
    }
    out
}

fn conjugate(value: &blst_fp2) -> blst_fp2 {
    let mut out = *value;
    // SAFETY: see the module's allow.
    unsafe { blst::blst_fp_cneg(&mut out.fp[1], &value.fp[1], true) };
    out
}
