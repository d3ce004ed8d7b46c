use clap::Subcommand;

use super::Ran;
use crate::{
    CliError, Session,
    mixnet::{
        NodeName,
        query::{self, Node, NodeKind, Whose},
    },
    output::Output,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Bonded nodes, or the one with an identity
    Nodes {
        /// The node's identity key
        identity_key: Option<String>,
    },
    /// Nodes in the mixing layers of this epoch
    Mixnodes {
        /// The node's identity key
        identity_key: Option<String>,
    },
    /// Entry and exit gateways of this epoch
    Gateways {
        /// The node's identity key
        identity_key: Option<String>,
    },
    /// Everything about one bonded node
    Node {
        /// Its number or its identity key
        node: String,
    },
    /// Parameters of rewarding
    RewardingParams,
    /// Where the network is in time
    Epoch,
    /// The nodes that have a role in this epoch
    RewardedSet,
    /// Requests that wait for the end of the epoch or the interval
    PendingEvents,
    /// Delegations: all, to one node, or of one account
    Delegations {
        /// The node's number
        #[arg(long, alias = "mix-id", value_name = "ID", conflicts_with_all = ["identity_key", "delegator"])]
        node_id: Option<u32>,
        /// The node's identity key
        #[arg(long, value_name = "BASE58", conflicts_with = "delegator")]
        identity_key: Option<String>,
        /// The account
        #[arg(long, value_name = "ADDRESS")]
        delegator: Option<String>,
    },
}

impl Command {
    pub(super) async fn run(self, session: &Session) -> Ran {
        let mixnet = session.mixnet()?;
        let exponent = mixnet.client().config().chain.mix_denom.display_exponent;
        match self {
            Self::Nodes { identity_key: None } => nodes(session, NodeKind::Any).await,
            Self::Mixnodes { identity_key: None } => nodes(session, NodeKind::Mixnodes).await,
            Self::Gateways { identity_key: None } => nodes(session, NodeKind::Gateways).await,
            Self::Nodes { identity_key: Some(identity) }
            | Self::Mixnodes { identity_key: Some(identity) }
            | Self::Gateways { identity_key: Some(identity) } => node(session, NodeName::Identity(identity)).await,
            Self::Node { node: given } => {
                let name = given.parse().map_or(NodeName::Identity(given), NodeName::Id);
                node(session, name).await
            }
            Self::RewardingParams => {
                let params = query::rewarding_params(&mixnet).await?;
                Output::json(&params).map(|output| output.with_text(query::rewarding_params_table(&params)))
            }
            Self::Epoch => Output::of(&query::epoch(&mixnet).await?),
            Self::RewardedSet => {
                let set = mixnet.rewarded_set().await?;
                Output::json(&set).map(|output| output.with_text(query::rewarded_set_text(&set)))
            }
            Self::PendingEvents => Output::of(&query::pending_events(&mixnet).await?),
            Self::Delegations { node_id, identity_key, delegator } => {
                let whose = match (node_id, identity_key, delegator) {
                    (Some(node_id), _, _) => Whose::Node(node_id),
                    (None, Some(identity), _) => Whose::Node(NodeName::Identity(identity).resolve(&mixnet).await?),
                    (None, None, Some(delegator)) => Whose::Delegator(mixnet.client().address(&delegator)?),
                    (None, None, None) => Whose::All,
                };
                let found = query::delegations(&mixnet, &whose).await?;
                let text = query::delegations_table(&found, exponent);
                Output::list(&found, text)
            }
        }
    }
}

async fn nodes(session: &Session, kind: NodeKind) -> Ran {
    let mixnet = session.mixnet()?;
    let found = query::nodes(&mixnet, kind).await?;
    let text = query::nodes_table(&found, mixnet.client().config().chain.mix_denom.display_exponent);
    Output::list(&found, text)
}

async fn node(session: &Session, name: NodeName) -> Result<Output, CliError> {
    let mixnet = session.mixnet()?;
    let details = name.details(&mixnet).await?;
    let role = query::role_of(&mixnet, details.bond_information.node_id).await?;
    Output::json(&Node { details, role })
}
