//! One key generation: five dealings per dealer, judged dealer by dealer (`docs/protocol/crypto.md` §8, §8.7–8.10).

use crate::{
    Dealing, DecryptionKey, DkgError, NodeIndex, PublicCoefficients, Receivers, RecoveredVerificationKeys,
    SearchProgress, combine_shares, verify_dealings,
};
use nym_curve::{G2Affine, Scalar};
use rand::{CryptoRng, RngCore};
use std::ops::ControlFlow;
use zeroize::Zeroizing;

/// Components of an e-cash key: x, y_0..y_3. Each is shared by a dealing of its own.
pub const KEY_SIZE: usize = 5;

/// The public data that all parties of one key generation agree on.
#[derive(Clone, Debug)]
pub struct Ceremony {
    receivers: Receivers,
    threshold: usize,
    key_size: usize,
}

/// What one dealer put on chain.
#[derive(Clone, Debug)]
pub struct Submission<'a> {
    /// The dealer.
    pub dealer: NodeIndex,
    /// Dealing 0..key size, `None` where nothing was provided.
    pub dealings: Vec<Option<&'a [u8]>>,
    /// Whether the secrets are new or continue the dealer's previous key.
    pub secrets: Secrets<'a>,
}

/// Where the secrets of a dealer's dealings come from.
#[derive(Clone, Copy, Debug)]
pub enum Secrets<'a> {
    /// A new common key: every dealer chooses its secrets.
    Fresh,
    /// Resharing: the secrets are the dealer's components of the previous key. Holds α, β²_0.. of its **verified** key
    /// share of exactly the previous key generation, `None` if it has none.
    Reshared(Option<&'a [G2Affine]>),
}

/// A dealer all of whose dealings are valid.
#[derive(Clone, Debug)]
pub struct AcceptedDealer {
    /// The dealer.
    pub dealer: NodeIndex,
    /// One dealing per key component.
    pub dealings: Vec<Dealing>,
}

/// A dealer that is left out entirely, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("dealer {dealer} is left out: {reason}")]
pub struct RejectedDealer {
    /// The culprit.
    pub dealer: NodeIndex,
    /// What is wrong.
    pub reason: DkgError,
}

impl Ceremony {
    /// # Errors
    /// [`DkgError::NoReceivers`], [`DkgError::Threshold`].
    pub fn new(receivers: Receivers, threshold: usize, key_size: usize) -> Result<Self, DkgError> {
        receivers.check_threshold(threshold)?;
        Ok(Self { receivers, threshold, key_size })
    }

    /// Who receives shares.
    pub fn receivers(&self) -> &Receivers {
        &self.receivers
    }

    /// How many signers must act together.
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// A dealer's dealings of a fresh key.
    ///
    /// # Errors
    /// As [`Dealing::create`].
    pub fn deal<R: RngCore + CryptoRng + ?Sized>(&self, rng: &mut R) -> Result<Vec<Dealing>, DkgError> {
        (0..self.key_size).map(|_| Dealing::create(&self.receivers, self.threshold, rng)).collect()
    }

    /// A dealer's dealings that reshare its components of the previous key.
    ///
    /// # Errors
    /// [`DkgError::PreviousKeySize`], else as [`Dealing::reshare`].
    pub fn reshare<R: RngCore + CryptoRng + ?Sized>(
        &self,
        previous: &[Scalar],
        rng: &mut R,
    ) -> Result<Vec<Dealing>, DkgError> {
        if previous.len() != self.key_size {
            return Err(DkgError::PreviousKeySize { expected: self.key_size, got: previous.len() });
        }
        previous.iter().map(|secret| Dealing::reshare(&self.receivers, self.threshold, secret, rng)).collect()
    }

    /// Judges one dealer, a pure function of public data: call it as soon as its dealings are complete, from as many
    /// threads as there are dealers.
    ///
    /// # Errors
    /// [`RejectedDealer`] with the reason; the ceremony goes on without it.
    pub fn judge<R: RngCore + CryptoRng + ?Sized>(
        &self,
        submission: &Submission<'_>,
        rng: &mut R,
    ) -> Result<AcceptedDealer, RejectedDealer> {
        let dealer = submission.dealer;
        self.judge_dealings(submission, rng)
            .map(|dealings| AcceptedDealer { dealer, dealings })
            .map_err(|reason| RejectedDealer { dealer, reason })
    }

    fn judge_dealings<R: RngCore + CryptoRng + ?Sized>(
        &self,
        submission: &Submission<'_>,
        rng: &mut R,
    ) -> Result<Vec<Dealing>, DkgError> {
        let (expected, got) = (self.key_size, submission.dealings.iter().flatten().count());
        if got == 0 {
            return Err(DkgError::NoDealings);
        }
        if got != expected || submission.dealings.len() != expected {
            return Err(DkgError::Incomplete { expected, got });
        }
        let previous = match submission.secrets {
            Secrets::Fresh => None,
            Secrets::Reshared(previous) => Some(previous.ok_or(DkgError::NoPreviousKey)?),
        };
        let dealings = submission
            .dealings
            .iter()
            .flatten()
            .enumerate()
            .map(|(index, bytes)| {
                Dealing::from_bytes(bytes).map_err(|source| DkgError::Dealing { index, source: Box::new(source) })
            })
            .collect::<Result<Vec<_>, _>>()?;
        verify_dealings(&dealings, &self.receivers, self.threshold, previous, rng)?;
        Ok(dealings)
    }

    /// The secret key of receiver `node`, one scalar per component, from all accepted dealers.
    ///
    /// # Errors
    /// [`DkgError::NotEnoughDealers`], [`DkgError::ShapeMismatch`], or what [`Dealing::decrypt_share`] reports.
    pub fn derive_secret_key(
        &self,
        dealers: &[AcceptedDealer],
        key: &DecryptionKey,
        node: NodeIndex,
        progress: &mut dyn FnMut(&SearchProgress) -> ControlFlow<()>,
    ) -> Result<Zeroizing<Vec<Scalar>>, DkgError> {
        self.check_shape(dealers)?;
        let mut components = Zeroizing::new(Vec::with_capacity(self.key_size));
        for component in 0..self.key_size {
            let shares = dealers
                .iter()
                .map(|accepted| {
                    let dealing = &accepted.dealings[component];
                    dealing.decrypt_share(key, &self.receivers, node, progress).map(|share| (accepted.dealer, share))
                })
                .collect::<Result<Vec<_>, _>>()?;
            components.push(*combine_shares(self.threshold, &shares)?);
        }
        Ok(components)
    }

    /// The verification keys, one entry per component, from all accepted dealers.
    ///
    /// # Errors
    /// [`DkgError::NotEnoughDealers`], [`DkgError::DuplicateNode`], [`DkgError::ShapeMismatch`].
    pub fn derive_verification_keys(
        &self,
        dealers: &[AcceptedDealer],
    ) -> Result<Vec<RecoveredVerificationKeys>, DkgError> {
        self.check_shape(dealers)?;
        (0..self.key_size)
            .map(|component| {
                let contributions: Vec<(NodeIndex, &PublicCoefficients)> = dealers
                    .iter()
                    .map(|accepted| (accepted.dealer, accepted.dealings[component].coefficients()))
                    .collect();
                RecoveredVerificationKeys::recover(self.threshold, &contributions, &self.receivers)
            })
            .collect()
    }

    fn check_shape(&self, dealers: &[AcceptedDealer]) -> Result<(), DkgError> {
        match dealers.iter().find(|accepted| accepted.dealings.len() != self.key_size) {
            Some(accepted) => Err(DkgError::ShapeMismatch { node: accepted.dealer }),
            None => Ok(()),
        }
    }
}
