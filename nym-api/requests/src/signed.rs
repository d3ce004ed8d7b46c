//! Messages signed by an API's identity key (`docs/protocol/nym-api.md` §0.4).

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::encoding;

/// A body with the signature over its compact JSON. Receivers serialise what they parsed anew, so bodies keep the order
/// and spelling of their members for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedMessage<T> {
    /// What is said.
    pub body: T,
    /// Who says it.
    #[serde(with = "encoding::signature_base58")]
    pub signature: Signature,
}

impl<T: Serialize> SignedMessage<T> {
    /// Signs a body.
    pub fn sign(body: T, key: &SigningKey) -> Self {
        let signature = key.sign(&plaintext(&body));
        Self { body, signature }
    }

    /// Whether `key` signed this body.
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        key.verify_strict(&plaintext(&self.body), &self.signature).is_ok()
    }
}

impl<T: DeserializeOwned> SignedMessage<T> {
    /// Verifies over the bytes that were received, so that members which this release does not know do no harm.
    ///
    /// # Errors
    /// JSON that is no signed message, or a signature that does not verify.
    pub fn read_verified(json: &[u8], key: &VerifyingKey) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Received<'a> {
            #[serde(borrow)]
            body: &'a serde_json::value::RawValue,
            #[serde(with = "encoding::signature_base58")]
            signature: Signature,
        }
        let received: Received<'_> = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        key.verify_strict(received.body.get().as_bytes(), &received.signature)
            .map_err(|_| "the signature does not verify".to_owned())?;
        let body = serde_json::from_str(received.body.get()).map_err(|error| error.to_string())?;
        Ok(Self { body, signature: received.signature })
    }
}

fn plaintext<T: Serialize>(body: &T) -> Vec<u8> {
    serde_json::to_vec(body).expect("bodies are plain structures with text keys")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Body {
        value: u32,
    }

    #[test]
    fn members_of_later_releases_do_not_break_the_signature() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let message = SignedMessage::sign(Body { value: 3 }, &key);
        assert!(message.is_signed_by(&key.verifying_key()));
        let json = serde_json::to_vec(&message).unwrap();
        assert_eq!(SignedMessage::<Body>::read_verified(&json, &key.verifying_key()).unwrap(), message);

        let later = r#"{"value":3,"later":true}"#;
        let signature = bs58::encode(key.sign(later.as_bytes()).to_bytes()).into_string();
        let json = format!(r#"{{"body":{later},"signature":"{signature}"}}"#);
        let read = SignedMessage::<Body>::read_verified(json.as_bytes(), &key.verifying_key()).unwrap();
        assert_eq!(read.body, Body { value: 3 });
        let forged = json.replace("\"value\":3", "\"value\":4");
        assert!(SignedMessage::<Body>::read_verified(forged.as_bytes(), &key.verifying_key()).is_err());
    }
}
