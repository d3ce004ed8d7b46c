//! The methods, their parameters, and who answers them.

use std::{net::SocketAddr, sync::Arc};

use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Rpc, blocks, control, info, json, jsonrpc::RpcError, params::Params, query, txs};

/// An answer: JSON or an error.
pub(super) type Answer = Result<Box<RawValue>, RpcError>;

/// An answer that stands, or one that waits for a block.
pub(super) enum Begun {
    Done(Answer),
    Later(BoxFuture<'static, Answer>),
}

type Handler = fn(&Arc<Rpc>, &Params<'_>) -> Begun;

/// A method.
pub(super) struct Method {
    name: &'static str,
    pub(super) params: &'static [&'static str],
    pub(super) websocket_only: bool,
    handler: Handler,
}

/// A method that answers at once.
macro_rules! now {
    ($handler:path) => {
        |rpc, params| Begun::Done($handler(rpc, params))
    };
}

const fn method(name: &'static str, params: &'static [&'static str], handler: Handler) -> Method {
    Method { name, params, websocket_only: false, handler }
}

const fn subscription(name: &'static str, params: &'static [&'static str]) -> Method {
    Method { name, params, websocket_only: true, handler: |_, _| Begun::Done(Err(RpcError::method_not_found())) }
}

static METHODS: &[Method] = &[
    method("abci_info", &[], now!(info::abci_info)),
    method("abci_query", &["path", "data", "height", "prove"], now!(query::abci_query)),
    method("block", &["height"], now!(blocks::block)),
    method("block_by_hash", &["hash"], now!(blocks::block_by_hash)),
    method("block_results", &["height"], now!(blocks::block_results)),
    method("block_search", &["query", "page", "per_page", "order_by"], now!(blocks::block_search)),
    method("blockchain", &["minHeight", "maxHeight"], now!(blocks::blockchain)),
    method("broadcast_tx_async", &["tx"], now!(txs::broadcast_async)),
    method("broadcast_tx_commit", &["tx"], txs::broadcast_commit),
    method("broadcast_tx_sync", &["tx"], now!(txs::broadcast_sync)),
    method("commit", &["height"], now!(blocks::commit)),
    method("consensus_params", &["height"], now!(info::consensus_params)),
    method("genesis", &[], now!(info::genesis)),
    method("genesis_chunked", &["chunk"], now!(info::genesis_chunked)),
    method("header", &["height"], now!(blocks::header)),
    method("header_by_hash", &["hash"], now!(blocks::header_by_hash)),
    method("health", &[], now!(info::health)),
    method("net_info", &[], now!(info::net_info)),
    method("num_unconfirmed_txs", &[], now!(txs::num_unconfirmed)),
    method("nyxlet_mine", &["blocks", "interval"], control::mine),
    method("nyxlet_setBlockTime", &["time"], control::set_block_time),
    method("nyxlet_setInterval", &["seconds"], control::set_interval),
    method("nyxlet_status", &[], control::status),
    method("nyxlet_warp", &["seconds", "to"], control::warp),
    method("status", &[], now!(info::status)),
    subscription("subscribe", &["query"]),
    method("tx", &["hash", "prove"], now!(txs::tx)),
    method("tx_search", &["query", "prove", "page", "per_page", "order_by"], now!(txs::tx_search)),
    method("unconfirmed_txs", &["limit"], now!(txs::unconfirmed)),
    subscription("unsubscribe", &["query"]),
    subscription("unsubscribe_all", &[]),
    method("validators", &["height", "page", "per_page"], now!(info::validators)),
];

/// The method of a name.
pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.binary_search_by(|method| method.name.cmp(name)).ok().and_then(|at| METHODS.get(at))
}

/// Begins the answer to a JSON-RPC request.
pub(super) fn begin(rpc: &Arc<Rpc>, name: &str, params: Option<&RawValue>) -> Begun {
    let Some(method) = find(name).filter(|method| !method.websocket_only) else {
        return Begun::Done(Err(RpcError::method_not_found()));
    };
    match Params::from_json(method.params, params) {
        Ok(params) => begin_method(rpc, method, &params),
        Err(error) => Begun::Done(Err(RpcError::invalid_params(error))),
    }
}

/// Begins the answer of a method.
pub(super) fn begin_method(rpc: &Arc<Rpc>, method: &Method, params: &Params<'_>) -> Begun {
    (method.handler)(rpc, params)
}

/// Writes an answer.
pub(super) fn answer(value: &impl Serialize) -> Answer {
    json::to_raw(value).map_err(|error| RpcError::internal(format!("error marshaling response: {error}")))
}

/// The page a browser gets.
pub(super) fn list(address: SocketAddr) -> String {
    let link = |method: &Method| {
        let params: Vec<String> = method.params.iter().map(|param| format!("{param}=_")).collect();
        let query = if params.is_empty() { String::new() } else { format!("?{}", params.join("&")) };
        format!("<a href=\"//{address}/{name}{query}\">//{address}/{name}{query}</a></br>", name = method.name)
    };
    let methods = || METHODS.iter().filter(|method| !method.websocket_only);
    let plain: String = methods().filter(|method| method.params.is_empty()).map(link).collect();
    let with_params: String = methods().filter(|method| !method.params.is_empty()).map(link).collect();
    format!(
        "<html><body><br>Available endpoints:<br>{plain}<br>Endpoints that require arguments:<br>{with_params}</body></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_found() {
        for method in METHODS {
            assert!(find(method.name).is_some_and(|found| found.name == method.name), "{}", method.name);
        }
        assert!(find("unknown").is_none());
    }
}
