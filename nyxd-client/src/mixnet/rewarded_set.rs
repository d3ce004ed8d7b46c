//! Who has which role in an epoch.

use std::collections::BTreeMap;

use nym_mixnet_contract::types::{EpochId, NodeId, Role};
use serde::Serialize;

use super::MixnetQueries;
use crate::ClientError;

/// The nodes that have a role in an epoch (`docs/protocol/mixnet-contract.md` §8.6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each member lists the nodes that have the role it is named after")]
pub struct RewardedSet {
    /// The epoch.
    pub epoch_id: EpochId,
    pub entry_gateways: Vec<NodeId>,
    pub exit_gateways: Vec<NodeId>,
    pub layer1: Vec<NodeId>,
    pub layer2: Vec<NodeId>,
    pub layer3: Vec<NodeId>,
    pub standby: Vec<NodeId>,
}

impl RewardedSet {
    /// Each role with its nodes, in the order of assignment.
    pub fn by_role(&self) -> impl Iterator<Item = (Role, &Vec<NodeId>)> {
        Role::IN_ORDER_OF_ASSIGNMENT.into_iter().map(|role| {
            let nodes = match role {
                Role::EntryGateway => &self.entry_gateways,
                Role::ExitGateway => &self.exit_gateways,
                Role::Layer1 => &self.layer1,
                Role::Layer2 => &self.layer2,
                Role::Layer3 => &self.layer3,
                Role::Standby => &self.standby,
            };
            (role, nodes)
        })
    }

    /// Each node with its role.
    pub fn roles(&self) -> BTreeMap<NodeId, Role> {
        self.by_role().flat_map(|(role, nodes)| nodes.iter().map(move |node_id| (*node_id, role))).collect()
    }

    fn nodes_mut(&mut self, role: Role) -> &mut Vec<NodeId> {
        match role {
            Role::EntryGateway => &mut self.entry_gateways,
            Role::ExitGateway => &mut self.exit_gateways,
            Role::Layer1 => &mut self.layer1,
            Role::Layer2 => &mut self.layer2,
            Role::Layer3 => &mut self.layer3,
            Role::Standby => &mut self.standby,
        }
    }
}

impl MixnetQueries {
    /// The nodes that have a role in this epoch.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`], and [`ClientError::Answer`] when the epoch changed while its roles were asked for, twice.
    pub async fn rewarded_set(&self) -> Result<RewardedSet, ClientError> {
        for _ in 0..2 {
            if let Some(set) = self.consistent_rewarded_set().await? {
                return Ok(set);
            }
        }
        Err(ClientError::answer("the rewarded set", "the epoch is changing: ask again in a moment"))
    }

    /// One answer per role; `None` when they belong to different epochs.
    async fn consistent_rewarded_set(&self) -> Result<Option<RewardedSet>, ClientError> {
        let epoch_id = self.rewarded_set_metadata().await?.metadata.epoch_id;
        let mut set = RewardedSet { epoch_id, ..RewardedSet::default() };
        for role in Role::IN_ORDER_OF_ASSIGNMENT {
            let assignment = self.role_assignment(role).await?;
            if assignment.epoch_id != epoch_id {
                return Ok(None);
            }
            *set.nodes_mut(role) = assignment.nodes;
        }
        Ok(Some(set))
    }
}
