//! Roles in the network and who has them.

use super::{EpochId, NodeId};
use cosmwasm_schema::cw_serde;
use std::fmt;

/// What a node does in an epoch.
#[cw_serde]
#[derive(Copy, Eq, Hash)]
pub enum Role {
    /// Takes packets from clients.
    #[serde(rename = "eg", alias = "entry", alias = "entry_gateway")]
    EntryGateway,
    /// First mixing layer.
    #[serde(rename = "l1", alias = "layer1")]
    Layer1,
    /// Second mixing layer.
    #[serde(rename = "l2", alias = "layer2")]
    Layer2,
    /// Third mixing layer.
    #[serde(rename = "l3", alias = "layer3")]
    Layer3,
    /// Hands packets to the outside.
    #[serde(rename = "xg", alias = "exit", alias = "exit_gateway")]
    ExitGateway,
    /// Ready to replace others.
    #[serde(rename = "stb", alias = "standby")]
    Standby,
}

impl Role {
    /// All roles in the order in which an epoch assigns them.
    pub const IN_ORDER_OF_ASSIGNMENT: [Role; 6] =
        [Role::ExitGateway, Role::EntryGateway, Role::Layer1, Role::Layer2, Role::Layer3, Role::Standby];

    /// The role that is assigned first.
    #[must_use]
    pub const fn first() -> Role {
        Role::ExitGateway
    }

    /// The role that is assigned after this one; `None` after the last.
    #[must_use]
    pub const fn next(self) -> Option<Role> {
        match self {
            Role::ExitGateway => Some(Role::EntryGateway),
            Role::EntryGateway => Some(Role::Layer1),
            Role::Layer1 => Some(Role::Layer2),
            Role::Layer2 => Some(Role::Layer3),
            Role::Layer3 => Some(Role::Standby),
            Role::Standby => None,
        }
    }

    /// The byte that stands for the role in storage keys.
    #[must_use]
    pub const fn storage_byte(self) -> u8 {
        match self {
            Role::EntryGateway => 0,
            Role::Layer1 => 1,
            Role::Layer2 => 2,
            Role::Layer3 => 3,
            Role::ExitGateway => 4,
            Role::Standby => 128,
        }
    }

    /// Whether nodes of this role do the work of an active node.
    #[must_use]
    pub const fn is_active(self) -> bool {
        !matches!(self, Role::Standby)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Role::EntryGateway => "entry gateway",
            Role::Layer1 => "mix layer 1",
            Role::Layer2 => "mix layer 2",
            Role::Layer3 => "mix layer 3",
            Role::ExitGateway => "exit gateway",
            Role::Standby => "standby",
        })
    }
}

/// Sizes of the rewarded set: how many nodes of each kind.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct RewardedSetParams {
    /// Entry gateways.
    pub entry_gateways: u32,
    /// Exit gateways.
    pub exit_gateways: u32,
    /// Mixnodes of all three layers.
    pub mixnodes: u32,
    /// Standby nodes.
    pub standby: u32,
}

impl RewardedSetParams {
    /// k: all nodes that can be rewarded; `None` when it exceeds 32 bits.
    #[must_use]
    pub fn rewarded_set_size(&self) -> Option<u32> {
        self.active_set_size()?.checked_add(self.standby)
    }

    /// All but the standby nodes; `None` when it exceeds 32 bits.
    #[must_use]
    pub fn active_set_size(&self) -> Option<u32> {
        self.entry_gateways.checked_add(self.exit_gateways)?.checked_add(self.mixnodes)
    }

    /// How many nodes may have a role.
    #[must_use]
    pub const fn maximum_role_count(&self, role: Role) -> u32 {
        match role {
            Role::EntryGateway => self.entry_gateways,
            Role::ExitGateway => self.exit_gateways,
            Role::Layer1 | Role::Layer2 | Role::Layer3 => self.mixnodes / 3,
            Role::Standby => self.standby,
        }
    }
}

/// A new split of the rewarded set between active and standby nodes.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct ActiveSetUpdate {
    /// Entry gateways.
    pub entry_gateways: u32,
    /// Exit gateways.
    pub exit_gateways: u32,
    /// Mixnodes of all three layers.
    pub mixnodes: u32,
}

/// All nodes of one role.
#[cw_serde]
pub struct RoleAssignment {
    /// The role.
    pub role: Role,
    /// Numbers of the nodes.
    pub nodes: Vec<NodeId>,
}

/// The outline of one role's list.
#[cw_serde]
#[derive(Copy, Default, Eq)]
pub struct RoleMetadata {
    /// Highest number in the list, 0 when it is empty.
    pub highest_id: NodeId,
    /// Length of the list.
    pub num_nodes: u32,
}

/// The outline of a rewarded set.
#[cw_serde]
#[derive(Copy, Default, Eq)]
pub struct RewardedSetMetadata {
    /// The epoch that the set is for.
    pub epoch_id: EpochId,
    /// Whether every role has been assigned.
    pub fully_assigned: bool,
    /// Entry gateways.
    pub entry_gateway_metadata: RoleMetadata,
    /// Exit gateways.
    pub exit_gateway_metadata: RoleMetadata,
    /// First layer.
    pub layer1_metadata: RoleMetadata,
    /// Second layer.
    pub layer2_metadata: RoleMetadata,
    /// Third layer.
    pub layer3_metadata: RoleMetadata,
    /// Standby nodes.
    pub standby_metadata: RoleMetadata,
}

impl RewardedSetMetadata {
    /// The metadata before any role of `epoch_id` is assigned.
    #[must_use]
    pub fn empty(epoch_id: EpochId) -> Self {
        RewardedSetMetadata { epoch_id, ..RewardedSetMetadata::default() }
    }

    /// The outline of one role.
    #[must_use]
    pub const fn of(&self, role: Role) -> RoleMetadata {
        match role {
            Role::EntryGateway => self.entry_gateway_metadata,
            Role::Layer1 => self.layer1_metadata,
            Role::Layer2 => self.layer2_metadata,
            Role::Layer3 => self.layer3_metadata,
            Role::ExitGateway => self.exit_gateway_metadata,
            Role::Standby => self.standby_metadata,
        }
    }

    /// Replaces the outline of one role; the standby list completes the set.
    pub fn set(&mut self, role: Role, metadata: RoleMetadata) {
        match role {
            Role::EntryGateway => self.entry_gateway_metadata = metadata,
            Role::Layer1 => self.layer1_metadata = metadata,
            Role::Layer2 => self.layer2_metadata = metadata,
            Role::Layer3 => self.layer3_metadata = metadata,
            Role::ExitGateway => self.exit_gateway_metadata = metadata,
            Role::Standby => {
                self.standby_metadata = metadata;
                self.fully_assigned = true;
            }
        }
    }

    /// Highest number of all roles, 0 for an empty set.
    #[must_use]
    pub fn highest_rewarded_id(&self) -> NodeId {
        Role::IN_ORDER_OF_ASSIGNMENT.iter().map(|role| self.of(*role).highest_id).max().unwrap_or(0)
    }
}

/// One of the two places for role lists: one is in force while the other is filled.
#[cw_serde]
#[derive(Copy, Default, Eq)]
pub enum RoleBucket {
    /// The first.
    #[default]
    #[serde(rename = "A")]
    A,
    /// The second.
    #[serde(rename = "B")]
    B,
}

impl RoleBucket {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            RoleBucket::A => RoleBucket::B,
            RoleBucket::B => RoleBucket::A,
        }
    }

    /// The byte that stands for the bucket in storage keys.
    #[must_use]
    pub const fn storage_byte(self) -> u8 {
        match self {
            RoleBucket::A => 0,
            RoleBucket::B => 1,
        }
    }
}
