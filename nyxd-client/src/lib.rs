//! A typed client of a Nyx chain, the production one or a local one, over CometBFT's JSON-RPC.
//!
//! [`QueryClient`] reads: accounts, balances, blocks, transactions, contracts. [`SigningClient`] adds an account and
//! sends: it measures gas by simulation, numbers transactions so that concurrent sends of one account neither collide
//! nor wait for each other's blocks, and follows each one into its block. [`mixnet`], [`ecash`], [`dkg`],
//! [`multisig`] and [`group`] have the typed messages of the contracts. It keeps no state on disk, trusts the node
//! that it asks (there are no proofs), and reads events, never logs; the logs of failures are only passed on to people.
//!
//! ```no_run
//! use nyxd_client::{Config, QueryClient, Signer, SigningClient};
//!
//! # async fn example() -> Result<(), nyxd_client::ClientError> {
//! let queries = QueryClient::connect(Config::new("http://127.0.0.1:26657".parse().expect("a URL")))?;
//! let signer = Signer::from_mnemonic(&std::env::var("MNEMONIC").expect("a mnemonic"), 0, "n")?;
//! let client = SigningClient::new(queries, signer);
//! let to = nyxd_client::parse_address("n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6", "n")?;
//! let included = client.send(&to, vec![cosmwasm_std::coin(1_000_000, "unym")], "rent").await?;
//! println!("in block {}", included.height);
//! # Ok(())
//! # }
//! ```

mod accounts;
mod address;
mod bank;
mod blocks;
mod config;
mod connection;
pub mod dkg;
pub mod ecash;
mod error;
mod failure;
mod gas;
pub mod group;
mod inclusion;
mod messages;
pub mod mixnet;
pub mod multisig;
mod paging;
mod pending;
mod sequence;
mod signer;
mod signing;
mod transactions;
mod wasm;

pub use accounts::Account;
pub use address::{contract_address, parse_address};
pub use config::Config;
pub use connection::QueryClient;
pub use cosmrs::{AccountId, Any, crypto::PublicKey};
pub use error::ClientError;
pub use failure::{ChainFailure, Stage};
pub use gas::{GasPolicy, Margin};
pub use messages::{Instantiation, bank_send, execute_contract};
pub use pending::PendingTransaction;
pub use signer::{Signer, verify_signature};
pub use signing::{Gas, SigningClient};
pub use transactions::{Transaction, TransactionEvent};
pub use wasm::{Code, ContractHistoryEntry, ContractInfo, RawEntry};

pub use tendermint::Hash;
pub use tendermint_rpc::endpoint::block::Response as BlockResponse;
