//! Answers about blocks.

use serde::Serialize;
use tendermint_proto::v0_38::{
    abci::TxResult,
    types::{BlockId, Commit, CommitSig, Header},
};

use super::{AbciEvent, ExecResult};
use crate::{
    chain::{block::from_timestamp, record::BlockRecord},
    genesis_doc::consensus_params,
    rpc::json::{Base64, Base64OrNull, Text, UpperHex},
};

/// The id of a block; empty before the first block.
#[derive(Serialize)]
pub(in crate::rpc) struct BlockIdJson<'a> {
    hash: UpperHex<'a>,
    parts: Parts<'a>,
}

#[derive(Serialize)]
struct Parts<'a> {
    total: u32,
    hash: UpperHex<'a>,
}

impl<'a> BlockIdJson<'a> {
    pub(in crate::rpc) fn new(id: Option<&'a BlockId>) -> Self {
        let parts = id.and_then(|id| id.part_set_header.as_ref());
        Self {
            hash: UpperHex(id.map_or(&[], |id| &id.hash)),
            parts: Parts {
                total: parts.map_or(0, |parts| parts.total),
                hash: UpperHex(parts.map_or(&[], |parts| &parts.hash)),
            },
        }
    }
}

/// A header.
#[derive(Serialize)]
pub(in crate::rpc) struct HeaderJson<'a> {
    version: Version,
    chain_id: &'a str,
    height: Text<i64>,
    time: String,
    last_block_id: BlockIdJson<'a>,
    last_commit_hash: UpperHex<'a>,
    data_hash: UpperHex<'a>,
    validators_hash: UpperHex<'a>,
    next_validators_hash: UpperHex<'a>,
    consensus_hash: UpperHex<'a>,
    app_hash: UpperHex<'a>,
    last_results_hash: UpperHex<'a>,
    evidence_hash: UpperHex<'a>,
    proposer_address: UpperHex<'a>,
}

#[derive(Serialize)]
struct Version {
    block: Text<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<Text<u64>>,
}

impl<'a> From<&'a Header> for HeaderJson<'a> {
    fn from(header: &'a Header) -> Self {
        let version = header.version.unwrap_or_default();
        Self {
            version: Version { block: Text(version.block), app: (version.app != 0).then_some(Text(version.app)) },
            chain_id: &header.chain_id,
            height: Text(header.height),
            time: from_timestamp(header.time.as_ref()).rfc3339(),
            last_block_id: BlockIdJson::new(header.last_block_id.as_ref()),
            last_commit_hash: UpperHex(&header.last_commit_hash),
            data_hash: UpperHex(&header.data_hash),
            validators_hash: UpperHex(&header.validators_hash),
            next_validators_hash: UpperHex(&header.next_validators_hash),
            consensus_hash: UpperHex(&header.consensus_hash),
            app_hash: UpperHex(&header.app_hash),
            last_results_hash: UpperHex(&header.last_results_hash),
            evidence_hash: UpperHex(&header.evidence_hash),
            proposer_address: UpperHex(&header.proposer_address),
        }
    }
}

/// A commit.
#[derive(Serialize)]
pub(in crate::rpc) struct CommitJson<'a> {
    height: Text<i64>,
    round: i32,
    block_id: BlockIdJson<'a>,
    signatures: Vec<Signature<'a>>,
}

#[derive(Serialize)]
struct Signature<'a> {
    block_id_flag: i32,
    validator_address: UpperHex<'a>,
    timestamp: String,
    signature: Base64OrNull<'a>,
}

impl<'a> From<&'a CommitSig> for Signature<'a> {
    fn from(signature: &'a CommitSig) -> Self {
        Self {
            block_id_flag: signature.block_id_flag,
            validator_address: UpperHex(&signature.validator_address),
            timestamp: from_timestamp(signature.timestamp.as_ref()).rfc3339(),
            signature: Base64OrNull(&signature.signature),
        }
    }
}

impl<'a> From<&'a Commit> for CommitJson<'a> {
    fn from(commit: &'a Commit) -> Self {
        Self {
            height: Text(commit.height),
            round: commit.round,
            block_id: BlockIdJson::new(commit.block_id.as_ref()),
            signatures: commit.signatures.iter().map(Signature::from).collect(),
        }
    }
}

/// A block.
#[derive(Serialize)]
pub(in crate::rpc) struct BlockJson<'a> {
    header: Option<HeaderJson<'a>>,
    data: DataJson<'a>,
    evidence: Evidence,
    last_commit: Option<CommitJson<'a>>,
}

#[derive(Serialize)]
struct DataJson<'a> {
    txs: Vec<Base64<'a>>,
}

#[derive(Serialize)]
struct Evidence {
    evidence: [(); 0],
}

impl<'a> BlockJson<'a> {
    pub(in crate::rpc) fn new(record: &'a BlockRecord, txs: &'a [TxResult]) -> Self {
        Self {
            header: record.header.as_ref().map(HeaderJson::from),
            data: DataJson { txs: txs.iter().map(|tx| Base64(&tx.tx)).collect() },
            evidence: Evidence { evidence: [] },
            last_commit: record.last_commit.as_ref().map(CommitJson::from),
        }
    }
}

/// A block with its id; both empty for a hash that no block has.
#[derive(Serialize)]
pub(in crate::rpc) struct BlockAnswer<'a> {
    block_id: BlockIdJson<'a>,
    block: Option<BlockJson<'a>>,
}

impl<'a> BlockAnswer<'a> {
    pub(in crate::rpc) fn new(record: &'a BlockRecord, txs: &'a [TxResult]) -> Self {
        Self { block_id: BlockIdJson::new(record.block_id.as_ref()), block: Some(BlockJson::new(record, txs)) }
    }

    pub(in crate::rpc) fn none() -> Self {
        Self { block_id: BlockIdJson::new(None), block: None }
    }
}

/// What `blockchain` tells of a block.
#[derive(Serialize)]
pub(in crate::rpc) struct BlockMetaJson<'a> {
    block_id: BlockIdJson<'a>,
    block_size: Text<u64>,
    header: Option<HeaderJson<'a>>,
    num_txs: Text<u32>,
}

impl<'a> From<&'a BlockRecord> for BlockMetaJson<'a> {
    fn from(record: &'a BlockRecord) -> Self {
        Self {
            block_id: BlockIdJson::new(record.block_id.as_ref()),
            block_size: Text(record.size),
            header: record.header.as_ref().map(HeaderJson::from),
            num_txs: Text(record.num_txs),
        }
    }
}

/// What `block_results` answers.
#[derive(Serialize)]
pub(in crate::rpc) struct BlockResults<'a> {
    height: Text<u64>,
    txs_results: Option<Vec<ExecResult<'a>>>,
    finalize_block_events: Vec<AbciEvent<'a>>,
    validator_updates: [(); 0],
    consensus_param_updates: serde_json::Value,
    app_hash: Base64OrNull<'a>,
}

impl<'a> BlockResults<'a> {
    pub(in crate::rpc) fn new(record: &'a BlockRecord, txs: &'a [TxResult]) -> Self {
        let results: Vec<ExecResult<'a>> = txs.iter().filter_map(|tx| tx.result.as_ref()).map(ExecResult).collect();
        Self {
            height: Text(record.height()),
            txs_results: (!results.is_empty()).then_some(results),
            finalize_block_events: record.events.iter().map(AbciEvent).collect(),
            validator_updates: [],
            consensus_param_updates: param_updates(),
            app_hash: Base64OrNull(&record.app_hash),
        }
    }
}

/// The same facts as subscriptions to blocks carry them.
#[derive(Serialize)]
pub(in crate::rpc) struct FinalizeBlock<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<AbciEvent<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tx_results: Vec<ExecResult<'a>>,
    validator_updates: [(); 0],
    consensus_param_updates: serde_json::Value,
    app_hash: Base64OrNull<'a>,
}

/// What executing a block gave.
pub(in crate::rpc) fn finalize_block<'a>(record: &'a BlockRecord, txs: &'a [TxResult]) -> FinalizeBlock<'a> {
    FinalizeBlock {
        events: record.events.iter().map(AbciEvent).collect(),
        tx_results: txs.iter().filter_map(|tx| tx.result.as_ref()).map(ExecResult).collect(),
        validator_updates: [],
        consensus_param_updates: param_updates(),
        app_hash: Base64OrNull(&record.app_hash),
    }
}

/// The SDK repeats the parameters with every block, in the encoding that leaves out zeros.
fn param_updates() -> serde_json::Value {
    let mut params = consensus_params();
    params["version"] = serde_json::json!({});
    params["abci"] = serde_json::json!({});
    params
}
