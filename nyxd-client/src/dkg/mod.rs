//! The DKG contract: ceremonies, and which keys are in service (`docs/protocol/quorum-contracts.md §4, §15`).
//!
//! [`DkgQueries`] asks, [`DkgTransactions`] changes. Messages and answers are the contract's own types.

mod lists;
mod queries;
mod transactions;

pub use queries::DkgQueries;
pub use transactions::DkgTransactions;

pub use nym_dkg_contract as contract;
