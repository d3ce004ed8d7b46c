//! Multiples of a fixed point, computed once: products cost additions only.

use crate::{Point, Scalar};
use std::sync::OnceLock;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroize;

/// Window of the tables for public scalars: 2^(w−1) entries for each of ⌈256/w⌉ windows.
const PUBLIC_WINDOW: usize = 8;
/// Window of the tables for secret scalars, whose entries are all read at each look-up.
const SECRET_WINDOW: usize = 5;

/// A point that is multiplied often, with two lazily built tables: one for public scalars (variable time, 4096
/// entries: 384 KiB in G1, 768 KiB in G2) and one for secret scalars (constant time, 832 entries: 78 KiB or 156 KiB).
pub struct FixedBase<P: Point> {
    point: P::Affine,
    public: OnceLock<Vec<P::Affine>>,
    secret: OnceLock<Vec<P::Affine>>,
}

impl<P: Point> FixedBase<P> {
    /// No table is built before its first use.
    pub fn new(point: P::Affine) -> Self {
        Self { point, public: OnceLock::new(), secret: OnceLock::new() }
    }

    /// The point itself.
    pub fn point(&self) -> &P::Affine {
        &self.point
    }

    /// scalar·point in constant time.
    pub fn mul(&self, scalar: &Scalar) -> P {
        self.mul_short(scalar, 255)
    }

    /// scalar·point in constant time for a secret scalar that is known to be below 2^`bits`: fewer additions.
    ///
    /// # Panics
    /// In builds with debug assertions, if the scalar is longer; otherwise the product is then a wrong one.
    pub fn mul_short(&self, scalar: &Scalar, bits: usize) -> P {
        let table = self.secret.get_or_init(|| multiples::<P>(self.point, SECRET_WINDOW));
        let mut bytes = scalar.to_bytes();
        let mut digits = signed_digits(&bytes, SECRET_WINDOW);
        // One more than the scalar fills, for what is carried out of the last.
        let rows = (bits.div_ceil(SECRET_WINDOW) + 1).min(digits.len());
        debug_assert!(digits[rows..].iter().all(|digit| *digit == 0), "the scalar has more bits than stated");
        let none = P::Affine::from(P::identity());
        let mut sum = P::identity();
        for (row, digit) in table.chunks_exact(1 << (SECRET_WINDOW - 1)).zip(&digits[..rows]) {
            let size = digit.unsigned_abs();
            let mut entry = none;
            for (index, candidate) in (1u16..).zip(row) {
                entry.conditional_assign(candidate, index.ct_eq(&size));
            }
            let negated = -entry;
            entry.conditional_assign(&negated, subtle::Choice::from(u8::from(*digit < 0)));
            // Never equal: the sum so far is less than 2^(w·row) times the point, an entry other than the identity
            // that many times at least, and their difference below q, except at row 51 if one is carried into it.
            // There the two coincide for the scalar 2^256 mod q only, which is too small to carry.
            sum.add_distinct(&entry);
        }
        digits.zeroize();
        bytes.zeroize();
        sum
    }

    /// sum += scalar·point in constant time.
    pub fn add_mul(&self, scalar: &Scalar, sum: &mut P) {
        *sum += self.mul(scalar);
    }

    /// sum += scalar·point in constant time for a scalar below 2^`bits`, see [`Self::mul_short`].
    pub fn add_mul_short(&self, scalar: &Scalar, bits: usize, sum: &mut P) {
        *sum += self.mul_short(scalar, bits);
    }

    /// scalar·point in variable time: only for public scalars.
    pub fn mul_public(&self, scalar: &Scalar) -> P {
        Self::sum_public(&[(self, scalar)], &[])
    }

    /// Σ scalar·point over several tables, plus loose points, in variable time: only for public scalars.
    pub fn sum_public(terms: &[(&Self, &Scalar)], loose: &[P::Affine]) -> P {
        let mut entries = Vec::with_capacity(terms.len() * 256 / PUBLIC_WINDOW + loose.len());
        for (base, scalar) in terms {
            let table = base.public.get_or_init(|| multiples::<P>(base.point, PUBLIC_WINDOW));
            let digits = signed_digits(&scalar.to_bytes(), PUBLIC_WINDOW);
            for (row, digit) in table.chunks_exact(1 << (PUBLIC_WINDOW - 1)).zip(digits) {
                if digit != 0 {
                    let entry = row[usize::from(digit.unsigned_abs()) - 1];
                    entries.push(if digit > 0 { entry } else { -entry });
                }
            }
        }
        entries.extend_from_slice(loose);
        P::sum_affine(&entries)
    }
}

impl<P: Point> Clone for FixedBase<P> {
    fn clone(&self) -> Self {
        Self::new(self.point)
    }
}

impl<P: Point> std::fmt::Debug for FixedBase<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FixedBase").field(&self.point).finish()
    }
}

/// Row i holds 1..=2^(w−1) times 2^(w·i)·point.
fn multiples<P: Point>(point: P::Affine, window: usize) -> Vec<P::Affine> {
    let per_row = 1usize << (window - 1);
    let rows = 256usize.div_ceil(window);
    let mut all = Vec::with_capacity(rows * per_row);
    let mut base = P::from(point);
    for _ in 0..rows {
        let mut multiple = base;
        all.push(multiple);
        for _ in 1..per_row {
            multiple += base;
            all.push(multiple);
        }
        base = multiple.double();
    }
    P::batch_to_affine(&all)
}

/// Digits in −2^(w−1)..2^(w−1) with Σ digit_i·2^(w·i) = scalar, without branches on the scalar. 256 bits hold every
/// scalar below q with the top digit's carry absorbed.
fn signed_digits(scalar: &[u8; 32], window: usize) -> Vec<i16> {
    let half = 1i16 << (window - 1);
    let mut carry = 0i16;
    (0..256usize.div_ceil(window))
        .map(|row| {
            let value = bits(scalar, row * window, window) + carry;
            // 1 exactly when value ≥ half: then value − 2^w is used and one is carried.
            carry = 1 - (((value - half) >> 15) & 1);
            value - (carry << window)
        })
        .collect()
}

fn bits(scalar: &[u8; 32], from: usize, width: usize) -> i16 {
    let low = i32::from(scalar[from / 8]);
    let high = scalar.get(from / 8 + 1).copied().map_or(0, i32::from);
    let value = ((low | (high << 8)) >> (from % 8)) & ((1 << width) - 1);
    i16::try_from(value).expect("a window has at most eight bits")
}
