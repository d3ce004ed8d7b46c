//! The proof inside a payment (§4.4): responses, the transcript, and the recomputation of its commitments.

use super::types::{PayInfo, Payment};
use crate::parameters::generators;
use crate::prepared_key::PreparedKey;
use nym_curve::{FixedBase, G1, G1Affine, G2, G2Affine, Point, Scalar, challenge};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Responses of the spend proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendProof {
    /// The challenge.
    pub challenge: Scalar,
    /// For the blinding of the ticketbook's signature.
    pub response_r: Scalar,
    /// For the blinding of the expiration-date signature.
    pub response_r_e: Scalar,
    /// For the blindings of the coin-index signatures: the coin-index proof. Older clients send none, which leaves
    /// their ticket indices unproven.
    pub responses_r_k: Vec<Scalar>,
    /// For the ticket indices.
    pub responses_l: Vec<Scalar>,
    /// For the openings of the index commitments.
    pub responses_o_a: Vec<Scalar>,
    /// For the opening of the wallet-secret commitment.
    pub response_o_c: Scalar,
    /// For μ = 1/(v + index + 1).
    pub responses_mu: Vec<Scalar>,
    /// For the openings of the μ relation.
    pub responses_o_mu: Vec<Scalar>,
    /// For sk, v and the expiration date.
    pub responses_attributes: Vec<Scalar>,
}

/// The commitments that are hashed, by relation.
#[derive(Default)]
pub(super) struct Commitments {
    pub(super) kappa: G2,
    pub(super) kappa_e: G2,
    pub(super) cc: G1,
    pub(super) aa: Vec<G1>,
    pub(super) ss: Vec<G1>,
    pub(super) kappa_k: Vec<G2>,
    pub(super) gamma: Vec<G1>,
    pub(super) tt: Vec<G1>,
}

impl Commitments {
    /// What the verifier recomputes from responses. List lengths are checked by the caller.
    pub(super) fn recompute(payment: &Payment, pay_info: &PayInfo, key: &PreparedKey) -> Self {
        let generators = generators();
        let proof = &payment.zk_proof;
        let c = proof.challenge;
        let [z_sk, z_v, z_e] = [0, 1, 2].map(|j| &proof.responses_attributes[j]);
        let alpha = key.alpha.mul_public(&(Scalar::ONE - c));
        let kappa = alpha
            + mul_g2(&payment.kappa, &c)
            + FixedBase::sum_public(
                &[(&generators.g2, &proof.response_r), (&key.beta[0], z_sk), (&key.beta[1], z_v), (&key.beta[2], z_e)],
                &[],
            );
        let kappa_e = alpha
            + mul_g2(&payment.kappa_e, &c)
            + FixedBase::sum_public(&[(&generators.g2, &proof.response_r_e), (&key.beta[0], z_e)], &[]);
        let cc = mul_g1(&payment.cc, &c)
            + FixedBase::sum_public(&[(&generators.g1, &proof.response_o_c), (&generators.gamma2, z_v)], &[]);
        let mut commitments = Self { kappa, kappa_e, cc, ..Self::default() };
        let cc_gamma = G1::from(payment.cc) + *generators.gamma2.point();
        for k in 0..payment.ss.len() {
            let z_l = &proof.responses_l[k];
            let z_mu = &proof.responses_mu[k];
            commitments.aa.push(
                mul_g1(&payment.aa[k], &c)
                    + FixedBase::sum_public(
                        &[(&generators.g1, &proof.responses_o_a[k]), (&generators.gamma2, z_l)],
                        &[],
                    ),
            );
            commitments.ss.push(mul_g1(&payment.ss[k], &c) + generators.delta.mul_public(z_mu));
            commitments.gamma.push(
                mul_g1(&(cc_gamma + payment.aa[k]).to_affine(), z_mu)
                    + FixedBase::sum_public(
                        &[(&generators.g1, &proof.responses_o_mu[k]), (&generators.gamma2, &c)],
                        &[],
                    ),
            );
            let tag = z_sk + pay_info.ticket_scalar(k) * z_mu;
            commitments.tt.push(mul_g1(&payment.tt[k], &c) + generators.g1.mul_public(&tag));
            if let Some(z_r) = proof.responses_r_k.get(k) {
                commitments.kappa_k.push(
                    alpha
                        + mul_g2(&payment.kappa_k[k], &c)
                        + FixedBase::sum_public(&[(&generators.g2, z_r), (&key.beta[0], z_l)], &[]),
                );
            }
        }
        commitments
    }

    /// FS over statement, commitments, payment info and value.
    pub(super) fn challenge(&self, instance: &Instance<'_>, pay_info: &PayInfo, key: &PreparedKey) -> Scalar {
        let generators = generators();
        let mut digest = Sha256::new();
        digest.update(generators.g1_bytes);
        digest.update(generators.g2_bytes);
        digest.update(&generators.gammas_bytes);
        digest.update(&key.bytes);
        instance.update(&mut digest);
        let g2: Vec<G2> = [self.kappa, self.kappa_e].into_iter().chain(self.kappa_k.iter().copied()).collect();
        let g2 = G2::batch_to_affine(&g2);
        let g1: Vec<G1> = [&[self.cc][..], &self.aa, &self.ss, &self.gamma, &self.tt].concat();
        let g1 = G1::batch_to_affine(&g1);
        let tickets = self.aa.len();
        g2[..2].iter().for_each(|point| digest.update(point.to_bytes()));
        g1[..=2 * tickets].iter().for_each(|point| digest.update(point.to_bytes()));
        g2[2..].iter().for_each(|point| digest.update(point.to_bytes()));
        g1[2 * tickets + 1..].iter().for_each(|point| digest.update(point.to_bytes()));
        digest.update(pay_info.0);
        digest.update((tickets as u64).to_le_bytes());
        challenge(digest)
    }
}

/// The public part of the statement, in the order of its binary form.
pub(super) struct Instance<'a> {
    pub(super) kappa: &'a G2Affine,
    pub(super) cc: &'a G1Affine,
    pub(super) aa: &'a [G1Affine],
    pub(super) ss: &'a [G1Affine],
    pub(super) tt: &'a [G1Affine],
    pub(super) kappa_k: &'a [G2Affine],
    pub(super) kappa_e: &'a G2Affine,
}

impl<'a> From<&'a Payment> for Instance<'a> {
    fn from(payment: &'a Payment) -> Self {
        Self {
            kappa: &payment.kappa,
            cc: &payment.cc,
            aa: &payment.aa,
            ss: &payment.ss,
            tt: &payment.tt,
            kappa_k: &payment.kappa_k,
            kappa_e: &payment.kappa_e,
        }
    }
}

impl Instance<'_> {
    fn update(&self, digest: &mut Sha256) {
        let count = [u8::try_from(self.ss.len()).expect("at most fifty tickets, checked before")];
        let g1 = |point: &G1Affine, digest: &mut Sha256| {
            digest.update([48]);
            digest.update(point.to_bytes());
        };
        let g2 = |point: &G2Affine, digest: &mut Sha256| {
            digest.update([96]);
            digest.update(point.to_bytes());
        };
        g2(self.kappa, digest);
        g1(self.cc, digest);
        for list in [self.aa, self.ss, self.tt] {
            digest.update(count);
            list.iter().for_each(|point| g1(point, digest));
        }
        digest.update(count);
        self.kappa_k.iter().for_each(|point| g2(point, digest));
        g2(self.kappa_e, digest);
    }
}

/// A product with a public scalar.
fn mul_g1(point: &G1Affine, scalar: &Scalar) -> G1 {
    G1::msm(&[*point], &[*scalar])
}

/// A product with a public scalar.
fn mul_g2(point: &G2Affine, scalar: &Scalar) -> G2 {
    G2::msm(&[*point], &[*scalar])
}
