//! Shapes of the mixnodes and gateways that nym-nodes replaced. New networks have none: the lists
//! that carry them are empty, and only the two oldest bonding messages still bring them in.

use super::{BlockHeight, EpochEventId, IntervalEventId, NodeId, NodeRewarding};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Coin};
use nym_contracts_common::IdentityKey;

/// A mixnode as it was once bonded.
#[cw_serde]
pub struct MixNode {
    /// Host name or address.
    pub host: String,
    /// Port for packets.
    pub mix_port: u16,
    /// Port for latency measurement.
    pub verloc_port: u16,
    /// Port of the HTTP interface.
    pub http_api_port: u16,
    /// Base58 packet key.
    pub sphinx_key: String,
    /// The node's ed25519 identity.
    pub identity_key: IdentityKey,
    /// Version of its software.
    pub version: String,
}

/// A gateway as it was once bonded.
#[cw_serde]
pub struct Gateway {
    /// Host name or address.
    pub host: String,
    /// Port for packets.
    pub mix_port: u16,
    /// Port for clients.
    pub clients_port: u16,
    /// Where it stands.
    pub location: String,
    /// Base58 packet key.
    pub sphinx_key: String,
    /// The node's ed25519 identity.
    pub identity_key: IdentityKey,
    /// Version of its software.
    pub version: String,
}

/// The bond of a mixnode.
#[cw_serde]
pub struct MixNodeBond {
    /// Number of the node.
    pub mix_id: NodeId,
    /// Account that bonded it.
    pub owner: Addr,
    /// What the owner put in.
    pub original_pledge: Coin,
    /// The node itself.
    pub mix_node: MixNode,
    /// Vesting contract, when it was bonded through it.
    pub proxy: Option<Addr>,
    /// Block in which it was bonded.
    pub bonding_height: BlockHeight,
    /// Whether it leaves at the end of this epoch.
    pub is_unbonding: bool,
}

/// Queued changes of a mixnode.
#[cw_serde]
#[derive(Copy, Default, Eq)]
pub struct PendingMixNodeChanges {
    /// Epoch event that changes the pledge.
    pub pledge_change: Option<EpochEventId>,
    /// Interval event that changes the cost parameters.
    #[serde(default)]
    pub cost_params_change: Option<IntervalEventId>,
}

/// All about one mixnode.
#[cw_serde]
pub struct MixNodeDetails {
    /// The bond.
    pub bond_information: MixNodeBond,
    /// Stake and rewards.
    pub rewarding_details: NodeRewarding,
    /// Queued changes.
    #[serde(default)]
    pub pending_changes: PendingMixNodeChanges,
}

/// A mixnode that has left.
#[cw_serde]
pub struct UnbondedMixNode {
    /// Its identity.
    pub identity_key: IdentityKey,
    /// Account that had bonded it.
    pub owner: Addr,
    /// Vesting contract, when it was bonded through it.
    pub proxy: Option<Addr>,
    /// Block in which it left.
    pub unbonding_height: BlockHeight,
}

/// The bond of a gateway.
#[cw_serde]
pub struct GatewayBond {
    /// What the owner put in.
    pub pledge_amount: Coin,
    /// Account that bonded it.
    pub owner: Addr,
    /// Block in which it was bonded.
    pub block_height: BlockHeight,
    /// The gateway itself.
    pub gateway: Gateway,
    /// Vesting contract, when it was bonded through it.
    pub proxy: Option<Addr>,
}

/// The number that a gateway will have as a nym-node.
#[cw_serde]
pub struct PreassignedGatewayId {
    /// The gateway's identity.
    pub identity: IdentityKey,
    /// Its number.
    pub node_id: NodeId,
}
