//! Identity keys of nodes and signatures over messages, both base58 on the wire.

use curve25519_dalek::edwards::CompressedEdwardsY;
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::Schema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Base58 (Bitcoin alphabet) of a node's 32-byte ed25519 public key.
pub type IdentityKey = String;

/// A borrowed [`IdentityKey`].
pub type IdentityKeyRef<'a> = &'a str;

/// Bytes of an ed25519 public key.
pub const ED25519_PUBLIC_KEY_LENGTH: usize = 32;

/// Bytes of an ed25519 signature.
pub const ED25519_SIGNATURE_LENGTH: usize = 64;

/// Text that is no identity key.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("'{key}' is not an identity key: it has to be the base58 form of 32 bytes")]
pub struct MalformedIdentityKey {
    /// The text that was given.
    pub key: String,
}

/// Text that is no public key of ed25519.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum MalformedSigningKey {
    /// Not 32 bytes.
    #[error(transparent)]
    Identity(#[from] MalformedIdentityKey),
    /// 32 bytes that are no key.
    #[error("'{key}' is not an ed25519 public key: its 32 bytes are no point on the curve")]
    NotOnCurve {
        /// The text that was given.
        key: String,
    },
}

/// Reads an identity key to its 32 bytes. Whether they are a point on the curve is not checked.
///
/// # Errors
/// When the text is not base58 of exactly 32 bytes.
pub fn decode_identity_key(key: IdentityKeyRef<'_>) -> Result<[u8; ED25519_PUBLIC_KEY_LENGTH], MalformedIdentityKey> {
    let mut bytes = [0; ED25519_PUBLIC_KEY_LENGTH];
    match bs58::decode(key).onto(&mut bytes) {
        Ok(ED25519_PUBLIC_KEY_LENGTH) => Ok(bytes),
        Ok(_) | Err(_) => Err(MalformedIdentityKey { key: key.to_owned() }),
    }
}

/// Reads the public key of somebody who will have to sign. Bytes that are no point on the curve could never do so.
///
/// # Errors
/// When the text is not base58 of exactly 32 bytes, or these are no point on the curve.
pub fn decode_signing_key(key: IdentityKeyRef<'_>) -> Result<[u8; ED25519_PUBLIC_KEY_LENGTH], MalformedSigningKey> {
    let bytes = decode_identity_key(key)?;
    match CompressedEdwardsY(bytes).decompress() {
        Some(_) => Ok(bytes),
        None => Err(MalformedSigningKey::NotOnCurve { key: key.to_owned() }),
    }
}

/// The bytes of a signature; base58 text in JSON (`docs/protocol/mixnet-contract.md` §1.1).
///
/// The length is not fixed here: whoever verifies the signature knows the algorithm.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageSignature(Vec<u8>);

/// Text that is no signature.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("'{text}' is not a signature: it has to be base58 text")]
pub struct MalformedSignature {
    /// The text that was given.
    pub text: String,
}

impl MessageSignature {
    /// The signature's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The base58 form that goes into messages.
    #[must_use]
    pub fn to_base58(&self) -> String {
        bs58::encode(&self.0).into_string()
    }
}

impl From<Vec<u8>> for MessageSignature {
    fn from(bytes: Vec<u8>) -> Self {
        MessageSignature(bytes)
    }
}

impl From<&[u8]> for MessageSignature {
    fn from(bytes: &[u8]) -> Self {
        MessageSignature(bytes.to_vec())
    }
}

impl FromStr for MessageSignature {
    type Err = MalformedSignature;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        bs58::decode(text).into_vec().map(MessageSignature).map_err(|_| MalformedSignature { text: text.to_owned() })
    }
}

impl fmt::Display for MessageSignature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_base58())
    }
}

impl fmt::Debug for MessageSignature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MessageSignature({self})")
    }
}

impl Serialize for MessageSignature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base58())
    }
}

impl<'de> Deserialize<'de> for MessageSignature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for MessageSignature {
    fn schema_name() -> String {
        "MessageSignature".to_owned()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use cosmwasm_std::{from_json, to_json_string};

    #[test]
    fn an_identity_key_is_base58_of_32_bytes() {
        let key = bs58::encode([7; 32]).into_string();
        assert_eq!(decode_identity_key(&key), Ok([7; 32]));
        for wrong in [
            String::new(),
            bs58::encode([7; 31]).into_string(),
            bs58::encode([7; 33]).into_string(),
            // "0" is not in the alphabet.
            key.replacen(|c: char| c.is_ascii_alphanumeric(), "0", 1),
        ] {
            assert_eq!(decode_identity_key(&wrong), Err(MalformedIdentityKey { key: wrong.clone() }));
        }
    }

    #[test]
    fn a_signing_key_is_a_point_on_the_curve() {
        // The base point, and y = 2, for which there is no x.
        let mut base = [0x66; 32];
        base[0] = 0x58;
        let base = bs58::encode(base).into_string();
        assert!(decode_signing_key(&base).is_ok());
        let mut no_point = [0; 32];
        no_point[0] = 2;
        let key = bs58::encode(no_point).into_string();
        assert_eq!(decode_signing_key(&key), Err(MalformedSigningKey::NotOnCurve { key: key.clone() }));
        assert!(matches!(decode_signing_key("1"), Err(MalformedSigningKey::Identity(_))));
    }

    #[test]
    fn a_signature_is_base58_text_in_json() {
        let signature = MessageSignature::from(vec![1, 2, 3]);
        let json = to_json_string(&signature).unwrap();
        assert_eq!(json, r#""Ldp""#);
        assert_eq!(from_json::<MessageSignature>(&json).unwrap(), signature);
        assert!(from_json::<MessageSignature>(r#""0""#).is_err());
        assert!(from_json::<MessageSignature>("[1,2,3]").is_err());
    }
}
