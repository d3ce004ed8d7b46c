//! Blocks on demand, on an interval and on command; time under control.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};

use nyxlet::{Config, Nyxlet, chain::Mining, clock::Nanos};
use serde_json::json;
use support::{account, broadcast, call, call_raw, commit, transfer};

fn number(value: &serde_json::Value) -> u64 {
    value.as_str().unwrap().parse().unwrap()
}

fn wait_for(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn on_demand_a_transaction_commits_at_once_and_nothing_else_does() {
    let chain = Nyxlet::start(Config::default()).unwrap();
    let answer = commit(chain.address(), &transfer("nyx", 0, 1, 1, 0));
    assert_eq!(answer["height"], "2");
    assert_eq!(answer["tx_result"]["code"], 0);
    assert_eq!(chain.chain().tip().height(), 2);
}

#[test]
fn an_interval_brings_blocks_without_transactions() {
    let interval = Duration::from_millis(20);
    let chain = Nyxlet::start(Config { mining: Mining::Interval(interval), ..Config::default() }).unwrap();
    wait_for(|| chain.chain().tip().height() >= 4);
    // Back to blocks on demand.
    call(chain.address(), "nyxlet_setInterval", json!({ "seconds": 0 }));
    let status = call(chain.address(), "nyxlet_status", json!({}));
    assert_eq!(status["mining"], "on_demand");
}

#[test]
fn interval_blocks_gather_what_waits() {
    let chain = Nyxlet::start(Config { mining: Mining::Manual, ..Config::default() }).unwrap();
    let address = chain.address();
    for sequence in 0..5 {
        let answer = broadcast(address, &transfer("nyx", 0, 1, 1, sequence));
        assert_eq!(answer["code"], 0, "{answer}");
    }
    assert_eq!(chain.chain().tip().height(), 1);
    let waiting = call(address, "unconfirmed_txs", json!({ "limit": "2" }));
    assert_eq!((&waiting["n_txs"], &waiting["total"]), (&json!("2"), &json!("5")));
    let mined = call(address, "nyxlet_mine", json!({}));
    assert_eq!(mined["height"], "2");
    let results = call(address, "block_results", json!({ "height": "2" }));
    let results = results["txs_results"].as_array().unwrap();
    assert_eq!(results.len(), 5);
    assert!(results.iter().all(|result| result["code"] == 0), "{results:?}");
    assert_eq!(call(address, "num_unconfirmed_txs", json!({}))["total"], "0");
}

#[test]
fn mixed_mining_does_both() {
    let mining = Mining::Mixed(Duration::from_millis(50));
    let chain = Nyxlet::start(Config { mining, ..Config::default() }).unwrap();
    let answer = commit(chain.address(), &transfer("nyx", 0, 1, 1, 0));
    let height = number(&answer["height"]);
    wait_for(|| chain.chain().tip().height() > height);
}

#[test]
fn a_warp_moves_block_time_and_stays() {
    let chain = Nyxlet::start(Config::default()).unwrap();
    let address = chain.address();
    let before = chain.chain().tip().block.time();
    let answer = call(address, "nyxlet_warp", json!({ "seconds": 86_400 }));
    let warped = Nanos::parse_rfc3339(answer["block_time"].as_str().unwrap()).unwrap();
    assert!(warped >= before.after(Duration::from_secs(86_400)));
    // The next block keeps the offset.
    commit(address, &transfer("nyx", 0, 1, 1, 0));
    assert!(chain.chain().tip().block.time() > warped);

    let to = "2100-01-01T00:00:00Z";
    let answer = call(address, "nyxlet_warp", json!({ "to": to }));
    assert!(answer["block_time"].as_str().unwrap().starts_with("2100-01-01T00:00:0"), "{answer}");
    let refused = call_raw(address, "nyxlet_warp", json!({ "to": "2020-01-01T00:00:00Z" }));
    assert!(refused["error"]["data"].as_str().unwrap().contains("cannot go back"), "{refused}");
    for wrong in [json!({}), json!({ "seconds": -1 }), json!({ "seconds": 1, "to": to }), json!({ "to": "soon" })] {
        assert_eq!(call_raw(address, "nyxlet_warp", wrong)["error"]["code"], -32602);
    }
}

#[test]
fn mined_blocks_stand_as_far_apart_as_asked() {
    let chain = Nyxlet::start(Config::default()).unwrap();
    let address = chain.address();
    let before = chain.chain().tip().block.time();
    let answer = call(address, "nyxlet_mine", json!({ "blocks": 3, "interval": 3_600 }));
    assert_eq!(answer["height"], "4");
    assert_eq!(chain.chain().tip().block.time(), before.after(Duration::from_secs(3 * 3_600)));
    assert_eq!(call_raw(address, "nyxlet_mine", json!({ "blocks": "many" }))["error"]["code"], -32602);
}

#[test]
fn time_set_without_mining_shows_in_the_next_block() {
    let chain = Nyxlet::start(Config::default()).unwrap();
    let address = chain.address();
    let answer = call(address, "nyxlet_setBlockTime", json!({ "time": "2090-05-05T05:05:05Z" }));
    assert_eq!(answer["height"], "1");
    commit(address, &transfer("nyx", 0, 1, 1, 0));
    assert!(chain.chain().tip().block.time().rfc3339().starts_with("2090-05-05T05:05:0"));
}

#[test]
fn the_first_account_has_number_0_and_both_denoms() {
    let chain = Nyxlet::start(Config { accounts: 3, balance: 77, ..Config::default() }).unwrap();
    let genesis = call(chain.address(), "genesis", json!({}));
    let state = &genesis["genesis"]["app_state"];
    assert_eq!(state["auth"]["accounts"][0]["account_number"], "0");
    assert_eq!(state["auth"]["accounts"][0]["address"], account(0).address);
    let coins = json!([{ "denom": "unym", "amount": "77" }, { "denom": "unyx", "amount": "77" }]);
    assert_eq!(state["bank"]["balances"][2]["coins"], coins);
    assert_eq!(state["bank"]["balances"].as_array().unwrap().len(), 3);
}
