//! Taking transactions in, finding them again.

use std::{sync::Arc, time::Duration};

use futures::FutureExt as _;
use serde::Serialize;
use serde_json::value::RawValue;
use tendermint_proto::v0_38::abci::{ExecTxResult, TxResult};

use super::{
    Rpc,
    answers::{BroadcastCommit, BroadcastTx, ProofJson, TxAnswer},
    blocks::read,
    json::{Base64, Text},
    jsonrpc::RpcError,
    params::Params,
    routes::{Answer, Begun, answer},
};
use crate::{
    chain::{block::tx_hashes, record},
    index::{query::Query, search_txs},
    store::Snapshot,
};

fn tx_bytes(params: &Params<'_>) -> Result<Vec<u8>, RpcError> {
    Ok(params.bytes("tx").map_err(RpcError::invalid_params)?.unwrap_or_default())
}

fn hash_of(tx: &[u8]) -> [u8; 32] {
    tx_hashes(&[tx])[0]
}

pub(super) fn broadcast_sync(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let tx = tx_bytes(params)?;
    let checked = rpc.chain.submit(&tx).map_err(RpcError::internal)?;
    answer(&BroadcastTx::new(&checked, &hash_of(&tx)))
}

/// As `broadcast_tx_sync`, but what the check says stays untold.
pub(super) fn broadcast_async(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let tx = tx_bytes(params)?;
    rpc.chain.submit(&tx).map_err(RpcError::internal)?;
    answer(&BroadcastTx::new(&ExecTxResult::default(), &hash_of(&tx)))
}

pub(super) fn broadcast_commit(rpc: &Arc<Rpc>, params: &Params<'_>) -> Begun {
    let submitted = tx_bytes(params).and_then(|tx| {
        let submitted = rpc.chain.submit_and_listen(&tx);
        let submitted =
            submitted.map_err(|error| RpcError::internal(format!("error on broadcastTxCommit: {error}")))?;
        Ok((tx, submitted))
    });
    let (tx, (checked, included)) = match submitted {
        Ok(submitted) => submitted,
        Err(error) => return Begun::Done(Err(error)),
    };
    let hash = hash_of(&tx);
    if checked.code != 0 {
        return Begun::Done(answer(&BroadcastCommit::new(&checked, &ExecTxResult::default(), &hash, 0)));
    }
    let patience = Duration::from_secs(rpc.limits.commit_seconds);
    let later = async move {
        match tokio::time::timeout(patience, included).await {
            Ok(Ok(included)) => {
                let tx = &included.block.txs[included.index];
                let result = tx.result.clone().unwrap_or_default();
                answer(&BroadcastCommit::new(&checked, &result, &hash, tx.height))
            }
            Ok(Err(_)) => Err(RpcError::internal("txSub was canceled (reason: the transaction was thrown out again)")),
            Err(_) => Err(RpcError::internal("timed out waiting for tx to be included in a block")),
        }
    };
    Begun::Later(later.boxed())
}

pub(super) fn tx(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let hash = params.bytes("hash").map_err(RpcError::invalid_params)?.unwrap_or_default();
    let prove = params.boolean("prove").map_err(RpcError::invalid_params)?.unwrap_or_default();
    if hash.is_empty() {
        return Err(RpcError::internal("transaction hash cannot be empty"));
    }
    let snapshot = rpc.chain.tip().snapshot;
    let not_found = || RpcError::internal(format!("tx ({}) not found", hex::encode_upper(&hash)));
    let place = read(record::find_tx(&snapshot, &hash))?.ok_or_else(not_found)?;
    let tx = read(record::load_tx(&snapshot, place))?.ok_or_else(not_found)?;
    found(&snapshot, &tx, prove)
}

fn found(snapshot: &Snapshot, tx: &TxResult, prove: bool) -> Answer {
    let result = tx.result.clone().unwrap_or_default();
    let block = match prove {
        true => read(record::load_txs(snapshot, u64::try_from(tx.height).unwrap_or_default()))?,
        false => Vec::new(),
    };
    let txs: Vec<&[u8]> = block.iter().map(|tx| tx.tx.as_ref()).collect();
    let proof = prove.then(|| ProofJson::new(&txs, tx.index as usize, &tx.tx)).flatten();
    answer(&TxAnswer::new(tx, &result, &hash_of(&tx.tx), proof))
}

pub(super) fn tx_search(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    #[derive(Serialize)]
    struct TxSearch {
        txs: Vec<Box<RawValue>>,
        total_count: Text<usize>,
    }
    let text = params.text("query").map_err(RpcError::invalid_params)?.unwrap_or_default();
    let prove = params.boolean("prove").map_err(RpcError::invalid_params)?.unwrap_or_default();
    let query = Query::parse(&text).map_err(RpcError::internal)?;
    let tip = rpc.chain.tip();
    let mut places = read(search_txs(&tip.snapshot, &query, tip.height()))?;
    if descending(params, Descending::WhenTold)? {
        places.reverse();
    }
    let Page { start, end } = page_bounds(params, places.len())?;
    let mut txs = Vec::with_capacity(end - start);
    for place in &places[start..end] {
        if let Some(tx) = read(record::load_tx(&tip.snapshot, *place))? {
            txs.push(found(&tip.snapshot, &tx, prove)?);
        }
    }
    answer(&TxSearch { txs, total_count: Text(places.len()) })
}

#[derive(Serialize)]
struct Unconfirmed<'a> {
    n_txs: Text<usize>,
    total: Text<usize>,
    total_bytes: Text<usize>,
    txs: Option<Vec<Base64<'a>>>,
}

pub(super) fn unconfirmed(rpc: &Arc<Rpc>, params: &Params<'_>) -> Answer {
    let limit = per_page(params.integer("limit").map_err(RpcError::invalid_params)?);
    let txs = rpc.chain.first_waiting(limit);
    let (total, bytes) = rpc.chain.waiting();
    answer(&Unconfirmed {
        n_txs: Text(txs.len()),
        total: Text(total),
        total_bytes: Text(bytes),
        txs: Some(txs.iter().map(|tx| Base64(tx)).collect()),
    })
}

pub(super) fn num_unconfirmed(rpc: &Arc<Rpc>, _: &Params<'_>) -> Answer {
    let (total, bytes) = rpc.chain.waiting();
    answer(&Unconfirmed { n_txs: Text(total), total: Text(total), total_bytes: Text(bytes), txs: None })
}

/// A page of a list.
pub(super) struct Page {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The page that a call asks for.
pub(super) fn page_bounds(params: &Params<'_>, total: usize) -> Result<Page, RpcError> {
    let per_page = per_page(params.integer("per_page").map_err(RpcError::invalid_params)?);
    let pages = total.div_ceil(per_page).max(1);
    let page = match params.integer("page").map_err(RpcError::invalid_params)? {
        None => 1,
        Some(page) => usize::try_from(page)
            .ok()
            .filter(|page| (1..=pages).contains(page))
            .ok_or_else(|| RpcError::internal(format!("page should be within [1, {pages}] range, given {page}")))?,
    };
    let start = (page - 1) * per_page;
    Ok(Page { start, end: total.min(start + per_page) })
}

fn per_page(wanted: Option<i64>) -> usize {
    const DEFAULT: usize = 30;
    const MOST: usize = 100;
    match wanted.map(usize::try_from) {
        None | Some(Err(_) | Ok(0)) => DEFAULT,
        Some(Ok(wanted)) => wanted.min(MOST),
    }
}

/// Whether the newest comes first when a call does not say.
#[derive(PartialEq, Eq)]
pub(super) enum Descending {
    ByDefault,
    WhenTold,
}

/// Whether the newest comes first.
pub(super) fn descending(params: &Params<'_>, default: Descending) -> Result<bool, RpcError> {
    match params.text("order_by").map_err(RpcError::invalid_params)?.as_deref() {
        Some("desc") => Ok(true),
        Some("asc") => Ok(false),
        None | Some("") => Ok(default == Descending::ByDefault),
        Some(_) => Err(RpcError::internal("expected order_by to be either `asc` or `desc` or empty")),
    }
}
