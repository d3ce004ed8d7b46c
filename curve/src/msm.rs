//! Sums of many products with public scalars.
//!
//! Every scalar is taken with the sign that makes it shorter. A few points go through interleaved signed windows
//! (doublings shared, Straus), many through buckets (Pippenger, the backend's own).

use crate::{Point, Scalar};

/// From this many points on buckets win over interleaved windows.
const BUCKETS_FROM: usize = 24;
/// Signed window width of the interleaved method: odd multiples up to 2^(w−1)−1 are tabulated.
const WINDOW: u32 = 5;

pub(crate) fn msm<P: Point>(points: &[P::Affine], scalars: &[Scalar]) -> P {
    assert_eq!(points.len(), scalars.len(), "every point needs one scalar");
    let mut terms: Vec<(P::Affine, [u8; 32], usize)> = Vec::with_capacity(points.len());
    for (point, scalar) in points.iter().zip(scalars) {
        let (bytes, negative) = shorter_sign(scalar);
        let bits = bit_length(&bytes);
        if bits > 0 && !P::is_identity_affine(point) {
            terms.push((if negative { -*point } else { *point }, bytes, bits));
        }
    }
    match terms.as_slice() {
        [] => P::identity(),
        [(point, scalar, bits)] => P::from(*point).mul_bits(scalar, *bits),
        many if many.len() < BUCKETS_FROM => interleaved(many),
        many => buckets(many),
    }
}

/// The scalar or its negation, whichever is the smaller integer, and whether it was negated.
fn shorter_sign(scalar: &Scalar) -> ([u8; 32], bool) {
    let plain = scalar.to_bytes();
    let negated = (-scalar).to_bytes();
    if negated.iter().rev().lt(plain.iter().rev()) { (negated, true) } else { (plain, false) }
}

fn bit_length(bytes: &[u8; 32]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |top| 8 * top + 8 - bytes[top].leading_zeros() as usize)
}

fn interleaved<P: Point>(terms: &[(P::Affine, [u8; 32], usize)]) -> P {
    let per_point = 1usize << (WINDOW - 2);
    let mut multiples = Vec::with_capacity(per_point * terms.len());
    for (point, _, _) in terms {
        let mut multiple = P::from(*point);
        let twice = multiple.double();
        multiples.push(multiple);
        for _ in 1..per_point {
            multiple += twice;
            multiples.push(multiple);
        }
    }
    let multiples = P::batch_to_affine(&multiples);
    let digits: Vec<Vec<i8>> = terms.iter().map(|(_, scalar, bits)| signed_windows(scalar, *bits)).collect();
    let top = digits.iter().map(Vec::len).max().unwrap_or(0);
    let mut sum = P::identity();
    for position in (0..top).rev() {
        sum = sum.double();
        for (digits, multiples) in digits.iter().zip(multiples.chunks_exact(per_point)) {
            let digit = digits.get(position).copied().unwrap_or(0);
            if digit != 0 {
                let multiple = multiples[usize::from(digit.unsigned_abs() / 2)];
                if digit > 0 {
                    sum += multiple;
                } else {
                    sum -= multiple;
                }
            }
        }
    }
    sum
}

/// Width-w non-adjacent form, least significant digit first: odd digits below 2^(w−1) in size, zeros between.
fn signed_windows(scalar: &[u8; 32], bits: usize) -> Vec<i8> {
    let bit = |index: usize| if index < 256 { i16::from((scalar[index / 8] >> (index % 8)) & 1) } else { 0 };
    let mut digits = vec![0i8; bits + 1];
    let mut carry = 0i16;
    let mut position = 0;
    while position < digits.len() {
        if bit(position) + carry & 1 == 0 {
            // An even sum is 0 or 2: the carry stays as it is.
            position += 1;
            continue;
        }
        let window = (0..WINDOW as usize).fold(carry, |value, offset| value + (bit(position + offset) << offset));
        let digit = if window >= 1 << (WINDOW - 1) { window - (1 << WINDOW) } else { window };
        carry = i16::from(digit < 0);
        digits[position] = i8::try_from(digit).expect("a window of five bits fits eight");
        position += WINDOW as usize;
    }
    digits
}

fn buckets<P: Point>(terms: &[(P::Affine, [u8; 32], usize)]) -> P {
    let bits = terms.iter().map(|(_, _, bits)| *bits).max().unwrap_or(0);
    let stride = bits.div_ceil(8);
    let points: Vec<P::Affine> = terms.iter().map(|(point, _, _)| *point).collect();
    let scalars: Vec<u8> = terms.iter().flat_map(|(_, scalar, _)| scalar[..stride].iter().copied()).collect();
    P::pippenger(&points, &scalars, bits)
}
