//! The chain's rows.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use nyxlet::store::{Db, StoreKey, WriteBatch};
use serde_json::{Value, json};

use crate::{
    Options,
    load::{Sender, throughput},
    node::Node,
    peer::Peer,
    row::{Goal, Row, median},
};

/// Mnemonic of the chain under measurement: a known test mnemonic, its money is worth nothing.
const MNEMONIC: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
     abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

/// Rounds of each figure; the median counts.
const ROUNDS: usize = 3;
/// Transactions a round.
const TRANSACTIONS: usize = 5000;
/// Accounts that send at the same time.
const SENDERS: u32 = 4;

/// Measures all rows of the chain.
pub async fn measure(options: &Options) -> Result<Vec<Row>> {
    let nyxlet = options.programs.join("nyxlet");
    let cw20 = fs::read(options.contracts.join("foreign/cw20_base.wasm"))
        .context("cw20_base.wasm is missing: run scripts/contracts first")?;
    let peer = options.peer.as_deref();
    Ok(vec![
        start(&nyxlet).await?,
        executions(&nyxlet, &cw20, peer).await?,
        sends(&nyxlet, peer).await?,
        many_keys(&nyxlet).await?,
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

/// A chain under load: how many transactions it gets, and how many go in one request.
struct Target<'a> {
    node: &'a Node,
    transactions: usize,
    batch: usize,
}

impl<'a> Target<'a> {
    fn ours(node: &'a Node, transactions: usize) -> Self {
        Self { node, transactions, batch: 250 }
    }

    /// A wasmd node takes ten requests in a batch.
    fn peer(peer: &'a Peer) -> Self {
        Self { node: &peer.node, transactions: TRANSACTIONS / 5, batch: 10 }
    }

    async fn senders(&self) -> Result<Vec<Sender>> {
        let mut senders = Vec::new();
        for index in 0..SENDERS {
            senders.push(Sender::load(self.node, MNEMONIC, index).await?);
        }
        Ok(senders)
    }

    /// The median of some rounds; signing is done before the clock starts.
    async fn rate(&self, mut senders: Vec<Sender>, sign: impl Fn(&mut Sender) -> Result<String>) -> Result<f64> {
        let each = self.transactions / senders.len();
        let mut figures = Vec::new();
        for _ in 0..ROUNDS {
            let signed = senders
                .iter_mut()
                .map(|sender| (0..each).map(|_| sign(sender)).collect::<Result<Vec<_>>>())
                .collect::<Result<Vec<_>>>()?;
            figures.push(throughput(self.node, &senders, &signed, self.batch).await?);
        }
        Ok(median(figures))
    }
}

async fn executions(nyxlet: &Path, cw20: &[u8], peer: Option<&Path>) -> Result<Row> {
    let node = Node::nyxlet(nyxlet, &["--mnemonic", MNEMONIC, "--block-time", "0.2"]).await?;
    let ours = execution_rate(&Target::ours(&node, TRANSACTIONS), cw20).await?;
    drop(node);
    let theirs = match peer {
        Some(script) => Some(execution_rate(&Target::peer(&Peer::start(script)?), cw20).await?),
        None => None,
    };
    let row = Row::new("cw20 transfers over RPC, blocks of 0.2 s", ours, "tx/s", Goal::Above(2500.0));
    Ok(row.against_rate(theirs).at_least_times(5.0))
}

async fn execution_rate(target: &Target<'_>, cw20: &[u8]) -> Result<f64> {
    let mut senders = target.senders().await?;
    let holders: Vec<Value> = senders
        .iter()
        .map(|sender| json!({"address": sender.address.to_string(), "amount": "1000000000000"}))
        .collect();
    let token = json!({"name": "bench", "symbol": "BENCH", "decimals": 6, "initial_balances": holders});
    let code_id = senders[0].upload(target.node, cw20.to_vec()).await?;
    let contract = senders[0].instantiate(target.node, code_id, &token).await?;
    let transfer = json!({"transfer": {"recipient": contract.to_string(), "amount": "1"}});
    target.rate(senders, |sender| sender.execute(&contract, &transfer)).await
}

async fn sends(nyxlet: &Path, peer: Option<&Path>) -> Result<Row> {
    let node = Node::nyxlet(nyxlet, &["--mnemonic", MNEMONIC, "--block-time", "0.2"]).await?;
    let ours = send_rate(&Target::ours(&node, TRANSACTIONS * 4)).await?;
    drop(node);
    let theirs = match peer {
        Some(script) => Some(send_rate(&Target::peer(&Peer::start(script)?)).await?),
        None => None,
    };
    Ok(Row::new("bank sends over RPC, blocks of 0.2 s", ours, "tx/s", Goal::Above(10_000.0)).against_rate(theirs))
}

async fn send_rate(target: &Target<'_>) -> Result<f64> {
    let senders = target.senders().await?;
    let receiver = senders[0].address.clone();
    target.rate(senders, |sender| sender.bank_send(&receiver)).await
}

/// What a send costs above a million stored balances, against a thousand; both on disk.
async fn many_keys(nyxlet: &Path) -> Result<Row> {
    let few = rate_above(nyxlet, 1_000).await?;
    let many = rate_above(nyxlet, 1_000_000).await?;
    Ok(Row::new("cost of a send above 1e6 stored keys, in that above 1e3", few / many, "times", Goal::Below(1.25)))
}

async fn rate_above(nyxlet: &Path, keys: u64) -> Result<f64> {
    let home = tempfile::tempdir()?;
    fill(home.path(), keys)?;
    let folder = home.path().to_str().context("the temporary folder's name is no text")?;
    let node = Node::nyxlet(nyxlet, &["--mnemonic", MNEMONIC, "--block-time", "0.2", "--home", folder]).await?;
    send_rate(&Target::ours(&node, TRANSACTIONS * 2)).await
}

/// Writes balances of addresses that nobody uses, before the chain has its genesis.
fn fill(home: &Path, keys: u64) -> Result<()> {
    let db = Db::open(home)?;
    let mut batch = WriteBatch::new();
    for key in 0..keys {
        let owner = [&[2, 20][..], &[7; 12], &key.to_be_bytes(), b"unyx"].concat();
        batch.put(StoreKey::Bank.table(), owner, b"1000000".to_vec());
    }
    Ok(db.commit(batch)?)
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
        localnet(options, &["--no-quorum"])?;
        figures.push(started.elapsed().as_secs_f64());
    }
    Ok(Row::new("localnet --once --no-quorum, 9 nodes", median(figures), "s", Goal::Below(10.0)))
}

fn epoch_turn(options: &Options) -> Result<Row> {
    let report = localnet(options, &["--params", "mainnet", "--no-quorum"])?;
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
