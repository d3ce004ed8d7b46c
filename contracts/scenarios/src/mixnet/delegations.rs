//! Stake of others.

use super::deployment::{Mixnet, attributes_of, costs, nym, usual_costs};
use crate::Engine;
use cosmwasm_std::Addr;
use nym_mixnet_contract::msg::{
    ExecuteMsg, NodeDelegationResponse, NodeRewardingDetailsResponse, PagedAllDelegationsResponse,
    PagedDelegatorDelegationsResponse, PagedNodeDelegationsResponse, PendingEpochEventsResponse, PendingRewardResponse,
    QueryMsg,
};
use nym_mixnet_contract::types::{NodeId, PendingEpochEventKind};

fn pair(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

fn delegation<E: Engine>(mixnet: &mut Mixnet<E>, who: &Addr, node_id: NodeId) -> NodeDelegationResponse {
    let delegator = who.to_string();
    mixnet.ask(&QueryMsg::GetDelegationDetails { node_id, delegator, proxy: None })
}

pub(super) fn delegating_and_undelegating<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (_, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    let alice = mixnet.account("alice", 70_000_000);
    let message = ExecuteMsg::Delegate { node_id };
    let executed = mixnet.takes(&alice, &message, &[nym(40_000_000)]);
    assert_eq!(
        attributes_of(&executed, "v2_pending_delegation"),
        [pair("delegator", &alice), pair("amount", "40000000unym"), pair("delegation_target", node_id),]
    );
    assert_eq!(mixnet.balance(&alice), 30_000_000);
    let answer = delegation(&mut mixnet, &alice, node_id);
    assert!(answer.delegation.is_none() && answer.node_still_bonded && answer.mixnode_still_bonded);
    let queue: PendingEpochEventsResponse =
        mixnet.ask(&QueryMsg::GetPendingEpochEvents { limit: None, start_after: None });
    let (amount, owner) = (nym(40_000_000), alice.clone());
    assert_eq!(queue.events[0].event.kind, PendingEpochEventKind::Delegate { owner, node_id, amount, proxy: None });
    assert!(queue.seconds_until_executable > 0);

    mixnet.begin();
    let reconciled = mixnet.reconcile();
    assert_eq!(
        attributes_of(&reconciled, "v2_delegation"),
        [
            pair("created_at", executed.height),
            pair("delegator", &alice),
            pair("amount", "40000000unym"),
            pair("delegation_target", node_id),
            pair("unit_reward", 0),
        ]
    );
    mixnet.assign_all(&[]);
    let record = delegation(&mut mixnet, &alice, node_id).delegation.expect("it is recorded");
    assert_eq!((record.amount, record.height), (nym(40_000_000), reconciled.height));
    assert_eq!(record.proxy, None);

    // An increase joins what is there.
    mixnet.takes(&alice, &message, &[nym(30_000_000)]);
    mixnet.turn(&[]);
    let record = delegation(&mut mixnet, &alice, node_id).delegation.expect("it is recorded");
    assert_eq!(record.amount, nym(70_000_000));
    let node = mixnet.rewarding(node_id);
    assert_eq!((node.delegates.to_string().as_str(), node.unique_delegations), ("70000000", 1));

    // Asking twice is allowed; the second time there is nothing left to do.
    let undelegate = ExecuteMsg::Undelegate { node_id };
    let executed = mixnet.takes(&alice, &undelegate, &[]);
    assert_eq!(
        attributes_of(&executed, "v2_pending_undelegation"),
        [pair("delegator", &alice), pair("mix_id", node_id)]
    );
    mixnet.takes(&alice, &undelegate, &[]);
    mixnet.begin();
    let reconciled = mixnet.reconcile();
    assert_eq!(
        attributes_of(&reconciled, "v2_undelegation"),
        [pair("created_at", executed.height), pair("delegator", &alice), pair("mix_id", node_id),]
    );
    assert_eq!(attributes_of(&reconciled, "v2_execute_pending_epoch_events"), [pair("number_of_events_executed", 2)]);
    mixnet.assign_all(&[]);
    assert_eq!(mixnet.balance(&alice), 70_000_000);
    assert_eq!(delegation(&mut mixnet, &alice, node_id).delegation, None);
    let node = mixnet.rewarding(node_id);
    assert!(node.delegates.is_zero() && node.unique_delegations == 0);
}

pub(super) fn delegator_reward<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (_, node_id) = mixnet.bond(1, 10_000_000_000, costs("0.1", 40_000_000));
    let alice = mixnet.delegate("alice", node_id, 18_000_000_000);
    mixnet.turn(&[node_id]);
    mixnet.begin();
    mixnet.reward(node_id, "1", "0.0087719298245614");
    let pending = mixnet.delegator_reward(&alice, node_id);
    assert_eq!(pending.amount_staked, Some(nym(18_000_000_000)));
    assert_eq!(pending.amount_earned, Some(nym(1_795_950)));
    assert!(pending.node_still_fully_bonded && pending.mixnode_still_fully_bonded);
    let (node, address) = (node_id, alice.to_string());
    let through_vesting: PendingRewardResponse =
        mixnet.ask(&QueryMsg::GetPendingDelegatorReward { proxy: Some(address.clone()), address, node_id: node });
    assert_eq!(through_vesting, PendingRewardResponse::default());

    let executed = mixnet.takes(&alice, &ExecuteMsg::WithdrawDelegatorReward { node_id }, &[]);
    assert_eq!(
        attributes_of(&executed, "v2_withdraw_delegator_reward"),
        [pair("delegator", &alice), pair("amount", "1795950unym"), pair("delegation_target", node_id),]
    );
    assert_eq!(mixnet.balance(&alice), 1_795_950);
    let after = mixnet.delegator_reward(&alice, node_id);
    assert_eq!(after.amount_earned, Some(nym(0)));
    // A second withdrawal pays nothing and is no error.
    mixnet.takes(&alice, &ExecuteMsg::WithdrawDelegatorReward { node_id }, &[]);
    assert_eq!(mixnet.balance(&alice), 1_795_950);
}

/// The node asks to leave before the delegation's turn has come: the coin goes back.
pub(super) fn refund_when_the_node_leaves<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (owner, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    let alice = mixnet.delegate("alice", node_id, 40_000_000);
    assert_eq!(mixnet.balance(&alice), 0);
    mixnet.takes(&owner, &ExecuteMsg::UnbondNymNode {}, &[]);
    mixnet.begin();
    let reconciled = mixnet.reconcile();
    assert_eq!(
        attributes_of(&reconciled, "v2_delegation"),
        [pair("delegator", &alice), pair("delegation_target", node_id)]
    );
    mixnet.assign_all(&[]);
    assert_eq!(mixnet.balance(&alice), 40_000_000);
    assert_eq!(mixnet.balance(&owner), 100_000_000);
    let answer = delegation(&mut mixnet, &alice, node_id);
    assert!(answer.delegation.is_none() && !answer.node_still_bonded);
    assert!(!answer.mixnode_still_bonded);
    // Nobody was left behind, so nothing is.
    let stake: NodeRewardingDetailsResponse = mixnet.ask(&QueryMsg::GetNodeRewardingDetails { node_id });
    assert_eq!(stake.rewarding_details, None);
}

pub(super) fn pages_of_delegations<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    for number in 1..=3 {
        mixnet.bond(number, 100_000_000, usual_costs());
    }
    let mut owners = Vec::new();
    for name in ["alice", "bob", "carol"] {
        for node_id in 1..=3 {
            let who = mixnet.delegate(name, node_id, 1_000_000);
            owners.push(who.to_string());
        }
    }
    owners.sort();
    owners.dedup();
    mixnet.turn(&[]);

    let (mut seen, mut start_after) = (Vec::new(), None);
    loop {
        let page: PagedNodeDelegationsResponse =
            mixnet.ask(&QueryMsg::GetNodeDelegations { node_id: 2, start_after, limit: Some(2) });
        seen.extend(page.delegations.iter().map(|delegation| delegation.owner.to_string()));
        assert!(page.delegations.iter().all(|delegation| delegation.node_id == 2));
        start_after = page.start_next_after;
        if start_after.is_none() {
            break;
        }
    }
    assert_eq!(seen, owners);

    let (mut seen, mut start_after) = (Vec::new(), None);
    loop {
        let page: PagedDelegatorDelegationsResponse = mixnet.ask(&QueryMsg::GetDelegatorDelegations {
            delegator: owners[1].clone(),
            start_after,
            limit: Some(2),
        });
        seen.extend(page.delegations.iter().map(|delegation| delegation.node_id));
        assert!(page.delegations.iter().all(|delegation| delegation.owner.as_str() == owners[1]));
        start_after = page.start_next_after;
        if start_after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [1, 2, 3]);

    let (mut seen, mut start_after) = (Vec::new(), None);
    loop {
        let page: PagedAllDelegationsResponse =
            mixnet.ask(&QueryMsg::GetAllDelegations { start_after, limit: Some(4) });
        let keys = page.delegations.iter().map(|one| (one.node_id, one.owner.to_string()));
        seen.extend(keys);
        start_after = page.start_next_after;
        if start_after.is_none() {
            break;
        }
    }
    let all: Vec<_> = (1..=3).flat_map(|node_id| owners.iter().map(move |owner| (node_id, owner.clone()))).collect();
    assert_eq!(seen, all);
}

/// The product of a reward and a large delegation does not fit into 128 bits; the result does.
pub(super) fn large_and_old_delegations<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, |message| {
        message.epochs_in_interval = 1;
        let params = &mut message.initial_rewarding_params;
        params.initial_staking_supply = super::dec("24000000000000");
        params.staking_supply_scale_factor = super::percent("0");
        params.interval_pool_emission = super::percent("1");
        params.sybil_resistance = super::percent("0");
    });
    let (_, node_id) = mixnet.bond(1, 100_000_000, costs("0", 0));
    let alice = mixnet.delegate("alice", node_id, 10_000_000_000_000);
    mixnet.turn(&[node_id]);
    mixnet.begin();
    mixnet.reward(node_id, "1", "0.5");
    mixnet.finish(&[node_id]);
    let earned = mixnet.delegator_reward(&alice, node_id).amount_earned.expect("it earned");
    assert!(earned.amount.u128() > 100_000_000_000_000, "{earned}");
    mixnet.takes(&alice, &ExecuteMsg::Undelegate { node_id }, &[]);
    mixnet.turn(&[]);
    assert_eq!(mixnet.balance(&alice), 10_000_000_000_000 + earned.amount.u128());
}
