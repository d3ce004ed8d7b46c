//! The chain's face to clients: CometBFT JSON-RPC of the 0.38 dialect over POST, GET and websocket, and the `nyxlet_*`
//! methods that drive a development chain.

mod answers;
mod blocks;
mod control;
mod go_json;
mod http;
mod info;
mod json;
mod jsonrpc;
mod params;
mod query;
mod routes;
mod slow_client;
mod subscription;
mod tx_service;
mod txs;
mod websocket;

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};

use crate::{chain::Chain, config::RpcLimits};

/// Why the RPC cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum RpcStartError {
    /// Another process listens there.
    #[error(
        "{0} is in use by another process; stop it, or choose another address with --rpc (port 0 picks a free one)"
    )]
    Busy(SocketAddr),
    /// The address cannot be used.
    #[error("cannot listen on {address}: {reason}; choose another address with --rpc")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        reason: String,
    },
}

/// What every request works with.
pub(crate) struct Rpc {
    chain: Chain,
    limits: RpcLimits,
    address: SocketAddr,
    /// The genesis in pieces, encoded.
    genesis_chunks: Vec<String>,
    /// Bytes of bodies, in units of a kibibyte.
    bodies: Arc<Semaphore>,
    connections: Arc<Semaphore>,
}

/// Opens the port.
///
/// # Errors
/// [`RpcStartError`].
pub(crate) fn bind(address: SocketAddr) -> Result<std::net::TcpListener, RpcStartError> {
    let refused = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AddrInUse => RpcStartError::Busy(address),
        _ => RpcStartError::Address { address, reason: error.to_string() },
    };
    let listener = std::net::TcpListener::bind(address).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    Ok(listener)
}

/// Serves until `stop` changes.
pub(crate) async fn serve(
    listener: std::net::TcpListener,
    address: SocketAddr,
    chain: Chain,
    limits: RpcLimits,
    stop: watch::Receiver<bool>,
) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "the RPC cannot listen");
            return;
        }
    };
    let rpc = Arc::new(Rpc {
        genesis_chunks: info::genesis_chunks(&chain.genesis().to_json()),
        bodies: Arc::new(Semaphore::new(limits.bodies_in_flight.div_ceil(1_024))),
        connections: Arc::new(Semaphore::new(limits.connections)),
        chain,
        limits,
        address,
    });
    http::accept(listener, rpc, stop).await;
}
