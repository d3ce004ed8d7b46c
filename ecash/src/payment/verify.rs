//! Verification of payments, one or many (§4.6 with the conditions of §11.4).
//!
//! Every commitment of a proof is hashed and must be recomputed exactly, so that part costs the same in a batch; the
//! pairings of all payments are merged with random weights into one product.

use super::proof::{Commitments, Instance};
use super::types::{PayInfo, Payment};
use crate::parameters::generators;
use crate::prepared_key::PreparedKey;
use crate::{EcashDay, EcashError, Result};
use nym_curve::{G1Affine, G2, G2Affine, PairingBatch, Point, Scalar, random_weights};
use rand_core::{CryptoRng, RngCore};

/// Whether payments must prove that their ticket indices are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CoinIndexProof {
    /// Refuse payments without the proof: the only setting under which a ticketbook holds fifty tickets.
    #[default]
    Required,
    /// Compatibility with clients up to 1.21, which omit it. Whoever holds one valid ticketbook can then make any
    /// number of tickets; log a warning when it is on.
    OptionalForOldClients,
}

/// A payment with what it is verified against.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// The payment info that came with it.
    pub pay_info: &'a PayInfo,
    /// The stated day of spending.
    pub day: EcashDay,
    /// Master key of the stated epoch.
    pub key: &'a PreparedKey,
}

/// Verifies one payment cryptographically. A provider's rules around it are [`crate::verifier`]'s.
///
/// # Errors
/// Shape, proof, or the signature that does not verify.
pub fn verify<R: RngCore + CryptoRng + ?Sized>(claim: &Claim<'_>, policy: CoinIndexProof, rng: &mut R) -> Result<()> {
    let equations = check_proof(claim, policy)?;
    if batch_holds(&[&equations], rng) { Ok(()) } else { Err(equations.culprit()) }
}

/// Verifies many payments: proofs one by one, then the pairings of all in one product; if that fails, halves are
/// tried until the bad payments are named. The answers are in the order of the claims.
pub fn verify_batch<R: RngCore + CryptoRng + ?Sized>(
    claims: &[Claim<'_>],
    policy: CoinIndexProof,
    rng: &mut R,
) -> Vec<Result<()>> {
    let mut answers: Vec<Result<()>> = Vec::with_capacity(claims.len());
    let mut pending: Vec<(usize, Equations)> = Vec::with_capacity(claims.len());
    for (position, claim) in claims.iter().enumerate() {
        answers.push(match check_proof(claim, policy) {
            Ok(equations) => {
                pending.push((position, equations));
                Ok(())
            }
            Err(error) => Err(error),
        });
    }
    bisect(&pending, &mut answers, rng);
    answers
}

fn bisect<R: RngCore + CryptoRng + ?Sized>(pending: &[(usize, Equations)], answers: &mut [Result<()>], rng: &mut R) {
    if pending.is_empty() || batch_holds(&pending.iter().map(|(_, equations)| equations).collect::<Vec<_>>(), rng) {
        return;
    }
    if let [(position, equations)] = pending {
        answers[*position] = Err(equations.culprit());
        return;
    }
    let (left, right) = pending.split_at(pending.len() / 2);
    bisect(left, answers, rng);
    bisect(right, answers, rng);
}

/// The pairing equations e(h, X) = e(s, g2) that remain of a payment.
struct Equations {
    terms: Vec<Equation>,
}

struct Equation {
    h: G1Affine,
    s: G1Affine,
    x: G2Affine,
}

impl Equations {
    /// Which equation of a payment that failed as a whole fails by itself.
    fn culprit(&self) -> EcashError {
        let holds = |equation: &Equation| {
            let mut batch = PairingBatch::new(&[&generators().g2_prepared]);
            batch.add(equation.h, Scalar::ONE, equation.x);
            batch.add_fixed(0, -equation.s, Scalar::ONE);
            batch.is_one()
        };
        match self.terms.iter().position(|equation| !holds(equation)) {
            Some(1) => EcashError::PaymentExpirationSignature,
            Some(0) => EcashError::PaymentSignature("the ticketbook signature"),
            _ => EcashError::PaymentSignature("a coin-index signature"),
        }
    }
}

/// Everything but pairings, cheapest first.
fn check_proof(claim: &Claim<'_>, policy: CoinIndexProof) -> Result<Equations> {
    let Claim { payment, pay_info, day, key } = *claim;
    payment.check_shape()?;
    if policy == CoinIndexProof::Required && payment.zk_proof.responses_r_k.is_empty() {
        return Err(EcashError::CoinIndexProofMissing);
    }
    let commitments = Commitments::recompute(payment, pay_info, key);
    if commitments.challenge(&Instance::from(payment), pay_info, key) != payment.zk_proof.challenge {
        return Err(EcashError::SpendProof);
    }
    let constants = key.constants();
    let mut keys = vec![
        G2::from(payment.kappa) + constants.types[usize::from(payment.ticket_type()?.number())],
        key.spend_date_term(day) + payment.kappa_e,
    ];
    keys.extend(payment.kappa_k.iter().map(|kappa| G2::from(*kappa) + constants.index));
    let keys = G2::batch_to_affine(&keys);
    let signatures = [payment.sig, payment.sig_exp].into_iter().chain(payment.omega.iter().copied());
    let terms = signatures.zip(keys).map(|(signature, x)| Equation { h: signature.h, s: signature.s, x }).collect();
    Ok(Equations { terms })
}

fn batch_holds<R: RngCore + CryptoRng + ?Sized>(payments: &[&Equations], rng: &mut R) -> bool {
    let count = payments.iter().map(|equations| equations.terms.len()).sum();
    let mut weights = random_weights(count, rng);
    // One equation may keep the weight one: what the others add is still random.
    if let Some(first) = weights.first_mut() {
        *first = Scalar::ONE;
    }
    let mut batch = PairingBatch::new(&[&generators().g2_prepared]);
    for (equation, weight) in payments.iter().flat_map(|equations| &equations.terms).zip(weights) {
        batch.add(equation.h, weight, equation.x);
        batch.add_fixed(0, -equation.s, weight);
    }
    batch.is_one()
}
