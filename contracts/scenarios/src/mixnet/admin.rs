//! What the admin changes.

use super::deployment::{Mixnet, attributes_of, costs, dec, nym, percent, usual_costs};
use crate::Engine;
use cosmwasm_std::Uint128;
use nym_contracts_common::ContractBuildInformation;
use nym_mixnet_contract::msg::{
    CurrentNymNodeVersionResponse, ExecuteMsg, MigrateMsg, NymNodeVersionHistoryResponse, PendingIntervalEventResponse,
    QueryMsg,
};
use nym_mixnet_contract::types::{
    ActiveSetUpdate, ConfigScoreParamsUpdate, ContractState, ContractStateParams, ContractStateParamsUpdate,
    DelegationsParams, IntervalRewardingParamsUpdate, KeyRotationState, OperatorsParamsUpdate, OutdatedVersionWeights,
    PendingIntervalEventKind, Range, RewardedSetParams, VersionScoreFormulaParams,
};

fn pair(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

pub(super) fn admin_and_validator<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (old, old_validator) = (mixnet.admin.clone(), mixnet.validator.clone());
    let new = mixnet.account("new admin", 10);
    let executed = mixnet.takes(&old, &ExecuteMsg::UpdateAdmin { admin: new.to_string() }, &[]);
    let event = executed.events.iter().find(|event| event.ty == "wasm").expect("plain attributes");
    let expected = [("action", "update_admin"), ("admin", new.as_str()), ("sender", old.as_str())];
    for (key, value) in expected {
        let found = event.attributes.iter().any(|one| one.key == key && one.value == value);
        assert!(found, "{key} is not {value} in {event:?}");
    }
    let answer: cw_controllers::AdminResponse = mixnet.ask(&QueryMsg::Admin {});
    assert_eq!(answer.admin.as_deref(), Some(new.as_str()));
    let state: ContractState = mixnet.ask(&QueryMsg::GetState {});
    assert_eq!(state.owner.as_ref(), Some(&new));

    let message = ExecuteMsg::UpdateRewardingValidatorAddress { address: new.to_string() };
    mixnet.refuses(&old, &message, &[], "Caller is not admin");
    let executed = mixnet.takes(&new, &message, &[]);
    assert_eq!(
        attributes_of(&executed, "v2_rewarding_validator_address_update"),
        [pair("old_rewarding_validator_address", &old_validator), pair("new_rewarding_validator_address", &new),]
    );
    let validator: String = mixnet.ask(&QueryMsg::GetRewardingValidatorAddress {});
    assert_eq!(validator, new.as_str());
    mixnet.wait(1);
    let begin = ExecuteMsg::BeginEpochTransition {};
    mixnet.refuses(&old_validator, &begin, &[], "only the rewarding validator");
    mixnet.takes(&new, &begin, &[]);
}

pub(super) fn settings<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let admin = mixnet.admin.clone();
    let before: ContractStateParams = mixnet.ask(&QueryMsg::GetStateParams {});
    assert_eq!(before.operators_params.minimum_pledge, nym(100_000_000));
    assert_eq!(before.delegations_params.minimum_delegation, None);

    let profit_margin = Range { minimum: percent("0.2"), maximum: percent("0.5") };
    let interval_operating_cost = Range { minimum: Uint128::zero(), maximum: Uint128::new(1000) };
    let weights = OutdatedVersionWeights { major: 7, minor: 6, patch: 5, prerelease: 4 };
    let formula = VersionScoreFormulaParams { penalty: dec("0.9"), penalty_scaling: dec("2") };
    let update = ContractStateParamsUpdate {
        delegations_params: Some(DelegationsParams { minimum_delegation: Some(nym(5)) }),
        operators_params: Some(OperatorsParamsUpdate {
            minimum_pledge: Some(nym(90_000_000)),
            profit_margin: Some(profit_margin),
            interval_operating_cost: Some(interval_operating_cost),
        }),
        config_score_params: Some(ConfigScoreParamsUpdate {
            version_weights: Some(weights),
            version_score_formula_params: Some(formula),
        }),
    };
    let executed = mixnet.takes(&admin, &ExecuteMsg::UpdateContractStateParams { update }, &[]);
    let attributes = attributes_of(&executed, "v2_settings_update");
    assert_eq!(
        attributes[..4],
        [
            pair("new_minimum_delegation", "5unym"),
            pair("new_minimum_pledge", "90000000unym"),
            pair("new_profit_margin_range", "20% - 50%"),
            pair("new_interval_operating_cost_range", "0 - 1000"),
        ]
    );
    let names: Vec<_> = attributes[4..].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["new_version_weights_range", "new_version_score_formula_params"]);
    let after: ContractStateParams = mixnet.ask(&QueryMsg::GetStateParams {});
    assert_eq!(after.delegations_params.minimum_delegation, Some(nym(5)));
    assert_eq!(after.operators_params.minimum_pledge, nym(90_000_000));
    assert_eq!(after.operators_params.profit_margin, profit_margin);
    assert_eq!(after.operators_params.interval_operating_cost, interval_operating_cost);
    assert_eq!(after.config_score_params.version_weights, weights);
    assert_eq!(after.config_score_params.version_score_formula_params, formula);

    // The section on delegations is replaced as a whole: an absent minimum removes it.
    let update = ContractStateParamsUpdate {
        delegations_params: Some(DelegationsParams::default()),
        ..ContractStateParamsUpdate::default()
    };
    let executed = mixnet.takes(&admin, &ExecuteMsg::UpdateContractStateParams { update }, &[]);
    assert_eq!(attributes_of(&executed, "v2_settings_update"), [pair("new_minimum_delegation", "empty")]);
    let cleared: ContractStateParams = mixnet.ask(&QueryMsg::GetStateParams {});
    assert_eq!(cleared.delegations_params.minimum_delegation, None);
    assert_eq!(cleared.operators_params, after.operators_params);

    // A node whose costs are outside the new ranges is moved into them when it is rewarded.
    let wide = ContractStateParamsUpdate {
        operators_params: Some(OperatorsParamsUpdate {
            profit_margin: Some(Default::default()),
            interval_operating_cost: Some(Default::default()),
            ..OperatorsParamsUpdate::default()
        }),
        ..ContractStateParamsUpdate::default()
    };
    let narrow = ContractStateParamsUpdate {
        operators_params: Some(OperatorsParamsUpdate {
            profit_margin: Some(profit_margin),
            interval_operating_cost: Some(interval_operating_cost),
            ..OperatorsParamsUpdate::default()
        }),
        ..ContractStateParamsUpdate::default()
    };
    mixnet.takes(&admin, &ExecuteMsg::UpdateContractStateParams { update: wide }, &[]);
    let (_, node_id) = mixnet.bond(1, 100_000_000, costs("0.9", 5000));
    mixnet.turn(&[node_id]);
    mixnet.takes(&admin, &ExecuteMsg::UpdateContractStateParams { update: narrow }, &[]);
    mixnet.begin();
    mixnet.reward(node_id, "1", "0.1");
    assert_eq!(mixnet.rewarding(node_id).cost_params, costs("0.5", 1000));
}

pub(super) fn releases<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let admin = mixnet.admin.clone();
    for (id, version) in (1..).zip(["1.1.12", "1.2.0-rc.1", "1.2.0", "3.0.0"]) {
        let current_version = version.to_owned();
        let message = ExecuteMsg::UpdateCurrentNymNodeSemver { current_version };
        let executed = mixnet.takes(&admin, &message, &[]);
        assert_eq!(
            attributes_of(&executed, "v2_nym_node_semver_update"),
            [pair("new_current_semver", version), pair("new_current_semver_id", id)]
        );
    }
    let current: CurrentNymNodeVersionResponse = mixnet.ask(&QueryMsg::GetCurrentNymNodeVersion {});
    let current = current.version.expect("there is always a release");
    assert_eq!((current.id, current.version_information.semver.as_str()), (4, "3.0.0"));
    let mut history = Vec::new();
    let mut start_after = None;
    loop {
        let page: NymNodeVersionHistoryResponse =
            mixnet.ask(&QueryMsg::GetNymNodeVersionHistory { limit: Some(2), start_after });
        history.extend(page.history);
        start_after = page.start_next_after;
        if start_after.is_none() {
            break;
        }
    }
    let differences: Vec<_> = history
        .iter()
        .map(|entry| {
            let since = entry.version_information.difference_since_genesis;
            (entry.id, [since.major, since.minor, since.patch, since.prerelease])
        })
        .collect();
    assert_eq!(
        differences,
        [(0, [0, 0, 0, 0]), (1, [0, 0, 2, 0]), (2, [0, 1, 2, 0]), (3, [0, 1, 2, 1]), (4, [2, 1, 2, 1]),]
    );
}

pub(super) fn active_set<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let admin = mixnet.admin.clone();
    let update = ActiveSetUpdate { entry_gateways: 10, exit_gateways: 20, mixnodes: 40 };
    let message = |force_immediately| ExecuteMsg::UpdateActiveSetDistribution { update, force_immediately };
    let sizes = [pair("num_mixnodes", 40), pair("num_entry_gateways", 10), pair("num_exit_gateways", 20)];
    let expected = RewardedSetParams { entry_gateways: 10, exit_gateways: 20, mixnodes: 40, standby: 170 };
    let point = mixnet.params().interval.stake_saturation_point;

    let executed = mixnet.takes(&admin, &message(false), &[]);
    let attributes = attributes_of(&executed, "v2_pending_active_set_update");
    assert_eq!(attributes[..3], sizes);
    assert_eq!(attributes[3].0, "approximate_time_left_secs");
    assert_ne!(mixnet.params().rewarded_set, expected);
    mixnet.begin();
    let reconciled = mixnet.reconcile();
    let attributes = attributes_of(&reconciled, "v2_active_set_update");
    assert_eq!(attributes[0], pair("created_at", executed.height));
    assert_eq!(attributes[1..], sizes);
    assert_eq!(mixnet.params().rewarded_set, expected);
    assert_eq!(mixnet.params().interval.stake_saturation_point, point);
    mixnet.assign_all(&[]);

    // At once, and refused at its time when the set has become too small meanwhile.
    let back = ActiveSetUpdate { entry_gateways: 20, exit_gateways: 50, mixnodes: 30 };
    let forced = ExecuteMsg::UpdateActiveSetDistribution { update: back, force_immediately: true };
    mixnet.takes(&admin, &forced, &[]);
    assert_eq!(mixnet.params().rewarded_set.standby, 140);
    mixnet.takes(&admin, &message(false), &[]);
    let smaller = IntervalRewardingParamsUpdate {
        rewarded_set_params: Some(RewardedSetParams { entry_gateways: 1, exit_gateways: 1, mixnodes: 3, standby: 0 }),
        ..IntervalRewardingParamsUpdate::default()
    };
    let shrink = ExecuteMsg::UpdateRewardingParams { updated_params: smaller, force_immediately: true };
    mixnet.takes(&admin, &shrink, &[]);
    mixnet.begin();
    let reconciled = mixnet.reconcile();
    let attributes = attributes_of(&reconciled, "v2_active_set_update");
    assert_eq!(attributes.len(), 1);
    assert_eq!(attributes[0].0, "error_message");
    mixnet.assign_all(&[]);
}

pub(super) fn rewarding_params<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, |message| message.epochs_in_interval = 1);
    let admin = mixnet.admin.clone();
    let update = IntervalRewardingParamsUpdate {
        reward_pool: Some(dec("100000000000000")),
        staking_supply: Some(dec("50000000000000")),
        staking_supply_scale_factor: Some(percent("0.5")),
        sybil_resistance_percent: Some(percent("0.1")),
        active_set_work_factor: Some(dec("5")),
        interval_pool_emission: Some(percent("0.01")),
        rewarded_set_params: Some(RewardedSetParams { entry_gateways: 1, exit_gateways: 1, mixnodes: 3, standby: 5 }),
    };
    let message =
        |updated_params, force_immediately| ExecuteMsg::UpdateRewardingParams { updated_params, force_immediately };
    let json = concat!(
        r#"{"reward_pool":"100000000000000","staking_supply":"50000000000000","#,
        r#""staking_supply_scale_factor":"0.5","sybil_resistance_percent":"0.1","#,
        r#""active_set_work_factor":"5","interval_pool_emission":"0.01","#,
        r#""rewarded_set_params":{"entry_gateways":1,"exit_gateways":1,"mixnodes":3,"standby":5}}"#
    );
    let executed = mixnet.takes(&admin, &message(update, false), &[]);
    let attributes = attributes_of(&executed, "v2_pending_interval_rewarding_params_update");
    assert_eq!(attributes[0], pair("interval_rewarding_params_update", json));
    assert_eq!(attributes[1].0, "approximate_time_left_secs");
    let queued: PendingIntervalEventResponse = mixnet.ask(&QueryMsg::GetPendingIntervalEvent { event_id: 1 });
    assert_eq!(queued.event.expect("it is queued").kind, PendingIntervalEventKind::UpdateRewardingParams { update });

    mixnet.begin();
    let reconciled = mixnet.reconcile();
    let attributes = attributes_of(&reconciled, "v2_interval_rewarding_params_update");
    assert_eq!(attributes[0], pair("created_at", executed.height));
    assert_eq!(attributes[1], pair("interval_rewarding_params_update", json));
    let expected = concat!(
        r#"{"reward_pool":"100000000000000","staking_supply":"50000000000000","#,
        r#""staking_supply_scale_factor":"0.5","epoch_reward_budget":"1000000000000","#,
        r#""stake_saturation_point":"5000000000000","sybil_resistance":"0.1","#,
        r#""active_set_work_factor":"5","interval_pool_emission":"0.01"}"#
    );
    assert_eq!(attributes[2], pair("updated_interval_rewarding_params", expected));
    mixnet.assign_all(&[]);

    // At once: what is derived follows only from what was given.
    let before = mixnet.params();
    let only_scale = IntervalRewardingParamsUpdate {
        staking_supply_scale_factor: Some(percent("0.7")),
        ..IntervalRewardingParamsUpdate::default()
    };
    mixnet.takes(&admin, &message(only_scale, true), &[]);
    let after = mixnet.params();
    assert_eq!(after.interval.staking_supply_scale_factor, percent("0.7"));
    assert_eq!(after.interval.epoch_reward_budget, before.interval.epoch_reward_budget);
    assert_eq!(after.interval.stake_saturation_point, before.interval.stake_saturation_point);
}

pub(super) fn interval_config<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, |message| message.epochs_in_interval = 4);
    let admin = mixnet.admin.clone();
    let hour = mixnet.engine.hour();
    let message = |epochs_in_interval, epoch_duration_secs, force_immediately| ExecuteMsg::UpdateIntervalConfig {
        epochs_in_interval,
        epoch_duration_secs,
        force_immediately,
    };
    for _ in 0..3 {
        mixnet.turn(&[]);
    }
    // Three epochs of an interval that has only two now: the second of the next.
    let executed = mixnet.takes(&admin, &message(2, 2 * hour, true), &[]);
    let attributes = attributes_of(&executed, "v2_interval_config_update");
    assert_eq!(
        attributes[..3],
        [
            pair("created_at", executed.height),
            pair("new_epoch_durations_secs", 2 * hour),
            pair("new_epochs_in_interval", 2),
        ]
    );
    assert_eq!(attributes[3].0, "updated_interval_rewarding_params");
    let interval = mixnet.interval().interval;
    assert_eq!((interval.interval_id(), interval.current_epoch_id()), (1, 1));
    assert_eq!(interval.current_epoch_absolute_id(), 3);
    assert_eq!((interval.epochs_in_interval(), interval.epoch_length().as_secs()), (2, 2 * hour));
    let params = mixnet.params().interval;
    assert_eq!(params.epoch_reward_budget, dec("2500000000000"));

    // From the queue, at the end of the interval, which is the end of this epoch.
    let executed = mixnet.takes(&admin, &message(3, hour, false), &[]);
    let attributes = attributes_of(&executed, "v2_pending_interval_config_update");
    assert_eq!(attributes[..2], [pair("new_epoch_durations_secs", hour), pair("new_epochs_in_interval", 3)]);
    mixnet.wait(1);
    mixnet.begin();
    mixnet.reconcile();
    mixnet.assign_all(&[]);
    let interval = mixnet.interval().interval;
    assert_eq!((interval.epochs_in_interval(), interval.epoch_length().as_secs()), (3, hour));
    assert_eq!(interval.current_epoch_absolute_id(), 4);
}

/// The pool ends at zero; the epoch does not fail.
pub(super) fn a_pool_made_smaller_than_its_payments<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, |message| message.epochs_in_interval = 1);
    let (_, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    mixnet.turn(&[node_id]);
    mixnet.begin();
    mixnet.reward(node_id, "1", "0.5");
    assert!(mixnet.removed_from_pool() > dec("100"));
    let admin = mixnet.admin.clone();
    let updated_params =
        IntervalRewardingParamsUpdate { reward_pool: Some(dec("100")), ..IntervalRewardingParamsUpdate::default() };
    let message = ExecuteMsg::UpdateRewardingParams { updated_params, force_immediately: true };
    mixnet.takes(&admin, &message, &[]);
    mixnet.finish(&[]);
    let params = mixnet.params().interval;
    assert!(params.reward_pool.is_zero() && params.epoch_reward_budget.is_zero());
    assert!(mixnet.removed_from_pool().is_zero());
}

pub(super) fn migration<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy_with(engine, |message| message.key_validity_in_epochs = Some(5));
    mixnet.turn(&[]);
    let vesting = mixnet.account("vesting", 1);
    let rotation = |mixnet: &mut Mixnet<E>| mixnet.ask::<KeyRotationState>(&QueryMsg::GetKeyRotationState {});
    let kept = KeyRotationState { validity_epochs: 5, initial_epoch_id: 0 };
    for unsafe_skip_state_updates in [None, Some(true)] {
        let vesting_contract_address = Some(vesting.to_string());
        let message = MigrateMsg { unsafe_skip_state_updates, vesting_contract_address, ..MigrateMsg::default() };
        mixnet.migrate(&message).expect("the same version is taken");
        assert_eq!(rotation(&mut mixnet), kept);
    }
    let state: ContractState = mixnet.ask(&QueryMsg::GetState {});
    assert_eq!(state.vesting_contract_address, vesting);
    let message = MigrateMsg { unsafe_skip_state_updates: Some(false), ..MigrateMsg::default() };
    mixnet.migrate(&message).expect("the same version is taken");
    let reset = KeyRotationState { validity_epochs: 24, initial_epoch_id: 1 };
    assert_eq!(rotation(&mut mixnet), reset);
    let nowhere = MigrateMsg { vesting_contract_address: Some("nowhere".into()), ..MigrateMsg::default() };
    assert!(mixnet.migrate(&nowhere).is_err());

    assert_eq!(
        mixnet.ask_json(r#"{"get_cw2_contract_version":{}}"#),
        r#"{"contract":"crate:nym-mixnet-contract","version":"1.5.1"}"#
    );
    let build: ContractBuildInformation = mixnet.ask(&QueryMsg::GetContractVersion {});
    assert_eq!(build.contract_name, "nym-mixnet-contract");
    assert_eq!(build.build_version, "1.5.1");
}
