//! What the tests of the chain's face share: plain HTTP, JSON-RPC calls, signed transfers.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use cosmrs::{
    Coin,
    bank::MsgSend,
    crypto::secp256k1::SigningKey,
    tx::{Body, Fee, Msg as _, SignDoc, SignerInfo},
};
use nyxlet::mnemonic::{DerivedAccount, PUBLIC_MNEMONIC, derive_accounts};
use serde_json::{Value, json};

/// The address and key of an account of the public mnemonic.
pub fn account(index: usize) -> DerivedAccount {
    let count = u32::try_from(index + 1).unwrap();
    derive_accounts(PUBLIC_MNEMONIC, count).unwrap().pop().unwrap()
}

/// A signed transfer of `amount` unym from one account of the public mnemonic, whose account number is its index, to
/// another.
pub fn transfer(chain_id: &str, from: usize, to: usize, amount: u128, sequence: u64) -> Vec<u8> {
    let (sender, receiver) = (account(from), account(to));
    let key = SigningKey::from_slice(sender.secret.as_slice()).unwrap();
    let message = MsgSend {
        from_address: sender.address.parse().unwrap(),
        to_address: receiver.address.parse().unwrap(),
        amount: vec![Coin::new(amount, "unym").unwrap()],
    };
    let body = Body::new(vec![message.to_any().unwrap()], "", 0_u32);
    let fee = Fee::from_amount_and_gas(Coin::new(5_000, "unym").unwrap(), 200_000_u64);
    let auth = SignerInfo::single_direct(Some(key.public_key()), sequence).auth_info(fee);
    let chain_id = chain_id.parse().unwrap();
    let document = SignDoc::new(&body, &auth, &chain_id, u64::try_from(from).unwrap()).unwrap();
    document.sign(&key).unwrap().to_bytes().unwrap()
}

/// Sends bytes and reads until the server closes or nothing comes for a while.
pub fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // The server may refuse before it has read everything.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Status and body of an answer.
pub fn split(answer: &str) -> (u16, String) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, body.to_owned())
}

/// POSTs a body.
pub fn post(address: SocketAddr, path: &str, body: &str) -> (u16, String) {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: chain\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    split(&exchange(address, format!("{head}{body}").as_bytes()))
}

/// GETs a path.
pub fn get(address: SocketAddr, path: &str) -> (u16, String) {
    split(&exchange(address, format!("GET {path} HTTP/1.1\r\nHost: chain\r\nConnection: close\r\n\r\n").as_bytes()))
}

/// The whole answer to a JSON-RPC call.
pub fn call_raw(address: SocketAddr, method: &str, params: Value) -> Value {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let (_, body) = post(address, "/", &request.to_string());
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// The result of a JSON-RPC call that must succeed.
pub fn call(address: SocketAddr, method: &str, params: Value) -> Value {
    let mut answer = call_raw(address, method, params);
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].take()
}

/// Sends a transaction and returns the answer of its check.
pub fn broadcast(address: SocketAddr, tx: &[u8]) -> Value {
    call(address, "broadcast_tx_sync", json!({ "tx": BASE64.encode(tx) }))
}

/// Sends a transaction and waits for its block.
pub fn commit(address: SocketAddr, tx: &[u8]) -> Value {
    let answer = call(address, "broadcast_tx_commit", json!({ "tx": BASE64.encode(tx) }));
    assert_eq!(answer["check_tx"]["code"], 0, "{answer}");
    answer
}
