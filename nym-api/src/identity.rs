//! The ed25519 identity in its two PEM files (`docs/protocol/nym-api.md` §1.3).

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use crate::config::BasePaths;
use crate::files::{write_public, write_secret};

const PRIVATE: &str = "ED25519 PRIVATE KEY";
const PUBLIC: &str = "ED25519 PUBLIC KEY";

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's words.
        #[source]
        source: std::io::Error,
    },
    /// A file holds something else.
    #[error("{path} holds no ed25519 key: {reason}; restore it, or remove it for a new identity")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Reads the identity, or makes one where there is none.
///
/// # Errors
/// [`IdentityError`].
pub fn load_or_create(paths: &BasePaths) -> Result<SigningKey, IdentityError> {
    let path = &paths.private_identity_key_file;
    let failed = |action: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source| IdentityError::File { action, path, source }
    };
    match std::fs::read(path) {
        Ok(text) => read(path, &Zeroizing::new(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = SigningKey::generate(&mut OsRng);
            let secret = Zeroizing::new(key.to_bytes());
            write_secret(path, Zeroizing::new(pem(PRIVATE, &*secret)).as_bytes()).map_err(failed("write", path))?;
            let public = &paths.public_identity_key_file;
            write_public(public, pem(PUBLIC, key.verifying_key().as_bytes()).as_bytes())
                .map_err(failed("write", public))?;
            Ok(key)
        }
        Err(error) => Err(failed("read", path)(error)),
    }
}

fn read(path: &Path, text: &[u8]) -> Result<SigningKey, IdentityError> {
    let damaged = |reason: String| IdentityError::Damaged { path: path.to_owned(), reason };
    let (label, bytes) = pem_rfc7468::decode_vec(text).map_err(|error| damaged(error.to_string()))?;
    let bytes = Zeroizing::new(bytes);
    if label != PRIVATE {
        return Err(damaged(format!("it is labelled {label:?} and not {PRIVATE:?}")));
    }
    let secret: [u8; 32] =
        bytes.as_slice().try_into().map_err(|_| damaged(format!("it is {} bytes and not 32", bytes.len())))?;
    Ok(SigningKey::from_bytes(&Zeroizing::new(secret)))
}

fn pem(label: &str, bytes: &[u8]) -> String {
    pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, bytes).expect("a key fits a PEM file")
}
