//! Identities of nodes, which sign what bonds them.

use cosmwasm_std::{Addr, Coin};
use ed25519_dalek::{Signer, SigningKey};
use nym_contracts_common::MessageSignature;
use nym_mixnet_contract::signing::SigningPayload;
use nym_mixnet_contract::types::{NodeCostParams, Nonce, NymNode};
use serde::Serialize;

/// A node's key.
pub struct NodeIdentity {
    key: SigningKey,
}

impl NodeIdentity {
    /// The key with the seed `number` repeated.
    #[must_use]
    pub fn number(number: u8) -> Self {
        NodeIdentity::from_seed([number; 32])
    }

    /// The key with a seed.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        NodeIdentity { key: SigningKey::from_bytes(&seed) }
    }

    /// The identity key as it appears in messages.
    #[must_use]
    pub fn to_base58(&self) -> String {
        bs58::encode(self.key.verifying_key().as_bytes()).into_string()
    }

    /// The description of a node with this identity.
    #[must_use]
    pub fn node(&self) -> NymNode {
        NymNode { host: "203.0.113.7".to_owned(), custom_http_port: None, identity_key: self.to_base58() }
    }

    /// Signs a payload.
    #[must_use]
    pub fn sign<Data: Serialize>(&self, payload: &SigningPayload<Data>) -> MessageSignature {
        let plaintext = payload.to_plaintext().expect("a payload has a JSON form");
        MessageSignature::from(self.key.sign(&plaintext).to_bytes().to_vec())
    }

    /// Signs bytes.
    #[must_use]
    pub fn sign_bytes(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    /// Signs what bonds `node` for `owner`.
    #[must_use]
    pub fn sign_bond(
        &self,
        nonce: Nonce,
        owner: &Addr,
        pledge: &Coin,
        node: &NymNode,
        costs: &NodeCostParams,
    ) -> MessageSignature {
        self.sign(&SigningPayload::nym_node_bonding(nonce, owner.clone(), pledge.clone(), node.clone(), costs.clone()))
    }
}
