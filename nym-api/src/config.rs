//! `config.toml` of a nym-api (`docs/protocol/nym-api.md` §1.3, §1.4).
//!
//! An empty string means "none" for `mnemonic`, `utility_routes_bearer` and `announce_address`; durations are
//! human-readable. Unknown keys are ignored, so that a file of another release still starts.

mod durations;
mod ecash;
mod secret;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::files::write_secret;
pub use ecash::{EcashDebug, EcashPaths, EcashSigner};
pub use secret::Secret;
use secret::empty_is_none;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read or written.
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
    /// `init` was already run.
    #[error("{path} exists already: run with it, or choose another --id")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file does not parse.
    #[error("{path}: {reason}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        reason: String,
    },
    /// Settings that exclude each other or lack something.
    #[error("{0}")]
    Invalid(String),
}

/// Everything a nym-api is told at its start, besides the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Identity and addresses.
    pub base: Base,
    /// In-process network monitor.
    pub network_monitor: Switch,
    /// Where nodes' performance and the ecash state are stored.
    pub node_status_api: NodeStatusApi,
    /// Epoch operations.
    pub rewarding: Switch,
    /// The ecash signer and dealer.
    #[serde(alias = "coconut_signer")]
    pub ecash_signer: EcashSigner,
}

/// Identity and addresses.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Base {
    /// Name of this instance; its folder is named after it.
    pub id: String,
    /// CometBFT RPC of the chain.
    pub local_validator: Url,
    /// Where HTTP is served.
    pub bind_address: SocketAddr,
    /// Token that opens the utility routes.
    #[serde(with = "empty_is_none")]
    pub utility_routes_bearer: Option<Secret>,
    /// Account that signs transactions.
    #[serde(with = "empty_is_none")]
    pub mnemonic: Option<Secret>,
    /// Whether time is the chain's block time instead of the system's: for chains under time control.
    pub chain_time: bool,
    /// Files.
    pub storage_paths: BasePaths,
}

/// Files of [`Base`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct BasePaths {
    /// Snapshots that a restart serves from.
    pub persistent_cache_directory: PathBuf,
    /// ed25519 identity, secret.
    pub private_identity_key_file: PathBuf,
    /// ed25519 identity, public.
    pub public_identity_key_file: PathBuf,
}

/// A role that is on or off.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Switch {
    /// Whether this process plays the role.
    pub enabled: bool,
}

/// The database.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeStatusApi {
    /// Files.
    pub storage_paths: DatabasePath,
}

/// Files of [`NodeStatusApi`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DatabasePath {
    /// SQLite file.
    pub database_path: PathBuf,
}

impl Default for Base {
    fn default() -> Self {
        Self {
            id: "default".into(),
            local_validator: "http://localhost:26657".parse().expect("a constant URL"),
            bind_address: SocketAddr::from(([0, 0, 0, 0], 8000)),
            utility_routes_bearer: None,
            mnemonic: None,
            chain_time: false,
            storage_paths: BasePaths::default(),
        }
    }
}

impl std::fmt::Debug for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Base")
            .field("id", &self.id)
            .field("local_validator", &self.local_validator.as_str())
            .field("bind_address", &self.bind_address)
            .field("chain_time", &self.chain_time)
            .finish_non_exhaustive()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::in_folder("default", &default_folder("default"))
    }
}

impl Config {
    /// A configuration whose files all lie under `folder`: `config/config.toml` and `data/…`.
    pub fn in_folder(id: &str, folder: &Path) -> Self {
        let data = folder.join("data");
        Self {
            base: Base {
                id: id.into(),
                storage_paths: BasePaths {
                    persistent_cache_directory: data.join(".cache"),
                    private_identity_key_file: data.join("private_identity.pem"),
                    public_identity_key_file: data.join("public_identity.pem"),
                },
                ..Base::default()
            },
            network_monitor: Switch::default(),
            node_status_api: NodeStatusApi { storage_paths: DatabasePath { database_path: data.join("db.sqlite") } },
            rewarding: Switch::default(),
            ecash_signer: EcashSigner {
                enabled: false,
                announce_address: None,
                storage_paths: EcashPaths {
                    dkg_persistent_state_path: data.join("dkg_persistent_state.json"),
                    ecash_key_path: data.join("coconut.pem"),
                    decryption_key_path: data.join("dkg_decryption_key.pem"),
                    public_key_with_proof_path: data.join("dkg_public_key_with_proof.pem"),
                },
                debug: EcashDebug::default(),
            },
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError::File`], [`ConfigError::Syntax`].
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        let text = Zeroizing::new(text);
        // The parser's message quotes the line, which may be the mnemonic's: only the place is passed on.
        toml::from_str(&text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            reason: match error.span() {
                Some(span) => {
                    format!(
                        "{} (line {})",
                        error.message(),
                        text.get(..span.start).unwrap_or("").lines().count().max(1)
                    )
                }
                None => error.message().to_owned(),
            },
        })
    }

    /// Writes a file that only its owner may read, since it holds the mnemonic.
    ///
    /// # Errors
    /// [`ConfigError::File`].
    pub fn store(&self, path: &Path) -> Result<(), ConfigError> {
        let text = toml::to_string(self).map_err(|error| ConfigError::Invalid(error.to_string()))?;
        write_secret(path, Zeroizing::new(text).as_bytes()).map_err(|source| ConfigError::File {
            action: "write",
            path: path.to_owned(),
            source,
        })
    }

    /// Whether the settings fit each other.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] saying what to set.
    pub fn check(&self) -> Result<(), ConfigError> {
        let invalid = |reason: &str| Err(ConfigError::Invalid(reason.into()));
        if self.network_monitor.enabled || self.rewarding.enabled {
            return invalid(
                "this release has neither network monitor nor epoch operations: set network_monitor.enabled and \
                 rewarding.enabled to false",
            );
        }
        let signer = &self.ecash_signer;
        if signer.enabled && self.base.mnemonic.is_none() {
            return invalid("a signer needs an account: set base.mnemonic");
        }
        if signer.enabled && signer.announce_address.is_none() {
            return invalid("a signer must be reachable: set ecash_signer.announce_address to its public URL");
        }
        if signer.debug.maximum_size_of_data_request < 50 {
            return invalid("ecash_signer.debug.maximum_size_of_data_request must be at least 50");
        }
        if signer.debug.verification_batch == 0 {
            return invalid("ecash_signer.debug.verification_batch must be at least 1");
        }
        Ok(())
    }

    /// Folder of the records of key generations: the configured file's name without its ending.
    pub fn dkg_folder(&self) -> PathBuf {
        self.ecash_signer.storage_paths.dkg_persistent_state_path.with_extension("")
    }

    /// File of the public parts of key generations.
    pub(crate) fn generations_file(&self) -> PathBuf {
        self.base.storage_paths.persistent_cache_directory.join("key_generations.json")
    }
}

/// Where an instance lives unless told otherwise: `$HOME/.nym/nym-api/<id>`.
pub fn default_folder(id: &str) -> PathBuf {
    std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from).join(".nym/nym-api").join(id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use std::time::Duration;

    use super::*;

    #[test]
    fn a_written_file_reads_back_and_old_names_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::in_folder("one", folder.path());
        config.base.mnemonic = Some(Secret::new("abandon abandon art"));
        config.ecash_signer.announce_address = Some("https://signer.example/".parse().unwrap());
        config.ecash_signer.enabled = true;
        let path = folder.path().join("config/config.toml");
        config.store(&path).unwrap();
        assert_eq!(Config::load(&path).unwrap(), config);
        config.check().unwrap();

        let old = "[coconut_signer]\nenabled = true\nannounce_address = \"\"\n[coconut_signer.debug]\n\
                   dkg_contract_polling_rate = \"1m 30s\"\n[coconut_signer.storage_paths]\ncoconut_key_path = \"k.pem\"\n";
        std::fs::write(&path, old).unwrap();
        let read = Config::load(&path).unwrap();
        assert_eq!(read.ecash_signer.debug.dkg_contract_polling_rate, Duration::from_secs(90));
        assert_eq!(read.ecash_signer.storage_paths.ecash_key_path, PathBuf::from("k.pem"));
        assert!(read.check().unwrap_err().to_string().contains("base.mnemonic"));
    }

    #[test]
    fn secrets_show_neither_in_debug_output_nor_in_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "[base]\nmnemonic = \"abandon zebra\" x\n").unwrap();
        let error = Config::load(&path).unwrap_err().to_string();
        assert!(error.contains("line 2") && !error.contains("zebra"), "{error}");
        let mut config = Config::in_folder("one", folder.path());
        config.base.mnemonic = Some(Secret::new("abandon zebra"));
        config.base.utility_routes_bearer = Some(Secret::new("token"));
        let shown = format!("{config:?}");
        assert!(!shown.contains("zebra") && !shown.contains("token"), "{shown}");
    }
}
