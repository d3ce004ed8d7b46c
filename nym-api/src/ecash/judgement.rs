//! Whether the evidence in a proposal convicts: pure functions, the same for every signer.

use std::collections::BTreeMap;
use std::sync::Arc;

use nym_ecash::verifier::EpochKeys;
use nym_ecash::{
    CoinIndexProof, CredentialSpendingData, EcashDay, Identification, PreparedKey, PublicKeyUser, TicketType,
    VALIDITY_DAYS, WithdrawalRequest, identify, verify_batch,
};
use rand::rngs::OsRng;

/// Why evidence does not convict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Acquittal {
    #[error("the accused key is no key")]
    Key,
    #[error("spending {0} does not decode: {1}")]
    Undecodable(usize, String),
    #[error("spending {0} is of epoch {1}, which has no key here")]
    UnknownEpoch(usize, u64),
    #[error("spending {0} does not verify: {1}")]
    Invalid(usize, String),
    #[error("the two spendings convict nobody: {0}")]
    Nobody(String),
    #[error("the two spendings convict another key: {0}")]
    Another(String),
    #[error("the withdrawal request is none of this key")]
    ForeignRequest,
    #[error("the deposit's key did not sign the request")]
    Signature,
}

/// Whether two spendings prove that `public_key` (base58) spent a ticket twice. Both must verify under the keys of their
/// epochs: unverified payments could name anybody.
pub(super) fn convicts(
    public_key: &str,
    evidence: &[Vec<u8>; 2],
    keys: &BTreeMap<u64, Arc<PreparedKey>>,
    policy: CoinIndexProof,
) -> Result<(), Acquittal> {
    let mut spendings = Vec::with_capacity(2);
    for (position, bytes) in evidence.iter().enumerate() {
        let data = CredentialSpendingData::from_bytes(bytes)
            .map_err(|error| Acquittal::Undecodable(position, error.to_string()))?;
        spendings.push(data);
    }
    let mut claims = Vec::with_capacity(2);
    for (position, data) in spendings.iter().enumerate() {
        let key = keys.key(data.epoch_id).ok_or(Acquittal::UnknownEpoch(position, data.epoch_id))?;
        claims.push(data.claim(key));
    }
    for (position, verified) in verify_batch(&claims, policy, &mut OsRng).into_iter().enumerate() {
        verified.map_err(|error| Acquittal::Invalid(position, error.to_string()))?;
    }
    let [first, second] = &spendings[..] else { return Err(Acquittal::Key) };
    match identify(&first.payment, &first.pay_info, &second.payment, &second.pay_info) {
        Ok(Identification::DoubleSpender(found)) if found.to_base58() == public_key => Ok(()),
        Ok(Identification::DoubleSpender(found)) => Err(Acquittal::Another(found.to_base58())),
        Ok(Identification::DuplicatePayInfo(_)) => Err(Acquittal::Nobody("they are one payment".into())),
        Err(error) => Err(Acquittal::Nobody(error.to_string())),
    }
}

/// Whether `public_key` (base58) asked for a ticketbook with this request, signed by the deposit's key. The evidence
/// names neither date nor type, so all that can have been asked for lately are tried.
pub(super) fn forfeits(
    public_key: &str,
    deposit_id: u32,
    deposit_key: &[u8; 32],
    withdrawal_request: &[u8],
    signature: &[u8],
    today: EcashDay,
) -> Result<(), Acquittal> {
    let request = WithdrawalRequest::from_bytes(withdrawal_request)
        .map_err(|error| Acquittal::Undecodable(0, error.to_string()))?;
    let signature: [u8; 64] = signature.try_into().map_err(|_| Acquittal::Signature)?;
    let signature = ed25519_dalek::Signature::from_bytes(&signature);
    ed25519_dalek::VerifyingKey::from_bytes(deposit_key)
        .ok()
        .filter(|key| key.verify_strict(&request.deposit_plaintext(deposit_id), &signature).is_ok())
        .ok_or(Acquittal::Signature)?;
    let user = user_key(public_key).ok_or(Acquittal::Key)?;
    let days = u32::from(VALIDITY_DAYS);
    let dates = (0..=2 * days).filter_map(|day| today.minus_days(days).ok()?.plus_days(day).ok());
    let made = dates
        .flat_map(|date| TicketType::ALL.map(|ticket_type| (date, ticket_type)))
        .any(|(date, ticket_type)| request.verify(&user, date, ticket_type).is_ok());
    if made { Ok(()) } else { Err(Acquittal::ForeignRequest) }
}

fn user_key(text: &str) -> Option<PublicKeyUser> {
    if text.len() > 80 {
        return None;
    }
    PublicKeyUser::from_bytes(&bs58::decode(text).into_vec().ok()?).ok()
}
