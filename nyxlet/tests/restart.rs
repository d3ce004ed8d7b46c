//! A chain in a home folder: it goes on where it stood, however it ended.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use nyxlet::{Config, Nyxlet, NyxletError, chain::ChainError};
use serde_json::{Value, json};
use support::{broadcast, call, commit, transfer};

fn config(home: &Path) -> Config {
    Config { home: Some(home.to_owned()), ..Config::default() }
}

#[test]
fn a_stopped_chain_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let first = Nyxlet::start(config(home.path())).unwrap();
    commit(first.address(), &transfer("nyx", 0, 1, 5, 0));
    call(first.address(), "nyxlet_warp", json!({ "seconds": 1_000_000 }));
    let (before, genesis) = (call(first.address(), "status", json!({})), call(first.address(), "genesis", json!({})));
    let block = call(first.address(), "block", json!({}));
    drop(first);

    let second = Nyxlet::start(config(home.path())).unwrap();
    let after = call(second.address(), "status", json!({}));
    assert_eq!(after["sync_info"], before["sync_info"]);
    assert_eq!(after["validator_info"], before["validator_info"]);
    assert_eq!(call(second.address(), "genesis", json!({})), genesis);
    assert_eq!(call(second.address(), "block", json!({})), block);
    // The warp lasts, the sequence goes on.
    commit(second.address(), &transfer("nyx", 0, 1, 5, 1));
    let ahead = second.chain().clock_offset();
    assert!(ahead > 999_000 * 1_000_000_000, "{ahead}");
}

#[test]
fn a_home_of_another_chain_and_a_home_in_use() {
    let home = tempfile::tempdir().unwrap();
    let running = Nyxlet::start(config(home.path())).unwrap();
    let error = Nyxlet::start(config(home.path())).err().unwrap();
    assert!(error.to_string().contains("is in use by another process"), "{error}");
    drop(running);
    let error = Nyxlet::start(Config { chain_id: "other".into(), ..config(home.path()) }).err().unwrap();
    let text = error.to_string();
    assert!(text.contains("holds chain nyx, not other"), "{text}");
    assert!(text.contains("--chain-id nyx"), "{text}");
    assert!(matches!(error, NyxletError::Chain(ChainError::OtherChain { .. }) | NyxletError::App(_)));
}

struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(home: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_nyxlet"))
            .args(["--rpc", "127.0.0.1:0", "--home"])
            .arg(home)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().unwrap().unwrap();
            if let Some(url) = line.strip_prefix("RPC ") {
                break url.trim().strip_prefix("http://").unwrap().parse().unwrap();
            }
        };
        Self { child, address }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `SIGKILL` while transactions stream in: everything that a client was told is committed is there afterwards.
#[test]
fn a_killed_chain_has_everything_it_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let mut sequence = 0;
    // What was asked, how, and the answer: transactions, and headers with the hash of the state before them.
    let mut acknowledged: Vec<(&str, Value, Value)> = Vec::new();
    let mut newest = json!("0");
    for round in 0..4_u64 {
        let mut process = Process::start(home.path());
        let status = call(process.address, "status", json!({}));
        let height = |value: &Value| value.as_str().unwrap().parse::<u64>().unwrap();
        assert!(height(&status["sync_info"]["latest_block_height"]) >= height(&newest), "{status}");
        for (method, params, answer) in &acknowledged {
            assert_eq!(&call(process.address, method, params.clone()), answer);
        }
        // A transaction may have been committed without its acknowledgement having arrived.
        sequence = next_sequence(process.address, sequence);

        let address = process.address;
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(150 + 70 * round));
            process.child.kill().unwrap();
            process.child.wait().unwrap();
        });
        while let Some(tx) = try_commit(address, sequence) {
            let hash = base64_of_hex(tx["hash"].as_str().unwrap());
            newest = tx["height"].clone();
            for (method, params) in
                [("tx", json!({ "hash": hash, "prove": false })), ("header", json!({ "height": newest }))]
            {
                if let Some(found) = try_call(address, method, params.clone()) {
                    acknowledged.push((method, params, found));
                }
            }
            sequence += 1;
        }
        killer.join().unwrap();
    }
    assert!(!acknowledged.is_empty());
}

/// The first sequence from `sequence` on that is still free.
fn next_sequence(address: SocketAddr, sequence: u64) -> u64 {
    let mut sequence = sequence;
    loop {
        let answer = broadcast(address, &transfer("nyx", 0, 1, 1, sequence));
        sequence += 1;
        match answer["code"].as_u64().unwrap() {
            0 => return sequence,
            32 => {}
            _ => panic!("{answer}"),
        }
    }
}

fn try_commit(address: SocketAddr, sequence: u64) -> Option<Value> {
    use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
    let tx = BASE64.encode(transfer("nyx", 0, 1, 1, sequence));
    try_call(address, "broadcast_tx_commit", json!({ "tx": tx }))
}

/// The result of a call, `None` when the process is gone.
fn try_call(address: SocketAddr, method: &str, params: Value) -> Option<Value> {
    std::panic::catch_unwind(|| call(address, method, params)).ok()
}

fn base64_of_hex(hash: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
    BASE64.encode(hex::decode(hash).unwrap())
}
