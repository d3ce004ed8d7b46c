//! The virtual machine: compiles, checks and runs contract code.
//!
//! Code is compiled once, when it is stored; the compiled module is kept on disk and, once used, in memory. What the
//! machine reports is turned into the words and amounts that a Go node (wasmvm 3.0) sees.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cosmwasm_vm::{
    Backend, Cache, CacheOptions, Instance, InstanceOptions, Size, VmError, call_execute_raw, call_instantiate_raw,
    call_migrate_with_info_raw, call_query_raw, call_reply_raw, call_sudo_raw,
};
use cosmwasm_vm_std::Checksum;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;

use super::api::ChainApi;
use super::gas_register::{self, DESERIALIZE_COST_PER_BYTE};
use super::querier::ChainQuerier;
use super::storage::ContractStorage;
use super::wire::{ContractResult, QueryResult, SubMsg};

/// Memory of one running contract.
const INSTANCE_MEMORY: Size = Size::mebi(32);
/// Compiled modules kept in memory: room for every contract of a network at once.
const MODULE_MEMORY: Size = Size::mebi(512);
/// Longest payload of a submessage, in bytes.
const MAX_PAYLOAD: usize = 128 * 1024;
/// What contracts may require of this chain.
const CAPABILITIES: [&str; 11] = [
    "iterator",
    "staking",
    "stargate",
    "cosmwasm_1_1",
    "cosmwasm_1_2",
    "cosmwasm_1_3",
    "cosmwasm_1_4",
    "cosmwasm_2_0",
    "cosmwasm_2_1",
    "cosmwasm_2_2",
    "ibc2",
];

/// Everything that a contract can reach while it runs.
pub type ContractBackend = Backend<ChainApi, ContractStorage, ChainQuerier>;
type ContractInstance = Instance<ChainApi, ContractStorage, ChainQuerier>;

/// The machine with its caches. One per chain; calls may run on several threads at once.
pub struct Engine {
    cache: Cache<ChainApi, ContractStorage, ChainQuerier>,
    /// What is known of each code; the machine itself would read and parse the file again.
    analyses: Mutex<HashMap<Checksum, Arc<Analysis>>>,
    /// Removed with the engine when the chain lives in memory.
    scratch: Option<PathBuf>,
}

/// What the exports and sections of a code say.
pub struct Analysis {
    /// Whether all entry points of IBC version 1 are exported.
    pub has_ibc_entry_points: bool,
    /// State version that migrations compare.
    pub migrate_version: Option<u64>,
}

/// An entry point with its arguments, each a JSON text.
#[derive(Clone, Copy)]
pub enum Call<'a> {
    /// Create a contract: message info and message.
    Instantiate(&'a [u8], &'a [u8]),
    /// Call a contract: message info and message.
    Execute(&'a [u8], &'a [u8]),
    /// Migrate a contract: message and migrate info.
    Migrate(&'a [u8], &'a [u8]),
    /// Privileged call of governance: message.
    Sudo(&'a [u8]),
    /// Outcome of a submessage: reply.
    Reply(&'a [u8]),
    /// Question: message.
    Query(&'a [u8]),
}

/// What a call returned and what it used.
pub struct Outcome<T> {
    /// The contract's answer, or the machine's error in the words of a Go node.
    pub result: Result<T, String>,
    /// CosmWasm gas used inside the machine, that is without what the chain charged for storage and queries.
    pub gas_used: u64,
}

impl Engine {
    /// Opens the machine with its files in `folder`, which is created when it is missing.
    ///
    /// # Errors
    /// The folder cannot be created or read.
    pub fn open(folder: &Path) -> Result<Self, VmError> {
        Self::with_folder(folder, None)
    }

    /// Opens the machine with files in a fresh folder that is removed with it.
    ///
    /// # Errors
    /// The system's folder for temporary files cannot be written.
    pub fn in_memory() -> Result<Self, VmError> {
        let folder = scratch_folder();
        Self::with_folder(&folder, Some(folder.clone()))
    }

    fn with_folder(folder: &Path, scratch: Option<PathBuf>) -> Result<Self, VmError> {
        let options = CacheOptions::new(folder, capabilities(), MODULE_MEMORY, INSTANCE_MEMORY);
        #[allow(
            unsafe_code,
            reason = "cosmwasm-vm trusts the modules in its folder; the folder is this process's own and holds only what it compiled"
        )]
        let cache = unsafe { Cache::new(options) }?;
        Ok(Self { cache, analyses: Mutex::default(), scratch })
    }

    /// Checks and compiles code and, with `persist`, stores it. The price is due whether or not the code is good.
    pub fn store_code(&self, wasm: &[u8], gas_limit: u64, persist: bool) -> Outcome<Checksum> {
        let gas_used = gas_register::compile_cost(wasm.len());
        let result = if gas_limit < gas_used {
            Err(OUT_OF_GAS.to_owned())
        } else {
            guarded(|| self.cache.store_code(wasm, true, persist))
        };
        Outcome { result, gas_used }
    }

    /// The stored wasm.
    ///
    /// # Errors
    /// The file is missing or does not have this checksum.
    pub fn code(&self, checksum: &Checksum) -> Result<Vec<u8>, String> {
        guarded(|| self.cache.load_wasm(checksum))
    }

    /// What the code exports and requires.
    ///
    /// # Errors
    /// The file is missing or does not have this checksum.
    pub fn analyze(&self, checksum: &Checksum) -> Result<Arc<Analysis>, String> {
        if let Some(known) = self.analyses.lock().get(checksum) {
            return Ok(known.clone());
        }
        let report = guarded(|| self.cache.analyze(checksum))?;
        let analysis = Arc::new(Analysis {
            has_ibc_entry_points: report.has_ibc_entry_points,
            migrate_version: report.contract_migrate_version,
        });
        self.analyses.lock().insert(*checksum, analysis.clone());
        Ok(analysis)
    }

    /// Runs an entry point other than `query`.
    pub fn call(
        &self,
        checksum: &Checksum,
        env: &[u8],
        call: Call<'_>,
        backend: ContractBackend,
        gas_limit: u64,
    ) -> Outcome<ContractResult> {
        let mut outcome = self.call_json::<ContractResult>(checksum, env, call, backend, gas_limit);
        if let Ok(ContractResult { ok: Some(response), .. }) = &outcome.result
            && let Err(error) = check_messages(&response.messages)
        {
            outcome.result = Err(error);
        }
        outcome
    }

    /// Asks a contract.
    pub fn query(
        &self,
        checksum: &Checksum,
        env: &[u8],
        msg: &[u8],
        backend: ContractBackend,
        gas_limit: u64,
    ) -> Outcome<QueryResult> {
        self.call_json(checksum, env, Call::Query(msg), backend, gas_limit)
    }

    /// Runs an entry point and pays for parsing its answer.
    fn call_json<T: DeserializeOwned>(
        &self,
        checksum: &Checksum,
        env: &[u8],
        call: Call<'_>,
        backend: ContractBackend,
        gas_limit: u64,
    ) -> Outcome<T> {
        let Outcome { result, gas_used } = self.call_raw(checksum, env, call, backend, gas_limit);
        let data = match result {
            Ok(data) => data,
            Err(error) => return Outcome { result: Err(error), gas_used },
        };
        let parsing = DESERIALIZE_COST_PER_BYTE.saturating_mul(data.len() as u64);
        let total = gas_used.saturating_add(parsing);
        if gas_limit < total {
            let text = format!("insufficient gas left to deserialize contract execution result ({} bytes)", data.len());
            return Outcome { result: Err(text), gas_used };
        }
        Outcome { result: serde_json::from_slice(&data).map_err(|error| error.to_string()), gas_used: total }
    }

    fn call_raw(
        &self,
        checksum: &Checksum,
        env: &[u8],
        call: Call<'_>,
        backend: ContractBackend,
        gas_limit: u64,
    ) -> Outcome<Vec<u8>> {
        // As in a Go node, a machine that panics or cannot even load the code reports no gas.
        let mut gas_used = 0;
        let result = guarded(|| {
            let mut instance = self.cache.get_instance(checksum, backend, InstanceOptions { gas_limit })?;
            let result = enter(&mut instance, env, call);
            gas_used = instance.create_gas_report().used_internally;
            result
        });
        Outcome { result, gas_used }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(folder) = &self.scratch
            && let Err(error) = fs::remove_dir_all(folder)
        {
            tracing::debug!(folder = %folder.display(), %error, "temporary contract cache not removed");
        }
    }
}

fn enter(instance: &mut ContractInstance, env: &[u8], call: Call<'_>) -> Result<Vec<u8>, VmError> {
    match call {
        Call::Instantiate(info, msg) => call_instantiate_raw(instance, env, info, msg),
        Call::Execute(info, msg) => call_execute_raw(instance, env, info, msg),
        Call::Migrate(msg, info) => call_migrate_with_info_raw(instance, env, msg, info),
        Call::Sudo(msg) => call_sudo_raw(instance, env, msg),
        Call::Reply(reply) => call_reply_raw(instance, env, reply),
        Call::Query(msg) => call_query_raw(instance, env, msg),
    }
}

/// Refuses messages that a Go node does not read.
fn check_messages(messages: &[SubMsg]) -> Result<(), String> {
    for (index, message) in messages.iter().enumerate() {
        if message.msg.any.is_some() && message.msg.stargate.is_some() {
            return Err("invalid CosmosMsg: both 'any' and 'stargate' fields are set".into());
        }
        let length = message.payload.0.len();
        if length > MAX_PAYLOAD {
            return Err(format!(
                "reply contains submessage at index {index} with payload larger than {MAX_PAYLOAD} bytes: {length} bytes"
            ));
        }
    }
    Ok(())
}

const OUT_OF_GAS: &str = "Out of gas";

/// Runs the machine; errors and panics come out in the words of a Go node.
fn guarded<T>(work: impl FnOnce() -> Result<T, VmError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(VmError::GasDepletion { .. })) => Err(OUT_OF_GAS.to_owned()),
        Ok(Err(error)) => Err(format!("Error calling the VM: {error}")),
        Err(panic) => {
            let reason = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            tracing::error!(reason, "the virtual machine panicked");
            Err("Caught panic".to_owned())
        }
    }
}

fn capabilities() -> HashSet<String> {
    CAPABILITIES.iter().map(|&name| name.to_owned()).collect()
}

/// A folder name that no other chain of this or another process uses.
fn scratch_folder() -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let started =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("nyxlet-wasm-{}-{number}-{started}", std::process::id()))
}
