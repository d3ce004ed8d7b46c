//! The chain's rows.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{
    Options,
    load::{Sender, throughput},
    node::Node,
    row::{Goal, Row, median},
};

/// Mnemonic of the chain under measurement: a known test mnemonic, its money is worth nothing.
const MNEMONIC: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
     abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

/// Rounds of each figure; the median counts.
const ROUNDS: usize = 3;
/// Transactions a round.
const TRANSACTIONS: usize = 5000;
/// Requests in one JSON-RPC batch: what a wasmd node takes at most.
const BATCH: usize = 10;

/// Measures all rows of the chain.
pub async fn measure(options: &Options) -> Result<Vec<Row>> {
    let nyxlet = options.programs.join("nyxlet");
    let cw20 = fs::read(options.contracts.join("foreign/cw20_base.wasm"))
        .context("cw20_base.wasm is missing: run scripts/contracts first")?;
    let peer = match (&options.peer_rpc, &options.peer_mnemonic) {
        (Some(rpc), Some(mnemonic)) => Some((Node::at(rpc.clone()), mnemonic.clone())),
        _ => None,
    };
    let peer = peer.as_ref().map(|(node, mnemonic)| (node, mnemonic.as_str()));
    Ok(vec![
        start(&nyxlet).await?,
        executions(&nyxlet, &cw20, peer).await?,
        sends(&nyxlet, peer).await?,
        idle_memory(&nyxlet, &options.contracts).await?,
        walk(options)?,
        epoch_turn(options)?,
    ])
}

async fn start(nyxlet: &Path) -> Result<Row> {
    let mut figures = Vec::new();
    for _ in 0..ROUNDS + 2 {
        figures.push(Node::nyxlet(nyxlet, &["--mnemonic", MNEMONIC]).await?.start.as_secs_f64() * 1000.0);
    }
    Ok(Row::new("nyxlet: start to first answer, in memory", median(figures), "ms", Goal::Below(300.0)))
}

async fn executions(nyxlet: &Path, cw20: &[u8], peer: Option<(&Node, &str)>) -> Result<Row> {
    let node = Node::nyxlet(nyxlet, &["--mnemonic", MNEMONIC, "--block-time", "0.2"]).await?;
    let ours = execution_rate(&node, MNEMONIC, cw20, TRANSACTIONS).await?;
    let theirs = match peer {
        Some((node, mnemonic)) => Some(execution_rate(node, mnemonic, cw20, TRANSACTIONS / 5).await?),
        None => None,
    };
    Ok(Row::new("cw20 transfers over RPC, blocks of 0.2 s", ours, "tx/s", Goal::Above(2500.0)).against_rate(theirs))
}

async fn execution_rate(node: &Node, mnemonic: &str, cw20: &[u8], transactions: usize) -> Result<f64> {
    let mut sender = Sender::load(node, mnemonic, 0).await?;
    let code_id = sender.upload(node, cw20.to_vec()).await?;
    let token = json!({
        "name": "bench", "symbol": "BENCH", "decimals": 6,
        "initial_balances": [{"address": sender.address.to_string(), "amount": "1000000000000"}],
    });
    let contract = sender.instantiate(node, code_id, &token).await?;
    let transfer = json!({"transfer": {"recipient": contract.to_string(), "amount": "1"}});
    let mut figures = Vec::new();
    for _ in 0..ROUNDS {
        let signed = (0..transactions).map(|_| sender.execute(&contract, &transfer)).collect::<Result<Vec<_>>>()?;
        figures.push(throughput(node, &sender, &signed, BATCH).await?);
    }
    Ok(median(figures))
}

async fn sends(nyxlet: &Path, peer: Option<(&Node, &str)>) -> Result<Row> {
    let node = Node::nyxlet(nyxlet, &["--mnemonic", MNEMONIC, "--block-time", "0.2"]).await?;
    let ours = send_rate(&node, MNEMONIC, TRANSACTIONS * 2).await?;
    let theirs = match peer {
        Some((node, mnemonic)) => Some(send_rate(node, mnemonic, TRANSACTIONS / 5).await?),
        None => None,
    };
    Ok(Row::new("bank sends over RPC, blocks of 0.2 s", ours, "tx/s", Goal::Above(10_000.0)).against_rate(theirs))
}

async fn send_rate(node: &Node, mnemonic: &str, transactions: usize) -> Result<f64> {
    let mut sender = Sender::load(node, mnemonic, 0).await?;
    let receiver = sender.address.clone();
    let mut figures = Vec::new();
    for _ in 0..ROUNDS {
        let signed = (0..transactions).map(|_| sender.bank_send(&receiver)).collect::<Result<Vec<_>>>()?;
        figures.push(throughput(node, &sender, &signed, BATCH).await?);
    }
    Ok(median(figures))
}

async fn idle_memory(nyxlet: &Path, contracts: &Path) -> Result<Row> {
    let node = Node::nyxlet(nyxlet, &["--mnemonic", MNEMONIC]).await?;
    let mut sender = Sender::load(&node, MNEMONIC, 0).await?;
    for file in fs::read_dir(contracts)? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            sender.upload(&node, fs::read(path)?).await?;
        }
    }
    Ok(Row::new("nyxlet: idle, all contracts uploaded", node.resident_megabytes()?, "MB", Goal::Below(150.0)))
}

fn walk(options: &Options) -> Result<Row> {
    let mut figures = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        localnet(options, &[])?;
        figures.push(started.elapsed().as_secs_f64());
    }
    Ok(Row::new("localnet --once, 9 nodes", median(figures), "s", Goal::Below(10.0)))
}

fn epoch_turn(options: &Options) -> Result<Row> {
    let report = localnet(options, &["--params", "mainnet"])?;
    let turns = report["steps"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|step| step["name"].as_str().is_some_and(|name| name.starts_with("epoch ")))
        .filter_map(|step| step["seconds"].as_f64())
        .collect::<Vec<_>>();
    if turns.is_empty() {
        bail!("the walk reports no epoch turns");
    }
    // The first turn has nothing to reward yet, so the slowest is the full one.
    let slowest = turns.into_iter().fold(0.0, f64::max);
    Ok(Row::new("a full epoch turn of 240 nodes", slowest, "s", Goal::Below(3.0)))
}

fn localnet(options: &Options, arguments: &[&str]) -> Result<Value> {
    let report = tempfile::NamedTempFile::new()?;
    let output = Command::new(options.programs.join("localnet"))
        .args(["--once", "--rpc", "127.0.0.1:0", "--contracts"])
        .arg(&options.contracts)
        .arg("--json")
        .arg(report.path())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("cannot run localnet")?;
    if !output.status.success() {
        bail!("localnet failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&fs::read(report.path())?)?)
}
