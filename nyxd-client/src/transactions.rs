//! Transactions that are in a block: their results, and how to find them.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use cosmrs::proto::{
    cosmos::base::abci::v1beta1::TxMsgData,
    traits::{Message, Name},
};
use futures::stream::BoxStream;
use serde::Serialize;
use tendermint::{Hash, abci};
use tendermint_rpc::{
    Client, Order,
    endpoint::{tx, tx_search},
};

use crate::{ChainFailure, ClientError, QueryClient, Stage, paging::paged};

/// An event of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransactionEvent {
    /// Its kind, for instance `wasm-v2_nymnode_bonding`.
    pub kind: String,
    /// Keys and values, in the order in which they were emitted.
    pub attributes: Vec<(String, String)>,
}

impl TransactionEvent {
    /// The first attribute with this key.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// A transaction and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transaction {
    /// Its hash.
    pub hash: Hash,
    /// The block that holds it.
    pub height: u64,
    /// Its place in the block.
    pub index: u32,
    /// 0, or why it had no effect.
    pub code: u32,
    /// The module that the code belongs to.
    pub codespace: String,
    /// Words on a failure; empty otherwise.
    pub log: String,
    /// Gas asked for.
    pub gas_wanted: u64,
    /// Gas used.
    pub gas_used: u64,
    /// Everything that it emitted, in order.
    pub events: Vec<TransactionEvent>,
    /// The answers of its messages, encoded.
    #[serde(with = "hex_bytes")]
    pub data: Vec<u8>,
    /// The transaction itself.
    #[serde(with = "hex_bytes")]
    pub tx: Vec<u8>,
}

impl Transaction {
    /// Whether it took effect.
    pub fn is_ok(&self) -> bool {
        self.code == 0
    }

    /// All events of this kind.
    pub fn events_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a TransactionEvent> {
        self.events.iter().filter(move |event| event.kind == kind)
    }

    /// The attribute of the first event of this kind.
    ///
    /// # Errors
    /// [`ClientError::MissingEvent`] where there is none.
    pub fn attribute(&self, kind: &str, key: &str) -> Result<&str, ClientError> {
        self.events
            .iter()
            .find(|event| event.kind == kind)
            .and_then(|event| event.attribute(key))
            .ok_or_else(|| ClientError::MissingEvent { hash: self.hash, kind: kind.into(), key: key.into() })
    }

    /// The answer of the message with this index.
    ///
    /// # Errors
    /// [`ClientError::Answer`] when there is no such answer or it is of another type.
    pub fn message_answer<Answer: Message + Name + Default>(&self, index: usize) -> Result<Answer, ClientError> {
        let what = || format!("message {index} of transaction {}", self.hash);
        let data = TxMsgData::decode(self.data.as_slice()).map_err(|reason| ClientError::answer(what(), reason))?;
        let answer = data.msg_responses.get(index).ok_or_else(|| ClientError::answer(what(), "it has no answer"))?;
        if answer.type_url != Answer::type_url() {
            return Err(ClientError::answer(what(), format!("it is a {}", answer.type_url)));
        }
        Answer::decode(answer.value.as_slice()).map_err(|reason| ClientError::answer(what(), reason))
    }

    pub(crate) fn into_result(self, what: &str) -> Result<Self, ClientError> {
        if self.is_ok() {
            return Ok(self);
        }
        Err(ClientError::Chain(ChainFailure {
            stage: Stage::Delivery,
            what: what.into(),
            code: self.code,
            codespace: self.codespace,
            log: self.log,
            hash: Some(self.hash),
            height: Some(self.height),
            gas: Some((self.gas_used, self.gas_wanted)),
        }))
    }
}

impl From<tx::Response> for Transaction {
    fn from(found: tx::Response) -> Self {
        let result = found.tx_result;
        Self {
            hash: found.hash,
            height: found.height.value(),
            index: found.index,
            code: result.code.value(),
            codespace: result.codespace,
            log: if result.code.is_err() { result.log } else { String::new() },
            gas_wanted: u64::try_from(result.gas_wanted).unwrap_or(0),
            gas_used: u64::try_from(result.gas_used).unwrap_or(0),
            events: result.events.into_iter().map(Into::into).collect(),
            // tendermint-rpc hands on the base64 text of the JSON; text that is none of it stays as it is, and is
            // reported when an answer is read from it.
            data: BASE64.decode(&result.data).unwrap_or_else(|_| result.data.into()),
            tx: found.tx,
        }
    }
}

impl From<abci::Event> for TransactionEvent {
    fn from(event: abci::Event) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let attributes =
            event.attributes.iter().map(|pair| (text(pair.key_bytes()), text(pair.value_bytes()))).collect();
        Self { kind: event.kind, attributes }
    }
}

impl QueryClient {
    /// The transaction with this hash, whatever came of it; `None` while it is in no block.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn transaction(&self, hash: Hash) -> Result<Option<Transaction>, ClientError> {
        match self.within("tx", self.rpc().tx(hash, false)).await {
            Ok(found) => Ok(Some(found.into())),
            Err(ClientError::Refused { reason, .. }) if reason.contains("not found") => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// All transactions that match a query in CometBFT's language, in the order of the chain.
    pub fn search_transactions(&self, query: &str) -> BoxStream<'_, Result<Transaction, ClientError>> {
        const PER_PAGE: u8 = 100;
        let query = query.to_owned();
        paged(move |page: Option<u32>| {
            let page = page.unwrap_or(1);
            let request = tx_search::Request::new(&query, false, page, PER_PAGE, Order::Ascending);
            async move {
                let answer = self.within("tx_search", self.rpc().perform(request)).await?;
                let more = u64::from(page) * u64::from(PER_PAGE) < u64::from(answer.total_count);
                Ok((answer.txs.into_iter().map(Transaction::from).collect(), more.then_some(page + 1)))
            }
        })
    }
}

mod hex_bytes {
    use serde::Serializer;

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>())
    }
}
