//! Stake that others put on a node.

use super::{BlockHeight, NodeId};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Coin, Decimal};

/// Key of a delegation in storage and in paged queries: node, then owner.
pub type DelegationKey = (NodeId, String);

/// Stake of one account on one node.
#[cw_serde]
pub struct Delegation {
    /// Account that delegated.
    pub owner: Addr,
    /// The node.
    #[serde(alias = "mix_id")]
    pub node_id: NodeId,
    /// The node's `total_unit_reward` when the delegation was made or last paid out.
    pub cumulative_reward_ratio: Decimal,
    /// What was put in, with the rewards that were added when it was last increased.
    pub amount: Coin,
    /// Block in which the record was made.
    pub height: BlockHeight,
    /// Always absent: delegation through the vesting contract is no longer possible.
    pub proxy: Option<Addr>,
}
