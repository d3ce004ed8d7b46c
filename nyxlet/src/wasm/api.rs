//! Addresses for contracts: the part of the machine's backend that needs no state.

use cosmwasm_vm::{BackendApi, BackendError, BackendResult, GasInfo};

use super::account;
use super::gas_register::{CANONICALIZE_COST, HUMANIZE_COST, VALIDATE_COST};

/// Converts and checks addresses.
#[derive(Clone, Copy, Debug)]
pub struct ChainApi;

impl BackendApi for ChainApi {
    fn addr_validate(&self, input: &str) -> BackendResult<()> {
        match account::decode(input) {
            Err(error) => (Err(BackendError::user_err(error.log)), GasInfo::with_cost(CANONICALIZE_COST)),
            Ok(bytes) if account::encode(&bytes) != input => {
                let error = BackendError::user_err("address not normalized");
                (Err(error), GasInfo::with_cost(VALIDATE_COST))
            }
            Ok(_) => (Ok(()), GasInfo::with_cost(VALIDATE_COST)),
        }
    }

    fn addr_canonicalize(&self, human: &str) -> BackendResult<Vec<u8>> {
        let result = account::decode(human).map_err(|error| BackendError::user_err(error.log));
        (result, GasInfo::with_cost(CANONICALIZE_COST))
    }

    fn addr_humanize(&self, canonical: &[u8]) -> BackendResult<String> {
        let result = account::check(canonical)
            .map(|()| account::encode(canonical))
            .map_err(|error| BackendError::user_err(error.log));
        (result, GasInfo::with_cost(HUMANIZE_COST))
    }
}
