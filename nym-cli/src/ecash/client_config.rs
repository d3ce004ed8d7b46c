//! The configuration file of a client, as far as ticketbooks need it: where its identity key and its database are.

use std::path::{Path, PathBuf};

use nym_ecash::SecretKeyUser;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::files::read_bounded;
use crate::{CliError, identity_key};

/// The files of a client that belong to its ticketbooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFiles {
    /// Its identity key, from which its e-cash key follows.
    pub identity_key: PathBuf,
    /// Its store of ticketbooks.
    pub credentials_database: PathBuf,
}

#[derive(Deserialize)]
struct Config {
    storage_paths: StoragePaths,
}

#[derive(Deserialize)]
struct StoragePaths {
    credentials_database: PathBuf,
    keys: Keys,
}

#[derive(Deserialize)]
struct Keys {
    private_identity_key_file: PathBuf,
}

impl ClientFiles {
    /// Reads a configuration; paths in it are taken from its own folder.
    ///
    /// # Errors
    /// [`CliError::File`] and [`CliError::Value`] for a file that is missing or names them not.
    pub fn read(config: &Path) -> Result<Self, CliError> {
        let wrong = |reason: String| CliError::value("the client's configuration", config.display(), reason);
        let bytes = read_bounded(config)?;
        let text = String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8".into()))?;
        let parsed: Config = toml::from_str(&text).map_err(|reason| {
            wrong(format!(
                "it must name storage_paths.keys.private_identity_key_file and storage_paths.credentials_database \
                 ({})",
                reason.message()
            ))
        })?;
        let folder = config.parent().unwrap_or(Path::new(""));
        Ok(Self {
            identity_key: folder.join(parsed.storage_paths.keys.private_identity_key_file),
            credentials_database: folder.join(parsed.storage_paths.credentials_database),
        })
    }

    /// The client's e-cash key: the same for all its ticketbooks.
    ///
    /// # Errors
    /// [`CliError::KeyFile`].
    pub fn user(&self) -> Result<SecretKeyUser, CliError> {
        let seed = Zeroizing::new(identity_key::read_private_key(&self.identity_key)?.to_bytes());
        Ok(SecretKeyUser::from_seed(&seed[..]))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::ClientFiles;

    #[test]
    fn paths_are_found_and_what_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        std::fs::write(
            &config,
            "[core.client]\nid = \"mine\"\n[storage_paths]\ncredentials_database = \"/data/credentials_database.db\"\n\
             [storage_paths.keys]\nprivate_identity_key_file = \"keys/private_identity.pem\"\n",
        )
        .unwrap();
        let files = ClientFiles::read(&config).unwrap();
        assert_eq!(files.credentials_database.to_str(), Some("/data/credentials_database.db"));
        assert_eq!(files.identity_key, folder.path().join("keys/private_identity.pem"));
        assert!(files.user().is_err());

        std::fs::write(&config, "[storage_paths]\nkeys = {}\n").unwrap();
        let error = ClientFiles::read(&config).unwrap_err().to_string();
        assert!(error.contains("storage_paths.credentials_database"), "{error}");
        assert!(ClientFiles::read(&folder.path().join("none.toml")).is_err());
    }
}
