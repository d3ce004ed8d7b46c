//! Polynomials over the scalars and interpolation at the origin.

use crate::{CurveError, Point, Scalar};
use rand_core::{CryptoRng, RngCore};
use std::collections::HashSet;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A polynomial with secret coefficients, lowest degree first.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Polynomial(Vec<Scalar>);

impl Polynomial {
    /// Uniform, with `coefficients` coefficients (degree `coefficients` − 1).
    pub fn random<R: RngCore + CryptoRng + ?Sized>(coefficients: usize, rng: &mut R) -> Self {
        Self((0..coefficients).map(|_| Scalar::random(rng)).collect())
    }

    /// From coefficients, lowest degree first.
    pub fn new(coefficients: Vec<Scalar>) -> Self {
        Self(coefficients)
    }

    /// Replaces the value at the origin.
    ///
    /// # Panics
    /// If there is no coefficient.
    pub fn set_constant_term(&mut self, value: Scalar) {
        self.0[0] = value;
    }

    /// The coefficients, lowest degree first.
    pub fn coefficients(&self) -> &[Scalar] {
        &self.0
    }

    /// The value at `x` (Horner).
    pub fn evaluate(&self, x: &Scalar) -> Scalar {
        self.0.iter().rev().fold(Scalar::ZERO, |value, coefficient| value * x + coefficient)
    }
}

impl std::fmt::Debug for Polynomial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Polynomial({} coefficients)", self.0.len())
    }
}

/// λ_i = ∏_{j≠i} −x_j/(x_i − x_j): the weights that turn values at `indices` into the value at 0.
///
/// # Errors
/// [`CurveError::Empty`], [`CurveError::ZeroIndex`], [`CurveError::DuplicateIndex`].
pub fn lagrange_at_zero(indices: &[u64]) -> Result<Vec<Scalar>, CurveError> {
    check_indices(indices)?;
    let points: Vec<Scalar> = indices.iter().map(|index| Scalar::from(*index)).collect();
    let all: Scalar = points.iter().copied().product();
    // λ_i = ∏_j x_j / (x_i · ∏_{j≠i} (x_j − x_i)).
    let mut denominators: Vec<Scalar> = points
        .iter()
        .enumerate()
        .map(|(i, x_i)| {
            points.iter().enumerate().filter(|(j, _)| *j != i).fold(*x_i, |product, (_, x_j)| product * (x_j - x_i))
        })
        .collect();
    let invertible = Scalar::batch_invert(&mut denominators);
    assert!(invertible, "distinct non-zero 64-bit indices stay distinct and non-zero mod q");
    Ok(denominators.into_iter().map(|inverse| inverse * all).collect())
}

/// Σ λ_i·values_i: the value at 0 of the polynomial through (indices_i, values_i). Constant time in the values.
///
/// # Errors
/// As [`lagrange_at_zero`]; [`CurveError::Mismatch`] if the lists differ in length.
pub fn interpolate_at_zero(indices: &[u64], values: &[Scalar]) -> Result<Scalar, CurveError> {
    check_lengths(indices, values.len())?;
    Ok(lagrange_at_zero(indices)?.iter().zip(values).map(|(weight, value)| weight * value).sum())
}

/// As [`interpolate_at_zero`], for values in a group.
///
/// # Errors
/// As [`interpolate_at_zero`].
pub fn interpolate_points_at_zero<P: Point>(indices: &[u64], values: &[P::Affine]) -> Result<P, CurveError> {
    check_lengths(indices, values.len())?;
    Ok(P::msm(values, &lagrange_at_zero(indices)?))
}

fn check_lengths(indices: &[u64], values: usize) -> Result<(), CurveError> {
    if indices.len() == values { Ok(()) } else { Err(CurveError::Mismatch { left: indices.len(), right: values }) }
}

fn check_indices(indices: &[u64]) -> Result<(), CurveError> {
    if indices.is_empty() {
        return Err(CurveError::Empty);
    }
    let mut seen = HashSet::with_capacity(indices.len());
    for index in indices {
        if *index == 0 {
            return Err(CurveError::ZeroIndex);
        }
        if !seen.insert(*index) {
            return Err(CurveError::DuplicateIndex(*index));
        }
    }
    Ok(())
}
