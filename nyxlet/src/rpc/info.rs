//! Answers about the node and its settings.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::Serialize;
use serde_json::{json, value::RawValue};

use super::{
    Rpc,
    answers::{InfoResponse, Status, ValidatorJson},
    blocks::{read, wanted_height},
    json::Text,
    jsonrpc::RpcError,
    params::Params,
    routes::{Answer, answer},
    txs::{Page, page_bounds},
};
use crate::{chain::record, genesis_doc};

/// The size of the pieces of a genesis.
const GENESIS_CHUNK: usize = 16 << 20;

/// The genesis in pieces, each in base64.
pub(super) fn genesis_chunks(document: &[u8]) -> Vec<String> {
    document.chunks(GENESIS_CHUNK).map(|chunk| BASE64.encode(chunk)).collect()
}

pub(super) fn health(_: &Arc<Rpc>, _: &Params<'_>) -> Answer {
    answer(&json!({}))
}

pub(super) fn status(rpc: &Arc<Rpc>, _: &Params<'_>) -> Answer {
    let tip = rpc.chain.tip();
    let first = read(record::load_block(&tip.snapshot, 1))?.unwrap_or_default();
    let validator = ValidatorJson::new(rpc.chain.validator());
    answer(&Status::new(&rpc.chain.genesis().chain_id, &validator, rpc.address, &first, &tip.block))
}

pub(super) fn net_info(_: &Arc<Rpc>, _: &Params<'_>) -> Answer {
    answer(&json!({ "listening": true, "listeners": ["Listener(@)"], "n_peers": "0", "peers": [] }))
}

pub(super) fn abci_info(rpc: &Arc<Rpc>, _: &Params<'_>) -> Answer {
    let tip = rpc.chain.tip();
    answer(&InfoResponse { height: tip.height(), app_hash: tip.block.app_hash.clone() })
}

pub(super) fn genesis(rpc: &Arc<Rpc>, _: &Params<'_>) -> Answer {
    if rpc.genesis_chunks.len() > 1 {
        return Err(RpcError::internal("genesis response is large, please use the genesis_chunked API instead"));
    }
    #[derive(Serialize)]
    struct GenesisAnswer {
        genesis: Box<RawValue>,
    }
    let text = String::from_utf8(rpc.chain.genesis().to_json()).map_err(RpcError::internal)?;
    answer(&GenesisAnswer { genesis: RawValue::from_string(text).map_err(RpcError::internal)? })
}

pub(super) fn genesis_chunked(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let chunk = params.integer("chunk").map_err(RpcError::invalid_params)?.unwrap_or_default();
    let total = rpc.genesis_chunks.len();
    let data = usize::try_from(chunk).ok().and_then(|chunk| rpc.genesis_chunks.get(chunk));
    let data = data.ok_or_else(|| {
        RpcError::internal(format!("there are {} chunks, {chunk} is invalid", total.saturating_sub(1)))
    })?;
    answer(&json!({ "chunk": chunk.to_string(), "total": total.to_string(), "data": data }))
}

pub(super) fn consensus_params(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let height = wanted_height(params, rpc.chain.tip().height() + 1)?;
    answer(&json!({ "block_height": height.to_string(), "consensus_params": genesis_doc::consensus_params() }))
}

pub(super) fn validators(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    #[derive(Serialize)]
    struct Validators {
        block_height: Text<u64>,
        validators: Vec<ValidatorJson>,
        count: Text<usize>,
        total: Text<usize>,
    }
    let height = wanted_height(params, rpc.chain.tip().height() + 1)?;
    let all = [rpc.chain.validator()];
    let Page { start, end } = page_bounds(params, all.len())?;
    let validators: Vec<ValidatorJson> = all[start..end].iter().map(|one| ValidatorJson::new(one)).collect();
    answer(&Validators {
        block_height: Text(height),
        count: Text(validators.len()),
        total: Text(all.len()),
        validators,
    })
}
