//! The multisig contract: proposals of the ecash and the DKG contract, voted on by the group.
//!
//! It is a layer over the published cw3-flex-multisig 2.0. Voting, execution, closing and all
//! queries are the published ones; who may propose, the configuration and the migration are
//! its own (`docs/protocol/quorum-contracts.md` §6).
//!
//! ```
//! use cw_utils::{Duration, Threshold};
//! use nym_multisig_contract::msg::InstantiateMsg;
//!
//! let two_of_three = InstantiateMsg {
//!     group_addr: "n1group".into(),
//!     coconut_bandwidth_contract_address: "n1ecash".into(),
//!     coconut_dkg_contract_address: "n1dkg".into(),
//!     threshold: Threshold::AbsolutePercentage { percentage: "0.666666666".parse()? },
//!     max_voting_period: Duration::Time(3600),
//!     executor: None,
//!     proposal_deposit: None,
//! };
//! assert!(cosmwasm_std::to_json_string(&two_of_three)?.contains(r#""percentage":"0.666666666""#));
//! # Ok::<(), cosmwasm_std::StdError>(())
//! ```

pub mod contract;
pub mod error;
pub mod msg;
mod propose;
pub mod state;

pub use error::MultisigError;
