//! State: named tables of bytes, snapshots of the last commit, atomic batches, and layered overlays above them.
//!
//! [`Db`] holds what is committed, in memory or in a redb file. One block is one [`WriteBatch`]. Readers work on a
//! [`Snapshot`] and never wait for a writer. Execution works on [`Layers`]: a stack of uncommitted changes above a
//! snapshot, one layer per transaction, message or submessage, each dropped or merged downwards.

mod db;
mod layers;
mod memory;
mod on_disk;
#[cfg(test)]
mod tests;

pub use db::{Db, Order, RangeIter, Snapshot, StoreError, Table, WriteBatch, prefix_end};
pub use layers::{LayerIter, Layers};

/// The key-value store of a module. Keys inside are the ones of the Cosmos SDK, since gas counts their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreKey {
    /// Accounts and their parameters (`acc`).
    Auth,
    /// Balances, supply, denomination metadata (`bank`).
    Bank,
    /// Message kinds that the circuit breaker has switched off (`circuit`).
    Circuit,
    /// Codes, contracts and contract storage (`wasm`).
    Wasm,
}

impl StoreKey {
    /// Every module store, in the order of [`StoreKey::index`].
    pub const ALL: [StoreKey; 4] = [StoreKey::Auth, StoreKey::Bank, StoreKey::Circuit, StoreKey::Wasm];

    /// The name under which a node serves the store (`/store/<name>/key`).
    pub const fn name(self) -> &'static str {
        match self {
            StoreKey::Auth => "acc",
            StoreKey::Bank => "bank",
            StoreKey::Circuit => "circuit",
            StoreKey::Wasm => "wasm",
        }
    }

    /// The table that holds the store's committed entries.
    pub const fn table(self) -> Table {
        Table(match self {
            StoreKey::Auth => "state/acc",
            StoreKey::Bank => "state/bank",
            StoreKey::Circuit => "state/circuit",
            StoreKey::Wasm => "state/wasm",
        })
    }

    /// The store of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    const fn index(self) -> usize {
        self as usize
    }
}
