//! Deposits on a chain alone: what users of the original complained about, each as a test named after its report.

use std::collections::BTreeSet;

use cosmwasm_std::Coin;
use ed25519_dalek::SigningKey;
use nyxd_client::ecash::EcashTransactions;
use rand::rngs::OsRng;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    accounts::Account,
    chain::{Chain, PRICE},
};

async fn deposit(payer: EcashTransactions) -> (u32, String) {
    let key = bs58::encode(SigningKey::generate(&mut OsRng).verifying_key()).into_string();
    let (deposit, sent) = payer.deposit(&key, Coin::new(PRICE, "unym")).await.unwrap();
    (deposit, sent.hash.to_string())
}

/// Deposits ran into each other's account sequence.
#[tokio::test(flavor = "multi_thread")]
async fn nym_5187_deposits_of_two_programs_with_one_account_all_succeed() {
    let (folder, payer) = (TempDir::new().unwrap(), Account::of("payer"));
    let chain = Chain::start(folder.path(), &[&payer]).await;
    let programs = [chain.ecash_of(&payer), chain.ecash_of(&payer)];
    let deposits = (0..12).map(|number| tokio::spawn(deposit(programs[number % 2].clone())));
    let mut numbers = BTreeSet::new();
    for made in deposits.collect::<Vec<_>>() {
        assert!(numbers.insert(made.await.unwrap().0));
    }
    assert_eq!(numbers.into_iter().collect::<Vec<_>>(), (0..12).collect::<Vec<_>>());
    assert_eq!(chain.queries().balance(&chain.contracts.ecash, "unym").await.unwrap().amount.u128(), 12 * PRICE);
}

/// What transactions did vanished from their logs.
#[tokio::test(flavor = "multi_thread")]
async fn nym_4764_the_number_of_a_deposit_is_read_from_events() {
    let (folder, payer) = (TempDir::new().unwrap(), Account::of("payer"));
    let chain = Chain::start(folder.path(), &[&payer]).await;
    let (number, hash) = deposit(chain.ecash_of(&payer)).await;
    assert_eq!(number, 0);
    let body =
        json!({"jsonrpc": "2.0", "id": 1, "method": "tx_search", "params": {"query": format!("tx.hash='{hash}'")}});
    let request = reqwest::Client::new().post(chain.rpc()).header("content-type", "application/json");
    let text = request.body(body.to_string()).send().await.unwrap().text().await.unwrap();
    let found: Value = serde_json::from_str(&text).unwrap();
    let result = &found["result"]["txs"][0]["tx_result"];
    assert_eq!((&result["code"], &result["log"]), (&json!(0), &json!("")), "{found}");
    let events = result["events"].as_array().unwrap();
    assert!(events.iter().any(|event| event["type"] == "wasm-deposited-funds"), "{result}");
}
