//! What anybody may ask about the network. Answers come from the contract.

use std::fmt;

use futures::TryStreamExt;
use nym_mixnet_contract::{
    msg::CurrentIntervalResponse,
    types::{
        Delegation, EpochStatus, NodeId, NymNodeDetails, PendingEpochEvent, PendingIntervalEvent, RewardingParams, Role,
    },
};
use nyxd_client::{
    AccountId,
    mixnet::{MixnetQueries, RewardedSet},
};
use serde::Serialize;

use crate::{
    CliError,
    output::{display_amount, display_number, table},
};

/// A bonded node and what it does in this epoch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Node {
    /// The contract's records.
    #[serde(flatten)]
    pub details: NymNodeDetails,
    /// Its role in this epoch, if it has one.
    pub role: Option<Role>,
}

/// Which nodes are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// All that are bonded.
    Any,
    /// Those in a mixing layer in this epoch.
    Mixnodes,
    /// Those that are entry or exit gateways in this epoch.
    Gateways,
}

impl NodeKind {
    fn includes(self, role: Option<Role>) -> bool {
        match self {
            Self::Any => true,
            Self::Mixnodes => matches!(role, Some(Role::Layer1 | Role::Layer2 | Role::Layer3)),
            Self::Gateways => matches!(role, Some(Role::EntryGateway | Role::ExitGateway)),
        }
    }
}

/// Bonded nodes of a kind, by ascending number.
///
/// # Errors
/// When the node does not answer.
pub async fn nodes(queries: &MixnetQueries, kind: NodeKind) -> Result<Vec<Node>, CliError> {
    let roles = queries.rewarded_set().await?.roles();
    let details: Vec<NymNodeDetails> = queries.nodes_detailed().try_collect().await?;
    Ok(details
        .into_iter()
        .map(|details| Node { role: roles.get(&details.bond_information.node_id).copied(), details })
        .filter(|node| kind.includes(node.role))
        .collect())
}

/// What this epoch's rewarded set makes of one node.
///
/// # Errors
/// When the node does not answer.
pub async fn role_of(queries: &MixnetQueries, node_id: NodeId) -> Result<Option<Role>, CliError> {
    Ok(queries.rewarded_set().await?.roles().get(&node_id).copied())
}

pub(crate) fn nodes_table(nodes: &[Node], exponent: u32) -> String {
    let rows = nodes.iter().map(|node| {
        let bond = &node.details.bond_information;
        let rewarding = &node.details.rewarding_details;
        let stake = rewarding.operator + rewarding.delegates;
        [
            bond.node_id.to_string(),
            bond.node.identity_key.clone(),
            match bond.node.custom_http_port {
                Some(port) => format!("{}:{port}", bond.node.host),
                None => bond.node.host.clone(),
            },
            display_amount(&bond.original_pledge, exponent),
            display_number(stake.to_uint_floor().u128(), exponent),
            node.role.map(|role| role.to_string()).unwrap_or_default(),
            if bond.is_unbonding { "leaving".into() } else { String::new() },
        ]
    });
    table(&["Node Id", "Identity Key", "Host", "Pledge", "Stake", "Role", ""], rows)
}

/// Where the network is in time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Epoch {
    /// Interval and epoch.
    #[serde(flatten)]
    pub interval: CurrentIntervalResponse,
    /// What the epoch waits for.
    pub status: EpochStatus,
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = &self.interval.interval;
        let now = self.interval.current_blocktime;
        writeln!(
            f,
            "epoch {} ({} of {} in interval {})",
            interval.current_epoch_absolute_id(),
            interval.current_epoch_id() + 1,
            interval.epochs_in_interval(),
            interval.interval_id()
        )?;
        match interval.seconds_until_epoch_end(now) {
            0 => writeln!(f, "the epoch is over and waits to be turned")?,
            left => writeln!(f, "{left} s of {} s are left", interval.epoch_length().as_secs())?,
        }
        let state = serde_json::to_string(&self.status.state).map_err(|_| fmt::Error)?;
        write!(f, "state {state}, turned by {}", self.status.being_advanced_by)
    }
}

/// Where the network is in time.
///
/// # Errors
/// When the node does not answer.
pub async fn epoch(queries: &MixnetQueries) -> Result<Epoch, CliError> {
    Ok(Epoch { interval: queries.current_interval().await?, status: queries.epoch_status().await? })
}

/// Parameters of rewarding.
///
/// # Errors
/// When the node does not answer.
pub async fn rewarding_params(queries: &MixnetQueries) -> Result<RewardingParams, CliError> {
    Ok(queries.rewarding_params().await?)
}

pub(crate) fn rewarding_params_table(params: &RewardingParams) -> String {
    let interval = &params.interval;
    let set = &params.rewarded_set;
    let rows = [
        ("reward pool", interval.reward_pool.to_string()),
        ("staking supply", interval.staking_supply.to_string()),
        ("staking supply scale factor", interval.staking_supply_scale_factor.to_string()),
        ("epoch reward budget", interval.epoch_reward_budget.to_string()),
        ("stake saturation point", interval.stake_saturation_point.to_string()),
        ("sybil resistance", interval.sybil_resistance.to_string()),
        ("active set work factor", interval.active_set_work_factor.to_string()),
        ("interval pool emission", interval.interval_pool_emission.to_string()),
        ("entry gateways", set.entry_gateways.to_string()),
        ("exit gateways", set.exit_gateways.to_string()),
        ("mixnodes", set.mixnodes.to_string()),
        ("standby", set.standby.to_string()),
    ];
    table(&["Parameter", "Value"], rows.map(|(name, value)| [name.to_owned(), value]))
}

pub(crate) fn rewarded_set_text(set: &RewardedSet) -> String {
    let rows = set.by_role().map(|(role, nodes)| {
        let ids: Vec<_> = nodes.iter().map(ToString::to_string).collect();
        [role.to_string(), nodes.len().to_string(), ids.join(", ")]
    });
    format!("epoch {}\n{}", set.epoch_id, table(&["Role", "Nodes", "Node Ids"], rows))
}

/// Everything that waits for the end of the epoch or the interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PendingEvents {
    /// Waiting for the end of the epoch, in order.
    pub epoch_events: Vec<PendingEpochEvent>,
    /// Waiting for the end of the interval, in order.
    pub interval_events: Vec<PendingIntervalEvent>,
}

impl fmt::Display for PendingEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = |kind: serde_json::Result<String>| kind.unwrap_or_default();
        let epoch = self.epoch_events.iter().map(|event| {
            let kind = json(serde_json::to_string(&event.event.kind));
            ["epoch".to_owned(), event.id.to_string(), event.event.created_at.to_string(), kind]
        });
        let interval = self.interval_events.iter().map(|event| {
            let kind = json(serde_json::to_string(&event.event.kind));
            ["interval".to_owned(), event.id.to_string(), event.event.created_at.to_string(), kind]
        });
        f.write_str(&table(&["Waits for the end of", "Id", "Since block", "Request"], epoch.chain(interval)))
    }
}

/// Everything that waits for the end of the epoch or the interval.
///
/// # Errors
/// When the node does not answer.
pub async fn pending_events(queries: &MixnetQueries) -> Result<PendingEvents, CliError> {
    Ok(PendingEvents {
        epoch_events: queries.pending_epoch_events().try_collect().await?,
        interval_events: queries.pending_interval_events().try_collect().await?,
    })
}

/// Whose delegations are asked for.
#[derive(Clone, Debug)]
pub enum Whose {
    /// Everybody's.
    All,
    /// Those to one node.
    Node(NodeId),
    /// Those of one account.
    Delegator(AccountId),
}

/// Delegations that stand.
///
/// # Errors
/// When the node does not answer.
pub async fn delegations(queries: &MixnetQueries, whose: &Whose) -> Result<Vec<Delegation>, CliError> {
    let list = match whose {
        Whose::All => queries.all_delegations(),
        Whose::Node(node_id) => queries.node_delegations(*node_id),
        Whose::Delegator(delegator) => queries.delegator_delegations(delegator),
    };
    Ok(list.try_collect().await?)
}

pub(crate) fn delegations_table(delegations: &[Delegation], exponent: u32) -> String {
    let rows = delegations.iter().map(|delegation| {
        [
            delegation.node_id.to_string(),
            delegation.owner.to_string(),
            display_amount(&delegation.amount, exponent),
            delegation.height.to_string(),
        ]
    });
    table(&["Node Id", "Delegator", "Amount", "Since block"], rows)
}
