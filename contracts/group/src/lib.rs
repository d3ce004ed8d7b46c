//! The group contract: who is a member of the quorum, and with which weight.
//!
//! It is the published cw4-group 2.0 with build information and a `migrate` entry point added;
//! messages, storage, events and errors are the published ones
//! (`docs/protocol/quorum-contracts.md` §5).
//!
//! ```
//! use nym_group_contract::msg::InstantiateMsg;
//!
//! let empty = InstantiateMsg { admin: None, members: vec![] };
//! let json = cosmwasm_std::to_json_string(&empty)?;
//! assert_eq!(json, r#"{"admin":null,"members":[]}"#);
//! # Ok::<(), cosmwasm_std::StdError>(())
//! ```

pub mod contract;
pub mod msg;

pub use cw4_group::{ContractError, helpers, state};
