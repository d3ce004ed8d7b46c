//! What contracts and the chain say to each other, in JSON (CosmWasm 3.0 wire types).
//!
//! Outgoing types list their members in the order in which a Go node writes them. Incoming types are as lenient as its
//! decoder: absent members and `null` mean the zero value, unknown members are skipped. Whether something is unset or
//! empty is kept apart where the chain tells them apart (`data`).

use serde::de::Deserializer;
use serde::{Deserialize, Serialize, Serializer};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::wire_msg::CosmosMsg;

/// Bytes that travel as base64 text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binary(pub Vec<u8>);

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(Binary).map_err(serde::de::Error::custom)
    }
}

/// `null` and absence both mean the zero value.
pub(super) fn or_zero<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

// To the contract

/// The block and the contract, first argument of every entry point.
#[derive(Clone, Debug, Serialize)]
pub struct Env {
    /// Current block.
    pub block: BlockInfo,
    /// Position of the transaction; absent in queries and simulations.
    pub transaction: Option<TransactionInfo>,
    /// The contract that is called.
    pub contract: ContractAddress,
}

/// Current block.
#[derive(Clone, Debug, Serialize)]
pub struct BlockInfo {
    /// Height.
    pub height: u64,
    /// Nanoseconds since 1970, as a decimal string.
    pub time: String,
    /// Chain id.
    pub chain_id: String,
}

/// Position of the transaction in its block.
#[derive(Clone, Debug, Serialize)]
pub struct TransactionInfo {
    /// Counts from 0 in each block.
    pub index: u32,
    /// SHA-256 of the transaction bytes.
    pub hash: Binary,
}

/// Address of the called contract.
#[derive(Clone, Debug, Serialize)]
pub struct ContractAddress {
    /// Bech32 text.
    pub address: String,
}

/// Who calls, and what came along.
#[derive(Clone, Debug, Serialize)]
pub struct MessageInfo {
    /// Bech32 text of the caller.
    pub sender: String,
    /// Coins that were moved to the contract before the call.
    pub funds: Vec<Coin>,
}

/// Third argument of `migrate`.
#[derive(Clone, Debug, Serialize)]
pub struct MigrateInfo {
    /// Bech32 text of the caller.
    pub sender: String,
    /// Migrate version of the code that is left.
    pub old_migrate_version: Option<u64>,
}

/// An amount of one denomination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Coin {
    /// Denomination.
    #[serde(deserialize_with = "or_zero")]
    pub denom: String,
    /// Decimal digits.
    #[serde(deserialize_with = "or_zero")]
    pub amount: String,
}

/// Outcome of a submessage for the contract that sent it.
#[derive(Clone, Debug, Serialize)]
pub struct Reply {
    /// Always 0: the engine does not report it.
    pub gas_used: u64,
    /// Chosen by the contract.
    pub id: u64,
    /// What happened.
    pub result: SubMsgResult,
    /// Chosen by the contract.
    #[serde(skip_serializing_if = "is_empty")]
    pub payload: Binary,
}

/// Result of a submessage.
#[derive(Clone, Debug, Serialize)]
pub struct SubMsgResult {
    /// Set on success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ok: Option<SubMsgResponse>,
    /// Set on failure.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub error: String,
}

/// Success of a submessage.
#[derive(Clone, Debug, Serialize)]
pub struct SubMsgResponse {
    /// Events, only of wasm messages.
    pub events: Vec<Event>,
    /// Protobuf answer of the first message.
    #[serde(skip_serializing_if = "is_empty")]
    pub data: Binary,
    /// Protobuf answers with their types.
    pub msg_responses: Vec<MsgResponse>,
}

/// Typed protobuf answer.
#[derive(Clone, Debug, Serialize)]
pub struct MsgResponse {
    /// Type URL.
    pub type_url: String,
    /// Protobuf bytes.
    pub value: Binary,
}

fn is_empty(binary: &Binary) -> bool {
    binary.0.is_empty()
}

// From the contract

/// Answer of an entry point other than `query`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ContractResult {
    /// Success.
    pub ok: Option<Response>,
    /// The contract's own error text.
    #[serde(deserialize_with = "or_zero")]
    pub error: String,
}

/// Success of an entry point.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Response {
    /// Messages to run next, in order.
    #[serde(deserialize_with = "or_zero")]
    pub messages: Vec<SubMsg>,
    /// Data for the caller.
    pub data: Option<Binary>,
    /// Attributes of the `wasm` event.
    #[serde(deserialize_with = "or_zero")]
    pub attributes: Vec<Attribute>,
    /// Further events.
    #[serde(deserialize_with = "or_zero")]
    pub events: Vec<Event>,
}

/// An event of a contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Event {
    /// Type, without the chain's prefix when it comes from a contract.
    #[serde(rename = "type", deserialize_with = "or_zero")]
    pub kind: String,
    /// Attributes in order.
    #[serde(deserialize_with = "or_zero")]
    pub attributes: Vec<Attribute>,
}

/// A key and a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attribute {
    /// Key.
    #[serde(deserialize_with = "or_zero")]
    pub key: String,
    /// Value.
    #[serde(deserialize_with = "or_zero")]
    pub value: String,
}

/// A message together with how its sender wants to hear of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SubMsg {
    /// Handed back in the reply.
    #[serde(deserialize_with = "or_zero")]
    pub id: u64,
    /// The message.
    #[serde(deserialize_with = "or_zero")]
    pub msg: CosmosMsg,
    /// Handed back in the reply; at most 128 KiB.
    #[serde(deserialize_with = "or_zero")]
    pub payload: Binary,
    /// SDK gas that the message may use.
    pub gas_limit: Option<u64>,
    /// When to reply; a contract must say it.
    pub reply_on: Option<ReplyOn>,
}

/// When a contract wants a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyOn {
    /// After success and failure.
    Always,
    /// After success; failure aborts the sender.
    Success,
    /// After failure only.
    Error,
    /// Never; failure aborts the sender.
    Never,
}

/// Answer of the `query` entry point.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct QueryResult {
    /// Success.
    pub ok: Option<Binary>,
    /// The contract's own error text.
    #[serde(deserialize_with = "or_zero")]
    pub error: String,
}
