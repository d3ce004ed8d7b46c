//! Running transactions against committed and uncommitted state.

use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use tendermint_proto::v0_38::abci::{Event, ExecTxResult, ResponseQuery};

use super::{BlockInfo, Genesis, Module, Router};
use crate::{
    error::{ExecError, ExecResult},
    store::{Db, Layers, Snapshot, StoreError, WriteBatch},
};

/// How the application behaves.
pub struct AppOptions {
    /// The least gas prices that a transaction's fee must reach on entry: denom and price per gas in 1e-18 units.
    pub min_gas_prices: Vec<(String, u128)>,
    /// Modules beside auth, bank and the tx service, in the order of their begin and end of block.
    pub modules: Vec<Box<dyn Module>>,
}

impl Default for AppOptions {
    /// 0.025unym, no further modules.
    fn default() -> Self {
        Self { min_gas_prices: vec![("unym".into(), 25_000_000_000_000_000)], modules: Vec::new() }
    }
}

/// Why the application cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A module refused the genesis or failed at a block's begin or end.
    #[error("the chain's own rules failed: {0}")]
    Exec(#[from] ExecError),
    /// The home belongs to another chain.
    #[error("this home holds chain {found}, not {expected}; choose another --home or --chain-id {found}")]
    OtherChain {
        /// What the state says.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// No genesis was written yet.
    #[error("the state is empty; initialise the chain first")]
    NoGenesis,
}

/// What a block changed.
pub struct BlockOutcome {
    /// Hash of the state after the block, 32 bytes.
    pub app_hash: [u8; 32],
    /// Events of the block's begin and end.
    pub events: Vec<Event>,
    /// The changes of the state; the block producer adds its records and commits.
    pub batch: WriteBatch,
}

/// The answer of a simulation.
pub struct Simulation {
    /// Gas limit in the transaction.
    pub gas_wanted: u64,
    /// Gas that delivery would use.
    pub gas_used: u64,
    /// Encoded `TxMsgData`.
    pub data: Vec<u8>,
    /// Events in order.
    pub events: Vec<Event>,
    /// Response messages.
    pub responses: Vec<cosmos_sdk_proto::Any>,
}

/// The application. All methods take `&self`; queries, checks and simulations run at the same time as delivery.
pub struct App {
    db: Db,
    router: Arc<Router>,
    options: AppOptions,
    committed: RwLock<Option<Committed>>,
    check: Mutex<Option<Layers>>,
    deliver: Mutex<Option<Deliver>>,
}

#[derive(Clone)]
struct Committed {
    block: Arc<BlockInfo>,
    app_hash: [u8; 32],
    snapshot: Snapshot,
}

struct Deliver {
    block: Arc<BlockInfo>,
    layers: Layers,
    events: Vec<Event>,
    app_hash: [u8; 32],
}

impl App {
    /// The application on the state of `db`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn open(db: Db, options: AppOptions) -> Result<Self, AppError> {
        let _ = (db, options);
        Err(AppError::NoGenesis)
    }

    /// The last committed height and app hash; `None` before genesis.
    pub fn last(&self) -> Option<(BlockInfo, [u8; 32])> {
        self.committed.read().as_ref().map(|last| (BlockInfo::clone(&last.block), last.app_hash))
    }

    /// Writes the genesis; the outcome is committed like a block's, at height 0.
    ///
    /// # Errors
    /// The genesis is refused.
    pub fn init_chain(&self, genesis: &Genesis) -> Result<BlockOutcome, AppError> {
        let _ = (genesis, &self.options, &self.router, &self.db);
        Err(AppError::NoGenesis)
    }

    /// Checks a transaction on entry. Code 0 means that it may wait for a block; gas used is what the checks took.
    pub fn check_tx(&self, tx: &[u8]) -> ExecTxResult {
        let _ = (tx, &self.check);
        ExecTxResult::default()
    }

    /// Checks a waiting transaction again after a block; anything but code 0 throws it out.
    pub fn recheck_tx(&self, tx: &[u8]) -> ExecTxResult {
        self.check_tx(tx)
    }

    /// Begins a block.
    ///
    /// # Errors
    /// No genesis, or a module fails.
    pub fn begin_block(&self, block: BlockInfo) -> Result<(), AppError> {
        let _ = block;
        Err(AppError::NoGenesis)
    }

    /// Executes a transaction of the block.
    ///
    /// # Panics
    /// No block was begun.
    pub fn deliver_tx(&self, tx: &[u8]) -> ExecTxResult {
        let _ = tx;
        ExecTxResult::default()
    }

    /// Ends the block.
    ///
    /// # Errors
    /// A module fails.
    ///
    /// # Panics
    /// No block was begun.
    pub fn end_block(&self) -> Result<BlockOutcome, AppError> {
        Err(AppError::NoGenesis)
    }

    /// To be called when the batch of the outcome is committed: queries and checks see the new state from here on.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn committed(&self) -> Result<(), AppError> {
        Ok(())
    }

    /// Answers an ABCI query on the last committed state: gRPC paths, `/store/<name>/key`, `/app/version`,
    /// `/app/simulate`.
    pub fn query(&self, path: &str, data: &[u8]) -> ResponseQuery {
        let _ = (path, data);
        ResponseQuery::default()
    }

    /// Runs a transaction on the last committed state and forgets its changes.
    ///
    /// # Errors
    /// What makes the transaction fail.
    pub fn simulate(&self, tx: &[u8]) -> ExecResult<Simulation> {
        let _ = tx;
        Err(ExecError::Panic(String::new()))
    }
}
