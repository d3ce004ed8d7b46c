//! The signer's side (§2.5), and the check of an issued signature by third parties (§2.6).

use super::request::WithdrawalRequest;
use crate::keys::{PublicKeyUser, SecretKeyAuth, VerificationKeyAuth};
use crate::parameters::{ATTRIBUTES, generators};
use crate::{BlindedSignature, EcashDay, EcashError, Result, TicketType};
use nym_curve::{G1Affine, G2, G2Prepared, Point, pairing_product_is_one};

/// Signs a request blindly after checking it: date within today and today + 6, lengths, base point, proof.
///
/// Everything around it (deposit, its signature, one signature per deposit, blacklist, ceremony state) is the
/// caller's.
///
/// # Errors
/// [`EcashError::ExpirationOutOfRange`], [`EcashError::KeyTooShort`], or as [`WithdrawalRequest::verify`].
pub fn issue(
    key: &SecretKeyAuth,
    request: &WithdrawalRequest,
    user: &PublicKeyUser,
    expiration: EcashDay,
    ticket_type: TicketType,
    today: EcashDay,
) -> Result<BlindedSignature> {
    let latest = today.default_expiration()?;
    if expiration < today || expiration > latest {
        return Err(EcashError::ExpirationOutOfRange {
            expiration: expiration.to_string(),
            earliest: today.to_string(),
            latest: latest.to_string(),
        });
    }
    let [y_sk, y_v, y_date, y_type, ..] = key.ys.as_slice() else {
        return Err(EcashError::KeyTooShort { needed: ATTRIBUTES, got: key.ys.len() });
    };
    request.verify(user, expiration, ticket_type)?;
    let h = request.joined_commitment_hash;
    let public = key.x + y_date * expiration.attribute() + y_type * ticket_type.attribute();
    let c =
        request.private_attributes_commitments[0] * y_sk + request.private_attributes_commitments[1] * y_v + h * public;
    Ok(BlindedSignature { h, c: c.to_affine() })
}

/// Whether a signer's answer belongs to the commitments, date and type: what a rewarder checks without any secret.
///
/// # Errors
/// [`EcashError::Signature`], identities, lists of wrong length.
pub fn verify_blinded_signature(
    key: &VerificationKeyAuth,
    signature: &BlindedSignature,
    commitments: &[G1Affine],
    expiration: EcashDay,
    ticket_type: TicketType,
) -> Result<()> {
    key.check()?;
    if commitments.len() != 2 {
        return Err(EcashError::ListLength { list: "commitments", expected: 2, got: commitments.len() });
    }
    if signature.h.is_identity() || signature.c.is_identity() {
        return Err(EcashError::Identity("the blinded signature"));
    }
    let public = G2::msm(&key.beta_g2[2..4], &[expiration.attribute(), ticket_type.attribute()]) + key.alpha;
    let holds = pairing_product_is_one(&[
        (&-signature.c, &generators().g2_prepared),
        (&signature.h, &G2Prepared::from(public)),
        (&commitments[0], &G2Prepared::from(key.beta_g2[0])),
        (&commitments[1], &G2Prepared::from(key.beta_g2[1])),
    ]);
    if holds { Ok(()) } else { Err(EcashError::Signature("the blinded signature")) }
}

/// Reads c1 ‖ c2 as it stands in an issued ticketbook.
///
/// # Errors
/// Wrong length or no points.
pub(crate) fn decode_commitments(bytes: &[u8]) -> Result<[G1Affine; 2]> {
    let mut parts = crate::encoding::Parts::exact("commitments", bytes, 96)?;
    Ok([G1Affine::from_bytes(parts.take()?)?, G1Affine::from_bytes(parts.take()?)?])
}
