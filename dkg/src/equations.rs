//! All equations of one or many dealings, checked as a single product of pairings.
//!
//! Every equation enters with its own random 128-bit weight, so an equation that fails makes the product differ from one
//! except with probability 2^−128. Equations in G1 and the integrity of the ciphertexts share one multi-scalar
//! multiplication, because both speak of the R_j: a sum in G1 that must vanish is paired with f, which is not the
//! identity, and the sum in G2 that must vanish is paired with g1.

use crate::chunks::CHUNKS;
use crate::setup::setup;
use nym_curve::{G1, G1Affine, G2, G2Affine, Point, Scalar, pairing_product_is_one};

/// What the parts of one dealing say about its R_j and C_ij, gathered before it enters the sum once.
pub(crate) struct CiphertextWeights {
    pub(crate) r: [Scalar; CHUNKS],
    pub(crate) c: Vec<[Scalar; CHUNKS]>,
}

impl CiphertextWeights {
    pub(crate) fn new(receivers: usize) -> Self {
        Self { r: [Scalar::ZERO; CHUNKS], c: vec![[Scalar::ZERO; CHUNKS]; receivers] }
    }
}

/// e(first, f)·e(second, h)·e(−g1, third) = 1, with the three sums gathered term by term.
pub(crate) struct Equations<'a> {
    keys: &'a [G1Affine],
    key_weights: Vec<Scalar>,
    g1_weight: Scalar,
    first: (Vec<G1Affine>, Vec<Scalar>),
    second: (Vec<G1Affine>, Vec<Scalar>),
    g2_weight: Scalar,
    third: (Vec<G2Affine>, Vec<Scalar>),
}

impl<'a> Equations<'a> {
    /// No equation yet; `keys` are the receivers' y_i, common to all dealings.
    pub(crate) fn new(keys: &'a [G1Affine]) -> Self {
        Self {
            keys,
            key_weights: vec![Scalar::ZERO; keys.len()],
            g1_weight: Scalar::ZERO,
            first: (Vec::new(), Vec::new()),
            second: (Vec::new(), Vec::new()),
            g2_weight: Scalar::ZERO,
            third: (Vec::new(), Vec::new()),
        }
    }

    /// Adds weight·point to the sum in G1.
    pub(crate) fn add(&mut self, point: G1Affine, weight: Scalar) {
        self.first.0.push(point);
        self.first.1.push(weight);
    }

    /// Adds weight·y_i to the sum in G1.
    pub(crate) fn add_key(&mut self, position: usize, weight: Scalar) {
        self.key_weights[position] += weight;
    }

    /// Adds weight·g1 to the sum in G1.
    pub(crate) fn add_g1(&mut self, weight: Scalar) {
        self.g1_weight += weight;
    }

    /// Adds weight·point to the sum in G2.
    pub(crate) fn add_second_group(&mut self, point: G2Affine, weight: Scalar) {
        self.third.0.push(point);
        self.third.1.push(weight);
    }

    /// Adds weight·g2 to the sum in G2.
    pub(crate) fn add_g2(&mut self, weight: Scalar) {
        self.g2_weight += weight;
    }

    /// e(weight·r, f)·e(weight·s, h) = e(g1, weight·z). The caller adds weight·r to the sum in G1 itself, merged with
    /// what else multiplies r.
    pub(crate) fn add_integrity(&mut self, s: &[G1Affine; CHUNKS], z: &[G2Affine; CHUNKS], weights: &[Scalar; CHUNKS]) {
        self.second.0.extend_from_slice(s);
        self.second.1.extend_from_slice(weights);
        self.third.0.extend_from_slice(z);
        self.third.1.extend_from_slice(weights);
    }

    /// Whether all equations hold.
    pub(crate) fn hold(mut self) -> bool {
        let setup = setup();
        self.first.0.extend_from_slice(self.keys);
        self.first.1.append(&mut self.key_weights);
        self.add(G1Affine::generator(), self.g1_weight);
        self.add_second_group(G2Affine::generator(), self.g2_weight);
        let sums =
            G1::batch_to_affine(&[G1::msm(&self.first.0, &self.first.1), G1::msm(&self.second.0, &self.second.1)]);
        let third = G2::msm(&self.third.0, &self.third.1);
        pairing_product_is_one(&[
            (&sums[0], &setup.f_prepared),
            (&sums[1], &setup.h_prepared),
            (&-G1Affine::generator(), &third.into()),
        ])
    }
}
