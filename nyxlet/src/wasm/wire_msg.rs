//! Messages that contracts send (CosmWasm 3.0 wire types). See [`super::wire`] for how lenient they are.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::wire::{Binary, Coin, or_zero};

/// A message to the chain; exactly one member is expected to be set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CosmosMsg {
    /// Coins.
    pub bank: Option<BankMsg>,
    /// Chain specific messages; this chain has none.
    pub custom: Option<IgnoredAny>,
    /// Staking rewards.
    pub distribution: Option<IgnoredAny>,
    /// Governance votes.
    pub gov: Option<IgnoredAny>,
    /// Inter-chain messages.
    pub ibc: Option<IbcMsg>,
    /// Delegation.
    pub staking: Option<IgnoredAny>,
    /// Any protobuf message.
    pub any: Option<AnyMsg>,
    /// Older name of `any`.
    pub stargate: Option<AnyMsg>,
    /// Contracts.
    pub wasm: Option<WasmMsg>,
    /// Inter-chain messages of version 2.
    pub ibc2: Option<Ibc2Msg>,
}

/// Coin messages.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BankMsg {
    /// Send from the contract.
    pub send: Option<SendMsg>,
    /// Burn the contract's coins.
    pub burn: Option<BurnMsg>,
}

/// Send coins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SendMsg {
    /// Recipient.
    #[serde(deserialize_with = "or_zero")]
    pub to_address: String,
    /// Coins.
    #[serde(deserialize_with = "or_zero")]
    pub amount: Vec<Coin>,
}

/// Burn coins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BurnMsg {
    /// Coins.
    #[serde(deserialize_with = "or_zero")]
    pub amount: Vec<Coin>,
}

/// Inter-chain messages; only which one it is matters on a chain without channels.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct IbcMsg {
    /// ICS-20 transfer.
    pub transfer: Option<IgnoredAny>,
    /// Raw packet.
    pub send_packet: Option<ChannelMsg>,
    /// Late acknowledgement.
    pub write_acknowledgement: Option<ChannelMsg>,
    /// Close a channel.
    pub close_channel: Option<ChannelMsg>,
}

/// The channel an inter-chain message is for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChannelMsg {
    /// Channel id.
    #[serde(deserialize_with = "or_zero")]
    pub channel_id: String,
}

/// Inter-chain messages of version 2.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ibc2Msg {
    /// Packet.
    pub send_packet: Option<IgnoredAny>,
    /// Late acknowledgement.
    pub write_acknowledgement: Option<Ibc2Acknowledgement>,
}

/// Late acknowledgement of version 2.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ibc2Acknowledgement {
    /// Client on this chain.
    #[serde(deserialize_with = "or_zero")]
    pub destination_client: String,
    /// Packet number.
    #[serde(deserialize_with = "or_zero")]
    pub packet_sequence: u64,
}

/// A protobuf message by type URL.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AnyMsg {
    /// Type URL.
    #[serde(deserialize_with = "or_zero")]
    pub type_url: String,
    /// Protobuf bytes.
    #[serde(deserialize_with = "or_zero")]
    pub value: Binary,
}

/// Messages about contracts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WasmMsg {
    /// Call a contract.
    pub execute: Option<ExecuteMsg>,
    /// Create a contract.
    pub instantiate: Option<InstantiateMsg>,
    /// Create a contract at a predictable address.
    pub instantiate2: Option<InstantiateMsg>,
    /// Change a contract's code.
    pub migrate: Option<MigrateMsg>,
    /// Change a contract's admin.
    pub update_admin: Option<UpdateAdminMsg>,
    /// Remove a contract's admin.
    pub clear_admin: Option<ClearAdminMsg>,
}

/// Call a contract.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExecuteMsg {
    /// Called contract.
    #[serde(deserialize_with = "or_zero")]
    pub contract_addr: String,
    /// JSON for the contract.
    #[serde(deserialize_with = "or_zero")]
    pub msg: Binary,
    /// Coins to send along.
    #[serde(deserialize_with = "or_zero")]
    pub funds: Vec<Coin>,
}

/// Create a contract.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct InstantiateMsg {
    /// Code to instantiate.
    #[serde(deserialize_with = "or_zero")]
    pub code_id: u64,
    /// JSON for the contract.
    #[serde(deserialize_with = "or_zero")]
    pub msg: Binary,
    /// Coins to send along.
    #[serde(deserialize_with = "or_zero")]
    pub funds: Vec<Coin>,
    /// Human readable label.
    #[serde(deserialize_with = "or_zero")]
    pub label: String,
    /// Who may migrate it.
    #[serde(deserialize_with = "or_zero")]
    pub admin: String,
    /// Only for predictable addresses.
    #[serde(deserialize_with = "or_zero")]
    pub salt: Binary,
}

/// Change a contract's code.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MigrateMsg {
    /// Contract.
    #[serde(deserialize_with = "or_zero")]
    pub contract_addr: String,
    /// New code.
    #[serde(deserialize_with = "or_zero")]
    pub new_code_id: u64,
    /// JSON for the contract.
    #[serde(deserialize_with = "or_zero")]
    pub msg: Binary,
}

/// Change a contract's admin.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct UpdateAdminMsg {
    /// Contract.
    #[serde(deserialize_with = "or_zero")]
    pub contract_addr: String,
    /// New admin.
    #[serde(deserialize_with = "or_zero")]
    pub admin: String,
}

/// Remove a contract's admin.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClearAdminMsg {
    /// Contract.
    #[serde(deserialize_with = "or_zero")]
    pub contract_addr: String,
}
