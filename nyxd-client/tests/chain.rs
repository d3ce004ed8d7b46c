//! The client against an embedded chain, over its RPC.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::{path::PathBuf, time::Duration};

use cosmwasm_std::{Coin, coin};
use futures::{StreamExt, TryStreamExt, future::try_join_all};
use nyxd_client::{
    ClientError, Config, Gas, Instantiation, QueryClient, Signer, SigningClient, Stage, bank_send, contract_address,
};
use nyxlet::{Handle, Nyxlet, chain::Mining, mnemonic::PUBLIC_MNEMONIC};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn chain(mining: Mining) -> Handle {
    Nyxlet::start(nyxlet::Config { mining, ..nyxlet::Config::default() }).unwrap()
}

fn client_with(chain: &Handle, index: u32, adjust: impl FnOnce(&mut Config)) -> SigningClient {
    let mut config = Config::new(chain.rpc_url().parse().unwrap());
    adjust(&mut config);
    let signer = Signer::from_mnemonic(PUBLIC_MNEMONIC, index, "n").unwrap();
    SigningClient::new(QueryClient::connect(config).unwrap(), signer)
}

fn client(chain: &Handle, index: u32) -> SigningClient {
    client_with(chain, index, |_| {})
}

fn unym(amount: u128) -> Vec<Coin> {
    vec![coin(amount, "unym")]
}

const FUNDED: u128 = 1_000_000_000_000_000;

#[tokio::test]
async fn accounts_balances_and_supply_are_read_and_a_transfer_moves_them() {
    let chain = chain(Mining::OnDemand);
    let (alice, bob) = (client(&chain, 0), client(&chain, 1));
    let queries = alice.queries();
    assert_eq!(queries.chain_id().await.unwrap().as_str(), "nyx");

    let before = queries.account(alice.address()).await.unwrap().unwrap();
    assert_eq!((before.number, before.sequence, before.public_key), (0, 0, None));
    let sent = alice.send(bob.address(), unym(1_234_567), "rent").await.unwrap();
    let paid = |to: &str| sent.events_of("transfer").any(|event| event.attribute("recipient") == Some(to));
    assert!(paid(bob.address().as_ref()) && !paid(alice.address().as_ref()));
    assert_eq!(sent.attribute("tx", "fee_payer").unwrap(), alice.address().as_ref());
    assert!(sent.gas_used > 0 && sent.gas_used <= sent.gas_wanted);
    let after = queries.account(alice.address()).await.unwrap().unwrap();
    assert_eq!((after.sequence, after.public_key), (1, Some(alice.signer().public_key())));

    let fee = nym_network::fee_for_gas(sent.gas_wanted);
    assert_eq!(queries.balance(alice.address(), "unym").await.unwrap().amount.u128(), FUNDED - 1_234_567 - fee);
    let held: Vec<Coin> = queries.balances(bob.address()).try_collect().await.unwrap();
    assert_eq!(held, [coin(FUNDED + 1_234_567, "unym"), coin(FUNDED, "unyx")]);
    let supply: Vec<Coin> = queries.total_supply().try_collect().await.unwrap();
    assert_eq!(supply, [coin(FUNDED * 10, "unym"), coin(FUNDED * 10, "unyx")]);
    assert_eq!(queries.supply_of("unyx").await.unwrap(), coin(FUNDED * 10, "unyx"));

    let unused = queries.address("n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6").unwrap();
    assert_eq!(queries.account(&unused).await.unwrap(), None);
    assert_eq!(queries.balance(&unused, "unym").await.unwrap(), coin(0, "unym"));

    let found = queries.transaction(sent.hash).await.unwrap().unwrap();
    assert_eq!(found, sent);
    assert_eq!(queries.block(Some(sent.height)).await.unwrap().block.data.len(), 1);
}

#[tokio::test]
async fn one_payment_to_many_adds_up() {
    let chain = chain(Mining::OnDemand);
    let alice = client(&chain, 0);
    let (bob, carol) = (client(&chain, 1).address().clone(), client(&chain, 2).address().clone());
    let outputs = [(bob.clone(), vec![coin(1, "unyx"), coin(2, "unym")]), (carol.clone(), unym(40))];
    alice.multi_send(&outputs, "").await.unwrap();
    assert_eq!(alice.queries().balance(&bob, "unym").await.unwrap().amount.u128(), FUNDED + 2);
    assert_eq!(alice.queries().balance(&bob, "unyx").await.unwrap().amount.u128(), FUNDED + 1);
    assert_eq!(alice.queries().balance(&carol, "unym").await.unwrap().amount.u128(), FUNDED + 40);
}

#[tokio::test]
async fn concurrent_sends_of_one_account_share_blocks_and_never_collide() {
    const SENDS: u64 = 40;
    let chain = chain(Mining::Interval(Duration::from_millis(500)));
    let alice = client(&chain, 0);
    let bob = client(&chain, 1).address().clone();
    let sends = (0..SENDS).map(|_| alice.send(&bob, unym(1), ""));
    let included = try_join_all(sends).await.unwrap();
    let mut heights: Vec<_> = included.iter().map(|sent| sent.height).collect();
    heights.sort_unstable();
    heights.dedup();
    assert!(heights.len() < included.len(), "each send waited for the block of the one before: {heights:?}");
    assert_eq!(alice.queries().existing_account(alice.address()).await.unwrap().sequence, SENDS);
    assert_eq!(alice.queries().balance(&bob, "unym").await.unwrap().amount.u128(), FUNDED + u128::from(SENDS));
}

#[tokio::test]
async fn the_very_same_transaction_from_two_programs_takes_effect_twice() {
    let chain = chain(Mining::Interval(Duration::from_millis(200)));
    let bob = client(&chain, 1).address().clone();
    // Both sign with the number that the chain shows, over the same bytes: signatures are deterministic.
    let mut pending = Vec::new();
    for program in [client(&chain, 0), client(&chain, 0)] {
        let message = bank_send(program.address(), &bob, &unym(5));
        pending.push(program.submit(vec![message], "", Gas::Limit(200_000)).await.unwrap());
    }
    for transaction in pending {
        transaction.included().await.unwrap();
    }
    let queries = client(&chain, 1).queries().clone();
    assert_eq!(queries.balance(&bob, "unym").await.unwrap().amount.u128(), FUNDED + 10);
}

#[tokio::test]
async fn two_programs_with_one_account_resync_instead_of_failing() {
    let chain = chain(Mining::Interval(Duration::from_millis(200)));
    let (one, other) = (client(&chain, 0), client(&chain, 0));
    let bob = client(&chain, 1).address().clone();
    // Both know sequence 0 before either sends; from then on each makes the other's count wrong.
    for gas in [Gas::Simulated, Gas::Limit(200_000)] {
        for _ in 0..3 {
            for (client, amount) in [(&one, 1), (&other, 2)] {
                let message = bank_send(client.address(), &bob, &unym(amount));
                client.submit(vec![message], "", gas).await.unwrap().included().await.unwrap();
            }
        }
    }
    // Without waiting for blocks in between, the chain's own count lags behind the node's.
    let mut pending = Vec::new();
    for (client, amount) in [(&one, 1), (&other, 2), (&one, 3), (&other, 4)] {
        let message = bank_send(client.address(), &bob, &unym(amount));
        pending.push(client.submit(vec![message], "", Gas::Simulated).await.unwrap());
    }
    for transaction in pending {
        transaction.included().await.unwrap();
    }
    assert_eq!(one.queries().existing_account(one.address()).await.unwrap().sequence, 16);
}

/// One program sends without a pause; whatever the other sends gets its turn.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_never_pauses_does_not_lock_the_others_out() {
    let chain = chain(Mining::OnDemand);
    let bob = client(&chain, 1).address().clone();
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let (client, to) = (client(&chain, 0), bob.clone());
            tokio::spawn(async move {
                loop {
                    let _ = client.send(&to, unym(1), "again and again").await;
                }
            })
        })
        .collect();
    let other = client(&chain, 0);
    let large: Vec<_> = (0..50).map(|_| bank_send(other.address(), &bob, &unym(2))).collect();
    for _ in 0..20 {
        other.execute_messages(large.clone(), "fifty at once").await.unwrap();
    }
    for task in busy {
        assert!(!task.is_finished());
        task.abort();
    }
}

#[tokio::test]
async fn failures_carry_stage_code_and_advice() {
    let chain = chain(Mining::OnDemand);
    let alice = client(&chain, 0);
    let bob = client(&chain, 1).address().clone();

    let dry = alice.send(&bob, unym(FUNDED * 2), "").await.unwrap_err();
    let failure = dry.chain_failure().unwrap();
    assert_eq!(failure.stage, Stage::Simulation);
    assert!(failure.log.contains("insufficient funds") && failure.what == "MsgSend", "{failure}");

    let too_much = bank_send(alice.address(), &bob, &unym(FUNDED * 2));
    let sent = alice.submit(vec![too_much], "", Gas::Limit(200_000)).await.unwrap();
    let hash = sent.hash;
    let error = sent.included().await.unwrap_err();
    let failure = error.chain_failure().unwrap();
    assert_eq!((failure.stage, failure.code, failure.codespace.as_str()), (Stage::Delivery, 5, "sdk"));
    assert_eq!(failure.hash, Some(hash));
    assert!(error.to_string().contains("fund it"), "{error}");
    // A failed transaction is still found, and used up its sequence.
    assert_eq!(alice.queries().transaction(hash).await.unwrap().unwrap().code, 5);

    let small = bank_send(alice.address(), &bob, &unym(1));
    let starved = alice.submit(vec![small.clone()], "", Gas::Limit(1_000)).await.unwrap_err();
    assert_eq!(starved.chain_failure().unwrap().code, 11, "{starved}");

    let cheap = client_with(&chain, 0, |config| config.gas.price = cosmwasm_std::Decimal::permille(1));
    let refused = cheap.submit(vec![small.clone()], "", Gas::Simulated).await.unwrap_err();
    let failure = refused.chain_failure().unwrap();
    assert_eq!((failure.stage, failure.code), (Stage::Check, 13), "{failure}");
    assert!(failure.advice().contains("gas price"));

    // None of the failures left the count in disorder.
    alice.send(&bob, unym(1), "").await.unwrap();

    let nobody = client(&chain, 500);
    let error = nobody.send(&bob, unym(1), "").await.unwrap_err();
    assert!(matches!(error, ClientError::NoAccount { .. }), "{error}");
}

#[tokio::test]
async fn without_a_subscription_blocks_are_polled() {
    let chain = chain(Mining::Interval(Duration::from_millis(300)));
    let bob = client(&chain, 1).address().clone();
    for websocket_url in [None, Some("ws://127.0.0.1:1/websocket".parse().unwrap())] {
        let polls = client_with(&chain, 2, |config| config.websocket_url = websocket_url);
        polls.send(&bob, unym(1), "").await.unwrap();
    }
}

#[tokio::test]
async fn a_transaction_without_a_block_is_reported_with_its_hash() {
    let chain = chain(Mining::Manual);
    let alice = client_with(&chain, 0, |config| config.inclusion_timeout = Duration::from_millis(200));
    let bob = client(&chain, 1).address().clone();
    let pending =
        alice.submit(vec![bank_send(alice.address(), &bob, &unym(1))], "", Gas::Limit(200_000)).await.unwrap();
    let hash = pending.hash;
    let error = pending.included().await.unwrap_err();
    assert!(matches!(error, ClientError::NotIncluded { hash: named, .. } if named == hash), "{error}");
    // It is still on its way; when blocks come again, it and the next one get in.
    chain.chain().set_mining(Mining::OnDemand);
    let next = alice.send(&bob, unym(1), "").await;
    assert!(next.is_ok(), "{next:?}");
    assert!(alice.queries().transaction(hash).await.unwrap().unwrap().is_ok());
}

#[tokio::test]
async fn searches_read_every_page() {
    const SENDS: usize = 120;
    let chain = chain(Mining::OnDemand);
    let alice = client(&chain, 0);
    let bob = client(&chain, 1).address().clone();
    for _ in 0..SENDS {
        let message = bank_send(alice.address(), &bob, &unym(1));
        alice.submit(vec![message], "", Gas::Limit(200_000)).await.unwrap().included().await.unwrap();
    }
    let query = format!("transfer.recipient='{bob}'");
    let found: Vec<_> = alice.queries().search_transactions(&query).try_collect().await.unwrap();
    assert_eq!(found.len(), SENDS);
    assert!(found.is_sorted_by_key(|transaction| transaction.height));
    let mut refused = alice.queries().search_transactions("no query at all");
    assert!(matches!(refused.next().await.unwrap().unwrap_err(), ClientError::Refused { .. }));
}

#[tokio::test]
async fn contracts_are_uploaded_made_asked_and_handed_over() {
    let chain = chain(Mining::OnDemand);
    let (alice, bob) = (client(&chain, 0), client(&chain, 1));
    let queries = alice.queries();
    let wasm = contract_wasm("cw4_group");
    let (code_id, _) = alice.upload(&wasm, "upload").await.unwrap();
    let (code, stored) = queries.code(code_id).await.unwrap();
    assert_eq!(stored, wasm);
    assert_eq!(code.checksum, Sha256::digest(&wasm).to_vec());
    let codes: Vec<_> = queries.codes().try_collect().await.unwrap();
    assert_eq!(codes, std::slice::from_ref(&code));

    let new = Instantiation { code_id, label: "group".into(), admin: Some(alice.address().clone()), funds: vec![] };
    let members: Vec<Value> = (0..130)
        .map(|index| {
            let member = Signer::from_mnemonic(PUBLIC_MNEMONIC, index, "n").unwrap();
            json!({"addr": member.address(), "weight": index + 1})
        })
        .collect();
    let message = json!({"admin": alice.address(), "members": members});
    let expected = contract_address(&code.checksum, alice.address(), b"salt").unwrap();
    let (contract, made) = alice.instantiate2(&new, &message, b"salt", "make").await.unwrap();
    assert_eq!(contract, expected);
    assert_eq!(made.attribute("instantiate", "_contract_address").unwrap(), contract.as_ref());
    let (second, _) = alice.instantiate(&new, &message, "make").await.unwrap();
    assert_ne!(second, contract);
    let mut of_code: Vec<_> = queries.contracts_of_code(code_id).try_collect().await.unwrap();
    of_code.sort_unstable_by_key(ToString::to_string);
    let mut both = [contract.clone(), second];
    both.sort_unstable_by_key(ToString::to_string);
    assert_eq!(of_code, both);

    let total: Value = queries.smart_query(&contract, &json!({"total_weight": {}})).await.unwrap();
    assert_eq!(total, json!({"weight": 130 * 131 / 2}));
    assert_eq!(queries.raw_query(&contract, b"total").await.unwrap(), b"8515");
    assert_eq!(queries.raw_query(&contract, b"nothing").await.unwrap(), b"");
    let state: Vec<_> = queries.contract_state(&contract).try_collect().await.unwrap();
    assert!(state.len() > 130, "more than one page: {}", state.len());
    assert!(state.iter().any(|entry| entry.key == b"total" && entry.value == b"8515"));

    let remove = |index: u32| {
        let member = Signer::from_mnemonic(PUBLIC_MNEMONIC, index, "n").unwrap();
        json!({"update_members": {"remove": [member.address()], "add": []}})
    };
    alice.execute(&contract, &remove(0), vec![], "").await.unwrap();
    alice.execute_many(&contract, &[(remove(1), vec![]), (remove(2), vec![])], "").await.unwrap();
    let total: Value = queries.smart_query(&contract, &json!({"total_weight": {}})).await.unwrap();
    assert_eq!(total, json!({"weight": 130 * 131 / 2 - 6}));

    let refused = bob.execute(&contract, &remove(3), vec![], "").await.unwrap_err();
    assert_eq!(refused.chain_failure().unwrap().stage, Stage::Simulation);
    assert!(refused.to_string().contains("Caller is not admin"), "{refused}");
    let wrong = queries.smart_query::<Value>(&contract, &json!({"no_such_query": {}})).await.unwrap_err();
    assert_eq!(wrong.chain_failure().unwrap().stage, Stage::Query, "{wrong}");
    let absent = queries.contract_info(bob.address()).await.unwrap_err();
    assert!(absent.to_string().contains("no such contract"), "{absent}");
    assert!(absent.chain_failure().unwrap().is_not_found(), "{absent}");

    alice.migrate(&contract, code_id, &json!({}), "").await.unwrap();
    alice.update_admin(&contract, bob.address(), "").await.unwrap();
    assert_eq!(queries.contract_info(&contract).await.unwrap().admin.as_ref(), Some(bob.address()));
    bob.clear_admin(&contract, "").await.unwrap();
    let info = queries.contract_info(&contract).await.unwrap();
    assert_eq!((info.admin, info.code_id, info.label.as_str()), (None, code_id, "group"));
    let history: Vec<_> = queries.contract_history(&contract).try_collect().await.unwrap();
    assert_eq!(history.len(), 2);
}

#[tokio::test]
async fn a_node_that_is_silent_or_absent_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut config = Config::new(url.parse().unwrap());
    config.request_timeout = Duration::from_millis(100);
    let silent = QueryClient::connect(config).unwrap().height().await.unwrap_err();
    assert!(silent.to_string().contains(&url), "{silent}");
    drop(listener);
    let absent = QueryClient::connect(Config::new(url.parse().unwrap())).unwrap().height().await.unwrap_err();
    assert!(matches!(absent, ClientError::Rpc { .. }) && absent.to_string().contains(&url), "{absent}");
}

fn contract_wasm(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../target/contracts/{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run scripts/contracts first", path.display()))
}
