//! What the chain starts from.

use std::collections::BTreeMap;

/// The state at height 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// Chain id.
    pub chain_id: String,
    /// Genesis time in nanoseconds since 1970.
    pub time_nanos: u64,
    /// The funded accounts; the first gets account number 0.
    pub accounts: Vec<GenesisAccount>,
}

/// A funded account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenesisAccount {
    /// Bech32 address.
    pub address: String,
    /// Base units by denom.
    pub coins: BTreeMap<String, u128>,
}
