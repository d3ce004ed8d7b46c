//! gRPC services about blocks and transactions, which a node answers from its records and not from its state:
//! `cosmos.tx.v1beta1`, `cosmos.base.tendermint.v1beta1`, `cosmos.base.node.v1beta1`.

use cosmos_sdk_proto::{
    Any, Timestamp,
    cosmos::{
        base::{
            abci::v1beta1::TxResponse,
            node::v1beta1::{ConfigResponse, StatusResponse},
            query::v1beta1::{PageRequest, PageResponse},
            tendermint::v1beta1::{
                Block as SdkBlock, GetBlockByHeightRequest, GetBlockByHeightResponse, GetLatestBlockResponse,
                GetLatestValidatorSetResponse, GetNodeInfoResponse, GetSyncingResponse, GetValidatorSetByHeightRequest,
                GetValidatorSetByHeightResponse, Header as SdkHeader, Validator as SdkValidator, VersionInfo,
            },
        },
        crypto::ed25519::PubKey,
        tx::v1beta1::{
            GetBlockWithTxsRequest, GetBlockWithTxsResponse, GetTxRequest, GetTxResponse, GetTxsEventRequest,
            GetTxsEventResponse, OrderBy, Tx,
        },
    },
};
use prost::{Message, Name};
use tendermint_proto::v0_38::{
    abci::TxResult,
    p2p::{DefaultNodeInfo, DefaultNodeInfoOther, ProtocolVersion},
    types::{Block, Data, EvidenceList},
};

use super::Rpc;
use crate::{
    address,
    chain::{
        Tip,
        block::{BLOCK_PROTOCOL, timestamp, tx_hashes},
        record::{self, BlockRecord},
        validator::VOTING_POWER,
    },
    index::{query::Query, search_txs},
    store::{Snapshot, StoreError},
};

/// Pages have at most, and by default, this many transactions.
const PAGE: u64 = 100;

/// Why a query has no answer, with the code that a node's `abci_query` gives it in codespace `sdk`.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServiceError {
    #[error("rpc error: code = NotFound desc = {0}: key not found")]
    NotFound(String),
    #[error("rpc error: code = InvalidArgument desc = {0}: invalid request")]
    InvalidArgument(String),
    #[error("{0}: invalid height")]
    InvalidHeight(String),
    #[error("rpc error: code = Internal desc = {0}: unknown request")]
    Internal(String),
}

impl ServiceError {
    pub(super) fn code(&self) -> u32 {
        match self {
            ServiceError::Internal(_) => 6,
            ServiceError::InvalidArgument(_) => 18,
            ServiceError::NotFound(_) => 22,
            ServiceError::InvalidHeight(_) => 26,
        }
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        ServiceError::Internal(error.to_string())
    }
}

impl From<prost::DecodeError> for ServiceError {
    fn from(error: prost::DecodeError) -> Self {
        ServiceError::InvalidArgument(error.to_string())
    }
}

/// Answers a gRPC path; `None` when the path belongs to somebody else.
pub(super) fn answer(rpc: &Rpc, path: &str, request: &[u8]) -> Option<Result<Vec<u8>, ServiceError>> {
    let tip = rpc.chain.tip();
    Some(match path {
        "/cosmos.tx.v1beta1.Service/GetTx" => get_tx(&tip, request),
        "/cosmos.tx.v1beta1.Service/GetTxsEvent" => get_txs_event(&tip, request),
        "/cosmos.tx.v1beta1.Service/GetBlockWithTxs" => get_block_with_txs(&tip, request),
        "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo" => Ok(node_info(rpc)),
        "/cosmos.base.tendermint.v1beta1.Service/GetSyncing" => {
            Ok(GetSyncingResponse { syncing: false }.encode_to_vec())
        }
        "/cosmos.base.tendermint.v1beta1.Service/GetLatestBlock" => latest_block(&tip),
        "/cosmos.base.tendermint.v1beta1.Service/GetBlockByHeight" => block_by_height(&tip, request),
        "/cosmos.base.tendermint.v1beta1.Service/GetLatestValidatorSet" => Ok(latest_validators(rpc, &tip)),
        "/cosmos.base.tendermint.v1beta1.Service/GetValidatorSetByHeight" => validators_by_height(rpc, &tip, request),
        "/cosmos.base.node.v1beta1.Service/Config" => Ok(ConfigResponse {
            minimum_gas_price: "0.025unym".into(),
            pruning_keep_recent: "1".into(),
            pruning_interval: "1".into(),
            halt_height: 0,
        }
        .encode_to_vec()),
        "/cosmos.base.node.v1beta1.Service/Status" => Ok(node_status(&tip)),
        _ => return None,
    })
}

fn get_tx(tip: &Tip, request: &[u8]) -> Result<Vec<u8>, ServiceError> {
    let request = GetTxRequest::decode(request)?;
    if request.hash.is_empty() {
        return Err(ServiceError::InvalidArgument("tx hash cannot be empty".into()));
    }
    let hash = hex::decode(&request.hash).map_err(|error| ServiceError::InvalidArgument(error.to_string()))?;
    let missing = || ServiceError::NotFound(format!("tx not found: {}", request.hash));
    let place = record::find_tx(&tip.snapshot, &hash)?.ok_or_else(missing)?;
    let tx = record::load_tx(&tip.snapshot, place)?.ok_or_else(missing)?;
    let (tx, response) = tx_response(&tip.snapshot, &tx)?;
    Ok(GetTxResponse { tx: Some(tx), tx_response: Some(response) }.encode_to_vec())
}

#[allow(deprecated, reason = "clients of older SDK versions still fill these members")]
fn get_txs_event(tip: &Tip, request: &[u8]) -> Result<Vec<u8>, ServiceError> {
    let request = GetTxsEventRequest::decode(request)?;
    let text = if request.query.is_empty() { request.events.join(" AND ") } else { request.query.clone() };
    if text.is_empty() {
        return Err(ServiceError::Internal("query cannot be empty".into()));
    }
    let failed = |error: String| ServiceError::Internal(format!("failed to search for txs: {error}"));
    let query = Query::parse(&text).map_err(|error| failed(error.to_string()))?;
    let mut places = search_txs(&tip.snapshot, &query, tip.height())?;
    if request.order_by() == OrderBy::Desc {
        places.reverse();
    }
    let limit = match request.limit {
        0 => PAGE,
        limit => limit.min(PAGE),
    };
    let page = request.page.max(1);
    let total = places.len() as u64;
    let pages = total.div_ceil(limit).max(1);
    if page > pages {
        return Err(failed(format!("page should be within [1, {pages}] range, given {page}")));
    }
    let start = usize::try_from((page - 1) * limit).unwrap_or(usize::MAX);
    let (mut txs, mut tx_responses) = (Vec::new(), Vec::new());
    for place in places.iter().skip(start).take(usize::try_from(limit).unwrap_or(usize::MAX)) {
        if let Some(result) = record::load_tx(&tip.snapshot, *place)? {
            let (tx, response) = tx_response(&tip.snapshot, &result)?;
            txs.push(tx);
            tx_responses.push(response);
        }
    }
    Ok(GetTxsEventResponse { txs, tx_responses, pagination: None, total }.encode_to_vec())
}

fn get_block_with_txs(tip: &Tip, request: &[u8]) -> Result<Vec<u8>, ServiceError> {
    let request = GetBlockWithTxsRequest::decode(request)?;
    let record = wanted_block(tip, request.height)?;
    let block = whole_block(&tip.snapshot, &record)?;
    let all = block.data.as_ref().map(|data| data.txs.as_slice()).unwrap_or_default();
    let page = request.pagination.unwrap_or_else(|| PageRequest { limit: PAGE, ..PageRequest::default() });
    let total = all.len() as u64;
    if page.offset >= total && total != 0 {
        return Err(ServiceError::InvalidArgument(format!(
            "out of range: cannot paginate {total} txs with offset {} and limit {}",
            page.offset, page.limit
        )));
    }
    let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let take = usize::try_from(page.limit.min(PAGE)).unwrap_or(usize::MAX);
    let txs = all.iter().skip(skip).take(take).filter_map(|tx| Tx::decode(tx.as_slice()).ok()).collect();
    Ok(GetBlockWithTxsResponse {
        txs,
        block_id: record.block_id.clone(),
        block: Some(block),
        pagination: Some(PageResponse { next_key: Vec::new(), total }),
    }
    .encode_to_vec())
}

/// A transaction as the SDK tells of it.
fn tx_response(snapshot: &Snapshot, tx: &TxResult) -> Result<(Tx, TxResponse), ServiceError> {
    let decoded = Tx::decode(tx.tx.as_ref()).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let block = record::load_block(snapshot, u64::try_from(tx.height).unwrap_or_default())?.unwrap_or_default();
    let seconds = crate::clock::Nanos(block.time().seconds().saturating_mul(1_000_000_000));
    let result = tx.result.clone().unwrap_or_default();
    let response = TxResponse {
        height: tx.height,
        txhash: hex::encode_upper(tx_hashes(&[&tx.tx])[0]),
        codespace: result.codespace,
        code: result.code,
        data: hex::encode_upper(&result.data),
        raw_log: result.log,
        logs: Vec::new(),
        info: result.info,
        gas_wanted: result.gas_wanted,
        gas_used: result.gas_used,
        tx: Some(Any { type_url: Tx::type_url(), value: decoded.encode_to_vec() }),
        timestamp: seconds.rfc3339(),
        events: result.events,
    };
    Ok((decoded, response))
}

fn wanted_block(tip: &Tip, height: i64) -> Result<BlockRecord, ServiceError> {
    let wanted = u64::try_from(height).ok().filter(|height| (1..=tip.height()).contains(height));
    let wanted = wanted.ok_or_else(|| {
        ServiceError::InvalidHeight(format!(
            "requested height {height} but height must not be less than 1 or greater than the current height {}",
            tip.height()
        ))
    })?;
    let missing = || ServiceError::Internal(format!("block {wanted} is missing in the database"));
    record::load_block(&tip.snapshot, wanted)?.ok_or_else(missing)
}

fn whole_block(snapshot: &Snapshot, record: &BlockRecord) -> Result<Block, ServiceError> {
    let txs = record::load_txs(snapshot, record.height())?;
    Ok(Block {
        header: record.header.clone(),
        data: Some(Data { txs: txs.into_iter().map(|tx| tx.tx.into()).collect() }),
        evidence: Some(EvidenceList::default()),
        last_commit: record.last_commit.clone(),
    })
}

fn sdk_block(block: &Block) -> SdkBlock {
    let header = block.header.clone().unwrap_or_default();
    SdkBlock {
        header: Some(SdkHeader {
            version: header.version,
            chain_id: header.chain_id,
            height: header.height,
            time: header.time,
            last_block_id: header.last_block_id,
            last_commit_hash: header.last_commit_hash,
            data_hash: header.data_hash,
            validators_hash: header.validators_hash,
            next_validators_hash: header.next_validators_hash,
            consensus_hash: header.consensus_hash,
            app_hash: header.app_hash,
            last_results_hash: header.last_results_hash,
            evidence_hash: header.evidence_hash,
            proposer_address: consensus_address(&header.proposer_address),
        }),
        data: block.data.clone(),
        evidence: block.evidence.clone(),
        last_commit: block.last_commit.clone(),
    }
}

fn latest_block(tip: &Tip) -> Result<Vec<u8>, ServiceError> {
    let block = whole_block(&tip.snapshot, &tip.block)?;
    Ok(GetLatestBlockResponse {
        block_id: tip.block.block_id.clone(),
        sdk_block: Some(sdk_block(&block)),
        block: Some(block),
    }
    .encode_to_vec())
}

fn block_by_height(tip: &Tip, request: &[u8]) -> Result<Vec<u8>, ServiceError> {
    let record = wanted_block(tip, GetBlockByHeightRequest::decode(request)?.height)?;
    let block = whole_block(&tip.snapshot, &record)?;
    Ok(GetBlockByHeightResponse {
        block_id: record.block_id.clone(),
        sdk_block: Some(sdk_block(&block)),
        block: Some(block),
    }
    .encode_to_vec())
}

fn validator(rpc: &Rpc) -> SdkValidator {
    let validator = rpc.chain.validator();
    let key = PubKey { key: validator.public_key().to_vec() };
    SdkValidator {
        address: consensus_address(&validator.address()),
        pub_key: Some(Any { type_url: "/cosmos.crypto.ed25519.PubKey".into(), value: key.encode_to_vec() }),
        voting_power: VOTING_POWER,
        proposer_priority: 0,
    }
}

fn latest_validators(rpc: &Rpc, tip: &Tip) -> Vec<u8> {
    GetLatestValidatorSetResponse {
        block_height: tip.block.header.as_ref().map_or(0, |header| header.height),
        validators: vec![validator(rpc)],
        pagination: Some(PageResponse { next_key: Vec::new(), total: 1 }),
    }
    .encode_to_vec()
}

fn validators_by_height(rpc: &Rpc, tip: &Tip, request: &[u8]) -> Result<Vec<u8>, ServiceError> {
    let height = GetValidatorSetByHeightRequest::decode(request)?.height;
    wanted_block(tip, height)?;
    Ok(GetValidatorSetByHeightResponse {
        block_height: height,
        validators: vec![validator(rpc)],
        pagination: Some(PageResponse { next_key: Vec::new(), total: 1 }),
    }
    .encode_to_vec())
}

/// A validator's address in bech32 with the prefix of consensus addresses.
fn consensus_address(address: &[u8]) -> String {
    let prefix = format!("{}valcons", address::PREFIX);
    let prefix = bech32::Hrp::parse(&prefix).map_err(|error| error.to_string());
    prefix
        .and_then(|prefix| bech32::encode::<bech32::Bech32>(prefix, address).map_err(|error| error.to_string()))
        .unwrap_or_default()
}

fn node_info(rpc: &Rpc) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    GetNodeInfoResponse {
        default_node_info: Some(DefaultNodeInfo {
            protocol_version: Some(ProtocolVersion { p2p: 8, block: BLOCK_PROTOCOL, app: 0 }),
            default_node_id: hex::encode(rpc.chain.validator().address()),
            listen_addr: "tcp://127.0.0.1:26656".into(),
            network: rpc.chain.genesis().chain_id.clone(),
            version: "0.38.21".into(),
            channels: vec![0x40, 0x20, 0x21, 0x22, 0x23, 0x30, 0x38, 0x60, 0x61, 0x00],
            moniker: "nyxlet".into(),
            other: Some(DefaultNodeInfoOther { tx_index: "on".into(), rpc_address: format!("tcp://{}", rpc.address) }),
        }),
        application_version: Some(VersionInfo {
            name: "nyxlet".into(),
            app_name: "nyxlet".into(),
            version: version.into(),
            cosmos_sdk_version: "v0.53.6".into(),
            ..VersionInfo::default()
        }),
    }
    .encode_to_vec()
}

fn node_status(tip: &Tip) -> Vec<u8> {
    let time = timestamp(tip.block.time());
    let header = tip.block.header.clone().unwrap_or_default();
    StatusResponse {
        earliest_store_height: tip.height(),
        height: tip.height(),
        timestamp: Some(Timestamp { seconds: time.seconds, nanos: time.nanos }),
        app_hash: header.app_hash,
        validator_hash: header.next_validators_hash,
    }
    .encode_to_vec()
}
