//! Integers modulo the group order q.

use crate::{CurveError, backend};
use ff::{Field, PrimeField};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroize;

/// An integer modulo q = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001.
///
/// Encoded as 32 little-endian bytes, canonical (`docs/protocol/crypto.md` §0.2). Arithmetic is constant time.
/// Debug output hides the value, because most scalars are secrets.
#[derive(Clone, Copy, Default)]
pub struct Scalar(pub(crate) backend::Scalar);

impl Scalar {
    /// Length of the encoding in bytes.
    pub const LEN: usize = 32;
    /// The additive identity.
    pub const ZERO: Self = Self(<backend::Scalar as Field>::ZERO);
    /// The multiplicative identity.
    pub const ONE: Self = Self(<backend::Scalar as Field>::ONE);

    /// Uniform: 64 random bytes, little-endian, reduced mod q (`docs/protocol/crypto.md` §0.4). Zero is not excluded.
    pub fn random<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut wide = [0u8; 64];
        rng.fill_bytes(&mut wide);
        let scalar = Self::from_wide_bytes(&wide);
        wide.zeroize();
        scalar
    }

    /// A random weight for batched checks: one of 2^128 different scalars, never zero. It is a + b·z² with 64-bit a and
    /// b, z being the curve's parameter, which the endomorphism of G1 makes as cheap as a 64-bit factor.
    pub fn random_weight<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Self {
        const Z: u64 = 0xd201_0000_0001_0000;
        let (low, high) = (rng.next_u64(), rng.next_u64());
        let low = if low == 0 && high == 0 { 1 } else { low };
        Self::from(low) + Self::from(high) * Self::from(Z) * Self::from(Z)
    }

    /// `bytes` as a little-endian 512-bit integer, mod q.
    pub fn from_wide_bytes(bytes: &[u8; 64]) -> Self {
        Self(backend::scalar_from_wide(bytes))
    }

    /// The canonical little-endian encoding.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_repr()
    }

    /// Reads the canonical little-endian encoding.
    ///
    /// # Errors
    /// [`CurveError::NotCanonicalScalar`] if the integer is not below q.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, CurveError> {
        Option::from(backend::Scalar::from_repr(*bytes)).map(Self).ok_or(CurveError::NotCanonicalScalar)
    }

    /// As [`Self::from_bytes`], from a slice of unknown length.
    ///
    /// # Errors
    /// [`CurveError::Length`] unless there are 32 bytes, [`CurveError::NotCanonicalScalar`] if not below q.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, CurveError> {
        let bytes = bytes.try_into().map_err(|_| CurveError::Length {
            kind: "scalar",
            expected: Self::LEN,
            got: bytes.len(),
        })?;
        Self::from_bytes(bytes)
    }

    /// 1/self, or `None` for zero.
    pub fn invert(&self) -> Option<Self> {
        Option::from(self.0.invert()).map(Self)
    }

    /// self².
    #[must_use]
    pub fn square(&self) -> Self {
        Self(self.0.square())
    }

    /// self^exponent, variable time in the exponent.
    #[must_use]
    pub fn pow(&self, exponent: u64) -> Self {
        Self(Field::pow_vartime(&self.0, [exponent]))
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        bool::from(self.0.is_zero())
    }

    /// self, self², …, self^count.
    pub fn powers(&self, count: usize) -> Vec<Self> {
        std::iter::successors(Some(*self), |power| Some(power * self)).take(count).collect()
    }

    /// Replaces every value by its inverse, with one inversion and three products each.
    /// Returns `false`, leaving the values unspecified, if one of them is zero.
    #[must_use]
    pub fn batch_invert(values: &mut [Self]) -> bool {
        let mut prefix = Vec::with_capacity(values.len());
        let mut product = Self::ONE;
        for value in values.iter() {
            prefix.push(product);
            product *= value;
        }
        let Some(mut inverse) = product.invert() else { return false };
        for (value, before) in values.iter_mut().zip(&prefix).rev() {
            let next = inverse * *value;
            *value = inverse * before;
            inverse = next;
        }
        true
    }
}

impl From<u64> for Scalar {
    fn from(value: u64) -> Self {
        Self(backend::Scalar::from(value))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $assign:ident, $assign_method:ident, $op:tt) => {
        impl $trait<&Scalar> for &Scalar {
            type Output = Scalar;
            #[inline]
            fn $method(self, other: &Scalar) -> Scalar { Scalar(self.0 $op other.0) }
        }
        impl $trait<Scalar> for &Scalar {
            type Output = Scalar;
            #[inline]
            fn $method(self, other: Scalar) -> Scalar { Scalar(self.0 $op other.0) }
        }
        impl $trait<&Scalar> for Scalar {
            type Output = Scalar;
            #[inline]
            fn $method(self, other: &Scalar) -> Scalar { Scalar(self.0 $op other.0) }
        }
        impl $trait for Scalar {
            type Output = Scalar;
            #[inline]
            fn $method(self, other: Scalar) -> Scalar { Scalar(self.0 $op other.0) }
        }
        impl $assign<&Scalar> for Scalar {
            #[inline]
            fn $assign_method(&mut self, other: &Scalar) { self.0 = self.0 $op other.0; }
        }
        impl $assign for Scalar {
            #[inline]
            fn $assign_method(&mut self, other: Scalar) { self.0 = self.0 $op other.0; }
        }
    };
}

operator!(Add, add, AddAssign, add_assign, +);
operator!(Sub, sub, SubAssign, sub_assign, -);
operator!(Mul, mul, MulAssign, mul_assign, *);

impl Neg for Scalar {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Neg for &Scalar {
    type Output = Scalar;
    fn neg(self) -> Scalar {
        Scalar(-self.0)
    }
}

impl Sum for Scalar {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, |sum, value| sum + value)
    }
}

impl<'a> Sum<&'a Scalar> for Scalar {
    fn sum<I: Iterator<Item = &'a Scalar>>(values: I) -> Self {
        values.fold(Self::ZERO, |sum, value| sum + value)
    }
}

impl Product for Scalar {
    fn product<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ONE, |product, value| product * value)
    }
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        bool::from(self.ct_eq(other))
    }
}

impl Eq for Scalar {}

impl ConstantTimeEq for Scalar {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl ConditionallySelectable for Scalar {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self(backend::Scalar::conditional_select(&a.0, &b.0, choice))
    }
}

impl Zeroize for Scalar {
    #[allow(unsafe_code, reason = "a volatile store is the only way to keep the compiler from dropping the wipe")]
    fn zeroize(&mut self) {
        // SAFETY: `self` is a valid, aligned, exclusive reference to a plain value.
        unsafe { std::ptr::write_volatile(self, Self::ZERO) };
        std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scalar(…)")
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::encoding::serialize(&self.to_bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::encoding::deserialize(deserializer, Self::from_bytes)
    }
}
