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
pub mod contract;
pub mod events;
pub mod msg;
#[cfg(not(target_arch = "wasm32"))]
pub mod performance;
pub mod rewards;
#[cfg(any(feature = "selection", test))]
pub mod selection;
pub mod signing;
pub mod state;
pub mod types;

mod delegations;
mod epochs;
mod error;
mod execution;
mod funds;
mod intervals;
mod key_rotation;
mod nodes;
mod params;
mod pledges;
mod queries;
mod queue;
mod roles;
mod settings;
mod versions;

pub use error::ContractError;
