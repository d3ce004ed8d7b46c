//! Why a message was refused.

use cosmwasm_std::StdError;
use nym_contracts_common::MigrationError;
use thiserror::Error;

/// Why a message was refused.
#[derive(Debug, Error, PartialEq)]
pub enum MultisigError {
    /// A rule of the published contract; its text is passed on unchanged.
    #[error(transparent)]
    Stock(#[from] cw3_flex_multisig::ContractError),
    /// No proposal can be decided without voters: the published arithmetic asks for no votes at
    /// all then, and every proposal would pass at once.
    #[error("the group {group} has no weight: add members before anything is proposed")]
    EmptyGroup {
        /// The group contract.
        group: String,
    },
    /// The migration was refused.
    #[error(transparent)]
    Migration(#[from] MigrationError),
}

impl From<StdError> for MultisigError {
    fn from(error: StdError) -> Self {
        MultisigError::Stock(error.into())
    }
}
