//! Serde of the spellings that JSON interfaces use (`docs/protocol/nym-api.md` §0.4), and the two bincodes (§0.5).

use bincode::Options;
use serde::{Serialize, de::DeserializeOwned};

/// What `output=bincode` answers: little-endian, variable-length integers, no trailing bytes.
///
/// # Errors
/// For types that bincode cannot hold, such as flattened ones.
pub fn to_bincode<T: Serialize>(value: &T) -> Result<Vec<u8>, String> {
    options().serialize(value).map_err(|error| error.to_string())
}

/// Reads [`to_bincode`]. Allocates no more than the bytes account for.
///
/// # Errors
/// Bytes that are none.
pub fn from_bincode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    options().deserialize(bytes).map_err(|error| error.to_string())
}

fn options() -> impl Options {
    bincode::DefaultOptions::new().with_varint_encoding()
}

/// Dates that are `YYYY-MM-DD` in every format.
pub mod date {
    use nym_ecash::EcashDay;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the text.
    ///
    /// # Errors
    /// Of the format.
    pub fn serialize<S: Serializer>(day: &EcashDay, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    /// Reads the text.
    ///
    /// # Errors
    /// Anything else.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EcashDay, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// An ed25519 signature: an array of 64 numbers is written, an array or base58 text is read. Binary formats carry bytes.
pub mod signature {
    use ed25519_dalek::Signature;
    use serde::de::{Error, SeqAccess, Visitor};
    use serde::{Deserializer, Serializer};
    use std::fmt;

    /// Writes bytes.
    ///
    /// # Errors
    /// Of the format.
    pub fn serialize<S: Serializer>(signature: &Signature, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&signature.to_bytes())
    }

    /// Reads either spelling.
    ///
    /// # Errors
    /// Anything that is not 64 bytes.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Signature, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(SignatureVisitor)
        } else {
            deserializer.deserialize_bytes(SignatureVisitor)
        }
    }

    struct SignatureVisitor;

    impl<'de> Visitor<'de> for SignatureVisitor {
        type Value = Signature;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an ed25519 signature: an array of 64 numbers, or base58 text")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Signature, E> {
            let mut bytes = [0; 64];
            match bs58::decode(text).onto(&mut bytes) {
                Ok(64) => Ok(Signature::from_bytes(&bytes)),
                Ok(length) => Err(E::invalid_length(length, &self)),
                Err(error) => Err(E::custom(error)),
            }
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Signature, E> {
            Signature::from_slice(bytes).map_err(|_| E::invalid_length(bytes.len(), &self))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Signature, A::Error> {
            let mut bytes = [0; 64];
            for (position, byte) in bytes.iter_mut().enumerate() {
                *byte = sequence.next_element()?.ok_or_else(|| A::Error::invalid_length(position, &self))?;
            }
            if sequence.next_element::<serde::de::IgnoredAny>()?.is_some() {
                return Err(A::Error::invalid_length(65, &self));
            }
            Ok(Signature::from_bytes(&bytes))
        }
    }
}

/// An ed25519 signature as base58 text; an array is read as well.
pub mod signature_base58 {
    use ed25519_dalek::Signature;
    use serde::{Deserializer, Serializer};

    /// Writes base58.
    ///
    /// # Errors
    /// Of the format.
    pub fn serialize<S: Serializer>(signature: &Signature, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&bs58::encode(signature.to_bytes()).into_string())
    }

    /// Reads either spelling in readable formats, base58 text otherwise.
    ///
    /// # Errors
    /// Anything that is not 64 bytes.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Signature, D::Error> {
        if deserializer.is_human_readable() {
            super::signature::deserialize(deserializer)
        } else {
            let text: String = serde::Deserialize::deserialize(deserializer)?;
            super::signature::deserialize(serde::de::value::StringDeserializer::<D::Error>::new(text))
        }
    }
}
