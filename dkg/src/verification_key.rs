//! The check of a key that a signer publishes (`docs/protocol/crypto.md` §8.8, §8.10).

use crate::{DkgError, KeyComponent};
use nym_curve::G2Prepared;
use nym_curve::{G1, G1Affine, G2, G2Affine, Point, pairing_product_is_one, random_weights};
use rand::{CryptoRng, RngCore};

/// A published verification key α, β¹_0.., β²_0.., as its owner claims it.
#[derive(Clone, Copy, Debug)]
pub struct PublishedKey<'a> {
    /// α.
    pub alpha: &'a G2Affine,
    /// β¹_j.
    pub beta_g1: &'a [G1Affine],
    /// β²_j.
    pub beta_g2: &'a [G2Affine],
}

impl PublishedKey<'_> {
    /// Whether this is the key derived from the dealings, one point per component: α = derived_0, β²_j = derived_{j+1},
    /// and each β¹_j has the logarithm of its β²_j.
    ///
    /// The last is checked against the generators, e(Σ w_j·β¹_j, g2) = e(g1, Σ w_j·β²_j) with random weights. Checks
    /// that only compare the β with each other accept β¹ scaled by a common factor.
    ///
    /// # Errors
    /// [`DkgError::WrongCount`], [`DkgError::KeyMismatch`] naming the component.
    pub fn check<R: RngCore + CryptoRng + ?Sized>(&self, derived: &[G2Affine], rng: &mut R) -> Result<(), DkgError> {
        let differs = |component| Err(DkgError::KeyMismatch { component });
        let components = derived.len();
        for (what, got) in
            [("the list of β of G1", self.beta_g1.len() + 1), ("the list of β of G2", self.beta_g2.len() + 1)]
        {
            if got != components {
                return Err(DkgError::WrongCount { what, expected: components.saturating_sub(1), got: got - 1 });
            }
        }
        if *self.alpha != derived[0] {
            return differs(KeyComponent::Alpha);
        }
        if let Some(j) = self.beta_g2.iter().zip(&derived[1..]).position(|(beta, derived)| beta != derived) {
            return differs(KeyComponent::BetaG2(j));
        }
        let weights = random_weights(self.beta_g1.len(), rng);
        let first = G1::msm(self.beta_g1, &weights).to_affine();
        let second = G2::msm(self.beta_g2, &weights).to_affine();
        if same_logarithm(&first, &second) {
            return Ok(());
        }
        let culprit = self.beta_g1.iter().zip(self.beta_g2).position(|(first, second)| !same_logarithm(first, second));
        culprit.map_or(Ok(()), |j| differs(KeyComponent::BetaG1(j)))
    }
}

fn same_logarithm(first: &G1Affine, second: &G2Affine) -> bool {
    let g2 = G2Prepared::from(G2Affine::generator());
    pairing_product_is_one(&[(first, &g2), (&-G1Affine::generator(), &second.into())])
}
