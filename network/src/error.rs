//! What can be wrong with a network description.

use std::path::PathBuf;

/// Why no usable network description came out.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// Nothing said which network is meant.
    #[error(
        "no network was named: pass an env file with --config-env-file, the endpoint with --nyxd-url, \
         or the live network with --network mainnet"
    )]
    NotChosen,
    /// Two sources were named and they may contradict each other.
    #[error("both an env file and --network {network} were given: use one of the two")]
    Ambiguous {
        /// The known network that was named beside the file.
        network: String,
    },
    /// A known network was asked for by a name that is not known.
    #[error("unknown network {name:?}: the known names are mainnet and sandbox, any other network needs an env file")]
    Unknown {
        /// The name as given.
        name: String,
    },
    /// Variables that have no safe default are not there.
    #[error(
        "{source_name} is incomplete, it lacks {}: add the values (an empty value such as `{}=` says that there is none); \
         nothing is filled in from another network",
        missing.join(", "), missing.first().copied().unwrap_or("NAME")
    )]
    Incomplete {
        /// Where the description came from: a path, `the environment`, `the env text`.
        source_name: String,
        /// Every missing variable, in the order of the file format.
        missing: Vec<&'static str>,
    },
    /// A variable must not be empty.
    #[error("{variable} is empty in {source_name}: it needs a value")]
    Empty {
        /// Where the description came from.
        source_name: String,
        /// The variable.
        variable: &'static str,
    },
    /// A variable has a value that cannot be used.
    #[error("{variable}={value:?} in {source_name} cannot be used: {reason}")]
    Invalid {
        /// Where the description came from.
        source_name: String,
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A line of an env file is not `NAME=value`.
    #[error("line {line} of {source_name} is not of the form NAME=value: {text:?}")]
    Line {
        /// Where the text came from.
        source_name: String,
        /// Line number, from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}: {reason}", path.display())]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        reason: std::io::Error,
    },
    /// A string that should be a URL is none.
    #[error("{value:?} is not a URL: {reason}")]
    Url {
        /// The string.
        value: String,
        /// What is wrong with it.
        reason: url::ParseError,
    },
    /// A ticket type's name is not known.
    #[error("unknown ticket type {0:?}: use v1-mixnet-entry, v1-mixnet-exit, v1-wireguard-entry or v1-wireguard-exit")]
    TicketType(String),
}
