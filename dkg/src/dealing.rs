//! A dealing: one secret shared among all receivers, with everything that proves it (`docs/protocol/crypto.md` §8.4).

use crate::chunks::Chunked;
use crate::ciphertexts::Ciphertexts;
use crate::encoding::{Reader, put_count};
use crate::proofs::chunking::ProofOfChunking;
use crate::proofs::sharing::ProofOfSharing;
use crate::{DkgError, PublicCoefficients, Receivers};
use nym_curve::{Polynomial, Scalar};
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

/// The most bytes that the contract stores for one dealing: fifty chunks of 2048. A dealing takes 6876 + 96t + 848n.
pub const MAX_DEALING_BYTES: usize = 102_400;

/// One secret, shared among all receivers with threshold t.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dealing {
    pub(crate) coefficients: PublicCoefficients,
    pub(crate) ciphertexts: Ciphertexts,
    pub(crate) proof_of_chunking: ProofOfChunking,
    pub(crate) proof_of_sharing: ProofOfSharing,
}

impl Dealing {
    /// Shares a random secret: `threshold` of the receivers can later act with it.
    ///
    /// # Errors
    /// [`DkgError::NoReceivers`], [`DkgError::Threshold`].
    pub fn create<R: RngCore + CryptoRng + ?Sized>(
        receivers: &Receivers,
        threshold: usize,
        rng: &mut R,
    ) -> Result<Self, DkgError> {
        receivers.check_threshold(threshold)?;
        Self::share(receivers, &Polynomial::random(threshold, rng), |_| {}, rng)
    }

    /// Shares a secret that the dealer holds from the previous key generation, so that the common key stays.
    ///
    /// # Errors
    /// As [`Self::create`]; [`DkgError::Identity`] if the secret is zero.
    pub fn reshare<R: RngCore + CryptoRng + ?Sized>(
        receivers: &Receivers,
        threshold: usize,
        secret: &Scalar,
        rng: &mut R,
    ) -> Result<Self, DkgError> {
        receivers.check_threshold(threshold)?;
        if secret.is_zero() {
            return Err(DkgError::Identity { what: "the public counterpart of the secret" });
        }
        let mut polynomial = Polynomial::random(threshold, rng);
        polynomial.set_constant_term(*secret);
        Self::share(receivers, &polynomial, |_| {}, rng)
    }

    /// `tamper` lets tests play a malicious dealer; everybody else leaves the chunks alone.
    pub(crate) fn share<R: RngCore + CryptoRng + ?Sized>(
        receivers: &Receivers,
        polynomial: &Polynomial,
        tamper: impl FnOnce(&mut [Chunked]),
        rng: &mut R,
    ) -> Result<Self, DkgError> {
        let shares: Zeroizing<Vec<Scalar>> =
            Zeroizing::new(receivers.indices().iter().map(|index| polynomial.evaluate(&index.scalar())).collect());
        let mut chunked: Vec<Chunked> = shares.iter().map(Chunked::from_scalar).collect();
        tamper(&mut chunked);

        let (ciphertexts, randomness) = Ciphertexts::encrypt(receivers.tables(), &chunked, rng);
        let proof_of_chunking =
            ProofOfChunking::prove(receivers.keys(), receivers.tables(), &ciphertexts, &randomness, &chunked, rng)?;
        let coefficients = PublicCoefficients::commit(polynomial);
        let (r, c) = ciphertexts.combined();
        let combined_r = Zeroizing::new(randomness.combined());
        let proof_of_sharing =
            ProofOfSharing::prove(receivers.keys(), &coefficients, (&r, &c), &combined_r, &shares, rng);
        Ok(Self { coefficients, ciphertexts, proof_of_chunking, proof_of_sharing })
    }

    /// The commitment to the polynomial; its first point belongs to the shared secret.
    pub fn coefficients(&self) -> &PublicCoefficients {
        &self.coefficients
    }

    /// The encrypted shares.
    pub fn ciphertexts(&self) -> &Ciphertexts {
        &self.ciphertexts
    }

    /// Coefficients, ciphertexts, proof of sharing and proof of chunking, each preceded by its length as BE32.
    pub fn to_bytes(&self) -> Vec<u8> {
        let blocks = [
            self.coefficients.to_bytes(),
            self.ciphertexts.to_bytes(),
            self.proof_of_sharing.to_bytes(),
            self.proof_of_chunking.to_bytes(),
        ];
        let mut out = Vec::with_capacity(blocks.iter().map(|block| 4 + block.len()).sum());
        for block in &blocks {
            put_count(&mut out, block.len());
            out.extend_from_slice(block);
        }
        out
    }

    /// Reads the byte form; [`Self::verify`] judges what it says.
    ///
    /// # Errors
    /// [`DkgError::DealingTooLong`] above [`MAX_DEALING_BYTES`], wrong lengths or counts, malformed elements.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DkgError> {
        if bytes.len() > MAX_DEALING_BYTES {
            return Err(DkgError::DealingTooLong { got: bytes.len() });
        }
        let mut reader = Reader::new(bytes);
        let blocks = [
            reader.block("the block of public coefficients")?,
            reader.block("the block of ciphertexts")?,
            reader.block("the block of the proof of sharing")?,
            reader.block("the block of the proof of chunking")?,
        ];
        reader.finish("a dealing")?;
        Ok(Self {
            coefficients: PublicCoefficients::from_bytes(blocks[0])?,
            ciphertexts: Ciphertexts::from_bytes(blocks[1])?,
            proof_of_sharing: ProofOfSharing::from_bytes(blocks[2])?,
            proof_of_chunking: ProofOfChunking::from_bytes(blocks[3])?,
        })
    }
}
