//! What `SIGN_MODE_LEGACY_AMINO_JSON` signs: the transaction as JSON with sorted members, as hardware wallets show it.

use std::fmt::Write;

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin;
use serde_json::{Value, json};

use super::Tx;
use crate::app::Router;

/// The signed bytes, or why the transaction cannot be signed in this mode.
pub(super) fn sign_bytes(
    tx: &Tx,
    router: &Router,
    chain_id: &str,
    account_number: u64,
    sequence: u64,
) -> Result<Vec<u8>, String> {
    let fee = tx.fee().ok_or("fee cannot be nil when tipper is not signer")?;
    let messages = tx.body.messages.iter().map(|msg| {
        let json = router.module_for(&msg.type_url).and_then(|module| module.amino_json(msg));
        json.ok_or_else(|| format!("cannot sign {} in SIGN_MODE_LEGACY_AMINO_JSON", msg.type_url))
    });
    let mut document = json!({
        "account_number": account_number.to_string(),
        "chain_id": chain_id,
        "fee": { "amount": coins(&fee.amount), "gas": fee.gas_limit.to_string() },
        "memo": tx.body.memo,
        "msgs": messages.collect::<Result<Vec<_>, _>>()?,
        "sequence": sequence.to_string(),
    });
    if !fee.payer.is_empty() {
        document["fee"]["payer"] = json!(fee.payer);
    }
    if !fee.granter.is_empty() {
        document["fee"]["granter"] = json!(fee.granter);
    }
    if tx.body.timeout_height > 0 {
        document["timeout_height"] = json!(tx.body.timeout_height.to_string());
    }
    let mut text = String::new();
    write(&mut text, &document);
    Ok(text.into_bytes())
}

/// Coins as amino shows them.
pub fn coins(coins: &[Coin]) -> Value {
    coins.iter().map(|coin| json!({ "amount": coin.amount, "denom": coin.denom })).collect()
}

/// Writes a value with sorted members, letters escaped as Go's encoder does it.
fn write(text: &mut String, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_text(text, name);
                text.push(':');
                write(text, member);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(text, item);
            }
            text.push(']');
        }
        Value::String(string) => write_text(text, string),
        other => text.push_str(&other.to_string()),
    }
}

fn write_text(text: &mut String, string: &str) {
    text.push('"');
    for letter in string.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                write!(text, "\\u{:04x}", u32::from(letter)).expect("writing to a string cannot fail");
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_and_letters_escaped() {
        let mut text = String::new();
        write(&mut text, &json!({ "b": ["<&>", "\u{2028}\"\\\n\u{1}"], "a": { "d": 1, "c": "ü" } }));
        let expected = r#"{"a":{"c":"ü","d":1},"b":["\u003c\u0026\u003e","\u2028\"\\\n\u0001"]}"#;
        assert_eq!(text, expected);
    }
}
