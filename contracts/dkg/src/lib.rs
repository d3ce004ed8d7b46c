//! The DKG contract: the board on which the quorum's members make a key together that nobody holds, and the record of
//! which keys are in service.
//!
//! It sees dealings and keys as bytes: what they are worth is found out by the members, who vote in the multisig. It
//! keeps order (who may say what when), counts, and remembers.
//!
//! ```
//! use cosmwasm_std::to_json_string;
//! use nym_dkg_contract::types::EpochState;
//!
//! let state = to_json_string(&EpochState::DealingExchange { resharing: false })?;
//! assert_eq!(state, r#"{"dealing_exchange":{"resharing":false}}"#);
//! # Ok::<(), cosmwasm_std::StdError>(())
//! ```

pub mod constants;
pub mod contract;
pub mod msg;
pub mod state;
pub mod types;

mod ceremony;
mod completion;
mod dealers;
mod dealings;
mod error;
mod queries;
mod settings;
mod shares;

pub use error::ContractError;
