//! The decoders of this crate as one table, for fuzzing.
//!
//! Each entry decodes arbitrary bytes and, when they decode, encodes the value and decodes that again; it panics if
//! the second value is refused, which would be a defect of this crate.

use crate::*;

/// A decoder under test.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    /// Name of the fuzz target.
    pub name: &'static str,
    /// Decodes; true if the bytes were accepted.
    pub accepts: fn(&[u8]) -> bool,
}

/// Runs the decoder of that name; true if the bytes were accepted.
///
/// # Panics
/// If there is no decoder of that name, or it has a defect.
pub fn decode(name: &str, bytes: &[u8]) -> bool {
    let decoder = DECODERS.iter().find(|decoder| decoder.name == name);
    (decoder.expect("fuzz targets are named after decoders").accepts)(bytes)
}

macro_rules! decoder {
    ($name:literal, $decode:expr, $encode:expr) => {
        Decoder {
            name: $name,
            accepts: |bytes| match $decode(bytes) {
                Ok(value) => {
                    let encoded = $encode(&value);
                    assert!($decode(encoded.as_ref()).is_ok(), "{} encodes what it does not decode", $name);
                    true
                }
                Err(_) => false,
            },
        }
    };
}

macro_rules! stored {
    ($name:literal, $type:ty) => {
        decoder!($name, |bytes: &[u8]| <$type>::unpack(bytes, <$type>::REVISION), |value: &$type| value.pack().data)
    };
}

/// All of them.
pub const DECODERS: &[Decoder] = &[
    decoder!("secret_key_user", SecretKeyUser::from_bytes, |value: &SecretKeyUser| value.to_bytes()),
    decoder!("public_key_user", PublicKeyUser::from_bytes, |value: &PublicKeyUser| value.to_bytes()),
    decoder!("key_pair_user", KeyPairUser::from_bytes, |value: &KeyPairUser| value.to_bytes()),
    decoder!("secret_key_auth", SecretKeyAuth::from_bytes, |value: &SecretKeyAuth| value.to_bytes()),
    decoder!("verification_key_auth", VerificationKeyAuth::from_bytes, |value: &VerificationKeyAuth| value.to_bytes()),
    decoder!("withdrawal_request", WithdrawalRequest::from_bytes, |value: &WithdrawalRequest| value.to_bytes()),
    decoder!("request_info", RequestInfo::from_bytes, |value: &RequestInfo| value.to_bytes()),
    decoder!("blinded_signature", BlindedSignature::from_bytes, |value: &BlindedSignature| value.to_bytes()),
    decoder!("partial_wallet", PartialWallet::from_bytes, |value: &PartialWallet| value.to_bytes()),
    decoder!("wallet", Wallet::from_bytes, |value: &Wallet| value.to_bytes()),
    decoder!("wallet_signatures_bin", WalletSignatures::from_bin, |value: &WalletSignatures| value.to_bin()),
    decoder!("payment", Payment::from_bytes, |value: &Payment| {
        // What decodes is also walked by the checks that come before any arithmetic.
        let _ = value.check_shape();
        value.to_bytes()
    }),
    decoder!("spending_data", CredentialSpendingData::from_bytes, |value: &CredentialSpendingData| value.to_bytes()),
    decoder!("spending_data_bin", CredentialSpendingData::from_bin, |value: &CredentialSpendingData| value.to_bin()),
    decoder!("bandwidth_credential", BandwidthCredential::from_bin, |value: &BandwidthCredential| value.to_bin()),
    decoder!("expiration_dates_bin", expiration_dates_from_bin, |value: &Vec<_>| expiration_dates_to_bin(value)),
    decoder!("coin_indices_bin", coin_indices_from_bin, |value: &Vec<_>| coin_indices_to_bin(value)),
    stored!("issuance_ticketbook", IssuanceTicketBook),
    stored!("issued_ticketbook", IssuedTicketBook),
    stored!("aggregated_expiration_dates", AggregatedExpirationDateSignatures),
    stored!("aggregated_coin_indices", AggregatedCoinIndicesSignatures),
    stored!("epoch_verification_key", EpochVerificationKey),
    stored!("importable_ticketbook", ImportableTicketBook),
];
