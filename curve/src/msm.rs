//! Sums of many products with public scalars.
//!
//! Every scalar is taken with the sign that makes it shorter and, if it is still long, split by the group's
//! endomorphism into short pieces. Few points go through interleaved signed windows (Straus: doublings shared), many
//! through buckets (Pippenger, the backend's own), grouped by length so that short scalars do not pay for long ones.

use crate::{Point, Scalar};

/// Scalars up to this length are not split: the pieces would be no shorter.
const UNSPLIT_BITS: usize = 64;
/// Lengths of scalars that are summed together.
const CLASSES: [usize; 4] = [16, 64, 128, 256];

struct Term<P: Point> {
    point: P::Affine,
    /// Piece i multiplies by the i-th power of the endomorphism's factor.
    pieces: Vec<Piece>,
}

struct Piece {
    scalar: [u8; 32],
    bits: usize,
}

pub(crate) fn msm<P: Point>(points: &[P::Affine], scalars: &[Scalar]) -> P {
    assert_eq!(points.len(), scalars.len(), "every point needs one scalar");
    let terms: Vec<Term<P>> =
        points.iter().zip(scalars).filter_map(|(point, scalar)| Term::new(point, scalar)).collect();
    if terms.is_empty() {
        return P::identity();
    }
    if terms.len() < buckets_from(&terms) { interleaved(&terms) } else { buckets(&terms) }
}

impl<P: Point> Term<P> {
    /// `None` if the product is the identity.
    fn new(point: &P::Affine, scalar: &Scalar) -> Option<Self> {
        let (bytes, negative) = shorter_sign(scalar);
        let bits = bit_length(&bytes);
        if bits == 0 || P::is_identity_affine(point) {
            return None;
        }
        let pieces = if bits <= UNSPLIT_BITS {
            vec![Piece { scalar: bytes, bits }]
        } else {
            P::split(&bytes).into_iter().map(|scalar| Piece { bits: bit_length(&scalar), scalar }).collect()
        };
        Some(Self { point: if negative { -*point } else { *point }, pieces })
    }

    fn longest(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bits).max().unwrap_or(0)
    }
}

/// Number of points from which buckets win, by the length of the pieces: tables of odd multiples pay off for long
/// ones only.
fn buckets_from<P: Point>(terms: &[Term<P>]) -> usize {
    match terms.iter().map(Term::longest).max().unwrap_or(0) {
        0..=16 => 24,
        17..=64 => 48,
        _ => 96,
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

/// Signed window width: odd multiples up to 2^(w−1)−1 are tabulated.
fn window(bits: usize) -> usize {
    match bits {
        0..=10 => 2,
        11..=32 => 3,
        33..=80 => 4,
        _ => 5,
    }
}

fn interleaved<P: Point>(terms: &[Term<P>]) -> P {
    let widths: Vec<usize> = terms.iter().map(|term| window(term.longest())).collect();
    let mut multiples = Vec::new();
    for (term, width) in terms.iter().zip(&widths) {
        let mut multiple = P::from(term.point);
        multiples.push(multiple);
        if *width > 2 {
            let twice = multiple.double();
            for _ in 1..1usize << (width - 2) {
                multiple += twice;
                multiples.push(multiple);
            }
        }
    }
    // With one entry per point everything is affine already.
    let multiples = if widths.iter().all(|width| *width == 2) {
        terms.iter().map(|term| term.point).collect()
    } else {
        P::batch_to_affine(&multiples)
    };
    let mut tracks: Vec<(Vec<i8>, Vec<P::Affine>)> = Vec::new();
    let mut rest = multiples.as_slice();
    for (term, width) in terms.iter().zip(&widths) {
        let (table, others) = rest.split_at(1 << (width - 2));
        rest = others;
        let mut table = table.to_vec();
        for (position, piece) in term.pieces.iter().enumerate() {
            if position > 0 {
                table.iter_mut().for_each(|entry| *entry = P::endomorphism(entry));
            }
            if piece.bits > 0 {
                tracks.push((signed_windows(&piece.scalar, piece.bits, *width), table.clone()));
            }
        }
    }
    let top = tracks.iter().map(|(digits, _)| digits.len()).max().unwrap_or(0);
    let mut sum = P::identity();
    for position in (0..top).rev() {
        sum = sum.double();
        for (digits, table) in &tracks {
            match digits.get(position).copied().unwrap_or(0) {
                0 => {}
                digit if digit > 0 => sum += table[usize::from(digit.unsigned_abs() / 2)],
                digit => sum -= table[usize::from(digit.unsigned_abs() / 2)],
            }
        }
    }
    sum
}

/// Width-w non-adjacent form, least significant digit first: odd digits below 2^(w−1) in size, zeros between.
fn signed_windows(scalar: &[u8; 32], bits: usize, width: usize) -> Vec<i8> {
    let bit = |index: usize| if index < 256 { i16::from((scalar[index / 8] >> (index % 8)) & 1) } else { 0 };
    let mut digits = vec![0i8; bits + 1];
    let mut carry = 0i16;
    let mut position = 0;
    while position < digits.len() {
        // An even sum is 0 or 2: the carry stays as it is.
        if (bit(position) + carry) & 1 == 0 {
            position += 1;
            continue;
        }
        let window = (0..width).fold(carry, |value, offset| value + (bit(position + offset) << offset));
        let digit = if window >= 1 << (width - 1) { window - (1 << width) } else { window };
        carry = i16::from(digit < 0);
        digits[position] = i8::try_from(digit).expect("a window has at most five bits");
        position += width;
    }
    digits
}

fn buckets<P: Point>(terms: &[Term<P>]) -> P {
    let mut sum = P::identity();
    let mut shorter = 0;
    for class in CLASSES {
        let mut points = Vec::new();
        let mut pieces = Vec::new();
        for term in terms {
            let mut point = term.point;
            for (position, piece) in term.pieces.iter().enumerate() {
                if position > 0 {
                    point = P::endomorphism(&point);
                }
                if piece.bits > shorter && piece.bits <= class {
                    points.push(point);
                    pieces.push(piece);
                }
            }
        }
        shorter = class;
        let bits = pieces.iter().map(|piece| piece.bits).max().unwrap_or(0);
        let scalars: Vec<u8> =
            pieces.iter().flat_map(|piece| piece.scalar[..bits.div_ceil(8)].iter().copied()).collect();
        sum += P::pippenger(&points, &scalars, bits);
    }
    sum
}
