//! The mixnet contract: operators, delegators, and what anybody may ask.

pub mod delegators;
pub mod operators;
pub mod query;

use nym_mixnet_contract::types::{NodeId, NymNodeDetails};
use nyxd_client::mixnet::MixnetQueries;

use crate::CliError;

/// How a node is named in commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeName {
    /// By its number.
    Id(NodeId),
    /// By its identity key, base58.
    Identity(String),
}

impl NodeName {
    /// The node's number. An identity is looked for among the bonded nodes.
    ///
    /// # Errors
    /// [`CliError::Value`] for what is no identity key, [`CliError::NotFound`] when no bonded node has it.
    pub async fn resolve(&self, mixnet: &MixnetQueries) -> Result<NodeId, CliError> {
        match self {
            Self::Id(node_id) => Ok(*node_id),
            Self::Identity(_) => Ok(self.details(mixnet).await?.bond_information.node_id),
        }
    }

    /// The bonded node.
    ///
    /// # Errors
    /// As [`NodeName::resolve`].
    pub async fn details(&self, mixnet: &MixnetQueries) -> Result<NymNodeDetails, CliError> {
        let (found, what) = match self {
            Self::Id(node_id) => (mixnet.node(*node_id).await?, format!("bonded node {node_id}")),
            Self::Identity(identity) => {
                nym_contracts_common::decode_identity_key(identity)
                    .map_err(|reason| CliError::value("the identity key", identity, reason))?;
                (mixnet.node_by_identity(identity).await?, format!("bonded node with identity {identity}"))
            }
        };
        found.ok_or(CliError::NotFound { what, hint: "`mixnet query nodes` lists the nodes that are bonded" })
    }
}
