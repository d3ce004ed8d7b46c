//! What a node signs when it is bonded (`docs/protocol/mixnet-contract.md` §7).
//!
//! ```
//! use cosmwasm_std::{coin, Addr};
//! use nym_mixnet_contract::signing::SigningPayload;
//! use nym_mixnet_contract::types::{NodeCostParams, NymNode};
//!
//! let payload = SigningPayload::nym_node_bonding(
//!     0, // the account's nonce, from `get_signing_nonce`
//!     Addr::unchecked("n1qqqsyqcyq5rqwzqfpg9scrgwpugpzysn3jxcwu"),
//!     coin(100_000_000, "unym"),
//!     NymNode {
//!         host: "203.0.113.7".into(),
//!         custom_http_port: None,
//!         identity_key: "FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF".into(),
//!     },
//!     NodeCostParams {
//!         profit_margin_percent: "0.2".parse()?,
//!         interval_operating_cost: coin(40_000_000, "unym"),
//!     },
//! );
//! // What the operator carries to the node, and what the node signs:
//! let (carried, signed) = (payload.to_base58()?, payload.to_plaintext()?);
//! assert_eq!((carried.len(), signed.len()), (568, 416));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::types::{Gateway, MixNode, NodeCostParams, Nonce, NymNode};
use cosmwasm_std::{Addr, Coin, StdResult, to_json_vec};
use serde::Serialize;

/// The document that a node signs: its compact JSON, fields in this order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SigningPayload<Data> {
    nonce: Nonce,
    algorithm: SigningAlgorithm,
    message_type: &'static str,
    content: SigningContent<Data>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum SigningAlgorithm {
    Ed25519,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct SigningContent<Data> {
    sender: Addr,
    funds: Vec<Coin>,
    data: Data,
}

/// What is signed about a nym-node.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NymNodeBondingData {
    nym_node: NymNode,
    cost_params: NodeCostParams,
}

/// What is signed about a mixnode, in the old form of bonding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MixNodeBondingData {
    mix_node: MixNode,
    cost_params: NodeCostParams,
}

/// What is signed about a gateway, in the old form of bonding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GatewayBondingData {
    gateway: Gateway,
}

impl SigningPayload<NymNodeBondingData> {
    /// What a nym-node signs to be bonded by `sender` with `pledge`.
    #[must_use]
    pub fn nym_node_bonding(
        nonce: Nonce,
        sender: Addr,
        pledge: Coin,
        nym_node: NymNode,
        cost_params: NodeCostParams,
    ) -> Self {
        let data = NymNodeBondingData { nym_node, cost_params };
        SigningPayload::new(nonce, "nym-node-bonding", sender, pledge, data)
    }
}

impl SigningPayload<MixNodeBondingData> {
    /// What a mixnode signs to be bonded by `sender` with `pledge`.
    #[must_use]
    pub fn mixnode_bonding(
        nonce: Nonce,
        sender: Addr,
        pledge: Coin,
        mix_node: MixNode,
        cost_params: NodeCostParams,
    ) -> Self {
        let data = MixNodeBondingData { mix_node, cost_params };
        SigningPayload::new(nonce, "mixnode-bonding", sender, pledge, data)
    }
}

impl SigningPayload<GatewayBondingData> {
    /// What a gateway signs to be bonded by `sender` with `pledge`.
    #[must_use]
    pub fn gateway_bonding(nonce: Nonce, sender: Addr, pledge: Coin, gateway: Gateway) -> Self {
        let data = GatewayBondingData { gateway };
        SigningPayload::new(nonce, "gateway-bonding", sender, pledge, data)
    }
}

impl<Data: Serialize> SigningPayload<Data> {
    fn new(nonce: Nonce, message_type: &'static str, sender: Addr, pledge: Coin, data: Data) -> Self {
        SigningPayload {
            nonce,
            algorithm: SigningAlgorithm::Ed25519,
            message_type,
            content: SigningContent { sender, funds: vec![pledge], data },
        }
    }

    /// The bytes that are signed: compact JSON as the contract writes it.
    ///
    /// # Errors
    /// When the payload cannot be serialised.
    pub fn to_plaintext(&self) -> StdResult<Vec<u8>> {
        // The contract's own writer, so that escapes come out the same on both sides.
        to_json_vec(self)
    }

    /// The text that the operator carries to the node's sign command.
    ///
    /// # Errors
    /// When the payload cannot be serialised.
    pub fn to_base58(&self) -> StdResult<String> {
        Ok(bs58::encode(self.to_plaintext()?).into_string())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use cosmwasm_std::coin;

    fn example(host: &str) -> SigningPayload<NymNodeBondingData> {
        SigningPayload::nym_node_bonding(
            0,
            Addr::unchecked("n1qqqsyqcyq5rqwzqfpg9scrgwpugpzysn3jxcwu"),
            coin(100_000_000, "unym"),
            NymNode {
                host: host.to_owned(),
                custom_http_port: None,
                identity_key: "FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF".to_owned(),
            },
            NodeCostParams {
                // Another way to write a fifth: the payload holds the canonical one.
                profit_margin_percent: "0.200".parse().unwrap(),
                interval_operating_cost: coin(40_000_000, "unym"),
            },
        )
    }

    /// docs/protocol/mixnet-contract.md §7.6
    #[test]
    fn the_plaintext_is_the_reference_one() {
        let expected = concat!(
            r#"{"nonce":0,"algorithm":"ed25519","message_type":"nym-node-bonding","content":"#,
            r#"{"sender":"n1qqqsyqcyq5rqwzqfpg9scrgwpugpzysn3jxcwu","funds":[{"denom":"unym","#,
            r#""amount":"100000000"}],"data":{"nym_node":{"host":"203.0.113.7","#,
            r#""custom_http_port":null,"identity_key":"FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF"},"#,
            r#""cost_params":{"profit_margin_percent":"0.2","interval_operating_cost":"#,
            r#"{"denom":"unym","amount":"40000000"}}}}}"#
        );
        let plaintext = example("203.0.113.7").to_plaintext().unwrap();
        assert_eq!(String::from_utf8(plaintext).unwrap(), expected);
        assert_eq!(expected.len(), 416);
    }

    /// docs/protocol/mixnet-contract.md §7.1
    #[test]
    fn strings_are_escaped_as_the_contract_does() {
        let plaintext = example("q\" b\\ \u{8}\t\n\u{c}\r \u{1f}\u{7f} ü").to_plaintext().unwrap();
        let text = String::from_utf8(plaintext).unwrap();
        let escaped = "\"host\":\"q\\\" b\\\\ \\b\\t\\n\\f\\r \\u001F\u{7f} ü\"";
        assert!(text.contains(escaped), "{text}");
    }
}
