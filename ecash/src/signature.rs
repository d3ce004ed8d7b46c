//! The two-point signatures of the scheme.

use crate::encoding::Parts;
use crate::{EcashError, Result};
use nym_curve::{G1Affine, Point, Scalar};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};

/// A signature (h, s) on attributes m_j: e(h, α + Σ m_j·β²_j) = e(s, g2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The base.
    pub h: G1Affine,
    /// The base raised to the key and attributes.
    pub s: G1Affine,
}

impl Signature {
    /// 96 bytes: h ‖ s.
    pub fn to_bytes(&self) -> [u8; 96] {
        join(&self.h, &self.s)
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Wrong length, or parts that are no points.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (h, s) = split("signature", bytes)?;
        Ok(Self { h, s })
    }

    pub(crate) fn check_nonidentity(&self, what: &'static str) -> Result<()> {
        if self.h.is_identity() || self.s.is_identity() { Err(EcashError::Identity(what)) } else { Ok(()) }
    }

    /// (r'·h, r'·s + r·r'·h) and r: another signature on the same attributes once r·g2 is added to the key.
    pub(crate) fn randomise<R: RngCore + CryptoRng + ?Sized>(&self, rng: &mut R) -> (Self, Scalar) {
        let (r, scale) = (Scalar::random(rng), Scalar::random(rng));
        let h = self.h * scale;
        let s = self.s * scale + h * r;
        let affine = nym_curve::G1::batch_to_affine(&[h, s]);
        (Self { h: affine[0], s: affine[1] }, r)
    }
}

/// A signature whose c still carries the client's blinding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindedSignature {
    /// The base, fixed by the request.
    pub h: G1Affine,
    /// The blinded value.
    pub c: G1Affine,
}

impl BlindedSignature {
    /// 96 bytes: h ‖ c.
    pub fn to_bytes(&self) -> [u8; 96] {
        join(&self.h, &self.c)
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Wrong length, or parts that are no points.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (h, c) = split("blinded signature", bytes)?;
        Ok(Self { h, c })
    }
}

fn join(first: &G1Affine, second: &G1Affine) -> [u8; 96] {
    let mut bytes = [0; 96];
    bytes[..48].copy_from_slice(&first.to_bytes());
    bytes[48..].copy_from_slice(&second.to_bytes());
    bytes
}

fn split(object: &'static str, bytes: &[u8]) -> Result<(G1Affine, G1Affine)> {
    let mut parts = Parts::exact(object, bytes, 96)?;
    Ok((G1Affine::from_bytes(parts.take()?)?, G1Affine::from_bytes(parts.take()?)?))
}
