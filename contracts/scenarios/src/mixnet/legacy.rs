//! What clients still ask about mixnodes and gateways, and what old tools still send.

use super::deployment::{Mixnet, attributes_of, costs, nym, usual_costs};
use super::identity::NodeIdentity;
use crate::Engine;
use nym_mixnet_contract::msg::ExecuteMsg;
use nym_mixnet_contract::signing::SigningPayload;
use nym_mixnet_contract::types::{Gateway, MixNode};

pub(super) fn questions<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (owner, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    let empty = |per_page: u32| format!(r#"{{"nodes":[],"per_page":{per_page},"start_next_after":null}}"#);
    let cases = [
        (r#"{"get_mix_node_bonds":{}}"#.to_owned(), empty(50)),
        (r#"{"get_mix_node_bonds":{"limit":1000,"start_after":7}}"#.to_owned(), empty(100)),
        (r#"{"get_mix_nodes_detailed":{"limit":null,"start_after":null}}"#.to_owned(), empty(50)),
        (r#"{"get_mix_nodes_detailed":{"limit":1000}}"#.to_owned(), empty(75)),
        (r#"{"get_unbonded_mix_nodes":{}}"#.to_owned(), empty(100)),
        (format!(r#"{{"get_unbonded_mix_nodes_by_owner":{{"owner":"{owner}"}}}}"#), empty(100)),
        (r#"{"get_unbonded_mix_nodes_by_identity_key":{"identity_key":"x"}}"#.to_owned(), empty(100)),
        (
            format!(r#"{{"get_owned_mixnode":{{"address":"{owner}"}}}}"#),
            format!(r#"{{"address":"{owner}","mixnode_details":null}}"#),
        ),
        (
            format!(r#"{{"get_mixnode_details":{{"mix_id":{node_id}}}}}"#),
            format!(r#"{{"mix_id":{node_id},"mixnode_details":null}}"#),
        ),
        (
            r#"{"get_bonded_mixnode_details_by_identity":{"mix_identity":"x"}}"#.to_owned(),
            r#"{"identity_key":"x","mixnode_details":null}"#.to_owned(),
        ),
        (
            r#"{"get_mixnode_rewarding_details":{"mix_id":9}}"#.to_owned(),
            r#"{"mix_id":9,"rewarding_details":null}"#.to_owned(),
        ),
        (
            format!(r#"{{"get_stake_saturation":{{"mix_id":{node_id}}}}}"#),
            format!(r#"{{"mix_id":{node_id},"current_saturation":"0.00024","uncapped_saturation":"0.00024"}}"#),
        ),
        (
            r#"{"get_stake_saturation":{"mix_id":9}}"#.to_owned(),
            r#"{"mix_id":9,"current_saturation":null,"uncapped_saturation":null}"#.to_owned(),
        ),
        (
            format!(r#"{{"get_unbonded_mix_node_information":{{"mix_id":{node_id}}}}}"#),
            format!(r#"{{"mix_id":{node_id},"unbonded_info":null}}"#),
        ),
        (r#"{"get_gateways":{}}"#.to_owned(), empty(50)),
        (r#"{"get_gateways":{"start_after":"x","limit":101}}"#.to_owned(), empty(100)),
        (r#"{"get_gateway_bond":{"identity":"x"}}"#.to_owned(), r#"{"identity":"x","gateway":null}"#.to_owned()),
        (
            format!(r#"{{"get_owned_gateway":{{"address":"{owner}"}}}}"#),
            format!(r#"{{"address":"{owner}","gateway":null}}"#),
        ),
        (r#"{"get_preassigned_gateway_ids":{}}"#.to_owned(), r#"{"ids":[],"start_next_after":null}"#.to_owned()),
    ];
    for (question, answer) in cases {
        assert_eq!(mixnet.ask_json(&question), answer, "{question}");
    }
    let details = mixnet.ask_json(&format!(r#"{{"get_mixnode_rewarding_details":{{"mix_id":{node_id}}}}}"#));
    assert!(details.contains(r#""operator":"100000000""#), "{details}");
}

pub(super) fn messages<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let sender = mixnet.account("operator", 1);
    let mixnode_config = r#"{"host":"h","mix_port":1,"verloc_port":2,"http_api_port":3,"version":"1"}"#;
    let gateway_config = r#"{"host":"h","mix_port":1,"clients_port":2,"location":"l","version":"1"}"#;
    let no_mixnode = "has bonded no mixnode";
    let no_gateway = "has bonded no gateway";
    let mut cases = vec![
        (r#"{"unbond_mixnode":{}}"#.to_owned(), no_mixnode),
        (format!(r#"{{"update_mixnode_config":{{"new_config":{mixnode_config}}}}}"#), no_mixnode),
        (r#"{"migrate_mixnode":{}}"#.to_owned(), no_mixnode),
        (r#"{"migrate_vested_mix_node":{}}"#.to_owned(), no_mixnode),
        (r#"{"unbond_gateway":{}}"#.to_owned(), no_gateway),
        (format!(r#"{{"update_gateway_config":{{"new_config":{gateway_config}}}}}"#), no_gateway),
        (r#"{"migrate_gateway":{"cost_params":null}}"#.to_owned(), no_gateway),
        (r#"{"migrate_vested_delegation":{"mix_id":3}}"#.to_owned(), "through the vesting contract"),
    ];
    for kind in [
        "bond_mixnode",
        "pledge_more",
        "decrease_pledge",
        "unbond_mixnode",
        "update_mixnode_cost_params",
        "update_mixnode_config",
        "bond_gateway",
        "unbond_gateway",
        "update_gateway_config",
        "delegate_to_mixnode",
        "undelegate_from_mixnode",
        "withdraw_operator_reward",
        "withdraw_delegator_reward",
    ] {
        let message = format!(r#"{{"{kind}_on_behalf":{{"owner":"{sender}","mix_id":1}}}}"#);
        cases.push((message, "the vesting contract cannot act"));
    }
    cases.push((r#"{"create_family":{"label":"x"}}"#.to_owned(), "unknown variant"));
    for (message, words) in cases {
        let refusal = mixnet.execute_json(&sender, &message, &[]).expect_err("nothing of it exists any more");
        assert!(refusal.contains(words), "{message}: {refusal}");
    }
    // Old names of messages that still exist.
    let (_, node_id) = mixnet.bond(1, 100_000_000, usual_costs());
    for message in [
        format!(r#"{{"delegate_to_mixnode":{{"mix_id":{node_id}}}}}"#),
        format!(r#"{{"DelegateToMixnode":{{"mix_id":{node_id}}}}}"#),
    ] {
        let alice = mixnet.account("alice", 5);
        mixnet.execute_json(&alice, &message, &[nym(5)]).expect("it is another name");
    }
    mixnet.turn(&[]);
    let alice = mixnet.account("alice", 1);
    for message in ["undelegate_from_mixnode", "UndelegateFromMixnode"] {
        let message = format!(r#"{{"{message}":{{"mix_id":{node_id}}}}}"#);
        mixnet.execute_json(&alice, &message, &[]).expect("it is another name");
    }
    for question in [
        format!(r#"{{"get_mixnode_delegations":{{"mix_id":{node_id}}}}}"#),
        format!(r#"{{"get_pending_mix_node_operator_reward":{{"mix_id":{node_id}}}}}"#),
        format!(r#"{{"get_delegation_details":{{"mix_id":{node_id},"delegator":"{alice}"}}}}"#),
    ] {
        mixnet.ask_json(&question);
    }
}

pub(super) fn old_forms_of_bonding<E: Engine>(engine: &mut E) {
    let mut mixnet = Mixnet::deploy(engine);
    let (pledge, identity) = (nym(100_000_000), NodeIdentity::number(1));
    let owner = mixnet.account("mixnode operator", 100_000_000);
    let mix_node = MixNode {
        host: "mix.example".to_owned(),
        mix_port: 1789,
        verloc_port: 1790,
        http_api_port: 8000,
        sphinx_key: "sphinx".to_owned(),
        identity_key: identity.to_base58(),
        version: "1.1.0".to_owned(),
    };
    let cost_params = costs("0.3", 50_000_000);
    let payload =
        SigningPayload::mixnode_bonding(0, owner.clone(), pledge.clone(), mix_node.clone(), cost_params.clone());
    let owner_signature = identity.sign(&payload);
    let message = ExecuteMsg::BondMixnode { mix_node, cost_params: cost_params.clone(), owner_signature };
    let executed = mixnet.takes(&owner, &message, std::slice::from_ref(&pledge));
    assert_eq!(attributes_of(&executed, "v2_nymnode_bonding").len(), 4);
    let details = mixnet.details(1).expect("it is a node now");
    assert_eq!(details.bond_information.node.custom_http_port, Some(8000));
    assert_eq!(details.rewarding_details.cost_params, cost_params);

    let identity = NodeIdentity::number(2);
    let owner = mixnet.account("gateway operator", 100_000_000);
    let gateway = Gateway {
        host: "gateway.example".to_owned(),
        mix_port: 1789,
        clients_port: 9000,
        location: "somewhere".to_owned(),
        sphinx_key: "sphinx".to_owned(),
        identity_key: identity.to_base58(),
        version: "1.1.0".to_owned(),
    };
    let payload = SigningPayload::gateway_bonding(0, owner.clone(), pledge.clone(), gateway.clone());
    let owner_signature = identity.sign(&payload);
    mixnet.takes(&owner, &ExecuteMsg::BondGateway { gateway, owner_signature }, &[pledge]);
    let details = mixnet.details(2).expect("it is a node now");
    assert_eq!(details.bond_information.node.custom_http_port, None);
    assert_eq!(details.rewarding_details.cost_params, usual_costs());
}
