//! Questions of a running contract to the chain.

use std::sync::Arc;

use cosmwasm_vm::{BackendResult, GasInfo, Querier};
use cosmwasm_vm_std::{Binary, ContractResult, SystemError, SystemResult};

use super::error::{QueryError, redact};
use super::gas_register::GAS_MULTIPLIER;
use super::keeper::Keeper;
use super::storage::backend_error;
use super::wire_query::QueryRequest;
use crate::app::Context;
use crate::error::ExecError;
use crate::gas::GasMeter;

/// Answers the questions of one running contract.
pub struct ChainQuerier {
    keeper: Arc<Keeper>,
    ctx: Context,
    caller: Vec<u8>,
}

impl ChainQuerier {
    /// For the contract `caller`, running in `ctx`.
    pub fn new(keeper: Arc<Keeper>, ctx: Context, caller: Vec<u8>) -> Self {
        Self { keeper, ctx, caller }
    }
}

impl Querier for ChainQuerier {
    fn query_raw(&self, request: &[u8], gas_limit: u64) -> BackendResult<SystemResult<ContractResult<Binary>>> {
        let request = match serde_json::from_slice::<QueryRequest>(request) {
            Ok(parsed) => parsed,
            Err(error) => {
                let error = SystemError::InvalidRequest { error: error.to_string(), request: Binary::from(request) };
                return (Ok(SystemResult::Err(error)), GasInfo::free());
            }
        };
        let limited = GasMeter::new(gas_limit / GAS_MULTIPLIER);
        let ctx = self.ctx.with_gas(limited.clone()).with_new_events();
        let answer = self.keeper.answer_contract(&ctx, &self.caller, request);
        // The caller pays even for a question that ran out of gas.
        let before = self.ctx.gas.consumed();
        if let Err(error) = self.ctx.gas.consume(limited.consumed(), "contract sub-query") {
            return (Err(backend_error(ExecError::Gas(error))), GasInfo::free());
        }
        let charged = self.ctx.gas.consumed().saturating_sub(before).saturating_mul(GAS_MULTIPLIER);
        let gas = GasInfo::with_externally_used(charged);
        let result = match answer {
            Ok(data) => SystemResult::Ok(ContractResult::Ok(Binary::new(data))),
            Err(QueryError::System(error)) => SystemResult::Err(error),
            Err(QueryError::Exec(ExecError::Sdk(error))) => SystemResult::Ok(ContractResult::Err(redact(&error))),
            Err(QueryError::Exec(error)) => return (Err(backend_error(error)), GasInfo::free()),
        };
        (Ok(result), gas)
    }
}
