//! The reward vectors, every digit, through messages and questions
//! (`docs/protocol/mixnet-contract.md` §10).

use super::deployment::{Mixnet, attributes_of, costs, dec, percent};
use crate::{Engine, Executed};
use cosmwasm_std::{Addr, Decimal};
use nym_mixnet_contract::msg::{ExecuteMsg, InstantiateMsg};
use nym_mixnet_contract::rewards::work_factors;
use nym_mixnet_contract::types::{NodeId, RewardedSetParams, Role};

/// ω_a of V1 to V4.
const ACTIVE_WORK: &str = "0.0087719298245614";
const PLEDGE: u128 = 10_000_000_000;

/// A node of V1 to V4, in the rewarded set from epoch 1 on, with delegations from the start.
fn node_of_v1<'e, E: Engine>(
    engine: &'e mut E,
    delegations: &[(&str, u128)],
) -> (Mixnet<'e, E>, Addr, NodeId, Vec<Addr>) {
    let mut mixnet = Mixnet::deploy(engine);
    let params = mixnet.params();
    assert_eq!(params.interval.epoch_reward_budget.to_string(), "6944444444.444444444444444444");
    assert_eq!(params.interval.stake_saturation_point.to_string(), "416666666666.666666666666666666");
    let factors =
        work_factors(params.interval.active_set_work_factor, &params.rewarded_set).expect("the set is not empty");
    assert_eq!(factors.standby.to_string(), "0.00087719298245614");
    assert_eq!(factors.active.to_string(), ACTIVE_WORK);

    let (owner, node_id) = mixnet.bond(1, PLEDGE, costs("0.1", 40_000_000));
    let delegators = delegations.iter().map(|(name, amount)| mixnet.delegate(name, node_id, *amount)).collect();
    mixnet.turn(&[node_id]);
    (mixnet, owner, node_id, delegators)
}

/// Rewards the node of V1 to V4 for one epoch and checks what it earns.
fn epoch<E: Engine>(mixnet: &mut Mixnet<E>, node_id: NodeId, operator: &str, delegates: &str) {
    mixnet.begin();
    let rewarded = mixnet.reward(node_id, "1", ACTIVE_WORK);
    assert_eq!(earned(&rewarded), (operator.to_owned(), delegates.to_owned()));
}

fn earned(rewarded: &Executed) -> (String, String) {
    let attributes = attributes_of(rewarded, "v2_node_rewarding");
    let of = |name: &str| {
        let attribute = attributes.iter().find(|(key, _)| key == name);
        attribute.unwrap_or_else(|| panic!("no {name} in {attributes:?}")).1.clone()
    };
    (of("operator_reward"), of("delegates_reward"))
}

/// R: everything that a node earned.
fn total(rewarded: &Executed) -> String {
    let (operator, delegates) = earned(rewarded);
    (dec(&operator) + dec(&delegates)).to_string()
}

fn accrued<E: Engine>(mixnet: &mut Mixnet<E>, who: &Addr, node_id: NodeId) -> String {
    let reward = mixnet.delegator_reward(who, node_id);
    reward.amount_earned_detailed.expect("there is a delegation").to_string()
}

pub(super) fn v1_no_delegation<E: Engine>(engine: &mut E) {
    let (mut mixnet, _, node_id, _) = node_of_v1(engine, &[]);
    epoch(&mut mixnet, node_id, "1128452.541610435897435896", "0");
    assert_eq!(mixnet.removed_from_pool().to_string(), "1128452.541610435897435896");
    let saturation: nym_mixnet_contract::msg::StakeSaturationResponse =
        mixnet.ask(&nym_mixnet_contract::msg::QueryMsg::GetNodeStakeSaturation { node_id });
    let uncapped = saturation.uncapped_saturation.expect("the node has stake");
    assert_eq!(uncapped.to_string(), "0.024002708286099865");
}

pub(super) fn v2_delegation_from_the_start<E: Engine>(engine: &mut E) {
    let (mut mixnet, _, node_id, delegators) = node_of_v1(engine, &[("alice", 18_000_000_000)]);
    let saturation = mixnet.ask_json(&format!(r#"{{"get_node_stake_saturation":{{"node_id":{node_id}}}}}"#));
    assert_eq!(
        saturation,
        format!(r#"{{"node_id":{node_id},"current_saturation":"0.0672","uncapped_saturation":"0.0672"}}"#)
    );
    epoch(&mut mixnet, node_id, "1363716.856243171496953611", "1795950.260266049015866901");
    assert_eq!(mixnet.removed_from_pool().to_string(), "3159667.116509220512820512");
    let node = mixnet.rewarding(node_id);
    assert_eq!(node.total_unit_reward.to_string(), "99775.014459224944328188");
    assert_eq!(node.operator.to_string(), "10001363716.856243171496953611");
    assert_eq!(node.delegates.to_string(), "18001795950.260266049015866901");
    assert_eq!(accrued(&mut mixnet, &delegators[0], node_id), "1795950.260266048997907384");
}

pub(super) fn v3_delegation_for_two_epochs<E: Engine>(engine: &mut E) {
    let (mut mixnet, _, node_id, _) = node_of_v1(engine, &[]);
    // Asked for in epoch 1, made after its rewards.
    let alice = mixnet.delegate("alice", node_id, 18_000_000_000);
    epoch(&mut mixnet, node_id, "1128452.541610435897435896", "0");
    mixnet.finish(&[node_id]);
    epoch(&mut mixnet, node_id, "1363843.413584608173145556", "1795952.258744039137825818");
    mixnet.finish(&[node_id]);
    mixnet.takes(&alice, &ExecuteMsg::Undelegate { node_id }, &[]);
    epoch(&mut mixnet, node_id, "1364017.782444048630340511", "1796135.926946868814167029");
    assert_eq!(mixnet.rewarding(node_id).total_unit_reward.to_string(), "199560.454760605995337331");
    assert_eq!(accrued(&mut mixnet, &alice, node_id), "3592088.185690907916071958");
    mixnet.finish(&[node_id]);
    assert_eq!(mixnet.balance(&alice), 18_003_592_088);
    let node = mixnet.rewarding(node_id);
    assert!(node.delegates.is_zero());
    assert_eq!(node.operator.to_string(), "10003856313.737639092736842852");
}

/// The node of V4 after its first epoch.
fn node_of_v4<E: Engine>(engine: &mut E) -> (Mixnet<'_, E>, Addr, NodeId, Vec<Addr>) {
    let delegations = [("alice", 18_000_000_000), ("bob", 4_000_000_000)];
    let (mut mixnet, owner, node_id, delegators) = node_of_v1(engine, &delegations);
    epoch(&mut mixnet, node_id, "1411087.100764731794871794", "2199961.032388663076923077");
    assert_eq!(mixnet.removed_from_pool().to_string(), "3611048.133153394871794871");
    assert_eq!(mixnet.rewarding(node_id).total_unit_reward.to_string(), "99998.228744939229569252");
    mixnet.finish(&[node_id]);
    (mixnet, owner, node_id, delegators)
}

pub(super) fn v4a_operator_withdraws<E: Engine>(engine: &mut E) {
    let (mut mixnet, owner, node_id, _) = node_of_v4(engine);
    mixnet.takes(&owner, &ExecuteMsg::WithdrawOperatorReward {}, &[]);
    assert_eq!(mixnet.balance(&owner), 1_411_087);
    epoch(&mut mixnet, node_id, "1411113.000406794204418423", "2200183.387908444920700037");
}

pub(super) fn v4b_delegators_withdraw<E: Engine>(engine: &mut E) {
    let (mut mixnet, _, node_id, delegators) = node_of_v4(engine);
    let [alice, bob] = &delegators[..] else { panic!("there are two delegators") };
    let withdraw = ExecuteMsg::WithdrawDelegatorReward { node_id };
    assert_eq!(accrued(&mut mixnet, alice, node_id), "1799968.117408906132246536");
    mixnet.takes(alice, &withdraw, &[]);
    assert_eq!(mixnet.balance(alice), 1_799_968);
    assert_eq!(mixnet.rewarding(node_id).delegates.to_string(), "22000399992.914979756944676541");
    epoch(&mut mixnet, node_id, "1411250.190749266714782677", "2200004.051009688216703649");
    // T before was 99998.228744939229569252, so u is 100008.365676377798999568.
    assert_eq!(mixnet.rewarding(node_id).total_unit_reward.to_string(), "200006.59442131702856882");

    assert_eq!(accrued(&mut mixnet, alice, node_id), "1799970.58830417697806612");
    mixnet.takes(alice, &withdraw, &[]);
    assert_eq!(accrued(&mut mixnet, bob, node_id), "800026.37768526811427528");
    mixnet.takes(bob, &withdraw, &[]);
    assert_eq!(mixnet.balance(alice), 1_799_968 + 1_799_970);
    assert_eq!(mixnet.balance(bob), 800_026);
    assert_eq!(mixnet.rewarding(node_id).delegates.to_string(), "22000000000.00000000006903879");
}

/// A node of V5: what it is given, and what it has in the end.
struct NodeOfV5 {
    pledge: u128,
    delegated: u128,
    margin: &'static str,
    cost: u128,
    performance: &'static str,
    work: &'static str,
    first_reward: &'static str,
    operator: &'static str,
    delegates: &'static str,
}

const M: u128 = 1_000_000_000_000;
const V5_ACTIVE: &str = "0.15625";
const V5_STANDBY: &str = "0.015625";

#[rustfmt::skip]
const V5: [NodeOfV5; 10] = [
    NodeOfV5 { pledge: 11 * M, delegated: M, margin: "0.1", cost: 40_000_000, performance: "1", work: V5_ACTIVE,
        first_reward: "716346153846.153846153846153846",
        operator: "24307061704726.807241019032902791", delegates: "2031528592775.674914034841893849" },
    NodeOfV5 { pledge: M, delegated: 11 * M, margin: "0.1", cost: 40_000_000, performance: "1", work: V5_ACTIVE,
        first_reward: "612500000000",
        operator: "3544171010629.919366818893823769", delegates: "20854154351479.96722623633467555" },
    NodeOfV5 { pledge: M, delegated: 9 * M, margin: "0.1", cost: 40_000_000, performance: "1", work: V5_ACTIVE,
        first_reward: "612500000000",
        operator: "3781120900089.886398534561477504", delegates: "18634530734287.533142234547036527" },
    NodeOfV5 { pledge: M, delegated: 7 * M, margin: "0", cost: 500_000_000, performance: "0.9", work: V5_ACTIVE,
        first_reward: "441000000000",
        operator: "2313562111772.316494299695801578", delegates: "16090515100131.85603075372112699" },
    NodeOfV5 { pledge: 1_000_000_000, delegated: 7_999_000_000_000, margin: "0.1", cost: 40_000_000, performance: "0.9", work: V5_ACTIVE,
        first_reward: "432700615384.615384615384615384",
        operator: "1419679306492.79595539847760108", delegates: "16802494863659.928748634033387125" },
    NodeOfV5 { pledge: M, delegated: 7 * M, margin: "0.1", cost: 40_000_000, performance: "0", work: V5_ACTIVE,
        first_reward: "0",
        operator: "1000000000000", delegates: "7000000000000" },
    NodeOfV5 { pledge: 11 * M, delegated: M, margin: "0.1", cost: 40_000_000, performance: "1", work: V5_STANDBY,
        first_reward: "175480769230.76923076923076923",
        operator: "14114996375922.568570847855331308", delegates: "1249173915284.05259623477430107" },
    NodeOfV5 { pledge: M, delegated: 9 * M, margin: "0.1", cost: 40_000_000, performance: "1", work: V5_STANDBY,
        first_reward: "71634615384.615384615384615384",
        operator: "1225564192694.352790295139261335", delegates: "9931461332688.533791247541911727" },
    NodeOfV5 { pledge: M, delegated: 7 * M, margin: "0", cost: 500_000_000, performance: "0.9", work: V5_STANDBY,
        first_reward: "51576923076.923076923076923076",
        operator: "1112319106593.860374496820742447", delegates: "7710855078658.264033103287380718" },
    NodeOfV5 { pledge: M, delegated: 7 * M, margin: "0.1", cost: 40_000_000, performance: "0", work: V5_STANDBY,
        first_reward: "0",
        operator: "1000000000000", delegates: "7000000000000" },
];

pub(super) fn v5_ten_nodes_for_23_intervals<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, |message| {
        message.epochs_in_interval = 1;
        message.initial_rewarding_params.rewarded_set_params =
            RewardedSetParams { entry_gateways: 1, exit_gateways: 2, mixnodes: 3, standby: 4 };
    });
    let factors = work_factors(dec("10"), &mixnet.params().rewarded_set).expect("a set");
    assert_eq!((factors.active, factors.standby), (dec(V5_ACTIVE), dec(V5_STANDBY)));
    for (number, node) in (1..).zip(&V5) {
        let (_, node_id) = mixnet.bond(number, node.pledge, costs(node.margin, node.cost));
        assert_eq!(node_id, NodeId::from(number));
        mixnet.delegate("delegator", node_id, node.delegated);
    }
    let roles: [(Role, &[NodeId]); 6] = [
        (Role::EntryGateway, &[1]),
        (Role::ExitGateway, &[2, 3]),
        (Role::Layer1, &[4]),
        (Role::Layer2, &[5]),
        (Role::Layer3, &[6]),
        (Role::Standby, &[7, 8, 9, 10]),
    ];
    mixnet.begin();
    mixnet.reconcile();
    mixnet.assign_all(&roles);

    for interval in 1..=23 {
        mixnet.begin();
        for (node_id, node) in (1..).zip(&V5) {
            let rewarded = mixnet.reward(node_id, node.performance, node.work);
            if interval == 1 && node.performance != "0" {
                assert_eq!(total(&rewarded), node.first_reward, "node {node_id}");
            }
        }
        mixnet.reconcile();
        mixnet.assign_all(&roles);
        let params = mixnet.params().interval;
        if interval == 1 {
            assert_eq!(params.reward_pool.to_string(), "246886260923076.92307692307692308");
            assert_eq!(params.staking_supply.to_string(), "103113739076923.07692307692307692");
        }
    }
    for (node_id, expected) in (1..).zip(&V5) {
        let node = mixnet.rewarding(node_id);
        assert_eq!(node.operator.to_string(), expected.operator, "operator of node {node_id}");
        assert_eq!(node.delegates.to_string(), expected.delegates, "delegates of node {node_id}");
    }
    let params = mixnet.params().interval;
    assert_eq!(params.reward_pool.to_string(), "184876811322111.682325810441344632");
    assert_eq!(params.staking_supply.to_string(), "165123188677888.317674189558655368");
    assert_eq!(params.epoch_reward_budget.to_string(), "3697536226442.233646516208826892");
    assert_eq!(params.stake_saturation_point.to_string(), "16512318867788.831767418955865536");
}

/// The live parameters of the main network (§2.4).
fn mainnet(message: &mut InstantiateMsg) {
    let params = &mut message.initial_rewarding_params;
    params.initial_reward_pool = dec("166613455567357.391753168447944888");
    params.initial_staking_supply = dec("61194672938727.325886595653401629");
    params.staking_supply_scale_factor = percent("0.07342892");
    params.rewarded_set_params = RewardedSetParams { entry_gateways: 80, exit_gateways: 100, mixnodes: 60, standby: 0 };
}

pub(super) fn v6_parameters<E: Engine>(engine: &mut E) {
    let a = Mixnet::deploy_with(engine, |message| {
        message.epochs_in_interval = 1234;
        let params = &mut message.initial_rewarding_params;
        params.initial_reward_pool = dec("100000000000000");
        params.initial_staking_supply = dec("123456000000000");
        params.interval_pool_emission = percent("0.01");
        params.rewarded_set_params =
            RewardedSetParams { entry_gateways: 123, exit_gateways: 70, mixnodes: 120, standby: 0 };
    })
    .params();
    assert_eq!(a.interval.epoch_reward_budget.to_string(), "810372771.474878444084278768");
    assert_eq!(a.interval.stake_saturation_point.to_string(), "394428115015.974440894568690095");

    let b = Mixnet::deploy_with(engine, mainnet).params();
    assert_eq!(b.interval.epoch_reward_budget.to_string(), "4628151543.537705326476901331");
    assert_eq!(b.interval.stake_saturation_point.to_string(), "254977803911.363857860815222506");

    let sizes = RewardedSetParams { entry_gateways: 50, exit_gateways: 70, mixnodes: 120, standby: 20 };
    let c = Mixnet::deploy_with(engine, |message| {
        message.initial_rewarding_params.rewarded_set_params = sizes;
    })
    .params();
    let factors = work_factors(c.interval.active_set_work_factor, &c.rewarded_set).expect("a set");
    assert_eq!(factors.standby.to_string(), "0.000413223140495867");
    assert_eq!(factors.active.to_string(), "0.00413223140495867");
    let times = |work: Decimal, count: u32| work * Decimal::from_ratio(count, 1u32);
    let work = times(factors.active, 240) + times(factors.standby, 20);
    assert_eq!(work.to_string(), "0.99999999999999814");
}

pub(super) fn v7_mainnet_parameters<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, mainnet);
    let work = "0.00416666666666666";
    let factors = work_factors(dec("10"), &mixnet.params().rewarded_set).expect("a set");
    assert_eq!(factors.active.to_string(), work);
    #[rustfmt::skip]
    let nodes = [
        (100_000_000, 254_877_803_911, 800_000_000, "1", "14835564.356879082567250666",
            "3860307.845903613314185796", "10975256.51097546925306487", "43060.856389079226247328"),
        (50_000_000_000, 100_000_000_000, 1_000_000_000, "0.97", "8962708.6287915231009665",
            "4901115.87862122929389256", "4061592.75017029380707394", "40615.927501702938070739"),
        (300_000_000_000, 0, 0, "1", "19283964.764740415126209942",
            "19283964.764740415126209942", "0", "0"),
    ];
    for (number, node) in (1..).zip(&nodes) {
        let (_, node_id) = mixnet.bond(number, node.0, costs("0.2", node.2));
        if node.1 > 0 {
            mixnet.delegate("delegator", node_id, node.1);
        }
    }
    mixnet.turn(&[1, 2, 3]);
    mixnet.begin();
    for (node_id, node) in (1..).zip(&nodes) {
        let rewarded = mixnet.reward(node_id, node.3, work);
        assert_eq!(total(&rewarded), node.4, "node {node_id}");
        assert_eq!(earned(&rewarded), (node.5.to_owned(), node.6.to_owned()), "node {node_id}");
        assert_eq!(mixnet.rewarding(node_id).total_unit_reward.to_string(), node.7, "node {node_id}");
    }
}
