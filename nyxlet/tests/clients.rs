//! Unmodified clients of the live network against the chain: `tendermint-rpc` over HTTP and websocket in the 0.38
//! dialect, and the light client's verifier.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use futures::StreamExt as _;
use nyxlet::{Config, Nyxlet};
use support::{commit, transfer};
use tendermint::block;
use tendermint_light_client_verifier::{
    ProdVerifier, Verdict, Verifier as _,
    options::Options,
    types::{LightBlock, TrustThreshold},
};
use tendermint_rpc::{
    Client as _, HttpClient, Order, Paging, SubscriptionClient as _, WebSocketClient,
    client::CompatMode,
    event::EventData,
    query::{EventType, Query},
};

fn http(chain: &nyxlet::Handle) -> HttpClient {
    HttpClient::builder(chain.rpc_url().parse().unwrap()).compat_mode(CompatMode::V0_38).build().unwrap()
}

#[tokio::test]
async fn every_method_of_the_http_client() {
    let chain = Nyxlet::start(Config::default()).unwrap();
    let client = http(&chain);
    let tx = transfer("nyx", 0, 1, 7, 0);
    let committed = client.broadcast_tx_commit(tx.clone()).await.unwrap();
    assert!(committed.check_tx.code.is_ok() && committed.tx_result.code.is_ok(), "{committed:?}");
    let height = committed.height;

    let status = client.status().await.unwrap();
    assert_eq!(CompatMode::from_version(status.node_info.version.clone()).unwrap(), CompatMode::V0_38);
    assert_eq!(status.sync_info.latest_block_height, height);
    assert_eq!(status.node_info.network.as_str(), "nyx");
    assert!(!status.sync_info.catching_up);
    client.health().await.unwrap();
    assert_eq!(client.abci_info().await.unwrap().last_block_height, height);
    assert_eq!(client.net_info().await.unwrap().n_peers, 0);
    client.latest_consensus_params().await.unwrap();
    client.consensus_params(height).await.unwrap();
    let genesis: tendermint::Genesis<serde_json::Value> = client.genesis().await.unwrap();
    assert_eq!(genesis.app_state["bank"]["balances"].as_array().unwrap().len(), 10);

    let validators = client.validators(height, Paging::All).await.unwrap();
    assert_eq!(validators.validators.len(), 1);
    let block = client.block(height).await.unwrap();
    assert_eq!(block.block.data, vec![tx.clone()]);
    assert_eq!(client.block_by_hash(block.block_id.hash).await.unwrap().block, Some(block.block.clone()));
    assert_eq!(client.latest_block().await.unwrap().block_id, block.block_id);
    assert_eq!(client.header(height).await.unwrap().header, block.block.header);
    assert_eq!(client.header_by_hash(block.block_id.hash).await.unwrap().header, Some(block.block.header.clone()));
    let results = client.block_results(height).await.unwrap();
    assert_eq!(results.txs_results.unwrap(), vec![committed.tx_result.clone()]);
    client.latest_block_results().await.unwrap();
    let signed = client.commit(height).await.unwrap();
    assert_eq!(signed.signed_header.header, block.block.header);
    assert!(!signed.canonical);
    assert!(client.commit(1_u32).await.unwrap().canonical);
    let chain_blocks = client.blockchain(block::Height::from(1_u32), height).await.unwrap();
    assert_eq!(chain_blocks.block_metas.len(), usize::try_from(height.value()).unwrap());

    let found = client.tx(committed.hash, true).await.unwrap();
    assert_eq!((found.height, &found.tx), (height, &tx));
    let proof = found.proof.unwrap();
    assert_eq!(proof.root_hash, block.block.header.data_hash.unwrap());
    let query = Query::from(EventType::Tx).and_eq("message.action", "/cosmos.bank.v1beta1.MsgSend");
    let search = client.tx_search(query, true, 1, 10, Order::Descending).await.unwrap();
    assert_eq!((search.total_count, search.txs[0].hash), (1, committed.hash));
    let blocks = client.block_search(Query::gte("block.height", 1), 1, 10, Order::Ascending).await.unwrap();
    assert_eq!(blocks.blocks[0].block.header.height.value(), 1);

    let second = client.broadcast_tx_sync(transfer("nyx", 0, 1, 8, 1)).await.unwrap();
    assert!(second.code.is_ok(), "{second:?}");
    client.broadcast_tx_async(transfer("nyx", 1, 0, 8, 0)).await.unwrap();
}

#[tokio::test]
async fn subscriptions_over_websocket() {
    let chain = Nyxlet::start(Config::default()).unwrap();
    let url = chain.websocket_url();
    let (client, driver) = WebSocketClient::builder(url.as_str().try_into().unwrap())
        .compat_mode(CompatMode::V0_38)
        .build()
        .await
        .unwrap();
    let driving = tokio::spawn(driver.run());

    let mut blocks = client.subscribe(EventType::NewBlock.into()).await.unwrap();
    let sent = Query::from(EventType::Tx).and_eq("transfer.recipient", support::account(1).address);
    let mut txs = client.subscribe(sent).await.unwrap();
    let address = chain.address();
    let sending = tokio::task::spawn_blocking(move || {
        commit(address, &transfer("nyx", 0, 2, 1, 0));
        commit(address, &transfer("nyx", 0, 1, 2, 1));
    });

    let wait = Duration::from_secs(60);
    let block = tokio::time::timeout(wait, blocks.next()).await.unwrap().unwrap().unwrap();
    let EventData::NewBlock { block: Some(block), .. } = block.data else { panic!("{block:?}") };
    assert_eq!(block.header.height.value(), 2);
    let tx = tokio::time::timeout(wait, txs.next()).await.unwrap().unwrap().unwrap();
    let EventData::Tx { tx_result } = tx.data else { panic!("{tx:?}") };
    assert_eq!((tx_result.height, tx_result.tx), (3, transfer("nyx", 0, 1, 2, 1)));

    // Every other method works on a websocket, too.
    assert_eq!(client.status().await.unwrap().node_info.network.as_str(), "nyx");
    sending.await.unwrap();
    client.close().unwrap();
    driving.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_light_client_verifies_every_block() {
    let chain = Nyxlet::start(Config::default()).unwrap();
    let client = http(&chain);
    let address = chain.address();
    tokio::task::spawn_blocking(move || {
        for sequence in 0..5 {
            commit(address, &transfer("nyx", 0, 1, 1, sequence));
        }
    })
    .await
    .unwrap();

    let peer = client.status().await.unwrap().node_info.id;
    let mut blocks = Vec::new();
    for height in 1..=6_u32 {
        let signed = client.commit(height).await.unwrap().signed_header;
        let validators = client.validators(height, Paging::All).await.unwrap().validators;
        let next = client.validators(height + 1, Paging::All).await.unwrap().validators;
        let set = |members| tendermint::validator::Set::with_proposer(members, signed.header.proposer_address).unwrap();
        blocks.push(LightBlock::new(signed.clone(), set(validators), set(next), peer));
    }
    let options = Options {
        trust_threshold: TrustThreshold::TWO_THIRDS,
        trusting_period: Duration::from_secs(3_600),
        clock_drift: Duration::from_secs(60),
    };
    let verifier = ProdVerifier::default();
    for trusted in &blocks {
        for untrusted in blocks.iter().filter(|block| block.height() > trusted.height()) {
            let now = tendermint::Time::now();
            let verdict = verifier.verify_update_header(
                untrusted.as_untrusted_state(),
                trusted.as_trusted_state(),
                &options,
                now,
            );
            assert_eq!(verdict, Verdict::Success, "{} after {}", untrusted.height(), trusted.height());
        }
    }

    // The check is one: a changed header does not pass.
    let mut forged = blocks[3].clone();
    forged.signed_header.header.app_hash = vec![0; 32].try_into().unwrap();
    let verdict = verifier.verify_update_header(
        forged.as_untrusted_state(),
        blocks[1].as_trusted_state(),
        &options,
        tendermint::Time::now(),
    );
    assert_ne!(verdict, Verdict::Success);
}
