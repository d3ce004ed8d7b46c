//! Every reason to refuse that a message can cause (`docs/protocol/mixnet-contract.md` §12), each
//! reached through that message. Those of old messages are in `legacy`, of a takeover in `epochs`,
//! of a migration to foreign code in the contract's own tests.

use super::deployment::{Mixnet, costs, dec, instantiation, no_signature, nym, percent, usual_costs};
use super::identity::NodeIdentity;
use crate::{Contract, Engine};
use cosmwasm_std::{Uint128, coin, to_json_vec};
use nym_contracts_common::MessageSignature;
use nym_mixnet_contract::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};
use nym_mixnet_contract::types::{
    ActiveSetUpdate, ContractStateParamsUpdate, DelegationsParams, IntervalRewardingParamsUpdate, NodeConfigUpdate,
    NodeRewardingParameters, NymNode, OperatorsParamsUpdate, Range, RewardedSetParams, Role, RoleAssignment,
};
use std::time::Duration;

pub(super) fn of_bonding<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let owner = mixnet.account("operator", 900_000_000);
    mixnet.engine.account("operator", &[coin(900_000_000, "unyx")]);
    let (valid, pledge) = mixnet.bond_message(&owner, 1, 100_000_000, usual_costs());
    let ExecuteMsg::BondNymNode { node, cost_params, owner_signature } = valid.clone() else {
        panic!("it is a bonding message")
    };
    let with_node = |node: NymNode| ExecuteMsg::BondNymNode {
        node,
        cost_params: cost_params.clone(),
        owner_signature: owner_signature.clone(),
    };
    let with_signature = |owner_signature: MessageSignature| ExecuteMsg::BondNymNode {
        node: node.clone(),
        cost_params: cost_params.clone(),
        owner_signature,
    };
    let funds = std::slice::from_ref(&pledge);

    let host = "h".repeat(256);
    let message = with_node(NymNode { host, ..node.clone() });
    mixnet.refuses(&owner, &message, funds, "the host has 256 bytes");
    let message = with_node(NymNode { identity_key: "0".to_owned(), ..node.clone() });
    mixnet.refuses(&owner, &message, funds, "is not an identity key");
    mixnet.refuses(&owner, &valid, &[], "send the pledge");
    let two = [pledge.clone(), coin(1, "unyx")];
    mixnet.refuses(&owner, &valid, &two, "send one coin");
    mixnet.refuses(&owner, &valid, &[coin(100_000_000, "unyx")], "expected coins of 'unym'");
    mixnet.refuses(&owner, &valid, &[nym(99_999_999)], "at least 100000000unym");

    mixnet.refuses(&owner, &with_signature(no_signature()), funds, "does not match");
    let short = MessageSignature::from(vec![7; 63]);
    mixnet.refuses(&owner, &with_signature(short), funds, "has 64 bytes, not 63");
    // Signed for other funds, another account, another nonce.
    mixnet.refuses(&owner, &valid, &[nym(100_000_001)], "does not match");
    let thief = mixnet.account("thief", 100_000_000);
    mixnet.refuses(&thief, &valid, funds, "does not match");
    let later = NodeIdentity::number(1).sign_bond(1, &owner, &pledge, &node, &cost_params);
    mixnet.refuses(&owner, &with_signature(later), funds, "the nonce 0");
    let nonce: u32 = mixnet.ask(&QueryMsg::GetSigningNonce { address: owner.to_string() });
    assert_eq!(nonce, 0, "what is refused does not count");

    let admin = mixnet.admin.clone();
    let narrow = ContractStateParamsUpdate {
        operators_params: Some(OperatorsParamsUpdate {
            profit_margin: Some(Range { minimum: percent("0.1"), maximum: percent("0.5") }),
            interval_operating_cost: Some(Range { minimum: Uint128::new(10), maximum: Uint128::new(50_000_000) }),
            ..OperatorsParamsUpdate::default()
        }),
        ..ContractStateParamsUpdate::default()
    };
    mixnet.takes(&admin, &ExecuteMsg::UpdateContractStateParams { update: narrow }, &[]);
    for (wrong, words) in [
        (costs("0.09", 10), "a profit margin of 9% is not allowed: the range is 10% - 50%"),
        (costs("0.51", 10), "a profit margin of 51% is not allowed"),
        (costs("0.2", 9), "an operating cost of 9 base units is not allowed"),
        (costs("0.2", 50_000_001), "the range is 10 - 50000000"),
    ] {
        let (message, pledge) = mixnet.bond_message(&owner, 1, 100_000_000, wrong);
        mixnet.refuses(&owner, &message, &[pledge], words);
    }

    mixnet.takes(&owner, &valid, funds);
    let (again, _) = mixnet.bond_message(&owner, 2, 100_000_000, usual_costs());
    mixnet.refuses(&owner, &again, funds, "has bonded node 1 already");
    let (copy, _) = mixnet.bond_message(&thief, 1, 100_000_000, usual_costs());
    mixnet.refuses(&thief, &copy, funds, "iolates unique constraint");
}

pub(super) fn of_instantiation<E: Engine>(engine: &mut E) {
    let admin = engine.account("admin", &[nym(10)]);
    let code = engine.store(Contract::Mixnet);
    let mut refuses = |change: fn(&mut InstantiateMsg), words: &str| {
        let mut message = instantiation(&admin, &admin);
        change(&mut message);
        let bytes = to_json_vec(&message).expect("messages have a JSON form");
        match engine.instantiate(&admin, code, &bytes, &[], None) {
            Ok(_) => panic!("the contract is taken, although: {words}"),
            Err(refusal) => assert!(refusal.contains(words), "'{refusal}', not '{words}'"),
        }
    };
    refuses(|message| message.epochs_in_interval = 0, "at least one epoch");
    refuses(|message| message.epoch_duration = Duration::ZERO, "at least one second");
    refuses(|message| message.epoch_duration = Duration::from_millis(1500), "a whole number of seconds");
    refuses(|message| message.key_validity_in_epochs = Some(2), "at least 3 epochs, not 2");
    refuses(|message| message.current_nym_node_version = "1.2".to_owned(), "'1.2' is not a semantic version");
    refuses(|message| message.rewarding_validator_address = "n1nobody".to_owned(), "");
    refuses(
        |message| {
            message.initial_rewarding_params.rewarded_set_params =
                RewardedSetParams { entry_gateways: 0, exit_gateways: 0, mixnodes: 0, standby: 0 };
        },
        "divides by zero",
    );
    refuses(
        |message| message.initial_rewarding_params.rewarded_set_params.standby = u32::MAX,
        "leaves the range of numbers",
    );
}

pub(super) fn of_operators<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let stranger = mixnet.account("stranger", 100);
    let decrease = |amount| ExecuteMsg::DecreasePledge { decrease_by: amount };
    let new_costs = usual_costs();
    let update = NodeConfigUpdate::default();
    for (message, funds) in [
        (ExecuteMsg::UnbondNymNode {}, &[][..]),
        (ExecuteMsg::UpdateNodeConfig { update: update.clone() }, &[]),
        (ExecuteMsg::PledgeMore {}, &[nym(1)]),
        (decrease(nym(1)), &[]),
        (ExecuteMsg::UpdateCostParams { new_costs: new_costs.clone() }, &[]),
        (ExecuteMsg::WithdrawOperatorReward {}, &[]),
    ] {
        mixnet.refuses(&stranger, &message, funds, "has bonded no node");
    }

    let (owner, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    mixnet.account("operator 1", 10_000);
    mixnet.engine.account("operator 1", &[coin(10, "unyx")]);
    mixnet.refuses(&owner, &ExecuteMsg::PledgeMore {}, &[], "send the pledge");
    mixnet.refuses(&owner, &ExecuteMsg::PledgeMore {}, &[coin(1, "unyx")], "expected coins of 'unym'");
    mixnet.refuses(&owner, &ExecuteMsg::PledgeMore {}, &[nym(1), coin(1, "unyx")], "send one coin");
    mixnet.refuses(&owner, &decrease(coin(1, "unyx")), &[], "expected coins of 'unym'");
    mixnet.refuses(&owner, &decrease(nym(0)), &[], "a decrease by zero");
    mixnet.refuses(&owner, &decrease(nym(1)), &[], "at least 100000000unym has to stay");
    mixnet.refuses(&owner, &decrease(nym(u128::MAX)), &[], "has to stay");
    let dear = costs("0.2", 1_000_000_000_000_001);
    let message = ExecuteMsg::UpdateCostParams { new_costs: dear };
    mixnet.refuses(&owner, &message, &[], "an operating cost of 1000000000000001");

    mixnet.takes(&owner, &ExecuteMsg::PledgeMore {}, &[nym(1000)]);
    let pending = "a change of the pledge is queued already (epoch event 1)";
    mixnet.refuses(&owner, &ExecuteMsg::PledgeMore {}, &[nym(1)], pending);
    mixnet.refuses(&owner, &decrease(nym(1)), &[], pending);
    mixnet.refuses(&owner, &ExecuteMsg::UnbondNymNode {}, &[], pending);

    mixnet.begin();
    let frozen = "the next epoch is being prepared";
    for (message, funds) in [
        (ExecuteMsg::UnbondNymNode {}, &[][..]),
        (ExecuteMsg::PledgeMore {}, &[nym(1)]),
        (decrease(nym(1)), &[]),
        (ExecuteMsg::UpdateCostParams { new_costs: new_costs.clone() }, &[]),
        (ExecuteMsg::Delegate { node_id }, &[nym(1)]),
        (ExecuteMsg::Undelegate { node_id }, &[]),
    ] {
        mixnet.refuses(&owner, &message, funds, frozen);
    }
    mixnet.finish(&[]);

    mixnet.takes(&owner, &ExecuteMsg::UnbondNymNode {}, &[]);
    for (message, funds) in [
        (ExecuteMsg::UnbondNymNode {}, &[][..]),
        (ExecuteMsg::UpdateNodeConfig { update }, &[]),
        (ExecuteMsg::PledgeMore {}, &[nym(1)]),
        (decrease(nym(1)), &[]),
        (ExecuteMsg::UpdateCostParams { new_costs }, &[]),
        (ExecuteMsg::WithdrawOperatorReward {}, &[]),
        (ExecuteMsg::Delegate { node_id }, &[nym(1)]),
    ] {
        mixnet.refuses(&owner, &message, funds, "node 1 is leaving");
    }
}

pub(super) fn of_delegators<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (owner, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    let alice = mixnet.account("alice", 1_000_000);
    let rich = mixnet.engine.account("rich", &[nym(1_000_000_000_000_001), coin(10, "unyx")]);
    let delegate = ExecuteMsg::Delegate { node_id };
    mixnet.refuses(&alice, &delegate, &[], "send what is to be delegated");
    mixnet.refuses(&rich, &delegate, &[coin(1, "unyx")], "expected coins of 'unym'");
    mixnet.refuses(&rich, &delegate, &[nym(1), coin(1, "unyx")], "send one coin");
    let words = "is more than the 1000000000000000 base units that exist";
    mixnet.refuses(&rich, &delegate, &[nym(1_000_000_000_000_001)], words);
    mixnet.refuses(&alice, &ExecuteMsg::Delegate { node_id: 9 }, &[nym(1)], "no node 9 is bonded");

    let admin = mixnet.admin.clone();
    let update = ContractStateParamsUpdate {
        delegations_params: Some(DelegationsParams { minimum_delegation: Some(nym(1000)) }),
        ..ContractStateParamsUpdate::default()
    };
    mixnet.takes(&admin, &ExecuteMsg::UpdateContractStateParams { update }, &[]);
    mixnet.refuses(&alice, &delegate, &[nym(999)], "the least delegation is 1000unym, not 999unym");

    let nothing = "has delegated nothing to node 1";
    mixnet.refuses(&alice, &ExecuteMsg::Undelegate { node_id }, &[], nothing);
    mixnet.refuses(&alice, &ExecuteMsg::WithdrawDelegatorReward { node_id }, &[], nothing);
    mixnet.takes(&alice, &delegate, &[nym(1000)]);
    mixnet.turn(&[]);
    mixnet.takes(&owner, &ExecuteMsg::UnbondNymNode {}, &[]);
    let withdraw = ExecuteMsg::WithdrawDelegatorReward { node_id };
    mixnet.refuses(&alice, &withdraw, &[], "node 1 is leaving");
    mixnet.turn(&[]);
    mixnet.refuses(&alice, &withdraw, &[], "no node 1 is bonded");
    mixnet.refuses_question(
        &QueryMsg::GetDelegatorDelegations { delegator: "nobody".to_owned(), start_after: None, limit: None },
        "",
    );
}

pub(super) fn of_the_transition<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    for number in 1..=3 {
        mixnet.bond(number, 100_000_000, usual_costs());
    }
    let (validator, stranger) = (mixnet.validator.clone(), mixnet.account("stranger", 1));
    let reward = |node_id, work: &str| {
        let params = NodeRewardingParameters { performance: percent("1"), work_factor: dec(work) };
        ExecuteMsg::RewardNode { node_id, params }
    };
    let begin = ExecuteMsg::BeginEpochTransition {};
    let reconcile = ExecuteMsg::ReconcileEpochEvents { limit: None };
    let assign = |role, nodes: &[u32]| {
        let assignment = RoleAssignment { role, nodes: nodes.to_vec() };
        ExecuteMsg::AssignRoles { assignment }
    };
    let first = assign(Role::ExitGateway, &[]);
    for message in [&begin, &reward(1, "0.1"), &reconcile, &first] {
        mixnet.refuses(&stranger, message, &[], "only the rewarding validator");
    }
    mixnet.refuses(&validator, &begin, &[], "the epoch is not over");
    mixnet.refuses(&validator, &reward(1, "0.1"), &[], "the epoch is not over");
    mixnet.refuses(&validator, &reconcile, &[], "queued requests are not being executed");
    mixnet.refuses(&validator, &first, &[], "roles are not being assigned");
    mixnet.turn(&[1, 2, 3]);

    mixnet.wait(1);
    mixnet.refuses(&validator, &reward(1, "0.1"), &[], "nodes are not being rewarded");
    mixnet.takes(&validator, &begin, &[]);
    mixnet.refuses(&validator, &begin, &[], "the next epoch is being prepared");
    mixnet.refuses(&validator, &reconcile, &[], "queued requests are not being executed");
    mixnet.refuses(&validator, &reward(4, "0.1"), &[], "node 4 is beyond the rewarded set");
    mixnet.takes(&validator, &reward(2, "0.6"), &[]);
    for node_id in [1, 2] {
        mixnet.refuses(&validator, &reward(node_id, "0.1"), &[], "has been rewarded in epoch 1");
    }
    mixnet.refuses(&validator, &reward(3, "0.400000000000000001"), &[], "which is more than 1");
    mixnet.refuses(&validator, &reward(3, "340282366920938463463"), &[], "more than 1");
    mixnet.takes(&validator, &reward(3, "0.4"), &[]);
    mixnet.refuses(&validator, &first, &[], "roles are not being assigned");
    mixnet.takes(&validator, &reconcile, &[]);
    mixnet.refuses(&validator, &reconcile, &[], "queued requests are not being executed");
    let wrong = assign(Role::EntryGateway, &[]);
    mixnet.refuses(&validator, &wrong, &[], "the next role to assign is exit gateway");
    let many: Vec<u32> = (1..=51).collect();
    let crowd = assign(Role::ExitGateway, &many);
    mixnet.refuses(&validator, &crowd, &[], "51 nodes are too many for the role exit gateway");
    mixnet.takes(&validator, &assign(Role::ExitGateway, &many[..50]), &[]);
}

pub(super) fn of_the_admin<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (admin, stranger) = (mixnet.admin.clone(), mixnet.account("stranger", 1));
    let active = |entry_gateways, exit_gateways, mixnodes, force_immediately| {
        let update = ActiveSetUpdate { entry_gateways, exit_gateways, mixnodes };
        ExecuteMsg::UpdateActiveSetDistribution { update, force_immediately }
    };
    let params =
        |updated_params, force_immediately| ExecuteMsg::UpdateRewardingParams { updated_params, force_immediately };
    let sizes = |entry_gateways, mixnodes| IntervalRewardingParamsUpdate {
        rewarded_set_params: Some(RewardedSetParams { entry_gateways, exit_gateways: 1, mixnodes, standby: 0 }),
        ..IntervalRewardingParamsUpdate::default()
    };
    let config = |epochs_in_interval, epoch_duration_secs, force_immediately| ExecuteMsg::UpdateIntervalConfig {
        epochs_in_interval,
        epoch_duration_secs,
        force_immediately,
    };
    let settings = |update| ExecuteMsg::UpdateContractStateParams { update };
    let release = |version: &str| ExecuteMsg::UpdateCurrentNymNodeSemver { current_version: version.to_owned() };
    let address = stranger.to_string();
    for message in [
        ExecuteMsg::UpdateAdmin { admin: address.clone() },
        ExecuteMsg::UpdateRewardingValidatorAddress { address },
        settings(ContractStateParamsUpdate::default()),
        release("9.0.0"),
        active(1, 1, 3, true),
        params(sizes(1, 3), true),
        config(1, 1, true),
    ] {
        mixnet.refuses(&stranger, &message, &[], "Caller is not admin");
    }

    let nowhere = ExecuteMsg::UpdateAdmin { admin: "nowhere".to_owned() };
    mixnet.refuses(&admin, &nowhere, &[], "");
    mixnet.refuses(&admin, &settings(ContractStateParamsUpdate::default()), &[], "no section");
    mixnet.refuses(&admin, &release("1.2.x"), &[], "'1.2.x' is not a semantic version");
    for old in ["1.1.10", "1.1.9", "1.1.10-rc"] {
        mixnet.refuses(&admin, &release(old), &[], "is not greater than the current version 1.1.10");
    }
    for force in [false, true] {
        mixnet.refuses(&admin, &active(0, 1, 3, force), &[], "at least one of each");
        mixnet.refuses(&admin, &active(100, 100, 41, force), &[], "the rewarded set, which has 240");
        mixnet.refuses(&admin, &active(u32::MAX, 1, 3, force), &[], "which has 240");
        let nothing = IntervalRewardingParamsUpdate::default();
        mixnet.refuses(&admin, &params(nothing, force), &[], "no parameter is given");
        mixnet.refuses(&admin, &params(sizes(0, 3), force), &[], "at least one of each");
        mixnet.refuses(&admin, &params(sizes(1, 4), force), &[], "4 mixnodes cannot be divided");
        mixnet.refuses(&admin, &params(sizes(u32::MAX, 3), force), &[], "more than 32 bits");
        mixnet.refuses(&admin, &config(0, 1, force), &[], "at least one epoch");
        mixnet.refuses(&admin, &config(1, 0, force), &[], "at least one second");
        mixnet.refuses(&admin, &config(1, u64::MAX, force), &[], "a whole number of seconds");
    }

    mixnet.begin();
    mixnet.refuses(&admin, &params(sizes(1, 3), false), &[], "the next epoch is being prepared");
    mixnet.refuses(&admin, &config(1, 1, false), &[], "the next epoch is being prepared");
    // The epoch is over, so its set is divided at once.
    mixnet.takes(&admin, &active(1, 1, 3, false), &[]);
    mixnet.takes(&admin, &config(720, 7200, true), &[]);
    mixnet.refuses(&admin, &active(1, 1, 3, false), &[], "the next epoch is being prepared");
}
