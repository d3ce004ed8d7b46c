//! A node's identity key: ed25519, in PEM files with the tags `ED25519 PRIVATE KEY` and `ED25519 PUBLIC KEY` over the raw
//! 32 bytes (`docs/protocol/crypto.md §12`, `docs/protocol/data-plane.md §4.1`).

use std::{fmt, fs, io::Write, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use pem_rfc7468::LineEnding;
use rand::{RngCore, rngs::OsRng};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{CliError, secrets::warn_if_others_can_read};

const PRIVATE_TAG: &str = "ED25519 PRIVATE KEY";
const PUBLIC_TAG: &str = "ED25519 PUBLIC KEY";
/// The documents that a node's key may sign (`docs/protocol/mixnet-contract.md §7`). The key also authenticates the node
/// to others, so it must not sign whatever somebody hands it.
const MESSAGE_TYPES: [&str; 3] = ["nym-node-bonding", "mixnode-bonding", "gateway-bonding"];

/// A signature over a contract message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedMessage {
    /// The message as it was given, base58.
    pub encoded_message: String,
    /// The signature, base58.
    pub encoded_signature: String,
    /// The message as text.
    #[serde(skip)]
    pub message: String,
}

impl fmt::Display for SignedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.message, self.encoded_signature)
    }
}

/// A new key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GeneratedKey {
    /// The identity: the public key in base58.
    pub identity_key: String,
    /// The file that holds the private key.
    pub private_key_file: String,
}

impl fmt::Display for GeneratedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nprivate key in {}", self.identity_key, self.private_key_file)
    }
}

/// The key with this seed.
pub fn from_seed(seed: [u8; 32]) -> SigningKey {
    SigningKey::from_bytes(&Zeroizing::new(seed))
}

/// Makes a key and writes it to a file that must not hold another one, and its public half to a second file if one is
/// named.
///
/// # Errors
/// [`CliError::KeyFile`] when a file is there already or cannot be written.
pub fn generate(private: &Path, public: Option<&Path>) -> Result<GeneratedKey, CliError> {
    if private.exists() {
        return Err(wrong(
            private,
            "it exists already; choose another name, a lost identity key cannot be brought back",
        ));
    }
    let mut seed = Zeroizing::new([0u8; 32]);
    OsRng.fill_bytes(seed.as_mut());
    let key = from_seed(*seed);
    write_private_key(private, &key)?;
    if let Some(public) = public {
        write_public_key(public, &key.verifying_key())?;
    }
    Ok(GeneratedKey { identity_key: public_text(&key), private_key_file: private.display().to_string() })
}

/// Writes a private key to a file that only its owner can read. A file with the same key is left as it is.
///
/// # Errors
/// [`CliError::KeyFile`] when the file holds something else or cannot be written.
pub fn write_private_key(path: &Path, key: &SigningKey) -> Result<(), CliError> {
    if path.exists() {
        let there = read_private_key(path)?;
        let same = there.verifying_key() == key.verifying_key();
        return if same { Ok(()) } else { Err(wrong(path, "it holds another key; it is not overwritten")) };
    }
    let text = Zeroizing::new(encode(PRIVATE_TAG, &Zeroizing::new(key.to_bytes())[..], path)?);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|reason| wrong(path, reason))
}

/// Writes a public key.
///
/// # Errors
/// [`CliError::KeyFile`] when the file cannot be written.
pub fn write_public_key(path: &Path, key: &VerifyingKey) -> Result<(), CliError> {
    fs::write(path, encode(PUBLIC_TAG, key.as_bytes(), path)?).map_err(|reason| wrong(path, reason))
}

/// Reads a private key; warns where others can read the file too.
///
/// # Errors
/// [`CliError::KeyFile`] for a file that is missing or no such key. Its contents are not repeated.
pub fn read_private_key(path: &Path) -> Result<SigningKey, CliError> {
    let bytes = Zeroizing::new(decode(path, PRIVATE_TAG)?);
    warn_if_others_can_read(path);
    let seed: [u8; 32] = bytes
        .as_slice()
        .try_into()
        .map_err(|_| wrong(path, format!("it holds {} bytes, a key has 32", bytes.len())))?;
    Ok(from_seed(seed))
}

/// Reads a public key.
///
/// # Errors
/// [`CliError::KeyFile`] for a file that is missing or no such key.
pub fn read_public_key(path: &Path) -> Result<VerifyingKey, CliError> {
    let bytes = decode(path, PUBLIC_TAG)?;
    let length = bytes.len();
    let bytes: [u8; 32] =
        bytes.try_into().map_err(|_| wrong(path, format!("it holds {length} bytes, a key has 32")))?;
    VerifyingKey::from_bytes(&bytes).map_err(|reason| wrong(path, reason))
}

/// The identity: the public key in base58.
pub fn public_text(key: &SigningKey) -> String {
    bs58::encode(key.verifying_key().as_bytes()).into_string()
}

/// Signs a contract message that came as base58: the decoded bytes, which must be one of the documents that nodes sign.
///
/// # Errors
/// [`CliError::Value`] for anything else, so that nobody can have the node's key sign an arbitrary text.
pub fn sign_contract_message(key: &SigningKey, message: &str) -> Result<SignedMessage, CliError> {
    let message = message.trim();
    let refused = |reason: &str| CliError::value("the message", shortened(message), reason);
    let bytes = bs58::decode(message).into_vec().map_err(|_| refused("it is not base58"))?;
    let document: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|_| refused("it holds no JSON document"))?;
    let kind = document.get("message_type").and_then(serde_json::Value::as_str);
    if !kind.is_some_and(|kind| MESSAGE_TYPES.contains(&kind)) {
        return Err(refused(
            "it is none of the documents that a node signs (nym-node-bonding, mixnode-bonding, gateway-bonding)",
        ));
    }
    let signature = key.sign(&bytes);
    Ok(SignedMessage {
        encoded_message: message.to_owned(),
        encoded_signature: bs58::encode(signature.to_bytes()).into_string(),
        message: String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8"))?,
    })
}

/// The identity of a public key that was printed in base64, as base58.
///
/// # Errors
/// [`CliError::Value`] for what is no key.
pub fn decode_node_key(base64: &str) -> Result<String, CliError> {
    let refused = |reason: &str| CliError::value("the key", base64, reason);
    let bytes = STANDARD.decode(base64.trim()).map_err(|_| refused("it is not base64"))?;
    if bytes.len() != 32 {
        return Err(refused("a key has 32 bytes"));
    }
    Ok(bs58::encode(bytes).into_string())
}

fn encode(tag: &str, bytes: &[u8], path: &Path) -> Result<String, CliError> {
    pem_rfc7468::encode_string(tag, LineEnding::LF, bytes).map_err(|reason| wrong(path, reason))
}

fn decode(path: &Path, tag: &'static str) -> Result<Vec<u8>, CliError> {
    let text = Zeroizing::new(fs::read(path).map_err(|reason| wrong(path, reason))?);
    let (found, bytes) =
        pem_rfc7468::decode_vec(&text).map_err(|_| wrong(path, format!("it is no PEM file with the tag {tag}")))?;
    if found != tag {
        return Err(wrong(path, format!("its tag is {found}, not {tag}")));
    }
    Ok(bytes)
}

fn wrong(path: &Path, reason: impl ToString) -> CliError {
    CliError::KeyFile { path: path.into(), reason: reason.to_string() }
}

/// The beginning of a long text, for errors.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 24;
    let mut start: String = text.chars().take(SHOWN).collect();
    if text.chars().count() > SHOWN {
        start.push('…');
    }
    start
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{
        decode_node_key, from_seed, generate, public_text, read_private_key, read_public_key, sign_contract_message,
        write_private_key,
    };

    fn reference_key() -> ed25519_dalek::SigningKey {
        from_seed(std::array::from_fn(|index| u8::try_from(index).unwrap()))
    }

    #[test]
    fn key_files_have_the_published_form_and_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("private_identity.pem");
        write_private_key(&path, &reference_key()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "-----BEGIN ED25519 PRIVATE KEY-----\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n-----END ED25519 PRIVATE KEY-----\n"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // Other tools end lines as PEM's first definition did.
        std::fs::write(&path, text.replace('\n', "\r\n")).unwrap();
        assert_eq!(public_text(&read_private_key(&path).unwrap()), "FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF");
    }

    #[test]
    fn a_key_is_never_overwritten_by_another() {
        let folder = tempfile::tempdir().unwrap();
        let (private, public) = (folder.path().join("a.pem"), folder.path().join("b.pem"));
        let made = generate(&private, Some(&public)).unwrap();
        let key = read_private_key(&private).unwrap();
        assert_eq!(made.identity_key, public_text(&key));
        assert_eq!(read_public_key(&public).unwrap(), key.verifying_key());
        write_private_key(&private, &key).unwrap();
        assert!(write_private_key(&private, &reference_key()).unwrap_err().to_string().contains("another key"));
        assert!(generate(&private, None).unwrap_err().to_string().contains("exists"));
        assert_eq!(public_text(&read_private_key(&private).unwrap()), made.identity_key);
    }

    #[test]
    fn other_files_are_refused_without_showing_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        for (contents, reason) in [
            ("hello", "no PEM file"),
            ("-----BEGIN X25519 PRIVATE KEY-----\nAAEC\n-----END X25519 PRIVATE KEY-----\n", "its tag is X25519"),
            ("-----BEGIN ED25519 PRIVATE KEY-----\nAAEC\n-----END ED25519 PRIVATE KEY-----\n", "3 bytes"),
        ] {
            std::fs::write(&path, contents).unwrap();
            let error = read_private_key(&path).unwrap_err().to_string();
            assert!(error.contains(reason) && !error.contains("AAEC"), "{error}");
        }
        assert!(read_private_key(&folder.path().join("none")).is_err());
    }

    /// docs/protocol/mixnet-contract.md §7.6
    #[test]
    fn the_reference_payload_gets_the_reference_signature() {
        let plaintext = concat!(
            r#"{"nonce":0,"algorithm":"ed25519","message_type":"nym-node-bonding","content":{"sender":"n1qqqsyqcyq5rqwzqfpg9scrgwpugpzysn3jxcwu","#,
            r#""funds":[{"denom":"unym","amount":"100000000"}],"data":{"nym_node":{"host":"203.0.113.7","custom_http_port":null,"#,
            r#""identity_key":"FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF"},"cost_params":{"profit_margin_percent":"0.2","#,
            r#""interval_operating_cost":{"denom":"unym","amount":"40000000"}}}}}"#
        );
        let signed = sign_contract_message(&reference_key(), &bs58::encode(plaintext).into_string()).unwrap();
        assert_eq!(
            signed.encoded_signature,
            "5t3KuLYVHNRjECtwgsh6zpN7AFQD7w8UCG3fbAgGzukxmCedCNCWSJRL79Tc9QT8C5hofo5bHUf5rwBzqgjCjxzT"
        );
        assert_eq!(signed.to_string(), format!("{plaintext}\n{}", signed.encoded_signature));
    }

    #[test]
    fn only_documents_that_nodes_sign_are_signed() {
        for message in [
            "0OIl".to_owned(),
            bs58::encode("hello").into_string(),
            bs58::encode(r#"{"message_type":"transfer"}"#).into_string(),
            bs58::encode("{}").into_string(),
        ] {
            assert!(sign_contract_message(&reference_key(), &message).is_err(), "{message}");
        }
    }

    #[test]
    fn keys_in_base64_become_identities() {
        let identity = decode_node_key("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=").unwrap();
        assert_eq!(identity, "FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF");
        assert!(decode_node_key("AAEC").is_err());
        assert!(decode_node_key("!").is_err());
    }
}
