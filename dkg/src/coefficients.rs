//! Public coefficients: the commitment to a dealing's polynomial (`docs/protocol/crypto.md` §8.4).

use crate::encoding::{Reader, put_count, put_g2s};
use crate::setup::setup;
use crate::{DkgError, NodeIndex};
use nym_curve::{G2, G2Affine, Point, Polynomial, Scalar};

/// A_k = p_k·g2 for k = 0..t−1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicCoefficients(Vec<G2Affine>);

impl PublicCoefficients {
    /// From points, lowest degree first.
    pub fn new(points: Vec<G2Affine>) -> Self {
        Self(points)
    }

    pub(crate) fn commit(polynomial: &Polynomial) -> Self {
        let points: Vec<G2> = polynomial.coefficients().iter().map(|p_k| setup().g2.mul(p_k)).collect();
        Self(G2::batch_to_affine(&points))
    }

    /// The points, lowest degree first.
    pub fn points(&self) -> &[G2Affine] {
        &self.0
    }

    /// P(node)·g2, the public counterpart of that node's share.
    pub fn evaluate(&self, node: NodeIndex) -> G2 {
        // Horner with a small factor beats a sum of long products.
        self.0.iter().rev().fold(G2::identity(), |value, point| value.mul_u64(node.get()) + *point)
    }

    /// Whether `share` is the value at `node`.
    pub fn contains(&self, node: NodeIndex, share: &Scalar) -> bool {
        self.evaluate(node) == setup().g2.mul(share)
    }

    /// BE32(t) ‖ A_0 ‖ … ‖ A_{t−1}.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(4 + G2Affine::LEN * self.0.len());
        put_count(&mut out, self.0.len());
        put_g2s(&mut out, &self.0);
        out
    }

    /// # Errors
    /// Wrong length, or a malformed point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DkgError> {
        let mut reader = Reader::new(bytes);
        let count = reader.count(G2Affine::LEN, "the public coefficients")?;
        let points = reader.g2s(count, "the public coefficients")?;
        reader.finish("the public coefficients")?;
        Ok(Self(points))
    }

    /// t coefficients, and neither the secret nor the leading coefficient is zero.
    pub(crate) fn check(&self, threshold: usize) -> Result<(), DkgError> {
        if self.0.len() != threshold {
            let (expected, got) = (threshold, self.0.len());
            return Err(DkgError::WrongCount { what: "the list of public coefficients", expected, got });
        }
        if self.0.first().is_some_and(G2Affine::is_identity) {
            return Err(DkgError::Identity { what: "the constant coefficient" });
        }
        if self.0.last().is_some_and(G2Affine::is_identity) {
            return Err(DkgError::Identity { what: "the leading coefficient" });
        }
        Ok(())
    }
}
