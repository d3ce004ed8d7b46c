//! What a handler works with: the block, the gas meter, the events, the state.

use std::{collections::BTreeSet, sync::Arc};

use parking_lot::Mutex;
use tendermint_proto::v0_38::abci::{Event, EventAttribute};

use super::Router;
use crate::{
    gas::{GasKv, GasMeter},
    store::{Layers, StoreKey},
};

/// Why something is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecMode {
    /// Check of a transaction on entry.
    Check,
    /// Check of a waiting transaction after a block.
    Recheck,
    /// Simulation of a transaction: signatures may be absent.
    Simulate,
    /// Delivery in a block, or genesis.
    Deliver,
    /// A query on committed state.
    Query,
}

/// The block that is executed, or for checks and queries the last committed one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlockInfo {
    /// Chain id.
    pub chain_id: String,
    /// Height, from 1; 0 during genesis.
    pub height: u64,
    /// Block time in nanoseconds since 1970.
    pub time_nanos: u64,
    /// Address of the proposer, 20 bytes.
    pub proposer: Vec<u8>,
}

impl BlockInfo {
    /// Block time in whole seconds since 1970.
    pub fn time_seconds(&self) -> u64 {
        self.time_nanos / 1_000_000_000
    }
}

/// The contracts that a transaction has called so far: a second call of one is charged as a cached one. Clones are the
/// same set.
#[derive(Debug, Clone, Default)]
pub struct TxContracts(Arc<Mutex<BTreeSet<Vec<u8>>>>);

impl TxContracts {
    /// Adds a checksum; whether it was new.
    pub fn insert(&self, checksum: &[u8]) -> bool {
        self.0.lock().insert(checksum.to_vec())
    }

    /// Whether the checksum was added before.
    pub fn contains(&self, checksum: &[u8]) -> bool {
        self.0.lock().contains(checksum)
    }
}

/// Collects events. Clones are the same collection.
#[derive(Debug, Clone, Default)]
pub struct EventManager(Arc<Mutex<Vec<Event>>>);

impl EventManager {
    /// Adds one event.
    pub fn emit(&self, event: Event) {
        self.0.lock().push(event);
    }

    /// Adds events in order.
    pub fn emit_all(&self, events: impl IntoIterator<Item = Event>) {
        self.0.lock().extend(events);
    }

    /// The events so far.
    pub fn events(&self) -> Vec<Event> {
        self.0.lock().clone()
    }

    /// Takes the events out.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock())
    }
}

/// An event with attributes that are indexed.
pub fn event<'a>(kind: &str, attributes: impl IntoIterator<Item = (&'a str, String)>) -> Event {
    Event {
        r#type: kind.to_owned(),
        attributes: attributes.into_iter().map(|(key, value)| attribute(key, value)).collect(),
    }
}

/// An attribute that is indexed.
pub fn attribute(key: impl Into<String>, value: impl Into<String>) -> EventAttribute {
    EventAttribute { key: key.into(), value: value.into(), index: true }
}

/// The context of an execution. Cheap to clone; clones share gas meter, events and state until one is replaced with a
/// `with_…` method.
#[derive(Clone)]
pub struct Context {
    /// The block.
    pub block: Arc<BlockInfo>,
    /// Why this is executed.
    pub mode: ExecMode,
    /// The gas meter that is charged.
    pub gas: GasMeter,
    /// Where events go.
    pub events: EventManager,
    /// The state.
    pub layers: Layers,
    /// The position of the transaction in its block; `None` for queries and simulations.
    pub tx_counter: Option<u32>,
    /// SHA-256 of the transaction bytes; `None` for queries.
    pub tx_hash: Option<[u8; 32]>,
    /// Gas that the earlier transactions of the block used: the position under which a contract is created.
    pub block_gas_used: u64,
    /// The contracts that this transaction has called; `None` outside transactions.
    pub tx_contracts: Option<TxContracts>,
    /// How many smart queries are nested above this one.
    pub query_depth: u32,
    /// How many contract calls are nested above this one.
    pub call_depth: u32,
    /// The modules.
    pub router: Arc<Router>,
}

impl Context {
    /// A context with an unlimited gas meter and no events.
    pub fn new(block: Arc<BlockInfo>, mode: ExecMode, layers: Layers, router: Arc<Router>) -> Self {
        Self {
            block,
            mode,
            gas: GasMeter::infinite(),
            events: EventManager::default(),
            layers,
            tx_counter: None,
            tx_hash: None,
            block_gas_used: 0,
            tx_contracts: None,
            query_depth: 0,
            call_depth: 0,
            router,
        }
    }

    /// The module store whose accesses charge this context's gas meter.
    pub fn kv(&self, store: StoreKey) -> GasKv {
        GasKv::new(self.layers.clone(), store, self.gas.clone())
    }

    /// The same context charging another meter.
    #[must_use]
    pub fn with_gas(&self, gas: GasMeter) -> Self {
        Self { gas, ..self.clone() }
    }

    /// The same context with a fresh collection of events.
    #[must_use]
    pub fn with_new_events(&self) -> Self {
        Self { events: EventManager::default(), ..self.clone() }
    }

    /// The same context above a separate copy of the state: nothing written through it reaches this one.
    #[must_use]
    pub fn with_forked_state(&self) -> Self {
        Self { layers: self.layers.fork(), ..self.clone() }
    }

    /// Runs `work` on a new layer of the state: its changes stay when it succeeds and vanish when it fails. Events are
    /// the caller's business.
    ///
    /// # Errors
    /// What `work` returns.
    pub fn atomically<T, E>(&self, work: impl FnOnce(&Context) -> Result<T, E>) -> Result<T, E> {
        self.layers.push();
        let result = work(self);
        match result {
            Ok(_) => self.layers.merge(),
            Err(_) => self.layers.revert(),
        }
        result
    }
}
