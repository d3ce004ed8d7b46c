//! Secret shares as PEM files (`docs/protocol/nym-api.md` §1.3): `u64 BE epoch ‖ secret key`.

use std::path::{Path, PathBuf};

use nym_ecash::SecretKeyAuth;
use zeroize::Zeroizing;

use super::KeyError;
use crate::files::write_secret;

const LABEL: &str = "ECASH KEY WITH EPOCH";
const ARCHIVED: &str = ".archived";

/// All secrets at and beside `key_file`.
pub(super) fn load_secrets(key_file: &Path) -> Result<Vec<(u64, SecretKeyAuth)>, KeyError> {
    let mut secrets = Vec::new();
    let (Some(folder), Some(name)) = (key_file.parent(), key_file.file_name().and_then(|name| name.to_str())) else {
        return Ok(secrets);
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(secrets),
        Err(source) => return Err(KeyError::File { action: "list", path: folder.to_owned(), source }),
    };
    for entry in entries.flatten() {
        let file_name = entry.file_name();
        let Some(file_name) = file_name.to_str() else { continue };
        let archived = file_name.starts_with("epoch-") && file_name.ends_with(&format!("-{name}{ARCHIVED}"));
        if file_name == name || archived {
            secrets.push(read(&entry.path())?);
        }
    }
    Ok(secrets)
}

/// Writes `key_file`; a key of another epoch in its place is renamed first.
pub(super) fn store_secret(key_file: &Path, epoch_id: u64, secret: &SecretKeyAuth) -> Result<(), KeyError> {
    if key_file.exists() {
        let (superseded, _) = read(key_file)?;
        if superseded != epoch_id {
            let archive = archive_of(key_file, superseded);
            std::fs::rename(key_file, &archive).map_err(|source| KeyError::File {
                action: "archive the superseded key to",
                path: archive,
                source,
            })?;
        }
    }
    let mut bytes = Zeroizing::new(epoch_id.to_be_bytes().to_vec());
    bytes.extend(Zeroizing::new(secret.to_bytes()).iter());
    let pem = Zeroizing::new(
        pem_rfc7468::encode_string(LABEL, pem_rfc7468::LineEnding::LF, &bytes)
            .expect("a key of a few hundred bytes fits a PEM file"),
    );
    write_secret(key_file, pem.as_bytes()).map_err(|source| KeyError::File {
        action: "write",
        path: key_file.to_owned(),
        source,
    })
}

fn archive_of(key_file: &Path, epoch_id: u64) -> PathBuf {
    let name = key_file.file_name().and_then(|name| name.to_str()).unwrap_or("key.pem");
    key_file.with_file_name(format!("epoch-{epoch_id}-{name}{ARCHIVED}"))
}

fn read(path: &Path) -> Result<(u64, SecretKeyAuth), KeyError> {
    let damaged = |reason: String| KeyError::Damaged { path: path.to_owned(), reason };
    let text =
        std::fs::read(path).map_err(|source| KeyError::File { action: "read", path: path.to_owned(), source })?;
    let text = Zeroizing::new(text);
    let (label, bytes) = pem_rfc7468::decode_vec(&text).map_err(|error| damaged(error.to_string()))?;
    let bytes = Zeroizing::new(bytes);
    if label != LABEL {
        return Err(damaged(format!("it is labelled {label:?} and not {LABEL:?}")));
    }
    let (epoch, key) = bytes.split_first_chunk::<8>().ok_or_else(|| damaged("it is cut off".into()))?;
    let key = SecretKeyAuth::from_bytes(key).map_err(|error| damaged(error.to_string()))?;
    Ok((u64::from_be_bytes(*epoch), key))
}
