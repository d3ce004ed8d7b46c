//! The ecash contract: deposits for ticketbooks, the blacklist, withheld deposits and payments for spent tickets
//! (`docs/protocol/quorum-contracts.md §3, §15`).
//!
//! [`EcashQueries`] asks, [`EcashTransactions`] changes. Messages and answers are the contract's own types.

mod queries;
mod transactions;

pub use queries::EcashQueries;
pub use transactions::{EcashTransactions, deposit_id_of};

pub use nym_ecash_contract as contract;
