//! Choice of the next rewarded set (`docs/protocol/mixnet-contract.md` §9.9): weighted by
//! saturation and performance, without replacement, from those who offer a role.

use crate::types::{NodeId, Performance, RewardedSetParams, Role, RoleAssignment};
use cosmwasm_std::Decimal;
use rand::Rng;
use rand::seq::SliceRandom;

/// A node that may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its number.
    pub node_id: NodeId,
    /// Its share of the saturation point, at most 1
    /// ([`crate::types::NodeRewarding::bond_saturation`]).
    pub saturation: Decimal,
    /// How well it did.
    pub performance: Performance,
    /// Whether it offers to be an entry gateway.
    pub entry_gateway: bool,
    /// Whether it offers to be an exit gateway.
    pub exit_gateway: bool,
    /// Whether it offers to mix.
    pub mixnode: bool,
}

impl Candidate {
    /// σ · p^20, the weight of the node in the choice.
    #[must_use]
    pub fn weight(&self) -> Decimal {
        self.saturation.saturating_mul(power(self.performance.value(), 20))
    }
}

/// Chooses the nodes of every role: entry gateways first, then exit gateways, then mixnodes, which
/// are dealt to the layers in turn, then standby nodes among all that are left. Lists come out in
/// the order in which the contract wants them, each sorted. Nodes without weight come last, so that
/// a newcomer without measurements gets a place that nobody else takes; lists are short when
/// candidates are few.
pub fn select_rewarded_set<R: Rng + ?Sized>(
    candidates: &[Candidate],
    sizes: &RewardedSetParams,
    random: &mut R,
) -> Vec<RoleAssignment> {
    let mut left = candidates.to_vec();
    let entry = draw(&mut left, sizes.entry_gateways, |node| node.entry_gateway, random);
    let exit = draw(&mut left, sizes.exit_gateways, |node| node.exit_gateway, random);
    let mut mixnodes = draw(&mut left, sizes.mixnodes, |node| node.mixnode, random);
    let standby = draw(&mut left, sizes.standby, |_| true, random);

    mixnodes.shuffle(random);
    let layer = |index: usize| {
        let limit = usize::try_from(sizes.mixnodes / 3).unwrap_or(usize::MAX);
        mixnodes.iter().copied().skip(index).step_by(3).take(limit).collect::<Vec<_>>()
    };
    let layers = [layer(0), layer(1), layer(2)];
    let [layer1, layer2, layer3] = layers;
    [
        (Role::ExitGateway, exit),
        (Role::EntryGateway, entry),
        (Role::Layer1, layer1),
        (Role::Layer2, layer2),
        (Role::Layer3, layer3),
        (Role::Standby, standby),
    ]
    .into_iter()
    .map(|(role, mut nodes)| {
        nodes.sort_unstable();
        RoleAssignment { role, nodes }
    })
    .collect()
}

/// Draws at most `count` of those that are eligible and takes them out of `left`.
fn draw<R: Rng + ?Sized>(
    left: &mut Vec<Candidate>,
    count: u32,
    eligible: impl Fn(&Candidate) -> bool,
    random: &mut R,
) -> Vec<NodeId> {
    let weight = |node: &Candidate| node.weight().atomics().u128();
    let mut drawn = Vec::new();
    for _ in 0..count {
        let total: u128 = left.iter().filter(|node| eligible(node)).map(weight).sum();
        let winner = if total == 0 {
            let equal: Vec<usize> = (0..left.len()).filter(|index| eligible(&left[*index])).collect();
            equal.choose(random).copied()
        } else {
            let mut ticket = random.gen_range(0..total);
            left.iter().position(|node| {
                if !eligible(node) {
                    return false;
                }
                let wins = ticket < weight(node);
                ticket = ticket.saturating_sub(weight(node));
                wins
            })
        };
        let Some(winner) = winner else { break };
        drawn.push(left.remove(winner).node_id);
    }
    drawn
}

/// `base` to a power, by squaring, every product rounded down.
fn power(mut base: Decimal, mut exponent: u32) -> Decimal {
    let mut result = Decimal::one();
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result.saturating_mul(base);
        }
        base = base.saturating_mul(base);
        exponent /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::collections::BTreeSet;

    fn candidate(node_id: NodeId) -> Candidate {
        Candidate {
            node_id,
            saturation: Decimal::one(),
            performance: Performance::hundred(),
            entry_gateway: node_id.is_multiple_of(2),
            exit_gateway: node_id.is_multiple_of(4),
            mixnode: true,
        }
    }

    const SIZES: RewardedSetParams = RewardedSetParams { entry_gateways: 3, exit_gateways: 2, mixnodes: 6, standby: 4 };

    #[test]
    fn every_role_is_filled_with_nodes_that_offer_it() {
        let candidates: Vec<_> = (1..=40).map(candidate).collect();
        let set = select_rewarded_set(&candidates, &SIZES, &mut StdRng::seed_from_u64(1));
        let roles: Vec<_> = set.iter().map(|assignment| assignment.role).collect();
        assert_eq!(roles, Role::IN_ORDER_OF_ASSIGNMENT);
        let mut all = BTreeSet::new();
        for RoleAssignment { role, nodes } in &set {
            assert_eq!(nodes.len(), usize::try_from(SIZES.maximum_role_count(*role)).unwrap());
            assert!(nodes.is_sorted());
            for node in nodes {
                assert!(all.insert(*node), "{node} has two roles");
                match role {
                    Role::EntryGateway => assert!(candidate(*node).entry_gateway),
                    Role::ExitGateway => assert!(candidate(*node).exit_gateway),
                    _ => {}
                }
            }
        }
        let again = select_rewarded_set(&candidates, &SIZES, &mut StdRng::seed_from_u64(1));
        assert_eq!(set, again);
    }

    #[test]
    fn nodes_without_weight_come_last_and_lists_may_be_short() {
        let mut candidates: Vec<_> = (1..=4).map(candidate).collect();
        candidates[0].performance = Performance::zero();
        candidates[1].saturation = Decimal::zero();
        let two = RewardedSetParams { entry_gateways: 0, exit_gateways: 0, mixnodes: 0, standby: 2 };
        for seed in 0..20 {
            let set = select_rewarded_set(&candidates, &two, &mut StdRng::seed_from_u64(seed));
            assert_eq!(set[5].nodes, [3, 4], "seed {seed}");
        }
        let five = RewardedSetParams { standby: 5, ..two };
        let set = select_rewarded_set(&candidates, &five, &mut StdRng::seed_from_u64(1));
        assert_eq!(set[5].nodes, [1, 2, 3, 4]);
        assert!(
            select_rewarded_set(&[], &SIZES, &mut StdRng::seed_from_u64(1))
                .iter()
                .all(|assignment| assignment.nodes.is_empty())
        );
    }

    /// Two places in a hundred draws fall to a node of half the weight about half as often.
    #[test]
    fn weight_is_saturation_times_the_twentieth_power_of_performance() {
        let mut half = candidate(1);
        half.saturation = Decimal::percent(50);
        half.performance = Performance::from_percentage_value(90).unwrap();
        // 0.9^20 = 0.12157665459056928801, squared step by step and rounded down each time.
        assert_eq!(half.weight().to_string(), "0.060788327295284644");

        let mut rare = candidate(1);
        rare.saturation = Decimal::percent(25);
        let sizes = RewardedSetParams { entry_gateways: 0, exit_gateways: 0, mixnodes: 0, standby: 1 };
        let mut random = StdRng::seed_from_u64(7);
        let wins = (0..4000)
            .filter(|_| {
                let set = select_rewarded_set(&[rare, candidate(2)], &sizes, &mut random);
                set[5].nodes == [1]
            })
            .count();
        // A fifth of 4000, give or take six standard deviations.
        assert!((650..950).contains(&wins), "{wins}");
    }
}
