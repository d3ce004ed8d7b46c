//! Messages of contracts: routing, replies, rollback, gas.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::chain::{Chain, OWNER};
use crate::address;
use crate::error::ExecError;
use crate::gas::GasError;

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

/// An answer with one submessage.
fn answer(msg: &str, reply_on: &str, gas_limit: &str) -> String {
    format!(
        r#"{{"ok":{{"messages":[{{"id":7,"msg":{msg},"payload":"{}","gas_limit":{gas_limit},"reply_on":"{reply_on}"}}],"data":"AA=="}}}}"#,
        base64("pay")
    )
}

fn send(to: &[u8], amount: u64) -> String {
    let to = address::encode(to);
    format!(r#"{{"bank":{{"send":{{"to_address":"{to}","amount":[{{"denom":"unym","amount":"{amount}"}}]}}}}}}"#)
}

fn execute(contract: &str, msg: &str) -> String {
    let msg = base64(msg);
    format!(r#"{{"wasm":{{"execute":{{"contract_addr":"{contract}","msg":"{msg}","funds":[]}}}}}}"#)
}

fn funded() -> (Chain, String) {
    let (chain, contract) = Chain::with_puppet();
    assert!(chain.execute_with(&contract, b"{\"ok\":{}}", &[("unym", 100)]).result.is_ok());
    (chain, contract)
}

fn last_reply(chain: &Chain, contract: &str) -> String {
    String::from_utf8(chain.raw(contract, b"last_reply")).unwrap()
}

#[test]
fn a_reply_tells_of_success_byte_for_byte() {
    let (chain, contract) = funded();
    let delivered = chain.execute(&contract, answer(&send(&OWNER, 30), "always", "null").as_bytes());
    assert!(delivered.result.is_ok());
    assert_eq!(chain.balance(&contract, "unym"), 70);
    assert_eq!(
        last_reply(&chain, &contract),
        r#"{"gas_used":0,"id":7,"result":{"ok":{"events":[],"msg_responses":[{"type_url":"/cosmos.bank.v1beta1.MsgSendResponse","value":""}]}},"payload":"cGF5"}"#
    );
    let owner = address::encode(&OWNER);
    assert_eq!(
        delivered.event_texts(),
        [
            format!("execute{{_contract_address={contract}}}"),
            format!("coin_spent{{spender={contract},amount=30unym}}"),
            format!("coin_received{{receiver={owner},amount=30unym}}"),
            format!("transfer{{recipient={owner},sender={contract},amount=30unym}}"),
            format!("reply{{_contract_address={contract}}}"),
        ]
    );
}

#[test]
fn wasm_events_reach_the_reply_with_their_attributes_sorted() {
    let (chain, contract) = funded();
    let inner = r#"{"ok":{"attributes":[{"key":"z","value":"1"},{"key":"B","value":"2"}],"data":"CQ=="}}"#;
    let delivered = chain.execute(&contract, answer(&execute(&contract, inner), "success", "null").as_bytes());
    assert_eq!(
        last_reply(&chain, &contract),
        format!(
            r#"{{"gas_used":0,"id":7,"result":{{"ok":{{"events":[{{"type":"execute","attributes":[{{"key":"_contract_address","value":"{contract}"}}]}},{{"type":"wasm","attributes":[{{"key":"B","value":"2"}},{{"key":"_contract_address","value":"{contract}"}},{{"key":"z","value":"1"}}]}}],"data":"CgEJ","msg_responses":[{{"type_url":"/cosmwasm.wasm.v1.MsgExecuteContractResponse","value":"CgEJ"}}]}}}},"payload":"cGF5"}}"#
        )
    );
    assert_eq!(
        delivered.event_texts(),
        [
            format!("execute{{_contract_address={contract}}}"),
            format!("execute{{_contract_address={contract}}}"),
            format!("wasm{{B=2,_contract_address={contract},z=1}}"),
            format!("reply{{_contract_address={contract}}}"),
        ]
    );
}

#[test]
fn a_reply_tells_of_failure_without_words_that_may_differ_between_nodes() {
    let (chain, contract) = funded();
    let reply_to = |msg: &str| {
        let delivered = chain.execute(&contract, answer(msg, "error", "null").as_bytes());
        assert!(delivered.result.is_ok());
        let reply: serde_json::Value = serde_json::from_str(&last_reply(&chain, &contract)).unwrap();
        reply["result"]["error"].as_str().unwrap().to_owned()
    };
    assert_eq!(reply_to(&send(&OWNER, 1000)), "codespace: sdk, code: 5");
    assert_eq!(reply_to(&execute(&address::encode(&[9; 32]), "{}")), "codespace: wasm, code: 22");
    assert_eq!(reply_to(r#"{"custom":{}}"#), "codespace: wasm, code: 20");
    assert_eq!(reply_to(r#"{"staking":{"delegate":{}}}"#), "codespace: sdk, code: 6");
    assert_eq!(reply_to(r#"{"ibc":{"send_packet":{"channel_id":"c"}}}"#), "codespace: wasm, code: 17");
    assert_eq!(reply_to(r#"{"any":{"type_url":"/x.Y","value":""}}"#), "codespace: wasm, code: 10");
    // A contract's own error is the same on every node.
    let boom = execute(&contract, r#"{"error":"boom"}"#);
    assert_eq!(reply_to(&boom), "boom: execute wasm contract failed");
    // So is one that passed through another contract's call, but not one that passed through a reply.
    let nested = answer(&boom, "never", "null");
    assert_eq!(reply_to(&execute(&contract, &nested)), "boom: execute wasm contract failed");
    assert_eq!(chain.balance(&contract, "unym"), 100);
}

#[test]
fn who_does_not_want_to_hear_of_a_failure_fails_with_it() {
    let (chain, contract) = funded();
    for reply_on in ["never", "success"] {
        let error = chain.execute(&contract, answer(&send(&OWNER, 1000), reply_on, "null").as_bytes()).error();
        assert_eq!((error.codespace.as_ref(), error.code), ("sdk", 5));
        assert_eq!(error.log, "spendable balance 100unym is smaller than 1000unym: insufficient funds");
    }
    let error = chain.execute(&contract, br#"{"ok":{"messages":[{"id":1,"msg":{}}]}}"#).error();
    assert_eq!((error.code, error.log.as_str()), (14, "replyOn value: invalid"));
}

#[test]
fn a_failed_submessage_leaves_nothing_behind() {
    let (chain, contract) = funded();
    // The inner call sends coins and then fails in its second message.
    let to = address::encode(&OWNER);
    let inner = format!(
        r#"{{"ok":{{"messages":[
            {{"id":1,"msg":{},"reply_on":"never"}},
            {{"id":2,"msg":{{"bank":{{"send":{{"to_address":"{to}","amount":[{{"denom":"unym","amount":"500"}}]}}}}}},"reply_on":"never"}}
        ]}}}}"#,
        send(&OWNER, 40)
    );
    let delivered = chain.execute(&contract, answer(&execute(&contract, &inner), "error", "null").as_bytes());
    assert!(delivered.result.is_ok());
    assert_eq!(chain.balance(&contract, "unym"), 100);
    assert_eq!(
        delivered.event_texts(),
        [format!("execute{{_contract_address={contract}}}"), format!("reply{{_contract_address={contract}}}"),]
    );
}

#[test]
fn data_of_a_reply_replaces_the_callers_even_when_it_is_empty() {
    let (chain, contract) = funded();
    let message = answer(&send(&OWNER, 1), "success", "null");
    assert_eq!(chain.execute(&contract, message.as_bytes()).data(), [0]);
    assert!(chain.execute(&contract, br#"[{"ok":{"data":"BQ=="}}]"#).result.is_ok());
    assert_eq!(chain.execute(&contract, message.as_bytes()).data(), [5]);
    assert!(chain.execute(&contract, br#"[{"ok":{"data":""}}]"#).result.is_ok());
    assert_eq!(chain.execute(&contract, message.as_bytes()).data(), [0u8; 0]);
    // Without a reply the contract's own data stays.
    let silent = answer(&send(&OWNER, 1), "never", "null");
    assert_eq!(chain.execute(&contract, silent.as_bytes()).data(), [0]);
    // A reply that fails takes everything with it.
    assert!(chain.execute(&contract, br#"[{"error":"late"}]"#).result.is_ok());
    let error = chain.execute(&contract, message.as_bytes()).error();
    assert_eq!((error.code, error.log.as_str()), (5, "reply: late: execute wasm contract failed"));
    assert_eq!(chain.balance(&contract, "unym"), 96);
}

#[test]
fn coins_are_burnt_from_supply() {
    let (chain, contract) = funded();
    let burn = r#"{"bank":{"burn":{"amount":[{"denom":"unym","amount":"60"}]}}}"#;
    let delivered = chain.execute(&contract, answer(burn, "always", "null").as_bytes());
    assert!(delivered.result.is_ok());
    assert_eq!(chain.balance(&contract, "unym"), 40);
    assert!(last_reply(&chain, &contract).contains(r#"{"ok":{"events":[],"msg_responses":[]}}"#));
    let module = address::encode(&address::module("wasm"));
    assert!(delivered.event_texts().contains(&format!("burn{{burner={module},amount=60unym}}")));
    let nothing = r#"{"bank":{"burn":{"amount":[]}}}"#;
    let error = chain.execute(&contract, answer(nothing, "never", "null").as_bytes()).error();
    assert_eq!((error.code, error.log.as_str()), (12, "amount: empty"));
}

#[test]
fn contracts_manage_contracts() {
    let (chain, contract) = funded();
    let create = format!(
        r#"{{"wasm":{{"instantiate":{{"code_id":1,"msg":"{}","funds":[{{"denom":"unym","amount":"9"}}],"label":"child","admin":"{contract}"}}}}}}"#,
        base64(r#"{"ok":{}}"#)
    );
    let delivered = chain.execute(&contract, answer(&create, "never", "null").as_bytes());
    let child = delivered.event_texts().iter().find_map(|text| {
        let rest = text.strip_prefix("instantiate{_contract_address=")?;
        Some(rest.split(',').next()?.to_owned())
    });
    let child = child.unwrap();
    assert_eq!(chain.balance(&child, "unym"), 9);
    for (kind, body) in [
        ("update_admin", format!(r#"{{"contract_addr":"{child}","admin":"{}"}}"#, address::encode(&[5; 20]))),
        ("clear_admin", format!(r#"{{"contract_addr":"{child}"}}"#)),
    ] {
        let msg = format!(r#"{{"wasm":{{"{kind}":{body}}}}}"#);
        let delivered = chain.execute(&contract, answer(&msg, "never", "null").as_bytes());
        match kind {
            "update_admin" => assert!(delivered.result.is_ok()),
            _ => assert_eq!(delivered.error().log, "can not modify contract: unauthorized"),
        }
    }
}

#[test]
fn protobuf_messages_go_the_same_way() {
    use cosmos_sdk_proto::cosmos::bank::v1beta1::MsgSend;
    use prost::Message;
    let (chain, contract) = funded();
    let any = |from: &str| {
        let send = MsgSend {
            from_address: from.into(),
            to_address: address::encode(&OWNER),
            amount: super::chain::coins(&[("unym", 11)]),
        };
        let value = STANDARD.encode(send.encode_to_vec());
        format!(r#"{{"stargate":{{"type_url":"/cosmos.bank.v1beta1.MsgSend","value":"{value}"}}}}"#)
    };
    let delivered = chain.execute(&contract, answer(&any(&contract), "never", "null").as_bytes());
    assert!(delivered.result.is_ok());
    assert_eq!(chain.balance(&contract, "unym"), 89);
    let foreign = any(&address::encode(&OWNER));
    let error = chain.execute(&contract, answer(&foreign, "never", "null").as_bytes()).error();
    assert_eq!((error.code, error.log.as_str()), (4, "contract doesn't have permission: unauthorized"));
}

#[test]
fn a_protobuf_message_under_both_of_its_names_is_refused() {
    let (chain, contract) = funded();
    let both = r#"{"any":{"type_url":"/a.B","value":""},"stargate":{"type_url":"/a.B","value":""}}"#;
    let error = chain.execute(&contract, answer(both, "always", "null").as_bytes()).error();
    assert_eq!(error.log, "invalid CosmosMsg: both 'any' and 'stargate' fields are set: wasmvm error");
}

#[test]
fn a_gas_limit_turns_running_out_into_a_failure_that_costs_the_limit() {
    let (chain, contract) = funded();
    let endless = execute(&contract, "7");
    let delivered = chain.execute(&contract, answer(&endless, "error", "300000").as_bytes());
    assert!(delivered.result.is_ok());
    let reply: serde_json::Value = serde_json::from_str(&last_reply(&chain, &contract)).unwrap();
    assert_eq!(reply["result"]["error"], "codespace: sdk, code: 11");
    assert!(chain.raw(&contract, b"k").is_empty(), "what the submessage wrote is gone");
    let longer = chain.execute(&contract, answer(&endless, "error", "350000").as_bytes());
    // The limit is charged whole, whatever the submessage did.
    assert_eq!(longer.gas_used - delivered.gas_used, 50_000);
}

#[test]
fn without_a_gas_limit_running_out_ends_the_transaction() {
    let (chain, contract) = funded();
    let endless = execute(&contract, "1");
    for limit in ["null", "9999999999"] {
        let delivered = chain.execute(&contract, answer(&endless, "error", limit).as_bytes());
        assert!(matches!(
            delivered.result,
            Err(ExecError::Gas(GasError::OutOfGas { descriptor })) if descriptor == "Wasm engine function execution"
        ));
    }
}

#[test]
fn a_code_is_loaded_at_full_price_once_in_a_transaction() {
    let (chain, contract) = funded();
    let call = |contract: &str, msg: &str| chain.execute(contract, msg.as_bytes()).gas_used;
    let second = chain.instantiate(b"{\"ok\":{}}", &[]).unwrap();
    let own = answer(&execute(&contract, r#"{"ok":{}}"#), "never", "null");
    let other = answer(&execute(&second, r#"{"ok":{}}"#), "never", "null");
    // Another contract with the same code is as cheap as the same contract.
    assert_eq!(call(&contract, &own), call(&contract, &other));
    chain.store(&wat::parse_str(include_str!("puppet.wat").replace("\"k\"", "\"q\"")).unwrap()).unwrap();
    let moved = chain.migrate(&second, &OWNER, 2, b"{\"ok\":{}}");
    assert!(moved.result.is_ok());
    assert_eq!(call(&contract, &other) - call(&contract, &own), 60_000 - 2_000);
}
