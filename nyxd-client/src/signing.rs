//! Sending transactions from one account.

use std::{fmt, sync::Arc};

use cosmrs::{
    AccountId, Any,
    proto::{
        cosmos::tx::v1beta1::{AuthInfo, SimulateRequest, SimulateResponse, TxRaw},
        cosmwasm::wasm::v1::{MsgInstantiateContract2Response, MsgInstantiateContractResponse, MsgStoreCodeResponse},
        traits::Message,
    },
    tx::{Body, Fee, SignDoc, SignerInfo},
};
use cosmwasm_std::Coin;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tendermint::Hash;
use tendermint_rpc::Client;

use crate::{
    ChainFailure, ClientError, Instantiation, PendingTransaction, QueryClient, Signer, Stage, Transaction,
    gas::kind_of,
    messages,
    sequence::{Lease, Sequences},
};

const SIMULATE: &str = "/cosmos.tx.v1beta1.Service/Simulate";
/// How often a transaction is numbered anew before another user of the account is blamed.
const ATTEMPTS: u32 = 32;

/// How much gas a transaction may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gas {
    /// What a dry run uses, and the policy's margin.
    Simulated,
    /// This much, without a dry run.
    Limit(u64),
}

/// Sends from one account. Clones share the account's sequence, so one account should have one client and its clones.
#[derive(Clone)]
pub struct SigningClient {
    queries: QueryClient,
    signer: Arc<Signer>,
    sequences: Arc<Sequences>,
}

impl fmt::Debug for SigningClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningClient")
            .field("queries", &self.queries)
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}

impl SigningClient {
    /// A client that sends from the signer's account.
    pub fn new(queries: QueryClient, signer: Signer) -> Self {
        Self { queries, signer: Arc::new(signer), sequences: Arc::default() }
    }

    /// The reading half.
    pub fn queries(&self) -> &QueryClient {
        &self.queries
    }

    /// The account.
    pub fn address(&self) -> &AccountId {
        self.signer.address()
    }

    /// The account's key.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    pub(crate) fn sequences(&self) -> &Sequences {
        &self.sequences
    }

    /// Sends messages in one transaction and waits for its block.
    ///
    /// # Errors
    /// [`ClientError::Chain`] at the stage that failed, and as [`SigningClient::submit`] and
    /// [`PendingTransaction::included`].
    pub async fn execute_messages(&self, messages: Vec<Any>, memo: &str) -> Result<Transaction, ClientError> {
        self.submit(messages, memo, Gas::Simulated).await?.included().await
    }

    /// Sends messages in one transaction and returns once the node has taken it. Many may be sent at once: they are
    /// numbered in turn and do not wait for each other's blocks.
    ///
    /// # Errors
    /// [`ClientError::NoAccount`] for an account that does not exist, [`ClientError::Chain`] when the dry run or the
    /// node's check fails (nothing is paid then), [`ClientError::Uncertain`] when the node did not answer,
    /// [`ClientError::SequenceContended`] when another program keeps using the account.
    pub async fn submit(&self, messages: Vec<Any>, memo: &str, gas: Gas) -> Result<PendingTransaction, ClientError> {
        let chain_id = self.queries.chain_id().await?;
        let what = describe(&messages);
        let body = Body::new(messages, memo, 0u32);
        let mut lease = self.sequences.lease(&self.queries, self.address()).await?;
        let mut known_limit = match gas {
            Gas::Limit(limit) => Some(limit),
            Gas::Simulated => None,
        };
        for _ in 0..ATTEMPTS {
            let limit = match known_limit {
                Some(limit) => Ok(limit),
                None => self.simulate_numbered(&body, lease.sequence, &what).await,
            };
            let failure = match limit {
                Ok(limit) => {
                    // One dry run is enough: another before each attempt would give a program that sends from this
                    // account without a pause the time to take every number first.
                    known_limit = Some(limit);
                    let raw = self.sign(&body, limit, &lease, chain_id)?;
                    let key: [u8; 32] = Sha256::digest(&raw).into();
                    let (hash, waiter) = (Hash::Sha256(key), self.queries.inclusions().wait_for(key));
                    match self.broadcast(raw, hash, &what).await {
                        Ok(()) => {
                            lease.used();
                            return Ok(PendingTransaction::new(hash, what, self.clone(), waiter));
                        }
                        Err(ClientError::Chain(failure)) if failure.is_sequence_mismatch() => failure,
                        // Another program with this key has sent the very same transaction a moment ago: it is
                        // theirs, and ours takes the number after it.
                        Err(ClientError::Refused { reason, .. }) if is_known(&reason) => {
                            lease.sequence += 1;
                            continue;
                        }
                        Err(error @ ClientError::Uncertain { .. }) => {
                            lease.uncertain();
                            return Err(error);
                        }
                        Err(error) => return Err(error),
                    }
                }
                Err(ClientError::Chain(failure)) if failure.is_sequence_mismatch() => failure,
                Err(error) => return Err(error),
            };
            tracing::debug!(address = %self.address(), log = failure.log, "the account's sequence changed");
            lease.resync(&self.queries, self.address(), &failure).await?;
        }
        lease.uncertain();
        Err(ClientError::SequenceContended { address: self.address().clone(), attempts: ATTEMPTS })
    }

    /// The gas that a dry run of these messages uses, without a margin.
    ///
    /// # Errors
    /// [`ClientError::Chain`] with what would fail.
    pub async fn simulate(&self, messages: Vec<Any>, memo: &str) -> Result<u64, ClientError> {
        let what = describe(&messages);
        let lease = self.sequences.lease(&self.queries, self.address()).await?;
        self.dry_run(&Body::new(messages, memo, 0u32), lease.sequence, &what).await
    }

    /// Sends coins.
    ///
    /// # Errors
    /// As [`SigningClient::execute_messages`].
    pub async fn send(&self, to: &AccountId, coins: Vec<Coin>, memo: &str) -> Result<Transaction, ClientError> {
        self.execute_messages(vec![messages::bank_send(self.address(), to, &coins)], memo).await
    }

    /// Sends coins to many, with one `MsgMultiSend`.
    ///
    /// # Errors
    /// As [`SigningClient::execute_messages`].
    pub async fn multi_send(&self, outputs: &[(AccountId, Vec<Coin>)], memo: &str) -> Result<Transaction, ClientError> {
        self.execute_messages(vec![messages::multi_send(self.address(), outputs)?], memo).await
    }

    /// Uploads a code and returns its id.
    ///
    /// # Errors
    /// As [`SigningClient::execute_messages`].
    pub async fn upload(&self, wasm: &[u8], memo: &str) -> Result<(u64, Transaction), ClientError> {
        let sent = self.execute_messages(vec![messages::store_code(self.address(), wasm)?], memo).await?;
        Ok((sent.message_answer::<MsgStoreCodeResponse>(0)?.code_id, sent))
    }

    /// Makes a contract and returns its address.
    ///
    /// # Errors
    /// As [`SigningClient::execute_messages`].
    pub async fn instantiate(
        &self,
        new: &Instantiation,
        message: &impl Serialize,
        memo: &str,
    ) -> Result<(AccountId, Transaction), ClientError> {
        let sent = self.execute_messages(vec![messages::instantiate(self.address(), new, message)?], memo).await?;
        let answer = sent.message_answer::<MsgInstantiateContractResponse>(0)?;
        Ok((self.queries.address(&answer.address)?, sent))
    }

    /// Makes a contract at the address that [`crate::contract_address`] foretells.
    ///
    /// # Errors
    /// As [`SigningClient::execute_messages`].
    pub async fn instantiate2(
        &self,
        new: &Instantiation,
        message: &impl Serialize,
        salt: &[u8],
        memo: &str,
    ) -> Result<(AccountId, Transaction), ClientError> {
        let message = messages::instantiate2(self.address(), new, message, salt)?;
        let sent = self.execute_messages(vec![message], memo).await?;
        let answer = sent.message_answer::<MsgInstantiateContract2Response>(0)?;
        Ok((self.queries.address(&answer.address)?, sent))
    }

    /// Executes a contract.
    ///
    /// # Errors
    /// As [`SigningClient::execute_messages`].
    pub async fn execute(
        &self,
        contract: &AccountId,
        message: &impl Serialize,
        funds: Vec<Coin>,
        memo: &str,
    ) -> Result<Transaction, ClientError> {
        let message = messages::execute_contract(self.address(), contract, message, &funds)?;
        self.execute_messages(vec![message], memo).await
    }

    /// Executes a contract many times in one transaction: all take effect or none.
    ///
    /// # Errors
    /// As [`SigningClient::execute_messages`].
    pub async fn execute_many<M: Serialize>(
        &self,
        contract: &AccountId,
        executions: &[(M, Vec<Coin>)],
        memo: &str,
    ) -> Result<Transaction, ClientError> {
        let packed = executions
            .iter()
            .map(|(message, funds)| messages::execute_contract(self.address(), contract, message, funds))
            .collect::<Result<_, _>>()?;
        self.execute_messages(packed, memo).await
    }

    /// Moves a contract to another code.
    ///
    /// # Errors
    /// As [`SigningClient::execute_messages`].
    pub async fn migrate(
        &self,
        contract: &AccountId,
        code_id: u64,
        message: &impl Serialize,
        memo: &str,
    ) -> Result<Transaction, ClientError> {
        self.execute_messages(vec![messages::migrate(self.address(), contract, code_id, message)?], memo).await
    }

    /// Hands the right to migrate a contract to another account.
    ///
    /// # Errors
    /// As [`SigningClient::execute_messages`].
    pub async fn update_admin(
        &self,
        contract: &AccountId,
        new_admin: &AccountId,
        memo: &str,
    ) -> Result<Transaction, ClientError> {
        self.execute_messages(vec![messages::update_admin(self.address(), contract, new_admin)], memo).await
    }

    /// Gives up the right to migrate a contract, for ever.
    ///
    /// # Errors
    /// As [`SigningClient::execute_messages`].
    pub async fn clear_admin(&self, contract: &AccountId, memo: &str) -> Result<Transaction, ClientError> {
        self.execute_messages(vec![messages::clear_admin(self.address(), contract)], memo).await
    }

    /// Gas limit from a dry run.
    async fn simulate_numbered(&self, body: &Body, sequence: u64, what: &str) -> Result<u64, ClientError> {
        let used = self.dry_run(body, sequence, what).await?;
        Ok(self.queries.config().gas.limit(&body.messages, used))
    }

    async fn dry_run(&self, body: &Body, sequence: u64, what: &str) -> Result<u64, ClientError> {
        let wrong = |reason| ClientError::message("a transaction", reason);
        let signer_info = SignerInfo::single_direct(Some(self.signer.public_key()), sequence);
        let auth_info: AuthInfo = signer_info.auth_info(no_fee()).into();
        let raw = TxRaw {
            body_bytes: body.clone().into_bytes().map_err(wrong)?,
            auth_info_bytes: auth_info.encode_to_vec(),
            // A dry run checks everything but the signature, which must be there.
            signatures: vec![Vec::new()],
        };
        let request = SimulateRequest { tx_bytes: raw.encode_to_vec(), ..SimulateRequest::default() };
        let answer: SimulateResponse =
            self.queries.query_at(Stage::Simulation, SIMULATE, &request).await.map_err(|error| match error {
                ClientError::Chain(failure) => ClientError::Chain(ChainFailure { what: what.into(), ..failure }),
                other => other,
            })?;
        let gas = answer.gas_info.ok_or_else(|| ClientError::answer(SIMULATE, "no gas in it"))?;
        Ok(gas.gas_used)
    }

    fn sign(
        &self,
        body: &Body,
        gas: u64,
        lease: &Lease<'_>,
        chain_id: &tendermint::chain::Id,
    ) -> Result<Vec<u8>, ClientError> {
        let wrong = |reason| ClientError::message("a transaction", reason);
        let config = self.queries.config();
        let denom = config.chain.mix_denom.base.parse().map_err(wrong)?;
        let amount = cosmrs::Coin { denom, amount: config.gas.fee(gas)? };
        let fee = Fee { amount: vec![amount], gas_limit: gas, ..no_fee() };
        let auth_info = SignerInfo::single_direct(Some(self.signer.public_key()), lease.sequence).auth_info(fee);
        let document = SignDoc::new(body, &auth_info, chain_id, lease.account_number).map_err(wrong)?;
        document.sign(self.signer.key()).map_err(wrong)?.to_bytes().map_err(wrong)
    }

    /// Hands a transaction to the node. A lost answer is asked for once more with the same bytes, which can do no harm.
    async fn broadcast(&self, raw: Vec<u8>, hash: Hash, what: &str) -> Result<(), ClientError> {
        let again = match self.broadcast_once(raw.clone(), hash, what).await {
            Err(error @ (ClientError::Rpc { .. } | ClientError::Deadline { .. })) => error,
            other => return other,
        };
        match self.broadcast_once(raw, hash, what).await {
            Ok(()) => Ok(()),
            // The node knows the transaction, or has counted it: the lost answer was a yes, or may have been.
            Err(ClientError::Refused { reason, .. }) if is_known(&reason) => Ok(()),
            Err(_) => Err(ClientError::Uncertain { hash, reason: again.to_string() }),
        }
    }

    async fn broadcast_once(&self, raw: Vec<u8>, hash: Hash, what: &str) -> Result<(), ClientError> {
        let rpc = self.queries.rpc();
        let answer = self.queries.within("broadcast_tx_sync", rpc.broadcast_tx_sync(raw)).await?;
        if answer.code.is_ok() {
            return Ok(());
        }
        Err(ClientError::Chain(ChainFailure {
            stage: Stage::Check,
            what: what.into(),
            code: answer.code.value(),
            codespace: answer.codespace,
            log: answer.log,
            hash: Some(hash),
            height: None,
            gas: None,
        }))
    }
}

/// Whether the node refused a transaction because it has the same bytes already.
fn is_known(reason: &str) -> bool {
    reason.contains("already exists in cache")
}

fn no_fee() -> Fee {
    Fee { amount: Vec::new(), gas_limit: 0, payer: None, granter: None }
}

/// The kinds of the messages, each once, for errors.
fn describe(messages: &[Any]) -> String {
    let mut kinds: Vec<_> = messages.iter().map(kind_of).collect();
    kinds.dedup();
    let mut text = kinds.join(", ");
    if messages.len() > 1 {
        text.push_str(&format!(" ({} messages)", messages.len()));
    }
    text
}
