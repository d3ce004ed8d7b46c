//! The committed JSON schemas of the contracts' messages are those of the code. After a change of messages run this
//! test with `NYM_WRITE_SCHEMAS=1`, and commit what it has written to `schema/`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use cosmwasm_schema::generate_api;
use std::fs;
use std::path::Path;

/// Name of a folder under `schema/`, and the contract's interface as one JSON document.
fn interfaces() -> Vec<(&'static str, String)> {
    macro_rules! interfaces {
        ($($folder:literal: $package:ident, $name:tt, $version:tt;)*) => {
            vec![$(($folder, generate_api! {
                name: $name,
                version: $version,
                instantiate: $package::msg::InstantiateMsg,
                execute: $package::msg::ExecuteMsg,
                query: $package::msg::QueryMsg,
                migrate: $package::msg::MigrateMsg,
            }.render().to_string().unwrap()),)*]
        };
    }
    interfaces! {
        "dkg": nym_dkg_contract, "nym-dkg-contract", "0.1.0";
        "ecash": nym_ecash_contract, "nym-ecash-contract", "0.1.0";
        "group": nym_group_contract, "nym-group-contract", "0.1.0";
        "mixnet": nym_mixnet_contract, "nym-mixnet-contract", "1.5.1";
        "multisig": nym_multisig_contract, "nym-multisig-contract", "0.1.0";
    }
}

#[test]
fn the_committed_schemas_are_those_of_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let write = std::env::var_os("NYM_WRITE_SCHEMAS").is_some();
    let mut stale = Vec::new();
    for (folder, text) in interfaces() {
        let path = root.join(folder).join("api.json");
        if write {
            fs::create_dir_all(root.join(folder)).unwrap();
            fs::write(&path, format!("{text}\n")).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default().trim_end() != text {
            stale.push(folder);
        }
    }
    assert!(stale.is_empty(), "schema/ is stale for {stale:?}: run this test with NYM_WRITE_SCHEMAS=1");
}
