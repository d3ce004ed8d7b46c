//! The wasm module: contract code, contracts, their messages and queries, as wasmd v0.61 runs them.
//!
//! [`Wasm`] is the module for the application's router. Behind it, [`keeper`] stores codes, [`calls`] runs contracts,
//! [`engine`] is the virtual machine, and [`storage`], [`api`] and [`querier`] are what a running contract can reach.
//! After a call, `dispatch` emits the contract's events, runs its messages (`messages` translates them) and replies.
//! Prices are in [`gas_register`].
//!
//! It is not a full wasmd: there are no channels to other chains and no governance, so messages and queries for those
//! are refused, with a node's codes where a node would refuse them too.

pub mod access;
pub mod account;
pub mod address;
mod amino;
pub mod api;
pub mod calls;
mod checks;
pub mod coins;
mod contract_query;
mod dispatch;
pub mod engine;
pub mod error;
pub mod events;
mod fields;
pub mod gas_register;
pub mod go_json;
mod grpc_query;
mod history;
pub mod keeper;
pub mod keys;
mod load;
mod messages;
pub mod msg;
mod native;
pub mod proto;
pub mod proto_query;
pub mod querier;
pub mod storage;
pub mod wire;
pub mod wire_msg;
pub mod wire_query;

use std::path::Path;
use std::sync::Arc;

use cosmos_sdk_proto::Any;
use cosmwasm_vm::VmError;
use prost::Message;

use self::engine::Engine;
use self::keeper::Keeper;
use self::msg::Msg;
use self::proto::{AccessConfig, AccessType, Params};
use crate::app::{Context, Genesis, Module};
use crate::error::{ExecResult, SdkError};
use crate::store::StoreKey;
use crate::tx::Fields;

/// SDK gas that a client's smart query may use unless the chain is configured otherwise.
pub const DEFAULT_QUERY_GAS_LIMIT: u64 = 3_000_000;

/// The module.
pub struct Wasm {
    keeper: Arc<Keeper>,
}

impl Wasm {
    /// The module with code and compiled modules in `folder`, which is created when it is missing.
    ///
    /// # Errors
    /// The folder cannot be created or read.
    pub fn open(folder: &Path) -> Result<Self, VmError> {
        Engine::open(folder).map(Self::with_engine)
    }

    /// The module with code and compiled modules in a temporary folder.
    ///
    /// # Errors
    /// The system's folder for temporary files cannot be written.
    pub fn in_memory() -> Result<Self, VmError> {
        Engine::in_memory().map(Self::with_engine)
    }

    fn with_engine(engine: Engine) -> Self {
        Self { keeper: Arc::new(Keeper { engine, query_gas_limit: DEFAULT_QUERY_GAS_LIMIT }) }
    }
}

impl Module for Wasm {
    fn name(&self) -> &'static str {
        error::CODESPACE
    }

    fn handles(&self, type_url: &str) -> bool {
        msg::is_known(type_url)
    }

    fn fields(&self, type_url: &str) -> Option<&'static Fields> {
        msg::fields(type_url)
    }

    fn amino_json(&self, msg: &Any) -> Option<serde_json::Value> {
        amino::json(&Msg::decode(msg).ok()?)
    }

    fn signers(&self, msg: &Any) -> Result<Vec<Vec<u8>>, SdkError> {
        let msg = Msg::decode(msg)?;
        crate::address::decode(msg.signer()).map(|signer| vec![signer]).map_err(SdkError::unregistered)
    }

    fn validate_basic(&self, msg: &Any) -> Result<(), SdkError> {
        Msg::decode(msg)?.validate_basic()
    }

    fn handle_msg(&self, ctx: &Context, msg: &Any) -> ExecResult<Any> {
        Msg::decode(msg)?.execute(&self.keeper, ctx)
    }

    fn query(&self, ctx: &Context, path: &str, request: &[u8]) -> Option<ExecResult<Vec<u8>>> {
        grpc_query::answer(&self.keeper, ctx, path.strip_prefix(grpc_query::SERVICE)?, request)
    }

    fn init_genesis(&self, ctx: &Context, genesis: &Genesis) -> ExecResult<()> {
        let state = genesis.state.as_deref();
        match state.and_then(|state| state.wasm.as_ref()) {
            Some(wasm) => load::write(&self.keeper, ctx, wasm)?,
            None => {
                let params = Params {
                    code_upload_access: AccessConfig::everybody(),
                    instantiate_default_permission: AccessType::Everybody as i32,
                };
                ctx.kv(StoreKey::Wasm).set(keys::PARAMS, params.encode_to_vec())?;
            }
        }
        // A node's genesis delivers the transactions that create its validators, and each counts itself: the chain's
        // first transaction pays for reading that counter (height 0, number of transactions).
        let validators = state.map_or(1, |state| u32::try_from(state.bonds.len()).unwrap_or(u32::MAX));
        if validators == 0 {
            return Ok(());
        }
        let counter = [&0u64.to_be_bytes()[..], &validators.to_be_bytes()].concat();
        ctx.kv(StoreKey::Wasm).set(keys::TX_COUNTER.to_vec(), counter)
    }
}

#[cfg(test)]
mod tests;
