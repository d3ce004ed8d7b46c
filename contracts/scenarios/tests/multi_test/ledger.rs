//! Random sequences of messages against a small ledger of what everybody must have: no base unit
//! is created or lost, limits hold, and no epoch ever stops.

use crate::engine::MultiTest;
use cosmwasm_std::{Addr, Decimal, Decimal256};
use nym_contract_scenarios::Engine;
use nym_contract_scenarios::mixnet::{Mixnet, nym};
use nym_mixnet_contract::msg::{ExecuteMsg, PagedAllDelegationsResponse, PagedNymNodeDetailsResponse, QueryMsg};
use nym_mixnet_contract::types::{
    Delegation, IntervalRewardingParamsUpdate, NodeCostParams, NodeId, NodeRewarding, NymNodeDetails,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const ACTORS: u8 = 5;
const WEALTH: u128 = 1_000_000_000_000;

/// What somebody asks for.
#[derive(Clone, Debug)]
enum Step {
    Bond {
        actor: u8,
        pledge: u128,
        margin: u64,
        cost: u128,
    },
    Unbond {
        actor: u8,
    },
    PledgeMore {
        actor: u8,
        amount: u128,
    },
    DecreasePledge {
        actor: u8,
        amount: u128,
    },
    UpdateCosts {
        actor: u8,
        margin: u64,
        cost: u128,
    },
    Delegate {
        actor: u8,
        node: NodeId,
        amount: u128,
    },
    Undelegate {
        actor: u8,
        node: NodeId,
    },
    WithdrawOperator {
        actor: u8,
    },
    WithdrawDelegator {
        actor: u8,
        node: NodeId,
    },
    Params {
        pool: u128,
        supply: u128,
    },
    /// A whole transition with this performance, in hundredths, node by node.
    Epoch {
        performance: Vec<u64>,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let actor = 0..ACTORS;
    let node = 1..7u32;
    let pledge = 90_000_000..5_000_000_000u128;
    let amount = prop_oneof![1..100u128, 1_000_000..50_000_000_000u128];
    let cost = prop_oneof![Just(0u128), 1_000_000..900_000_000_000u128];
    prop_oneof![
        3 => (actor.clone(), pledge, 0..101u64, cost.clone())
            .prop_map(|(actor, pledge, margin, cost)| Step::Bond { actor, pledge, margin, cost }),
        1 => actor.clone().prop_map(|actor| Step::Unbond { actor }),
        1 => (actor.clone(), amount.clone())
            .prop_map(|(actor, amount)| Step::PledgeMore { actor, amount }),
        1 => (actor.clone(), amount.clone())
            .prop_map(|(actor, amount)| Step::DecreasePledge { actor, amount }),
        1 => (actor.clone(), 0..101u64, cost)
            .prop_map(|(actor, margin, cost)| Step::UpdateCosts { actor, margin, cost }),
        5 => (actor.clone(), node.clone(), amount)
            .prop_map(|(actor, node, amount)| Step::Delegate { actor, node, amount }),
        2 => (actor.clone(), node.clone())
            .prop_map(|(actor, node)| Step::Undelegate { actor, node }),
        1 => actor.clone().prop_map(|actor| Step::WithdrawOperator { actor }),
        1 => (actor, node).prop_map(|(actor, node)| Step::WithdrawDelegator { actor, node }),
        1 => (1..250_000_000_000_000u128, 1..1_000_000_000_000_000u128)
            .prop_map(|(pool, supply)| Step::Params { pool, supply }),
        5 => proptest::collection::vec(0..101u64, 6)
            .prop_map(|performance| Step::Epoch { performance }),
    ]
}

/// The contract, and what the ledger knows about its money.
struct World<'e> {
    mixnet: Mixnet<'e, MultiTest>,
    actors: Vec<Addr>,
    /// Everything that exists among actors and contract; never changes.
    total: u128,
    /// What was paid in as rewards to begin with.
    funded: u128,
    /// Rewards that the contract has booked, with fractions.
    rewarded: Decimal,
}

impl<'e> World<'e> {
    fn new(engine: &'e mut MultiTest) -> Self {
        let mut mixnet = Mixnet::deploy_with(engine, |message| message.epochs_in_interval = 3);
        let actors: Vec<Addr> =
            (0..ACTORS).map(|actor| mixnet.engine.account(&format!("actor {actor}"), &[nym(WEALTH)])).collect();
        let contract = mixnet.contract.clone();
        let funded = mixnet.balance(&contract);
        let total = funded + WEALTH * u128::from(ACTORS);
        World { mixnet, actors, total, funded, rewarded: Decimal::zero() }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Bond { actor, pledge, margin, cost } => {
                let owner = self.actor(*actor);
                let costs = costs(*margin, *cost);
                let (message, pledge) = self.mixnet.bond_message(&owner, *actor, *pledge, costs);
                let _ = self.mixnet.execute(&owner, &message, &[pledge]);
            }
            Step::Unbond { actor } => self.send(*actor, ExecuteMsg::UnbondNymNode {}, 0),
            Step::PledgeMore { actor, amount } => {
                self.send(*actor, ExecuteMsg::PledgeMore {}, *amount);
            }
            Step::DecreasePledge { actor, amount } => {
                let decrease_by = nym(*amount);
                self.send(*actor, ExecuteMsg::DecreasePledge { decrease_by }, 0);
            }
            Step::UpdateCosts { actor, margin, cost } => {
                let new_costs = costs(*margin, *cost);
                self.send(*actor, ExecuteMsg::UpdateCostParams { new_costs }, 0);
            }
            Step::Delegate { actor, node, amount } => {
                self.send(*actor, ExecuteMsg::Delegate { node_id: *node }, *amount);
            }
            Step::Undelegate { actor, node } => {
                self.send(*actor, ExecuteMsg::Undelegate { node_id: *node }, 0);
            }
            Step::WithdrawOperator { actor } => {
                self.send(*actor, ExecuteMsg::WithdrawOperatorReward {}, 0);
            }
            Step::WithdrawDelegator { actor, node } => {
                self.send(*actor, ExecuteMsg::WithdrawDelegatorReward { node_id: *node }, 0);
            }
            Step::Params { pool, supply } => {
                let updated_params = IntervalRewardingParamsUpdate {
                    reward_pool: Some(Decimal::from_ratio(*pool, 1u32)),
                    staking_supply: Some(Decimal::from_ratio(*supply, 1u32)),
                    ..IntervalRewardingParamsUpdate::default()
                };
                let message = ExecuteMsg::UpdateRewardingParams { updated_params, force_immediately: false };
                let admin = self.mixnet.admin.clone();
                self.mixnet.takes(&admin, &message, &[]);
            }
            Step::Epoch { performance } => self.epoch(performance),
        }
    }

    /// Refusals are part of the game: the ledger holds either way.
    fn send(&mut self, actor: u8, message: ExecuteMsg, funds: u128) {
        let sender = self.actor(actor);
        let funds = if funds == 0 { vec![] } else { vec![nym(funds)] };
        let _ = self.mixnet.execute(&sender, &message, &funds);
    }

    fn actor(&self, actor: u8) -> Addr {
        self.actors[usize::from(actor)].clone()
    }

    /// Nothing in a transition is ever refused.
    fn epoch(&mut self, performance: &[u64]) {
        self.mixnet.begin();
        if let Some(last) = self.mixnet.final_node() {
            for (node_id, performance) in (1..=last).zip(performance) {
                let performance = Decimal::percent(*performance).to_string();
                let before = self.mixnet.removed_from_pool();
                self.mixnet.reward(node_id, &performance, "0.1");
                self.rewarded += self.mixnet.removed_from_pool() - before;
            }
            if usize::try_from(last).unwrap() > performance.len() {
                self.mixnet.reward(last, "0", "0");
            }
        }
        let everybody: Vec<NodeId> = (1..=6).collect();
        self.mixnet.finish(&everybody);
    }

    fn check(&mut self) {
        self.no_token_is_created_or_lost();
        let (nodes, delegations) = (self.nodes(), self.delegations());
        self.stakes_are_what_delegations_add_up_to(&nodes, &delegations);
        self.the_contract_can_pay(&nodes, &delegations);
        for node in &nodes {
            let pledge = node.bond_information.original_pledge.amount.u128();
            assert!(pledge >= 100_000_000, "below the least pledge: {node:?}");
            let operator = node.rewarding_details.operator;
            assert!(operator >= Decimal::from_ratio(pledge, 1u32), "lost pledge: {node:?}");
        }
    }

    fn no_token_is_created_or_lost(&mut self) {
        let contract = self.mixnet.contract.clone();
        let mut sum = self.mixnet.balance(&contract);
        for actor in self.actors.clone() {
            sum += self.mixnet.balance(&actor);
        }
        assert_eq!(sum, self.total);
    }

    /// For every node: what its delegators could take is what it holds for them, up to rounding.
    fn stakes_are_what_delegations_add_up_to(&mut self, nodes: &[NymNodeDetails], delegations: &[Delegation]) {
        let mut of_node: BTreeMap<NodeId, (u32, Decimal)> = BTreeMap::new();
        for delegation in delegations {
            let node = self.mixnet.rewarding(delegation.node_id);
            let entry = of_node.entry(delegation.node_id).or_insert((0, Decimal::zero()));
            entry.0 += 1;
            entry.1 += stake_of(&node, delegation);
        }
        for node in nodes {
            of_node.entry(node.bond_information.node_id).or_insert((0, Decimal::zero()));
        }
        for (node_id, (count, sum)) in of_node {
            let node = self.mixnet.rewarding(node_id);
            assert_eq!(node.unique_delegations, count, "node {node_id}");
            assert!(sum <= node.delegates, "node {node_id}: {sum} > {}", node.delegates);
            // Rounding leaves at most a thousandth of a base unit behind.
            let residue = node.delegates - sum;
            assert!(residue < Decimal::permille(1), "node {node_id} holds {residue} of nobody");
        }
    }

    /// The balance covers all stakes, all queued coins, and the rewards not yet given.
    fn the_contract_can_pay(&mut self, nodes: &[NymNodeDetails], delegations: &[Delegation]) {
        let mut owed = Decimal::zero();
        for node in nodes {
            owed += node.rewarding_details.operator;
        }
        for delegation in delegations {
            let node = self.mixnet.rewarding(delegation.node_id);
            owed += stake_of(&node, delegation);
        }
        let contract = self.mixnet.contract.clone();
        let balance = Decimal::from_ratio(self.mixnet.balance(&contract), 1u32);
        let unspent = Decimal::from_ratio(self.funded, 1u32) - self.rewarded;
        assert!(balance >= owed + unspent, "{balance} < {owed} + {unspent}");
    }

    fn nodes(&mut self) -> Vec<NymNodeDetails> {
        let question = QueryMsg::GetNymNodesDetailedPaged { limit: None, start_after: None };
        self.mixnet.ask::<PagedNymNodeDetailsResponse>(&question).nodes
    }

    fn delegations(&mut self) -> Vec<Delegation> {
        let question = QueryMsg::GetAllDelegations { start_after: None, limit: Some(500) };
        self.mixnet.ask::<PagedAllDelegationsResponse>(&question).delegations
    }

    /// Everybody leaves and takes everything along; only rewards not given and dust stay.
    fn leave(&mut self) {
        for delegation in self.delegations() {
            let message = ExecuteMsg::Undelegate { node_id: delegation.node_id };
            self.mixnet.takes(&delegation.owner, &message, &[]);
        }
        // A queued change of a pledge holds up unbonding for one epoch.
        self.epoch(&[]);
        for node in self.nodes() {
            if !node.bond_information.is_unbonding {
                let owner = node.bond_information.owner;
                self.mixnet.takes(&owner, &ExecuteMsg::UnbondNymNode {}, &[]);
            }
        }
        for delegation in self.delegations() {
            let message = ExecuteMsg::Undelegate { node_id: delegation.node_id };
            self.mixnet.takes(&delegation.owner, &message, &[]);
        }
        self.epoch(&[]);
        assert!(self.nodes().is_empty() && self.delegations().is_empty());
    }

    fn check_after_leaving(&mut self, payments: u128) {
        self.no_token_is_created_or_lost();
        let contract = self.mixnet.contract.clone();
        let balance = Decimal::from_ratio(self.mixnet.balance(&contract), 1u32);
        let unspent = Decimal::from_ratio(self.funded, 1u32) - self.rewarded;
        assert!(balance >= unspent, "more was paid than earned: {balance} < {unspent}");
        // Every payment forgoes less than one base unit.
        let dust = balance - unspent;
        assert!(dust <= Decimal::from_ratio(payments, 1u32), "{dust} of dust");
    }
}

/// What a delegation is worth, computed here from the definition, not by the contract's code.
fn stake_of(node: &NodeRewarding, delegation: &Delegation) -> Decimal {
    let since = delegation.cumulative_reward_ratio;
    let amount = Decimal::from_ratio(delegation.amount.amount, 1u32);
    // The product alone may need more than 128 bits: rewards of a large stake, times a large delegation.
    let wide = |value: Decimal| Decimal256::from(value);
    let reward = wide(node.total_unit_reward - since) * wide(amount) / wide(since + node.unit_delegation);
    amount + Decimal::try_from(reward).expect("what a delegator earns fits")
}

fn costs(margin: u64, cost: u128) -> NodeCostParams {
    NodeCostParams {
        profit_margin_percent: nym_contracts_common::Percent::from_percentage_value(margin).unwrap(),
        interval_operating_cost: nym(cost),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_messages_creates_or_loses_money_or_stops_an_epoch(
        steps in proptest::collection::vec(step(), 1..60)
    ) {
        let mut engine = MultiTest::default();
        let mut world = World::new(&mut engine);
        for step in &steps {
            world.take(step);
            world.check();
        }
        world.leave();
        // At most one payment a step, and two for everybody and every node that leaves.
        world.check_after_leaving(steps.len() as u128 + 2 * 5 * 7);
    }
}
