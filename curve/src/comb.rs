//! Secret multiples of a point that is multiplied a few dozen times: a table small enough to be worth building.

use crate::{Point, Scalar};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroize;

/// Signed digits have five bits, as in [`crate::FixedBase`].
const WINDOW: usize = 5;
/// Entries of a row: 1..=16 times its base.
const PER_ROW: usize = 1 << (WINDOW - 1);
/// Digits of a scalar.
const DIGITS: usize = 52;
/// Digits that share a row, four apart from the next row's: fifteen doublings replace three quarters of the table.
const TEETH: usize = 4;

/// 208 multiples of a point, 20 KiB in G1. Building it costs about seven products, and it repays them from about ten
/// products on; [`crate::FixedBase`] is four times larger and pays off from about a hundred.
#[derive(Clone)]
pub struct Comb<P: Point> {
    rows: Vec<P::Affine>,
}

impl<P: Point> Comb<P> {
    /// Tabulates `point`, which is public: variable time.
    pub fn new(point: P::Affine) -> Self {
        let mut entries = Vec::with_capacity(DIGITS / TEETH * PER_ROW);
        let mut base = P::from(point);
        for row in 0..DIGITS / TEETH {
            if row > 0 {
                for _ in 0..WINDOW * TEETH {
                    base = base.double();
                }
            }
            let mut multiple = base;
            entries.push(multiple);
            for _ in 1..PER_ROW {
                multiple += base;
                entries.push(multiple);
            }
        }
        Self { rows: P::batch_to_affine(&entries) }
    }

    /// scalar·point in constant time.
    pub fn mul(&self, scalar: &Scalar) -> P {
        let mut digits = signed_digits(scalar);
        let none = P::Affine::from(P::identity());
        let mut sum = P::identity();
        for tooth in (0..TEETH).rev() {
            for _ in 0..WINDOW {
                sum = sum.double();
            }
            for (row, digit) in self.rows.chunks_exact(PER_ROW).zip(digits.iter().skip(tooth).step_by(TEETH)) {
                let size = digit.unsigned_abs();
                let mut entry = none;
                for (index, candidate) in (1u8..).zip(row) {
                    entry.conditional_assign(candidate, index.ct_eq(&size));
                }
                let negated = -entry;
                entry.conditional_assign(&negated, Choice::from(u8::from(*digit < 0)));
                sum += entry;
            }
        }
        digits.zeroize();
        sum
    }
}

impl<P: Point> std::fmt::Debug for Comb<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Comb").field(&self.rows[0]).finish()
    }
}

/// Digits in −16..16 with Σ digit_i·32^i = scalar, without branches on the scalar.
fn signed_digits(scalar: &Scalar) -> [i8; DIGITS] {
    let mut bytes = scalar.to_bytes();
    let mut digits = [0i8; DIGITS];
    let mut carry = 0i16;
    for (index, digit) in digits.iter_mut().enumerate() {
        let bit = WINDOW * index;
        let low = u16::from(bytes[bit / 8]);
        let high = bytes.get(bit / 8 + 1).copied().map_or(0, u16::from);
        let window = ((low | (high << 8)) >> (bit % 8)) & 31;
        let value = i16::try_from(window).expect("five bits") + carry;
        // 1 exactly when value ≥ 16: then value − 32 is used and one is carried.
        carry = (value + 16) >> 5;
        *digit = i8::try_from(value - (carry << WINDOW)).expect("between −16 and 15");
    }
    bytes.zeroize();
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{G1, G1Affine, G2, G2Affine};

    #[test]
    fn products_agree_with_plain_multiplication() {
        let point = (G1::generator() * Scalar::from(77)).to_affine();
        let comb = Comb::<G1>::new(point);
        let edge = [0u64, 1, 15, 16, 17, 31, 32, u64::MAX].map(Scalar::from);
        let many = Scalar::from(0x1234_5678_9abc_def1).powers(8);
        for scalar in edge.iter().chain(&many) {
            assert_eq!(comb.mul(scalar), point * scalar);
            assert_eq!(comb.mul(&-scalar), point * -scalar);
        }
        let comb = Comb::<G2>::new(G2Affine::generator());
        assert_eq!(comb.mul(&many[3]), G2Affine::generator() * many[3]);
        assert!(Comb::<G1>::new(G1Affine::identity()).mul(&many[0]).is_identity());
    }
}
