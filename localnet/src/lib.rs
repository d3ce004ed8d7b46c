//! A whole Nym network on one machine, in one process: a chain, the contracts on it at addresses
//! that never change, bonded nodes with delegations, and a crank that turns epochs so that they
//! earn. Every step is read back from the chain.
//!
//! It is not a test double: the chain executes the contract wasm, every step is a signed
//! transaction, and what it starts behaves as a network of many machines does, but for the
//! monitor, whose measurements are given on the command line until one is built.
//!
//! ```no_run
//! use clap::Parser;
//!
//! # async fn example() -> Result<(), localnet::LocalnetError> {
//! let options = localnet::Options::parse_from(["localnet", "--once", "--rpc", "127.0.0.1:0"]);
//! assert!(localnet::run(&options, std::future::pending()).await?);
//! # Ok(())
//! # }
//! ```

mod accounts;
mod chain;
mod crank;
mod deploy;
mod error;
mod network;
mod nodes;
mod options;
mod parameters;
mod quorum;
mod report;
mod screen;
mod steps;
mod walk;

pub use error::LocalnetError;
pub use network::run;
pub use options::{NodePerformance, Options, Parameters, Performance};
