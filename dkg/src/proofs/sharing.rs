//! Proof that the ciphertexts hold the values of the committed polynomial (`docs/protocol/crypto.md` §8.6).

use crate::chunks::chunk_weights;
use crate::encoding::{Reader, put_g1s, put_g2s, put_scalars};
use crate::equations::{CiphertextWeights, Equations};
use crate::setup::setup;
use crate::{DkgError, PublicCoefficients, Receivers};
use nym_curve::{G1, G1Affine, G2Affine, Point, Scalar, hash_parts_to_scalar};
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

const INSTANCE_DOMAIN: &[u8] =
    b"NYM_COCONUT_NIDKG_V01_CS01_WITH_BLS12381_XMD:SHA-256_SSWU_RO_PROOF_SECRET_SHARING_INSTANCE";
const CHALLENGE_DOMAIN: &[u8] =
    b"NYM_COCONUT_NIDKG_V01_CS01_WITH_BLS12381_XMD:SHA-256_SSWU_RO_PROOF_SECRET_SHARING_CHALLENGE";

/// F, A, Y and the responses, in the notation of the specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofOfSharing {
    f: G1Affine,
    a: G2Affine,
    y: G1Affine,
    response_r: Scalar,
    response_alpha: Scalar,
}

impl ProofOfSharing {
    /// Length of the byte form.
    pub const LEN: usize = 256;

    /// `r` and `c` are the combined ciphertexts; `combined_r` is the logarithm of `r`.
    pub(crate) fn prove<R: RngCore + CryptoRng + ?Sized>(
        keys: &[G1Affine],
        coefficients: &PublicCoefficients,
        (r, c): (&G1Affine, &[G1Affine]),
        combined_r: &Scalar,
        shares: &[Scalar],
        rng: &mut R,
    ) -> Self {
        let setup = setup();
        let x = instance(keys, coefficients, r, c);
        let powers = x.powers(keys.len());
        let alpha = Zeroizing::new(Scalar::random(rng));
        let rho = Zeroizing::new(Scalar::random(rng));
        let points = G1::batch_to_affine(&[setup.g1.mul(&rho), G1::msm(keys, &powers) * *rho + setup.g1.mul(&alpha)]);
        let (f, y) = (points[0], points[1]);
        let a = setup.g2.mul(&alpha).to_affine();
        let challenge = challenge(&x, &f, &a, &y);
        let folded: Scalar = powers.iter().zip(shares).map(|(power, share)| power * share).sum();
        Self { f, a, y, response_r: challenge * combined_r + *rho, response_alpha: challenge * folded + *alpha }
    }

    /// Adds the three equations to the batch. What they say about R_j and C_ij is added to
    /// `weights`.
    /// `r` and `c` are the combined ciphertexts.
    pub(crate) fn contribute<R: RngCore + CryptoRng + ?Sized>(
        &self,
        receivers: &Receivers,
        (coefficients, r, c): (&PublicCoefficients, &G1Affine, &[G1Affine]),
        equations: &mut Equations<'_>,
        weights: &mut CiphertextWeights,
        rng: &mut R,
    ) {
        let x = instance(receivers.keys(), coefficients, r, c);
        let powers = x.powers(receivers.len());
        let challenge = challenge(&x, &self.f, &self.a, &self.y);
        let chunk_weights = chunk_weights();

        // 1: c·R + F = z_r·g1, with R = Σ B^j·R_j.
        let weight = Scalar::random_weight(rng);
        let scaled = weight * challenge;
        for (r_weight, chunk_weight) in weights.r.iter_mut().zip(&chunk_weights) {
            *r_weight += scaled * chunk_weight;
        }
        equations.add(self.f, weight);
        equations.add_g1(-(weight * self.response_r));

        // 2: c·Σ_k (Σ_i id_i^k·x^i)·A_k + A = z_α·g2.
        let weight = Scalar::random_weight(rng);
        let scaled = weight * challenge;
        let ids: Vec<Scalar> = receivers.indices().iter().map(|index| index.scalar()).collect();
        let mut terms = powers.clone();
        for point in coefficients.points() {
            equations.add_second_group(*point, scaled * terms.iter().sum::<Scalar>());
            for (term, id) in terms.iter_mut().zip(&ids) {
                *term *= id;
            }
        }
        equations.add_second_group(self.a, weight);
        equations.add_g2(-(weight * self.response_alpha));

        // 3: c·Σ_i x^i·C_i + Y = z_r·Σ_i x^i·y_i + z_α·g1, with C_i = Σ_j B^j·C_ij.
        let weight = Scalar::random_weight(rng);
        let scaled = weight * challenge;
        let response = weight * self.response_r;
        for (i, (c_row, power)) in weights.c.iter_mut().zip(&powers).enumerate() {
            let row_weight = scaled * power;
            for (c_weight, chunk_weight) in c_row.iter_mut().zip(&chunk_weights) {
                *c_weight += row_weight * chunk_weight;
            }
            equations.add_key(i, -(response * power));
        }
        equations.add(self.y, weight);
        equations.add_g1(-(weight * self.response_alpha));
    }

    /// F ‖ A ‖ Y ‖ z_r ‖ z_α.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::LEN);
        put_g1s(&mut out, [&self.f]);
        put_g2s(&mut out, [&self.a]);
        put_g1s(&mut out, [&self.y]);
        put_scalars(&mut out, [&self.response_r, &self.response_alpha]);
        out
    }

    /// # Errors
    /// Wrong length, or a malformed element.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DkgError> {
        let mut reader = Reader::new(bytes);
        let f = reader.g1("F of the proof of sharing")?;
        let a = reader.g2("A of the proof of sharing")?;
        let y = reader.g1("Y of the proof of sharing")?;
        let response_r = reader.scalar("a response of the proof of sharing")?;
        let response_alpha = reader.scalar("a response of the proof of sharing")?;
        reader.finish("the proof of sharing")?;
        Ok(Self { f, a, y, response_r, response_alpha })
    }
}

/// x, which binds keys, coefficients and combined ciphertexts.
fn instance(keys: &[G1Affine], coefficients: &PublicCoefficients, r: &G1Affine, c: &[G1Affine]) -> Scalar {
    let mut bytes = Vec::with_capacity(48 * (keys.len() + 1 + c.len()) + 96 * coefficients.points().len());
    put_g1s(&mut bytes, keys);
    put_g2s(&mut bytes, coefficients.points());
    put_g1s(&mut bytes, [r]);
    put_g1s(&mut bytes, c);
    hash_parts_to_scalar(&[&bytes], INSTANCE_DOMAIN)
}

fn challenge(x: &Scalar, f: &G1Affine, a: &G2Affine, y: &G1Affine) -> Scalar {
    hash_parts_to_scalar(&[&x.to_bytes(), &f.to_bytes(), &a.to_bytes(), &y.to_bytes()], CHALLENGE_DOMAIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nym_curve::G2;

    #[test]
    fn challenges_match_the_published_values() {
        let g1 = |factor| G1::generator().mul_u64(factor).to_affine();
        let g2 = |factor| G2::generator().mul_u64(factor).to_affine();
        let coefficients = PublicCoefficients::new(vec![g2(20), g2(21)]);
        let x = instance(&[g1(11), g1(12), g1(13)], &coefficients, &g1(31), &[g1(41), g1(42), g1(43)]);
        let published = crate::published::published().sharing;
        assert_eq!(hex::encode(x.to_bytes()), published.instance);
        assert_eq!(hex::encode(challenge(&x, &g1(51), &g2(52), &g1(53)).to_bytes()), published.challenge);
    }
}
