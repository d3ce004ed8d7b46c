//! A contract's own state: the part of the module's store under the contract's prefix.

use bytes::Bytes;
use cosmwasm_vm::{BackendError, BackendResult, GasInfo, Storage};
use cosmwasm_vm_std::{Order, Record};

use super::gas_register::GAS_MULTIPLIER;
use super::keys;
use crate::app::Context;
use crate::error::{ExecError, ExecResult};
use crate::gas::{GasIter, GasKv};
use crate::store::{self, StoreKey};

/// Iterators that one call may open.
const MAX_ITERATORS: usize = 32_768;

/// The state of one contract, metered.
pub struct ContractStorage {
    kv: GasKv,
    prefix: Vec<u8>,
    iterators: Vec<GasIter>,
}

impl ContractStorage {
    /// The state of the contract at `address`, charged to the context's meter.
    pub fn new(ctx: &Context, address: &[u8]) -> Self {
        Self { kv: ctx.kv(StoreKey::Wasm), prefix: keys::contract_store(address), iterators: Vec::new() }
    }

    /// The value of one key.
    ///
    /// # Errors
    /// Out of gas, or the database cannot be read.
    pub fn read(&self, key: &[u8]) -> ExecResult<Option<Bytes>> {
        self.kv.get(&self.full_key(key))
    }

    /// The entries between two keys; keys of the result carry the prefix.
    ///
    /// # Errors
    /// Out of gas, or the database cannot be read.
    pub fn range(&self, start: Option<&[u8]>, end: Option<&[u8]>, order: store::Order) -> ExecResult<GasIter> {
        let start = self.full_key(start.unwrap_or_default());
        let end = match end {
            Some(end) => Some(self.full_key(end)),
            None => store::prefix_end(&self.prefix),
        };
        self.kv.range(Some(&start), end.as_deref(), order)
    }

    /// The contract's own key inside a key of the store.
    pub fn own_key(&self, full_key: &Bytes) -> Bytes {
        full_key.slice(self.prefix.len()..)
    }

    fn full_key(&self, key: &[u8]) -> Vec<u8> {
        [&self.prefix, key].concat()
    }

    /// Runs an access and reports what it was charged, in CosmWasm gas. A failed access reports nothing: the chain's
    /// meter has it.
    fn metered<T>(&mut self, access: impl FnOnce(&mut Self) -> ExecResult<T>) -> BackendResult<T> {
        let meter = self.kv.meter().clone();
        let before = meter.consumed();
        match access(self) {
            Ok(value) => {
                let charged = meter.consumed().saturating_sub(before).saturating_mul(GAS_MULTIPLIER);
                (Ok(value), GasInfo::with_externally_used(charged))
            }
            Err(error) => (Err(backend_error(error)), GasInfo::free()),
        }
    }

    fn step<T>(&mut self, iterator_id: u32, take: impl FnOnce(&Self, &Bytes, &Bytes) -> T) -> BackendResult<Option<T>> {
        let index = iterator_id as usize;
        if index >= self.iterators.len() {
            return (Err(BackendError::iterator_does_not_exist(iterator_id)), GasInfo::free());
        }
        self.metered(|storage| {
            let Some((key, value)) = storage.iterators[index].current() else {
                return Ok(None);
            };
            let entry = take(storage, key, value);
            storage.iterators[index].advance()?;
            Ok(Some(entry))
        })
    }
}

impl Storage for ContractStorage {
    fn get(&self, key: &[u8]) -> BackendResult<Option<Vec<u8>>> {
        let meter = self.kv.meter();
        let before = meter.consumed();
        match self.read(key) {
            Ok(value) => {
                let charged = meter.consumed().saturating_sub(before).saturating_mul(GAS_MULTIPLIER);
                (Ok(value.map(Vec::from)), GasInfo::with_externally_used(charged))
            }
            Err(error) => (Err(backend_error(error)), GasInfo::free()),
        }
    }

    fn scan(&mut self, start: Option<&[u8]>, end: Option<&[u8]>, order: Order) -> BackendResult<u32> {
        let order = match order {
            Order::Ascending => store::Order::Ascending,
            Order::Descending => store::Order::Descending,
        };
        let (result, gas) = self.metered(|storage| storage.range(start, end, order));
        let result = result.and_then(|iterator| {
            if self.iterators.len() >= MAX_ITERATORS {
                return Err(BackendError::user_err(format!("reached iterator limit ({MAX_ITERATORS})")));
            }
            let id = u32::try_from(self.iterators.len()).expect("bounded by MAX_ITERATORS");
            self.iterators.push(iterator);
            Ok(id)
        });
        (result, gas)
    }

    fn next(&mut self, iterator_id: u32) -> BackendResult<Option<Record>> {
        self.step(iterator_id, |storage, key, value| (storage.own_key(key).into(), value.to_vec()))
    }

    fn next_key(&mut self, iterator_id: u32) -> BackendResult<Option<Vec<u8>>> {
        self.step(iterator_id, |storage, key, _| storage.own_key(key).into())
    }

    fn next_value(&mut self, iterator_id: u32) -> BackendResult<Option<Vec<u8>>> {
        self.step(iterator_id, |_, _, value| value.to_vec())
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> BackendResult<()> {
        if key.is_empty() {
            return (Err(BackendError::foreign_panic()), GasInfo::free());
        }
        self.metered(|storage| storage.kv.set(storage.full_key(key), value.to_vec()))
    }

    fn remove(&mut self, key: &[u8]) -> BackendResult<()> {
        self.metered(|storage| storage.kv.delete(storage.full_key(key)))
    }
}

/// How a failed access looks to the machine. Running out of gas is the only failure that is not the node's own.
pub fn backend_error(error: ExecError) -> BackendError {
    match error {
        ExecError::Gas(crate::gas::GasError::OutOfGas { .. }) => BackendError::out_of_gas(),
        ExecError::Sdk(error) => BackendError::unknown(error.log),
        other => {
            tracing::error!(error = %other, "state access failed below a contract");
            BackendError::foreign_panic()
        }
    }
}
