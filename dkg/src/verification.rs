//! Verification of dealings (`docs/protocol/crypto.md` §8.7): everybody reaches the same verdict from public data.

use crate::equations::{CiphertextWeights, Equations};
use crate::{Dealing, DealingPart, DkgError, Receivers};
use nym_curve::{G2Affine, Scalar};
use rand::{CryptoRng, RngCore};

impl Dealing {
    /// Whether this dealing is valid for these receivers and threshold and, when resharing, continues the dealer's
    /// component `previous` of the previous key.
    ///
    /// # Errors
    /// What is wrong with it, [`DkgError::Invalid`] naming the part whose equations fail.
    pub fn verify<R: RngCore + CryptoRng + ?Sized>(
        &self,
        receivers: &Receivers,
        threshold: usize,
        previous: Option<&G2Affine>,
        rng: &mut R,
    ) -> Result<(), DkgError> {
        self.check(receivers, threshold, previous)?;
        let mut equations = Equations::new(receivers.keys());
        self.contribute(&Parts::ALL, receivers, &mut equations, rng);
        if equations.hold() { Ok(()) } else { self.find_fault(receivers, rng) }
    }

    /// Everything that is no equation.
    fn check(&self, receivers: &Receivers, threshold: usize, previous: Option<&G2Affine>) -> Result<(), DkgError> {
        receivers.check_threshold(threshold)?;
        self.ciphertexts.check(receivers)?;
        self.coefficients.check(threshold)?;
        self.proof_of_chunking.check(receivers.len())?;
        match previous {
            Some(previous) if self.coefficients.points().first() != Some(previous) => Err(DkgError::NotTheSameSecret),
            _ => Ok(()),
        }
    }

    fn contribute<R: RngCore + CryptoRng + ?Sized>(
        &self,
        parts: &Parts,
        receivers: &Receivers,
        equations: &mut Equations<'_>,
        rng: &mut R,
    ) {
        let ciphertexts = &self.ciphertexts;
        let mut weights = CiphertextWeights::new(receivers.len());
        if parts.integrity {
            weights.r = std::array::from_fn(|_| Scalar::random_weight(rng));
            equations.add_integrity(&ciphertexts.s, &ciphertexts.z, &weights.r);
        }
        if parts.chunking {
            self.proof_of_chunking.contribute(ciphertexts, receivers.keys(), equations, &mut weights, rng);
        }
        if parts.sharing {
            let (r, c) = ciphertexts.combined();
            let statement = (&self.coefficients, &r, c.as_slice());
            self.proof_of_sharing.contribute(receivers, statement, equations, &mut weights, rng);
        }
        let points = ciphertexts.r.iter().chain(ciphertexts.c.iter().flatten());
        for (point, weight) in points.zip(weights.r.iter().chain(weights.c.iter().flatten())) {
            equations.add(*point, *weight);
        }
    }

    /// Checks part by part, in the order of the specification.
    fn find_fault<R: RngCore + CryptoRng + ?Sized>(&self, receivers: &Receivers, rng: &mut R) -> Result<(), DkgError> {
        for (part, parts) in [
            (DealingPart::Integrity, Parts { integrity: true, ..Parts::NONE }),
            (DealingPart::Chunking, Parts { chunking: true, ..Parts::NONE }),
            (DealingPart::Sharing, Parts { sharing: true, ..Parts::NONE }),
        ] {
            let mut equations = Equations::new(receivers.keys());
            self.contribute(&parts, receivers, &mut equations, rng);
            if !equations.hold() {
                return Err(DkgError::Invalid { part });
            }
        }
        Ok(())
    }
}

/// Verifies many dealings for the same receivers at once, for instance the five of one dealer. `previous` holds one
/// public component per dealing when resharing.
///
/// # Errors
/// [`DkgError::Dealing`] with the position of the first bad one; [`DkgError::PreviousKeySize`] unless `previous` pairs
/// with `dealings`.
pub fn verify_dealings<R: RngCore + CryptoRng + ?Sized>(
    dealings: &[Dealing],
    receivers: &Receivers,
    threshold: usize,
    previous: Option<&[G2Affine]>,
    rng: &mut R,
) -> Result<(), DkgError> {
    if let Some(previous) = previous
        && previous.len() != dealings.len()
    {
        return Err(DkgError::PreviousKeySize { expected: dealings.len(), got: previous.len() });
    }
    let blame = |index, source| DkgError::Dealing { index, source: Box::new(source) };
    let mut equations = Equations::new(receivers.keys());
    for (index, dealing) in dealings.iter().enumerate() {
        let previous = previous.map(|components| &components[index]);
        dealing.check(receivers, threshold, previous).map_err(|source| blame(index, source))?;
        dealing.contribute(&Parts::ALL, receivers, &mut equations, rng);
    }
    if equations.hold() {
        return Ok(());
    }
    for (index, dealing) in dealings.iter().enumerate() {
        dealing.find_fault(receivers, rng).map_err(|source| blame(index, source))?;
    }
    Ok(())
}

struct Parts {
    integrity: bool,
    chunking: bool,
    sharing: bool,
}

impl Parts {
    const ALL: Self = Self { integrity: true, chunking: true, sharing: true };
    const NONE: Self = Self { integrity: false, chunking: false, sharing: false };
}
