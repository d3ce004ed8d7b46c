//! Scenarios of published contracts that nobody here wrote: `cw1-whitelist` and `cw1-subkeys` 2.0.0.

use cosmwasm_std::{Addr, coin};
use nym_contract_scenarios::{Engine, Scenario};
use serde_json::{Value, json};

use crate::engine::OnNyxd;

/// Artefact of cw1-whitelist.
pub const WHITELIST: &str = "foreign/cw1_whitelist";
/// Artefact of cw1-subkeys.
pub const SUBKEYS: &str = "foreign/cw1_subkeys";

/// All of them.
#[must_use]
pub fn scenarios() -> Vec<Scenario<OnNyxd>> {
    vec![Scenario { name: "cw1::whitelist", run: whitelist }, Scenario { name: "cw1::subkeys", run: subkeys }]
}

/// A contract that sends what its admins tell it to.
struct Proxy<'e> {
    engine: &'e mut OnNyxd,
    address: Addr,
    admin: Addr,
}

impl<'e> Proxy<'e> {
    fn deploy(engine: &'e mut OnNyxd, artefact: &str) -> Self {
        let admin = engine.account("admin", &[coin(1_000, "unym")]);
        let code = engine.code(artefact);
        let message = json!({ "admins": [admin], "mutable": true }).to_string();
        let address = engine
            .instantiate(&admin, code, message.as_bytes(), &[coin(900, "unym")], None)
            .unwrap_or_else(|refusal| panic!("{artefact}: {refusal}"));
        Self { engine, address, admin }
    }

    fn execute(&mut self, sender: &Addr, message: &Value) -> Result<(), String> {
        let contract = self.address.clone();
        self.engine.execute(sender, &contract, message.to_string().as_bytes(), &[]).map(|_| ())
    }

    fn takes(&mut self, sender: &Addr, message: &Value) {
        self.execute(sender, message).unwrap_or_else(|refusal| panic!("{message}: {refusal}"));
    }

    fn refuses(&mut self, sender: &Addr, message: &Value, words: &str) {
        match self.execute(sender, message) {
            Ok(()) => panic!("{message} is taken, although: {words}"),
            Err(refusal) => assert!(refusal.contains(words), "{message}: '{refusal}', not '{words}'"),
        }
    }

    fn ask(&mut self, question: &Value) -> Value {
        let contract = self.address.clone();
        let answer = self.engine.query(&contract, question.to_string().as_bytes());
        let answer = answer.unwrap_or_else(|refusal| panic!("{question}: {refusal}"));
        serde_json::from_slice(&answer).unwrap_or_else(|error| panic!("{question}: {error}"))
    }
}

fn send(to: &Addr, amount: u32) -> Value {
    let message = json!({ "bank": { "send": {
        "to_address": to, "amount": [{ "denom": "unym", "amount": amount.to_string() }],
    } } });
    json!({ "execute": { "msgs": [message] } })
}

fn whitelist(engine: &mut OnNyxd) {
    let mut proxy = Proxy::deploy(engine, WHITELIST);
    let (admin, other) = (proxy.admin.clone(), proxy.engine.account("other", &[]));
    let list = proxy.ask(&json!({ "admin_list": {} }));
    assert_eq!(list, json!({ "admins": [admin], "mutable": true }));
    proxy.takes(&admin, &send(&other, 100));
    assert_eq!(proxy.engine.balance(&other, "unym"), 100);
    proxy.refuses(&other, &send(&other, 100), "Unauthorized");
    proxy.refuses(&admin, &send(&other, 10_000), "insufficient funds");
    let address = proxy.address.clone();
    assert_eq!(proxy.engine.balance(&address, "unym"), 800);

    proxy.takes(&admin, &json!({ "update_admins": { "admins": [admin, other] } }));
    // Several messages in one: either all of them happen or none.
    let two = |first: u32, second: u32| {
        let mut messages = send(&admin, first);
        let more = send(&admin, second)["execute"]["msgs"][0].clone();
        if let Some(list) = messages["execute"]["msgs"].as_array_mut() {
            list.push(more);
        }
        messages
    };
    proxy.refuses(&other, &two(1, 800), "insufficient funds");
    proxy.takes(&other, &two(1, 2));
    assert_eq!(proxy.engine.balance(&address, "unym"), 797);
    proxy.takes(&other, &json!({ "freeze": {} }));
    proxy.refuses(&admin, &json!({ "update_admins": { "admins": [admin] } }), "Unauthorized");
    let can = json!({ "can_execute": { "sender": admin, "msg": send(&other, 1)["execute"]["msgs"][0] } });
    assert_eq!(proxy.ask(&can), json!({ "can_execute": true }));
}

fn subkeys(engine: &mut OnNyxd) {
    let mut proxy = Proxy::deploy(engine, SUBKEYS);
    let (admin, key) = (proxy.admin.clone(), proxy.engine.account("key", &[]));
    let allow = |amount: u32| {
        json!({ "increase_allowance": {
            "spender": key, "amount": { "denom": "unym", "amount": amount.to_string() }, "expires": null,
        } })
    };
    proxy.refuses(&key, &allow(5), "Unauthorized");
    proxy.refuses(&key, &send(&key, 1), "No allowance for this account");
    proxy.takes(&admin, &allow(100));
    proxy.takes(&key, &send(&key, 60));
    proxy.refuses(&key, &send(&key, 60), "Overflow");
    proxy.takes(&admin, &allow(20));
    proxy.takes(&key, &send(&key, 60));
    assert_eq!(proxy.engine.balance(&key, "unym"), 120);
    let lower = json!({ "decrease_allowance": {
        "spender": key, "amount": { "denom": "unym", "amount": "5" }, "expires": null,
    } });
    proxy.refuses(&admin, &lower, "");
    proxy.takes(&admin, &allow(9));
    proxy.takes(&admin, &lower);
    let permissions = json!({ "delegate": true, "redelegate": false, "undelegate": false, "withdraw": false });
    proxy.takes(&admin, &json!({ "set_permissions": { "spender": key, "permissions": permissions } }));
    let all = proxy.ask(&json!({ "all_allowances": {} }));
    assert_eq!(all["allowances"][0]["balance"], json!([{ "denom": "unym", "amount": "4" }]));
    let found = proxy.ask(&json!({ "permissions": { "spender": key } }));
    assert_eq!(found, permissions);
    let undelegate = json!({ "execute": { "msgs": [{ "staking": { "undelegate": {
        "validator": "nvaloper1", "amount": { "denom": "unyx", "amount": "1" },
    } } }] } });
    proxy.refuses(&key, &undelegate, "Un-delegate is not allowed");
}
