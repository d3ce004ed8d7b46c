//! Where the chain is, what it is called there, and how long to wait.

use std::time::Duration;

use nym_network::{ChainDetails, Network};
use url::Url;

use crate::{ClientError, GasPolicy};

/// What a client needs to know before it connects.
#[derive(Clone, Debug)]
pub struct Config {
    /// CometBFT JSON-RPC over HTTP.
    pub rpc_url: Url,
    /// The RPC's websocket, listened to for inclusions; `None` means that blocks are polled.
    pub websocket_url: Option<Url>,
    /// Address prefix and denoms.
    pub chain: ChainDetails,
    /// Gas price and margins.
    pub gas: GasPolicy,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How long a transaction may take from its broadcast into a block.
    pub inclusion_timeout: Duration,
    /// How often a transaction is asked for while nothing is heard from the websocket.
    pub poll_interval: Duration,
}

impl Config {
    /// A Nyx chain behind this RPC address, with the usual parameters (`docs/protocol/quorum-contracts.md §10.1`).
    pub fn new(rpc_url: Url) -> Self {
        let details = nym_network::NymNetworkDetails {
            endpoints: vec![nym_network::ValidatorDetails {
                nyxd_url: rpc_url.clone(),
                websocket_url: None,
                api_url: None,
            }],
            ..nym_network::NymNetworkDetails::new("")
        };
        let network = Network::from(details);
        Self {
            rpc_url,
            websocket_url: network.nyxd_websocket_url(),
            chain: ChainDetails::nyx(),
            gas: GasPolicy::default(),
            request_timeout: Duration::from_secs(30),
            inclusion_timeout: Duration::from_secs(60),
            poll_interval: Duration::from_millis(500),
        }
    }

    /// The chain of a network description.
    ///
    /// # Errors
    /// [`ClientError::NoEndpoint`] when the description names none.
    pub fn from_network(network: &Network) -> Result<Self, ClientError> {
        let rpc_url = network
            .nyxd_url()
            .ok_or_else(|| ClientError::NoEndpoint { network: network.details.network_name.clone() })?
            .clone();
        Ok(Self {
            websocket_url: network.nyxd_websocket_url(),
            chain: network.details.chain_details.clone(),
            ..Self::new(rpc_url)
        })
    }
}
