//! Answers about blocks.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::{
    Rpc,
    answers::{BlockAnswer, BlockMetaJson, BlockResults, CommitJson, HeaderJson},
    json::Text,
    jsonrpc::RpcError,
    params::Params,
    routes::{Answer, answer},
    txs::{Descending, Page, descending, page_bounds},
};
use crate::{
    chain::{
        Tip,
        record::{self, BlockRecord},
    },
    index::{query::Query, search_blocks},
    store::StoreError,
};

/// Turns a failure of the database into an answer.
pub(super) fn read<T>(result: Result<T, StoreError>) -> Result<T, RpcError> {
    result.map_err(RpcError::internal)
}

/// The height that a call asks for, the last one by default.
pub(super) fn wanted_height(params: &Params<'_>, last: u64) -> Result<u64, RpcError> {
    let Some(height) = params.integer("height").map_err(RpcError::invalid_params)? else { return Ok(last) };
    if height <= 0 {
        return Err(RpcError::internal(format!("height must be greater than 0, but got {height}")));
    }
    u64::try_from(height).ok().filter(|height| *height <= last).ok_or_else(|| {
        RpcError::internal(format!(
            "height {height} must be less than or equal to the current blockchain height {last}"
        ))
    })
}

fn wanted_block(rpc: &Rpc, params: &Params<'_>) -> Result<(Tip, Arc<BlockRecord>), RpcError> {
    let tip = rpc.chain.tip();
    let height = wanted_height(params, tip.height())?;
    if height == tip.height() {
        let block = tip.block.clone();
        return Ok((tip, block));
    }
    let block = read(record::load_block(&tip.snapshot, height))?
        .ok_or_else(|| RpcError::internal(format!("block {height} is missing in the database")))?;
    Ok((tip, Arc::new(block)))
}

pub(super) fn block(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let (tip, block) = wanted_block(rpc, params)?;
    let txs = read(record::load_txs(&tip.snapshot, block.height()))?;
    answer(&BlockAnswer::new(&block, &txs))
}

pub(super) fn block_by_hash(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let hash = params.bytes("hash").map_err(RpcError::invalid_params)?.unwrap_or_default();
    let tip = rpc.chain.tip();
    let Some(height) = read(record::find_block(&tip.snapshot, &hash))? else { return answer(&BlockAnswer::none()) };
    let block = read(record::load_block(&tip.snapshot, height))?.unwrap_or_default();
    let txs = read(record::load_txs(&tip.snapshot, height))?;
    answer(&BlockAnswer::new(&block, &txs))
}

pub(super) fn block_results(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let (tip, block) = wanted_block(rpc, params)?;
    let txs = read(record::load_txs(&tip.snapshot, block.height()))?;
    answer(&BlockResults::new(&block, &txs))
}

#[derive(Serialize)]
struct HeaderAnswer<'a> {
    header: Option<HeaderJson<'a>>,
}

pub(super) fn header(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let (_, block) = wanted_block(rpc, params)?;
    answer(&HeaderAnswer { header: block.header.as_ref().map(HeaderJson::from) })
}

pub(super) fn header_by_hash(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let hash = params.hex_bytes("hash").map_err(RpcError::invalid_params)?.unwrap_or_default();
    let tip = rpc.chain.tip();
    let block = match read(record::find_block(&tip.snapshot, &hash))? {
        Some(height) => read(record::load_block(&tip.snapshot, height))?,
        None => None,
    };
    let header = block.as_ref().and_then(|block| block.header.as_ref());
    answer(&HeaderAnswer { header: header.map(HeaderJson::from) })
}

pub(super) fn commit(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    #[derive(Serialize)]
    struct SignedHeader<'a> {
        header: Option<HeaderJson<'a>>,
        commit: Option<CommitJson<'a>>,
    }
    #[derive(Serialize)]
    struct CommitAnswer<'a> {
        signed_header: SignedHeader<'a>,
        canonical: bool,
    }
    let (tip, block) = wanted_block(rpc, params)?;
    // The canonical commit of a block stands in the next one.
    let next = read(record::load_block(&tip.snapshot, block.height() + 1))?;
    let commit = match &next {
        Some(next) => next.last_commit.as_ref(),
        None => block.seen_commit.as_ref(),
    };
    answer(&CommitAnswer {
        signed_header: SignedHeader {
            header: block.header.as_ref().map(HeaderJson::from),
            commit: commit.map(CommitJson::from),
        },
        canonical: next.is_some(),
    })
}

pub(super) fn blockchain(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    const MOST: u64 = 20;
    #[derive(Serialize)]
    struct Blockchain<'a> {
        last_height: Text<u64>,
        block_metas: Vec<BlockMetaJson<'a>>,
    }
    let height = |name| params.integer(name).map(Option::unwrap_or_default).map_err(RpcError::invalid_params);
    let (Ok(least), Ok(most)) = (u64::try_from(height("minHeight")?), u64::try_from(height("maxHeight")?)) else {
        return Err(RpcError::internal("heights must be non-negative"));
    };
    let tip = rpc.chain.tip();
    let most = if most == 0 { tip.height() } else { most.min(tip.height()) };
    let least = least.max(1).max((most + 1).saturating_sub(MOST));
    if least > most {
        return Err(RpcError::internal(format!("min height {least} can't be greater than max height {most}")));
    }
    let blocks = (least..=most).rev().filter_map(|height| record::load_block(&tip.snapshot, height).transpose());
    let blocks: Vec<BlockRecord> = read(blocks.collect())?;
    answer(&Blockchain {
        last_height: Text(tip.height()),
        block_metas: blocks.iter().map(BlockMetaJson::from).collect(),
    })
}

pub(super) fn block_search(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let text = params.text("query").map_err(RpcError::invalid_params)?.unwrap_or_default();
    let query = Query::parse(&text).map_err(RpcError::internal)?;
    let tip = rpc.chain.tip();
    let mut heights = read(search_blocks(&tip.snapshot, &query, tip.height()))?;
    if descending(params, Descending::ByDefault)? {
        heights.reverse();
    }
    let Page { start, end } = page_bounds(params, heights.len())?;
    let mut blocks = Vec::with_capacity(end - start);
    for height in &heights[start..end] {
        let block = read(record::load_block(&tip.snapshot, *height))?.unwrap_or_default();
        let txs = read(record::load_txs(&tip.snapshot, *height))?;
        blocks.push(answer(&BlockAnswer::new(&block, &txs))?);
    }
    answer(&json!({ "blocks": blocks, "total_count": heights.len().to_string() }))
}
