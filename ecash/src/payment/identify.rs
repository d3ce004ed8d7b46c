//! Who spent a ticket twice (§5).

use super::types::{PayInfo, Payment};
use crate::{EcashError, PublicKeyUser, Result};
use nym_curve::{G1, Point};

/// What two payments with a common serial number say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identification {
    /// The same payment info: a replay by anyone who saw the payment.
    DuplicatePayInfo(PayInfo),
    /// Different payment infos: the payer spent twice and this is its public key.
    DoubleSpender(PublicKeyUser),
}

/// Compares two payments. The answer is meaningful only if both were verified.
///
/// # Errors
/// [`EcashError::NotADuplicatePayment`]; [`EcashError::Unidentifiable`] for payments that cannot both be valid.
pub fn identify(
    first: &Payment,
    first_info: &PayInfo,
    second: &Payment,
    second_info: &PayInfo,
) -> Result<Identification> {
    let common: Vec<(usize, usize)> = first
        .ss
        .iter()
        .enumerate()
        .filter_map(|(k, serial)| second.ss.iter().position(|other| other == serial).map(|j| (k, j)))
        .collect();
    if common.is_empty() {
        return Err(EcashError::NotADuplicatePayment);
    }
    if first_info == second_info {
        return Ok(Identification::DuplicatePayInfo(*first_info));
    }
    // Every common serial number of honest proofs gives the same key; one usable pair is enough.
    let mut reason = EcashError::Unidentifiable("a double-spending tag is missing");
    for (k, j) in common {
        let (Some(first_tag), Some(second_tag)) = (first.tt.get(k), second.tt.get(j)) else { continue };
        let (r1, r2) = (first_info.ticket_scalar(k), second_info.ticket_scalar(j));
        let Some(inverse) = (r1 - r2).invert() else {
            reason = EcashError::Unidentifiable("their payment infos hash to the same scalar");
            continue;
        };
        let pk = (G1::msm(&[*second_tag, *first_tag], &[r1 * inverse, -(r2 * inverse)])).to_affine();
        if pk.is_identity() {
            reason = EcashError::Unidentifiable("their tags give the identity as public key");
            continue;
        }
        return Ok(Identification::DoubleSpender(PublicKeyUser { pk }));
    }
    Err(reason)
}
