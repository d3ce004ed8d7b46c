//! JSON-RPC of a node, from threads that have no async runtime.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use nyxlet::clock::Nanos;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::answers::{Answer, Block, Delivered, TxAnswer};

/// How long an answer may take: storing a contract compiles it.
const DEADLINE: Duration = Duration::from_secs(60);

/// A node's RPC.
pub struct Rpc {
    url: String,
    client: reqwest::Client,
    runtime: Runtime,
}

impl Rpc {
    /// The RPC at this URL; nothing is asked yet.
    ///
    /// # Errors
    /// The system gives no threads or sockets.
    pub fn new(url: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let client = reqwest::Client::builder().timeout(DEADLINE).build()?;
        Ok(Self { url: url.to_owned(), client, runtime })
    }

    /// The result of a method.
    ///
    /// # Errors
    /// No answer, or the node's error.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answered = async { self.client.post(&self.url).json(&body).send().await?.json::<Value>().await };
        let mut answer = self.runtime.block_on(answered).with_context(|| format!("{method} at {}", self.url))?;
        if let Some(error) = answer.get("error") {
            bail!("{method}: {error}");
        }
        Ok(answer["result"].take())
    }

    /// The last height that the application has committed; 0 before the first block.
    ///
    /// # Errors
    /// No answer.
    pub fn height(&self) -> Result<u64> {
        let info = self.call("abci_info", &json!({}))?;
        info["response"]["last_block_height"].as_str().map_or(Ok(0), |text| Ok(text.parse()?))
    }

    /// A block with what its transactions did.
    ///
    /// # Errors
    /// No answer, or one that cannot be read.
    pub fn block(&self, height: u64) -> Result<Block> {
        let at = json!({ "height": height.to_string() });
        let block = self.call("block", &at)?;
        let results = self.call("block_results", &at)?;
        let header_time = block["block"]["header"]["time"].as_str().and_then(Nanos::parse_rfc3339);
        let time = header_time.ok_or_else(|| anyhow!("block {height} has no time"))?;
        let nothing = Vec::new();
        let txs = block["block"]["data"]["txs"].as_array().unwrap_or(&nothing);
        let answers = results["txs_results"].as_array().unwrap_or(&nothing);
        if txs.len() != answers.len() {
            bail!("block {height} has {} transactions and {} results", txs.len(), answers.len());
        }
        let read = |(tx, answer): (&Value, &Value)| {
            let bytes = BASE64.decode(tx.as_str().unwrap_or_default())?;
            Ok(Delivered { tx: bytes, answer: TxAnswer::from_json(answer)? })
        };
        Ok(Block { height, time, txs: txs.iter().zip(answers).map(read).collect::<Result<_>>()? })
    }

    /// Offers a transaction: what the check on entry says.
    ///
    /// # Errors
    /// No answer, or the node does not even check it.
    pub fn offer(&self, tx: &[u8]) -> Result<Answer> {
        let answer = self.call("broadcast_tx_sync", &json!({ "tx": BASE64.encode(tx) }))?;
        Ok(Answer {
            code: read_code(&answer)?,
            codespace: text(&answer["codespace"]),
            log: text(&answer["log"]),
            value: BASE64.decode(answer["data"].as_str().unwrap_or_default()).unwrap_or_default(),
        })
    }

    /// The answer of a query and the height that it was answered at. `height` 0 is the last one; a refusal names no
    /// height.
    ///
    /// # Errors
    /// No answer.
    pub fn query(&self, path: &str, data: &[u8], height: u64) -> Result<(Answer, u64)> {
        let params = json!({ "path": path, "data": hex::encode(data), "height": height.to_string(), "prove": false });
        let answer = self.call("abci_query", &params)?;
        let response = &answer["response"];
        let at = response["height"].as_str().map_or(Ok(0), str::parse)?;
        let value = BASE64.decode(response["value"].as_str().unwrap_or_default())?;
        let (codespace, log) = (text(&response["codespace"]), text(&response["log"]));
        Ok((Answer { code: read_code(response)?, codespace, log, value }, at))
    }
}

fn read_code(answer: &Value) -> Result<u32> {
    Ok(u32::try_from(answer["code"].as_u64().unwrap_or(0))?)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
