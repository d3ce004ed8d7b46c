//! What can go wrong, said in one sentence that tells what to do.

use std::{io, path::PathBuf};

/// Errors of a localnet.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalnetError {
    /// A contract's wasm is missing.
    #[error("{} is missing: run scripts/contracts first, or name the folder of the built contracts with --contracts", .file.display())]
    MissingContract {
        /// The file looked for.
        file: PathBuf,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", .file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {}: {source}", .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The words are no mnemonic.
    #[error("the mnemonic is not valid ({0}): give 12 or 24 English BIP-39 words")]
    Mnemonic(#[from] bip39::Error),
    /// Too few nodes to fill every role.
    #[error("{0} nodes are too few: an entry, an exit and three mix layers need at least 5 (--nodes 5)")]
    TooFewNodes(u32),
    /// The chain did not start.
    #[error(transparent)]
    Chain(#[from] nyxlet::NyxletError),
    /// The chain's clock cannot be moved like this.
    #[error(transparent)]
    Clock(#[from] nyxlet::chain::ControlError),
    /// A query or a transaction failed.
    #[error(transparent)]
    Client(#[from] nyxd_client::ClientError),
    /// A command of nym-cli failed.
    #[error(transparent)]
    Command(#[from] nym_cli::CliError),
    /// The network's description could not be written.
    #[error(transparent)]
    Network(#[from] nym_network::NetworkError),
    /// The epoch is in a state that this localnet does not expect.
    #[error("the epoch cannot be turned: {0}")]
    Epoch(String),
}
