//! The mixnet contract: the on-chain registry of nodes, delegations, epochs, the rewarded set and
//! rewards.
//!
//! The same crate serves those who talk to the contract: [`msg`] and [`types`] are what travels,
//! [`signing`] is what a node signs, [`events`] names what the contract reports. They depend on it
//! without default features; only the wasm build exports entry points.
//!
//! ```
//! use cosmwasm_std::to_json_string;
//! use nym_mixnet_contract::msg::ExecuteMsg;
//!
//! let message = to_json_string(&ExecuteMsg::Delegate { node_id: 7 })?;
//! assert_eq!(message, r#"{"delegate":{"node_id":7}}"#);
//! # Ok::<(), cosmwasm_std::StdError>(())
//! ```

pub mod constants;
pub mod events;
pub mod msg;
pub mod signing;
pub mod types;
