//! Codes and contracts of any kind.

use std::{fmt, fs, path::Path};

use cosmwasm_std::Coin;
use futures::TryStreamExt;
use nyxd_client::{AccountId, Instantiation, QueryClient, SigningClient};
use serde::Serialize;
use serde_json::Value;

use crate::{CliError, Receipt};

/// An uploaded code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Uploaded {
    /// Its id.
    pub code_id: u64,
    /// The transaction.
    #[serde(flatten)]
    pub receipt: Receipt,
}

impl fmt::Display for Uploaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code id {}\n{}", self.code_id, self.receipt)
    }
}

/// A new contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instantiated {
    /// Its address.
    pub contract_address: String,
    /// The transaction.
    #[serde(flatten)]
    pub receipt: Receipt,
}

impl fmt::Display for Instantiated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contract {}\n{}", self.contract_address, self.receipt)
    }
}

/// An entry of a contract's storage as dumps hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DumpedEntry {
    /// Storage key, hex.
    pub key: String,
    /// Stored bytes, base64.
    pub value: String,
}

/// Uploads a wasm file.
///
/// # Errors
/// [`CliError::File`] when it cannot be read, [`CliError::Value`] when it is no wasm, and as [`SigningClient::upload`].
pub async fn upload(client: &SigningClient, path: &Path, memo: &str) -> Result<Uploaded, CliError> {
    const WASM: &[u8] = b"\0asm";
    const GZIP: &[u8] = &[0x1f, 0x8b];
    let bytes = fs::read(path).map_err(|reason| CliError::File { action: "read", path: path.into(), reason })?;
    if !bytes.starts_with(WASM) && !bytes.starts_with(GZIP) {
        return Err(CliError::value("the code", path.display(), "it is no wasm file"));
    }
    let (code_id, sent) = client.upload(&bytes, memo).await?;
    Ok(Uploaded { code_id, receipt: Receipt::from(&sent) })
}

/// Makes a contract.
///
/// # Errors
/// As [`SigningClient::instantiate`].
pub async fn instantiate(
    client: &SigningClient,
    new: &Instantiation,
    message: &Value,
    memo: &str,
) -> Result<Instantiated, CliError> {
    let (address, sent) = client.instantiate(new, message, memo).await?;
    Ok(Instantiated { contract_address: address.to_string(), receipt: Receipt::from(&sent) })
}

/// Moves a contract to another code.
///
/// # Errors
/// As [`SigningClient::migrate`].
pub async fn migrate(
    client: &SigningClient,
    contract: &AccountId,
    code_id: u64,
    message: &Value,
    memo: &str,
) -> Result<Receipt, CliError> {
    Ok(Receipt::from(&client.migrate(contract, code_id, message, memo).await?))
}

/// Executes a contract.
///
/// # Errors
/// As [`SigningClient::execute`].
pub async fn execute(
    client: &SigningClient,
    contract: &AccountId,
    message: &Value,
    funds: Vec<Coin>,
    memo: &str,
) -> Result<Receipt, CliError> {
    Ok(Receipt::from(&client.execute(contract, message, funds, memo).await?))
}

/// All of a contract's storage (`docs/protocol/mixnet-contract.md §6.2`).
///
/// # Errors
/// When there is no such contract.
pub async fn raw_state(queries: &QueryClient, contract: &AccountId) -> Result<Vec<DumpedEntry>, CliError> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    // The list of a contract that is not there is empty, which would look like an answer.
    queries.contract_info(contract).await?;
    let entries: Vec<_> = queries
        .contract_state(contract)
        .map_ok(|entry| DumpedEntry { key: hex::encode(entry.key), value: STANDARD.encode(entry.value) })
        .try_collect()
        .await?;
    Ok(entries)
}

/// Reads a message that was given as text.
///
/// # Errors
/// [`CliError::Value`] for what is no JSON.
pub fn read_message(text: &str) -> Result<Value, CliError> {
    serde_json::from_str(text)
        .map_err(|reason| CliError::value("the message", text, format!("it is no JSON: {reason}")))
}
