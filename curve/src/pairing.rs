//! Pairings: products of Miller loops with one final exponentiation.

use crate::{G1Affine, G2Affine, Point, Scalar, backend};
use std::fmt;
use std::ops::{Mul, MulAssign};

/// A G2 point prepared for pairings (line coefficients where the backend profits from them).
#[derive(Clone)]
pub struct G2Prepared(backend::Prepared);

impl From<&G2Affine> for G2Prepared {
    fn from(point: &G2Affine) -> Self {
        Self(backend::Prepared::from(&point.0))
    }
}

impl From<G2Affine> for G2Prepared {
    fn from(point: G2Affine) -> Self {
        Self::from(&point)
    }
}

impl From<crate::G2> for G2Prepared {
    fn from(point: crate::G2) -> Self {
        Self::from(point.to_affine())
    }
}

impl fmt::Debug for G2Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("G2Prepared(…)")
    }
}

/// A product of Miller loops before its final exponentiation.
#[derive(Clone, Copy)]
pub struct MillerLoop(backend::MillerLoop);

impl MillerLoop {
    /// The element of the target group.
    pub fn final_exponentiation(&self) -> Gt {
        Gt(self.0.final_exponentiation())
    }
}

impl fmt::Debug for MillerLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MillerLoop(…)")
    }
}

impl Mul for MillerLoop {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(self.0.product(other.0))
    }
}

/// ∏ of the Miller loops of all pairs, squarings shared. Pairs with an identity contribute one.
pub fn multi_miller_loop(terms: &[(&G1Affine, &G2Prepared)]) -> MillerLoop {
    let terms: Vec<_> = terms.iter().map(|(p, q)| (&p.0, &q.0)).collect();
    MillerLoop(backend::multi_miller_loop(&terms))
}

/// ∏ e(P_i, Q_i).
pub fn pairing_product(terms: &[(&G1Affine, &G2Prepared)]) -> Gt {
    multi_miller_loop(terms).final_exponentiation()
}

/// Whether ∏ e(P_i, Q_i) = 1, with one final exponentiation.
pub fn pairing_product_is_one(terms: &[(&G1Affine, &G2Prepared)]) -> bool {
    pairing_product(terms).is_one()
}

/// e(P, Q).
pub fn pairing(p: &G1Affine, q: &G2Affine) -> Gt {
    pairing_product(&[(p, &G2Prepared::from(q))])
}

/// An element of the target group, written multiplicatively.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Gt(backend::Gt);

impl Gt {
    /// The neutral element.
    pub fn one() -> Self {
        Self(backend::Gt::identity())
    }

    /// Whether this is the neutral element.
    pub fn is_one(&self) -> bool {
        *self == Self::one()
    }

    /// self².
    #[must_use]
    pub fn square(&self) -> Self {
        Self(self.0.square())
    }

    /// 1/self.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self(self.0.inverse())
    }

    /// self^exponent, variable time.
    #[must_use]
    pub fn pow(&self, exponent: &Scalar) -> Self {
        let bytes = exponent.to_bytes();
        let mut power = Self::one();
        for bit in (0..255).rev() {
            power = power.square();
            if (bytes[bit / 8] >> (bit % 8)) & 1 == 1 {
                power *= *self;
            }
        }
        power
    }

    /// A key for tables of known elements; never transmitted, and only the blst backend can compute it.
    #[cfg(feature = "blst")]
    pub fn to_table_key(&self) -> [u8; 576] {
        self.0.to_bytes()
    }
}

impl Mul for Gt {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(self.0.product(&other.0))
    }
}

impl MulAssign for Gt {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

impl fmt::Debug for Gt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gt(…)")
    }
}
