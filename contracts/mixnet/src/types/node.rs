//! Nodes and what is known about them.

use super::{BlockHeight, EpochEventId, IntervalEventId, NodeId, NodeRewarding};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Coin};
use nym_contracts_common::{IdentityKey, Percent};

/// How to reach a node and who it is.
#[cw_serde]
pub struct NymNode {
    /// Host name or address, at most 255 bytes.
    pub host: String,
    /// Port of the node's HTTP interface, when it is not the default one.
    pub custom_http_port: Option<u16>,
    /// The node's ed25519 identity.
    pub identity_key: IdentityKey,
}

/// What an operator keeps.
#[cw_serde]
pub struct NodeCostParams {
    /// The operator's share of the profit before it is divided by stake.
    pub profit_margin_percent: Percent,
    /// Cost of one interval of operation, paid before profit is divided.
    pub interval_operating_cost: Coin,
}

/// A bonded node.
#[cw_serde]
pub struct NymNodeBond {
    /// Number of the node.
    pub node_id: NodeId,
    /// Account that bonded it.
    pub owner: Addr,
    /// What the owner put in, without rewards.
    pub original_pledge: Coin,
    /// Block in which it was bonded.
    pub bonding_height: BlockHeight,
    /// Whether it leaves at the end of this epoch.
    pub is_unbonding: bool,
    /// The node itself.
    pub node: NymNode,
}

/// Queued changes of a node.
#[cw_serde]
#[derive(Default, Eq, Copy)]
pub struct PendingNodeChanges {
    /// Epoch event that changes the pledge.
    pub pledge_change: Option<EpochEventId>,
    /// Interval event that changes the cost parameters.
    pub cost_params_change: Option<IntervalEventId>,
}

/// All about one bonded node.
#[cw_serde]
pub struct NymNodeDetails {
    /// The bond.
    pub bond_information: NymNodeBond,
    /// Stake and rewards.
    pub rewarding_details: NodeRewarding,
    /// Queued changes.
    pub pending_changes: PendingNodeChanges,
}

/// A node that has left.
#[cw_serde]
pub struct UnbondedNymNode {
    /// Its identity, which may be bonded again under a new number.
    pub identity_key: IdentityKey,
    /// Its number.
    pub node_id: NodeId,
    /// Account that had bonded it.
    pub owner: Addr,
    /// Block in which it left.
    pub unbonding_height: BlockHeight,
}

/// A change of how a node is reached; absent fields stay as they are.
#[cw_serde]
#[derive(Default)]
pub struct NodeConfigUpdate {
    /// The new host.
    pub host: Option<String>,
    /// The new port of the HTTP interface.
    pub custom_http_port: Option<u16>,
    /// Return to the default port; wins over `custom_http_port`.
    #[serde(default)]
    pub restore_default_http_port: bool,
}
