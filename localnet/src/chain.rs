//! The chain that the localnet runs on, a nyxlet in this process or a node elsewhere, and clients of it.

use std::time::Duration;

use cosmwasm_std::Coin;
use nyxd_client::{AccountId, Config, QueryClient};
use nyxlet::{
    Handle, Nyxlet,
    chain::{Mining, Moment},
    clock::Nanos,
};

use url::Url;

use crate::{error::LocalnetError, options::Options};

/// Denomination of everything that a localnet pays.
pub const DENOM: &str = "unym";

/// How often a node is asked whether its time has come.
const PACE: Duration = Duration::from_millis(200);

/// A running chain.
pub struct Chain {
    runs: Runs,
    id: String,
}

/// What makes its blocks.
enum Runs {
    /// A nyxlet in this process, whose clock is ours.
    Here(Box<Handle>),
    /// A node elsewhere, in real time.
    Elsewhere { rpc: Url, queries: QueryClient },
}

impl Chain {
    /// Starts it, or finds the node that runs already. All tokens belong to the first account of `mnemonic`.
    pub async fn start(options: &Options, mnemonic: &str) -> Result<Self, LocalnetError> {
        if let Some(rpc) = &options.node {
            let queries = QueryClient::connect(Config::new(rpc.clone()))?;
            let id = queries.chain_id().await?.to_string();
            return Ok(Self { runs: Runs::Elsewhere { rpc: rpc.clone(), queries }, id });
        }
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
        Ok(Self { runs: Runs::Here(Box::new(Nyxlet::start(config)?)), id })
    }

    /// Chain id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// JSON-RPC over HTTP.
    pub fn rpc_url(&self) -> String {
        match &self.runs {
            Runs::Here(node) => node.rpc_url(),
            Runs::Elsewhere { rpc, .. } => rpc.as_str().trim_end_matches('/').to_owned(),
        }
    }

    /// Websocket of the RPC.
    pub fn websocket_url(&self) -> String {
        match &self.runs {
            Runs::Here(node) => node.websocket_url(),
            Runs::Elsewhere { .. } => format!("{}/websocket", self.rpc_url().replacen("http", "ws", 1)),
        }
    }

    /// A client that reads.
    pub fn queries(&self) -> Result<QueryClient, LocalnetError> {
        let url = self.rpc_url().parse().expect("an address makes a URL");
        Ok(QueryClient::connect(Config::new(url))?)
    }

    /// Moves the chain's clock on to this time (seconds since 1970) and makes a block there, unless it is past already:
    /// in real time an epoch may end while nodes are still being bonded. A node elsewhere is waited for.
    pub async fn warp_to(&self, seconds: i64) -> Result<(), LocalnetError> {
        let goal = Nanos(seconds.saturating_mul(1_000_000_000));
        match &self.runs {
            Runs::Here(node) => match node.chain().warp(Moment::To(goal)).await {
                Err(_) if node.chain().tip().block.time() >= goal => Ok(()),
                warped => Ok(warped.map(drop)?),
            },
            Runs::Elsewhere { queries, .. } => {
                while queries.block_time(None).await?.unix_timestamp() < seconds {
                    tokio::time::sleep(PACE).await;
                }
                Ok(())
            }
        }
    }

    /// Height of the last block.
    pub async fn height(&self) -> Result<u64, LocalnetError> {
        match &self.runs {
            Runs::Here(node) => Ok(node.chain().tip().height()),
            Runs::Elsewhere { queries, .. } => Ok(queries.height().await?),
        }
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
