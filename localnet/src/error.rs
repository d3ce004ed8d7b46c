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
    /// A signer did not start.
    #[error("{name} does not start: {reason}")]
    Signer {
        /// The signer.
        name: String,
        /// Why.
        reason: String,
    },
    /// A program is missing or cannot be run.
    #[error("cannot run {}: {source}; build it (cargo build --release --bins), or name it with --nym-api", .file.display())]
    Program {
        /// The program.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A signer's API did not answer as it should.
    #[error(transparent)]
    SignerApi(#[from] nym_api_requests::ClientError),
    /// There are not that many ports.
    #[error("there are no {count} ports from {first} on: choose a lower --signer-port")]
    Ports {
        /// The first.
        first: u16,
        /// How many are needed.
        count: usize,
    },
    /// No port is free.
    #[error("cannot find a free port for a signer: {0}")]
    NoPort(io::Error),
    /// A ticketbook could not be bought, kept or spent.
    #[error(transparent)]
    Ticketbook(#[from] nym_ticketbooks::TicketbookError),
    /// The e-cash scheme refuses something.
    #[error(transparent)]
    Ecash(#[from] nym_ecash::EcashError),
    /// The quorum is in a state that this localnet does not expect.
    #[error("the quorum does not work: {0}")]
    Quorum(String),
    /// Somebody stopped it before the walk was over.
    #[error("stopped before every step was done")]
    Interrupted,
    /// The epoch is in a state that this localnet does not expect.
    #[error("the epoch cannot be turned: {0}")]
    Epoch(String),
}
