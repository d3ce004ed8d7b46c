//! Bonding, changing and leaving.

use super::deployment::{Mixnet, attributes_of, costs, nym, percent, usual_costs};
use super::identity::NodeIdentity;
use crate::Engine;
use nym_mixnet_contract::msg::{
    ExecuteMsg, NodeDetailsByIdentityResponse, NodeOwnershipResponse, NumberOfPendingEventsResponse,
    PagedNymNodeBondsResponse, PagedNymNodeDetailsResponse, PagedUnbondedNymNodesResponse, PendingEpochEventResponse,
    PendingEpochEventsResponse, PendingIntervalEventsResponse, PendingRewardResponse, QueryMsg, UnbondedNodeResponse,
};
use nym_mixnet_contract::types::{
    NodeConfigUpdate, NymNodeBond, PendingEpochEventKind, PendingIntervalEventKind, PendingNodeChanges,
};

fn pair(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

pub(super) fn bonding<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let owner = mixnet.account("operator", 150_000_000);
    let (message, pledge) = mixnet.bond_message(&owner, 1, 120_000_000, usual_costs());
    let executed = mixnet.takes(&owner, &message, std::slice::from_ref(&pledge));
    let identity = NodeIdentity::number(1);
    assert_eq!(
        attributes_of(&executed, "v2_nymnode_bonding"),
        [
            pair("node_id", 1),
            pair("identity", identity.to_base58()),
            pair("owner", &owner),
            pair("amount", "120000000unym"),
        ]
    );
    assert_eq!(mixnet.balance(&owner), 30_000_000);

    let details = mixnet.details(1).expect("node 1 is bonded");
    assert_eq!(
        details.bond_information,
        NymNodeBond {
            node_id: 1,
            owner: owner.clone(),
            original_pledge: pledge,
            bonding_height: executed.height,
            is_unbonding: false,
            node: identity.node(),
        }
    );
    let rewarding = &details.rewarding_details;
    assert_eq!(rewarding.operator.to_string(), "120000000");
    assert_eq!(rewarding.unit_delegation.to_string(), "1000000000");
    assert!(rewarding.delegates.is_zero() && rewarding.total_unit_reward.is_zero());
    assert_eq!((rewarding.last_rewarded_epoch, rewarding.unique_delegations), (0, 0));
    assert_eq!(rewarding.cost_params, usual_costs());
    assert_eq!(details.pending_changes, PendingNodeChanges::default());

    let owned: NodeOwnershipResponse = mixnet.ask(&QueryMsg::GetOwnedNymNode { address: owner.to_string() });
    assert_eq!(owned, NodeOwnershipResponse { address: owner.clone(), details: Some(details) });
    let node_identity = identity.to_base58();
    let by_identity: NodeDetailsByIdentityResponse =
        mixnet.ask(&QueryMsg::GetNymNodeDetailsByIdentityKey { node_identity });
    assert_eq!(by_identity.details, owned.details);
    let nonce: u32 = mixnet.ask(&QueryMsg::GetSigningNonce { address: owner.to_string() });
    assert_eq!(nonce, 1);
    assert_eq!(mixnet.details(2), None);
}

pub(super) fn pages_of_nodes<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    for number in 1..=5 {
        mixnet.bond(number, 100_000_000, usual_costs());
    }
    let (mut bonds, mut details, mut start_after) = (Vec::new(), Vec::new(), None);
    loop {
        let limit = Some(2);
        let page: PagedNymNodeBondsResponse = mixnet.ask(&QueryMsg::GetNymNodeBondsPaged { limit, start_after });
        let detailed: PagedNymNodeDetailsResponse =
            mixnet.ask(&QueryMsg::GetNymNodesDetailedPaged { limit, start_after });
        assert_eq!(page.start_next_after, page.nodes.last().map(|bond| bond.node_id));
        assert_eq!(detailed.start_next_after, page.start_next_after);
        assert!(page.nodes.len() <= 2);
        bonds.extend(page.nodes.iter().map(|bond| bond.node_id));
        details.extend(detailed.nodes.iter().map(|node| node.bond_information.node_id));
        start_after = page.start_next_after;
        if start_after.is_none() {
            break;
        }
    }
    assert_eq!(bonds, [1, 2, 3, 4, 5]);
    assert_eq!(details, bonds);
}

pub(super) fn configuration<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (owner, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    let mut change = |update: NodeConfigUpdate| {
        mixnet.takes(&owner, &ExecuteMsg::UpdateNodeConfig { update }, &[]);
        let node = mixnet.details(node_id).expect("the node is bonded").bond_information.node;
        (node.host, node.custom_http_port)
    };
    let unchanged = NodeConfigUpdate::default;
    let (host, port) = ("node.example".to_owned(), Some(8080));
    assert_eq!(change(NodeConfigUpdate { host: Some(host.clone()), ..unchanged() }), (host.clone(), None));
    assert_eq!(change(NodeConfigUpdate { custom_http_port: port, ..unchanged() }), (host.clone(), port));
    assert_eq!(change(unchanged()), (host.clone(), port));
    let restore = NodeConfigUpdate { custom_http_port: Some(9090), restore_default_http_port: true, ..unchanged() };
    assert_eq!(change(restore), (host, None));
    // The indices follow the record.
    let owned: NodeOwnershipResponse = mixnet.ask(&QueryMsg::GetOwnedNymNode { address: owner.to_string() });
    assert_eq!(owned.details.expect("it is owned").bond_information.node.host, "node.example");
}

pub(super) fn pledge_changes<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (owner, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    mixnet.account("operator 1", 50_000_000);

    let executed = mixnet.takes(&owner, &ExecuteMsg::PledgeMore {}, &[nym(50_000_000)]);
    assert_eq!(
        attributes_of(&executed, "v2_pending_pledge_increase"),
        [pair("node_id", node_id), pair("amount", "50000000unym")]
    );
    assert_eq!(mixnet.balance(&owner), 0);
    let before = mixnet.details(node_id).expect("the node is bonded");
    assert_eq!(before.pending_changes.pledge_change, Some(1));
    assert_eq!(before.bond_information.original_pledge, nym(100_000_000));
    let queued: PendingEpochEventResponse = mixnet.ask(&QueryMsg::GetPendingEpochEvent { event_id: 1 });
    let event = queued.event.expect("the request is queued");
    assert_eq!(event.created_at, executed.height);
    assert_eq!(event.kind, PendingEpochEventKind::NymNodePledgeMore { node_id, amount: nym(50_000_000) });

    mixnet.begin();
    let reconciled = mixnet.reconcile();
    assert_eq!(
        attributes_of(&reconciled, "v2_pledge_increase"),
        [pair("created_at", executed.height), pair("node_id", node_id), pair("amount", "50000000unym"),]
    );
    mixnet.assign_all(&[]);
    let more = mixnet.details(node_id).expect("the node is bonded");
    assert_eq!(more.bond_information.original_pledge, nym(150_000_000));
    assert_eq!(more.rewarding_details.operator.to_string(), "150000000");
    assert_eq!(more.pending_changes.pledge_change, None);

    let decrease = ExecuteMsg::DecreasePledge { decrease_by: nym(30_000_000) };
    let executed = mixnet.takes(&owner, &decrease, &[]);
    assert_eq!(
        attributes_of(&executed, "v2_pending_pledge_decrease"),
        [pair("node_id", node_id), pair("amount", "30000000unym")]
    );
    mixnet.begin();
    let reconciled = mixnet.reconcile();
    assert_eq!(
        attributes_of(&reconciled, "v2_pledge_decrease"),
        [pair("created_at", executed.height), pair("node_id", node_id), pair("amount", "30000000unym"),]
    );
    mixnet.assign_all(&[]);
    let less = mixnet.details(node_id).expect("the node is bonded");
    assert_eq!(less.bond_information.original_pledge, nym(120_000_000));
    assert_eq!(less.rewarding_details.operator.to_string(), "120000000");
    assert_eq!(mixnet.balance(&owner), 30_000_000);
}

pub(super) fn cost_params<E: Engine>(engine: &mut E) {
    // Two epochs an interval, so that the queue is seen waiting and then executed.
    let mut mixnet = Mixnet::deploy_with(engine, |message| message.epochs_in_interval = 2);
    let (owner, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    let new_costs = costs("0.35", 70_000_000);
    let update = ExecuteMsg::UpdateCostParams { new_costs: new_costs.clone() };
    let executed = mixnet.takes(&owner, &update, &[]);
    let json = r#"{"profit_margin_percent":"0.35","interval_operating_cost":{"denom":"unym","amount":"70000000"}}"#;
    assert_eq!(
        attributes_of(&executed, "v2_pending_cost_params_update"),
        [pair("node_id", node_id), pair("updated_mixnode_cost_params", json)]
    );
    let queued: PendingIntervalEventsResponse =
        mixnet.ask(&QueryMsg::GetPendingIntervalEvents { limit: None, start_after: None });
    assert_eq!(queued.start_next_after, Some(1));
    assert_eq!(
        queued.events[0].event.kind,
        PendingIntervalEventKind::ChangeNymNodeCostParams { node_id, new_costs: new_costs.clone() }
    );

    // A second request in the same interval is allowed; the last one wins.
    let last = costs("0.4", 80_000_000);
    mixnet.takes(&owner, &ExecuteMsg::UpdateCostParams { new_costs: last.clone() }, &[]);
    let changes = mixnet.details(node_id).expect("the node is bonded").pending_changes;
    assert_eq!(changes.cost_params_change, Some(2));

    mixnet.turn(&[]);
    assert_eq!(mixnet.rewarding(node_id).cost_params, usual_costs());
    mixnet.begin();
    let reconciled = mixnet.reconcile();
    let updates = reconciled.events.iter().filter(|event| event.ty == "wasm-v2_cost_params_update");
    assert_eq!(updates.count(), 2);
    assert_eq!(
        attributes_of(&reconciled, "v2_execute_pending_interval_events"),
        [pair("number_of_events_executed", 2)]
    );
    mixnet.assign_all(&[]);
    let details = mixnet.details(node_id).expect("the node is bonded");
    assert_eq!(details.rewarding_details.cost_params, last);
    assert_eq!(details.pending_changes.cost_params_change, None);
    assert_eq!(mixnet.interval().interval.interval_id(), 1);
}

pub(super) fn operator_reward<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (owner, node_id) = mixnet.bond(1, 10_000_000_000, costs("0.1", 40_000_000));
    let nothing = mixnet.takes(&owner, &ExecuteMsg::WithdrawOperatorReward {}, &[]);
    assert_eq!(
        attributes_of(&nothing, "v2_withdraw_operator_reward"),
        [pair("owner", &owner), pair("amount", "0unym"), pair("mix_id", node_id)]
    );
    mixnet.turn(&[node_id]);
    mixnet.begin();
    mixnet.reward(node_id, "1", "0.0087719298245614");
    let by_owner: PendingRewardResponse =
        mixnet.ask(&QueryMsg::GetPendingOperatorReward { address: owner.to_string() });
    let by_node: PendingRewardResponse = mixnet.ask(&QueryMsg::GetPendingNodeOperatorReward { node_id });
    assert_eq!(by_owner, by_node);
    assert_eq!(by_owner.amount_staked, Some(nym(10_000_000_000)));
    assert_eq!(by_owner.amount_earned, Some(nym(1_128_452)));
    let detailed = by_owner.amount_earned_detailed.expect("something is earned");
    assert_eq!(detailed.to_string(), "1128452.541610435897435896");
    assert!(by_owner.node_still_fully_bonded && by_owner.mixnode_still_fully_bonded);

    // Withdrawing is possible during a transition.
    let executed = mixnet.takes(&owner, &ExecuteMsg::WithdrawOperatorReward {}, &[]);
    assert_eq!(
        attributes_of(&executed, "v2_withdraw_operator_reward"),
        [pair("owner", &owner), pair("amount", "1128452unym"), pair("mix_id", node_id)]
    );
    assert_eq!(mixnet.balance(&owner), 1_128_452);
    assert_eq!(mixnet.rewarding(node_id).operator.to_string(), "10000000000");
}

pub(super) fn leaving<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (owner, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    let executed = mixnet.takes(&owner, &ExecuteMsg::UnbondNymNode {}, &[]);
    let identity_key = NodeIdentity::number(1).to_base58();
    assert_eq!(
        attributes_of(&executed, "v2_pending_nymnode_unbonding"),
        [pair("node_id", node_id), pair("identity", &identity_key), pair("owner", &owner)]
    );
    assert!(mixnet.details(node_id).expect("it is still there").bond_information.is_unbonding);
    let waiting: NumberOfPendingEventsResponse = mixnet.ask(&QueryMsg::GetNumberOfPendingEvents {});
    assert_eq!((waiting.epoch_events, waiting.interval_events), (1, 0));

    mixnet.begin();
    let reconciled = mixnet.reconcile();
    assert_eq!(
        attributes_of(&reconciled, "v2_nymnode_unbonding"),
        [pair("created_at", executed.height), pair("node_id", node_id)]
    );
    mixnet.assign_all(&[]);
    assert_eq!(mixnet.details(node_id), None);
    assert_eq!(mixnet.balance(&owner), 100_000_000);
    assert_eq!(
        mixnet.ask_json(&format!(r#"{{"get_node_rewarding_details":{{"node_id":{node_id}}}}}"#)),
        format!(r#"{{"node_id":{node_id},"rewarding_details":null}}"#)
    );
    let left: UnbondedNodeResponse = mixnet.ask(&QueryMsg::GetUnbondedNymNode { node_id });
    let left = left.details.expect("it is remembered");
    assert_eq!((&left.owner, &left.identity_key), (&owner, &identity_key));
    assert_eq!(left.unbonding_height, reconciled.height);

    // The identity may come back under a new number, and leave again.
    let (message, pledge) = mixnet.bond_message(&owner, 1, 100_000_000, usual_costs());
    mixnet.takes(&owner, &message, &[pledge]);
    assert!(mixnet.details(node_id + 1).is_some());
    mixnet.takes(&owner, &ExecuteMsg::UnbondNymNode {}, &[]);
    mixnet.turn(&[]);
    pages_of_those_who_left(&mut mixnet, owner.as_str(), &identity_key);
}

fn pages_of_those_who_left<E: Engine>(mixnet: &mut Mixnet<E>, owner: &str, identity_key: &str) {
    let mut ids = |question: &QueryMsg| {
        let page: PagedUnbondedNymNodesResponse = mixnet.ask(question);
        assert_eq!(page.start_next_after, page.nodes.last().map(|node| node.node_id));
        page.nodes.iter().map(|node| node.node_id).collect::<Vec<_>>()
    };
    let (owner, identity_key) = (owner.to_owned(), identity_key.to_owned());
    for (limit, start_after, expected) in
        [(None, None, &[1, 2][..]), (Some(1), None, &[1]), (Some(1), Some(1), &[2]), (None, Some(2), &[])]
    {
        assert_eq!(ids(&QueryMsg::GetUnbondedNymNodesPaged { limit, start_after }), expected);
        let (owner, identity_key) = (owner.clone(), identity_key.clone());
        assert_eq!(ids(&QueryMsg::GetUnbondedNymNodesByOwnerPaged { owner, limit, start_after }), expected);
        assert_eq!(
            ids(&QueryMsg::GetUnbondedNymNodesByIdentityKeyPaged { identity_key, limit, start_after }),
            expected
        );
    }
}

pub(super) fn leaving_with_delegations<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, |message| message.epochs_in_interval = 1);
    let (owner, node_id) = mixnet.bond(1, 100_000_000, costs("0.2", 1));
    let alice = mixnet.delegate("alice", node_id, 40_000_000);
    mixnet.turn(&[node_id]);
    mixnet.takes(&owner, &ExecuteMsg::UpdateCostParams { new_costs: costs("0.5", 1) }, &[]);
    mixnet.takes(&owner, &ExecuteMsg::UnbondNymNode {}, &[]);
    mixnet.begin();
    // A node that leaves at the end of the epoch still earns for it.
    let rewarded = mixnet.reward(node_id, "1", "0.0087719298245614");
    assert_eq!(attributes_of(&rewarded, "v2_node_rewarding").len(), 6);
    let earned = mixnet.rewarding(node_id);
    assert!(earned.operator > super::dec("100000000") && earned.delegates > super::dec("40000000"));
    let reconciled = mixnet.reconcile();
    // The change of costs comes after the node has gone and leaves no trace.
    assert!(reconciled.events.iter().all(|event| event.ty != "wasm-v2_cost_params_update"));
    mixnet.assign_all(&[]);
    assert_eq!(mixnet.balance(&owner), earned.operator.to_uint_floor().u128());
    let left = mixnet.rewarding(node_id);
    assert!(left.operator.is_zero());
    assert_eq!((left.delegates, left.unique_delegations), (earned.delegates, 1));
    assert_eq!(left.cost_params.profit_margin_percent, percent("0.2"));

    // The delegator still gets everything back.
    let reward = mixnet.delegator_reward(&alice, node_id);
    assert!(!reward.node_still_fully_bonded);
    mixnet.takes(&alice, &ExecuteMsg::Undelegate { node_id }, &[]);
    mixnet.turn(&[]);
    let earned = reward.amount_earned.expect("it earned").amount.u128();
    assert_eq!(mixnet.balance(&alice), 40_000_000 + earned);
    let queue: PendingEpochEventsResponse =
        mixnet.ask(&QueryMsg::GetPendingEpochEvents { limit: None, start_after: None });
    assert!(queue.events.is_empty() && queue.start_next_after.is_none());
}
