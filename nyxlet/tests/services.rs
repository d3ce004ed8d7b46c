//! What the chain answers from its records: the SDK's services about blocks and transactions, searches with order and
//! pages, proofs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::net::SocketAddr;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use cosmos_sdk_proto::cosmos::{
    base::{
        node::v1beta1::{ConfigRequest, ConfigResponse},
        query::v1beta1::PageRequest,
        tendermint::v1beta1::{
            GetBlockByHeightRequest, GetBlockByHeightResponse, GetLatestBlockRequest, GetLatestBlockResponse,
            GetLatestValidatorSetRequest, GetLatestValidatorSetResponse, GetNodeInfoRequest, GetNodeInfoResponse,
        },
    },
    tx::v1beta1::{
        GetBlockWithTxsRequest, GetBlockWithTxsResponse, GetTxRequest, GetTxResponse, GetTxsEventRequest,
        GetTxsEventResponse, OrderBy,
    },
};
use nyxlet::{Config, Nyxlet, chain::Mining};
use prost::Message;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use support::{account, broadcast, call, commit, get, transfer};

fn ask<Q: Message, A: Message + Default>(address: SocketAddr, path: &str, request: &Q) -> A {
    let data = hex::encode(request.encode_to_vec());
    let answer = call(address, "abci_query", json!({ "path": path, "data": data }));
    let response = &answer["response"];
    assert_eq!(response["code"], 0, "{path}: {answer}");
    A::decode(BASE64.decode(response["value"].as_str().unwrap_or_default()).unwrap().as_slice()).unwrap()
}

#[test]
fn services_about_blocks_and_transactions() {
    let chain = Nyxlet::start(Config::default()).unwrap();
    let address = chain.address();
    let committed = commit(address, &transfer("nyx", 0, 1, 9, 0));
    let hash = committed["hash"].as_str().unwrap().to_owned();

    let path = "/cosmos.tx.v1beta1.Service";
    let found: GetTxResponse = ask(address, &format!("{path}/GetTx"), &GetTxRequest { hash: hash.to_lowercase() });
    let response = found.tx_response.unwrap();
    assert_eq!((response.txhash, response.height, response.code), (hash.clone(), 2, 0));
    assert_eq!(response.gas_used.to_string(), committed["tx_result"]["gas_used"]);
    assert_eq!(response.tx.unwrap().type_url, "/cosmos.tx.v1beta1.Tx");
    assert_eq!(found.tx.unwrap().body.unwrap().messages[0].type_url, "/cosmos.bank.v1beta1.MsgSend");

    commit(address, &transfer("nyx", 0, 1, 10, 1));
    let query = GetTxsEventRequest {
        query: "message.action='/cosmos.bank.v1beta1.MsgSend'".into(),
        order_by: OrderBy::Desc.into(),
        limit: 1,
        ..GetTxsEventRequest::default()
    };
    let found: GetTxsEventResponse = ask(address, &format!("{path}/GetTxsEvent"), &query);
    assert_eq!((found.total, found.tx_responses.len(), found.tx_responses[0].height), (2, 1, 3));
    let page = Some(PageRequest { limit: 10, ..PageRequest::default() });
    let request = GetBlockWithTxsRequest { height: 2, pagination: page };
    let found: GetBlockWithTxsResponse = ask(address, &format!("{path}/GetBlockWithTxs"), &request);
    assert_eq!((found.txs.len(), found.block.unwrap().header.unwrap().height), (1, 2));

    let path = "/cosmos.base.tendermint.v1beta1.Service";
    let info: GetNodeInfoResponse = ask(address, &format!("{path}/GetNodeInfo"), &GetNodeInfoRequest {});
    assert_eq!(info.default_node_info.unwrap().network, "nyx");
    let latest: GetLatestBlockResponse = ask(address, &format!("{path}/GetLatestBlock"), &GetLatestBlockRequest {});
    assert_eq!(latest.block.unwrap().header.unwrap().height, 3);
    let request = GetBlockByHeightRequest { height: 2 };
    let second: GetBlockByHeightResponse = ask(address, &format!("{path}/GetBlockByHeight"), &request);
    let header = second.sdk_block.unwrap().header.unwrap();
    assert!(header.height == 2 && header.proposer_address.starts_with("nvalcons1"), "{header:?}");
    let request = GetLatestValidatorSetRequest { pagination: None };
    let set: GetLatestValidatorSetResponse = ask(address, &format!("{path}/GetLatestValidatorSet"), &request);
    assert_eq!((set.block_height, set.validators.len()), (3, 1));
    let config: ConfigResponse = ask(address, "/cosmos.base.node.v1beta1.Service/Config", &ConfigRequest {});
    assert_eq!(config.minimum_gas_price, "0.025unym");
}

#[test]
fn searches_have_order_and_pages() {
    let chain = Nyxlet::start(Config { mining: Mining::Manual, ..Config::default() }).unwrap();
    let address = chain.address();
    for block in 0..3 {
        for place in 0..40 {
            let answer = broadcast(address, &transfer("nyx", 0, 1, 1, block * 40 + place));
            assert_eq!(answer["code"], 0, "{answer}");
        }
        call(address, "nyxlet_mine", json!({}));
    }
    let query = format!("transfer.recipient='{}' AND tx.height>=2", account(1).address);
    let search = |params: Value| call(address, "tx_search", params);
    let places = |answer: &Value| -> Vec<(u64, u64)> {
        let txs = answer["txs"].as_array().unwrap().iter();
        txs.map(|tx| (tx["height"].as_str().unwrap().parse().unwrap(), tx["index"].as_u64().unwrap())).collect()
    };
    let first = search(json!({ "query": query }));
    assert_eq!(first["total_count"], "120");
    assert_eq!(places(&first), (0..30).map(|place| (2, place)).collect::<Vec<_>>());
    let most = search(json!({ "query": query, "per_page": "1000" }));
    assert_eq!(places(&most).len(), 100);
    let last = search(json!({ "query": query, "per_page": "100", "page": "2", "order_by": "desc" }));
    assert_eq!(places(&last), (0..20).rev().map(|place| (2, place)).collect::<Vec<_>>());
    let one = search(json!({ "query": "tx.height=3", "per_page": "1", "order_by": "desc", "prove": true }));
    assert_eq!((&one["total_count"], places(&one)), (&json!("40"), vec![(3, 39)]));
    assert!(proof_holds(&one["txs"][0]["proof"], &header(address, 3)["data_hash"]));

    let blocks = call(address, "block_search", json!({ "query": "block.height>2", "per_page": "1" }));
    assert_eq!((&blocks["total_count"], &blocks["blocks"][0]["block"]["header"]["height"]), (&json!("2"), &json!("4")));

    // The same over GET, with the conventions of URIs.
    let (status, body) = get(address, "/tx_search?query=%22tx.height%3D3%22&per_page=5&page=2&order_by=%22asc%22");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200, "{body}");
    assert_eq!(places(&answer["result"]), (5..10).map(|place| (3, place)).collect::<Vec<_>>());
}

fn header(address: SocketAddr, height: u64) -> Value {
    call(address, "header", json!({ "height": height.to_string() }))["header"].clone()
}

/// Verifies a Merkle proof as a client does.
fn proof_holds(proof: &Value, data_hash: &Value) -> bool {
    let bytes = |value: &Value| BASE64.decode(value.as_str().unwrap()).unwrap();
    let number = |value: &Value| value.as_str().unwrap().parse::<usize>().unwrap();
    let hash = |parts: &[&[u8]]| Sha256::digest(parts.concat()).to_vec();
    fn climb(
        leaf: Vec<u8>,
        index: usize,
        total: usize,
        aunts: &[Vec<u8>],
        hash: &dyn Fn(&[&[u8]]) -> Vec<u8>,
    ) -> Vec<u8> {
        let Some((aunt, lower)) = aunts.split_last() else { return leaf };
        let left = total.next_power_of_two() / 2;
        if index < left {
            hash(&[&[1], &climb(leaf, index, left, lower, hash), aunt])
        } else {
            hash(&[&[1], aunt, &climb(leaf, index - left, total - left, lower, hash)])
        }
    }
    let inner = &proof["proof"];
    let leaf = hash(&[&[0], &hash(&[&bytes(&proof["data"])])]);
    assert_eq!(leaf, bytes(&inner["leaf_hash"]));
    let aunts: Vec<Vec<u8>> = inner["aunts"].as_array().unwrap().iter().map(bytes).collect();
    let root = climb(leaf, number(&inner["index"]), number(&inner["total"]), &aunts, &hash);
    let root = hex::encode_upper(root);
    root == proof["root_hash"] && root == *data_hash
}
