//! Questions that contracts ask the chain, and the answers (CosmWasm 3.0 wire types). See [`super::wire`].

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::wire::{Binary, Coin, or_zero};

/// A question; exactly one member is expected to be set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct QueryRequest {
    /// Coins.
    pub bank: Option<BankQuery>,
    /// Chain specific; this chain has none.
    pub custom: Option<IgnoredAny>,
    /// Inter-chain.
    pub ibc: Option<IbcQuery>,
    /// Staking.
    pub staking: Option<IgnoredAny>,
    /// Staking rewards.
    pub distribution: Option<IgnoredAny>,
    /// Protobuf query with a JSON answer.
    pub stargate: Option<IgnoredAny>,
    /// Protobuf query.
    pub grpc: Option<IgnoredAny>,
    /// Contracts.
    pub wasm: Option<WasmQuery>,
}

/// Questions about coins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BankQuery {
    /// Supply of a denomination.
    pub supply: Option<DenomQuery>,
    /// One balance.
    pub balance: Option<BalanceQuery>,
    /// Every balance of an account.
    pub all_balances: Option<AllBalancesQuery>,
    /// Metadata of a denomination.
    pub denom_metadata: Option<DenomQuery>,
    /// Metadata of all denominations.
    pub all_denom_metadata: Option<AllDenomMetadataQuery>,
}

/// About one denomination.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DenomQuery {
    /// Denomination.
    #[serde(deserialize_with = "or_zero")]
    pub denom: String,
}

/// About one balance.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BalanceQuery {
    /// Account.
    #[serde(deserialize_with = "or_zero")]
    pub address: String,
    /// Denomination.
    #[serde(deserialize_with = "or_zero")]
    pub denom: String,
}

/// About all balances of an account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AllBalancesQuery {
    /// Account.
    #[serde(deserialize_with = "or_zero")]
    pub address: String,
}

/// About the metadata of all denominations.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AllDenomMetadataQuery {
    /// Page.
    pub pagination: Option<PageRequest>,
}

/// Page of a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PageRequest {
    /// Where to go on.
    #[serde(deserialize_with = "or_zero")]
    pub key: Binary,
    /// Entries.
    #[serde(deserialize_with = "or_zero")]
    pub limit: u32,
    /// Backwards.
    #[serde(deserialize_with = "or_zero")]
    pub reverse: bool,
}

/// Inter-chain questions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct IbcQuery {
    /// The contract's port.
    pub port_id: Option<IgnoredAny>,
    /// Channels of a port.
    pub list_channels: Option<IgnoredAny>,
    /// One channel.
    pub channel: Option<IgnoredAny>,
}

/// Questions about contracts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WasmQuery {
    /// Ask the contract.
    pub smart: Option<SmartQuery>,
    /// Read one key.
    pub raw: Option<RawQuery>,
    /// Code, creator and admin.
    pub contract_info: Option<ContractInfoQuery>,
    /// Creator and checksum of a code.
    pub code_info: Option<CodeInfoQuery>,
    /// Read a range of keys.
    pub raw_range: Option<RawRangeQuery>,
}

/// Ask a contract.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SmartQuery {
    /// Contract.
    #[serde(deserialize_with = "or_zero")]
    pub contract_addr: String,
    /// JSON for the contract.
    #[serde(deserialize_with = "or_zero")]
    pub msg: Binary,
}

/// Read one key of a contract.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RawQuery {
    /// Contract.
    #[serde(deserialize_with = "or_zero")]
    pub contract_addr: String,
    /// Key.
    pub key: Option<Binary>,
}

/// Read a range of keys of a contract.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RawRangeQuery {
    /// Contract.
    #[serde(deserialize_with = "or_zero")]
    pub contract_addr: String,
    /// First key.
    pub start: Option<Binary>,
    /// Key after the last.
    pub end: Option<Binary>,
    /// Entries.
    #[serde(deserialize_with = "or_zero")]
    pub limit: u16,
    /// `ascending` or `descending`.
    #[serde(deserialize_with = "or_zero")]
    pub order: String,
}

/// About a contract.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ContractInfoQuery {
    /// Contract.
    #[serde(deserialize_with = "or_zero")]
    pub contract_addr: String,
}

/// About a code.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CodeInfoQuery {
    /// Code id.
    #[serde(deserialize_with = "or_zero")]
    pub code_id: u64,
}

// Answers

/// One amount.
#[derive(Clone, Debug, Serialize)]
pub struct AmountResponse {
    /// Amount.
    pub amount: Coin,
}

/// Every balance.
#[derive(Clone, Debug, Serialize)]
pub struct AllBalancesResponse {
    /// Amounts.
    pub amount: Vec<Coin>,
}

/// Metadata of one denomination.
#[derive(Clone, Debug, Serialize)]
pub struct DenomMetadataResponse {
    /// Metadata.
    pub metadata: DenomMetadata,
}

/// Metadata of denominations.
#[derive(Clone, Debug, Serialize)]
pub struct AllDenomMetadataResponse {
    /// Metadata.
    pub metadata: Vec<DenomMetadata>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_key: Option<Binary>,
}

/// Metadata of a denomination.
#[derive(Clone, Debug, Serialize)]
pub struct DenomMetadata {
    /// What it is.
    pub description: String,
    /// Units.
    pub denom_units: Vec<DenomUnit>,
    /// Smallest unit.
    pub base: String,
    /// Unit that wallets show.
    pub display: String,
    /// Name.
    pub name: String,
    /// Ticker.
    pub symbol: String,
    /// Document.
    pub uri: String,
    /// Hash of the document.
    pub uri_hash: String,
}

/// Unit of a denomination.
#[derive(Clone, Debug, Serialize)]
pub struct DenomUnit {
    /// Name.
    pub denom: String,
    /// Power of ten of the base unit.
    pub exponent: u32,
    /// Other names.
    pub aliases: Vec<String>,
}

/// Port of a contract.
#[derive(Clone, Debug, Serialize)]
pub struct PortIdResponse {
    /// Port.
    pub port_id: String,
}

/// Channels of a port: this chain has none.
#[derive(Clone, Debug, Serialize)]
pub struct ListChannelsResponse {
    /// Channels.
    pub channels: [(); 0],
}

/// A channel: this chain has none.
#[derive(Clone, Debug, Serialize)]
pub struct ChannelResponse {}

/// About a contract.
#[derive(Clone, Debug, Serialize)]
pub struct ContractInfoResponse {
    /// Code.
    pub code_id: u64,
    /// Creator.
    pub creator: String,
    /// Admin.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub admin: String,
    /// True when governance pinned the code.
    pub pinned: bool,
    /// Port.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ibc_port: String,
    /// Port of version 2.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ibc2_port: String,
}

/// About a code.
#[derive(Clone, Debug, Serialize)]
pub struct CodeInfoResponse {
    /// Code id.
    pub code_id: u64,
    /// Creator.
    pub creator: String,
    /// SHA-256 of the wasm in hex.
    pub checksum: String,
}

/// A range of keys.
#[derive(Clone, Debug, Serialize)]
pub struct RawRangeResponse {
    /// Keys and values.
    pub data: Vec<(Binary, Binary)>,
    /// Where to go on.
    pub next_key: Option<Binary>,
}
