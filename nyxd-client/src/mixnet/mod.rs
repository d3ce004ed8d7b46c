//! The mixnet contract: the network's registry of nodes, delegations, epochs and rewards
//! (`docs/protocol/mixnet-contract.md §3, §4`).
//!
//! [`MixnetQueries`] asks, [`MixnetTransactions`] changes. Messages and answers are the contract's own types.

mod lists;
mod queries;
mod rewarded_set;
mod transactions;

pub use queries::{ContractVersion, MixnetQueries};
pub use rewarded_set::RewardedSet;
pub use transactions::MixnetTransactions;

pub use nym_mixnet_contract as contract;
