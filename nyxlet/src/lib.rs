//! An embedded chain of the Cosmos SDK's kind in one process: it executes real contract wasm, and answers as a wasmd
//! node on CometBFT 0.38 does: the same transactions, gas, events, errors, queries and RPC.
//!
//! It is a development chain: one validator, no network between nodes, block time under the caller's control. It is not
//! a production node: that is `nyxd`.
//!
//! ```
//! use nyxlet::{Config, Nyxlet};
//!
//! # fn main() -> Result<(), nyxlet::NyxletError> {
//! let chain = Nyxlet::start(Config::default())?; // in memory, on a free port
//! println!("point any client at {}", chain.rpc_url());
//! assert_eq!(chain.accounts().len(), 10);
//! assert_eq!(chain.chain().tip().height(), 1);
//! drop(chain); // stops it
//! # Ok(())
//! # }
//! ```

pub mod address;
pub mod app;
pub mod app_state;
pub mod chain;
pub mod clock;
pub mod config;
pub mod error;
pub mod gas;
pub mod genesis_doc;
pub mod index;
pub mod mnemonic;
pub mod modules;
mod nyxlet;
mod rpc;
pub mod store;
pub mod tx;
pub mod wasm;

pub use self::{
    config::{Config, RpcLimits},
    nyxlet::{Handle, Nyxlet, NyxletError},
    rpc::RpcStartError,
};
