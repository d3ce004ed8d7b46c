//! The edge to the chain: questions and transactions as JSON, so that everything above runs on any engine.

use std::future::Future;

use nyxd_client::{AccountId, ClientError, QueryClient, SigningClient, Stage, execute_contract};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::facts::Block;
use super::{CeremonyError, ChainError};

/// A message to a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// Address of the contract.
    pub contract: String,
    /// The message as JSON.
    pub message: Vec<u8>,
}

impl Execution {
    /// # Errors
    /// [`CeremonyError::Message`].
    pub fn new(contract: &str, message: &impl Serialize) -> Result<Self, CeremonyError> {
        Ok(Self { contract: contract.to_owned(), message: serde_json::to_vec(message)? })
    }
}

/// The contracts of a chain as one account sees them.
pub trait Contracts: Send + Sync + 'static {
    /// The account that sends.
    fn account(&self) -> &str;

    /// The latest block.
    fn block(&self) -> impl Future<Output = Result<Block, ChainError>> + Send;

    /// Asks a contract; question and answer are JSON.
    fn ask(&self, contract: &str, question: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, ChainError>> + Send;

    /// Sends messages in one transaction, of which all take effect or none, and waits for its block.
    fn send(&self, messages: Vec<Execution>, memo: &str) -> impl Future<Output = Result<(), ChainError>> + Send;
}

/// Asks a contract in types.
///
/// # Errors
/// [`ChainError`], [`ChainError::Unreadable`] where the answer has another form.
pub(super) async fn ask<Answer: DeserializeOwned>(
    chain: &impl Contracts,
    contract: &str,
    question: &(impl Serialize + Sync),
) -> Result<Answer, ChainError> {
    let unreadable = |reason: String, question: &[u8]| ChainError::Unreadable {
        what: format!("{} of {contract}", String::from_utf8_lossy(question)),
        reason,
    };
    let question = serde_json::to_vec(question).map_err(|error| unreadable(error.to_string(), b"a question"))?;
    let answer = chain.ask(contract, question.clone()).await?;
    serde_json::from_slice(&answer).map_err(|error| unreadable(error.to_string(), &question))
}

/// Those of a Nyx chain over its RPC.
#[derive(Clone, Debug)]
pub struct NyxdContracts {
    queries: QueryClient,
    client: Option<SigningClient>,
    account: String,
}

impl NyxdContracts {
    /// As the account of this client.
    pub fn new(client: SigningClient) -> Self {
        let account = client.address().to_string();
        Self { queries: client.queries().clone(), client: Some(client), account }
    }

    /// To look only: as nobody.
    pub fn reading(queries: QueryClient) -> Self {
        Self { queries, client: None, account: String::new() }
    }

    fn address(&self, contract: &str) -> Result<AccountId, ChainError> {
        self.queries.address(contract).map_err(|error| failure("a contract's address", &error))
    }
}

impl Contracts for NyxdContracts {
    fn account(&self) -> &str {
        &self.account
    }

    async fn block(&self) -> Result<Block, ChainError> {
        latest_block(&self.queries).await
    }

    async fn ask(&self, contract: &str, question: Vec<u8>) -> Result<Vec<u8>, ChainError> {
        let address = self.address(contract)?;
        // The bytes go through as they are: both sides of the client speak JSON.
        let what = || String::from_utf8_lossy(&question).into_owned();
        let raw: Box<serde_json::value::RawValue> = serde_json::from_slice(&question)
            .map_err(|error| ChainError::Unreadable { what: what(), reason: error.to_string() })?;
        let answer: Box<serde_json::value::RawValue> =
            self.queries.smart_query(&address, &raw).await.map_err(|error| failure(&what(), &error))?;
        Ok(answer.get().as_bytes().to_vec())
    }

    async fn send(&self, messages: Vec<Execution>, memo: &str) -> Result<(), ChainError> {
        let Some(client) = &self.client else {
            return Err(ChainError::Refused { what: memo.into(), reason: "there is no account to send from".into() });
        };
        let mut packed = Vec::with_capacity(messages.len());
        for message in &messages {
            let contract = self.address(&message.contract)?;
            let json: Box<serde_json::value::RawValue> = serde_json::from_slice(&message.message)
                .map_err(|error| ChainError::Unreadable { what: memo.into(), reason: error.to_string() })?;
            packed.push(
                execute_contract(client.address(), &contract, &json, &[]).map_err(|error| failure(memo, &error))?,
            );
        }
        client.execute_messages(packed, memo).await.map(drop).map_err(|error| failure(memo, &error))
    }
}

/// Height and time of the latest block.
pub(super) async fn latest_block(queries: &nyxd_client::QueryClient) -> Result<Block, ChainError> {
    let block = queries.block(None).await.map_err(|error| failure("the latest block", &error))?;
    let header = &block.block.header;
    Ok(Block { height: header.height.value(), time: u64::try_from(header.time.unix_timestamp()).unwrap_or(0) })
}

/// Tells a refusal, which stands, from silence, which passes.
pub(super) fn failure(what: &str, error: &ClientError) -> ChainError {
    let (what, reason) = (what.to_owned(), error.to_string());
    match error {
        // A node that starts or lags refuses queries that it answers later.
        ClientError::Chain(failure) if failure.stage == Stage::Query && !failure.codespace.starts_with("wasm") => {
            ChainError::Unreachable { what, reason }
        }
        ClientError::Chain(_) | ClientError::Message { .. } | ClientError::Address { .. } => {
            ChainError::Refused { what, reason }
        }
        ClientError::Answer { .. } => ChainError::Unreadable { what, reason },
        ClientError::SequenceContended { .. } => ChainError::Contended { what, reason },
        _ => ChainError::Unreachable { what, reason },
    }
}
