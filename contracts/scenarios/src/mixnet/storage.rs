//! The storage layout, byte for byte (`docs/protocol/mixnet-contract.md` §6).

use super::deployment::{Mixnet, usual_costs};
use super::identity::NodeIdentity;
use crate::Engine;
use cosmwasm_std::{Addr, Binary, from_json};
use nym_mixnet_contract::msg::ExecuteMsg;
use nym_mixnet_contract::types::{Interval, NymNodeBond, Role};

/// `len(part) as u16, big endian ‖ part` for every part but the last.
fn key(prefixed: &[&[u8]], last: &[u8]) -> Vec<u8> {
    let mut key = Vec::new();
    for part in prefixed {
        let length = u16::try_from(part.len()).expect("parts of keys are short");
        key.extend_from_slice(&length.to_be_bytes());
        key.extend_from_slice(part);
    }
    key.extend_from_slice(last);
    key
}

pub(super) fn raw_keys<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let fresh_counter = mixnet.engine.query_raw(&mixnet.contract.clone(), b"nic");
    assert!(fresh_counter.is_none_or(|value| value.is_empty()), "no node has a number yet");
    let (owner, _) = mixnet.bond(1, 100_000_000, usual_costs());
    let alice = mixnet.delegate("alice", 1, 1_000_000);
    let waiting = text(&mut mixnet, &key(&[b"pee"], &1u32.to_be_bytes()));
    assert!(waiting.contains(r#""kind":{"delegate":{"owner":""#), "{waiting}");
    mixnet.begin();
    mixnet.reconcile();
    mixnet.assign_all(&[(Role::ExitGateway, &[1]), (Role::Standby, &[])]);

    items(&mut mixnet);
    bond_and_its_indices(&mut mixnet, &owner);
    delegation_and_its_indices(&mut mixnet, &alice);
    roles(&mut mixnet);
    let nonce = text(&mut mixnet, &key(&[b"sn"], owner.as_bytes()));
    assert_eq!(nonce, "1");
    let version = text(&mut mixnet, &key(&[b"vh"], &0u32.to_be_bytes()));
    assert!(version.starts_with(r#"{"semver":"1.1.10","introduced_at_height":"#), "{version}");

    mixnet.takes(&owner, &ExecuteMsg::UpdateCostParams { new_costs: usual_costs() }, &[]);
    let waiting = text(&mut mixnet, &key(&[b"pie"], &1u32.to_be_bytes()));
    assert!(waiting.contains(r#""kind":{"change_nym_node_cost_params":{"node_id":1,"#), "{waiting}");
    mixnet.takes(&owner, &ExecuteMsg::UnbondNymNode {}, &[]);
    mixnet.turn(&[]);
    those_who_left(&mut mixnet, &owner);
}

fn raw<E: Engine>(mixnet: &mut Mixnet<E>, key: &[u8]) -> Vec<u8> {
    mixnet
        .engine
        .query_raw(&mixnet.contract.clone(), key)
        .filter(|value| !value.is_empty())
        .unwrap_or_else(|| panic!("nothing under {}", String::from_utf8_lossy(key)))
}

fn text<E: Engine>(mixnet: &mut Mixnet<E>, key: &[u8]) -> String {
    String::from_utf8(raw(mixnet, key)).expect("values are JSON")
}

fn items<E: Engine>(mixnet: &mut Mixnet<E>) {
    let (admin, validator) = (mixnet.admin.clone(), mixnet.validator.clone());
    for (name, value) in [
        ("admin", format!(r#""{admin}""#)),
        ("contract_info", r#"{"contract":"crate:nym-mixnet-contract","version":"1.5.1"}"#.to_owned()),
        ("ces", format!(r#"{{"being_advanced_by":"{validator}","state":"in_progress"}}"#)),
        ("eic", "1".to_owned()),
        ("iic", "0".to_owned()),
        ("lee", "1".to_owned()),
        ("lie", "0".to_owned()),
        ("prp", r#"{"removed":"0","added":"0"}"#.to_owned()),
        ("cumulative_epoch_work", r#""0""#.to_owned()),
        ("active_roles", r#""B""#.to_owned()),
        ("key_rot_state", r#"{"validity_epochs":24,"initial_epoch_id":0}"#.to_owned()),
        ("nic", "1".to_owned()),
        ("vhid", "0".to_owned()),
    ] {
        assert_eq!(text(mixnet, name.as_bytes()), value, "{name}");
    }
    assert!(text(mixnet, b"state").starts_with(&format!(r#"{{"owner":"{admin}","rewarding_"#)));
    assert!(text(mixnet, b"rparams").starts_with(r#"{"interval":{"reward_pool":"250000000000000","#));
    let build = text(mixnet, b"contract_build_info");
    assert!(build.starts_with(r#"{"contract_name":"nym-mixnet-contract","build_timestamp":""#));
    let interval = text(mixnet, b"ci");
    assert!(interval.starts_with(r#"{"id":0,"epochs_in_interval":720,"current_epoch_start":""#));
    let hour = mixnet.engine.hour();
    assert!(interval.contains(&format!(
        r#"Z","current_epoch_id":1,"epoch_length":{{"secs":{hour},"nanos":0}},"total_elapsed_epochs":1}}"#
    )));
    let parsed: Interval = from_json(&interval).expect("it is an interval");
    assert_eq!(parsed, mixnet.interval().interval);
}

fn bond_and_its_indices<E: Engine>(mixnet: &mut Mixnet<E>, owner: &Addr) {
    assert_eq!(key(&[b"nn"], &1u32.to_be_bytes()), [0, 2, 0x6e, 0x6e, 0, 0, 0, 1]);
    let bond = text(mixnet, &key(&[b"nn"], &1u32.to_be_bytes()));
    let parsed: NymNodeBond = from_json(&bond).expect("it is a bond");
    let height = parsed.bonding_height;
    let identity = NodeIdentity::number(1).to_base58();
    assert_eq!(
        bond,
        format!(
            concat!(
                r#"{{"node_id":1,"owner":"{}","original_pledge":{{"denom":"unym","amount":"100000000"}},"#,
                r#""bonding_height":{},"is_unbonding":false,"node":{{"host":"203.0.113.7","#,
                r#""custom_http_port":null,"identity_key":"{}"}}}}"#
            ),
            owner, height, identity
        )
    );
    let index = format!(r#"{{"pk":"AAAAAQ==","value":{bond}}}"#);
    assert_eq!(text(mixnet, &key(&[b"nno"], owner.as_bytes())), index);
    assert_eq!(text(mixnet, &key(&[b"nni"], identity.as_bytes())), index);
    let changes = text(mixnet, &key(&[b"pnc"], &1u32.to_be_bytes()));
    assert_eq!(changes, r#"{"pledge_change":null,"cost_params_change":null}"#);
    let rewarding = text(mixnet, &key(&[b"mnr"], &1u32.to_be_bytes()));
    assert_eq!(
        rewarding,
        concat!(
            r#"{"cost_params":{"profit_margin_percent":"0.2","interval_operating_cost":"#,
            r#"{"denom":"unym","amount":"40000000"}},"operator":"100000000","delegates":"1000000","#,
            r#""total_unit_reward":"0","unit_delegation":"1000000000","last_rewarded_epoch":0,"#,
            r#""unique_delegations":1}"#
        )
    );
}

fn delegation_and_its_indices<E: Engine>(mixnet: &mut Mixnet<E>, owner: &Addr) {
    let node = 1u32.to_be_bytes();
    let record = text(mixnet, &key(&[b"dl", &node], owner.as_bytes()));
    let start = format!(
        r#"{{"owner":"{owner}","node_id":1,"cumulative_reward_ratio":"0","amount":{{"denom":"unym","amount":"1000000"}},"height":"#
    );
    assert!(record.starts_with(&start) && record.ends_with(r#","proxy":null}"#), "{record}");
    // The primary key with its prefix: 2 + 4 + the owner's length.
    let length = (6 + owner.as_bytes().len()).to_string();
    let by_owner = key(&[b"dlo", owner.as_bytes(), &node], owner.as_bytes());
    assert_eq!(text(mixnet, &by_owner), length);
    let by_node = key(&[b"dlm", &node, &node], owner.as_bytes());
    assert_eq!(text(mixnet, &by_node), length);
}

fn roles<E: Engine>(mixnet: &mut Mixnet<E>) {
    // Bucket B is in force: A was, when the first roles were assigned.
    assert_eq!(text(mixnet, &key(&[b"roles", &[1]], &[4])), "[1]");
    for role in [0, 1, 2, 3, 128] {
        assert_eq!(text(mixnet, &key(&[b"roles", &[1]], &[role])), "[]");
    }
    assert_eq!(text(mixnet, &key(&[b"roles", &[0]], &[4])), "[]");
    let metadata = text(mixnet, &key(&[b"roles_metadata"], &[1]));
    assert_eq!(
        metadata,
        concat!(
            r#"{"epoch_id":1,"fully_assigned":true,"#,
            r#""entry_gateway_metadata":{"highest_id":0,"num_nodes":0},"#,
            r#""exit_gateway_metadata":{"highest_id":1,"num_nodes":1},"#,
            r#""layer1_metadata":{"highest_id":0,"num_nodes":0},"#,
            r#""layer2_metadata":{"highest_id":0,"num_nodes":0},"#,
            r#""layer3_metadata":{"highest_id":0,"num_nodes":0},"#,
            r#""standby_metadata":{"highest_id":0,"num_nodes":0}}"#
        )
    );
}

fn those_who_left<E: Engine>(mixnet: &mut Mixnet<E>, owner: &Addr) {
    let node = 1u32.to_be_bytes();
    let identity = NodeIdentity::number(1).to_base58();
    let record = text(mixnet, &key(&[b"ubnn"], &node));
    let start = format!(r#"{{"identity_key":"{identity}","node_id":1,"owner":"{owner}","unbonding_height":"#);
    assert!(record.starts_with(&start), "{record}");
    assert_eq!(text(mixnet, &key(&[b"ubno", owner.as_bytes()], &node)), "4");
    assert_eq!(text(mixnet, &key(&[b"ubni", identity.as_bytes()], &node)), "4");
    for gone in [key(&[b"nn"], &node), key(&[b"nno"], owner.as_bytes()), key(&[b"nni"], identity.as_bytes())] {
        let value = mixnet.engine.query_raw(&mixnet.contract.clone(), &gone);
        assert!(value.is_none_or(|value| value.is_empty()), "{}", Binary::from(gone));
    }
    // What is queued for it stays behind, as in every version of the contract.
    assert!(text(mixnet, &key(&[b"pnc"], &node)).contains("cost_params_change"));
}
