//! The chain that the localnet runs on: a nyxlet in this process, and clients of it.

use std::time::Duration;

use cosmwasm_std::Coin;
use nyxd_client::{AccountId, Config, QueryClient};
use nyxlet::{
    Handle, Nyxlet,
    chain::{Mining, Moment},
    clock::Nanos,
};

use crate::{error::LocalnetError, options::Options};

/// Denomination of everything that a localnet pays.
pub const DENOM: &str = "unym";

/// A running chain.
pub struct Chain {
    node: Handle,
    id: String,
}

impl Chain {
    /// Starts it. All tokens belong to the first account of `mnemonic`.
    pub fn start(options: &Options, mnemonic: &str) -> Result<Self, LocalnetError> {
        let config = nyxlet::Config {
            mnemonic: mnemonic.to_owned(),
            accounts: 1,
            // The whole supply of the token: what the reward pool and saturation are measured against.
            balance: 1_000_000_000_000_000,
            // In real time, and while signers wait for their turn, the chain's clock has to go on though nobody sends.
            mining: if options.warps() && options.no_quorum {
                Mining::OnDemand
            } else {
                Mining::Mixed(Duration::from_secs(1))
            },
            rpc: options.rpc,
            home: options.home.as_ref().map(|home| home.join("chain")),
            ..nyxlet::Config::default()
        };
        let id = config.chain_id.clone();
        Ok(Self { node: Nyxlet::start(config)?, id })
    }

    /// Chain id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// JSON-RPC over HTTP.
    pub fn rpc_url(&self) -> String {
        self.node.rpc_url()
    }

    /// Websocket of the RPC.
    pub fn websocket_url(&self) -> String {
        self.node.websocket_url()
    }

    /// A client that reads.
    pub fn queries(&self) -> Result<QueryClient, LocalnetError> {
        let url = self.rpc_url().parse().expect("an address makes a URL");
        Ok(QueryClient::connect(Config::new(url))?)
    }

    /// Moves the chain's clock on to this time (seconds since 1970) and makes a block there, unless it is past already:
    /// in real time an epoch may end while nodes are still being bonded.
    pub async fn warp_to(&self, seconds: i64) -> Result<(), LocalnetError> {
        let goal = Nanos(seconds.saturating_mul(1_000_000_000));
        match self.node.chain().warp(Moment::To(goal)).await {
            Err(_) if self.node.chain().tip().block.time() >= goal => Ok(()),
            warped => Ok(warped.map(drop)?),
        }
    }

    /// Height of the last block.
    pub fn height(&self) -> u64 {
        self.node.chain().tip().height()
    }

    /// Balance in [`DENOM`].
    pub async fn balance(&self, address: &AccountId) -> Result<u128, LocalnetError> {
        Ok(self.queries()?.balance(address, DENOM).await?.amount.u128())
    }
}

/// An amount of [`DENOM`].
pub fn coin(amount: u128) -> Coin {
    Coin::new(amount, DENOM)
}
