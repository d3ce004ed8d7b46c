//! From valid dealings to keys (`docs/protocol/crypto.md` §8.8): Lagrange interpolation at zero over the dealers' indices,
//! the same for a fresh key and for resharing.

use crate::encoding::{Reader, put_count, put_g2s};
use crate::receivers::check_distinct;
use crate::{DkgError, NodeIndex, PublicCoefficients, Receivers};
use nym_curve::{G2, G2Affine, Point, Scalar, lagrange_at_zero};
use zeroize::Zeroizing;

/// A receiver's secret component from the shares of all valid dealers.
///
/// # Errors
/// [`DkgError::NotEnoughDealers`] below the threshold, [`DkgError::DuplicateNode`].
pub fn combine_shares(
    threshold: usize,
    shares: &[(NodeIndex, Zeroizing<Scalar>)],
) -> Result<Zeroizing<Scalar>, DkgError> {
    let weights = dealer_weights(threshold, shares.iter().map(|(dealer, _)| *dealer))?;
    Ok(Zeroizing::new(weights.iter().zip(shares).map(|(weight, (_, share))| weight * **share).sum()))
}

/// Ā_k = Σ λ_i·A_i,k: the public polynomial behind one component of the common key.
///
/// # Errors
/// [`DkgError::NotEnoughDealers`], [`DkgError::DuplicateNode`], [`DkgError::ShapeMismatch`] naming a dealer whose
/// coefficients are not `threshold` many.
pub fn combine_coefficients(
    threshold: usize,
    contributions: &[(NodeIndex, &PublicCoefficients)],
) -> Result<PublicCoefficients, DkgError> {
    let weights = dealer_weights(threshold, contributions.iter().map(|(dealer, _)| *dealer))?;
    if let Some((node, _)) = contributions.iter().find(|(_, points)| points.points().len() != threshold) {
        return Err(DkgError::ShapeMismatch { node: *node });
    }
    let sums: Vec<G2> = (0..threshold)
        .map(|k| {
            let column: Vec<G2Affine> = contributions.iter().map(|(_, points)| points.points()[k]).collect();
            G2::msm(&column, &weights)
        })
        .collect();
    Ok(PublicCoefficients::new(G2::batch_to_affine(&sums)))
}

fn dealer_weights(threshold: usize, dealers: impl Iterator<Item = NodeIndex> + Clone) -> Result<Vec<Scalar>, DkgError> {
    check_distinct(dealers.clone())?;
    let indices: Vec<u64> = dealers.map(NodeIndex::get).collect();
    if indices.is_empty() || indices.len() < threshold {
        return Err(DkgError::NotEnoughDealers { threshold, got: indices.len() });
    }
    Ok(lagrange_at_zero(&indices).expect("node indices are never zero and were found distinct"))
}

/// One component of the common verification key, and every receiver's part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredVerificationKeys {
    /// The component of the common key.
    pub master: G2Affine,
    /// The component of each receiver's key, ascending by node index.
    pub partials: Vec<G2Affine>,
}

impl RecoveredVerificationKeys {
    /// From the coefficients of all valid dealers of one component.
    ///
    /// # Errors
    /// As [`combine_coefficients`].
    pub fn recover(
        threshold: usize,
        contributions: &[(NodeIndex, &PublicCoefficients)],
        receivers: &Receivers,
    ) -> Result<Self, DkgError> {
        let combined = combine_coefficients(threshold, contributions)?;
        let partials: Vec<G2> = receivers.indices().iter().map(|node| combined.evaluate(*node)).collect();
        let master = combined.points().first().copied().ok_or(DkgError::NotEnoughDealers { threshold, got: 0 })?;
        Ok(Self { master, partials: G2::batch_to_affine(&partials) })
    }

    /// Whether master and partial keys lie on one polynomial of degree t−1. Keys that [`Self::recover`] made always do.
    ///
    /// # Errors
    /// [`DkgError::PartialOffPolynomial`] naming the first that does not; [`DkgError::Threshold`],
    /// [`DkgError::WrongCount`].
    pub fn check(&self, threshold: usize, receivers: &Receivers) -> Result<(), DkgError> {
        receivers.check_threshold(threshold)?;
        if self.partials.len() != receivers.len() {
            let (expected, got) = (receivers.len(), self.partials.len());
            return Err(DkgError::WrongCount { what: "the list of partial keys", expected, got });
        }
        // The first t of (0, master), (id_1, partial_1), … determine the polynomial.
        let nodes = &receivers.indices()[..threshold - 1];
        let mut known = vec![Scalar::ZERO];
        known.extend(nodes.iter().map(|node| node.scalar()));
        let mut points = vec![self.master];
        points.extend_from_slice(&self.partials[..threshold - 1]);
        for (node, partial) in receivers.indices().iter().zip(&self.partials).skip(threshold - 1) {
            if G2::msm(&points, &lagrange_at(&node.scalar(), &known)) != G2::from(*partial) {
                return Err(DkgError::PartialOffPolynomial(*node));
            }
        }
        Ok(())
    }

    /// master ‖ BE32(n) ‖ partials.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(100 + G2Affine::LEN * self.partials.len());
        put_g2s(&mut out, [&self.master]);
        put_count(&mut out, self.partials.len());
        put_g2s(&mut out, &self.partials);
        out
    }

    /// # Errors
    /// Wrong length, or a malformed point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DkgError> {
        let mut reader = Reader::new(bytes);
        let master = reader.g2("the master key")?;
        let count = reader.count(G2Affine::LEN, "the partial keys")?;
        let partials = reader.g2s(count, "a partial key")?;
        reader.finish("recovered verification keys")?;
        Ok(Self { master, partials })
    }
}

/// Weights that turn values at the distinct `known` into the value at `x`, which is none of them.
fn lagrange_at(x: &Scalar, known: &[Scalar]) -> Vec<Scalar> {
    let others = |i: usize| known.iter().enumerate().filter(move |(j, _)| *j != i).map(|(_, x_j)| x_j);
    let mut weights: Vec<Scalar> =
        known.iter().enumerate().map(|(i, x_i)| others(i).map(|x_j| x_i - x_j).product()).collect();
    let invertible = Scalar::batch_invert(&mut weights);
    assert!(invertible, "node indices are distinct and not zero");
    for (i, weight) in weights.iter_mut().enumerate() {
        *weight *= others(i).map(|x_j| x - x_j).product::<Scalar>();
    }
    weights
}
