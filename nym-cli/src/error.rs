//! Failures and the exit codes that scripts see.

use std::{io, path::PathBuf};

use nym_network::NetworkError;
use nym_ticketbooks::TicketbookError;
use nyxd_client::{ClientError, Stage};
use serde_json::json;

use crate::Format;

/// What the program's exit code says. The numbers are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// 2: the arguments are wrong; nothing was done.
    Usage,
    /// 3: the network is not known or its description is incomplete; nothing was done.
    Network,
    /// 4: a mnemonic or key is missing or unusable; nothing was done.
    Secret,
    /// 5: the node does not answer, or not as expected; nothing was sent.
    Node,
    /// 6: the chain or a contract refused; nothing was paid.
    Refused,
    /// 7: the transaction failed in its block; its fee was paid.
    Failed,
    /// 8: it is not known whether the transaction will take effect.
    Unknown,
    /// 9: a file or value that was given cannot be used; nothing was sent.
    Input,
    /// 10: what was asked for is not there.
    NotFound,
}

impl ExitCode {
    /// The process's exit code.
    pub const fn number(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Network => 3,
            Self::Secret => 4,
            Self::Node => 5,
            Self::Refused => 6,
            Self::Failed => 7,
            Self::Unknown => 8,
            Self::Input => 9,
            Self::NotFound => 10,
        }
    }
}

/// Why a command failed. Messages say what to do; none holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The network is not known.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The chain or its node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Ticketbooks: buying, keeping, spending.
    #[error(transparent)]
    Ticketbook(#[from] TicketbookError),
    /// A contract's address is not known.
    #[error("the network {network:?} has no {contract} contract: set {variable} in its env file{}", flag.map(|flag| format!(" or pass {flag}")).unwrap_or_default())]
    NoContract {
        /// The network's name.
        network: String,
        /// The contract.
        contract: &'static str,
        /// The variable of the env file.
        variable: &'static str,
        /// The flag, where there is one.
        flag: Option<&'static str>,
    },
    /// A command needs an account and none was named.
    #[error(
        "this command needs an account: put its mnemonic into a file for --mnemonic-file, or into the variable MNEMONIC, or run it on a terminal"
    )]
    NoMnemonic,
    /// A mnemonic could not be read.
    #[error("cannot read the mnemonic from {source_name}: {reason}")]
    Mnemonic {
        /// A path, or `the terminal`.
        source_name: String,
        /// Why not.
        reason: String,
    },
    /// A key file cannot be used.
    #[error("cannot use the key file {}: {reason}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}: {reason}", path.display())]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        reason: io::Error,
    },
    /// A line of a table cannot be used.
    #[error("line {line} of {}: {reason}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Line number, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A value cannot be used.
    #[error("{what} {value:?} cannot be used: {reason}")]
    Value {
        /// What it should be.
        what: &'static str,
        /// The value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Arguments that exclude each other, or lack one.
    #[error("{0}")]
    Usage(&'static str),
    /// Something is not on the chain.
    #[error("{what} is not there: {hint}")]
    NotFound {
        /// What was asked for.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// A node's signature does not belong to what is about to be sent.
    #[error(
        "the signature is not one of key {identity} over these parameters with nonce {nonce}: make a new payload with \
         create-node-bonding-sign-payload, with exactly these arguments, and sign that"
    )]
    OtherParametersSigned {
        /// The node's identity.
        identity: String,
        /// The account's current nonce.
        nonce: u32,
    },
    /// Somebody said no.
    #[error("not confirmed: nothing was sent (pass --yes to skip the question)")]
    NotConfirmed,
}

impl CliError {
    /// The exit code of this failure.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Network(_) | Self::NoContract { .. } => ExitCode::Network,
            Self::Client(error) => exit_code_of(error),
            Self::Ticketbook(error) => ticketbook_exit_code_of(error),
            Self::NoMnemonic | Self::Mnemonic { .. } | Self::KeyFile { .. } => ExitCode::Secret,
            Self::File { .. } | Self::Row { .. } | Self::Value { .. } | Self::OtherParametersSigned { .. } => {
                ExitCode::Input
            }
            Self::Usage(_) | Self::NotConfirmed => ExitCode::Usage,
            Self::NotFound { .. } => ExitCode::NotFound,
        }
    }

    /// What is printed on standard error: a line for people, or an object for programs.
    pub fn report(&self, format: Format) -> String {
        match format {
            Format::Text => format!("error: {self}"),
            Format::Json => {
                let chain = match self {
                    Self::Client(error) | Self::Ticketbook(TicketbookError::Chain(error)) => error.chain_failure(),
                    _ => None,
                };
                let chain = chain.map(|failure| {
                    json!({
                        "code": failure.code,
                        "codespace": failure.codespace,
                        "log": failure.log,
                        "transaction_hash": failure.hash.map(|hash| hash.to_string()),
                    })
                });
                json!({"error": self.to_string(), "exit_code": self.exit_code().number(), "chain": chain}).to_string()
            }
        }
    }

    pub(crate) fn value(what: &'static str, value: impl ToString, reason: impl ToString) -> Self {
        Self::Value { what, value: value.to_string(), reason: reason.to_string() }
    }
}

fn exit_code_of(error: &ClientError) -> ExitCode {
    match error {
        ClientError::NoEndpoint { .. } => ExitCode::Network,
        ClientError::Chain(failure) if failure.stage == Stage::Delivery => ExitCode::Failed,
        ClientError::Chain(failure) if failure.stage == Stage::Query && failure.is_not_found() => ExitCode::NotFound,
        ClientError::Chain(_) | ClientError::NoAccount { .. } | ClientError::SequenceContended { .. } => {
            ExitCode::Refused
        }
        ClientError::NotIncluded { .. } | ClientError::Uncertain { .. } => ExitCode::Unknown,
        ClientError::NoPublicKey { .. } => ExitCode::NotFound,
        ClientError::Mnemonic { .. } => ExitCode::Secret,
        ClientError::Message { .. } | ClientError::Address { .. } => ExitCode::Input,
        ClientError::Endpoint { .. }
        | ClientError::Rpc { .. }
        | ClientError::Refused { .. }
        | ClientError::Deadline { .. }
        | ClientError::Answer { .. }
        | ClientError::MissingEvent { .. } => ExitCode::Node,
    }
}

fn ticketbook_exit_code_of(error: &TicketbookError) -> ExitCode {
    match error {
        TicketbookError::Chain(error) => exit_code_of(error),
        TicketbookError::Blacklisted | TicketbookError::TakenOver => ExitCode::Refused,
        TicketbookError::NoKeys | TicketbookError::BrokenGeneration { .. } | TicketbookError::Unavailable { .. } => {
            ExitCode::Node
        }
        // Paid, or perhaps paid, and not finished: everything is stored and the recovery goes on with it.
        TicketbookError::DepositUncertain { .. } | TicketbookError::NotEnoughShares { .. } => ExitCode::Unknown,
        TicketbookError::NoTickets { .. } => ExitCode::NotFound,
        TicketbookError::Ecash(_)
        | TicketbookError::File { .. }
        | TicketbookError::Database { .. }
        | TicketbookError::StoreVersion { .. }
        | TicketbookError::Corrupt { .. }
        | TicketbookError::OtherNetwork { .. }
        | TicketbookError::Missing { .. }
        | TicketbookError::TicketSpent { .. }
        | TicketbookError::Expired { .. }
        | TicketbookError::AlreadyHeld
        | TicketbookError::Import { .. } => ExitCode::Input,
    }
}
