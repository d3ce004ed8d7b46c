//! A chain under measurement: a program that we start and stop, and its JSON-RPC.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// A running node; killed when dropped.
pub struct Node {
    child: Option<Child>,
    /// Where its RPC answers.
    pub rpc: String,
    http: reqwest::Client,
    /// From the start of the program to its first answer.
    pub start: Duration,
}

impl Node {
    /// Starts nyxlet with these further arguments on a free port and waits for its first answer.
    pub async fn nyxlet(program: &Path, arguments: &[&str]) -> Result<Self> {
        let port = free_port()?;
        let started = Instant::now();
        let child = Command::new(program)
            .args(["--rpc", &format!("127.0.0.1:{port}"), "--quiet"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut node = Self::at(format!("http://127.0.0.1:{port}"));
        node.child = Some(child);
        node.first_answer(started + Duration::from_secs(20)).await?;
        node.start = started.elapsed();
        Ok(node)
    }

    /// A node that somebody else runs.
    pub fn at(rpc: String) -> Self {
        Self { child: None, rpc, http: reqwest::Client::new(), start: Duration::ZERO }
    }

    async fn first_answer(&self, deadline: Instant) -> Result<()> {
        while self.call("status", json!({})).await.is_err() {
            if Instant::now() > deadline {
                bail!("{} does not answer", self.rpc);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// One JSON-RPC call.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value> {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let mut answer: Value = self.http.post(&self.rpc).json(&request).send().await?.json().await?;
        if let Some(error) = answer.get("error") {
            bail!("{method}: {error}");
        }
        Ok(answer["result"].take())
    }

    /// Sends signed transactions in batches of `broadcast_tx_sync`; every one has to be accepted.
    pub async fn broadcast(&self, transactions: &[String], batch: usize) -> Result<()> {
        for chunk in transactions.chunks(batch) {
            let requests: Vec<Value> = chunk
                .iter()
                .enumerate()
                .map(
                    |(id, tx)| json!({"jsonrpc": "2.0", "id": id, "method": "broadcast_tx_sync", "params": {"tx": tx}}),
                )
                .collect();
            let answers: Vec<Value> = self.http.post(&self.rpc).json(&requests).send().await?.json().await?;
            for answer in answers {
                if answer["result"]["code"] != 0 {
                    bail!("a transaction was refused: {answer}");
                }
            }
        }
        Ok(())
    }

    /// Resident memory of the program in MB (VmRSS).
    pub fn resident_megabytes(&self) -> Result<f64> {
        let child = self.child.as_ref().context("the node is not ours to look into")?;
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
        let kilobytes: f64 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next())
            .context("no VmRSS in /proc")?
            .parse()?;
        Ok(kilobytes / 1024.0)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended by itself; either way nothing is left to do.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A port that nobody listens on now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
