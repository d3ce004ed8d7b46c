//! Many pairing equations checked as one, each with its own random weight.

use crate::{G1, G1Affine, G2Affine, G2Prepared, Point, Scalar, multi_miller_loop};
use rand_core::{CryptoRng, RngCore};

/// Random 128-bit weights: errors in different equations cancel with probability 2^−128 at most.
pub fn random_weights<R: RngCore + CryptoRng + ?Sized>(count: usize, rng: &mut R) -> Vec<Scalar> {
    (0..count).map(|_| Scalar::random_weight(rng)).collect()
}

/// A weighted product of pairings that must be one. Terms with a common G2 point are merged into one Miller loop:
/// name such points in [`PairingBatch::new`] and refer to them by position.
#[derive(Debug)]
pub struct PairingBatch<'a> {
    fixed: Vec<(&'a G2Prepared, Vec<G1Affine>, Vec<Scalar>)>,
    loose: Vec<(G1Affine, Scalar, G2Affine)>,
}

impl<'a> PairingBatch<'a> {
    /// A product over the G2 points `fixed` and whatever is added later.
    pub fn new(fixed: &[&'a G2Prepared]) -> Self {
        Self { fixed: fixed.iter().map(|point| (*point, Vec::new(), Vec::new())).collect(), loose: Vec::new() }
    }

    /// Multiplies by e(weight·p, fixed[position]).
    ///
    /// # Panics
    /// If there is no fixed point at `position`.
    pub fn add_fixed(&mut self, position: usize, p: G1Affine, weight: Scalar) {
        let (_, points, weights) = &mut self.fixed[position];
        points.push(p);
        weights.push(weight);
    }

    /// Multiplies by e(weight·p, q).
    pub fn add(&mut self, p: G1Affine, weight: Scalar, q: G2Affine) {
        self.loose.push((p, weight, q));
    }

    /// Whether the product is one: a sum per fixed point, one Miller loop over all, one final exponentiation.
    pub fn is_one(&self) -> bool {
        let mut firsts: Vec<G1> = self.fixed.iter().map(|(_, points, weights)| G1::msm(points, weights)).collect();
        firsts.extend(self.loose.iter().map(|(p, weight, _)| G1::msm(&[*p], &[*weight])));
        let firsts = G1::batch_to_affine(&firsts);
        let loose: Vec<G2Prepared> = self.loose.iter().map(|(_, _, q)| G2Prepared::from(q)).collect();
        let seconds = self.fixed.iter().map(|(q, _, _)| *q).chain(&loose);
        let terms: Vec<(&G1Affine, &G2Prepared)> = firsts.iter().zip(seconds).collect();
        multi_miller_loop(&terms).final_exponentiation().is_one()
    }
}
