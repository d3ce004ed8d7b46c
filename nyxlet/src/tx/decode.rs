//! From bytes to a transaction, refusing whatever a real node refuses.

use cosmos_sdk_proto::{
    Any, Timestamp,
    cosmos::tx::v1beta1::{AuthInfo, Fee, TxRaw},
};
use prost::Message;
use sha2::{Digest, Sha256};

use super::fields;
use crate::{
    address,
    app::Router,
    error::{Root, SdkError},
};

/// The body of a transaction, with the fields of SDK 0.53.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TxBody {
    /// The messages.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<Any>,
    /// A note.
    #[prost(string, tag = "2")]
    pub memo: String,
    /// The last block height at which the transaction may be included; 0 for no limit.
    #[prost(uint64, tag = "3")]
    pub timeout_height: u64,
    /// Whether the transaction ignores the sequence; this chain refuses such.
    #[prost(bool, tag = "4")]
    pub unordered: bool,
    /// The last block time at which the transaction may be included.
    #[prost(message, optional, tag = "5")]
    pub timeout_timestamp: Option<Timestamp>,
    /// Options that a chain must understand; this chain knows none and refuses a transaction that has one.
    #[prost(message, repeated, tag = "1023")]
    pub extension_options: Vec<Any>,
    /// Options that a chain might ignore; a node without any refuses these too.
    #[prost(message, repeated, tag = "2047")]
    pub non_critical_extension_options: Vec<Any>,
}

/// A decoded transaction together with the bytes that were signed.
#[derive(Debug, Clone)]
pub struct Tx {
    /// The body.
    pub body: TxBody,
    /// Signers and fee.
    pub auth_info: AuthInfo,
    /// One signature per signer.
    pub signatures: Vec<Vec<u8>>,
    /// The body as it was signed.
    pub body_bytes: Vec<u8>,
    /// Signers and fee as they were signed.
    pub auth_info_bytes: Vec<u8>,
    /// Length of the whole transaction in bytes.
    pub length: usize,
    /// SHA-256 of the whole transaction.
    pub hash: [u8; 32],
}

impl Tx {
    /// Decodes the bytes of a `TxRaw`.
    ///
    /// # Errors
    /// `tx parse error` (code 2) with what is wrong: not minimal, unknown fields, unknown message types, no protobuf.
    pub fn decode(bytes: &[u8], router: &Router) -> Result<Self, SdkError> {
        // The node's decoder wraps the error, and whoever runs the transaction wraps it again.
        Self::parse(bytes, router).map_err(|error| Root::TxDecode.wrap(Root::TxDecode.wrap(error)))
    }

    fn parse(bytes: &[u8], router: &Router) -> Result<Self, String> {
        fields::require_minimal_raw(bytes)?;
        fields::reject_unknown(bytes, &fields::TX_RAW, router)?;
        let raw = TxRaw::decode(bytes).map_err(|error| error.to_string())?;
        fields::reject_unknown(&raw.body_bytes, &fields::TX_BODY, router)?;
        let body = TxBody::decode(&raw.body_bytes[..]).map_err(|error| error.to_string())?;
        if !body.extension_options.is_empty() || !body.non_critical_extension_options.is_empty() {
            return Err("no registered implementations of type tx.TxExtensionOptionI".into());
        }
        fields::reject_unknown(&raw.auth_info_bytes, &fields::AUTH_INFO, router)?;
        let auth_info = AuthInfo::decode(&raw.auth_info_bytes[..]).map_err(|error| error.to_string())?;
        Ok(Self {
            body,
            auth_info,
            signatures: raw.signatures,
            body_bytes: raw.body_bytes,
            auth_info_bytes: raw.auth_info_bytes,
            length: bytes.len(),
            hash: Sha256::digest(bytes).into(),
        })
    }

    /// The fee, when the transaction has one.
    pub fn fee(&self) -> Option<&Fee> {
        self.auth_info.fee.as_ref()
    }

    /// Everybody who must sign: the signers of the messages in order, each once, then the fee payer if it is another.
    ///
    /// # Errors
    /// A message or the fee names a signer that is no address.
    pub fn signers(&self, router: &Router) -> Result<Vec<Vec<u8>>, SdkError> {
        let mut signers: Vec<Vec<u8>> = Vec::new();
        for msg in &self.body.messages {
            for signer in router.signers(msg)? {
                if !signers.contains(&signer) {
                    signers.push(signer);
                }
            }
        }
        if let Some(fee) = self.fee().filter(|fee| !fee.payer.is_empty()) {
            let payer = address::decode(&fee.payer).map_err(SdkError::unregistered)?;
            if !signers.contains(&payer) {
                signers.push(payer);
            }
        }
        Ok(signers)
    }
}
