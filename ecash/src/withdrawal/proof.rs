//! The proof that a withdrawal request is well formed (§2.2).

use crate::parameters::generators;
use crate::{EcashError, PublicKeyUser, Result};
use nym_curve::{FixedBase, G1, G1Affine, Point, Scalar, challenge};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Knowledge of sk, v, o, o1, o2 behind a request's commitments and the user's public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalProof {
    /// The challenge.
    pub challenge: Scalar,
    /// For o.
    pub response_opening: Scalar,
    /// For o1 and o2.
    pub response_openings: Vec<Scalar>,
    /// For sk and v.
    pub response_attributes: Vec<Scalar>,
}

/// The secrets behind a request.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Witness {
    pub(super) user_secret: Scalar,
    pub(super) wallet_secret: Scalar,
    pub(super) opening: Scalar,
    pub(super) openings: [Scalar; 2],
}

impl Witness {
    pub(super) fn random<R: RngCore + CryptoRng + ?Sized>(user_secret: Scalar, rng: &mut R) -> Self {
        Self {
            user_secret,
            wallet_secret: Scalar::random(rng),
            opening: Scalar::random(rng),
            openings: [Scalar::random(rng), Scalar::random(rng)],
        }
    }
}

/// One nonce per secret.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Nonces {
    pub(super) opening: Scalar,
    pub(super) openings: [Scalar; 2],
    pub(super) user_secret: Scalar,
    pub(super) wallet_secret: Scalar,
}

impl Nonces {
    pub(super) fn random<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self {
            opening: Scalar::random(rng),
            openings: [Scalar::random(rng), Scalar::random(rng)],
            user_secret: Scalar::random(rng),
            wallet_secret: Scalar::random(rng),
        }
    }
}

impl WithdrawalProof {
    pub(super) fn create(
        witness: &Witness,
        nonces: &Nonces,
        commitment: &G1Affine,
        hash: &G1Affine,
        commitments: &[G1Affine],
        user: &PublicKeyUser,
    ) -> Self {
        let generators = generators();
        let mut joined = generators.g1.mul(&nonces.opening);
        generators.gamma1.add_mul(&nonces.user_secret, &mut joined);
        generators.gamma2.add_mul(&nonces.wallet_secret, &mut joined);
        let nonce_commitments = G1::batch_to_affine(&[
            joined,
            generators.g1.mul(&nonces.openings[0]) + *hash * nonces.user_secret,
            generators.g1.mul(&nonces.openings[1]) + *hash * nonces.wallet_secret,
            generators.g1.mul(&nonces.user_secret),
        ]);
        let challenge = transcript(commitment, hash, commitments, user, &nonce_commitments);
        let response = |nonce: Scalar, secret: Scalar| nonce - challenge * secret;
        Self {
            challenge,
            response_opening: response(nonces.opening, witness.opening),
            response_openings: vec![
                response(nonces.openings[0], witness.openings[0]),
                response(nonces.openings[1], witness.openings[1]),
            ],
            response_attributes: vec![
                response(nonces.user_secret, witness.user_secret),
                response(nonces.wallet_secret, witness.wallet_secret),
            ],
        }
    }

    /// Two openings and two attributes: a missing response would leave its commitment unproven.
    pub(super) fn check_shape(&self) -> Result<()> {
        for (list, got) in [
            ("response_openings", self.response_openings.len()),
            ("response_attributes", self.response_attributes.len()),
        ] {
            if got != 2 {
                return Err(EcashError::ListLength { list, expected: 2, got });
            }
        }
        Ok(())
    }

    /// Lengths are checked by the caller.
    pub(super) fn verify(
        &self,
        commitment: &G1Affine,
        hash: &G1Affine,
        commitments: &[G1Affine],
        user: &PublicKeyUser,
    ) -> Result<()> {
        let generators = generators();
        let challenge = &self.challenge;
        let (z_sk, z_v) = (&self.response_attributes[0], &self.response_attributes[1]);
        let nonce_commitments = G1::batch_to_affine(&[
            FixedBase::sum_public(
                &[(&generators.g1, &self.response_opening), (&generators.gamma1, z_sk), (&generators.gamma2, z_v)],
                &[],
            ) + G1::msm(&[*commitment], &[*challenge]),
            generators.g1.mul_public(&self.response_openings[0])
                + G1::msm(&[commitments[0], *hash], &[*challenge, *z_sk]),
            generators.g1.mul_public(&self.response_openings[1])
                + G1::msm(&[commitments[1], *hash], &[*challenge, *z_v]),
            generators.g1.mul_public(z_sk) + G1::msm(&[user.pk], &[*challenge]),
        ]);
        if transcript(commitment, hash, commitments, user, &nonce_commitments) == *challenge {
            Ok(())
        } else {
            Err(EcashError::WithdrawalProof)
        }
    }
}

/// FS over 678 bytes: generators, the instance in binary form, the nonce commitments.
fn transcript(
    commitment: &G1Affine,
    hash: &G1Affine,
    commitments: &[G1Affine],
    user: &PublicKeyUser,
    nonce_commitments: &[G1Affine],
) -> Scalar {
    let generators = generators();
    let mut digest = Sha256::new();
    digest.update(generators.g1_bytes);
    digest.update(&generators.gammas_bytes);
    for point in [commitment, hash] {
        digest.update([48]);
        digest.update(point.to_bytes());
    }
    digest.update([2]);
    for point in commitments.iter().chain([&user.pk]) {
        digest.update([48]);
        digest.update(point.to_bytes());
    }
    for point in nonce_commitments {
        digest.update(point.to_bytes());
    }
    challenge(digest)
}
