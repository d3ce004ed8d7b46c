//! Load on a chain: signed transactions made beforehand, sent in batches, timed until the
//! last one is in a block.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use cosmrs::proto::prost::Message;
use cosmrs::{
    AccountId, Any, Coin,
    bank::MsgSend,
    cosmwasm::{MsgExecuteContract, MsgInstantiateContract, MsgStoreCode},
    crypto::secp256k1::SigningKey,
    proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
    tx::{Body, Fee, Msg, SignDoc, SignerInfo},
};
use serde_json::{Value, json};

use crate::node::Node;

/// An account that sends.
pub struct Sender {
    key: SigningKey,
    /// Its address.
    pub address: AccountId,
    chain_id: String,
    number: u64,
    sequence: u64,
}

impl Sender {
    /// The first account of a mnemonic, as it stands on the chain now.
    pub async fn load(node: &Node, mnemonic: &str, index: u32) -> Result<Self> {
        let seed = bip39::Mnemonic::parse_normalized(mnemonic)?.to_seed("");
        let path = format!("m/44'/118'/0'/0/{index}").parse::<bip32::DerivationPath>()?;
        let key = SigningKey::derive_from_path(seed, &path).map_err(|error| anyhow::anyhow!("{error}"))?;
        let address = key.public_key().account_id("n").map_err(|error| anyhow::anyhow!("{error}"))?;
        let status = node.call("status", json!({})).await?;
        let chain_id = status["node_info"]["network"].as_str().context("no chain id")?.to_owned();
        let account = account(node, &address).await?;
        Ok(Self { key, address, chain_id, number: account.account_number, sequence: account.sequence })
    }

    /// Signs the next transaction; base64 as JSON-RPC takes it.
    pub fn sign(&mut self, message: Any, gas: u64) -> Result<String> {
        let body = Body::new([message], "", 0_u32);
        let fee = Fee::from_amount_and_gas(
            Coin {
                denom: "unym".parse().map_err(|error| anyhow::anyhow!("{error}"))?,
                amount: u128::from(gas).div_ceil(40),
            },
            gas,
        );
        let auth = SignerInfo::single_direct(Some(self.key.public_key()), self.sequence).auth_info(fee);
        let chain_id = self.chain_id.parse().map_err(|error| anyhow::anyhow!("{error}"))?;
        let signed = SignDoc::new(&body, &auth, &chain_id, self.number)
            .and_then(|document| document.sign(&self.key))
            .and_then(|raw| raw.to_bytes())
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        self.sequence += 1;
        Ok(BASE64.encode(signed))
    }

    /// A bank send of one unym.
    pub fn bank_send(&mut self, to: &AccountId) -> Result<String> {
        let message = MsgSend {
            from_address: self.address.clone(),
            to_address: to.clone(),
            amount: vec![Coin { denom: "unym".parse().map_err(|error| anyhow::anyhow!("{error}"))?, amount: 1 }],
        };
        self.sign(any(&message)?, 120_000)
    }

    /// Executes a contract.
    pub fn execute(&mut self, contract: &AccountId, message: &Value) -> Result<String> {
        let message = MsgExecuteContract {
            sender: self.address.clone(),
            contract: contract.clone(),
            msg: message.to_string().into_bytes(),
            funds: vec![],
        };
        self.sign(any(&message)?, 300_000)
    }

    /// Uploads a wasm; returns its code id.
    pub async fn upload(&mut self, node: &Node, wasm: Vec<u8>) -> Result<u64> {
        let message = MsgStoreCode { sender: self.address.clone(), wasm_byte_code: wasm, instantiate_permission: None };
        let transaction = self.sign(any(&message)?, 20_000_000)?;
        let result = commit(node, transaction).await?;
        attribute(&result, "store_code", "code_id")?.parse().context("code id")
    }

    /// Instantiates a code; returns the contract's address.
    pub async fn instantiate(&mut self, node: &Node, code_id: u64, message: &Value) -> Result<AccountId> {
        let message = MsgInstantiateContract {
            sender: self.address.clone(),
            admin: None,
            code_id,
            label: Some("bench".to_owned()),
            msg: message.to_string().into_bytes(),
            funds: vec![],
        };
        let transaction = self.sign(any(&message)?, 2_000_000)?;
        let result = commit(node, transaction).await?;
        attribute(&result, "instantiate", "_contract_address")?.parse().map_err(|error| anyhow::anyhow!("{error}"))
    }
}

/// Signed transactions of one sender, in the order of its sequence.
pub type Signed = Vec<String>;

/// Sends all, the senders at one time, waits until the last one is in a block, returns how many went through a second.
pub async fn throughput(node: &Node, senders: &[Sender], signed: &[Signed], batch: usize) -> Result<f64> {
    let started = Instant::now();
    let work = senders.iter().zip(signed).map(|(sender, transactions)| async move {
        node.broadcast(transactions, batch).await?;
        all_in_blocks(node, sender, started + Duration::from_secs(120)).await
    });
    futures::future::try_join_all(work).await?;
    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let count = signed.iter().map(Vec::len).sum::<usize>() as f64;
    let rate = count / started.elapsed().as_secs_f64();
    for transactions in signed {
        some_succeeded(node, transactions).await?;
    }
    Ok(rate)
}

/// Signing counted the sequence up already, so the chain's has caught up when all are in blocks.
async fn all_in_blocks(node: &Node, sender: &Sender, deadline: Instant) -> Result<()> {
    loop {
        let missing = sender.sequence - account(node, &sender.address).await?.sequence;
        if missing == 0 {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("{missing} transactions of {} are not in a block after 2 minutes", sender.address);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A failed message would still count up the sequence: the first, the middle and the last one are looked at.
async fn some_succeeded(node: &Node, transactions: &[String]) -> Result<()> {
    for index in [0, transactions.len() / 2, transactions.len() - 1] {
        let bytes = BASE64.decode(&transactions[index])?;
        let hash = cosmrs::tendermint::Hash::Sha256(sha256(&bytes)).as_bytes().to_vec();
        let result = indexed(node, &BASE64.encode(hash)).await?;
        if result["tx_result"]["code"] != 0 {
            bail!("a transaction failed: {}", result["tx_result"]["log"]);
        }
    }
    Ok(())
}

/// A transaction by its hash. A node indexes it a moment after its block.
async fn indexed(node: &Node, hash: &str) -> Result<Value> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match node.call("tx", json!({"hash": hash})).await {
            Err(_) if Instant::now() < deadline => tokio::time::sleep(Duration::from_millis(50)).await,
            found => return found,
        }
    }
}

async fn account(node: &Node, address: &AccountId) -> Result<BaseAccount> {
    let request = QueryAccountRequest { address: address.to_string() }.encode_to_vec();
    let answer = node
        .call(
            "abci_query",
            json!({"path": "/cosmos.auth.v1beta1.Query/Account", "data": hex(&request), "prove": false}),
        )
        .await?;
    let value = BASE64.decode(answer["response"]["value"].as_str().context("no such account")?)?;
    let any = QueryAccountResponse::decode(value.as_slice())?.account.context("no such account")?;
    Ok(BaseAccount::decode(any.value.as_slice())?)
}

async fn commit(node: &Node, transaction: String) -> Result<Value> {
    let result = node.call("broadcast_tx_commit", json!({"tx": transaction})).await?;
    for stage in ["check_tx", "tx_result"] {
        if result[stage]["code"].as_u64().unwrap_or(0) != 0 {
            bail!("{stage}: {}", result[stage]["log"]);
        }
    }
    Ok(result)
}

fn attribute(result: &Value, kind: &str, key: &str) -> Result<String> {
    result["tx_result"]["events"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|event| event["type"] == kind)
        .flat_map(|event| event["attributes"].as_array().into_iter().flatten())
        .find(|attribute| attribute["key"] == key)
        .and_then(|attribute| attribute["value"].as_str())
        .map(str::to_owned)
        .with_context(|| format!("no {key} in the {kind} event"))
}

fn any(message: &impl Msg) -> Result<Any> {
    message.to_any().map_err(|error| anyhow::anyhow!("{error}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use cosmrs::tendermint::crypto::{Sha256, default::Sha256 as DefaultSha256};
    DefaultSha256::digest(bytes)
}
