//! Turns epochs: begin, reward, reconcile, assign roles. What comes next is read from the chain
//! each time, so a turn that was interrupted anywhere goes on where it stopped.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use nym_contracts_common::Percent;
use nym_mixnet_contract::{
    rewards::{self, ArithmeticError, WorkFactors},
    selection::{Candidate, select_rewarded_set},
    types::{
        EpochState, NodeId, NodeRewardingParameters, NymNodeDetails, RewardedSetParams, RewardingParams, Role,
        RoleAssignment,
    },
};
use nyxd_client::mixnet::{MixnetQueries, MixnetTransactions};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::error::LocalnetError;

/// Events that one transaction reconciles.
const RECONCILE_LIMIT: u32 = 100;
/// Rewards in one transaction.
const REWARDS_AT_ONCE: usize = 250;
/// An epoch is turned in a handful of transactions; more than this means that the chain does not move.
const MOST_ACTIONS: usize = 1000;

/// What the contract waits for.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    /// Begin the transition.
    Begin,
    /// Reward the set's nodes whose ids lie above the last rewarded one.
    Reward { after: NodeId },
    /// Execute queued events.
    Reconcile,
    /// Assign this role and those after it.
    Assign { from: Role },
}

fn next_action(state: &EpochState) -> Action {
    match state {
        EpochState::InProgress => Action::Begin,
        EpochState::Rewarding { last_rewarded, .. } => Action::Reward { after: *last_rewarded },
        EpochState::ReconcilingEvents => Action::Reconcile,
        EpochState::RoleAssignment { next } => Action::Assign { from: *next },
    }
}

/// Who has which role.
pub type Roles = BTreeMap<NodeId, Role>;

/// A turned epoch.
pub struct Turn {
    /// Absolute number of the epoch that ended.
    pub ended_epoch: u32,
    /// The nodes before the turn, for whoever recomputes the rewards.
    pub before: Vec<NymNodeDetails>,
    /// The rewarding parameters that applied.
    pub params: RewardingParams,
    /// What each rewarded node was rewarded with.
    pub rewarded: BTreeMap<NodeId, NodeRewardingParameters>,
    /// Who has which role in the epoch that began.
    pub roles: Roles,
}

/// Measured performance: there is no monitor yet, so it is given on the command line.
pub struct Performances {
    /// Of single nodes.
    pub named: BTreeMap<NodeId, Percent>,
    /// Of all others.
    pub default: Percent,
}

impl Performances {
    fn of(&self, node: NodeId) -> Percent {
        self.named.get(&node).copied().unwrap_or(self.default)
    }
}

/// Turns epochs as the account that the contract lets do so.
pub struct Crank {
    transactions: MixnetTransactions,
    performances: Performances,
    randomness: ChaCha20Rng,
}

impl Crank {
    /// Roles are drawn with randomness from `seed`, so that a run can be repeated.
    pub fn new(transactions: MixnetTransactions, performances: Performances, seed: u64) -> Self {
        Self { transactions, performances, randomness: ChaCha20Rng::seed_from_u64(seed) }
    }

    fn queries(&self) -> &MixnetQueries {
        self.transactions.queries()
    }

    /// Turns the epoch that is over.
    pub async fn turn(&mut self) -> Result<Turn, LocalnetError> {
        let interval = self.queries().current_interval().await?.interval;
        let ended_epoch = interval.current_epoch_absolute_id();
        let before: Vec<NymNodeDetails> = self.queries().nodes_detailed().try_collect().await?;
        let params = self.queries().rewarding_params().await?;
        let set = self.queries().rewarded_set().await?.roles();
        let work = work_factors(&params, &set)?;

        let mut rewarded = BTreeMap::new();
        for _ in 0..MOST_ACTIONS {
            let status = self.queries().epoch_status().await?;
            match next_action(&status.state) {
                Action::Begin => {
                    let now = self.queries().current_interval().await?.interval.current_epoch_absolute_id();
                    if now != ended_epoch {
                        let roles = self.queries().rewarded_set().await?.roles();
                        return Ok(Turn { ended_epoch, before, params, rewarded, roles });
                    }
                    self.transactions.begin_epoch_transition().await?;
                }
                Action::Reward { after } => {
                    let rewards: Vec<_> = set
                        .range(after + 1..)
                        .take(REWARDS_AT_ONCE)
                        .map(|(&node_id, &role)| {
                            let performance = self.performances.of(node_id);
                            let work_factor = if role.is_active() { work.active } else { work.standby };
                            (node_id, NodeRewardingParameters { performance, work_factor })
                        })
                        .collect();
                    if rewards.is_empty() {
                        return Err(LocalnetError::Epoch(format!(
                            "the contract waits for rewards of nodes above {after}, and the rewarded set has none"
                        )));
                    }
                    rewarded.extend(rewards.iter().cloned());
                    self.transactions.reward_nodes(rewards).await?;
                }
                Action::Reconcile => {
                    self.transactions.reconcile_epoch_events(Some(RECONCILE_LIMIT)).await?;
                }
                Action::Assign { from } => {
                    let assignments = self.draw(&params).await?;
                    let rest = assignments.into_iter().skip_while(|assignment| assignment.role != from).collect();
                    self.transactions.assign_roles(rest).await?;
                }
            }
        }
        Err(LocalnetError::Epoch(format!("epoch {ended_epoch} did not end after {MOST_ACTIONS} transactions")))
    }

    async fn draw(&mut self, params: &RewardingParams) -> Result<Vec<RoleAssignment>, LocalnetError> {
        let nodes: Vec<NymNodeDetails> = self.queries().nodes_detailed().try_collect().await?;
        let candidates = nodes
            .iter()
            // A node that is leaving must not get a role that it will not fill.
            .filter(|node| !node.bond_information.is_unbonding)
            .map(|node| {
                let failed = |error: ArithmeticError| LocalnetError::Epoch(error.to_string());
                Ok(Candidate {
                    node_id: node.bond_information.node_id,
                    saturation: node.rewarding_details.bond_saturation(params).map_err(failed)?,
                    performance: self.performances.of(node.bond_information.node_id),
                    // Nodes of a localnet offer everything: what they can do is asked of them once they run.
                    entry_gateway: true,
                    exit_gateway: true,
                    mixnode: true,
                })
            })
            .collect::<Result<Vec<_>, LocalnetError>>()?;
        Ok(select_rewarded_set(&candidates, &params.rewarded_set, &mut self.randomness))
    }
}

/// The work of active and of standby nodes (`docs/protocol/mixnet-contract.md` §9.2): by the larger of what the
/// parameters and the actual set say, so that the sum never exceeds one.
fn work_factors(params: &RewardingParams, roles: &Roles) -> Result<WorkFactors, LocalnetError> {
    let count = |wanted: &[Role]| {
        u32::try_from(roles.values().filter(|role| wanted.contains(role)).count()).unwrap_or(u32::MAX)
    };
    let actual = RewardedSetParams {
        entry_gateways: count(&[Role::EntryGateway]),
        exit_gateways: count(&[Role::ExitGateway]),
        mixnodes: count(&[Role::Layer1, Role::Layer2, Role::Layer3]),
        standby: count(&[Role::Standby]),
    };
    rewards::work_factors(params.interval.active_set_work_factor, &params.rewarded_set.at_least(&actual))
        .map_err(|error| LocalnetError::Epoch(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_next_action() {
        assert_eq!(next_action(&EpochState::InProgress), Action::Begin);
        let rewarding = EpochState::Rewarding { last_rewarded: 7, final_node_id: 9 };
        assert_eq!(next_action(&rewarding), Action::Reward { after: 7 });
        assert_eq!(next_action(&EpochState::ReconcilingEvents), Action::Reconcile);
        let roles = EpochState::RoleAssignment { next: Role::Layer2 };
        assert_eq!(next_action(&roles), Action::Assign { from: Role::Layer2 });
    }
}
