//! One scenario suite on both engines. nyxd, a real node, runs the scenarios of the contracts; nyxlet then goes through
//! the node's blocks from the same genesis (same transactions at the same heights and times), and everything that was
//! answered is compared: code, codespace, log, data, events with their attributes in order, gas to the unit, the answers of
//! queries, raw contract state, balances, accounts.
//!
//! It is not a test of the contracts, which the scenarios are, and not the CosmJS scenario of `tests/conformance`, which
//! reaches what the contracts do not.
//!
//! ```no_run
//! use std::path::Path;
//! use engines::{node::Node, recording::Recording, replay};
//!
//! # fn main() -> anyhow::Result<()> {
//! let (node, follower) = Node::follow("http://127.0.0.1:26657", 1)?;
//! // … send transactions to the node, then:
//! let recording = Recording { blocks: node.blocks(), scenarios: Vec::new() };
//! drop(follower);
//! let rows = replay::compare(Path::new("genesis.json"), &recording)?;
//! # Ok(())
//! # }
//! ```

#![allow(
    clippy::panic,
    reason = "a scenario fails by panicking: its engine has no other way to say that a node is gone"
)]

pub mod answers;
pub mod engine;
pub mod foreign;
pub mod messages;
pub mod node;
pub mod recording;
pub mod replay;
pub mod report;
pub mod rpc;
pub mod signer;
pub mod state;
pub mod suite;
