//! Points of the two source groups, in projective form for arithmetic and in affine form for storage, transport,
//! pairings and tables.

use crate::{CurveError, Scalar, backend, msm};
#[cfg(feature = "blst")]
use group::prime::PrimeCurveAffine;
use group::{Curve, Group};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt::{self, Debug};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};
use subtle::{Choice, ConditionallySelectable};
use zeroize::Zeroize;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::G1 {}
    impl Sealed for super::G2 {}
}

/// What algorithms that work in either group need. Implemented by [`G1`] and [`G2`] only.
pub trait Point:
    sealed::Sealed
    + Copy
    + Debug
    + Default
    + Eq
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + AddAssign<Self::Affine>
    + SubAssign<Self::Affine>
    + Mul<Scalar, Output = Self>
    + From<Self::Affine>
    + Sum
    + ConditionallySelectable
    + Zeroize
{
    /// The affine form.
    type Affine: Copy
        + Debug
        + Eq
        + Neg<Output = Self::Affine>
        + From<Self>
        + ConditionallySelectable
        + Send
        + Sync
        + 'static;

    /// The neutral element.
    fn identity() -> Self;
    /// The standard generator.
    fn generator() -> Self;
    /// Whether this is the neutral element.
    fn is_identity(&self) -> bool;
    /// Whether an affine point is the neutral element.
    fn is_identity_affine(point: &Self::Affine) -> bool;
    /// 2·self.
    #[must_use]
    fn double(&self) -> Self;
    /// The affine form; costs a field inversion, see [`Self::batch_to_affine`].
    fn to_affine(&self) -> Self::Affine;
    /// self += point in constant time, only for points that are known to differ from self (opposites are fine).
    #[doc(hidden)]
    fn add_distinct(&mut self, point: &Self::Affine);
    /// All points in affine form with a single inversion.
    fn batch_to_affine(points: &[Self]) -> Vec<Self::Affine>;
    /// Sum of affine points, variable time; faster than adding them one by one from about a dozen points on.
    fn sum_affine(points: &[Self::Affine]) -> Self;
    /// Product with the `bits` low bits of the little-endian integer `scalar`; constant time in the scalar.
    #[must_use]
    fn mul_bits(&self, scalar: &[u8; 32], bits: usize) -> Self;
    /// Bucket method over little-endian scalars of `bits` bits, `bits.div_ceil(8)` bytes each; variable time, no
    /// identities among the points.
    #[doc(hidden)]
    fn pippenger(points: &[Self::Affine], scalars: &[u8], bits: usize) -> Self;

    /// The parts of a scalar k = Σ part_i·e^i, e being what [`Self::endomorphism`] multiplies by; variable time.
    #[doc(hidden)]
    fn split(scalar: &[u8; 32]) -> Vec<[u8; 32]>;
    /// e·point for the backend's fixed e.
    #[doc(hidden)]
    fn endomorphism(point: &Self::Affine) -> Self::Affine;

    /// Σ scalars_i · points_i in variable time: only for public scalars. Short scalars, and scalars whose negation is
    /// short, cost less.
    ///
    /// # Panics
    /// If the lists differ in length; lengths of remote data are checked before.
    fn msm(points: &[Self::Affine], scalars: &[Scalar]) -> Self {
        msm::msm(points, scalars)
    }

    /// Product with a small public integer, variable time.
    #[must_use]
    fn mul_u64(&self, factor: u64) -> Self {
        let mut bytes = [0u8; 32];
        bytes[..8].copy_from_slice(&factor.to_le_bytes());
        self.mul_bits(&bytes, 64 - factor.leading_zeros() as usize)
    }

    /// Uniform: a random multiple of the generator.
    fn random<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self::generator() * Scalar::random(rng)
    }
}

macro_rules! group {
    ($point:ident, $affine:ident, $projective:ident, $backend_affine:ident, $len:literal, $kind:literal,
     $mul:ident, $batch:ident, $sum:ident, $msm:ident, $split:ident, $endomorphism:ident,
     $add_distinct:ident) => {
        #[doc = concat!("A ", $kind, " in projective form.")]
        ///
        /// Multiplication by a [`Scalar`] is constant time; everything called `msm` or `sum` is not.
        #[derive(Clone, Copy)]
        pub struct $point(pub(crate) backend::$projective);

        #[doc = concat!("A ", $kind, " in affine form: what is sent, stored, paired and tabulated.")]
        #[derive(Clone, Copy, Default, PartialEq, Eq)]
        #[repr(transparent)]
        pub struct $affine(pub(crate) backend::$backend_affine);

        impl $affine {
            /// Length of the compressed encoding in bytes.
            pub const LEN: usize = $len;

            /// The neutral element.
            pub fn identity() -> Self {
                Self(backend::$backend_affine::identity())
            }

            /// The standard generator.
            pub fn generator() -> Self {
                Self(backend::$backend_affine::generator())
            }

            /// Whether this is the neutral element.
            pub fn is_identity(&self) -> bool {
                bool::from(self.0.is_identity())
            }

            /// The canonical compressed encoding (`docs/protocol/crypto.md` §0.2).
            pub fn to_bytes(&self) -> [u8; $len] {
                self.0.to_compressed()
            }

            /// Reads the canonical compressed encoding: canonical x, on the curve, in the prime-order subgroup. The
            /// identity is accepted.
            ///
            /// # Errors
            /// [`CurveError::NotAPoint`].
            pub fn from_bytes(bytes: &[u8; $len]) -> Result<Self, CurveError> {
                // Some versions of blst read an identity whose sign flag is set; only one encoding is canonical.
                if bytes[0] & 0x40 != 0 {
                    let canonical = bytes[0] == 0xc0 && bytes[1..].iter().all(|byte| *byte == 0);
                    return if canonical { Ok(Self::identity()) } else { Err(CurveError::NotAPoint { kind: $kind }) };
                }
                Option::from(backend::$backend_affine::from_compressed(bytes))
                    .map(Self)
                    .ok_or(CurveError::NotAPoint { kind: $kind })
            }

            /// As [`Self::from_bytes`], and refuses the identity.
            ///
            /// # Errors
            /// [`CurveError::NotAPoint`], [`CurveError::Identity`].
            pub fn from_bytes_nonidentity(bytes: &[u8; $len]) -> Result<Self, CurveError> {
                Self::from_bytes(bytes)?.nonidentity()
            }

            /// As [`Self::from_bytes`], from a slice of unknown length.
            ///
            /// # Errors
            /// [`CurveError::Length`], [`CurveError::NotAPoint`].
            pub fn from_slice(bytes: &[u8]) -> Result<Self, CurveError> {
                let bytes = bytes.try_into().map_err(|_| CurveError::Length {
                    kind: $kind,
                    expected: $len,
                    got: bytes.len(),
                })?;
                Self::from_bytes(bytes)
            }

            /// This point, unless it is the identity.
            ///
            /// # Errors
            /// [`CurveError::Identity`].
            pub fn nonidentity(self) -> Result<Self, CurveError> {
                if self.is_identity() { Err(CurveError::Identity { kind: $kind }) } else { Ok(self) }
            }
        }

        impl $point {
            /// The canonical compressed encoding. For many points normalise first: [`Point::batch_to_affine`].
            pub fn to_bytes(&self) -> [u8; $len] {
                self.to_affine().to_bytes()
            }
        }

        impl Point for $point {
            type Affine = $affine;

            fn identity() -> Self {
                Self(backend::$projective::identity())
            }

            fn generator() -> Self {
                Self(backend::$projective::generator())
            }

            #[inline]
            fn is_identity(&self) -> bool {
                bool::from(Group::is_identity(&self.0))
            }

            #[inline]
            fn is_identity_affine(point: &$affine) -> bool {
                point.is_identity()
            }

            #[inline]
            fn double(&self) -> Self {
                Self(Group::double(&self.0))
            }

            fn to_affine(&self) -> $affine {
                $affine(Curve::to_affine(&self.0))
            }

            #[inline]
            fn add_distinct(&mut self, point: &$affine) {
                backend::$add_distinct(&mut self.0, &point.0);
            }

            fn batch_to_affine(points: &[Self]) -> Vec<$affine> {
                let inner: Vec<_> = points.iter().map(|point| point.0).collect();
                backend::$batch(&inner).into_iter().map($affine).collect()
            }

            fn sum_affine(points: &[$affine]) -> Self {
                let inner: Vec<_> = points.iter().map(|point| point.0).collect();
                Self(backend::$sum(&inner))
            }

            fn mul_bits(&self, scalar: &[u8; 32], bits: usize) -> Self {
                Self(backend::$mul(&self.0, scalar, bits))
            }

            fn pippenger(points: &[$affine], scalars: &[u8], bits: usize) -> Self {
                let inner: Vec<_> = points.iter().map(|point| point.0).collect();
                Self(backend::$msm(&inner, scalars, bits))
            }

            fn split(scalar: &[u8; 32]) -> Vec<[u8; 32]> {
                backend::$split(scalar)
            }

            #[inline]
            fn endomorphism(point: &$affine) -> $affine {
                $affine(backend::$endomorphism(&point.0))
            }
        }

        impl From<$affine> for $point {
            #[inline]
            fn from(point: $affine) -> Self {
                Self(point.0.into())
            }
        }

        impl From<&$affine> for $point {
            #[inline]
            fn from(point: &$affine) -> Self {
                Self(point.0.into())
            }
        }

        impl From<$point> for $affine {
            fn from(point: $point) -> Self {
                point.to_affine()
            }
        }

        impl Neg for $point {
            type Output = Self;
            #[inline]
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }

        impl Neg for $affine {
            type Output = Self;
            #[inline]
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }

        impl Add for $point {
            type Output = Self;
            #[inline]
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub for $point {
            type Output = Self;
            #[inline]
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl Add<$affine> for $point {
            type Output = Self;
            #[inline]
            fn add(self, other: $affine) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub<$affine> for $point {
            type Output = Self;
            #[inline]
            fn sub(self, other: $affine) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl AddAssign for $point {
            #[inline]
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }

        impl SubAssign for $point {
            #[inline]
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }

        impl AddAssign<$affine> for $point {
            #[inline]
            fn add_assign(&mut self, other: $affine) {
                self.0 += other.0;
            }
        }

        impl SubAssign<$affine> for $point {
            #[inline]
            fn sub_assign(&mut self, other: $affine) {
                self.0 -= other.0;
            }
        }

        impl Mul<Scalar> for $point {
            type Output = Self;
            fn mul(self, scalar: Scalar) -> Self {
                self * &scalar
            }
        }

        impl Mul<&Scalar> for $point {
            type Output = Self;
            fn mul(self, scalar: &Scalar) -> Self {
                let mut bytes = scalar.to_bytes();
                let product = self.mul_bits(&bytes, 255);
                bytes.zeroize();
                product
            }
        }

        impl Mul<Scalar> for $affine {
            type Output = $point;
            fn mul(self, scalar: Scalar) -> $point {
                $point::from(self) * &scalar
            }
        }

        impl Mul<&Scalar> for $affine {
            type Output = $point;
            fn mul(self, scalar: &Scalar) -> $point {
                $point::from(self) * scalar
            }
        }

        impl Sum for $point {
            fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
                points.fold(Self::identity(), |sum, point| sum + point)
            }
        }

        impl PartialEq for $point {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl Eq for $point {}

        impl Default for $point {
            fn default() -> Self {
                Self::identity()
            }
        }

        impl ConditionallySelectable for $point {
            #[inline]
            fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
                Self(backend::$projective::conditional_select(&a.0, &b.0, choice))
            }
        }

        impl ConditionallySelectable for $affine {
            #[inline]
            fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
                Self(backend::$backend_affine::conditional_select(&a.0, &b.0, choice))
            }
        }

        impl Zeroize for $point {
            #[allow(
                unsafe_code,
                reason = "a volatile store is the only way to keep the compiler from dropping the wipe"
            )]
            fn zeroize(&mut self) {
                // SAFETY: `self` is a valid, aligned, exclusive reference to a plain value.
                unsafe { std::ptr::write_volatile(self, Self::identity()) };
                std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
            }
        }

        impl Zeroize for $affine {
            #[allow(
                unsafe_code,
                reason = "a volatile store is the only way to keep the compiler from dropping the wipe"
            )]
            fn zeroize(&mut self) {
                // SAFETY: as above.
                unsafe { std::ptr::write_volatile(self, Self::identity()) };
                std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
            }
        }

        impl Debug for $point {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Debug::fmt(&self.to_affine(), f)
            }
        }

        impl Debug for $affine {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($affine), "({})"), hex::encode(self.to_bytes()))
            }
        }

        impl std::hash::Hash for $affine {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.to_bytes().hash(state);
            }
        }

        impl Serialize for $affine {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::encoding::serialize(&self.to_bytes(), serializer)
            }
        }

        impl<'de> Deserialize<'de> for $affine {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::encoding::deserialize(deserializer, Self::from_bytes)
            }
        }
    };
}

group!(
    G1,
    G1Affine,
    G1Projective,
    G1Affine,
    48,
    "G1 point",
    g1_mul,
    g1_batch_affine,
    g1_sum,
    g1_msm,
    g1_split,
    g1_endomorphism,
    g1_add_distinct
);
group!(
    G2,
    G2Affine,
    G2Projective,
    G2Affine,
    96,
    "G2 point",
    g2_mul,
    g2_batch_affine,
    g2_sum,
    g2_msm,
    g2_split,
    g2_endomorphism,
    g2_add_distinct
);
