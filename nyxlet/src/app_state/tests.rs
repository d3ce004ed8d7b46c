#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;

use super::*;

fn account(address: &str, number: u64) -> serde_json::Value {
    json!({ "@type": "/cosmos.auth.v1beta1.BaseAccount", "address": address, "pub_key": null,
        "account_number": number.to_string(), "sequence": "0" })
}

fn document() -> serde_json::Value {
    json!({
        "genesis_time": "2026-11-24T16:23:29.938749246Z", "chain_id": "nyx", "initial_height": 96, "app_hash": null,
        "app_state": {
            "auth": {
                "params": { "max_memo_characters": "256", "tx_sig_limit": "7", "tx_size_cost_per_byte": "10",
                    "sig_verify_cost_ed25519": "590", "sig_verify_cost_secp256k1": "1000" },
                "accounts": [account("a", 0), account("b", 0), account("c", 1), account("d", 0)],
            },
            "bank": { "params": { "send_enabled": [], "default_send_enabled": true },
                "balances": [{ "address": "a", "coins": [{ "denom": "unym", "amount": "7" }] }],
                "supply": [], "denom_metadata": [], "send_enabled": [] },
        },
    })
}

#[test]
fn accounts_of_a_new_chain_are_numbered_as_a_node_does_it() {
    let genesis = NodeGenesis::from_json(document().to_string().as_bytes()).unwrap();
    assert_eq!(genesis.initial_height, 96);
    let numbers = genesis.loaded.state.auth.accounts.iter().map(|account| (account.address.as_str(), account.number));
    assert_eq!(numbers.collect::<Vec<_>>(), [("a", 0), ("c", 1), ("b", 2), ("d", 3)]);
    assert_eq!(genesis.loaded.state.bank.balances[0].coins["unym"], 7);
    assert!(genesis.loaded.state.wasm.is_none() && genesis.loaded.state.bonds.is_empty());
}

#[test]
fn what_cannot_be_read_is_named() {
    let mut wrong = document();
    wrong["app_state"]["bank"]["balances"][0]["coins"][0]["amount"] = json!("seven");
    let error = NodeGenesis::from_json(wrong.to_string().as_bytes()).unwrap_err().to_string();
    assert!(error.contains("app_state.bank.balances") && error.contains("seven"), "{error}");
    let mut wrong = document();
    wrong["app_state"]["genutil"] = json!({ "gen_txs": [{ "body": {} }] });
    let error = NodeGenesis::from_json(wrong.to_string().as_bytes()).unwrap_err().to_string();
    assert!(error.contains("gen_txs"), "{error}");
    let error = NodeGenesis::from_json(b"{}").unwrap_err().to_string();
    assert!(error.contains("nyxd export"), "{error}");
}
