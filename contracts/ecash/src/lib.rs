//! The ecash contract: takes deposits for ticketbooks, keeps the blacklist of double spenders, withholds their
//! deposits, and pays gateways for spent tickets.
//!
//! It decides nothing by itself that a vote of the quorum should decide: it proposes to the multisig, and acts when the
//! multisig calls back. It does not know ticket types and verifies no ticket; signers do.
//!
//! ```
//! use cosmwasm_std::to_json_string;
//! use nym_ecash_contract::msg::ExecuteMsg;
//!
//! let message = to_json_string(&ExecuteMsg::DepositTicketBookFunds { identity_key: "11".into() })?;
//! assert_eq!(message, r#"{"deposit_ticket_book_funds":{"identity_key":"11"}}"#);
//! # Ok::<(), cosmwasm_std::StdError>(())
//! ```

pub mod constants;
pub mod contract;
pub mod msg;
pub mod state;
pub mod types;

mod blacklist;
mod deposits;
mod error;
mod forfeits;
mod payouts;
mod prices;
mod proposals;
mod queries;

pub use error::ContractError;
