//! How a chain is set up.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use crate::{chain::Mining, clock::Nanos, mnemonic::PUBLIC_MNEMONIC};

/// The denominations that every account of the mnemonic gets.
pub const DENOMS: [&str; 2] = ["unym", "unyx"];

/// The settings of a chain. [`Config::default`] is a chain in memory on a free port of the loopback interface.
#[derive(Clone)]
pub struct Config {
    /// Chain id, 1 to 50 bytes.
    pub chain_id: String,
    /// The words whose accounts are funded.
    pub mnemonic: String,
    /// How many accounts of the mnemonic are funded: at least 1, unless a state is loaded.
    pub accounts: u32,
    /// What each of them gets, in base units of each of [`DENOMS`].
    pub balance: u128,
    /// When blocks are produced.
    pub mining: Mining,
    /// Where the RPC listens; port 0 picks a free port.
    pub rpc: SocketAddr,
    /// The home folder; `None` keeps everything in memory.
    pub home: Option<PathBuf>,
    /// The genesis document of a node that a new chain begins with: what `nyxd export` writes, or a fresh node's
    /// `genesis.json`. Its chain id takes the place of [`Config::chain_id`]; accounts of the mnemonic are funded on top
    /// of it.
    pub load_state: Option<PathBuf>,
    /// The time of the first block; `None` is now.
    pub genesis_time: Option<Nanos>,
    /// Bounds of what clients may ask for.
    pub limits: RpcLimits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            chain_id: "nyx".into(),
            mnemonic: PUBLIC_MNEMONIC.into(),
            accounts: 10,
            balance: 1_000_000_000_000_000,
            mining: Mining::OnDemand,
            rpc: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            home: None,
            load_state: None,
            genesis_time: None,
            limits: RpcLimits::default(),
        }
    }
}

/// Bounds of what clients may ask for.
#[derive(Debug, Clone)]
pub struct RpcLimits {
    /// The largest request body, in bytes. A CometBFT node takes 1,000,000 by default; contracts in development are
    /// larger.
    pub body_bytes: usize,
    /// The bytes of all request bodies that are read or answered at one time.
    pub bodies_in_flight: usize,
    /// The most requests in a batch. A CometBFT node takes 10 by default.
    pub batch: usize,
    /// The most connections at one time.
    pub connections: usize,
    /// The most subscriptions of one websocket.
    pub subscriptions: usize,
    /// The seconds in which a request must have arrived, and a client must have taken bytes that are written to it.
    pub client_seconds: u64,
    /// The seconds that `broadcast_tx_commit` waits for a block.
    pub commit_seconds: u64,
}

impl Default for RpcLimits {
    fn default() -> Self {
        Self {
            body_bytes: 4 << 20,
            bodies_in_flight: 64 << 20,
            batch: 1_000,
            connections: 900,
            subscriptions: 50,
            client_seconds: 10,
            commit_seconds: 10,
        }
    }
}
