//! From one epoch to the next.

use super::deployment::{Mixnet, attributes_of, costs, dec, nym, percent, usual_costs};
use crate::Engine;
use nym_mixnet_contract::msg::{
    EpochAssignmentResponse, EstimatedCurrentEpochRewardResponse, ExecuteMsg, KeyRotationIdResponse,
    NumberOfPendingEventsResponse, PendingEpochEventsResponse, QueryMsg, RolesMetadataResponse,
};
use nym_mixnet_contract::types::{
    EpochState, EpochStatus, KeyRotationState, NodeRewardingParameters, RewardedSetMetadata, Role, RoleAssignment,
    RoleMetadata,
};

fn pair(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

fn state<E: Engine>(mixnet: &mut Mixnet<E>) -> EpochState {
    mixnet.ask::<EpochStatus>(&QueryMsg::GetEpochStatus {}).state
}

pub(super) fn a_whole_cycle<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    for number in 1..=7 {
        mixnet.bond(number, 100_000_000, usual_costs());
    }
    let fresh = mixnet.ask_json(r#"{"get_role_assignment":{"role":"entry_gateway"}}"#);
    assert_eq!(fresh, r#"{"epoch_id":0,"nodes":[]}"#);
    let metadata: RolesMetadataResponse = mixnet.ask(&QueryMsg::GetRewardedSetMetadata {});
    assert_eq!(metadata.metadata, RewardedSetMetadata::default());
    let start = mixnet.interval().interval.epoch_start_unix();
    let hour = i64::try_from(mixnet.engine.hour()).expect("it is short");

    // Nobody has a role yet, so there is nothing to reward.
    let begun = mixnet.begin();
    assert_eq!(attributes_of(&begun, "v2_beginning_epoch_transition"), [pair("current_epoch", 0)]);
    assert_eq!(state(&mut mixnet), EpochState::ReconcilingEvents);
    let reconciled = mixnet.reconcile();
    assert!(attributes_of(&reconciled, "v2_reconcile_pending_events").is_empty());
    assert_eq!(attributes_of(&reconciled, "v2_execute_pending_epoch_events"), [pair("number_of_events_executed", 0)]);
    for role in Role::IN_ORDER_OF_ASSIGNMENT {
        assert_eq!(state(&mut mixnet), EpochState::RoleAssignment { next: role });
        let nodes: &[u32] = match role {
            Role::ExitGateway => &[2, 1],
            Role::EntryGateway => &[3],
            Role::Layer1 => &[4],
            Role::Layer2 => &[6],
            Role::Layer3 => &[],
            Role::Standby => &[5],
        };
        let assigned = mixnet.assign(role, nodes);
        assert_eq!(
            attributes_of(&assigned, "v2_role_assignment"),
            [pair("role", role), pair("node_count", nodes.len())]
        );
        if role == Role::Standby {
            assert_eq!(attributes_of(&assigned, "v2_advance_epoch"), [pair("new_current_epoch", 1)]);
        }
    }

    assert_eq!(state(&mut mixnet), EpochState::InProgress);
    let one = |highest_id| RoleMetadata { highest_id, num_nodes: 1 };
    let metadata: RolesMetadataResponse = mixnet.ask(&QueryMsg::GetRewardedSetMetadata {});
    assert_eq!(
        metadata.metadata,
        RewardedSetMetadata {
            epoch_id: 1,
            fully_assigned: true,
            entry_gateway_metadata: one(3),
            exit_gateway_metadata: RoleMetadata { highest_id: 2, num_nodes: 2 },
            layer1_metadata: one(4),
            layer2_metadata: one(6),
            layer3_metadata: RoleMetadata::default(),
            standby_metadata: one(5),
        }
    );
    let exit: EpochAssignmentResponse = mixnet.ask(&QueryMsg::GetRoleAssignment { role: Role::ExitGateway });
    assert_eq!((exit.epoch_id, exit.nodes), (1, vec![2, 1]));
    let interval = mixnet.interval();
    assert_eq!(interval.interval.current_epoch_absolute_id(), 1);
    assert_eq!(interval.interval.epoch_start_unix(), start + hour);
    assert!(!interval.is_current_epoch_over && !interval.is_current_interval_over);

    // Now six nodes have roles; the highest number ends the rewards, and any may be left out.
    mixnet.begin();
    let rewarding = |last_rewarded| EpochState::Rewarding { last_rewarded, final_node_id: 6 };
    assert_eq!(state(&mut mixnet), rewarding(0));
    mixnet.reward(2, "1", "0.1");
    assert_eq!(state(&mut mixnet), rewarding(2));
    let rewarded = mixnet.reward(6, "0.5", "0.1");
    let names: Vec<_> = attributes_of(&rewarded, "v2_node_rewarding").into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["interval_details", "prior_delegates", "prior_unit_reward", "node_id", "operator_reward", "delegates_reward",]
    );
    assert_eq!(state(&mut mixnet), EpochState::ReconcilingEvents);
    mixnet.finish(&[]);
    assert_eq!(mixnet.interval().interval.current_epoch_absolute_id(), 2);
}

pub(super) fn reconciling_in_steps<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, |message| message.epochs_in_interval = 1);
    let (owner, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    for name in ["alice", "bob", "carol"] {
        mixnet.delegate(name, node_id, 1_000_000);
    }
    mixnet.takes(&owner, &ExecuteMsg::UpdateCostParams { new_costs: costs("0.3", 1) }, &[]);
    let page: PendingEpochEventsResponse =
        mixnet.ask(&QueryMsg::GetPendingEpochEvents { limit: Some(2), start_after: Some(1) });
    assert_eq!(page.events.iter().map(|event| event.id).collect::<Vec<_>>(), [2, 3]);

    mixnet.begin();
    let validator = mixnet.validator.clone();
    let mut step = |limit| {
        let message = ExecuteMsg::ReconcileEpochEvents { limit: Some(limit) };
        mixnet.takes(&validator, &message, &[]);
        let left: NumberOfPendingEventsResponse = mixnet.ask(&QueryMsg::GetNumberOfPendingEvents {});
        let state = state(&mut mixnet);
        (left.epoch_events, left.interval_events, state == EpochState::ReconcilingEvents)
    };
    assert_eq!(step(0), (3, 1, true));
    assert_eq!(step(2), (1, 1, true));
    assert_eq!(step(1), (0, 1, true));
    assert_eq!(step(1), (0, 0, false));
    assert_eq!(mixnet.rewarding(node_id).unique_delegations, 3);
    mixnet.assign_all(&[]);
}

pub(super) fn nodes_that_earn_nothing<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    mixnet.bond(1, 100_000_000, usual_costs());
    mixnet.bond(2, 100_000_000, usual_costs());
    mixnet.bond(3, 100_000_000, usual_costs());
    // Roles are given to a node that has no number yet, too.
    mixnet.turn(&[1, 2, 3, 4]);
    mixnet.bond(4, 100_000_000, usual_costs());
    mixnet.begin();
    let reason = |executed: &crate::Executed| attributes_of(executed, "v2_node_rewarding");
    let nothing = |node_id: u32, reason: &str| {
        [pair("interval_details", 1), pair("node_id", node_id), pair("no_reward_reason", reason)]
    };
    let executed = mixnet.reward(1, "0", "0.1");
    assert_eq!(reason(&executed), nothing(1, "zero_performance_or_work"));
    let executed = mixnet.reward(2, "1", "0");
    assert_eq!(reason(&executed), nothing(2, "zero_performance_or_work"));
    assert_eq!(mixnet.rewarding(2).last_rewarded_epoch, 1);
    let executed = mixnet.reward(4, "1", "0.1");
    assert_eq!(reason(&executed), nothing(4, "bonded_this_epoch"));
    assert!(mixnet.removed_from_pool().is_zero());

    // What has no number at all ends the epoch as well.
    mixnet.finish(&[9]);
    mixnet.begin();
    let executed = mixnet.reward(9, "1", "0.1");
    let expected = [pair("interval_details", 2), pair("node_id", 9), pair("no_reward_reason", "bond_not_found")];
    assert_eq!(reason(&executed), expected);
    mixnet.finish(&[]);
}

pub(super) fn estimates<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (owner, node_id) = mixnet.bond(1, 10_000_000_000, costs("0.1", 40_000_000));
    let alice = mixnet.delegate("alice", node_id, 18_000_000_000);
    mixnet.turn(&[]);
    let mut operator = |performance: &str, work: Option<&str>| {
        mixnet.ask::<EstimatedCurrentEpochRewardResponse>(&QueryMsg::GetEstimatedCurrentEpochOperatorReward {
            node_id,
            estimated_performance: percent(performance),
            estimated_work: work.map(dec),
        })
    };
    // Without a role there is nothing to expect unless work is assumed.
    let none = operator("1", None);
    assert_eq!(none.original_stake, Some(nym(10_000_000_000)));
    assert_eq!((none.estimation, none.detailed_estimation_amount), (Some(nym(0)), Some(dec("0"))));
    let assumed = operator("1", Some("0.0087719298245614"));
    assert_eq!(assumed.detailed_estimation_amount, Some(dec("1363716.856243171496953611")));
    assert_eq!(operator("0", Some("0.1")).estimation, Some(nym(0)));

    mixnet.turn(&[node_id]);
    let by_role: EstimatedCurrentEpochRewardResponse = mixnet.ask(&QueryMsg::GetEstimatedCurrentEpochOperatorReward {
        node_id,
        estimated_performance: percent("1"),
        estimated_work: None,
    });
    assert_eq!(by_role, assumed);
    let mut delegator = |address: String, node_id| {
        mixnet.ask::<EstimatedCurrentEpochRewardResponse>(&QueryMsg::GetEstimatedCurrentEpochDelegatorReward {
            address,
            node_id,
            estimated_performance: percent("1"),
            estimated_work: None,
        })
    };
    let all = delegator(alice.to_string(), node_id);
    assert_eq!(all.current_stake_value, Some(nym(18_000_000_000)));
    assert_eq!(all.detailed_estimation_amount, Some(dec("1795950.260266049015866901")));
    let empty = EstimatedCurrentEpochRewardResponse::default();
    assert_eq!(delegator(owner.to_string(), node_id), empty);
    assert_eq!(delegator(alice.to_string(), 99), empty);

    mixnet.takes(&owner, &ExecuteMsg::UnbondNymNode {}, &[]);
    let leaving: EstimatedCurrentEpochRewardResponse = mixnet.ask(&QueryMsg::GetEstimatedCurrentEpochOperatorReward {
        node_id,
        estimated_performance: percent("1"),
        estimated_work: None,
    });
    assert_eq!(leaving.estimation, Some(nym(0)));
    mixnet.turn(&[]);
    mixnet.refuses_question(
        &QueryMsg::GetEstimatedCurrentEpochOperatorReward {
            node_id,
            estimated_performance: percent("1"),
            estimated_work: None,
        },
        "no node 1 is bonded",
    );
}

pub(super) fn key_rotation<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, |message| message.key_validity_in_epochs = Some(3));
    let state: KeyRotationState = mixnet.ask(&QueryMsg::GetKeyRotationState {});
    assert_eq!(state, KeyRotationState { validity_epochs: 3, initial_epoch_id: 0 });
    let mut rotations = Vec::new();
    for _ in 0..7 {
        let rotation: KeyRotationIdResponse = mixnet.ask(&QueryMsg::GetKeyRotationId {});
        rotations.push(rotation.rotation_id);
        mixnet.turn(&[]);
    }
    assert_eq!(rotations, [0, 0, 0, 1, 1, 1, 2]);
}

/// Late epochs follow each other without waiting, and start where the one before ended.
pub(super) fn catching_up<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, |message| message.epochs_in_interval = 3);
    let start = mixnet.interval().interval.epoch_start_unix();
    let hour = i64::try_from(mixnet.engine.hour()).expect("it is short");
    mixnet.wait(4);
    let validator = mixnet.validator.clone();
    for epoch in 1..=4 {
        let over = mixnet.interval();
        assert!(over.is_current_epoch_over && (epoch == 4) != over.is_current_interval_over);
        mixnet.takes(&validator, &ExecuteMsg::BeginEpochTransition {}, &[]);
        mixnet.finish(&[]);
        let interval = mixnet.interval().interval;
        assert_eq!(interval.current_epoch_absolute_id(), epoch);
        assert_eq!(interval.epoch_start_unix(), start + hour * i64::from(epoch));
        assert_eq!((interval.interval_id(), interval.current_epoch_id()), (epoch / 3, epoch % 3));
    }
    let message = ExecuteMsg::BeginEpochTransition {};
    mixnet.refuses(&validator, &message, &[], "the epoch is not over");
}

/// A validator that was replaced in the middle of a transition finishes it; if it does not, the
/// new one does after the length of an epoch.
pub(super) fn takeover<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    mixnet.bond(1, 100_000_000, usual_costs());
    mixnet.turn(&[1]);
    mixnet.begin();
    let (admin, old) = (mixnet.admin.clone(), mixnet.validator.clone());
    let new = mixnet.account("new validator", 10);
    let replace = ExecuteMsg::UpdateRewardingValidatorAddress { address: new.to_string() };
    mixnet.takes(&admin, &replace, &[]);

    let params = NodeRewardingParameters { performance: percent("1"), work_factor: dec("0.1") };
    let reward = ExecuteMsg::RewardNode { node_id: 1, params };
    let reconcile = ExecuteMsg::ReconcileEpochEvents { limit: None };
    let assignment = RoleAssignment { role: Role::ExitGateway, nodes: Vec::new() };
    let assign = ExecuteMsg::AssignRoles { assignment };
    for message in [&reward, &reconcile, &assign] {
        mixnet.refuses(&new, message, &[], "is turning this epoch");
    }
    mixnet.takes(&old, &reward, &[]);
    mixnet.wait(1);
    mixnet.takes(&new, &reconcile, &[]);
    let status: EpochStatus = mixnet.ask(&QueryMsg::GetEpochStatus {});
    assert_eq!(status.being_advanced_by, new);
    mixnet.refuses(&old, &assign, &[], "only the rewarding validator");
    mixnet.validator = new;
    mixnet.assign_all(&[]);
    assert_eq!(mixnet.interval().interval.current_epoch_absolute_id(), 2);
}
