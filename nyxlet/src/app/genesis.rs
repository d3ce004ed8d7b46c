//! What the chain starts from.

use std::{collections::BTreeMap, sync::Arc};

use crate::app_state::AppState;

/// The state at height 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Genesis {
    /// Chain id.
    pub chain_id: String,
    /// Genesis time in nanoseconds since 1970.
    pub time_nanos: u64,
    /// The height of the first block.
    pub initial_height: u64,
    /// The funded accounts; the first gets account number 0, or the next one after those of the loaded state.
    pub accounts: Vec<GenesisAccount>,
    /// The state of another chain that this one begins with.
    pub state: Option<Arc<AppState>>,
}

/// A funded account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenesisAccount {
    /// Bech32 address.
    pub address: String,
    /// Base units by denom.
    pub coins: BTreeMap<String, u128>,
}
