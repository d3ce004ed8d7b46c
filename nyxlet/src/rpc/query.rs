//! `abci_query`: the chain's own gRPC services here, everything else by the application.

use std::sync::Arc;

use tendermint_proto::v0_38::abci::ResponseQuery;

use super::{
    Rpc,
    answers::QueryResponse,
    jsonrpc::RpcError,
    params::Params,
    routes::{Answer, answer},
    tx_service,
};

pub(super) fn abci_query(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let path = params.text("path").map_err(RpcError::invalid_params)?.unwrap_or_default();
    let data = params.hex_bytes("data").map_err(RpcError::invalid_params)?.unwrap_or_default();
    let height = params.integer("height").map_err(RpcError::invalid_params)?.unwrap_or_default();
    let prove = params.boolean("prove").map_err(RpcError::invalid_params)?.unwrap_or_default();
    answer(&QueryResponse(respond(rpc, &path, &data, height, prove)))
}

fn respond(rpc: &Rpc, path: &str, data: &[u8], height: i64, prove: bool) -> ResponseQuery {
    let last = i64::try_from(rpc.chain.tip().height()).unwrap_or(i64::MAX);
    if height < 0 {
        return refuse(18, "cannot query with height < 0; please provide a valid height: invalid request");
    }
    if height > last {
        return refuse(26, "cannot query with height in the future; please provide a valid height: invalid height");
    }
    if height != 0 && height != last {
        return refuse(
            18,
            &format!(
                "failed to load state at height {height}; this chain keeps the latest state only \
                 (latest height: {last}): invalid request"
            ),
        );
    }
    if prove && path.starts_with("/store") {
        return refuse(18, "this chain gives no proofs of its state; query without prove: invalid request");
    }
    let mut response = match tx_service::answer(rpc, path, data) {
        Some(Ok(value)) => ResponseQuery { value: value.into(), ..ResponseQuery::default() },
        Some(Err(error)) => refuse(error.code(), &error.to_string()),
        None => rpc.chain.app().query(path, data),
    };
    if response.height == 0 && response.code == 0 {
        response.height = last;
    }
    response
}

fn refuse(code: u32, log: &str) -> ResponseQuery {
    ResponseQuery { code, log: log.to_owned(), codespace: "sdk".into(), ..ResponseQuery::default() }
}
