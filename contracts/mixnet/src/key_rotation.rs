//! When packet keys change (`docs/protocol/mixnet-contract.md` §8.7). The arithmetic belongs to
//! [`KeyRotationState`].

use crate::constants::{DEFAULT_KEY_VALIDITY_EPOCHS, MINIMUM_KEY_VALIDITY_EPOCHS};
use crate::error::ContractError;
use crate::state::{INTERVAL, KEY_ROTATION};
use crate::types::KeyRotationState;
use cosmwasm_std::{StdResult, Storage};

/// Begins rotation with the contract.
pub(crate) fn initialise(storage: &mut dyn Storage, validity_epochs: Option<u32>) -> Result<(), ContractError> {
    let given = validity_epochs.unwrap_or(DEFAULT_KEY_VALIDITY_EPOCHS);
    if given < MINIMUM_KEY_VALIDITY_EPOCHS {
        let minimum = MINIMUM_KEY_VALIDITY_EPOCHS;
        return Err(ContractError::TooShortRotationInterval { given, minimum });
    }
    let rotation = KeyRotationState { validity_epochs: given, initial_epoch_id: 0 };
    KEY_ROTATION.save(storage, &rotation)?;
    Ok(())
}

/// Begins rotation anew at the current epoch.
pub(crate) fn reset(storage: &mut dyn Storage) -> StdResult<()> {
    let initial_epoch_id = INTERVAL.load(storage)?.current_epoch_absolute_id();
    let validity_epochs = DEFAULT_KEY_VALIDITY_EPOCHS;
    KEY_ROTATION.save(storage, &KeyRotationState { validity_epochs, initial_epoch_id })
}
