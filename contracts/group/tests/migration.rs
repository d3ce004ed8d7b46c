//! What the group contract adds to the published one.
#![allow(clippy::unwrap_used, missing_docs, reason = "a failed unwrap is a failed test")]

use cosmwasm_std::{Addr, Empty, from_json};
use cw_multi_test::{App, Contract, ContractWrapper, Executor};
use cw2::ContractVersion;
use cw4::Member;
use nym_contracts_common::ContractBuildInformation;
use nym_group_contract::contract;
use nym_group_contract::msg::{InstantiateMsg, MigrateMsg, QueryMsg};

fn code() -> Box<dyn Contract<Empty>> {
    Box::new(
        ContractWrapper::new(contract::execute, contract::instantiate, contract::query).with_migrate(contract::migrate),
    )
}

fn deployed() -> (App, Addr, Addr, u64) {
    let mut app = App::default();
    let admin = app.api().addr_make("admin");
    let code_id = app.store_code(code());
    let members = vec![Member { addr: app.api().addr_make("signer").into(), weight: 1 }];
    let msg = InstantiateMsg { admin: Some(admin.to_string()), members };
    let group = app.instantiate_contract(code_id, admin.clone(), &msg, &[], "group", Some(admin.to_string())).unwrap();
    (app, admin, group, code_id)
}

fn raw<T: serde::de::DeserializeOwned>(app: &App, contract: &Addr, key: &str) -> T {
    from_json(app.wrap().query_wasm_raw(contract, key.as_bytes()).unwrap().unwrap()).unwrap()
}

#[test]
fn build_information_and_the_published_cw2_name_are_stored() {
    let (app, _, group, _) = deployed();
    let build: ContractBuildInformation = raw(&app, &group, "contract_build_info");
    assert_eq!(build.contract_name, "nym-group-contract");
    let version: ContractVersion = raw(&app, &group, "contract_info");
    assert_eq!((version.contract.as_str(), version.version.as_str()), ("crates.io:cw4-group", "2.0.0"));
}

#[test]
fn migration_keeps_members_and_restores_build_information() {
    let (mut app, admin, group, code_id) = deployed();
    app.contract_storage_mut(&group).remove(b"contract_build_info");
    app.migrate_contract(admin, group.clone(), &MigrateMsg {}, code_id).unwrap();
    let build: ContractBuildInformation = raw(&app, &group, "contract_build_info");
    assert_eq!(build.contract_name, "nym-group-contract");
    let total: cw4::TotalWeightResponse =
        app.wrap().query_wasm_smart(&group, &QueryMsg::TotalWeight { at_height: None }).unwrap();
    assert_eq!(total.weight, 1);
}

#[test]
fn migration_from_another_contract_or_a_newer_version_is_refused() {
    for (name, version, says) in [
        ("crates.io:cw4-stake", "2.0.0", "not 'crates.io:cw4-group'"),
        ("crates.io:cw4-group", "2.0.1", "newer than 2.0.0"),
    ] {
        let (mut app, admin, group, code_id) = deployed();
        cw2::set_contract_version(&mut *app.contract_storage_mut(&group), name, version).unwrap();
        let refusal = app.migrate_contract(admin, group, &MigrateMsg {}, code_id).unwrap_err();
        let text = format!("{refusal:#}") + &refusal.root_cause().to_string();
        assert!(text.contains(says), "{text}");
    }
}
