//! Gas as the Cosmos SDK counts it: a meter with a limit, the price list of key-value stores, and the metered view of
//! a store.

mod kv;
mod meter;

pub use kv::{GasIter, GasKv};
pub use meter::{GasError, GasMeter};

/// Prices of a key-value store, in gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GasConfig {
    /// Asking whether a key exists.
    pub has: u64,
    /// Removing a key.
    pub delete: u64,
    /// Reading a key: the fixed part.
    pub read_flat: u64,
    /// Reading a key: per byte of key and value.
    pub read_per_byte: u64,
    /// Writing a key: the fixed part.
    pub write_flat: u64,
    /// Writing a key: per byte of key and value.
    pub write_per_byte: u64,
    /// One step of an iterator: the fixed part.
    pub iterator_next_flat: u64,
}

/// The prices of every module store.
pub const KV_GAS: GasConfig = GasConfig {
    has: 1000,
    delete: 1000,
    read_flat: 1000,
    read_per_byte: 3,
    write_flat: 2000,
    write_per_byte: 30,
    iterator_next_flat: 30,
};
