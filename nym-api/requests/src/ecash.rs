//! Bodies of the ecash routes (`docs/protocol/nym-api.md` §2.11, §7.2, §7.4, §7.5). Members are exactly the specified
//! ones, in the specified order.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use nym_ecash::{
    BlindedSignature, CoinIndexSignature, CredentialSpendingData, EcashDay, ExpirationDateSignature, PublicKeyUser,
    TicketType, VerificationKeyAuth, WithdrawalRequest,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::encoding;

/// Answer of `master-verification-key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationKeyResponse {
    /// The key.
    pub key: VerificationKeyAuth,
}

/// Answer of the routes for expiration-date signatures, partial and aggregated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpirationDateSignaturesResponse {
    /// Key epoch.
    pub epoch_id: u64,
    /// The date they are for.
    #[serde(with = "encoding::date")]
    pub expiration_date: EcashDay,
    /// Seven, in canonical order.
    pub signatures: Vec<ExpirationDateSignature>,
}

/// Answer of the routes for coin-index signatures, partial and aggregated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoinIndicesSignaturesResponse {
    /// Key epoch.
    pub epoch_id: u64,
    /// Fifty, in canonical order.
    pub signatures: Vec<CoinIndexSignature>,
}

/// Body of `blind-sign`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindSignRequestBody {
    /// The request.
    pub inner_sign_request: WithdrawalRequest,
    /// The deposit that pays.
    pub deposit_id: u32,
    /// The deposit key's signature over the request and the deposit's number.
    #[serde(with = "encoding::signature")]
    pub signature: Signature,
    /// The user's key.
    pub ecash_pubkey: PublicKeyUser,
    /// Last day of validity.
    #[serde(with = "encoding::date")]
    pub expiration_date: EcashDay,
    /// What the tickets pay for.
    pub ticketbook_type: TicketType,
}

impl BlindSignRequestBody {
    /// Signs a request with the deposit's key.
    pub fn new(
        request: WithdrawalRequest,
        deposit_id: u32,
        deposit_key: &SigningKey,
        user: PublicKeyUser,
        expiration: EcashDay,
        ticket_type: TicketType,
    ) -> Self {
        let signature = deposit_key.sign(&request.deposit_plaintext(deposit_id));
        Self {
            inner_sign_request: request,
            deposit_id,
            signature,
            ecash_pubkey: user,
            expiration_date: expiration,
            ticketbook_type: ticket_type,
        }
    }

    /// Whether the deposit's key signed this request for this deposit. Strict: no malleable or small-order forms.
    pub fn is_signed_by(&self, deposit_key: &[u8; 32]) -> bool {
        let plaintext = self.inner_sign_request.deposit_plaintext(self.deposit_id);
        VerifyingKey::from_bytes(deposit_key).is_ok_and(|key| key.verify_strict(&plaintext, &self.signature).is_ok())
    }
}

/// Answer of `blind-sign`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindedSignatureResponse {
    /// The signer's blinded signature.
    pub blinded_signature: BlindedSignature,
}

/// Body of `verify-ecash-ticket`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyEcashTicketBody {
    /// The spent ticket.
    pub credential: CredentialSpendingData,
    /// Account of the provider it was paid to.
    pub gateway_cosmos_addr: String,
}

/// Answer of `verify-ecash-ticket`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyEcashTicketResponse {
    /// Whether the ticket was accepted, and why not.
    pub verified: Result<(), TicketRejection>,
}

/// Why a signer does not accept a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TicketRejection {
    /// The same payment was accepted before: it is counted once, and must not be presented again.
    ReplayedTicket,
    /// The ticket was spent in another payment before.
    DoubleSpend,
    /// The payment does not verify under the key of its epoch.
    InvalidTicket,
    /// More than one ticket in a payment.
    MultipleTickets,
    /// The stated day is neither today nor, in the first hour, yesterday.
    InvalidSpentDate {
        /// The signer's day.
        #[serde(with = "encoding::date")]
        today: EcashDay,
        /// The day before.
        #[serde(with = "encoding::date")]
        yesterday: EcashDay,
        /// What the payment states.
        #[serde(with = "encoding::date")]
        received: EcashDay,
    },
}

/// Body of `batch-redeem-ecash-tickets`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRedeemTicketsBody {
    /// SHA-256 of the concatenated serial numbers.
    #[serde(with = "base58_bytes")]
    pub digest: Vec<u8>,
    /// Serial numbers, 48 bytes each, in the order of the digest.
    #[serde(with = "base58_list")]
    pub included_serial_numbers: Vec<Vec<u8>>,
    /// The provider's proposal in the multisig.
    pub proposal_id: u64,
    /// Account of the provider.
    pub gateway_cosmos_addr: String,
}

impl BatchRedeemTicketsBody {
    /// A request for the given tickets.
    pub fn new(serials: Vec<Vec<u8>>, proposal_id: u64, provider: impl Into<String>) -> Self {
        Self {
            digest: Self::digest(&serials).to_vec(),
            included_serial_numbers: serials,
            proposal_id,
            gateway_cosmos_addr: provider.into(),
        }
    }

    /// What a proposal for these tickets commits to.
    pub fn digest(serials: &[Vec<u8>]) -> [u8; 32] {
        let mut hash = Sha256::new();
        serials.iter().for_each(|serial| hash.update(serial));
        hash.finalize().into()
    }
}

/// Answer of `batch-redeem-ecash-tickets`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRedeemTicketsResponse {
    /// Whether this signer votes for the payment.
    pub proposal_accepted: bool,
}

mod base58_bytes {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&bs58::encode(bytes).into_string())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        decode(&String::deserialize(deserializer)?)
    }

    /// Base58 takes quadratic time: only what can be a digest or a serial number is decoded.
    pub(super) fn decode<E: Error>(text: &str) -> Result<Vec<u8>, E> {
        if text.len() > 128 {
            return Err(E::custom("digests and serial numbers are at most 128 characters of base58"));
        }
        bs58::decode(text).into_vec().map_err(E::custom)
    }
}

mod base58_list {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(list: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(|bytes| bs58::encode(bytes).into_string()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
        Vec::<String>::deserialize(deserializer)?.iter().map(|text| super::base58_bytes::decode(text)).collect()
    }
}
