//! Messages as `SIGN_MODE_LEGACY_AMINO_JSON` shows them: members with zero values are left out, except coins.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::msg::Msg;
use super::proto::AccessConfig;
use crate::tx::amino;

/// The message as an object of `type` and `value`; `None` for governance messages and for a contract message that is
/// no JSON.
pub fn json(msg: &Msg) -> Option<Value> {
    let (name, value) = match msg {
        Msg::StoreCode(msg) => (
            "MsgStoreCode",
            Object::default()
                .text("sender", &msg.sender)
                .bytes("wasm_byte_code", &msg.wasm_byte_code)
                .access("instantiate_permission", msg.instantiate_permission.as_ref()),
        ),
        Msg::Instantiate(msg) => (
            "MsgInstantiateContract",
            Object::default()
                .text("sender", &msg.sender)
                .text("admin", &msg.admin)
                .number("code_id", msg.code_id)
                .text("label", &msg.label)
                .inline("msg", &msg.msg)?
                .value("funds", amino::coins(&msg.funds)),
        ),
        Msg::Instantiate2(msg) => {
            let object = Object::default()
                .text("sender", &msg.sender)
                .text("admin", &msg.admin)
                .number("code_id", msg.code_id)
                .text("label", &msg.label)
                .inline("msg", &msg.msg)?
                .value("funds", amino::coins(&msg.funds))
                .bytes("salt", &msg.salt);
            ("MsgInstantiateContract2", if msg.fix_msg { object.value("fix_msg", json!(true)) } else { object })
        }
        Msg::Execute(msg) => (
            "MsgExecuteContract",
            Object::default()
                .text("sender", &msg.sender)
                .text("contract", &msg.contract)
                .inline("msg", &msg.msg)?
                .value("funds", amino::coins(&msg.funds)),
        ),
        Msg::Migrate(msg) => (
            "MsgMigrateContract",
            Object::default()
                .text("sender", &msg.sender)
                .text("contract", &msg.contract)
                .number("code_id", msg.code_id)
                .inline("msg", &msg.msg)?,
        ),
        Msg::UpdateAdmin(msg) => (
            "MsgUpdateAdmin",
            Object::default()
                .text("sender", &msg.sender)
                .text("new_admin", &msg.new_admin)
                .text("contract", &msg.contract),
        ),
        Msg::ClearAdmin(msg) => {
            ("MsgClearAdmin", Object::default().text("sender", &msg.sender).text("contract", &msg.contract))
        }
        Msg::UpdateInstantiateConfig(msg) => (
            "MsgUpdateInstantiateConfig",
            Object::default()
                .text("sender", &msg.sender)
                .number("code_id", msg.code_id)
                .access("new_instantiate_permission", msg.new_instantiate_permission.as_ref()),
        ),
        Msg::UpdateLabel(msg) => (
            "MsgUpdateContractLabel",
            Object::default()
                .text("sender", &msg.sender)
                .text("new_label", &msg.new_label)
                .text("contract", &msg.contract),
        ),
        _ => return None,
    };
    Some(json!({ "type": format!("wasm/{name}"), "value": value.0 }))
}

#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn value(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    fn text(self, name: &str, text: &str) -> Self {
        if text.is_empty() { self } else { self.value(name, json!(text)) }
    }

    fn number(self, name: &str, number: u64) -> Self {
        if number == 0 { self } else { self.value(name, json!(number.to_string())) }
    }

    fn bytes(self, name: &str, bytes: &[u8]) -> Self {
        if bytes.is_empty() { self } else { self.value(name, json!(STANDARD.encode(bytes))) }
    }

    fn inline(self, name: &str, json: &[u8]) -> Option<Self> {
        Some(self.value(name, serde_json::from_slice(json).ok()?))
    }

    fn access(self, name: &str, config: Option<&AccessConfig>) -> Self {
        let Some(config) = config else { return self };
        let mut object = Map::new();
        if config.permission != 0 {
            object.insert("permission".into(), json!(config.permission));
        }
        if !config.addresses.is_empty() {
            object.insert("addresses".into(), json!(config.addresses));
        }
        self.value(name, Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::wasm::proto::{MsgExecuteContract, MsgPinCodes};

    #[test]
    fn a_call_shows_its_message_inline_and_its_coins_even_when_there_are_none() {
        let msg = Msg::Execute(MsgExecuteContract {
            sender: "n1sender".into(),
            contract: "n1contract".into(),
            msg: br#"{"b":1,"a":[true]}"#.to_vec(),
            funds: Vec::new(),
        });
        assert_eq!(
            json(&msg).unwrap(),
            json!({
                "type": "wasm/MsgExecuteContract",
                "value": { "sender": "n1sender", "contract": "n1contract", "msg": { "b": 1, "a": [true] }, "funds": [] }
            })
        );
        assert!(json(&Msg::PinCodes(MsgPinCodes::default())).is_none());
    }
}
