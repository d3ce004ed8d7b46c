//! The application state of a node: what `nyxd export` writes and what a node's `genesis.json` holds, so that this chain
//! starts from where another one stands, or from the same beginning.
//!
//! Read are the accounts, the bank, the wasm module, and of the transactions that create validators what they move:
//! staking, governance, IBC and the rest have no counterpart here and are left out. An account that vests is an account
//! like others: all that it has can be spent. Public keys of other kinds than secp256k1 are left out.

mod auth;
mod bank;
mod bonds;
mod number;
mod wasm;

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::clock::Nanos;

pub use self::{
    auth::{AuthState, LoadedAccount, ModuleName},
    bank::{BankState, LoadedBalance},
    bonds::Bond,
    wasm::{LoadedCode, LoadedContract, WasmState},
};

/// Why a text is not the state of a node.
#[derive(Debug, thiserror::Error)]
pub enum AppStateError {
    /// Not the JSON of a genesis document.
    #[error("it is no genesis document: {0}; give what 'nyxd export' writes, or a node's genesis.json")]
    Json(#[from] serde_json::Error),
    /// A member with a value that it cannot have.
    #[error("its member {member} has no valid value: {reason}")]
    Member {
        /// Where it stands.
        member: &'static str,
        /// What is wrong.
        reason: String,
    },
}

impl AppStateError {
    fn member(member: &'static str, reason: impl ToString) -> Self {
        Self::Member { member, reason: reason.to_string() }
    }
}

/// A genesis document as a node writes it.
#[derive(Debug, Clone)]
pub struct NodeGenesis {
    /// Chain id.
    pub chain_id: String,
    /// When the chain began: also in the document of an export.
    pub genesis_time: Nanos,
    /// The height of the next block.
    pub initial_height: u64,
    /// The state.
    pub loaded: LoadedState,
}

/// A state with the text that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedState {
    /// The state.
    pub state: Arc<AppState>,
    /// The member `app_state` of its document.
    pub text: Arc<str>,
}

/// The parts of an application's state that this chain has.
#[derive(Debug, Clone, PartialEq)]
pub struct AppState {
    /// Accounts.
    pub auth: AuthState,
    /// Balances and denominations.
    pub bank: BankState,
    /// Codes and contracts; absent from a chain without them.
    pub wasm: Option<WasmState>,
    /// What the validators of a new chain bond.
    pub bonds: Vec<Bond>,
}

#[derive(Deserialize)]
struct Document {
    chain_id: String,
    genesis_time: String,
    #[serde(deserialize_with = "number::read")]
    initial_height: u64,
    app_state: Box<RawValue>,
}

#[derive(Deserialize)]
struct State {
    auth: auth::Document,
    bank: bank::Document,
    wasm: Option<wasm::Document>,
    #[serde(default)]
    genutil: bonds::Document,
}

impl NodeGenesis {
    /// Reads a genesis document.
    ///
    /// # Errors
    /// [`AppStateError`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, AppStateError> {
        let document: Document = serde_json::from_slice(bytes)?;
        let genesis_time = Nanos::parse_rfc3339(&document.genesis_time)
            .ok_or_else(|| AppStateError::member("genesis_time", "not a time of RFC 3339"))?;
        Ok(Self {
            chain_id: document.chain_id,
            genesis_time,
            initial_height: document.initial_height.max(1),
            loaded: LoadedState::from_json(document.app_state.get())?,
        })
    }
}

impl LoadedState {
    /// Reads the member `app_state` of a genesis document.
    ///
    /// # Errors
    /// [`AppStateError`].
    pub fn from_json(text: &str) -> Result<Self, AppStateError> {
        Ok(Self { state: Arc::new(AppState::from_json(text)?), text: text.into() })
    }
}

impl AppState {
    /// Reads the member `app_state` of a genesis document.
    ///
    /// # Errors
    /// [`AppStateError`].
    pub fn from_json(text: &str) -> Result<Self, AppStateError> {
        let state: State = serde_json::from_str(text)?;
        Ok(Self {
            auth: state.auth.read()?,
            bank: state.bank.read()?,
            wasm: state.wasm.map(wasm::Document::read).transpose()?,
            bonds: state.genutil.read()?,
        })
    }
}

#[cfg(test)]
mod tests;
